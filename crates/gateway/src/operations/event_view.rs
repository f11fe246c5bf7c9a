//! Events as operators see them: what happened, when and where. Personal values are masked, so only their presence
//! shows.

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::personal::SEALED;
use domain::{Envelope, Timestamp, UserId, Version};
use journal::AggregateStore;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

/// An event. Personal values are masked.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ShownEvent)]
pub struct EventView {
    event_id: Uuid,
    tenant_id: String,
    #[schema(value_type = String)]
    aggregate_type: Arc<str>,
    #[schema(value_type = String)]
    aggregate_id: Arc<str>,
    user_id: Option<UserId>,
    #[schema(value_type = String)]
    event_type: Arc<str>,
    schema_version: u16,
    timestamp: Timestamp,
    version: Version,
    log: &'static str,
    epoch: u32,
    position: u64,
    #[schema(value_type = std::collections::BTreeMap<String, Value>)]
    event_data: Value,
    #[schema(value_type = std::collections::BTreeMap<String, Value>)]
    metadata: Value,
}

/// The members of an event that contain user ids.
const PEOPLE: [&str; 6] = ["subjectId", "subjectIds", "ownerId", "userId", "seekerId", "reporterId"];
/// The kinds of streams that belong to one person and have that person's id.
const OWN_STREAMS: [&str; 8] =
    ["user", "preferences", "favourite", "history", "activity", "audit", "erasure", "warning"];

/// The people whose data the events contain: those who acted and those named.
pub fn people<'a>(events: impl IntoIterator<Item = &'a Envelope>) -> BTreeSet<UserId> {
    let mut people = BTreeSet::new();
    for event in events {
        people.extend(event.user_id);
        if OWN_STREAMS.contains(&&*event.stream.kind) {
            people.extend(event.stream.id.parse::<UserId>());
        }
        for json in [&event.data, &event.metadata] {
            named(&serde_json::from_str(json).unwrap_or_default(), &mut people);
        }
    }
    people
}

fn named(value: &Value, people: &mut BTreeSet<UserId>) {
    match value {
        Value::Object(members) => {
            // Data that anybody may read does not count as looking at its author's personal data.
            let personal = members.get(SEALED).filter(|encrypted| encrypted["erasable"] != true);
            let encrypted = personal.and_then(|encrypted| encrypted.get("subject"));
            let ids = PEOPLE.iter().filter_map(|name| members.get(*name)).chain(encrypted);
            let ids =
                ids.flat_map(|found| found.as_array().map_or(std::slice::from_ref(found), Vec::as_slice));
            people.extend(ids.filter_map(|id| id.as_str()?.parse::<UserId>().ok()));
            members.values().for_each(|member| named(member, people));
        }
        Value::Array(items) => items.iter().for_each(|item| named(item, people)),
        _ => {}
    }
}

pub fn event(aggregates: &AggregateStore, envelope: &Envelope) -> EventView {
    let (event_data, metadata) = aggregates.masked(envelope);
    EventView {
        event_id: envelope.event_id,
        tenant_id: envelope.stream.tenant.to_string(),
        aggregate_type: envelope.stream.kind.as_ref().into(),
        aggregate_id: envelope.stream.id.as_ref().into(),
        user_id: envelope.user_id,
        event_type: envelope.event_type.clone(),
        schema_version: envelope.schema_version,
        timestamp: envelope.timestamp,
        version: envelope.version,
        log: envelope.position.log.as_str(),
        epoch: envelope.position.epoch,
        position: envelope.position.seq,
        event_data,
        metadata,
    }
}
