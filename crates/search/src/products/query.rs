//! What a search for products asks for, independent of how the index answers it.

use std::collections::BTreeMap;

use domain::{ProductId, TenantId, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use crate::query::{Count, Hit, Key, MOST_WORDS};

use super::words::product_words;

/// What to sort by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProductSortBy {
    /// The text score times the product's boosts.
    Relevance,
    /// The name, as words are compared.
    Name,
    /// The price.
    Price,
    /// When it came into the catalogue.
    CreatedAt,
    /// The popularity over all time, then how many were bought.
    Popularity,
    /// The popularity of late.
    Trending,
}

impl ProductSortBy {
    /// The names in requests.
    pub const WORDS: [(&'static str, Self); 6] = [
        ("relevance", Self::Relevance),
        ("name", Self::Name),
        ("price", Self::Price),
        ("createdAt", Self::CreatedAt),
        ("popularityScore", Self::Popularity),
        ("trendingScore", Self::Trending),
    ];
}

/// The filters. Values of one filter are alternatives; a product must fit every filter.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ProductFilters {
    /// Keys of categories.
    pub categories: Vec<String>,
    /// Keys of tags.
    pub tags: Vec<String>,
    /// By key of the attribute's name: keys of its values.
    pub attributes: BTreeMap<String, Vec<String>>,
    /// In paise.
    pub min_price: Option<i64>,
    /// In paise.
    pub max_price: Option<i64>,
    /// Whether there are some.
    pub in_stock: Option<bool>,
}

impl ProductFilters {
    /// Whether a price, in paise, is within the bounds.
    #[must_use]
    pub fn price_fits(&self, price: i64) -> bool {
        self.min_price.is_none_or(|least| price >= least) && self.max_price.is_none_or(|most| price <= most)
    }
}

/// A place in the order of hits.
#[derive(Clone, Debug, PartialEq)]
pub struct ProductPlace {
    /// The name of the hit there, if hits are sorted by name.
    pub name: String,
    /// The rest of its place.
    pub key: Key<ProductId>,
}

/// A search for products.
#[derive(Clone, Debug)]
pub struct ProductQuery {
    /// The tenant whose catalogue is searched.
    pub tenant: TenantId,
    /// The words, all of which must match. The last one may be unfinished.
    pub words: Vec<String>,
    /// The whole text, if it may be a SKU.
    pub sku: Option<String>,
    /// The filters.
    pub filters: ProductFilters,
    /// What to sort by; ids break ties.
    pub sort: ProductSortBy,
    /// Whether the largest comes first.
    pub descending: bool,
    /// Only hits after this place.
    pub after: Option<ProductPlace>,
    /// The number of hits to skip.
    pub offset: usize,
    /// The number of hits to return.
    pub size: usize,
    /// Whether to count facets.
    pub facets: bool,
    /// When the search was made.
    pub at: Timestamp,
}

impl ProductQuery {
    /// All products of `tenant`, newest first.
    #[must_use]
    pub fn all(tenant: TenantId, at: Timestamp) -> Self {
        Self {
            tenant,
            words: Vec::new(),
            sku: None,
            filters: ProductFilters::default(),
            sort: ProductSortBy::CreatedAt,
            descending: true,
            after: None,
            offset: 0,
            size: 20,
            facets: false,
            at,
        }
    }

    /// Searches for the words of `text`.
    pub fn text(&mut self, text: &str) {
        self.words = product_words(text);
        self.words.truncate(MOST_WORDS);
        self.sku = domain::product::draft::normal_sku(text).ok();
    }
}

/// The counts of the facets. Each is counted over the hits there would be without the facet's own filter.
#[derive(Clone, Debug, Default, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProductFacets {
    /// By category, the commonest first.
    pub categories: Vec<Count>,
    /// By range of prices, from the cheapest.
    pub price_ranges: Vec<Count>,
    /// By tag, the commonest first.
    pub tags: Vec<Count>,
    /// Whether there are some.
    pub in_stock: Vec<Count>,
    /// By name of an attribute: the commonest values first. The commonest names only, and those that are filtered by.
    pub attributes: BTreeMap<String, Vec<Count>>,
}

/// A product that was found.
pub type ProductHit = Hit<ProductId>;

/// What an index found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ProductHits {
    /// The hits of the page.
    pub hits: Vec<ProductHit>,
    /// The place of the last of them.
    pub last: Option<ProductPlace>,
    /// The total number of hits.
    pub total: u64,
    /// The facet counts, if requested.
    pub facets: ProductFacets,
}
