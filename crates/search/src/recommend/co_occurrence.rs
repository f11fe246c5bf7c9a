//! Which homes the same people looked at, and how popular each home is.

use std::collections::{BTreeMap, HashMap};

use domain::{PropertyId, Timestamp};

use super::interactions::{Activity, Profile, as_number, days};

/// The number of neighbours kept per home.
const NEIGHBOURS: usize = 30;
/// The half-life of popularity, in days.
const HALF_LIFE_DAYS: f64 = 30.0;

/// Co-occurrence and popularity of homes.
#[derive(Clone, Debug, Default)]
pub struct CoOccurrence {
    /// How similar two homes are by who looked at them, from 0 to 1.
    neighbours: HashMap<PropertyId, Vec<(PropertyId, f64)>>,
    /// The interactions with each home, decayed by age.
    popularity: HashMap<PropertyId, f64>,
    most: f64,
}

impl CoOccurrence {
    /// Counts the activity as of `now`.
    pub fn of(activity: &Activity, now: Timestamp) -> Self {
        let mut popularity: HashMap<PropertyId, f64> = HashMap::new();
        for deed in &activity.deeds {
            let left = (-days(deed.at, now) / HALF_LIFE_DAYS).exp2();
            *popularity.entry(deed.home).or_default() += deed.done.worth() * left;
        }
        let mut seen: HashMap<PropertyId, usize> = HashMap::new();
        let mut both: BTreeMap<(PropertyId, PropertyId), usize> = BTreeMap::new();
        for mine in activity.by_person().values() {
            let homes = Profile::of(mine, &super::Catalogue::default(), now).homes;
            for (one, _) in &homes {
                *seen.entry(*one).or_default() += 1;
                for (other, _) in homes.iter().filter(|(other, _)| other != one) {
                    *both.entry((*one, *other)).or_default() += 1;
                }
            }
        }
        let mut neighbours: HashMap<PropertyId, Vec<(PropertyId, f64)>> = HashMap::new();
        for ((one, other), count) in both {
            let of = |home: &PropertyId| as_number(seen.get(home).copied().unwrap_or(1));
            // Shrunk, so that a single person looking at both does not make two homes similar.
            let alike = as_number(count) / ((of(&one) * of(&other)).sqrt() + 2.0);
            neighbours.entry(one).or_default().push((other, alike));
        }
        for near in neighbours.values_mut() {
            near.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
            near.truncate(NEIGHBOURS);
        }
        let most = popularity.values().copied().fold(0.0, f64::max);
        Self { neighbours, popularity, most }
    }

    /// How popular a home is compared with all others, from 0 to 1.
    pub fn popularity(&self, home: PropertyId) -> f64 {
        let of = self.popularity.get(&home).copied().unwrap_or_default();
        if self.most > 0.0 { of.ln_1p() / self.most.ln_1p() } else { 0.0 }
    }

    /// For each neighbour of the homes in `profile`: how strong the connection is, and which of those homes
    /// contributes most.
    pub fn near(&self, profile: &Profile) -> HashMap<PropertyId, (f64, PropertyId)> {
        let mut found: HashMap<PropertyId, (f64, f64, PropertyId)> = HashMap::new();
        let sum: f64 = profile.homes.iter().map(|(_, worth)| worth).sum();
        for (mine, worth) in &profile.homes {
            for (other, alike) in self.neighbours.get(mine).into_iter().flatten() {
                let part = alike * worth / sum.max(f64::MIN_POSITIVE);
                let entry = found.entry(*other).or_insert((0.0, 0.0, *mine));
                entry.0 += part;
                if part > entry.1 {
                    (entry.1, entry.2) = (part, *mine);
                }
            }
        }
        found.into_iter().map(|(home, (sum, _, nearest))| (home, (sum, nearest))).collect()
    }
}
