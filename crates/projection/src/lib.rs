//! Read models. A projection writes in a transaction that also moves its cursor, so that its effects and its
//! offset commit together or not at all.
#![warn(missing_docs)]

mod bookkeeping;
mod carried_state;
mod database;
pub mod deliveries;
mod digest;
mod document_cache;
mod erased_people;
mod error;
mod generation;
mod index_progress;
mod leases;
pub mod list_lengths;
mod rebuild;
mod renewal;
mod shape;
mod store;
mod tx;
mod value;
mod versioned;

use async_trait::async_trait;
use domain::{Envelope, user};
use journal::ErrorCause;
use journal::keys::KeyError;
use journal::{DecodeError, JournalError};

pub use carried_state::{CarriedState, restore_standing};
pub use database::SyncPath;
pub use document_cache::{DocumentCache, Ticket};
pub use error::ViewError;
pub use index_progress::{IndexMark, IndexProgress};
pub use rebuild::{Rebuilt, TableChange, rebuild};
pub use renewal::renew;
pub use shape::Outdated;
pub use store::ViewStore;
pub use tx::{ChangedDocument, ViewTx};
pub use value::{Row, Value};

/// Why an event could not be projected.
#[derive(Debug, thiserror::Error)]
pub enum ProjectionError {
    /// The event itself cannot be applied. Its key is blocked; others continue.
    #[error("{0}")]
    Event(String),
    /// Data that the event needs is missing until an operator helps. The group stops and writes nothing.
    #[error("{0}")]
    Alarm(String),
    /// The store is unavailable.
    #[error(transparent)]
    Store(#[from] ViewError),
}

/// A missing key, or one wrapped by another master key, raises an alarm. An unavailable key store is retried.
impl From<DecodeError> for ProjectionError {
    fn from(error: DecodeError) -> Self {
        match &error {
            DecodeError::Keys(KeyError::Missing { .. } | KeyError::WrongMaster) => {
                Self::Alarm(error.to_string())
            }
            DecodeError::Keys(KeyError::Unavailable(_)) => {
                Self::Store(ViewError::Unavailable(ErrorCause::new(error)))
            }
            DecodeError::Keys(KeyError::Erased) | DecodeError::Shape { .. } | DecodeError::Forged(_) => {
                Self::Event(error.to_string())
            }
        }
    }
}

/// For events that a projection reads again from the journal.
impl From<JournalError> for ProjectionError {
    fn from(error: JournalError) -> Self {
        match &error {
            JournalError::Unavailable(_) => Self::Store(ViewError::Unavailable(ErrorCause::new(error))),
            JournalError::OtherHistory { .. } | JournalError::Hole { .. } | JournalError::Damaged { .. } => {
                Self::Alarm(error.to_string())
            }
        }
    }
}

/// Folds events into tables. It must be a pure function of the journal: the same events give the same rows,
/// whenever and however often a read model is rebuilt.
#[async_trait(?Send)]
pub trait Projection: Send + Sync + 'static {
    /// The group's name, which is also the name of its checkpoints.
    fn name(&self) -> &'static str;

    /// Version of the rows it makes. Raise it whenever the same events give different rows in the same tables:
    /// read models made by an older version are then made again at the next start. Changed tables are detected
    /// without it.
    fn version(&self) -> u32 {
        1
    }

    /// Applies `event`.
    async fn apply(&self, tx: &mut ViewTx<'_>, event: &Envelope) -> Result<(), ProjectionError>;

    /// Applies `batch` in order; an error undoes all of it. Override it to combine the changes of many events
    /// to one row. An override must call [`ViewTx::remember_erased`] before it applies an event that erases a
    /// person.
    async fn apply_batch(&self, tx: &mut ViewTx<'_>, batch: &[Envelope]) -> Result<(), ProjectionError> {
        for event in batch {
            if self.erases(event) {
                tx.remember_erased(event).await?;
            }
            self.apply(tx, event).await?;
        }
        Ok(())
    }

    /// The batch is committed and about to become visible to waiting readers. Drop cached documents here. It runs on the
    /// thread of the commit, so it must not wait.
    fn committed(&self, batch: &[Envelope]);

    /// The committed batch changed these documents ([`ViewTx::note_changed`]). Drop them from caches here. This is for changes
    /// that an event alone does not show. Called just before [`Self::committed`], on the same thread.
    fn changed(&self, _: &[ChangedDocument]) {}

    /// Whether `event` erases a person. The read model then records that they are erased
    /// ([`ViewTx::is_erased`]), and their data is also wiped from the file.
    fn erases(&self, event: &Envelope) -> bool {
        &*event.event_type == user::DELETED
    }

    /// A rebuilt read model has taken over, or it is not known what was committed. Drop every cached document here.
    fn replaced(&self) {}
}
