//! A seeded random number generator.

pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// A generator that goes on from here by itself. This one stays where it is.
    pub fn fork(&self) -> Self {
        Self(self.0.rotate_left(32) | 1)
    }

    pub fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).unwrap()
    }

    pub fn one_in(&mut self, many: usize) -> bool {
        self.below(many) == 0
    }

    pub fn of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }

    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        let part = u32::try_from(self.next() >> 40).unwrap();
        low + (high - low) * f64::from(part) / f64::from(1_u32 << 24)
    }
}
