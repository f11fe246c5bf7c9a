//! Reads the queries of product searches.

use std::collections::BTreeMap;

use domain::fields::MemberKind;
use domain::{Fields, ProductId, TenantId, Timestamp};
use http_kit::{Cursor, Paging, Request};
use serde_json::{Value, json};

use super::index::facet_key;
use super::query::{ProductFilters, ProductPlace, ProductQuery, ProductSortBy};
use crate::query::{Key, MOST_SORTS};
use crate::request::money;

/// The number of values in a cursor: the order, the time of the first page, a name, the sort values and the id.
const CURSOR: usize = 4 + MOST_SORTS;

/// The most values of one filter.
const MOST_VALUES: usize = 30;
/// The most attributes that are filtered by.
const MOST_ATTRIBUTES: usize = 10;
/// What the names of parameters for attributes begin with.
const ATTRIBUTE: &str = "attr.";

/// How hits are ordered; `None` where the request does not say.
#[derive(Clone, Copy, Debug)]
struct Order {
    by: Option<ProductSortBy>,
    ascending: bool,
}

impl Order {
    fn read(f: &mut Fields<'_>) -> Self {
        f.asks("sortBy", || MemberKind::Choice(ProductSortBy::WORDS.iter().map(|(word, _)| *word).collect()));
        f.asks("sortDir", || MemberKind::Choice(vec!["asc", "desc"]));
        let by = f.text("sortBy", 1..=40).and_then(|named| {
            let found = ProductSortBy::WORDS.iter().find(|(word, _)| word.eq_ignore_ascii_case(&named));
            if found.is_none() {
                let words: Vec<_> = ProductSortBy::WORDS.iter().map(|(word, _)| *word).collect();
                f.wrong("sortBy", format!("must be one of {}", words.join(", ")));
            }
            found.map(|(_, by)| *by)
        });
        let direction = f.text("sortDir", 1..=10).unwrap_or_else(|| "desc".to_owned()).to_lowercase();
        if !["asc", "desc"].contains(&direction.as_str()) {
            f.wrong("sortDir", "must be asc or desc");
        }
        Self { by, ascending: direction == "asc" }
    }

    /// As text. A cursor is valid for one order only; without a choice it depends on whether there are words.
    fn named(self, has_text: bool) -> String {
        format!("{:?} {} {has_text}", self.by, self.ascending)
    }
}

fn place(cursor: &Cursor, order: &str) -> Option<(Timestamp, ProductPlace)> {
    let [its, at, name, parts @ .., id] = &cursor.0[..] else { return None };
    if its.as_str()? != order {
        return None;
    }
    let mut key = Key { parts: [0.0; MOST_SORTS], id: ProductId::of(id.as_u64()?)? };
    for (part, bits) in key.parts.iter_mut().zip(parts) {
        *part = f64::from_bits(bits.as_u64()?);
    }
    Some((Timestamp::from_micros(at.as_i64()?), ProductPlace { name: name.as_str()?.to_owned(), key }))
}

/// A search for products, as it was asked.
pub struct ProductSearchRequest {
    text: Option<String>,
    filters: ProductFilters,
    order: Order,
    /// The requested page.
    pub paging: Paging,
    /// Whether the factors of each relevance score are returned.
    pub explain: bool,
    /// Where the previous page ended, and when the first page was requested.
    after: Option<(Timestamp, ProductPlace)>,
}

impl ProductSearchRequest {
    /// The cursor after a hit of this search, whose first page was requested at `at`. Numbers are stored as bits, because
    /// they must come back exactly.
    pub fn cursor(&self, at: Timestamp, place: &ProductPlace) -> Cursor {
        let order = self.order.named(self.text.is_some());
        let mut parts = vec![order.into(), at.micros().into(), place.name.clone().into()];
        parts.extend(place.key.parts.iter().map(|part| Value::from(part.to_bits())));
        parts.push(place.key.id.number().into());
        Cursor(parts)
    }

    /// This search in `tenant` at the time `now`.
    pub fn asked_in(&self, tenant: &TenantId, now: Timestamp) -> ProductQuery {
        let (at, after) = self.after.clone().map_or((now, None), |(at, place)| (at, Some(place)));
        let mut query = ProductQuery { after, ..paged(tenant, at, &self.paging) };
        query.facets = true;
        query.filters = self.filters.clone();
        if let Some(text) = &self.text {
            query.text(text);
        }
        let best = if query.words.is_empty() { ProductSortBy::CreatedAt } else { ProductSortBy::Relevance };
        (query.sort, query.descending) = (self.order.by.unwrap_or(best), !self.order.ascending);
        query
    }
}

fn paged(tenant: &TenantId, now: Timestamp, paging: &Paging) -> ProductQuery {
    let offset = usize::try_from(paging.offset()).unwrap_or(usize::MAX);
    let size = usize::try_from(paging.size).unwrap_or(100);
    ProductQuery { offset, size, ..ProductQuery::all(tenant.clone(), now) }
}

fn keys(texts: &[String]) -> Vec<String> {
    texts.iter().map(|text| facet_key(text)).filter(|key| !key.is_empty()).collect()
}

impl Request for ProductSearchRequest {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let text = f.text("q", 1..=200);
        let filters = ProductFilters {
            categories: keys(&f.list("categories", MOST_VALUES)),
            tags: keys(&f.list("tags", MOST_VALUES)),
            attributes: attributes(f),
            min_price: money(f, "minPrice"),
            max_price: money(f, "maxPrice"),
            in_stock: f.flag("inStock"),
        };
        if filters.min_price.zip(filters.max_price).is_some_and(|(least, most)| least > most) {
            f.wrong("maxPrice", "must not be below the least");
        }
        let order = Order::read(f);
        let explain = f.flag("explain").unwrap_or_default();
        let paging = Paging::read(f, 20, CURSOR);
        let cursor = paging.as_ref().and_then(|paging| paging.cursor.as_ref());
        let after = cursor.and_then(|cursor| place(cursor, &order.named(text.is_some())));
        if cursor.is_some() && after.is_none() {
            f.wrong("cursor", "belongs to another order; take it from the page before");
        }
        Some(Self { text, filters, order, paging: paging?, explain, after })
    }

    fn about(member: &str) -> Option<&'static str> {
        Some(match member {
            "q" => {
                "Words, as people type them: a letter may be wrong, the last word may be unfinished, and synonyms are \
                 found, too. A whole SKU finds its product first."
            }
            "categories" => "One of these. Repeat the parameter, or separate them by commas.",
            "tags" => "One of these, such as `budget`, `premium`, `bestseller`, `available`.",
            "attr.*" => "One of these values of the attribute: `attr.color=black&attr.color=red`.",
            "minPrice" | "maxPrice" => "In major units; 0 is no bound.",
            "sortBy" => "Without it: by relevance if there are words, else the newest first.",
            "explain" => "Whether the parts of each relevance are wanted.",
            _ => return None,
        })
    }

    fn example() -> Value {
        json!({"q": "headphon", "categories": ["Electronics"], "maxPrice": 500})
    }
}

/// The values asked for, by attribute. Every parameter `attr.NAME` names one.
fn attributes(f: &mut Fields<'_>) -> BTreeMap<String, Vec<String>> {
    f.asks("attr.*", || MemberKind::List(MOST_VALUES));
    let named: Vec<&str> = f.names().filter(|name| name.starts_with(ATTRIBUTE)).collect();
    if let Some(last) = named.get(MOST_ATTRIBUTES) {
        f.wrong(last, format!("is one too many: at most {MOST_ATTRIBUTES} attributes can be asked for"));
    }
    let mut attributes: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for parameter in named {
        let values = values(f, parameter);
        let name = parameter.strip_prefix(ATTRIBUTE).map(facet_key).unwrap_or_default();
        if !values.is_empty() {
            attributes.entry(name).or_default().extend(values);
        }
    }
    attributes
}

/// The values of one attribute. They may hold commas, so only a repeated parameter gives several.
fn values(f: &mut Fields<'_>, parameter: &str) -> Vec<String> {
    let given: Vec<&str> = match f.raw(parameter) {
        Some(Value::Array(all)) => all.iter().filter_map(Value::as_str).collect(),
        Some(Value::String(text)) => vec![text],
        _ => Vec::new(),
    };
    if given.len() > MOST_VALUES || given.iter().any(|text| text.chars().count() > 500) {
        f.wrong(parameter, format!("must hold at most {MOST_VALUES} texts of at most 500 characters"));
    }
    given.into_iter().map(facet_key).filter(|key| !key.is_empty()).collect()
}

/// The query of the categories: some of them with their products, or none for the tree.
pub struct CategoriesRequest {
    /// The keys of the categories.
    categories: Vec<String>,
    order: Order,
    /// The requested page.
    pub paging: Paging,
}

impl CategoriesRequest {
    /// The products of the categories; `None` if none is named.
    pub fn asked_in(&self, tenant: &TenantId, now: Timestamp) -> Option<ProductQuery> {
        let mut query = paged(tenant, now, &self.paging);
        query.facets = true;
        query.filters.categories.clone_from(&self.categories);
        query.sort = self.order.by.unwrap_or(ProductSortBy::CreatedAt);
        query.descending = !self.order.ascending;
        (!self.categories.is_empty()).then_some(query)
    }
}

impl Request for CategoriesRequest {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let categories = keys(&f.list("categories", MOST_VALUES));
        let order = Order::read(f);
        let paging = Paging::by_number(f, 20)?;
        Some(Self { categories, order, paging })
    }

    fn about(member: &str) -> Option<&'static str> {
        (member == "categories").then_some("Products of these; without it, the tree of all categories.")
    }

    fn example() -> Value {
        json!({"categories": ["Electronics"]})
    }
}

/// The query of the popular products.
pub struct PopularRequest {
    by: ProductSortBy,
    /// How many.
    pub paging: Paging,
}

impl PopularRequest {
    /// The most popular products of `tenant` at the time `now`.
    pub fn asked_in(&self, tenant: &TenantId, now: Timestamp) -> ProductQuery {
        ProductQuery { sort: self.by, ..paged(tenant, now, &self.paging) }
    }
}

/// What popular products may be sorted by.
const POPULAR: [(&str, ProductSortBy); 2] =
    [("popularityScore", ProductSortBy::Popularity), ("trendingScore", ProductSortBy::Trending)];

impl Request for PopularRequest {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        f.asks("sortBy", || MemberKind::Choice(POPULAR.iter().map(|(word, _)| *word).collect()));
        let named = f.text("sortBy", 1..=40).unwrap_or_else(|| POPULAR[0].0.to_owned());
        let by = POPULAR.iter().find(|(word, _)| word.eq_ignore_ascii_case(&named)).map(|(_, by)| *by);
        if by.is_none() {
            f.wrong("sortBy", "must be one of popularityScore, trendingScore");
        }
        let paging = Paging::first(f, 10);
        Some(Self { by: by?, paging })
    }
}

/// What somebody has typed of a product's name.
pub struct TypedName {
    /// The text.
    pub text: String,
    /// How many names are wanted.
    pub most: usize,
}

impl Request for TypedName {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let text = f.text("q", 1..=200);
        let text = f.required("q", text);
        let paging = Paging::first(f, 10);
        Some(Self { text: text?, most: usize::try_from(paging.size).unwrap_or(100) })
    }

    fn about(member: &str) -> Option<&'static str> {
        (member == "q").then_some("What was typed so far; a letter may be wrong.")
    }

    fn example() -> Value {
        json!({"q": "wireles"})
    }
}
