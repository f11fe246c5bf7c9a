//! Learning what counts: of each person the last homes are held out, and the weights are moved until these stand above
//! homes drawn at random.

use std::collections::{BTreeMap, BTreeSet};

use domain::{PropertyId, Timestamp, UserId};

use super::co_occurrence::CoOccurrence;
use super::features::{Catalogue, MarketHome};
use super::interactions::{Activity, Profile};
use super::weights::{Features, WEIGHTS, features, score};

/// What holds before anything was learned: places and prices most, then kinds; a little for what is popular and fresh.
const BEFORE: Features = [1.0, 0.5, 0.5, 0.7, 0.5, 1.0, 0.2, 0.05];
/// People that are learned from, at most.
const PEOPLE: usize = 4_000;
/// A person with fewer homes teaches nothing.
const LEAST: usize = 3;
/// Homes drawn for each one that is held out.
const DRAWN: usize = 5;
const ROUNDS: usize = 6;
const STEP: f64 = 0.2;
/// Pulls the weights towards [`BEFORE`], so that little evidence moves them little.
const PULL: f64 = 0.001;

/// Numbers that follow from a seed: learning twice gives the same.
struct Draw(u64);

impl Draw {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % (end.max(1) as u64)).unwrap_or_default()
    }
}

/// One person's activity without the last quarter of their homes, and those.
fn split(mine: &Activity) -> Option<(Activity, BTreeSet<PropertyId>)> {
    let mut last: BTreeMap<PropertyId, Timestamp> = BTreeMap::new();
    for deed in &mine.deeds {
        let first = last.entry(deed.home).or_insert(deed.at);
        *first = (*first).min(deed.at);
    }
    if last.len() < LEAST {
        return None;
    }
    let mut homes: Vec<(Timestamp, PropertyId)> = last.into_iter().map(|(id, at)| (at, id)).collect();
    homes.sort_unstable();
    let held = (homes.len() / 4).max(1);
    let from = homes[homes.len() - held].0;
    let held: BTreeSet<PropertyId> = homes[homes.len() - held..].iter().map(|(_, id)| *id).collect();
    let mut known = mine.clone();
    known.deeds.retain(|deed| deed.at < from && !held.contains(&deed.home));
    known.searches.retain(|search| search.at < from);
    Some((known, held))
}

/// The weights of everything that speaks for a home.
pub fn weights(catalogue: &Catalogue, activity: &Activity, now: Timestamp) -> Features {
    let mut learned_from: BTreeMap<UserId, (Activity, BTreeSet<PropertyId>)> = BTreeMap::new();
    let mut rest = Activity::default();
    for (user, mine) in activity.by_person() {
        match split(&mine).filter(|_| learned_from.len() < PEOPLE) {
            Some((known, held)) => {
                rest.deeds.extend(known.deeds.iter().cloned());
                learned_from.insert(user, (known, held));
            }
            None => rest.deeds.extend(mine.deeds),
        }
    }
    // Of what is held out nothing may be known: what people did together is counted without it.
    let together = CoOccurrence::of(&rest, now);
    let pairs = pairs(catalogue, &learned_from, &together, now);
    let mut weights = BEFORE;
    for _ in 0..ROUNDS {
        for pair in &pairs {
            let gap = score(&weights, pair);
            let push = STEP / (1.0 + gap.exp());
            for (index, weight) in weights.iter_mut().enumerate() {
                // Nothing that speaks for a home is ever held against it.
                *weight = (*weight + push * pair[index] - PULL * (*weight - BEFORE[index])).max(0.0);
            }
        }
    }
    weights
}

/// What speaks for a home that was held out, less what speaks for one that was drawn.
fn pairs(
    catalogue: &Catalogue,
    people: &BTreeMap<UserId, (Activity, BTreeSet<PropertyId>)>,
    together: &CoOccurrence,
    now: Timestamp,
) -> Vec<Features> {
    let (mut draw, mut pairs) = (Draw(0x9e37_79b9_7f4a_7c15), Vec::new());
    for (known, held) in people.values() {
        let profile = Profile::of(known, catalogue, now);
        let near = together.near(&profile);
        let of = |item: &MarketHome| features(&profile, item, &near, together, now);
        for item in held.iter().filter_map(|id| catalogue.item(*id)) {
            for _ in 0..DRAWN {
                let Some(other) = catalogue.items.get(draw.below(catalogue.items.len())) else { continue };
                if held.contains(&other.id) || known.deeds.iter().any(|deed| deed.home == other.id) {
                    continue;
                }
                let (better, worse) = (of(item), of(other));
                let mut pair = [0.0; WEIGHTS];
                for (index, part) in pair.iter_mut().enumerate() {
                    *part = better[index] - worse[index];
                }
                pairs.push(pair);
            }
        }
    }
    pairs
}
