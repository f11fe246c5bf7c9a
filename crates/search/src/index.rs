//! The search index of homes.

mod columns;
mod fields;
mod segment;
mod tally;
mod vocabulary;

use std::collections::HashMap;

use ::projection::Row;
use domain::{PropertyId, TenantId};
use tantivy::schema::{Field, Schema};
use tantivy::{SegmentReader, TantivyDocument};

use crate::engine::changes::RowsError;
use crate::engine::view::View;
use crate::engine::{IndexChange, IndexError, Indexed, TextIndex};
use crate::home::Home;
use crate::query::{IndexHits, Query};
use crate::relaxing::Missed;
use crate::rows;
use columns::Columns;
use fields::Fields;
pub use vocabulary::Vocabulary;

/// The search index of homes.
pub type Index = TextIndex<Home>;

impl Indexed for Home {
    type Id = PropertyId;
    type Fields = Fields;
    type Columns = Columns;

    const ANALYSIS: &'static str = "4";
    const TABLE: &'static str = "homes";
    const COLUMNS: &'static str = rows::COLUMNS;
    const CHANGED: usize = rows::CHANGED;

    fn schema() -> (Schema, Fields) {
        Fields::schema()
    }

    fn key_field(fields: &Fields) -> Field {
        fields.key
    }

    fn key(tenant: &TenantId, id: PropertyId) -> Vec<u8> {
        fields::key(tenant, id)
    }

    fn identity(&self) -> (&TenantId, PropertyId) {
        (&self.tenant, self.id)
    }

    fn document(&self, fields: &Fields) -> TantivyDocument {
        fields.document(self)
    }

    fn columns(segment: &SegmentReader) -> tantivy::Result<Columns> {
        Columns::of(segment)
    }

    fn change(row: &Row) -> Result<(IndexChange<Self>, bool), RowsError> {
        let stored = rows::read(row)?;
        let erases = stored.owner_gone;
        Ok((stored.change(), erases))
    }
}

impl Index {
    /// Searches the index.
    ///
    /// # Errors
    /// When its files cannot be read.
    pub fn search(&self, query: &Query) -> Result<IndexHits, IndexError> {
        Ok(segment::search(&self.view(), &self.fields, query)?)
    }

    /// How many listings miss which of the conditions that may be left out.
    ///
    /// # Errors
    /// When its files cannot be read.
    pub(crate) fn missed(&self, query: &Query, soft: u16) -> Result<HashMap<Missed, u64>, IndexError> {
        Ok(segment::missed(&self.view(), &self.fields, query, soft)?)
    }

    /// The localities and title words of the tenant's listings in `view`.
    pub(crate) fn vocabulary(&self, view: &View<Home>, tenant: &TenantId) -> Result<Vocabulary, IndexError> {
        Ok(Vocabulary::of(view, &self.fields, tenant)?)
    }
}
