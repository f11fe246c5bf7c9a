//! The best hits of a segment, as many as are wanted.

use crate::query::{Hit, MOST_SORTS};

/// Room beyond the wanted, so that few hits are sorted out often.
const ROOM: usize = 64;

/// Keeps the best `most` and some more, and sorts the worse half out when there is no room: a deep page costs hardly more
/// than the first one.
pub struct Best {
    most: usize,
    hits: Vec<Hit>,
    last: Option<[f64; MOST_SORTS]>,
}

/// The place that a hit must not be behind.
pub enum Last<'a> {
    /// There is room for any.
    NotYet,
    /// No hit is wanted at all.
    NoneWanted,
    /// This one, ids left aside.
    At(&'a [f64; MOST_SORTS]),
}

impl Best {
    /// The best `most`.
    pub fn of(most: usize) -> Self {
        Self { most, hits: Vec::new(), last: None }
    }

    pub fn last(&self) -> Last<'_> {
        match &self.last {
            _ if self.most == 0 => Last::NoneWanted,
            None => Last::NotYet,
            Some(last) => Last::At(last),
        }
    }

    pub fn add(&mut self, hit: Hit) {
        self.hits.push(hit);
        if self.hits.len() >= self.most.saturating_mul(2).saturating_add(ROOM) {
            self.sort_out();
        }
    }

    fn sort_out(&mut self) {
        if self.most == 0 || self.hits.len() < self.most {
            return;
        }
        let (_, last, _) = self.hits.select_nth_unstable_by_key(self.most - 1, |hit| hit.key);
        self.last = Some(last.key.parts);
        self.hits.truncate(self.most);
    }

    /// In no order; perhaps some more than wanted.
    pub fn into_hits(self) -> Vec<Hit> {
        self.hits
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::query::Key;

    #[test]
    fn the_best_are_among_what_is_kept() {
        for most in [0, 1, 7, 100] {
            let mut best = Best::of(most);
            let mut all = Vec::new();
            for number in 0..1000_u32 {
                let key = Key { parts: [f64::from(number * 7919 % 1009), 0.0, 0.0], id: Uuid::nil() };
                all.push(key);
                match best.last() {
                    Last::NoneWanted => {}
                    Last::At(last) if Key::compare_parts(&key.parts, last).is_gt() => {}
                    _ => best.add(Hit { key, text: 1.0 }),
                }
            }
            let mut kept: Vec<Key> = best.into_hits().iter().map(|hit| hit.key).collect();
            kept.sort_unstable();
            all.sort_unstable();
            assert!(kept.len() <= 2 * most + ROOM);
            assert_eq!(kept.get(..most), all.get(..most));
        }
    }
}
