//! The columns of one segment of products, held in memory.

use domain::product::{Popularity, PriceRange};
use domain::{Paise, ProductId, Timestamp};
use tantivy::columnar::StrColumn;
use tantivy::{DocId, SegmentReader};

use crate::engine::text_column::{SHOWN, TextColumn, ordinals, shown};
use crate::products::ranking::BoostInputs;
use crate::products::words::product_key;

/// The values read for every product.
#[derive(Clone, Copy, Debug)]
pub struct ProductValues {
    pub id: ProductId,
    /// In paise.
    pub price: i64,
    /// The index of its range among [`PriceRange::ALL`].
    pub range: usize,
    pub created_at: Timestamp,
    pub popularity: f64,
    pub purchases: u64,
    /// The level of its trend; very small without any.
    pub trend: f64,
    pub in_stock: bool,
}

impl ProductValues {
    pub fn boosts(&self) -> BoostInputs {
        BoostInputs { created_at: self.created_at, popularity: self.popularity, in_stock: self.in_stock }
    }
}

/// The columns.
pub struct ProductColumns {
    values: Vec<Option<ProductValues>>,
    checksums: Vec<u64>,
    pub categories: TextColumn,
    pub tags: TextColumn,
    pub attributes: TextColumn,
    pub paths: TextColumn,
    names: Option<StrColumn>,
}

impl ProductColumns {
    pub fn of(segment: &SegmentReader) -> tantivy::Result<Self> {
        let fast = segment.fast_fields();
        let count = |name| fast.column_first_or_default::<u64>(name);
        let [id, clicks, purchases] = [count("id")?, count("clicks")?, count("purchases")?];
        let [stocked, checksum] = [count("stocked")?, count("checksum")?];
        let price = fast.column_first_or_default::<i64>("price")?;
        let created = fast.column_first_or_default::<i64>("created")?;
        let trend = fast.column_opt::<f64>("trend")?;
        let one = |doc| {
            let price = price.get_val(doc);
            let bought = purchases.get_val(doc);
            let popularity =
                Popularity { clicks: clicks.get_val(doc), purchases: bought, ..Popularity::default() };
            Some(ProductValues {
                id: ProductId::of(id.get_val(doc))?,
                price,
                range: PriceRange::index_of(Paise::from_paise(price)),
                created_at: Timestamp::from_micros(created.get_val(doc)),
                popularity: popularity.score(),
                purchases: bought,
                trend: trend.as_ref().and_then(|trend| trend.first(doc)).unwrap_or(f64::MIN),
                in_stock: stocked.get_val(doc) == 1,
            })
        };
        Ok(Self {
            values: (0..segment.max_doc()).map(one).collect(),
            checksums: (0..segment.max_doc()).map(|doc| checksum.get_val(doc)).collect(),
            categories: TextColumn::of(segment, "category")?,
            tags: TextColumn::of(segment, "tag")?,
            attributes: TextColumn::of(segment, "attribute")?,
            paths: TextColumn::of(segment, "path")?,
            names: fast.str("sortName")?,
        })
    }

    pub fn values(&self, doc: DocId) -> Option<&ProductValues> {
        self.values.get(doc as usize)?.as_ref()
    }

    pub fn checksum(&self, doc: DocId) -> Option<u64> {
        self.checksums.get(doc as usize).copied()
    }

    /// The place of a product's name among those of the segment.
    pub fn name(&self, doc: DocId) -> Option<u32> {
        ordinals(self.names.as_ref(), doc).next()
    }

    /// How many names there are.
    pub fn distinct_names(&self) -> usize {
        self.names.as_ref().map_or(0, |names| names.dictionary().num_terms())
    }

    /// How many names are before this one, which is what a name is sorted by, and whether it is here.
    ///
    /// # Errors
    /// When the segment's file cannot be read.
    pub fn names_before(&self, sort_name: &str) -> tantivy::Result<(u32, bool)> {
        let all = u32::try_from(self.distinct_names()).unwrap_or(u32::MAX);
        let (mut least, mut most) = (0, all);
        while least < most {
            let middle = least + (most - least) / 2;
            if self.sort_name(middle)?.as_str() < sort_name {
                least = middle + 1;
            } else {
                most = middle;
            }
        }
        Ok((least, least < all && self.sort_name(least)? == sort_name))
    }

    /// The name at a place: what it is sorted by.
    ///
    /// # Errors
    /// When the segment's file cannot be read.
    pub fn sort_name(&self, place: u32) -> tantivy::Result<String> {
        let mut text = String::new();
        if let Some(names) = &self.names {
            names.ord_to_str(u64::from(place), &mut text)?;
        }
        Ok(text)
    }
}

/// What a written name is sorted by.
pub fn sort_name_of(name: &str) -> String {
    shown(&product_key(name), name)
}

/// The name as written, from what it is sorted by.
pub fn written_name(sort_name: &str) -> &str {
    sort_name.split_once(SHOWN).map_or(sort_name, |(_, written)| written)
}
