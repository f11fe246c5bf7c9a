//! What speaks for a listing besides its words. Each boost is bounded, so that none of them buries a better text.

use domain::Timestamp;
use domain::property::content::Coordinates;
use serde::Serialize;
use utoipa::ToSchema;

/// The most each boost adds.
const FEATURED: f64 = 0.2;
const VERIFIED: f64 = 0.15;
const FRESH: f64 = 0.15;
const POPULAR: f64 = 0.15;
/// Freshness halves in this time.
const HALF_LIFE_DAYS: f64 = 30.0;
/// So many people saved it: half of the most that popularity adds.
const HALF_POPULAR: f64 = 10.0;

/// What an order can go by, of one listing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RankingInputs {
    /// In paise.
    pub price: i64,
    /// In square feet; 0 when nobody told.
    pub area: f64,
    /// Bedrooms.
    pub bedrooms: Option<u8>,
    /// When it was listed.
    pub created_at: Timestamp,
    /// When it was changed.
    pub updated_at: Timestamp,
    /// How many people saved it.
    pub favourites: u64,
    /// Where it is.
    pub at: Option<Coordinates>,
    /// Among the featured.
    pub featured: bool,
    /// Confirmed as genuine.
    pub verified: bool,
}

/// The parts of a relevance.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, ToSchema)]
#[schema(as = RelevanceParts)]
pub struct Parts {
    /// How well the words are met.
    pub text: f64,
    /// 1, or more for the featured.
    pub featured: f64,
    /// 1, or more for the verified.
    pub verified: f64,
    /// Falls to 1 with age.
    pub freshness: f64,
    /// Rises from 1 with the number of people who saved it.
    pub popularity: f64,
}

impl Parts {
    /// The relevance.
    #[must_use]
    pub fn product(&self) -> f64 {
        self.text * self.featured * self.verified * self.freshness * self.popularity
    }
}

impl Measured for RankingInputs {
    fn price(&self) -> i64 {
        self.price
    }

    fn area(&self) -> f64 {
        self.area
    }

    fn bedrooms(&self) -> Option<u8> {
        self.bedrooms
    }

    fn created_at(&self) -> Timestamp {
        self.created_at
    }

    fn updated_at(&self) -> Timestamp {
        self.updated_at
    }

    fn favourites(&self) -> u64 {
        self.favourites
    }

    fn at(&self) -> Option<Coordinates> {
        self.at
    }

    fn featured(&self) -> bool {
        self.featured
    }

    fn verified(&self) -> bool {
        self.verified
    }
}

/// The same as [`RankingInputs`], each part read when it is needed: an order by price looks at nothing but prices.
pub trait Measured {
    /// In paise.
    fn price(&self) -> i64;
    /// In square feet; 0 when nobody told.
    fn area(&self) -> f64;
    /// Bedrooms.
    fn bedrooms(&self) -> Option<u8>;
    /// When it was listed.
    fn created_at(&self) -> Timestamp;
    /// When it was changed.
    fn updated_at(&self) -> Timestamp;
    /// How many people saved it.
    fn favourites(&self) -> u64;
    /// Where it is.
    fn at(&self) -> Option<Coordinates>;
    /// Among the featured.
    fn featured(&self) -> bool;
    /// Confirmed as genuine.
    fn verified(&self) -> bool;

    /// The relevance of a listing that meets the words so well.
    #[must_use]
    fn relevance(&self, text: f32, at: Timestamp) -> f64 {
        self.parts(text, at).product()
    }

    /// No less than the relevance, without a look at its age and who saved it.
    #[must_use]
    fn relevance_at_most(&self, text: f32) -> f64 {
        let featured = if self.featured() { 1.0 + FEATURED } else { 1.0 };
        let verified = if self.verified() { 1.0 + VERIFIED } else { 1.0 };
        f64::from(text) * featured * verified * (1.0 + FRESH) * (1.0 + POPULAR) * (1.0 + 1e-9)
    }

    /// The same in its parts.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "counts and times are far below 2^53")]
    fn parts(&self, text: f32, at: Timestamp) -> Parts {
        let days = (at.seconds() - self.created_at().seconds()).max(0) as f64 / 86_400.0;
        let saved = self.favourites() as f64;
        Parts {
            text: f64::from(text),
            featured: 1.0 + if self.featured() { FEATURED } else { 0.0 },
            verified: 1.0 + if self.verified() { VERIFIED } else { 0.0 },
            freshness: 1.0 + FRESH * (-days / HALF_LIFE_DAYS).exp2(),
            popularity: 1.0 + POPULAR * saved / (saved + HALF_POPULAR),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_boosts_together_do_not_bury_a_title_under_a_description() {
        let plain = RankingInputs {
            price: 1,
            area: 0.0,
            bedrooms: None,
            created_at: Timestamp::from_micros(0),
            updated_at: Timestamp::from_micros(0),
            favourites: 0,
            at: None,
            featured: false,
            verified: false,
        };
        let now = Timestamp::from_micros(0).plus_seconds(86_400 * 3650);
        let boosted =
            RankingInputs { featured: true, verified: true, created_at: now, favourites: 1_000_000, ..plain };
        assert!(plain.relevance(45.0, now) > boosted.relevance(20.0, now));
        let most = boosted.relevance(1.0, now);
        assert!(most < 1.2 * 1.15 * 1.15 * 1.15 + 1e-9, "{most}");
        assert!((boosted.parts(2.0, now).product() - boosted.relevance(2.0, now)).abs() < f64::EPSILON);
        assert!(boosted.relevance(2.0, now) <= boosted.relevance_at_most(2.0));
        assert!(plain.relevance(2.0, now) <= plain.relevance_at_most(2.0));
    }
}
