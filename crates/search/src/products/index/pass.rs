//! Searches a segment of products in one pass: filters, facet counts and best hits together.
//!
//! A product that fails exactly one filter still counts in that filter's own facet. A product that fails none is a hit
//! and counts in every facet.

use domain::ProductId;
use tantivy::{BitSet, DocId, SegmentReader};

use super::columns::{ProductColumns, ProductValues, sort_name_of, written_name};
use super::each_of_tenant;
use super::facets::{ProductFacet, ProductSums, ProductTally};
use super::fields::ProductFields;
use crate::engine::best::{Best, Last};
use crate::engine::view::View;
use crate::engine::word_matches::{self, DocumentWords, WeightedFields, WordMatches};
use crate::products::listed_product::{CATEGORIES, DESCRIPTION, EXACT_SKU, ListedProduct, NAME, REST, STEP};
use crate::products::query::{
    ProductFacets, ProductHit, ProductHits, ProductPlace, ProductQuery, ProductSortBy,
};
use crate::products::ranking::ProductRelevance;
use crate::products::words::synonyms;
use crate::query::{Key, MOST_SORTS, compare_parts};

/// The weights of [`ProductFields::texts`].
pub const WEIGHTS: [f32; 4] = [NAME, CATEGORIES, DESCRIPTION, REST];
/// The text score in a search without words.
pub const NO_WORDS: f32 = 1.0;

/// Searches all segments.
pub fn search(
    view: &View<ListedProduct>,
    fields: &ProductFields,
    query: &ProductQuery,
) -> tantivy::Result<ProductHits> {
    let texts = WeightedFields { fields: &fields.texts, weights: &WEIGHTS };
    let words = WordMatches::of(texts, &query.words, &[])?.with_synonyms(synonyms);
    let mut ranked: Vec<(String, ProductHit)> = Vec::new();
    let mut total = 0;
    let mut sums = ProductSums::default();
    for (segment, columns) in view.segments() {
        let mut pass = Pass::of(query, columns)?;
        pass.over(segment, fields, &words)?;
        for mut hit in pass.best.into_hits() {
            let name = match query.sort {
                ProductSortBy::Name => name_of(columns, &mut hit)?,
                _ => String::new(),
            };
            ranked.push((name, hit));
        }
        total += pass.total;
        if let Some(tally) = pass.tally {
            sums.add(&tally, columns);
        }
    }
    ranked.sort_unstable_by(|(name, hit), (other, another)| {
        let names = if query.descending { other.cmp(name) } else { name.cmp(other) };
        names.then_with(|| hit.key.cmp(&another.key))
    });
    let page: Vec<_> = ranked.into_iter().skip(query.offset).take(query.size).collect();
    let place = |(name, hit): &(String, ProductHit)| ProductPlace {
        name: written_name(name).to_owned(),
        key: hit.key,
    };
    let last = page.last().map(place);
    let hits = page.into_iter().map(|(_, hit)| hit).collect();
    let facets = if query.facets { sums.facets(&query.filters) } else { ProductFacets::default() };
    Ok(ProductHits { hits, last, total, facets })
}

/// Behind which place the hits of a segment begin. Names have places of their own in each segment; a name that is not
/// there is between two of them.
fn begins_after(query: &ProductQuery, columns: &ProductColumns) -> tantivy::Result<Option<Key<ProductId>>> {
    let Some(ProductPlace { name, key }) = &query.after else { return Ok(None) };
    if query.sort != ProductSortBy::Name {
        return Ok(Some(*key));
    }
    let (before, is_here) = columns.names_before(&sort_name_of(name))?;
    let place = f64::from(before) - if is_here { 0.0 } else { 0.5 };
    Ok(Some(Key { parts: oriented(query, [place, 0.0, 0.0]), id: key.id }))
}

/// Replaces the place of a hit's name, which is of its segment only, by the name.
fn name_of(columns: &ProductColumns, hit: &mut ProductHit) -> tantivy::Result<String> {
    let place = std::mem::take(&mut hit.key.parts)[0].abs();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it was made from an u32")]
    columns.sort_name(place as u32)
}

/// The filters on texts, translated to a segment's ordinals. `None` or empty where a filter is not set.
struct ChosenTexts {
    categories: Option<Vec<bool>>,
    tags: Option<Vec<bool>>,
    /// For each attribute that is filtered by: which values are asked for, and which are of the attribute.
    attributes: Vec<(Vec<bool>, Vec<bool>)>,
}

impl ChosenTexts {
    fn of(query: &ProductQuery, columns: &ProductColumns) -> Self {
        let filters = &query.filters;
        let attribute = |(name, values): (&String, &Vec<String>)| {
            let value_of =
                |key: &str| key.split_once(STEP).filter(|(of, _)| of == name).map(|(_, v)| v.to_owned());
            let asked =
                columns.attributes.chosen(|key| value_of(key).is_some_and(|value| values.contains(&value)));
            (asked, columns.attributes.chosen(|key| value_of(key).is_some()))
        };
        let chosen = |keys: &Vec<String>, column: &crate::engine::text_column::TextColumn| {
            (!keys.is_empty()).then(|| column.chosen(|key| keys.iter().any(|asked| asked == key)))
        };
        Self {
            categories: chosen(&filters.categories, &columns.categories),
            tags: chosen(&filters.tags, &columns.tags),
            attributes: filters.attributes.iter().map(attribute).collect(),
        }
    }
}

fn has_one(chosen: &[bool], numbers: &[u32]) -> bool {
    numbers.iter().any(|number| chosen.get(*number as usize).copied().unwrap_or_default())
}

/// A pass over one segment.
struct Pass<'a> {
    query: &'a ProductQuery,
    columns: &'a ProductColumns,
    chosen: ChosenTexts,
    tally: Option<ProductTally>,
    total: u64,
    after: Option<Key<ProductId>>,
    best: Best<ProductId>,
}

impl<'a> Pass<'a> {
    fn of(query: &'a ProductQuery, columns: &'a ProductColumns) -> tantivy::Result<Self> {
        Ok(Self {
            query,
            columns,
            chosen: ChosenTexts::of(query, columns),
            tally: query.facets.then(|| ProductTally::new(columns)),
            total: 0,
            after: begins_after(query, columns)?,
            best: Best::of(query.offset.saturating_add(query.size)),
        })
    }

    /// Evaluates every live product of the tenant that matches the words.
    fn over(
        &mut self,
        segment: &SegmentReader,
        fields: &ProductFields,
        words: &WordMatches<'_>,
    ) -> tantivy::Result<()> {
        let query = self.query;
        let met = if query.words.is_empty() { None } else { Some(words.met(segment)?) };
        let mut with_sku = BitSet::with_max_value(segment.max_doc());
        if let Some(sku) = &query.sku {
            word_matches::with(segment, fields.sku, sku, |docs| {
                for doc in docs {
                    with_sku.insert(*doc);
                }
            })?;
        }
        each_of_tenant(segment, fields, &query.tenant, |doc| {
            if let Some(text) = met.as_ref().map_or(Some(NO_WORDS), |met| score(met, query, doc)) {
                let exact = if with_sku.contains(doc) { EXACT_SKU } else { 0.0 };
                self.look_at(doc, text + exact);
            }
        })
    }

    fn look_at(&mut self, doc: DocId, text: f32) {
        let columns = self.columns;
        let Some(values) = columns.values(doc) else { return };
        let (failed, more) = self.failed(doc, values);
        if let (Some(tally), false) = (&mut self.tally, more) {
            match failed {
                None => tally.count(columns, doc, values),
                Some(ProductFacet::Attribute(place)) => {
                    if let Some((_, is_of)) = self.chosen.attributes.get(place) {
                        tally.count_attribute(columns, doc, is_of);
                    }
                }
                Some(facet) => tally.count_one(facet, columns, doc, values),
            }
        }
        if failed.is_none() {
            self.total += 1;
            if let Some(parts) = self.place(doc, values, text) {
                let key = Key { parts, id: values.id };
                if self.after.is_none_or(|after| key > after) {
                    self.best.add(ProductHit { key, text });
                }
            }
        }
    }

    /// A filter that the product fails, and whether it fails another one.
    fn failed(&self, doc: DocId, values: &ProductValues) -> (Option<ProductFacet>, bool) {
        let (chosen, filters, columns) = (&self.chosen, &self.query.filters, self.columns);
        let fits = |chosen: Option<&Vec<bool>>, numbers: &[u32]| {
            chosen.is_none_or(|chosen| has_one(chosen, numbers))
        };
        let mut failed = None;
        let mut more = false;
        let mut check = |facet, fits: bool| {
            if !fits {
                more |= failed.is_some();
                failed = Some(facet);
            }
        };
        check(ProductFacet::Price, filters.price_fits(values.price));
        check(ProductFacet::InStock, filters.in_stock.is_none_or(|asked| asked == values.in_stock));
        check(
            ProductFacet::Categories,
            fits(chosen.categories.as_ref(), columns.categories.of_document(doc)),
        );
        check(ProductFacet::Tags, fits(chosen.tags.as_ref(), columns.tags.of_document(doc)));
        for (place, (asked, _)) in chosen.attributes.iter().enumerate() {
            check(ProductFacet::Attribute(place), has_one(asked, columns.attributes.of_document(doc)));
        }
        (failed, more)
    }

    /// The sort position of a hit without the tie-breaking id; `None` when it is behind the last hit needed.
    fn place(&self, doc: DocId, values: &ProductValues, text: f32) -> Option<[f64; MOST_SORTS]> {
        let last = match self.best.last() {
            Last::NoneWanted => return None,
            Last::NotYet => None,
            Last::At(last) => Some(last),
        };
        let parts = parts(self.query, self.columns, doc, values, text);
        last.is_none_or(|last| compare_parts(&parts, last).is_le()).then_some(parts)
    }
}

#[expect(clippy::cast_precision_loss, reason = "money, counts and times are far below 2^53")]
fn parts(
    query: &ProductQuery,
    columns: &ProductColumns,
    doc: DocId,
    values: &ProductValues,
    text: f32,
) -> [f64; MOST_SORTS] {
    let parts = match query.sort {
        ProductSortBy::Relevance => {
            [ProductRelevance::of(text, &values.boosts(), query.at).score(), 0.0, 0.0]
        }
        ProductSortBy::Name => [columns.name(doc).map_or(0.0, f64::from), 0.0, 0.0],
        ProductSortBy::Price => [values.price as f64, 0.0, 0.0],
        ProductSortBy::CreatedAt => [values.created_at.micros() as f64, 0.0, 0.0],
        ProductSortBy::Popularity => [values.popularity, values.purchases as f64, 0.0],
        ProductSortBy::Trending => [values.trend, values.popularity, 0.0],
    };
    oriented(query, parts)
}

/// Smaller comes first.
fn oriented(query: &ProductQuery, parts: [f64; MOST_SORTS]) -> [f64; MOST_SORTS] {
    if query.descending { parts.map(|part| -part) } else { parts }
}

/// For each word, the best match in each text counts, times the text's weight. The score is the mean over the words.
fn score(met: &DocumentWords<'_>, query: &ProductQuery, doc: DocId) -> Option<f32> {
    let (demanded, _) = met.sums(doc)?;
    #[expect(clippy::cast_precision_loss, reason = "a dozen words at most")]
    Some(demanded / query.words.len() as f32)
}
