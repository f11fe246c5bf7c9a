//! What is paid beside the price of a home: dated rates of the settings, and the sheet made from them.

mod reading;

use domain::Paise;
use domain::date::CalendarDate;
use domain::property::kinds::{PossessionStatus, PropertyCategory, PropertyType, TransactionType};

pub use reading::NotARate;

/// A rate in hundredths of a percent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RatePercent(i64);

impl RatePercent {
    /// As a number of percent.
    #[expect(clippy::cast_precision_loss, reason = "at most 10,000")]
    pub fn number(self) -> f64 {
        self.0 as f64 / 100.0
    }

    /// This share of an amount, rounded to a paisa.
    pub fn of(self, price: Paise) -> Paise {
        let share = (i128::from(price.paise()) * i128::from(self.0) + 5_000) / 10_000;
        Paise::from_paise(i64::try_from(share).unwrap_or(i64::MAX))
    }
}

/// Which purchases a rate is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Purchases {
    Any,
    /// Homes that are bought from the builder before they are finished.
    Unfinished,
}

/// A rate of the settings: `CODE | from | percent | purchases | label | source | address of the source`.
#[derive(Clone, Debug, PartialEq, serde::Deserialize)]
#[serde(try_from = "String")]
pub struct Rate {
    code: String,
    from: CalendarDate,
    percent: RatePercent,
    purchases: Purchases,
    /// Prices above this have another rate.
    up_to: Option<Paise>,
    /// Prices up to this have another rate.
    above: Option<Paise>,
    label: String,
    source: String,
    source_url: String,
}

/// What is bought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Purchase {
    pub price: Paise,
    pub property_type: Option<PropertyType>,
    pub transaction_type: Option<TransactionType>,
    pub possession_status: Option<PossessionStatus>,
}

impl Purchase {
    /// Whether a home is bought before it is finished. A resale never is, in the sense of the tax.
    fn is_unfinished(&self) -> bool {
        let is_home = self
            .property_type
            .is_none_or(|property| PropertyCategory::of(property) == PropertyCategory::Residential);
        let waits = matches!(
            self.possession_status,
            Some(PossessionStatus::UnderConstruction | PossessionStatus::NewLaunch)
        );
        is_home && waits && self.transaction_type != Some(TransactionType::Resale)
    }
}

impl Rate {
    fn is_for(&self, purchase: &Purchase, day: i32) -> bool {
        let fits = match self.purchases {
            Purchases::Any => true,
            Purchases::Unfinished => purchase.is_unfinished(),
        };
        fits && self.from.days() <= day
            && self.up_to.is_none_or(|most| purchase.price <= most)
            && self.above.is_none_or(|least| purchase.price > least)
    }
}

/// A line of a sheet.
#[derive(Clone, Debug, PartialEq)]
pub struct CostLine<'a> {
    pub code: &'a str,
    pub label: &'a str,
    pub from: CalendarDate,
    pub percent: RatePercent,
    pub amount: Paise,
    pub source: &'a str,
    pub source_url: &'a str,
}

/// The lines for a purchase on a day, counted from 1970-01-01: of each code the newest rate that is in force, in the
/// order of the settings.
pub fn cost_lines<'a>(rates: &'a [Rate], purchase: &Purchase, day: i32) -> Vec<CostLine<'a>> {
    let mut newest: Vec<&Rate> = Vec::new();
    for rate in rates.iter().filter(|rate| rate.is_for(purchase, day)) {
        match newest.iter_mut().find(|known| known.code == rate.code) {
            Some(known) if known.from <= rate.from => *known = rate,
            Some(_) => {}
            None => newest.push(rate),
        }
    }
    let line = |rate: &'a Rate| CostLine {
        code: &rate.code,
        label: &rate.label,
        from: rate.from,
        percent: rate.percent,
        amount: rate.percent.of(purchase.price),
        source: &rate.source,
        source_url: &rate.source_url,
    };
    newest.into_iter().map(line).collect()
}

#[cfg(test)]
mod tests;
