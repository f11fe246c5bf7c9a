//! An event for unit tests.

use domain::{Envelope, Log, Position, StreamId, TenantId, Timestamp};

/// An event of the facts log at position `seq`.
pub fn envelope(seq: u64, data: &str) -> Envelope {
    Envelope {
        position: Position { log: Log::Facts, epoch: 1, seq },
        event_id: uuid::Uuid::from_u128(seq.into()),
        stream: StreamId::new(&TenantId::stored("t"), "note", "n"),
        version: seq,
        user_id: None,
        event_type: "NOTED".into(),
        schema_version: 1,
        timestamp: Timestamp::from_micros(0),
        data: data.into(),
        metadata: "".into(),
    }
}
