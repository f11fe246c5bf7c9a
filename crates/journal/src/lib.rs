//! The one durable truth. `Ok` from an append means: on disk, ordered, readable by everyone.
//!
//! ```text
//! command -> Ledger::execute -> decide -> Journal::append -> one writer -> one transaction, one fsync -> Ok
//!                                             refused appends leave alone  ^ their neighbours in the batch
//! ```
#![warn(missing_docs)]

pub mod activity;
pub mod aggregate_store;
mod append;
pub mod conformance;
mod directory;
mod encryption;
#[cfg(test)]
mod fixture;
mod json;
pub mod keys;
mod query;
pub mod read_your_writes;
pub mod sqlite;

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
pub use directory::make_directory;
pub use encryption::{DecodeError, masked, subjects, without_values};
pub use keys::KeyRing;
pub use query::EventQuery;
pub use read_your_writes::OwnWrites;
pub use sqlite::SqliteJournal;

/// A journal cannot answer now, or holds something it should not.
#[derive(Clone, Debug, thiserror::Error)]
pub enum JournalError {
    /// The store does not answer; trying again later may help.
    #[error("the journal is unavailable: {0}")]
    Unavailable(String),
    /// A position of another history: a restore or failover happened in between.
    #[error("position {asked} belongs to another history; this journal is at epoch {epoch}")]
    OtherHistory {
        /// What was asked for.
        asked: Position,
        /// The epoch of this journal.
        epoch: u32,
    },
    /// Positions do not count 1, 2, 3: an alarm, never skipped.
    #[error("a hole in the {log} log: {found} follows {after}", log = .log.as_str())]
    Hole {
        /// The log.
        log: Log,
        /// The last good position.
        after: u64,
        /// What came instead of the next one.
        found: u64,
    },
    /// A file of archived events is not as it was written: an alarm, never skipped.
    #[error("{file} is damaged: {what}; put the file of a backup in its place")]
    Damaged {
        /// Its path.
        file: String,
        /// What is wrong with it.
        what: String,
    },
}

/// Streams of events in two logs. See [`conformance`] for everything an implementation promises.
#[async_trait]
pub trait Journal: Send + Sync {
    /// Appends all events of `append` or none; `Ok` means durable, ordered and visible to every reader.
    /// A refusal of one append never affects another.
    async fn append(&self, append: Append) -> Result<Appended, AppendError>;

    /// The events of a stream after `after`, in order.
    async fn read_stream(&self, stream: &StreamId, after: Version) -> Result<Vec<Envelope>, JournalError>;

    /// Up to `limit` events of a log after `position`, in order and without a hole.
    async fn read_after(&self, position: Position, limit: usize) -> Result<Vec<Envelope>, JournalError>;

    /// Up to `limit` events a person caused, of one log, ordered by time then event id, after that pair.
    async fn read_user(
        &self,
        tenant: &TenantId,
        user: UserId,
        log: Log,
        after: (Timestamp, Uuid),
        limit: usize,
    ) -> Result<Vec<Envelope>, JournalError>;

    /// Events that fit a query, in the order it asks for.
    async fn find(&self, query: &EventQuery) -> Result<Vec<Envelope>, JournalError>;

    /// The position of the newest event of a log.
    async fn head(&self, log: Log) -> Result<Position, JournalError>;

    /// How much a person holds, by the facts that are durable.
    async fn held(&self, tenant: &TenantId, owner: UserId, quota: Quota) -> Result<u64, JournalError>;

    /// The stream that holds a unique key: the way from a name to its aggregate without a read model.
    async fn owner(&self, unique_key: &UniqueKey) -> Result<Option<StreamId>, JournalError>;

    /// What an earlier request with this key did, if there was one.
    ///
    /// # Errors
    /// [`Refused::KeyReused`] when the key was used for another request, and when the journal does not answer.
    async fn earlier(&self, log: Log, request: &Idempotency) -> Result<Option<Replayed>, AppendError>;

    /// Tells the newest committed `seq` of a log as it moves: a wake-up, not a promise of every step.
    fn committed(&self, log: Log) -> watch::Receiver<u64>;
}
