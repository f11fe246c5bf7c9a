//! The target of a group: a store that commits effects and cursor together.

use async_trait::async_trait;
use domain::{Envelope, Log, Position, TenantId, Timestamp, UserId};
use uuid::Uuid;

use crate::group::Blocked;

/// A group's progress in one log. The event id proves that the journal is the one it was made from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// The last position that is done or parked; `seq` is 0 before the first.
    pub position: Position,
    /// The event at that position.
    pub event_id: Option<Uuid>,
}

/// The state that a target keeps between runs.
#[derive(Clone, Debug, Default)]
pub struct GroupState {
    /// One checkpoint for each log that the group has read from.
    pub checkpoints: Vec<Checkpoint>,
    /// Blocked keys.
    pub blocked: Vec<Blocked>,
}

/// The right to write for a group. Each new holder gets a higher generation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lease {
    /// Counts the holders; 0 before the first.
    pub generation: u64,
}

/// A runner that asks for the lease of a group, or renews it.
#[derive(Clone, Copy, Debug)]
pub struct Candidate {
    /// The runner's id.
    pub holder: Uuid,
    /// The current time, for stores without a clock of their own.
    pub now: Timestamp,
    /// Length of the lease in milliseconds; it ends then unless it is renewed.
    pub term_ms: i64,
    /// No other process can be alive, so the lease is taken even if it has not expired.
    pub alone: bool,
}

/// An event recorded as waiting behind its blocked key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParkedEvent {
    /// The blocked key.
    pub key: String,
    /// Position of the event.
    pub position: Position,
    /// The event's id.
    pub event_id: Uuid,
    /// The event's tenant.
    pub tenant: TenantId,
    /// The user who caused it.
    pub user_id: Option<UserId>,
}

/// A key that becomes blocked, with its first parked event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockedKey {
    /// The key.
    pub key: String,
    /// Position of its first unapplied event.
    pub first: Position,
    /// The error.
    pub error: String,
    /// When it failed.
    pub at: Timestamp,
    /// Time of the next try.
    pub next_try: Timestamp,
    /// The key is parked at once, because the group allows only one try.
    pub parked: bool,
}

/// One step of the cursor, in one transaction: apply `due`, record `parked`, move from `from` to `to`.
#[derive(Clone, Debug)]
pub struct Advance {
    /// The log.
    pub log: Log,
    /// Expected position of the cursor. A different one means that another process took over.
    pub from: u64,
    /// The new checkpoint.
    pub to: Checkpoint,
    /// Events to apply, in order.
    pub due: Vec<Envelope>,
    /// Events of blocked keys, to be recorded as waiting.
    pub parked: Vec<ParkedEvent>,
    /// A key that this step blocks.
    pub block: Option<BlockedKey>,
}

/// Why a call was refused. Nothing of it has taken effect.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ApplyError {
    /// An event cannot be applied. Others may still succeed.
    #[error("{0}")]
    Event(String),
    /// Something is missing that neither other events nor waiting can bring back. Only an operator can help.
    #[error("{0}")]
    Alarm(String),
    /// The store is unavailable. Retrying later may help.
    #[error("the read model is unavailable: {0}")]
    Store(String),
    /// Another runner holds the lease now.
    #[error("another process runs this group now")]
    Lost,
    /// The cursor is not where it was expected, although nobody else holds the lease.
    #[error("the cursor of {log} is at {actual}, not at {expected}", log = .log.as_str())]
    Fenced {
        /// The log.
        log: Log,
        /// The expected position.
        expected: u64,
        /// The actual position.
        actual: u64,
    },
}

/// A transactional store that a group writes to.
#[async_trait]
pub trait Target: Send + Sync + 'static {
    /// The stored checkpoints and blocked keys.
    async fn state(&self) -> Result<GroupState, ApplyError>;

    /// Takes or renews the lease. Returns `None` while another runner holds it. Each writing call below checks
    /// the lease in its own transaction and fails with [`ApplyError::Lost`] unless it is the newest.
    async fn lease(&self, candidate: Candidate) -> Result<Option<Lease>, ApplyError>;

    /// Gives the lease back.
    async fn release(&self, lease: Lease) -> Result<(), ApplyError>;

    /// Makes one step, completely or not at all. Events are parked only behind keys that are blocked; otherwise
    /// they would wait for ever.
    async fn advance(&self, lease: Lease, advance: Advance) -> Result<(), ApplyError>;

    /// The events that wait behind `key`, in order.
    async fn parked(&self, key: &str) -> Result<Vec<ParkedEvent>, ApplyError>;

    /// Applies the first waiting event of `key` and removes it from the queue, in one transaction. Unblocks the
    /// key when it was the last.
    async fn redo(&self, lease: Lease, key: &str, event: Envelope) -> Result<(), ApplyError>;

    /// Removes the first waiting event of `key` without applying it. Unblocks the key when it was the last.
    async fn discard(&self, lease: Lease, key: &str, event: Uuid) -> Result<(), ApplyError>;

    /// Saves the current state of a blocked key.
    async fn note(&self, lease: Lease, blocked: &Blocked) -> Result<(), ApplyError>;
}
