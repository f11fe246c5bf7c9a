//! What a search asks for, independent of how the index answers it.

mod buckets;
mod details;
mod filters;
mod geo;
mod sort;

use domain::{PropertyId, TenantId, Timestamp};
use uuid::Uuid;

pub use buckets::{AREAS, BUDGETS, Bucket, budgets, prices};
pub use details::{Detail, DetailBits, DetailFilters, NamedDetails};
pub use filters::{Facet, Filters, Numbers, RoomSet};
pub use geo::{BoundingBox, Geo, Near, Polygon, kilometres, kilometres_at_least};
pub use sort::{Key, Like, MOST_SORTS, Sort, SortBy, compare_parts};

use crate::home::Home;
use crate::words::words;

/// The maximum number of words; further words are ignored.
pub const MOST_WORDS: usize = 12;

/// A search.
#[derive(Clone, Debug)]
pub struct Query {
    /// The tenant whose listings are searched.
    pub tenant: TenantId,
    /// The words, all of which must match. The last one may be unfinished.
    pub words: Vec<String>,
    /// Words that raise the relevance of a listing and are not demanded. None of them is unfinished.
    pub preferred: Vec<String>,
    /// The filters.
    pub filters: Filters,
    /// The conditions on location.
    pub geo: Geo,
    /// A listing to leave out.
    pub exclude: Option<PropertyId>,
    /// Only listings that were listed after this time.
    pub since: Option<Timestamp>,
    /// The sort order; ids break ties.
    pub sort: Vec<Sort>,
    /// The listing that [`SortBy::Likeness`] compares with.
    pub like: Option<Like>,
    /// The number of hits to skip.
    pub offset: usize,
    /// The number of hits to return.
    pub size: usize,
    /// Only hits after this position.
    pub after: Option<Key>,
    /// Whether to count facets.
    pub facets: bool,
    /// When the search was made. Freshness is measured from this time, so it is the same on every page.
    pub at: Timestamp,
}

impl Query {
    /// All listings of `tenant`, newest first.
    #[must_use]
    pub fn all(tenant: TenantId, at: Timestamp) -> Self {
        Self {
            tenant,
            words: Vec::new(),
            preferred: Vec::new(),
            filters: Filters::default(),
            geo: Geo::default(),
            exclude: None,
            since: None,
            sort: vec![Sort::NEWEST],
            like: None,
            offset: 0,
            size: 10,
            after: None,
            facets: false,
            at,
        }
    }

    /// Sets the words to search for from `text`.
    pub fn text(&mut self, text: &str) {
        self.words = asked_words(text);
    }

    /// The preferred words, if relevance counts.
    #[must_use]
    pub fn preferences(&self) -> &[String] {
        if self.is_ranked() { &self.preferred } else { &[] }
    }

    /// Whether sorting needs the relevance of a hit.
    #[must_use]
    pub fn is_ranked(&self) -> bool {
        self.sort.iter().any(|sort| sort.by == SortBy::Relevance)
    }
}

/// The words of a text that a search uses.
#[must_use]
pub fn asked_words(text: &str) -> Vec<String> {
    let mut words = words(text);
    words.truncate(MOST_WORDS);
    words
}

/// A hit, with what is needed to sort it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hit<I = Uuid> {
    /// Its position in the sort order.
    pub key: Key<I>,
    /// How well it matches the words; [`NO_TEXT`] for a search without words.
    pub text: f32,
}

/// The number of hits with one value of a facet.
#[derive(Clone, Debug, PartialEq, serde::Serialize, utoipa::ToSchema)]
#[schema(as = FacetCount)]
pub struct Count {
    /// The value, as the filter accepts it.
    pub value: String,
    /// The number of hits.
    pub count: u64,
    /// For a range: the inclusive lower bound.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<f64>,
    /// For a range: the exclusive upper bound.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<f64>,
}

impl Count {
    /// The count of one value.
    pub(crate) fn of(value: String, count: u64) -> Self {
        Self { value, count, from: None, to: None }
    }
}

/// The counts of every facet. Each is counted over the hits there would be without the facet's own filter.
pub type Facets = std::collections::BTreeMap<&'static str, Vec<Count>>;

/// What an index found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct IndexHits {
    /// The hits of the page.
    pub hits: Vec<Hit>,
    /// The total number of hits.
    pub total: u64,
    /// The facet counts, if requested.
    pub facets: Facets,
}
/// The text score in a search without words.
pub const NO_TEXT: f32 = 10.0;

/// How well `home` matches the words of `query`; `None` when a demanded word does not match.
#[must_use]
pub fn text_score(home: &Home, query: &Query) -> Option<f32> {
    score(&home.texts().map(|(weight, text)| (weight, words(&text))), query)
}

/// The same for texts that are already split into words.
///
/// For each word, the best match in each field counts, times the field's weight. The score is the mean over the
/// demanded words. The preferred words add to it.
#[must_use]
pub fn score(fields: &[(f32, Vec<String>); 4], query: &Query) -> Option<f32> {
    let mut demanded = 0.0;
    for (index, word) in query.words.iter().enumerate() {
        let met = worth(fields, word, index + 1 == query.words.len());
        if met <= 0.0 {
            return None;
        }
        demanded += met;
    }
    let mut preferred = 0.0;
    for word in query.preferences() {
        preferred += worth(fields, word, false);
    }
    Some(total(query, demanded, preferred))
}

/// The words of `query`, demanded or preferred, that the texts of `home` have.
#[must_use]
pub fn matched_words(home: &Home, query: &Query) -> Vec<String> {
    let fields = home.texts().map(|(weight, text)| (weight, words(&text)));
    let last = query.words.len();
    let demanded =
        query.words.iter().enumerate().filter(|(at, word)| worth(&fields, word, at + 1 == last) > 0.0);
    let preferred = query.preferences().iter().filter(|word| worth(&fields, word, false) > 0.0);
    demanded.map(|(_, word)| word).chain(preferred).cloned().collect()
}

fn worth(fields: &[(f32, Vec<String>); 4], word: &str, last: bool) -> f32 {
    let best =
        |there: &Vec<String>| there.iter().filter_map(|there| crate::words::matched(word, last, there)).max();
    let mut met = 0.0;
    for (weight, there) in fields {
        met += best(there).map_or(0.0, |matched| weight * matched.worth());
    }
    met
}

/// The score from the sums over the words. Shared, so that every caller computes exactly the same value.
#[must_use]
pub fn total(query: &Query, demanded: f32, preferred: f32) -> f32 {
    let (words, preferences) = (query.words.len(), query.preferences().len());
    let text = if words == 0 { NO_TEXT } else { mean(demanded, words) };
    if preferences == 0 { text } else { text + mean(preferred, words + preferences) }
}

#[expect(clippy::cast_precision_loss, reason = "two dozen words at most")]
fn mean(sum: f32, words: usize) -> f32 {
    sum / words as f32
}
