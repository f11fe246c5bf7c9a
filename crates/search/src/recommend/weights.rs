//! The features of a home, and their weighted score.

use std::collections::HashMap;

use domain::{PropertyId, Timestamp};

use super::co_occurrence::CoOccurrence;
use super::features::{MarketHome, TRAITS};
use super::interactions::{Profile, days};

/// The number of weights: one per trait, then co-occurrence, popularity and freshness.
pub const WEIGHTS: usize = TRAITS + 3;
/// See [`WEIGHTS`].
pub const OTHERS: usize = TRAITS;
/// See [`WEIGHTS`].
pub const POPULAR: usize = TRAITS + 1;
/// See [`WEIGHTS`].
pub const FRESH: usize = TRAITS + 2;
/// The half-life of freshness, in days.
const HALF_LIFE_DAYS: f64 = 30.0;

/// The features of a home, each from 0 to about 1.
pub type Features = [f64; WEIGHTS];

/// The features of `item` for `profile`.
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

/// The weighted sum of the features.
pub fn score(weights: &Features, features: &Features) -> f64 {
    weights.iter().zip(features).map(|(weight, feature)| weight * feature).sum()
}
