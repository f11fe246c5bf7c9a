//! What speaks for a home, and how much it counts.

use std::collections::HashMap;

use domain::{PropertyId, Timestamp};

use super::co_occurrence::CoOccurrence;
use super::features::{MarketHome, TRAITS};
use super::interactions::{Profile, days};

/// A weight for each trait, for what others did who did the same, for popularity and for freshness.
pub const WEIGHTS: usize = TRAITS + 3;
/// See [`WEIGHTS`].
pub const OTHERS: usize = TRAITS;
/// See [`WEIGHTS`].
pub const POPULAR: usize = TRAITS + 1;
/// See [`WEIGHTS`].
pub const FRESH: usize = TRAITS + 2;
/// Freshness halves in so many days.
const HALF_LIFE_DAYS: f64 = 30.0;

/// What speaks for a home, each from 0 to about 1.
pub type Features = [f64; WEIGHTS];

/// What speaks for `item` in the eyes of `profile`.
pub fn features(
    profile: &Profile,
    item: &MarketHome,
    near: &HashMap<PropertyId, (f64, PropertyId)>,
    together: &CoOccurrence,
    now: Timestamp,
) -> Features {
    let mut features = [0.0; WEIGHTS];
    for (index, (feature, value)) in features.iter_mut().zip(item.traits).enumerate() {
        *feature = profile.taste(index, value);
    }
    features[OTHERS] = near.get(&item.id).map_or(0.0, |(sum, _)| *sum);
    features[POPULAR] = together.popularity(item.id);
    features[FRESH] = (-days(item.listed, now) / HALF_LIFE_DAYS).exp2();
    features
}

/// The sum of what speaks for a home.
pub fn score(weights: &Features, features: &Features) -> f64 {
    weights.iter().zip(features).map(|(weight, feature)| weight * feature).sum()
}
