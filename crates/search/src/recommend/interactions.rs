//! What people did, and the taste derived from it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use domain::{PropertyId, Timestamp, UserId};
use uuid::Uuid;

use super::features::{Catalogue, PRICE, TRAITS, Traits};

/// The half-life of a taste, in days.
const HALF_LIFE_DAYS: f64 = 21.0;
/// The weight of a search. It says something about the traits wanted, but nothing about a particular home.
const SEARCHED: f64 = 1.0;
/// The number of a person's latest homes that are compared with those of others.
const COMPARED: usize = 50;

/// The kind of an interaction with a home.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the words say it")]
pub enum InteractionKind {
    Viewed,
    Shared,
    Saved,
    Contacted,
    Enquired,
}

impl InteractionKind {
    /// How much it says about the person's taste.
    #[must_use]
    pub const fn worth(self) -> f64 {
        match self {
            Self::Viewed => 1.0,
            Self::Shared => 2.0,
            Self::Saved => 3.0,
            Self::Contacted | Self::Enquired => 4.0,
        }
    }
}

/// A person's interaction with a home.
#[derive(Clone, Debug)]
pub struct Interaction {
    /// The event that recorded it.
    pub event: Uuid,
    /// The person.
    pub user: UserId,
    /// The home.
    pub home: PropertyId,
    /// The kind of interaction.
    pub done: InteractionKind,
    /// When it happened.
    pub at: Timestamp,
}

/// A search, as the traits it named.
#[derive(Clone, Debug)]
pub struct Looked {
    /// The event that recorded it.
    pub event: Uuid,
    /// The person.
    pub user: UserId,
    /// The traits searched for.
    pub traits: [Vec<u32>; TRAITS],
    /// When it happened.
    pub at: Timestamp,
}

/// Everything people did, in chronological order.
#[derive(Clone, Debug, Default)]
pub struct Activity {
    /// Interactions with homes.
    pub deeds: Vec<Interaction>,
    /// Searches.
    pub searches: Vec<Looked>,
}

impl Activity {
    /// Forgets everything these people did, and everything `hidden` from a history. A history entry may stand for
    /// several events, so the person's other interactions with that home are forgotten as well.
    pub fn forget(&mut self, people: &BTreeSet<UserId>, hidden: &BTreeSet<Uuid>) {
        let of_hidden = self.deeds.iter().filter(|deed| hidden.contains(&deed.event));
        let homes: BTreeSet<(UserId, PropertyId)> = of_hidden.map(|deed| (deed.user, deed.home)).collect();
        self.deeds.retain(|deed| !people.contains(&deed.user) && !homes.contains(&(deed.user, deed.home)));
        self.searches.retain(|search| !people.contains(&search.user) && !hidden.contains(&search.event));
    }

    /// Drops what owners did with their own homes, which says nothing about their taste.
    pub fn disown(&mut self, catalogue: &Catalogue) {
        self.deeds.retain(|deed| catalogue.item(deed.home).is_none_or(|item| item.owner != deed.user));
    }

    /// Sorts everything chronologically.
    pub fn in_order(&mut self) {
        self.deeds.sort_by_key(|deed| (deed.at, deed.event));
        self.searches.sort_by_key(|search| (search.at, search.event));
    }

    /// The activity of each person.
    #[must_use]
    pub fn by_person(&self) -> BTreeMap<UserId, Self> {
        let mut all: BTreeMap<UserId, Self> = BTreeMap::new();
        for deed in &self.deeds {
            all.entry(deed.user).or_default().deeds.push(deed.clone());
        }
        for search in &self.searches {
            all.entry(search.user).or_default().searches.push(search.clone());
        }
        all
    }
}

/// One person's taste.
#[derive(Clone, Debug, Default)]
pub struct Profile {
    /// For each trait, the share of each value in the taste. The shares sum to 1.
    tastes: [HashMap<u32, f64>; TRAITS],
    /// The person's homes, latest interaction first, with their weights.
    pub homes: Vec<(PropertyId, f64)>,
    /// Whether any home contributed; otherwise the taste was learned from searches alone.
    pub from_homes: bool,
}

impl Profile {
    /// The taste that `mine`, one person's activity, shows at `now`.
    #[must_use]
    pub fn of(mine: &Activity, catalogue: &Catalogue, now: Timestamp) -> Self {
        let mut profile = Self::default();
        let mut homes: BTreeMap<PropertyId, (Timestamp, f64)> = BTreeMap::new();
        for deed in &mine.deeds {
            let worth = deed.done.worth() * faded(deed.at, now);
            if let Some(item) = catalogue.item(deed.home) {
                profile.like(&item.traits, worth);
                profile.from_homes = true;
            }
            let home = homes.entry(deed.home).or_insert((deed.at, 0.0));
            *home = (home.0.max(deed.at), home.1 + worth);
        }
        for search in &mine.searches {
            let worth = SEARCHED * faded(search.at, now);
            for (taste, values) in profile.tastes.iter_mut().zip(&search.traits) {
                for value in values {
                    *taste.entry(*value).or_default() += worth / as_number(values.len());
                }
            }
        }
        for taste in &mut profile.tastes {
            // Summed in the order of the values, so that float sums are the same each time.
            let values: BTreeMap<u32, f64> = taste.iter().map(|(value, worth)| (*value, *worth)).collect();
            let sum: f64 = values.values().sum();
            if sum > 0.0 {
                for worth in taste.values_mut() {
                    *worth /= sum;
                }
            }
        }
        let mut newest: Vec<_> = homes.into_iter().collect();
        newest.sort_by_key(|(id, (at, _))| (std::cmp::Reverse(*at), *id));
        profile.homes = newest.into_iter().take(COMPARED).map(|(id, (_, worth))| (id, worth)).collect();
        profile
    }

    fn like(&mut self, traits: &Traits, worth: f64) {
        for (taste, value) in self.tastes.iter_mut().zip(traits) {
            if let Some(value) = value {
                *taste.entry(*value).or_default() += worth;
            }
        }
    }

    /// Whether nothing is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.homes.is_empty() && self.tastes.iter().all(HashMap::is_empty)
    }

    /// The share of a trait's value in the taste, from 0 to 1. For prices, half the shares of the adjacent steps is
    /// added.
    #[must_use]
    pub fn taste(&self, index: usize, value: Option<u32>) -> f64 {
        let (Some(taste), Some(value)) = (self.tastes.get(index), value) else { return 0.0 };
        let of = |value: u32| taste.get(&value).copied().unwrap_or_default();
        if index == PRICE {
            of(value) + f64::midpoint(of(value.saturating_sub(1)), of(value + 1))
        } else {
            of(value)
        }
    }
}

/// The remaining weight of an interaction at `now`.
fn faded(at: Timestamp, now: Timestamp) -> f64 {
    (-days(at, now) / HALF_LIFE_DAYS).exp2()
}

/// Days from `at` to `now`.
#[expect(clippy::cast_precision_loss, reason = "seconds are far below 2^53")]
pub fn days(at: Timestamp, now: Timestamp) -> f64 {
    (now.seconds() - at.seconds()).max(0) as f64 / 86_400.0
}

/// Converts a count to `f64`.
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
pub fn as_number(count: usize) -> f64 {
    count as f64
}
