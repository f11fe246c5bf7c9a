//! An event as stored in a log.

use std::fmt;
use std::sync::Arc;

use uuid::Uuid;

use crate::id::{SessionId, UserId};
use crate::personal::Personal;
use crate::position::{Log, Position};
use crate::tenant::TenantId;
use crate::time::Timestamp;

/// The version of a stream: it counts the stream's events 1, 2, 3 … without gaps; 0 is the empty stream.
pub type Version = u64;

/// The stream of one aggregate of a tenant: `property/0197…`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StreamId {
    /// The tenant.
    pub tenant: TenantId,
    /// The aggregate type, such as `property`.
    pub kind: Arc<str>,
    /// The aggregate's id.
    pub id: Arc<str>,
}

impl StreamId {
    /// A stream of `tenant`.
    #[must_use]
    pub fn new(tenant: &TenantId, kind: &str, id: impl fmt::Display) -> Self {
        Self { tenant: tenant.clone(), kind: kind.into(), id: id.to_string().into() }
    }

    /// The log that holds this stream.
    #[must_use]
    pub fn log(&self) -> Log {
        Log::of(&self.kind)
    }
}

impl fmt::Display for StreamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.tenant, self.kind, self.id)
    }
}

/// A stored event. Its payload is still encrypted, so consumers that need no personal data never decrypt any.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    /// Its position in the log.
    pub position: Position,
    /// Its id, a UUIDv7.
    pub event_id: Uuid,
    /// The stream it belongs to.
    pub stream: StreamId,
    /// Its version in that stream.
    pub version: Version,
    /// The user who acted.
    pub user_id: Option<UserId>,
    /// Its type name, such as `PROPERTY_CREATED`.
    pub event_type: Arc<str>,
    /// The schema version of its payload.
    pub schema_version: u16,
    /// When it happened.
    pub timestamp: Timestamp,
    /// The payload: a JSON object with personal values encrypted.
    pub data: Arc<str>,
    /// [`Metadata`] as JSON with personal values encrypted.
    pub metadata: Arc<str>,
}

/// The circumstances of an event.
#[derive(
    Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "camelCase")]
pub struct Metadata {
    /// The client's IP address; for signed-in people only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ip_address: Option<Personal<String>>,
    /// The client's user agent; for signed-in people only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<Personal<String>>,
    /// The session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_id: Option<SessionId>,
    /// Links everything that one request caused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correlation_id: Option<String>,
    /// The event that caused this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub causation_id: Option<Uuid>,
}

/// Who acts, and how the request arrived.
#[derive(Clone, Debug)]
pub struct Actor {
    /// The tenant.
    pub tenant: TenantId,
    /// The user; `None` for visitors and the system.
    pub user: Option<UserId>,
    /// IP address, user agent, session and correlation id.
    pub metadata: Metadata,
}
