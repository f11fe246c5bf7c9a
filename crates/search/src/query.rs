//! What is asked of an index, without a word of how the index does it.

mod buckets;
mod filters;
mod geo;
mod sort;

use domain::{PropertyId, TenantId, Timestamp};

pub use buckets::{AREAS, BUDGETS, Bucket, budgets, prices};
pub use filters::{Facet, Filters, Numbers};
pub use geo::{BoundingBox, Geo, Near, Polygon, kilometres, kilometres_at_least};
pub use sort::{Key, Like, MOST_SORTS, Sort, SortBy};

use crate::home::Home;
use crate::words::words;

/// Words beyond these are not looked at.
const MOST_WORDS: usize = 12;

/// A search.
#[derive(Clone, Debug)]
pub struct Query {
    /// Whose listings.
    pub tenant: TenantId,
    /// Every one of these must be met; the last may be unfinished.
    pub words: Vec<String>,
    /// What the listings must be.
    pub filters: Filters,
    /// Where they must be.
    pub geo: Geo,
    /// Not this one.
    pub exclude: Option<PropertyId>,
    /// The order; ids settle ties.
    pub sort: Vec<Sort>,
    /// What [`SortBy::Likeness`] is measured against.
    pub like: Option<Like>,
    /// Hits to skip.
    pub offset: usize,
    /// Hits to give.
    pub size: usize,
    /// Only hits behind this place.
    pub after: Option<Key>,
    /// Whether to count facets.
    pub facets: bool,
    /// When it was asked: freshness is measured from here, the same on every page.
    pub at: Timestamp,
}

impl Query {
    /// Everything of `tenant`, the newest first.
    #[must_use]
    pub fn all(tenant: TenantId, at: Timestamp) -> Self {
        Self {
            tenant,
            words: Vec::new(),
            filters: Filters::default(),
            geo: Geo::default(),
            exclude: None,
            sort: vec![Sort::NEWEST],
            like: None,
            offset: 0,
            size: 10,
            after: None,
            facets: false,
            at,
        }
    }

    /// Asks for the words of `text`.
    pub fn text(&mut self, text: &str) {
        self.words = asked_words(text);
    }

    /// Whether the order needs the relevance of a hit.
    #[must_use]
    pub fn is_ranked(&self) -> bool {
        self.sort.iter().any(|sort| sort.by == SortBy::Relevance)
    }
}

/// The words of a text that are looked for.
#[must_use]
pub fn asked_words(text: &str) -> Vec<String> {
    let mut words = words(text);
    words.truncate(MOST_WORDS);
    words
}

/// A hit, by what it takes to order it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hit {
    /// Its place in the order.
    pub key: Key,
    /// How well it meets the words: 1 where none were asked for.
    pub text: f32,
}

/// How many hits have one value of a facet.
#[derive(Clone, Debug, PartialEq, serde::Serialize, utoipa::ToSchema)]
#[schema(as = FacetCount)]
pub struct Count {
    /// The value, as a filter takes it.
    pub value: String,
    /// How many.
    pub count: u64,
    /// Of a range: from here on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<f64>,
    /// Of a range: below this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<f64>,
}

/// The counts of every facet, each over the hits there would be without its own filter.
pub type Facets = std::collections::BTreeMap<&'static str, Vec<Count>>;

/// What an index found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct IndexHits {
    /// The page.
    pub hits: Vec<Hit>,
    /// How many there are in all.
    pub total: u64,
    /// When asked for.
    pub facets: Facets,
}
/// Of a search without words.
pub const NO_TEXT: f32 = 10.0;

/// How well `home` meets the words: nothing when it misses one of them.
#[must_use]
pub fn text_score(home: &Home, asked: &[String]) -> Option<f32> {
    score(&home.texts().map(|(weight, text)| (weight, words(&text))), asked)
}

/// The same of texts that are split already.
///
/// For each word the best match in each field counts, times the field's weight; the mean over the words.
#[must_use]
pub fn score(fields: &[(f32, Vec<String>); 4], asked: &[String]) -> Option<f32> {
    if asked.is_empty() {
        return Some(NO_TEXT);
    }
    let mut sum = 0.0;
    for (index, word) in asked.iter().enumerate() {
        let last = index + 1 == asked.len();
        let best = |there: &Vec<String>| {
            there.iter().filter_map(|there| crate::words::matched(word, last, there)).max()
        };
        let mut met = 0.0;
        for (weight, there) in fields {
            met += best(there).map_or(0.0, |matched| weight * matched.worth());
        }
        if met <= 0.0 {
            return None;
        }
        sum += met;
    }
    Some(mean(sum, asked.len()))
}

/// `sum` over so many words, the same wherever it is reckoned.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "a dozen words at most")]
pub fn mean(sum: f32, words: usize) -> f32 {
    sum / words as f32
}
