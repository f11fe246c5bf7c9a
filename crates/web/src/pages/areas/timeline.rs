//! The figures of an area from month to month, as lines and as tables.

use crate::api::MonthFigures;
use crate::messages::Message;
use crate::numbers::figure;
use crate::plot::{PlotWords, Trend, TrendLabels, trend};
use crate::rupees::{compact, whole};
use crate::visit::Visit;
use crate::when::month_words;

/// One figure over time.
pub(super) struct Timeline {
    pub(super) title: String,
    /// `None` while too few months are known.
    pub(super) plot: Option<Trend>,
    /// Each month in words with its figure, if it is known, the latest first.
    pub(super) months: Vec<(String, Option<String>)>,
}

/// All figures that are known of any month. The price per sq ft comes first, also if it is known of none.
pub(super) fn all(visit: &Visit, months: &[MonthFigures]) -> Vec<Timeline> {
    let homes = |month: &MonthFigures| i64::try_from(month.homes.0).ok().map(crate::emi::from_whole);
    let per_sqft = |month: &MonthFigures| month.median_price_per_sqft;
    let mut all = vec![one(visit, ("sqft-plot", visit.text("areas-over-sqft")), months, per_sqft, whole)];
    if months.iter().any(|month| month.median_price.is_some()) {
        let title = visit.text("areas-over-price");
        all.push(one(visit, ("price-plot", title), months, |month| month.median_price, compact));
    }
    if months.iter().any(|month| month.median_rent.is_some()) {
        let title = visit.text("areas-over-rent");
        all.push(one(visit, ("rent-plot", title), months, |month| month.median_rent, whole));
    }
    all.push(one(visit, ("homes-plot", visit.text("areas-over-homes")), months, homes, figure));
    all
}

fn one(
    visit: &Visit,
    (id, title): (&'static str, Message),
    months: &[MonthFigures],
    of_month: impl Fn(&MonthFigures) -> Option<f64>,
    words: fn(f64) -> String,
) -> Timeline {
    let title = title.to_string();
    let values: Vec<Option<f64>> = months.iter().map(&of_month).collect();
    let known: Vec<f64> = values.iter().flatten().copied().collect();
    let highest = words(known.iter().copied().fold(0.0, f64::max));
    let lowest = words(known.iter().copied().fold(f64::MAX, f64::min));
    let month = |month: Option<&MonthFigures>| month.map_or_else(String::new, |it| month_words(&it.month));
    let (start, end) = (month(months.first()), month(months.last()));
    let told = visit.text("areas-over-words").arg("start", &start).arg("end", &end);
    let description = told.arg("lowest", &lowest).arg("highest", &highest).to_string();
    let labels = TrendLabels {
        highest: visit.text("areas-highest").arg("figure", highest).to_string(),
        lowest: visit.text("areas-lowest").arg("figure", lowest).to_string(),
        start,
        end,
    };
    let row = |month: &MonthFigures| (month_words(&month.month), of_month(month).map(words));
    Timeline {
        plot: trend(&values, labels, PlotWords { id, title: title.clone(), description }),
        title,
        months: months.iter().rev().map(row).collect(),
    }
}
