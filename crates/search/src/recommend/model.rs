//! Applies the learned weights: scores homes for a person.

use std::collections::HashSet;

use domain::{PropertyId, Timestamp, UserId};

use super::co_occurrence::CoOccurrence;
use super::features::{Catalogue, MarketHome};
use super::interactions::{Activity, Profile};
use super::reason::Because;
use super::train;
use super::weights::{Features, features, score};

/// A home that a person may like.
#[derive(Clone, Debug, PartialEq)]
pub struct Recommended {
    /// Its id.
    pub home: PropertyId,
    /// Its score.
    pub score: f64,
    /// The reason for it.
    pub because: Because,
}

/// The model of one tenant's people and homes.
#[derive(Clone, Debug, Default)]
pub struct Model {
    catalogue: Catalogue,
    together: CoOccurrence,
    weights: Features,
}

impl Model {
    /// Learns a model. The same input gives the same model.
    #[must_use]
    pub fn learn(catalogue: Catalogue, activity: &Activity, now: Timestamp) -> Self {
        let weights = train::weights(&catalogue, activity, now);
        let together = CoOccurrence::of(activity, now);
        Self { catalogue, together, weights }
    }

    /// The homes the model knows.
    #[must_use]
    pub fn catalogue(&self) -> &Catalogue {
        &self.catalogue
    }

    /// The weight of each feature.
    #[must_use]
    pub fn weights(&self) -> &Features {
        &self.weights
    }

    /// The best `size` homes for `person`. Homes in `known`, with which the person already interacted, come last.
    /// Without a taste, popular homes are recommended.
    #[must_use]
    pub fn recommend(
        &self,
        person: UserId,
        profile: &Profile,
        known: &HashSet<PropertyId>,
        size: usize,
        now: Timestamp,
    ) -> Vec<Recommended> {
        let near = self.together.near(profile);
        let mut scored: Vec<(bool, f64, &MarketHome, Features)> =
            Vec::with_capacity(self.catalogue.items.len());
        for item in self.catalogue.items.iter().filter(|item| item.owner != person) {
            let features = features(profile, item, &near, &self.together, now);
            scored.push((known.contains(&item.id), score(&self.weights, &features), item, features));
        }
        let best = |a: &(bool, f64, &MarketHome, Features), b: &(bool, f64, &MarketHome, Features)| {
            a.0.cmp(&b.0).then(b.1.total_cmp(&a.1)).then(a.2.id.cmp(&b.2.id))
        };
        if scored.len() > size && size > 0 {
            scored.select_nth_unstable_by(size - 1, best);
        }
        scored.truncate(size);
        scored.sort_by(best);
        let told = |(_, score, item, features): (bool, f64, &MarketHome, Features)| {
            let nearest = near.get(&item.id).map(|(_, nearest)| *nearest);
            let because = Because::of(profile, item, &features, &self.weights, nearest);
            Recommended { home: item.id, score, because }
        };
        scored.into_iter().map(told).collect()
    }

    /// The most popular `size` homes, without regard to taste: the baseline that learning is compared with.
    #[must_use]
    pub fn popular(&self, person: UserId, known: &HashSet<PropertyId>, size: usize) -> Vec<PropertyId> {
        let mut all: Vec<(f64, PropertyId)> = self
            .catalogue
            .items
            .iter()
            .filter(|item| item.owner != person && !known.contains(&item.id))
            .map(|item| (self.together.popularity(item.id), item.id))
            .collect();
        all.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        all.into_iter().take(size).map(|(_, id)| id).collect()
    }
}
