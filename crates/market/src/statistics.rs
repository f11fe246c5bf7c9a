//! Exact medians and quantiles of amounts. All of it is pure.

use domain::Paise;
use serde::Serialize;
use utoipa::ToSchema;

/// The most bars of a distribution.
const BARS: i64 = 8;

/// A bar of a distribution: so many homes from `from` (included) to `to` (included in the last bar only).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = MarketBar)]
pub struct Bar {
    pub from: Paise,
    pub to: Paise,
    pub homes: u64,
}

/// The price of a square foot; `None` without an area.
pub fn per_sqft(price: Paise, sqft: f64) -> Option<Paise> {
    (sqft >= 1.0).then(|| rounded(as_number(price) / sqft))
}

/// The amount as a number of paise.
#[expect(clippy::cast_precision_loss, reason = "amounts are below 10^15 paise, and doubles exact up to 2^53")]
pub fn as_number(amount: Paise) -> f64 {
    amount.paise() as f64
}

/// A number of paise as an amount.
#[expect(clippy::cast_possible_truncation, reason = "clamped to what an amount can be")]
pub fn rounded(paise: f64) -> Paise {
    Paise::from_paise(paise.round().clamp(0.0, 1e15) as i64)
}

/// How many percent `amount` is above `base`, to one decimal; negative when below.
pub fn change_percent(base: Paise, amount: Paise) -> Option<f64> {
    (base.paise() > 0).then(|| one_decimal((as_number(amount) / as_number(base) - 1.0) * 100.0))
}

pub fn one_decimal(number: f64) -> f64 {
    (number * 10.0).round() / 10.0
}

/// The median. Between two in the middle, it is their mean, rounded down to a paisa.
pub fn median(mut amounts: Vec<Paise>) -> Option<Paise> {
    amounts.sort_unstable();
    let upper = *amounts.get(amounts.len() / 2)?;
    if amounts.len() % 2 == 1 {
        return Some(upper);
    }
    let lower = amounts.get(amounts.len() / 2 - 1)?.paise();
    Some(Paise::from_paise(lower + (upper.paise() - lower) / 2))
}

/// The median of plain numbers.
pub fn median_number(mut numbers: Vec<f64>) -> Option<f64> {
    numbers.sort_unstable_by(f64::total_cmp);
    let upper = *numbers.get(numbers.len() / 2)?;
    if numbers.len() % 2 == 1 {
        return Some(upper);
    }
    Some(f64::midpoint(*numbers.get(numbers.len() / 2 - 1)?, upper))
}

/// Amounts with weights, by amount.
#[derive(Clone, Debug)]
pub struct Weighted {
    amounts: Vec<(Paise, f64)>,
    whole: f64,
}

impl Weighted {
    /// Weights that are not greater than zero count nothing.
    pub fn new(amounts: impl IntoIterator<Item = (Paise, f64)>) -> Self {
        let mut amounts: Vec<_> = amounts.into_iter().filter(|(_, weight)| *weight > 0.0).collect();
        amounts.sort_unstable_by_key(|(amount, _)| *amount);
        let whole = amounts.iter().map(|(_, weight)| weight).sum();
        Self { amounts, whole }
    }

    /// The least amount at which `share` of the whole weight is reached. When it is reached exactly, the mean of that
    /// amount and the next one: with equal weights and 0.5 that is the median.
    pub fn quantile(&self, share: f64) -> Option<Paise> {
        let wanted = share * self.whole;
        let slack = self.whole * 1e-9;
        let mut reached = 0.0;
        for (at, (amount, weight)) in self.amounts.iter().enumerate() {
            reached += weight;
            if (reached - wanted).abs() <= slack
                && let Some((next, _)) = self.amounts.get(at + 1)
            {
                return Some(Paise::from_paise(amount.paise() + (next.paise() - amount.paise()) / 2));
            }
            if reached >= wanted - slack {
                return Some(*amount);
            }
        }
        self.amounts.last().map(|(amount, _)| *amount)
    }
}

/// How the amounts are spread, in bars of equal width without gaps.
pub fn distribution(amounts: &[Paise]) -> Vec<Bar> {
    let (Some(lowest), Some(highest)) = (amounts.iter().min(), amounts.iter().max()) else {
        return Vec::new();
    };
    let (lowest, highest) = (lowest.paise(), highest.paise());
    // One more than the exact width, so that the highest amount is in the last bar.
    let width = (highest - lowest) / BARS + 1;
    let bars = (highest - lowest) / width + 1;
    let bar = |number: i64| {
        let from = lowest + number * width;
        let homes = amounts.iter().filter(|amount| (amount.paise() - lowest) / width == number).count();
        let to = (from + width).min(highest);
        Bar { from: Paise::from_paise(from), to: Paise::from_paise(to), homes: homes as u64 }
    };
    (0..bars).map(bar).collect()
}

#[cfg(test)]
mod tests;
