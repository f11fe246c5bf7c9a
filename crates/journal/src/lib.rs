//! The event journal, the only durable source of truth. `Ok` from an append means that the events are on disk,
//! ordered and visible to every reader.
//!
//! ```text
//! command -> AggregateStore::execute -> decide -> Journal::append -> one writer -> one transaction, one fsync -> Ok
//!                                             refused appends leave alone  ^ their neighbours in the batch
//! ```
#![warn(missing_docs)]

pub mod activity;
pub mod aggregate_store;
mod append;
mod append_stats;
pub mod conformance;
mod directory;
mod encryption;
mod error_cause;
#[cfg(test)]
mod fixture;
mod json;
pub mod keys;
mod query;
pub mod read_your_writes;
pub mod sqlite;
pub mod statements;

use async_trait::async_trait;
use domain::quota::Quota;
use domain::{Envelope, Log, Position, StreamId, TenantId, Timestamp, UserId, Version};
use tokio::sync::watch;
use uuid::Uuid;

pub use activity::{ActivityQueue, Closed};
pub use aggregate_store::{AggregateStore, ExecuteError, Executed, LoadError, Options};
pub use append::{
    Append, AppendError, Appended, Expected, Idempotency, NewEvent, Refused, Replayed, UniqueKey, UniqueKeys,
};
pub use append_stats::AppendStats;
pub use directory::make_directory;
pub use encryption::{DecodeError, masked, subjects, without_values};
pub use error_cause::ErrorCause;
pub use keys::KeyRing;
pub use query::EventQuery;
pub use read_your_writes::OwnWrites;
pub use sqlite::SqliteJournal;

/// The journal is unavailable, or its contents are not as expected.
#[derive(Clone, Debug, thiserror::Error)]
pub enum JournalError {
    /// The store is unavailable. A later retry may succeed.
    #[error("the journal is unavailable: {0}")]
    Unavailable(#[source] ErrorCause),
    /// The position belongs to another history, because a restore or failover happened in between.
    #[error("position {asked} belongs to another history; this journal is at epoch {epoch}")]
    OtherHistory {
        /// The requested position.
        asked: Position,
        /// The current epoch of this journal.
        epoch: u32,
    },
    /// Positions are not consecutive. This raises an alarm; a gap is never skipped.
    #[error("a hole in the {log} log: {found} follows {after}", log = .log.as_str())]
    Hole {
        /// The log with the gap.
        log: Log,
        /// The last position before the gap.
        after: u64,
        /// The position found instead of the next one.
        found: u64,
    },
    /// A file of archived events differs from what was written. This raises an alarm; the file is never skipped.
    #[error("{file} is damaged: {what}; put the file of a backup in its place")]
    Damaged {
        /// The path of the file.
        file: String,
        /// What is wrong with the file.
        what: String,
    },
}

/// Event streams in two logs. See [`conformance`] for everything an implementation guarantees.
#[async_trait]
pub trait Journal: Send + Sync {
    /// Appends all events of `append` or none. `Ok` means durable, ordered and visible to every reader.
    /// A refused append never affects other appends.
    async fn append(&self, append: Append) -> Result<Appended, AppendError>;

    /// Reads the events of a stream after version `after`, in order.
    async fn read_stream(&self, stream: &StreamId, after: Version) -> Result<Vec<Envelope>, JournalError>;

    /// Reads up to `limit` events of a log after `position`, in order and without a gap.
    async fn read_after(&self, position: Position, limit: usize) -> Result<Vec<Envelope>, JournalError>;

    /// Reads up to `limit` events caused by one person in one log, ordered by time and event id, starting after
    /// `after`.
    async fn read_user(
        &self,
        tenant: &TenantId,
        user: UserId,
        log: Log,
        after: (Timestamp, Uuid),
        limit: usize,
    ) -> Result<Vec<Envelope>, JournalError>;

    /// Finds the events that match a query, in the order the query asks for.
    async fn find(&self, query: &EventQuery) -> Result<Vec<Envelope>, JournalError>;

    /// The position of the newest event of a log.
    async fn head(&self, log: Log) -> Result<Position, JournalError>;

    /// How much of a quota a person holds, according to the durable facts.
    async fn held(&self, tenant: &TenantId, owner: UserId, quota: Quota) -> Result<u64, JournalError>;

    /// The stream that holds a unique key. This resolves a name to its aggregate without a read model.
    async fn owner(&self, unique_key: &UniqueKey) -> Result<Option<StreamId>, JournalError>;

    /// The stored outcome of an earlier request with this idempotency key, if there was one.
    ///
    /// # Errors
    /// [`Refused::KeyReused`] if the key was used for a different request, or an error if the journal is unavailable.
    async fn earlier(&self, log: Log, request: &Idempotency) -> Result<Option<Replayed>, AppendError>;

    /// A receiver that wakes up when the newest committed `seq` of a log moves. Intermediate values may be skipped.
    fn committed(&self, log: Log) -> watch::Receiver<u64>;

    /// What was written to a log since the process started.
    fn append_stats(&self, log: Log) -> AppendStats;
}
