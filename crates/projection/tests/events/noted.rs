//! The only event in these tests: something was noted.

use domain::{Ids, StreamId, TenantId, Timestamp, UserId};
use journal::{Append, Expected, NewEvent, UniqueKeys};

/// The time of the event.
pub const NOW: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);

/// The tenant of all the events.
pub fn tenant() -> TenantId {
    TenantId::stored("t")
}

/// An event noted by a user, or by nobody.
pub fn noted(user_id: Option<UserId>, data: &str) -> NewEvent {
    NewEvent {
        event_id: Ids.uuid(NOW),
        user_id,
        event_type: "NOTED".into(),
        schema_version: 1,
        timestamp: NOW,
        data: data.into(),
        metadata: "{}".into(),
    }
}

/// An append to a stream, whatever its version.
pub fn append(kind: &str, key: &str, events: Vec<NewEvent>) -> Append {
    let stream = StreamId::new(&tenant(), kind, key);
    Append {
        stream,
        expected: Expected::Any,
        events,
        unique_keys: UniqueKeys::default(),
        limits: Vec::new(),
        idempotency: None,
    }
}
