//! Numbers that look random and are the same for the same seed, on every machine and in every version.

/// `SplitMix64`: small, and good enough for pictures.
pub struct Chance(u64);

impl Chance {
    pub fn of(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(0x2545_F491_4F6C_DD1D))
    }

    fn step(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// From 0 up to 1.
    pub fn part(&mut self) -> f32 {
        let [high, low, ..] = self.step().to_be_bytes();
        f32::from(u16::from_be_bytes([high, low])) / 65_536.0
    }

    pub fn between(&mut self, least: f32, most: f32) -> f32 {
        least + (most - least) * self.part()
    }

    /// A whole number from `least` to `most`.
    pub fn whole(&mut self, least: u8, most: u8) -> u8 {
        let span = u64::from(most.saturating_sub(least)) + 1;
        least.saturating_add(u8::try_from(self.step() % span).unwrap_or_default())
    }

    pub fn yes(&mut self, likely: f32) -> bool {
        self.part() < likely
    }

    pub fn one_of<T: Copy>(&mut self, all: &[T], otherwise: T) -> T {
        let count = u8::try_from(all.len()).unwrap_or(u8::MAX);
        let pick = self.whole(0, count.saturating_sub(1));
        all.get(usize::from(pick)).copied().unwrap_or(otherwise)
    }
}
