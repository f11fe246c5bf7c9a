//! Where a group's effects go: a store that commits effects and cursor together.

use async_trait::async_trait;
use domain::{Envelope, Log, Position, TenantId, Timestamp, UserId};
use uuid::Uuid;

use crate::group::Blocked;

/// How far a group has come in one log. The event id proves that the journal is the one it was made with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// The last position that is done or parked; `seq` 0 before the first.
    pub position: Position,
    /// The event there.
    pub event_id: Option<Uuid>,
}

/// What a target remembers between runs.
#[derive(Clone, Debug, Default)]
pub struct GroupState {
    /// One per log the group has read from.
    pub checkpoints: Vec<Checkpoint>,
    /// Keys that are held back.
    pub blocked: Vec<Blocked>,
}

/// The right to write for a group: whoever took it over has a higher generation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lease {
    /// Counts the holders; 0 before the first.
    pub generation: u64,
}

/// A runner that wants to hold a group, or go on holding it.
#[derive(Clone, Copy, Debug)]
pub struct Candidate {
    /// The runner.
    pub holder: Uuid,
    /// The time, for stores that have no clock of their own.
    pub now: Timestamp,
    /// It holds the group for so long, in milliseconds, unless it asks again.
    pub term_ms: i64,
    /// No other process can be alive: a lease that is not over is taken all the same.
    pub alone: bool,
}

/// An event written down as waiting behind its blocked key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParkedEvent {
    /// The blocked key.
    pub key: String,
    /// Where the event stands.
    pub position: Position,
    /// The event.
    pub event_id: Uuid,
    /// Its tenant.
    pub tenant: TenantId,
    /// Who acted.
    pub user_id: Option<UserId>,
}

/// A key becoming blocked by its first parked event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockedKey {
    /// The key.
    pub key: String,
    /// Its first unapplied event.
    pub first: Position,
    /// What went wrong.
    pub error: String,
    /// When.
    pub at: Timestamp,
    /// Tried again then.
    pub next_try: Timestamp,
    /// Parked at once, where the group allows one try only.
    pub parked: bool,
}

/// One step of the cursor, in one transaction: apply `due`, write down `parked`, move from `from` to `to`.
#[derive(Clone, Debug)]
pub struct Advance {
    /// The log.
    pub log: Log,
    /// Where the cursor must be: another place means another process took over.
    pub from: u64,
    /// Where it goes.
    pub to: Checkpoint,
    /// Events to apply, in order.
    pub due: Vec<Envelope>,
    /// Events of blocked keys.
    pub parked: Vec<ParkedEvent>,
    /// A key blocked by this step.
    pub block: Option<BlockedKey>,
}

/// Why a step was not made; nothing of it was.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ApplyError {
    /// An event cannot be applied; trying others is fine.
    #[error("{0}")]
    Event(String),
    /// Something is missing that no other event, and no waiting, brings back: only an operator can help.
    #[error("{0}")]
    Alarm(String),
    /// The store does not answer; trying again later may help.
    #[error("the read model is unavailable: {0}")]
    Store(String),
    /// Another runner holds the group now.
    #[error("another process runs this group now")]
    Lost,
    /// The cursor is elsewhere although nobody else holds the group.
    #[error("the cursor of {log} is at {actual}, not at {expected}", log = .log.as_str())]
    Fenced {
        /// The log.
        log: Log,
        /// Where it should be.
        expected: u64,
        /// Where it is.
        actual: u64,
    },
}

/// A transactional target of a group.
#[async_trait]
pub trait Target: Send + Sync + 'static {
    /// What is remembered.
    async fn state(&self) -> Result<GroupState, ApplyError>;

    /// Takes or keeps the right to write; nothing while another runner has it. Every writing call below is refused as
    /// [`ApplyError::Lost`], in its own transaction, under any other lease than the newest.
    async fn lease(&self, candidate: Candidate) -> Result<Option<Lease>, ApplyError>;

    /// Gives the right to write back.
    async fn release(&self, lease: Lease) -> Result<(), ApplyError>;

    /// Makes one step, wholly or not at all. Nothing is parked behind a key that is not blocked: it would wait for
    /// ever.
    async fn advance(&self, lease: Lease, advance: Advance) -> Result<(), ApplyError>;

    /// The events that wait behind `key`, in order.
    async fn parked(&self, key: &str) -> Result<Vec<ParkedEvent>, ApplyError>;

    /// Applies the first waiting event of `key` and strikes it off, in one transaction; unblocks the key when it
    /// was the last.
    async fn redo(&self, lease: Lease, key: &str, event: Envelope) -> Result<(), ApplyError>;

    /// Strikes the first waiting event of `key` off without applying it; unblocks the key when it was the last.
    async fn discard(&self, lease: Lease, key: &str, event: Uuid) -> Result<(), ApplyError>;

    /// Writes down how a blocked key stands now.
    async fn note(&self, lease: Lease, blocked: &Blocked) -> Result<(), ApplyError>;
}
