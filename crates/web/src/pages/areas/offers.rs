//! What is on offer in an area, by kind, with the prices asked for it.

use crate::api::OfferedKind;
use crate::key::Key;
use crate::labels::{LISTING_TYPES, PROPERTY_TYPES, capitalised, of};
use crate::numbers::Count;
use crate::place_path::What;
use crate::plot::{Bin, Histogram, PlotWords, histogram};
use crate::rupees::{compact, whole};
use crate::visit::Visit;

/// The kinds whose prices are drawn, each under an id of its own.
const DRAWN: [&str; 6] = ["kind-1", "kind-2", "kind-3", "kind-4", "kind-5", "kind-6"];

/// A kind of home in words.
pub(super) struct Offer {
    /// Such as `Apartments for sale`.
    pub(super) words: String,
    /// The results with these homes.
    pub(super) href: Option<String>,
    pub(super) homes: Count,
    pub(super) median: Option<String>,
    pub(super) per_sqft: Option<String>,
    /// The lowest and the highest price.
    pub(super) range: Option<(String, String)>,
    pub(super) plot: Option<Histogram>,
    /// The table beside the plot: from, up to, and how many.
    pub(super) spans: Vec<(String, String, u32)>,
}

pub(super) fn all(visit: &Visit, slug: &Key, kinds: &[OfferedKind]) -> Vec<Offer> {
    let ids = DRAWN.into_iter().map(Some).chain(std::iter::repeat(None));
    kinds.iter().zip(ids).map(|(kind, id)| offer(visit, slug, kind, id)).collect()
}

/// What a page of results calls this kind, if there is such a page.
fn what(kind: &OfferedKind) -> Option<What> {
    let listing = [&*kind.listing_type];
    What::of(&[&*kind.property_type], &listing).or_else(|| What::of(&[], &listing))
}

fn offer(visit: &Visit, slug: &Key, kind: &OfferedKind, id: Option<&'static str>) -> Offer {
    let what = what(kind);
    let words = what.map_or_else(
        || {
            format!(
                "{}, {}",
                of(visit.language, PROPERTY_TYPES, &kind.property_type),
                of(visit.language, LISTING_TYPES, &kind.listing_type)
            )
        },
        |what| capitalised(what.words(visit.language)),
    );
    let bins: Vec<Bin> = kind
        .distribution
        .iter()
        .map(|span| Bin { from: span.from, to: span.to, count: span.homes })
        .collect();
    let range = kind.lowest.zip(kind.highest).map(|(low, high)| (compact(low), compact(high)));
    let plot = id.zip(range.clone()).and_then(|(id, (low, high))| {
        let told = visit.text("areas-prices-words").arg("count", kind.homes).arg("low", &low);
        let words = PlotWords {
            id,
            title: visit.text("areas-prices-of").arg("what", &words).to_string(),
            description: told.arg("high", &high).to_string(),
        };
        let ends =
            bins.first().zip(bins.last()).map(|(first, last)| (compact(first.from), compact(last.to)))?;
        let median = kind.median_price.map(|price| {
            let label = visit.text("areas-median-mark").arg("price", compact(price));
            (price, label.to_string())
        });
        histogram(&bins, median, ends, words)
    });
    Offer {
        href: what.map(|what| format!("/hyderabad/{slug}/{}", what.slug())),
        homes: kind.homes,
        median: kind.median_price.map(compact),
        per_sqft: kind.median_price_per_sqft.map(whole),
        range,
        plot,
        spans: bins.iter().map(|bin| (compact(bin.from), compact(bin.to), bin.count)).collect(),
        words,
    }
}
