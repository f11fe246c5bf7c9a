//! An event as it stands in a log.

use std::fmt;
use std::sync::Arc;

use uuid::Uuid;

use crate::id::{SessionId, UserId};
use crate::personal::Personal;
use crate::position::{Log, Position};
use crate::tenant::TenantId;
use crate::time::Timestamp;

/// Counts one stream's events: 1, 2, 3 … without a hole; 0 is the empty stream.
pub type Version = u64;

/// One aggregate's stream: `property/0197…` of a tenant.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StreamId {
    /// Whose it is.
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

    /// The log that holds it.
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

/// An event as stored: its payload still encrypted, so that consumers which need no personal data never open any.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    /// Where it stands.
    pub position: Position,
    /// Its own id, UUIDv7.
    pub event_id: Uuid,
    /// The stream it belongs to.
    pub stream: StreamId,
    /// Its number in that stream.
    pub version: Version,
    /// The person who acted.
    pub user_id: Option<UserId>,
    /// Its name on the wire, such as `PROPERTY_CREATED`.
    pub event_type: Arc<str>,
    /// The version of its payload's shape.
    pub schema_version: u16,
    /// When it happened.
    pub timestamp: Timestamp,
    /// The payload: a JSON object, personal values encrypted.
    pub data: Arc<str>,
    /// [`Metadata`] as JSON, personal values encrypted.
    pub metadata: Arc<str>,
}

/// How an event came about.
#[derive(
    Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "camelCase")]
pub struct Metadata {
    /// The address it came from, of signed-in people only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ip_address: Option<Personal<String>>,
    /// The program it came from, of signed-in people only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<Personal<String>>,
    /// The session it happened in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_id: Option<SessionId>,
    /// Ties together everything one request caused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correlation_id: Option<String>,
    /// The event that caused this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub causation_id: Option<Uuid>,
}

/// Who acts, and how the request came.
#[derive(Clone, Debug)]
pub struct Actor {
    /// Whose world it happens in.
    pub tenant: TenantId,
    /// The person; nobody for visitors and the system.
    pub user: Option<UserId>,
    /// Address, program, session, correlation.
    pub metadata: Metadata,
}
