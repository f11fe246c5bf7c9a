//! Events as operators see them: what happened, when and where, and of people's personal values only that they are
//! there.

use domain::Envelope;
use serde_json::{Value, json};

pub fn event(envelope: &Envelope) -> Value {
    let masked = |json: &str| {
        let mut value: Value = serde_json::from_str(json).unwrap_or_default();
        journal::masked(&mut value);
        value
    };
    json!({
        "eventId": envelope.event_id, "tenantId": envelope.stream.tenant.as_str(),
        "aggregateType": &*envelope.stream.kind, "aggregateId": &*envelope.stream.id,
        "userId": envelope.user_id, "eventType": &*envelope.event_type,
        "schemaVersion": envelope.schema_version, "timestamp": envelope.timestamp, "version": envelope.version,
        "log": envelope.position.log.as_str(), "epoch": envelope.position.epoch,
        "position": envelope.position.seq,
        "eventData": masked(&envelope.data), "metadata": masked(&envelope.metadata),
    })
}
