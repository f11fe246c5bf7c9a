//! The search for products as it is meant: looks at every product.

use std::cmp::Ordering;
use std::collections::{BTreeMap, HashMap, HashSet};

use domain::ProductId;
use domain::product::PriceRange;
use search::products::query::{ProductFacets, ProductQuery, ProductSortBy};
use search::products::{ListedProduct, ProductRelevance, facet_key, product_key, product_words, synonyms};
use search::query::Count;
use search::words::{Match, matched};

const WEIGHTS: [f32; 4] = [4.0, 2.0, 1.0, 0.5];

/// A product with its words.
pub struct Prepared {
    pub product: ListedProduct,
    words: [Vec<String>; 4],
}

impl Prepared {
    pub fn of(product: &ListedProduct) -> Self {
        Self { product: product.clone(), words: product.texts().map(|text| product_words(&text)) }
    }

    fn text(&self, query: &ProductQuery, matches: &Matches) -> Option<f32> {
        let exact = query.sku.as_ref().is_some_and(|sku| *sku == self.product.details.content.sku);
        let exact = if exact { 8.0 } else { 0.0 };
        if query.words.is_empty() {
            return Some(1.0 + exact);
        }
        let mut sum = 0.0;
        for matches in matches {
            let one = |there: &String| matches.get(there).copied();
            let mut worth = 0.0;
            for (words, weight) in self.words.iter().zip(WEIGHTS) {
                let best = words.iter().filter_map(one).max();
                worth += best.map_or(0.0, |matched| weight * matched.worth());
            }
            if worth <= 0.0 {
                return None;
            }
            sum += worth;
        }
        #[expect(clippy::cast_precision_loss, reason = "a dozen words at most")]
        Some(sum / query.words.len() as f32 + exact)
    }

    /// The names of the filters that it fails.
    fn failed(&self, query: &ProductQuery) -> Vec<String> {
        let (details, filters) = (&self.product.details, &query.filters);
        let content = &details.content;
        let one_of = |asked: &[String], there: &[String]| {
            asked.is_empty() || there.iter().any(|text| asked.contains(&facet_key(text)))
        };
        let mut failed = Vec::new();
        let mut check = |name: &str, fits: bool| {
            if !fits {
                failed.push(name.to_owned());
            }
        };
        check("price", filters.price_fits(content.price.paise()));
        check("inStock", filters.in_stock.is_none_or(|asked| asked == details.in_stock()));
        check("categories", one_of(&filters.categories, &content.categories));
        check("tags", one_of(&filters.tags, &self.product.tags()));
        for (name, values) in &filters.attributes {
            let has = |(own, value): (&String, &String)| {
                facet_key(own) == *name && values.contains(&facet_key(value))
            };
            check(&format!("attr.{name}"), content.attributes().iter().any(has));
        }
        failed
    }
}

/// For each word of a search: how it matches the words that products have.
type Matches = Vec<HashMap<String, Match>>;

fn matches(all: &[Prepared], query: &ProductQuery) -> Matches {
    let there: HashSet<&String> = all.iter().flat_map(|one| one.words.iter().flatten()).collect();
    let of_word = |(place, asked): (usize, &String)| {
        let last = place + 1 == query.words.len();
        let one = |there: &String| {
            let same = synonyms(asked).contains(&there.as_str()).then_some(Match::Begins);
            matched(asked, last, there).max(same)
        };
        there.iter().filter_map(|there| Some(((*there).clone(), one(there)?))).collect()
    };
    query.words.iter().enumerate().map(of_word).collect()
}

/// What was found, to be compared with what the index found.
#[derive(Debug, PartialEq)]
pub struct Expected {
    pub hits: Vec<(ProductId, f32)>,
    pub total: u64,
    pub facets: ProductFacets,
}

pub fn search(all: &[Prepared], query: &ProductQuery) -> Expected {
    let matches = matches(all, query);
    let found: Vec<(&Prepared, f32, Vec<String>)> =
        all.iter().filter_map(|one| Some((one, one.text(query, &matches)?, one.failed(query)))).collect();
    let mut hits: Vec<(&Prepared, f32)> =
        found.iter().filter(|(.., failed)| failed.is_empty()).map(|(one, text, _)| (*one, *text)).collect();
    hits.sort_by(|one, other| order(query, *one, *other));
    let facets = if query.facets { facets(&found, query) } else { ProductFacets::default() };
    let page = hits.iter().skip(query.offset).take(query.size);
    Expected {
        hits: page.map(|(one, text)| (one.product.details.id, *text)).collect(),
        total: hits.len() as u64,
        facets,
    }
}

#[expect(clippy::cast_precision_loss, reason = "small numbers")]
fn values(query: &ProductQuery, (one, text): (&Prepared, f32)) -> [f64; 2] {
    let (details, popularity) = (&one.product.details, &one.product.popularity);
    match query.sort {
        ProductSortBy::Relevance => {
            let boosts = search::products::BoostInputs {
                created_at: details.created_at,
                popularity: popularity.score(),
                in_stock: details.in_stock(),
            };
            [ProductRelevance::of(text, &boosts, query.at).score(), 0.0]
        }
        ProductSortBy::Name => [0.0, 0.0],
        ProductSortBy::Price => [details.content.price.paise() as f64, 0.0],
        ProductSortBy::CreatedAt => [details.created_at.micros() as f64, 0.0],
        ProductSortBy::Popularity => [popularity.score(), popularity.purchases as f64],
        ProductSortBy::Trending => [popularity.trend().level().unwrap_or(f64::MIN), popularity.score()],
    }
}

fn order(query: &ProductQuery, one: (&Prepared, f32), other: (&Prepared, f32)) -> Ordering {
    let name = |one: &Prepared| {
        let name = one.product.details.content.name.text().to_owned();
        (query.sort == ProductSortBy::Name).then(|| (product_key(&name), name))
    };
    let (mine, theirs) = (values(query, one), values(query, other));
    let by_value = mine[0].total_cmp(&theirs[0]).then(mine[1].total_cmp(&theirs[1]));
    let ascending = name(one.0).cmp(&name(other.0)).then(by_value);
    let ordered = if query.descending { ascending.reverse() } else { ascending };
    ordered.then(one.0.product.details.id.cmp(&other.0.product.details.id))
}

type Written = BTreeMap<String, BTreeMap<String, u64>>;

fn add(counts: &mut Written, text: &str) {
    *counts.entry(facet_key(text)).or_default().entry(text.trim().to_owned()).or_default() += 1;
}

fn count(value: String, count: u64) -> Count {
    Count { value, count, from: None, to: None }
}

fn common(counts: &Written, most: usize) -> Vec<Count> {
    let mut all: Vec<Count> = counts
        .values()
        .map(|written| {
            let shown = written.iter().max_by(|a, b| a.1.cmp(b.1).then(b.0.cmp(a.0))).unwrap().0;
            count(shown.clone(), written.values().sum())
        })
        .collect();
    all.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.value.cmp(&b.value)));
    all.truncate(most);
    all
}

fn facets(found: &[(&Prepared, f32, Vec<String>)], query: &ProductQuery) -> ProductFacets {
    let counted = |facet: &str| {
        let fits = |failed: &Vec<String>| failed.iter().all(|one| one == facet);
        found.iter().filter(|(.., failed)| fits(failed)).map(|(one, ..)| &one.product).collect::<Vec<_>>()
    };
    let mut categories = Written::new();
    for product in counted("categories") {
        // A category counts once, as it is written first.
        let mut seen = Vec::new();
        for name in &product.details.content.categories {
            if !seen.contains(&facet_key(name)) {
                seen.push(facet_key(name));
                add(&mut categories, name);
            }
        }
    }
    let mut tags = Written::new();
    for product in counted("tags") {
        let mut seen = Vec::new();
        for tag in product.tags() {
            if !seen.contains(&facet_key(&tag)) {
                seen.push(facet_key(&tag));
                add(&mut tags, &tag);
            }
        }
    }
    let ranges = PriceRange::ALL.map(|range| {
        let inside = counted("price");
        let inside = inside.iter().filter(|one| PriceRange::of(one.details.content.price) == range).count();
        Count {
            from: Some(range.from.into()),
            to: range.to.map(f64::from),
            ..count(range.name.to_owned(), inside as u64)
        }
    });
    let stocked =
        |flag| counted("inStock").iter().filter(|one| one.details.in_stock() == flag).count() as u64;
    let stocked = [true, false].map(|flag| count(flag.to_string(), stocked(flag)));
    ProductFacets {
        categories: common(&categories, 50),
        price_ranges: ranges.into(),
        tags: common(&tags, 50),
        in_stock: stocked.into_iter().filter(|count| count.count > 0).collect(),
        attributes: attributes(found, query),
    }
}

fn attributes(found: &[(&Prepared, f32, Vec<String>)], query: &ProductQuery) -> BTreeMap<String, Vec<Count>> {
    let mut all: BTreeMap<String, (Written, Written)> = BTreeMap::new();
    for (one, _, failed) in found {
        for (name, value) in one.product.details.content.attributes() {
            let own = format!("attr.{}", facet_key(name));
            if failed.iter().all(|failed| *failed == own) {
                let (names, values) = all.entry(facet_key(name)).or_default();
                add(names, name);
                add(values, value);
            }
        }
    }
    let sum = |names: &Written| names.values().flat_map(BTreeMap::values).sum::<u64>();
    let mut common_ones: Vec<_> = all.iter().collect();
    common_ones.sort_by_key(|(key, (names, _))| (std::cmp::Reverse(sum(names)), (*key).clone()));
    let shown = common_ones
        .into_iter()
        .enumerate()
        .filter(|(place, (key, _))| *place < 10 || query.filters.attributes.contains_key(*key));
    shown.map(|(_, (_, (names, values)))| (common(names, 1)[0].value.clone(), common(values, 20))).collect()
}
