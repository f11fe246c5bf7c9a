//! Counts the facets of products: by ordinal within a segment, by key across segments.

use std::collections::BTreeMap;

use domain::product::PriceRange;
use tantivy::DocId;

use super::columns::{ProductColumns, ProductValues};
use crate::engine::text_counts::TextCounts;
use crate::products::listed_product::STEP;
use crate::products::query::{ProductFacets, ProductFilters};
use crate::query::Count;

/// The maximum number of categories and of tags in an answer.
const MOST: usize = 50;
/// The maximum number of attributes in an answer, beside those that are filtered by.
const MOST_ATTRIBUTES: usize = 10;
/// The maximum number of values of one attribute in an answer.
const MOST_VALUES: usize = 20;

/// A filter with a facet of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProductFacet {
    Categories,
    Price,
    Tags,
    InStock,
    /// The attribute at this place among those that are filtered by.
    Attribute(usize),
}

/// The counts of one segment.
pub struct ProductTally {
    categories: Vec<u32>,
    tags: Vec<u32>,
    attributes: Vec<u32>,
    ranges: [u32; PriceRange::ALL.len()],
    in_stock: [u32; 2],
}

fn each(sums: &mut [u32], numbers: &[u32]) {
    for number in numbers {
        if let Some(sum) = sums.get_mut(*number as usize) {
            *sum += 1;
        }
    }
}

impl ProductTally {
    pub fn new(columns: &ProductColumns) -> Self {
        Self {
            categories: vec![0; columns.categories.texts.len()],
            tags: vec![0; columns.tags.texts.len()],
            attributes: vec![0; columns.attributes.texts.len()],
            ranges: [0; _],
            in_stock: [0; 2],
        }
    }

    /// Counts a product in every facet.
    pub fn count(&mut self, columns: &ProductColumns, doc: DocId, values: &ProductValues) {
        for facet in
            [ProductFacet::Categories, ProductFacet::Price, ProductFacet::Tags, ProductFacet::InStock]
        {
            self.count_one(facet, columns, doc, values);
        }
        each(&mut self.attributes, columns.attributes.of_document(doc));
    }

    /// Counts a product in one facet, but for those of attributes.
    pub fn count_one(
        &mut self,
        facet: ProductFacet,
        columns: &ProductColumns,
        doc: DocId,
        values: &ProductValues,
    ) {
        match facet {
            ProductFacet::Categories => each(&mut self.categories, columns.categories.of_document(doc)),
            ProductFacet::Tags => each(&mut self.tags, columns.tags.of_document(doc)),
            ProductFacet::InStock => self.in_stock[usize::from(values.in_stock)] += 1,
            ProductFacet::Price => {
                if let Some(sum) = self.ranges.get_mut(values.range) {
                    *sum += 1;
                }
            }
            ProductFacet::Attribute(_) => {}
        }
    }

    /// Counts the values of one attribute, which are those that `is_of` accepts by ordinal.
    pub fn count_attribute(&mut self, columns: &ProductColumns, doc: DocId, is_of: &[bool]) {
        for number in columns.attributes.of_document(doc) {
            if is_of.get(*number as usize).copied().unwrap_or_default() {
                each(&mut self.attributes, std::slice::from_ref(number));
            }
        }
    }
}

/// The counts of one attribute.
#[derive(Default)]
struct AttributeCounts<'a> {
    names: TextCounts<'a>,
    values: TextCounts<'a>,
}

/// The summed counts of several segments.
#[derive(Default)]
pub struct ProductSums<'a> {
    categories: TextCounts<'a>,
    tags: TextCounts<'a>,
    attributes: BTreeMap<&'a str, AttributeCounts<'a>>,
    ranges: [u64; PriceRange::ALL.len()],
    in_stock: [u64; 2],
}

impl<'a> ProductSums<'a> {
    /// Adds the counts of a segment.
    pub fn add(&mut self, tally: &ProductTally, columns: &'a ProductColumns) {
        self.categories.add_all(&columns.categories.texts, &tally.categories);
        self.tags.add_all(&columns.tags.texts, &tally.tags);
        let counted = columns.attributes.texts.iter().zip(&tally.attributes).filter(|(_, count)| **count > 0);
        for (text, count) in counted {
            let (Some(key), Some(shown)) = (text.key.split_once(STEP), text.shown.split_once(STEP)) else {
                continue;
            };
            let attribute = self.attributes.entry(key.0).or_default();
            attribute.names.add(key.0, shown.0, u64::from(*count));
            attribute.values.add(key.1, shown.1, u64::from(*count));
        }
        for (sum, more) in self.ranges.iter_mut().zip(tally.ranges) {
            *sum += u64::from(more);
        }
        for (sum, more) in self.in_stock.iter_mut().zip(tally.in_stock) {
            *sum += u64::from(more);
        }
    }

    /// The counts as clients see them.
    pub fn facets(&self, filters: &ProductFilters) -> ProductFacets {
        let range = |(range, count): (&PriceRange, &u64)| Count {
            value: range.name.to_owned(),
            count: *count,
            from: Some(range.from.into()),
            to: range.to.map(f64::from),
        };
        let flag = |(flag, count): (bool, u64)| (count > 0).then(|| Count::of(flag.to_string(), count));
        ProductFacets {
            categories: self.categories.most_common(MOST),
            price_ranges: PriceRange::ALL.iter().zip(&self.ranges).map(range).collect(),
            tags: self.tags.most_common(MOST),
            in_stock: [(true, self.in_stock[1]), (false, self.in_stock[0])]
                .into_iter()
                .filter_map(flag)
                .collect(),
            attributes: self.attributes(filters),
        }
    }

    fn attributes(&self, filters: &ProductFilters) -> BTreeMap<String, Vec<Count>> {
        let mut common: Vec<_> = self.attributes.iter().map(|(key, of)| (*key, of)).collect();
        common.sort_by_key(|(key, of)| (std::cmp::Reverse(of.names.sum()), *key));
        let is_shown = |(place, (key, _)): &(usize, (&str, &AttributeCounts<'_>))| {
            *place < MOST_ATTRIBUTES || filters.attributes.contains_key(*key)
        };
        let shown = common.into_iter().enumerate().filter(is_shown);
        let one = |(_, (key, of)): (usize, (&str, &AttributeCounts<'_>))| {
            let name = of.names.most_common(1).pop().map_or_else(|| key.to_owned(), |count| count.value);
            (name, of.values.most_common(MOST_VALUES))
        };
        shown.map(one).collect()
    }
}
