//! What goes into an append, and the ways it is refused.

use std::sync::Arc;

use domain::quota::Quota;
use domain::{Position, StreamId, TenantId, Timestamp, UserId, Version};
use uuid::Uuid;

use crate::JournalError;

/// The version a stream must have for an append to be accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// Whatever it is.
    Any,
    /// Exactly this one; 0 is a stream without events.
    Exactly(Version),
    /// Whatever it is, for another try after one whose outcome is unknown: when the events stand in the log already,
    /// nothing is appended and the answer is that of the first time.
    Again {
        /// The head of the log before the first try: the events stand behind it, if at all.
        since: u64,
    },
}

/// A name that belongs to one stream per tenant: an e-mail address, a user name. Only a keyed digest is stored.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct UniqueKey {
    /// Whose.
    pub tenant: TenantId,
    /// Of which kind: `email`, `username`, `source`.
    pub kind: &'static str,
    /// HMAC of the normalised value.
    pub digest: [u8; 32],
}

/// Names taken and given back in the same transaction as the events.
#[derive(Clone, Debug, Default)]
pub struct UniqueKeys {
    /// Taken; refused when another stream holds one of them.
    pub take: Vec<UniqueKey>,
    /// Gives back everything this stream holds.
    pub release_all: bool,
}

impl UniqueKeys {
    /// Takes `keys`.
    #[must_use]
    pub fn taking(keys: Vec<UniqueKey>) -> Self {
        Self { take: keys, release_all: false }
    }

    /// Gives back all that the stream holds.
    #[must_use]
    pub fn released() -> Self {
        Self { take: Vec::new(), release_all: true }
    }
}

/// One event to append, its payload encrypted.
#[derive(Clone, Debug)]
pub struct NewEvent {
    /// Its id.
    pub event_id: Uuid,
    /// The person who acts.
    pub user_id: Option<UserId>,
    /// Its name on the wire.
    pub event_type: Arc<str>,
    /// Its payload's shape.
    pub schema_version: u16,
    /// When.
    pub timestamp: Timestamp,
    /// JSON.
    pub data: Arc<str>,
    /// JSON.
    pub metadata: Arc<str>,
}

/// A caller's key for "do this once": kept 24 hours with the answer.
#[derive(Clone, Debug)]
pub struct Idempotency {
    /// Tenant, caller and operation: keys of different callers never meet.
    pub scope: String,
    /// The caller's key.
    pub key: String,
    /// Keyed digest of the request; see [`crate::KeyRing::fingerprint`].
    pub fingerprint: [u8; 32],
    /// What to answer again: status and ids, never a token.
    pub answer: String,
}

/// Events for one stream, with everything that must be true or become true with them.
#[derive(Clone, Debug)]
pub struct Append {
    /// The stream.
    pub stream: StreamId,
    /// Its version now.
    pub expected: Expected,
    /// In order; none changes nothing.
    pub events: Vec<NewEvent>,
    /// Names.
    pub unique_keys: UniqueKeys,
    /// The most that whoever comes to hold something by these events may hold of it; of what is not here, any amount.
    pub limits: Vec<(Quota, u64)>,
    /// Once only.
    pub idempotency: Option<Idempotency>,
}

/// Where the events went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Appended {
    /// The stream's version after them.
    pub version: Version,
    /// The position of the last of them (of the stream's last event when there were none).
    pub position: Position,
}

/// The stored outcome of the first request with a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replayed {
    /// As given with that request.
    pub answer: String,
    /// What it appended.
    pub appended: Appended,
}

/// Why an append was not made; nothing of it was.
#[derive(Clone, Debug, thiserror::Error)]
pub enum AppendError {
    /// It was refused; the journal is well.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// The journal did not answer: the outcome is unknown, a retry with the same key is safe.
    #[error(transparent)]
    Journal(#[from] JournalError),
}

/// A refusal is data for the caller to act on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Somebody else appended in between.
    #[error("expected version {expected}, found {actual}")]
    Conflict {
        /// Asked for.
        expected: Version,
        /// Found.
        actual: Version,
    },
    /// Another stream holds a name.
    #[error("the {kind} is taken")]
    Taken {
        /// The kind of name.
        kind: &'static str,
        /// Who holds it.
        owner: StreamId,
    },
    /// Somebody would hold more than they may.
    #[error("at most {most} of {} can be held, and {held} are", .quota.word())]
    OverQuota {
        /// Of what.
        quota: Quota,
        /// How much they hold.
        held: u64,
        /// How much they may.
        most: u64,
    },
    /// The key was used for this very request; here is its answer.
    #[error("answered before")]
    Replayed(Replayed),
    /// The key was used for another request.
    #[error("the idempotency key was used for another request")]
    KeyReused,
}
