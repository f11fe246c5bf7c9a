//! Compares journal, rows and index of products, item by item, and heals what differs while everything goes on.
//!
//! ```text
//! journal --folded up to where the group is--> row --checksum--> document of the index
//! ```
//! A row is what the fold of the product's own events says, as of the position that the group has reached, or before the
//! first event of the product that waits for an operator. Whether its seller is there is what the read model knows about
//! the seller. A document of the index has the checksum of the row that it was made from. Clicks are the sum of a whole
//! log, and are compared by a rebuild only.

mod compare;
mod heal;
mod reports;

use ::projection::{ProjectionError, Value, ViewError};
use domain::ProductId;
use journal::JournalError;
use serde::Serialize;
use utoipa::ToSchema;

use crate::engine::IndexError;
use crate::engine::changes::RowsError;
pub(super) use reports::Reports;

/// Where something differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DriftPlace {
    /// A row does not say what the journal says.
    ReadModel,
    /// A document of the index is not the one of its row.
    Index,
}

/// How something differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DriftKind {
    /// It is not there.
    Missing,
    /// It is there, and says something else.
    Stale,
    /// It is there, and should not be.
    Orphaned,
}

/// A product that differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SyncDifference)]
pub struct Difference {
    /// The product.
    pub product_id: ProductId,
    /// Where.
    pub place: DriftPlace,
    /// How.
    pub kind: DriftKind,
}

/// The result of a comparison.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SyncReport {
    /// The products on sale, by their rows.
    pub on_sale: u64,
    /// The products in the index.
    pub indexed: u64,
    /// The sum of the checksums of the rows on sale.
    pub row_checksum: u64,
    /// The sum of the checksums in the index.
    pub index_checksum: u64,
    /// What differs.
    pub differences: Vec<Difference>,
    /// Products whose events wait for an operator, or cannot be read.
    pub waiting: Vec<ProductId>,
    /// How many events were read.
    pub events: u64,
}

/// Why nothing can be compared or healed.
#[derive(Debug, thiserror::Error)]
pub enum SyncError {
    /// The rows cannot be read.
    #[error(transparent)]
    Rows(#[from] RowsError),
    /// The read model does not answer.
    #[error(transparent)]
    View(#[from] ViewError),
    /// The index cannot be read or written.
    #[error(transparent)]
    Index(#[from] IndexError),
    /// The journal cannot be read.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// A row cannot be written.
    #[error(transparent)]
    Projection(#[from] ProjectionError),
    /// The work was cancelled or panicked.
    #[error("{0}")]
    Cut(#[from] tokio::task::JoinError),
}

/// A row that differs from the journal.
struct RowDrift {
    id: ProductId,
    kind: DriftKind,
    /// What the row should hold; nothing if it should not be there.
    values: Vec<Value<'static>>,
    /// The id of the read model's file that was compared.
    made: String,
    /// Its `changed` number when it was compared.
    changed: i64,
}

/// What becomes of rows that differ.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rows {
    /// They are told.
    Compared,
    /// Each is corrected when it is found, so that nothing is kept of it.
    Healed,
}

/// What a comparison found.
#[derive(Default)]
struct Comparison {
    report: SyncReport,
    /// Products whose documents in the index have to be made again.
    index: Vec<ProductId>,
}

impl Comparison {
    /// Its document is made again, too: where rows were removed by hand, a number may have been given twice, and the
    /// index would not read on to it.
    fn note_row(&mut self, product_id: ProductId, kind: DriftKind) {
        self.report.differences.push(Difference { product_id, place: DriftPlace::ReadModel, kind });
        self.index.push(product_id);
    }

    fn note_document(&mut self, product_id: ProductId, kind: DriftKind) {
        self.report.differences.push(Difference { product_id, place: DriftPlace::Index, kind });
        self.index.push(product_id);
    }
}
