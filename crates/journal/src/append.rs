//! The contents of an append, and the reasons why one is refused.

use std::sync::Arc;

use domain::quota::Quota;
use domain::{Position, StreamId, TenantId, Timestamp, UserId, Version};
use uuid::Uuid;

use crate::JournalError;

/// The version a stream must have for an append to be accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// Any version.
    Any,
    /// Exactly this version; 0 means a stream without events.
    Exactly(Version),
    /// Any version. Used to retry an append whose outcome is unknown: if its events are already in the log, nothing
    /// is appended and the result of the earlier attempt is returned.
    Again {
        /// The head of the log before the first attempt. The events can only be after this position.
        since: u64,
    },
}

/// A name that belongs to at most one stream per tenant, such as an e-mail address or a user name. Only a keyed
/// digest is stored.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct UniqueKey {
    /// The tenant that the name belongs to.
    pub tenant: TenantId,
    /// The kind of name: `email`, `username`, `source`.
    pub kind: &'static str,
    /// HMAC of the normalised value.
    pub digest: [u8; 32],
}

/// Unique keys claimed and released in the same transaction as the events.
#[derive(Clone, Debug, Default)]
pub struct UniqueKeys {
    /// Keys to claim. The append is refused if another stream holds one of them.
    pub take: Vec<UniqueKey>,
    /// Releases every key that this stream holds.
    pub release_all: bool,
}

impl UniqueKeys {
    /// Claims `keys`.
    #[must_use]
    pub fn taking(keys: Vec<UniqueKey>) -> Self {
        Self { take: keys, release_all: false }
    }

    /// Releases all keys that the stream holds.
    #[must_use]
    pub fn released() -> Self {
        Self { take: Vec::new(), release_all: true }
    }
}

/// One event to append, with its payload encrypted.
#[derive(Clone, Debug)]
pub struct NewEvent {
    /// The id of the event.
    pub event_id: Uuid,
    /// The person who acts, if any.
    pub user_id: Option<UserId>,
    /// The event type as serialised.
    pub event_type: Arc<str>,
    /// The version of the payload's schema.
    pub schema_version: u16,
    /// When the event happened.
    pub timestamp: Timestamp,
    /// The payload as JSON.
    pub data: Arc<str>,
    /// The metadata as JSON.
    pub metadata: Arc<str>,
}

/// An idempotency key of a caller, kept for 24 hours together with the answer.
#[derive(Clone, Debug)]
pub struct Idempotency {
    /// Tenant, caller and operation, so that keys of different callers never collide.
    pub scope: String,
    /// The caller's idempotency key.
    pub key: String,
    /// Keyed digest of the request; see [`crate::KeyRing::fingerprint`].
    pub fingerprint: [u8; 32],
    /// The answer to repeat: status and ids, never a token.
    pub answer: String,
}

/// Events for one stream, with all preconditions and all changes that belong to the same transaction.
#[derive(Clone, Debug)]
pub struct Append {
    /// The stream.
    pub stream: StreamId,
    /// The version the stream must have.
    pub expected: Expected,
    /// The events in order. Without events the append changes nothing.
    pub events: Vec<NewEvent>,
    /// Unique keys to claim or release.
    pub unique_keys: UniqueKeys,
    /// Per quota, the most that an owner may hold after these events. A quota that is not listed is not limited.
    pub limits: Vec<(Quota, u64)>,
    /// The idempotency key, if the append must happen at most once.
    pub idempotency: Option<Idempotency>,
}

/// Where the events were appended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Appended {
    /// The stream's version after the append.
    pub version: Version,
    /// The position of the last appended event, or of the stream's last event if nothing was appended.
    pub position: Position,
}

/// The stored outcome of the first request with an idempotency key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replayed {
    /// The answer given with that request.
    pub answer: String,
    /// Where that request's events were appended.
    pub appended: Appended,
}

/// Why an append failed. Nothing was appended, unless the outcome is unknown.
#[derive(Clone, Debug, thiserror::Error)]
pub enum AppendError {
    /// The append was refused; the journal itself works.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// The journal did not answer, so the outcome is unknown. A retry with the same idempotency key is safe.
    #[error(transparent)]
    Journal(#[from] JournalError),
}

/// A refusal that the caller can act on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The stream has another version, because of a concurrent append.
    #[error("expected version {expected}, found {actual}")]
    Conflict {
        /// The expected version.
        expected: Version,
        /// The actual version.
        actual: Version,
    },
    /// Another stream holds a unique key.
    #[error("the {kind} is taken")]
    Taken {
        /// The kind of name.
        kind: &'static str,
        /// The stream that holds it.
        owner: StreamId,
    },
    /// The append would exceed an owner's quota.
    #[error("at most {most} of {} can be held, and {held} are", .quota.word())]
    OverQuota {
        /// The quota.
        quota: Quota,
        /// How much the owner holds now.
        held: u64,
        /// The most the owner may hold.
        most: u64,
    },
    /// The idempotency key was already used for the same request; this is its stored outcome.
    #[error("answered before")]
    Replayed(Replayed),
    /// The idempotency key was used for a different request.
    #[error("the idempotency key was used for another request")]
    KeyReused,
}
