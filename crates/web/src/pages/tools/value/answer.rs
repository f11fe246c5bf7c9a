//! What the page says about an estimate, or about too few homes to estimate from.

use super::super::inputs::Input;
use crate::api::{ApiError, Area, AreaDetails, Call, ComparableHome, Estimate, Measured, NearArea};
use crate::emi::nearest;
use crate::failure::Failure;
use crate::listing_path;
use crate::numbers::figure;
use crate::plot::{PlotWords, Span, SpanLabels, span};
use crate::rupees::{compact, whole};
use crate::visit::Visit;
use crate::when::Moment;

/// The most areas that are offered instead.
const NEAREST: usize = 4;
/// Fields of the form that a listing has, too, under the same names.
const OF_A_LISTING: [&str; 7] =
    ["location", "listingType", "propertyType", "bedrooms", "area", "areaUnit", "ageOfProperty"];

pub(super) struct Answer {
    pub(super) low: String,
    pub(super) middle: String,
    pub(super) high: String,
    pub(super) price_per_sqft: Option<String>,
    pub(super) plot: Option<Span>,
    pub(super) homes: Vec<HomeRow>,
    /// How far estimates were off, in words.
    pub(super) measured: String,
    /// The form for posting the home, with the fields filled.
    pub(super) post: String,
}

/// A comparable home in words.
pub(super) struct HomeRow {
    pub(super) page: Option<String>,
    pub(super) title: String,
    /// Where it is, and how many bedrooms it has.
    pub(super) about: String,
    pub(super) price: String,
    pub(super) area: String,
    pub(super) price_per_sqft: String,
    pub(super) when: Option<Moment>,
}

/// The areas to look at instead.
pub(super) struct TooFew {
    pub(super) near: Vec<NearArea>,
}

impl Answer {
    pub(super) fn of(visit: &Visit, estimate: Estimate, inputs: &[Input]) -> Self {
        let Estimate { low, middle, high, price_per_sqft, comparables, measured } = estimate;
        let labels = SpanLabels { low: compact(low), middle: compact(middle), high: compact(high) };
        let told = visit.text("tools-value-plot-words").arg("low", compact(low)).arg("high", compact(high));
        let words = PlotWords {
            id: "range-plot",
            title: visit.text("tools-value-plot").to_string(),
            description: told.arg("middle", compact(middle)).to_string(),
        };
        let others: Vec<f64> = comparables.iter().filter_map(|home| home.price).collect();
        Self {
            plot: span((low, middle, high), &others, labels, words),
            low: compact(low),
            middle: compact(middle),
            high: compact(high),
            price_per_sqft: price_per_sqft.map(whole),
            homes: comparables.into_iter().map(|home| HomeRow::of(visit, home)).collect(),
            measured: measured_words(visit, measured.as_ref()),
            post: post(inputs, middle),
        }
    }
}

impl HomeRow {
    fn of(visit: &Visit, home: ComparableHome) -> Self {
        Self {
            page: home.page(),
            about: home.about(),
            price: home.price.map_or_else(String::new, compact),
            area: home.area_sqft.map_or_else(String::new, figure),
            price_per_sqft: home.price_per_sqft().map_or_else(String::new, whole),
            when: home.when(),
            title: home.title.unwrap_or_else(|| visit.text("tools-value-untitled").to_string()),
        }
    }
}

fn measured_words(visit: &Visit, measured: Option<&Measured>) -> String {
    match measured.map(|it| (it.homes, it.median_error_percent)) {
        Some((homes, Some(percent))) if homes.0 > 0 => {
            let text =
                visit.text("tools-value-measured").arg("percent", figure((percent * 10.0).round() / 10.0));
            text.arg("count", homes).to_string()
        }
        _ => visit.text("tools-value-not-measured").to_string(),
    }
}

fn post(inputs: &[Input], middle: f64) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for input in inputs.iter().filter(|input| OF_A_LISTING.contains(&input.name) && !input.value.is_empty()) {
        query.append_pair(input.name, &input.value);
    }
    query.append_pair("price", &nearest(middle).to_string());
    format!("/post?{}", query.finish())
}

/// The areas near this one, or those with the most homes if it is not known.
pub(super) async fn too_few(visit: &Visit, areas: &[Area], location: &str) -> Result<TooFew, Failure> {
    let slug = listing_path::slug(location);
    let known = areas.iter().any(|area| area.slug == slug);
    let mut near = Vec::new();
    if known {
        match visit.ask::<AreaDetails>(Call::get(format!("/api/market/areas/{slug}"))).await {
            Ok(details) => near = details.near,
            Err(ApiError::Refused(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    if near.is_empty() {
        let mut most: Vec<&Area> = areas.iter().filter(|area| area.slug != slug).collect();
        most.sort_by_key(|area| std::cmp::Reverse(area.homes()));
        near = most.into_iter().map(|area| NearArea::unmeasured(&area.slug, &area.name)).collect();
    }
    near.truncate(NEAREST);
    Ok(TooFew { near })
}
