//! Read models: a projection gets the transaction, so its effects and its offset commit together or not at all.
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
mod rebuild;
mod renewal;
mod shape;
mod store;
mod tx;
mod value;

use async_trait::async_trait;
use domain::Envelope;
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
pub use tx::ViewTx;
pub use value::{Row, Value};

/// Why an event could not be projected.
#[derive(Debug, thiserror::Error)]
pub enum ProjectionError {
    /// The event itself cannot be applied: its key is set aside, others go on.
    #[error("{0}")]
    Event(String),
    /// What the event says cannot be had until an operator helps: the group stops, and writes nothing instead.
    #[error("{0}")]
    Alarm(String),
    /// The store does not answer.
    #[error(transparent)]
    Store(#[from] ViewError),
}

/// A key that is missing, or wrapped by another master key, is an alarm; a key store that does not answer is tried again.
impl From<DecodeError> for ProjectionError {
    fn from(error: DecodeError) -> Self {
        match &error {
            DecodeError::Keys(KeyError::Missing { .. } | KeyError::WrongMaster) => {
                Self::Alarm(error.to_string())
            }
            DecodeError::Keys(KeyError::Unavailable(_)) => {
                Self::Store(ViewError::Unavailable(error.to_string()))
            }
            DecodeError::Keys(KeyError::Erased) | DecodeError::Shape { .. } | DecodeError::Forged(_) => {
                Self::Event(error.to_string())
            }
        }
    }
}

/// For what a projection reads again.
impl From<JournalError> for ProjectionError {
    fn from(error: JournalError) -> Self {
        match &error {
            JournalError::Unavailable(_) => Self::Store(ViewError::Unavailable(error.to_string())),
            JournalError::OtherHistory { .. } | JournalError::Hole { .. } | JournalError::Damaged { .. } => {
                Self::Alarm(error.to_string())
            }
        }
    }
}

/// The event that ends an account.
const USER_DELETED: &str = "USER_DELETED";

/// Folds events into tables. A pure function of the journal: the same events give the same rows, whenever and how
/// often a read model is rebuilt.
#[async_trait(?Send)]
pub trait Projection: Send + Sync + 'static {
    /// The group's name, which is also the name of its checkpoints.
    fn name(&self) -> &'static str;

    /// Which rows it makes: to be raised whenever the same events give other rows in the same tables, so that read
    /// models made before are made again at the next start. Changed tables are noticed without it.
    fn version(&self) -> u32 {
        1
    }

    /// Applies `event`.
    async fn apply(&self, tx: &mut ViewTx<'_>, event: &Envelope) -> Result<(), ProjectionError>;

    /// Applies `batch` in order; an error undoes all of it. For projections that gather what many events do to one row.
    /// Each person that an event erases is to be remembered before that event is applied.
    async fn apply_batch(&self, tx: &mut ViewTx<'_>, batch: &[Envelope]) -> Result<(), ProjectionError> {
        for event in batch {
            if self.erases(event) {
                tx.remember_erased(event).await?;
            }
            self.apply(tx, event).await?;
        }
        Ok(())
    }

    /// The batch is committed and about to become visible to waiting readers: the moment to drop cached documents.
    fn committed(&self, batch: &[Envelope]);

    /// Applying `event` takes a person out: it is remembered in the read model that they are erased
    /// ([`ViewTx::is_erased`]), and nothing of them may be left in the file, either.
    fn erases(&self, event: &Envelope) -> bool {
        &*event.event_type == USER_DELETED
    }

    /// A rebuilt read model has taken over: the moment to drop every cached document.
    fn replaced(&self) {}
}
