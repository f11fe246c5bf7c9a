//! Collects the best hits of a segment.

use crate::query::{Hit, MOST_SORTS};

/// Extra capacity beyond the requested number, so that sorting out happens rarely.
const ROOM: usize = 64;

/// Keeps the best `most` hits and some more. When it is full, it drops the worse half, so a deep page costs hardly
/// more than the first one.
pub struct Best<I> {
    most: usize,
    hits: Vec<Hit<I>>,
    last: Option<[f64; MOST_SORTS]>,
}

/// The sort position beyond which a hit is not needed.
pub enum Last<'a> {
    /// There is still room, so any hit is accepted.
    NotYet,
    /// No hits are requested at all.
    NoneWanted,
    /// This position, ignoring ids.
    At(&'a [f64; MOST_SORTS]),
}

impl<I: Copy + Ord> Best<I> {
    /// Keeps the best `most` hits.
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

    pub fn add(&mut self, hit: Hit<I>) {
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

    /// The kept hits, unordered. There may be more than requested.
    pub fn into_hits(self) -> Vec<Hit<I>> {
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
                    Last::At(last) if crate::query::compare_parts(&key.parts, last).is_gt() => {}
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
