//! The search index of products.

mod autocomplete;
mod catalogue;
mod columns;
mod facets;
mod fields;
mod pass;
mod related;
mod spelling;

use std::collections::HashMap;

use ::projection::Row;
use domain::{ProductId, TenantId};
use tantivy::schema::{Field, Schema};
use tantivy::{DocId, SegmentReader, TantivyDocument};

use super::listed_product::ListedProduct;
use super::query::{ProductHits, ProductQuery};
use super::row::{self, StoredProduct};
use crate::engine::changes::RowsError;
use crate::engine::{IndexChange, IndexError, Indexed, TextIndex, word_matches};
pub use catalogue::CategoryNode;
use columns::ProductColumns;
use fields::ProductFields;
pub use fields::facet_key;
pub use related::RelatedProduct;

/// The search index of products.
pub type ProductIndex = TextIndex<ListedProduct>;

impl Indexed for ListedProduct {
    type Id = ProductId;
    type Fields = ProductFields;
    type Columns = ProductColumns;

    const ANALYSIS: &'static str = "products-1";
    const TABLE: &'static str = "products";
    const COLUMNS: &'static str = row::COLUMNS;
    const JOINED: &'static str = row::JOINED;
    const CHANGED: usize = row::CHANGED;

    fn schema() -> (Schema, ProductFields) {
        ProductFields::schema()
    }

    fn key_field(fields: &ProductFields) -> Field {
        fields.key
    }

    fn key(tenant: &TenantId, id: ProductId) -> Vec<u8> {
        // From its last digit on, because every product adds one to the sorted terms of its segment.
        [&id.number().to_le_bytes(), tenant.as_str().as_bytes()].concat()
    }

    fn identity(&self) -> (&TenantId, ProductId) {
        (&self.tenant, self.details.id)
    }

    fn document(&self, fields: &ProductFields) -> TantivyDocument {
        fields.document(self)
    }

    fn columns(segment: &SegmentReader) -> tantivy::Result<ProductColumns> {
        ProductColumns::of(segment)
    }

    fn change(row: &Row) -> Result<(IndexChange<Self>, bool), RowsError> {
        let stored = StoredProduct::read(row)?;
        let erases = stored.seller_gone;
        let (tenant, id) = stored.identity();
        let gone = IndexChange::Gone { tenant, id };
        Ok((stored.on_sale().map_or(gone, |product| IndexChange::Put(Box::new(product))), erases))
    }
}

impl ProductIndex {
    /// Searches the index.
    ///
    /// # Errors
    /// When its files cannot be read.
    pub fn search(&self, query: &ProductQuery) -> Result<ProductHits, IndexError> {
        Ok(pass::search(&self.view(), &self.fields, query)?)
    }

    /// At most `most` names for somebody who is typing, the best first.
    ///
    /// # Errors
    /// When its files cannot be read.
    pub fn autocomplete(
        &self,
        tenant: &TenantId,
        typed: &str,
        most: usize,
    ) -> Result<Vec<String>, IndexError> {
        Ok(autocomplete::names(&self.view(), &self.fields, tenant, typed, most)?)
    }

    /// The words of `query` as they may have been meant; `None` if all of them are known.
    ///
    /// # Errors
    /// When its files cannot be read.
    pub fn did_you_mean(&self, query: &ProductQuery) -> Result<Option<String>, IndexError> {
        Ok(spelling::corrected(&self.view(), &self.fields, query)?)
    }

    /// At most `most` other products that are like `product`, the most alike first.
    ///
    /// # Errors
    /// When its files cannot be read.
    pub fn related(&self, product: &ListedProduct, most: usize) -> Result<Vec<RelatedProduct>, IndexError> {
        Ok(related::to(&self.view(), &self.fields, product, most)?)
    }

    /// The categories of the tenant's products as a tree, with the number of products in each.
    ///
    /// # Errors
    /// When its files cannot be read.
    pub fn categories(&self, tenant: &TenantId) -> Result<Vec<CategoryNode>, IndexError> {
        Ok(catalogue::tree(&self.view(), &self.fields, tenant)?)
    }

    /// The checksum of each of the tenant's products.
    pub(crate) fn checksums(&self, tenant: &TenantId) -> Result<HashMap<ProductId, u64>, IndexError> {
        Ok(catalogue::checksums(&self.view(), &self.fields, tenant)?)
    }
}

/// Calls `seen` for every live product of the tenant in a segment, in order.
fn each_of_tenant(
    segment: &SegmentReader,
    fields: &ProductFields,
    tenant: &TenantId,
    mut seen: impl FnMut(DocId),
) -> tantivy::Result<()> {
    let alive = segment.alive_bitset();
    word_matches::with(segment, fields.tenant, tenant.as_str(), |docs| {
        for doc in docs.iter().copied().filter(|doc| alive.is_none_or(|alive| alive.is_alive(*doc))) {
            seen(doc);
        }
    })
}
