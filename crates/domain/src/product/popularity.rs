//! How popular a product is: over all time, and lately.

use crate::time::Timestamp;

/// What a click counts for, in tenths. Popularity is `0.3 · clicks + 0.7 · purchases`.
const CLICK_TENTHS: u64 = 3;
/// What a purchase counts for, in tenths.
const PURCHASE_TENTHS: u64 = 7;
/// After so many days a click or a purchase counts half as much for [`Popularity::trending_score`].
pub const TREND_HALF_LIFE_DAYS: f64 = 7.0;

const DAY_MICROS: f64 = 86_400.0 * 1e6;

/// A sum of weights, each of which is halved every [`TREND_HALF_LIFE_DAYS`]. It is kept as a logarithm at a fixed time,
/// so that it changes only when a weight is added, and two sums compare in the same way at all times.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub struct Trend(Option<f64>);

impl Trend {
    /// The sum that [`Self::level`] gave.
    #[must_use]
    pub const fn of_level(level: Option<f64>) -> Self {
        Self(level)
    }

    /// How it is stored; `None` if nothing was added. A larger sum has a larger level.
    #[must_use]
    pub const fn level(self) -> Option<f64> {
        self.0
    }

    /// The sum with `weight`, which came at `at`.
    #[must_use]
    pub fn with(self, weight: f64, at: Timestamp) -> Self {
        if weight > 0.0 { self.plus(Self(Some(weight.log2() + half_lives(at)))) } else { self }
    }

    /// Both sums together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self(match (self.0, other.0) {
            (Some(one), Some(two)) => {
                let (more, less) = (one.max(two), one.min(two));
                Some(more + (less - more).exp2().ln_1p() / std::f64::consts::LN_2)
            }
            (one, two) => one.or(two),
        })
    }

    /// The sum at the time `now`.
    #[must_use]
    pub fn score(self, now: Timestamp) -> f64 {
        self.0.map_or(0.0, |level| (level - half_lives(now)).exp2())
    }
}

#[expect(clippy::cast_precision_loss, reason = "times are far below 2^53 microseconds")]
fn half_lives(at: Timestamp) -> f64 {
    at.micros() as f64 / (DAY_MICROS * TREND_HALF_LIFE_DAYS)
}

/// How often a product was opened and bought. Clicks and purchases come from two logs, so each has a trend of its own:
/// the same events then always give the same numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Popularity {
    /// How often it was opened.
    pub clicks: u64,
    /// How many were bought.
    pub purchases: u64,
    /// The trend of its clicks.
    pub click_trend: Trend,
    /// The trend of its purchases.
    pub purchase_trend: Trend,
}

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
impl Popularity {
    /// With `clicks` more, counted at `at`.
    #[must_use]
    pub fn clicked(self, clicks: u64, at: Timestamp) -> Self {
        let weight = clicks.saturating_mul(CLICK_TENTHS) as f64 / 10.0;
        let clicks = self.clicks.saturating_add(clicks);
        Self { clicks, click_trend: self.click_trend.with(weight, at), ..self }
    }

    /// With `quantity` bought at `at`.
    #[must_use]
    pub fn purchased(self, quantity: u64, at: Timestamp) -> Self {
        let weight = quantity.saturating_mul(PURCHASE_TENTHS) as f64 / 10.0;
        let purchases = self.purchases.saturating_add(quantity);
        Self { purchases, purchase_trend: self.purchase_trend.with(weight, at), ..self }
    }

    /// The popularity over all time.
    #[must_use]
    pub fn score(&self) -> f64 {
        let clicks = self.clicks.saturating_mul(CLICK_TENTHS);
        clicks.saturating_add(self.purchases.saturating_mul(PURCHASE_TENTHS)) as f64 / 10.0
    }

    /// Clicks and purchases together, each counting less the longer ago it was.
    #[must_use]
    pub fn trend(&self) -> Trend {
        self.click_trend.plus(self.purchase_trend)
    }

    /// The trend at the time `now`, to three decimals.
    #[must_use]
    pub fn trending_score(&self, now: Timestamp) -> f64 {
        (self.trend().score(now) * 1000.0).round() / 1000.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WEEK: i64 = 7 * 86_400;

    #[test]
    fn a_purchase_counts_more_than_two_clicks() {
        let start = Timestamp::from_micros(0);
        let popularity = Popularity::default().clicked(10, start).purchased(3, start);
        assert!((popularity.score() - 5.1).abs() < 1e-9);
        assert!((popularity.trending_score(start) - 5.1).abs() < 1e-9);
        assert!((popularity.trending_score(start.plus_seconds(WEEK)) - 2.55).abs() < 1e-9);
    }

    #[test]
    fn the_order_of_trends_is_the_same_at_all_times() {
        let start = Timestamp::from_micros(1_700_000_000_000_000);
        let earlier = Popularity::default().clicked(30, start);
        let later = Popularity::default().clicked(20, start.plus_seconds(WEEK));
        assert!(later.trend() > earlier.trend());
        for weeks in 1..500 {
            let now = start.plus_seconds(weeks * WEEK);
            let (earlier, later) = (earlier.trend().score(now), later.trend().score(now));
            assert!(later > earlier && (later / earlier - 4.0 / 3.0).abs() < 1e-6, "{weeks}");
        }
        assert!(Trend::default() < earlier.trend());
        assert!(Trend::default().score(start).abs() < f64::EPSILON);
    }
}
