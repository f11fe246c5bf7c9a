//! Learns the weights. For each person the latest homes are held out, and the weights are adjusted until those score
//! above homes drawn at random.

use std::collections::{BTreeMap, BTreeSet};

use domain::{PropertyId, Timestamp, UserId};

use super::co_occurrence::CoOccurrence;
use super::features::{Catalogue, MarketHome};
use super::interactions::{Activity, Profile};
use super::weights::{Features, WEIGHTS, features, score};

/// The weights before anything is learned: places and prices most, then kinds, and a little for popularity and
/// freshness.
const BEFORE: Features = [1.0, 0.5, 0.5, 0.7, 0.5, 1.0, 0.2, 0.05];
/// The maximum number of people to learn from.
const PEOPLE: usize = 4_000;
/// People with fewer homes are not learned from.
const LEAST: usize = 3;
/// The number of homes drawn for each one held out.
const DRAWN: usize = 5;
const ROUNDS: usize = 6;
const STEP: f64 = 0.2;
/// Pulls the weights towards [`BEFORE`], so that little evidence changes them little.
const PULL: f64 = 0.001;

/// A seeded random generator, so that learning twice gives the same result.
struct Draw(u64);

impl Draw {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % (end.max(1) as u64)).unwrap_or_default()
    }
}

/// Splits off the latest quarter of a person's homes. Returns the activity before them, and those homes.
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

/// Learns the weight of each feature.
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
    // Nothing held out may be known, so co-occurrence is counted without it.
    let together = CoOccurrence::of(&rest, now);
    let pairs = pairs(catalogue, &learned_from, &together, now);
    let mut weights = BEFORE;
    for _ in 0..ROUNDS {
        for pair in &pairs {
            let gap = score(&weights, pair);
            let push = STEP / (1.0 + gap.exp());
            for (index, weight) in weights.iter_mut().enumerate() {
                // No weight becomes negative: a feature never counts against a home.
                *weight = (*weight + push * pair[index] - PULL * (*weight - BEFORE[index])).max(0.0);
            }
        }
    }
    weights
}

/// The features of a home held out, minus those of a home drawn, for each pair.
fn pairs(
    catalogue: &Catalogue,
    people: &BTreeMap<UserId, (Activity, BTreeSet<PropertyId>)>,
    together: &CoOccurrence,
    now: Timestamp,
) -> Vec<Features> {
    let mut draw = Draw(0x9e37_79b9_7f4a_7c15);
    let mut pairs = Vec::new();
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
