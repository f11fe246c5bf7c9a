//! What is pushed to a person: their own activity, in the form of a history entry.

use std::sync::Arc;

use domain::activity::activity_type;
use domain::{Envelope, Log};
use journal::AggregateStore;
use serde_json::json;

/// One activity, ready to be sent to each connection of its person.
#[derive(Debug)]
pub struct Item {
    pub log: Log,
    pub seq: u64,
    /// The JSON body, without the position, which differs per connection.
    pub body: Arc<str>,
}

impl Item {
    pub fn of(aggregates: &AggregateStore, envelope: &Envelope) -> Self {
        let (data, _) = aggregates.masked(envelope);
        let body = json!({
            "eventId": envelope.event_id, "userId": envelope.user_id,
            "activityType": activity_type(&envelope.event_type),
            "timestamp": envelope.timestamp, "activityData": data,
            "relatedEntityType": &*envelope.stream.kind, "relatedEntityId": &*envelope.stream.id,
        });
        Self { log: envelope.position.log, seq: envelope.position.seq, body: body.to_string().into() }
    }
}
