//! Boosts a product's relevance beyond its text score. Each boost is bounded, so that none of them buries a better text
//! match.

use domain::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

/// The most that each boost adds.
const FRESH: f64 = 0.15;
const POPULAR: f64 = 0.2;
const IN_STOCK: f64 = 0.1;
/// The half-life of freshness.
const HALF_LIFE_DAYS: f64 = 30.0;
/// With this popularity score a product gets half of the largest popularity boost.
const HALF_POPULAR: f64 = 50.0;

/// The factors of a product's relevance score. The score is their product.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, ToSchema)]
pub struct ProductRelevance {
    /// How well the product matches the words of the search.
    pub text: f64,
    /// Falls towards 1 as the product ages.
    pub freshness: f64,
    /// Rises from 1 with the product's popularity score.
    pub popularity: f64,
    /// 1, or more if there are some.
    pub availability: f64,
}

/// What the boosts are made from.
#[derive(Clone, Copy, Debug)]
pub struct BoostInputs {
    /// When it came into the catalogue.
    pub created_at: Timestamp,
    /// Its popularity score.
    pub popularity: f64,
    /// Whether there are some.
    pub in_stock: bool,
}

impl ProductRelevance {
    /// The relevance of a product with the text score `text` at the time `now`.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "times are far below 2^53")]
    pub fn of(text: f32, inputs: &BoostInputs, now: Timestamp) -> Self {
        let days = (now.seconds() - inputs.created_at.seconds()).max(0) as f64 / 86_400.0;
        Self {
            text: f64::from(text),
            freshness: 1.0 + FRESH * (-days / HALF_LIFE_DAYS).exp2(),
            popularity: 1.0 + POPULAR * inputs.popularity / (inputs.popularity + HALF_POPULAR),
            availability: 1.0 + if inputs.in_stock { IN_STOCK } else { 0.0 },
        }
    }

    /// The relevance score.
    #[must_use]
    pub fn score(&self) -> f64 {
        self.text * self.freshness * self.popularity * self.availability
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_boosts_together_do_not_bury_a_name_under_a_category() {
        let now = Timestamp::from_micros(0).plus_seconds(86_400 * 3650);
        let plain = BoostInputs { created_at: Timestamp::from_micros(0), popularity: 0.0, in_stock: false };
        let boosted = BoostInputs { created_at: now, popularity: 1e9, in_stock: true };
        let name = ProductRelevance::of(super::super::listed_product::NAME, &plain, now);
        let category = ProductRelevance::of(super::super::listed_product::CATEGORIES, &boosted, now);
        assert!(name.score() > category.score());
    }
}
