//! Boosts a listing's relevance beyond its text score. Each boost is bounded, so that none of them buries a better
//! text match.

use domain::Timestamp;
use domain::property::Rooms;
use domain::property::content::Coordinates;
use serde::Serialize;
use utoipa::ToSchema;

/// The most that each boost adds.
const FEATURED: f64 = 0.2;
const VERIFIED: f64 = 0.15;
const FRESH: f64 = 0.15;
const POPULAR: f64 = 0.15;
/// The half-life of freshness.
const HALF_LIFE_DAYS: f64 = 30.0;
/// With this many saves a listing gets half of the largest popularity boost.
const HALF_POPULAR: f64 = 10.0;

/// The values of one listing that sorting can use.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RankingInputs {
    /// In paise.
    pub price: i64,
    /// In square feet; 0 when not given.
    pub area: f64,
    /// The number of bedrooms, if given.
    pub bedrooms: Option<Rooms>,
    /// When it was listed.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// How many people saved it.
    pub favourites: u64,
    /// Its coordinates, if given.
    pub at: Option<Coordinates>,
    /// Whether it is featured.
    pub featured: bool,
    /// Whether it is verified as genuine.
    pub verified: bool,
}

/// The factors of a relevance score. The score is their product.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, ToSchema)]
#[schema(as = RelevanceParts)]
pub struct Parts {
    /// How well the listing matches the words of the search.
    pub text: f64,
    /// 1, or more for a featured listing.
    pub featured: f64,
    /// 1, or more for a verified listing.
    pub verified: f64,
    /// Falls towards 1 as the listing ages.
    pub freshness: f64,
    /// Rises from 1 with the number of people who saved the listing.
    pub popularity: f64,
}

impl Parts {
    /// The relevance score.
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

    fn bedrooms(&self) -> Option<Rooms> {
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

/// The same values as [`RankingInputs`], each read only when needed: sorting by price reads nothing but prices.
pub trait Measured {
    /// In paise.
    fn price(&self) -> i64;
    /// In square feet; 0 when not given.
    fn area(&self) -> f64;
    /// The number of bedrooms, if given.
    fn bedrooms(&self) -> Option<Rooms>;
    /// When it was listed.
    fn created_at(&self) -> Timestamp;
    /// When it was last changed.
    fn updated_at(&self) -> Timestamp;
    /// How many people saved it.
    fn favourites(&self) -> u64;
    /// Its coordinates, if given.
    fn at(&self) -> Option<Coordinates>;
    /// Whether it is featured.
    fn featured(&self) -> bool;
    /// Whether it is verified as genuine.
    fn verified(&self) -> bool;

    /// The relevance of a listing with the text score `text` at the time `at`.
    #[must_use]
    fn relevance(&self, text: f32, at: Timestamp) -> f64 {
        self.parts(text, at).product()
    }

    /// An upper bound of the relevance that does not read age and saves.
    #[must_use]
    fn relevance_at_most(&self, text: f32) -> f64 {
        let featured = if self.featured() { 1.0 + FEATURED } else { 1.0 };
        let verified = if self.verified() { 1.0 + VERIFIED } else { 1.0 };
        f64::from(text) * featured * verified * (1.0 + FRESH) * (1.0 + POPULAR) * (1.0 + 1e-9)
    }

    /// The factors of the relevance.
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
