//! The body of a message: `{"type", "timestamp", "data"}`. It holds what [`super::events`] lists, and no personal
//! value: no name, address, phone number, IP address or user agent, nor who acted.

use domain::aggregate::Aggregate as _;
use domain::favourites::Favourites;
use domain::personal::{CLEAR, ERASED, SEALED};
use domain::{Envelope, Timestamp, WebhookId};
use journal::AggregateStore;
use serde_json::{Map, Value, json};

use super::events::PublishedEvent;

/// The type of a test message.
pub const TEST_TYPE: &str = "webhook.test";
/// Receivers may refuse more. A longer message comes without its event's payload, and says so.
const MOST: usize = 20 * 1024;

/// The members that are sent about something that visitors cannot see.
const OF_HIDDEN: [&str; 6] = ["propertyId", "ownerId", "status", "from", "to", "byModerator"];

/// The message about an event. If visitors cannot see what the event is about, it is `hidden`: the message holds ids and
/// statuses, and nothing that people wrote.
pub fn of_event(
    aggregates: &AggregateStore,
    event: &Envelope,
    published: &PublishedEvent,
    hidden: bool,
) -> String {
    let mut data = json!({
        "eventId": event.event_id, "aggregateType": &*event.stream.kind, "schemaVersion": event.schema_version,
    });
    // A person's saved homes are named as the person, and counted: both would tell who acted.
    if &*event.stream.kind != Favourites::TYPE {
        data["aggregateId"] = (&*event.stream.id).into();
        data["version"] = event.version.into();
    }
    let mut told = members(aggregates, event, published);
    if hidden {
        told.retain(|name, _| OF_HIDDEN.contains(&name.as_str()));
    }
    data["eventData"] = Value::Object(told);
    let whole = message(published.name, event.timestamp, &data);
    if whole.len() <= MOST {
        return whole;
    }
    if let Some(members) = data.as_object_mut() {
        members.remove("eventData");
        members.insert("truncated".into(), true.into());
    }
    message(published.name, event.timestamp, &data)
}

/// The message of a test.
pub fn of_test(webhook: WebhookId, at: Timestamp) -> String {
    message(TEST_TYPE, at, &json!({"webhookId": webhook}))
}

fn message(name: &str, at: Timestamp, data: &Value) -> String {
    json!({"type": name, "timestamp": at, "data": data}).to_string()
}

/// The members that may leave, with what people wrote for others to read, and without what is personal.
fn members(aggregates: &AggregateStore, event: &Envelope, published: &PublishedEvent) -> Map<String, Value> {
    let mut stored: Map<String, Value> = serde_json::from_str(&event.data).unwrap_or_default();
    stored.retain(|name, value| published.members.contains(&name.as_str()) && !is_personal(value));
    stored.values_mut().for_each(without_personal);
    let kept = Value::Object(stored).to_string();
    match aggregates.masked_part(&event.stream.tenant, event.event_id, "data", &kept) {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

/// Whether this is a value that only its person may read, or one that is erased.
fn is_personal(value: &Value) -> bool {
    let Some(members) = value.as_object().filter(|members| members.len() == 1) else { return false };
    let sealed = members.get(SEALED).is_some_and(|sealed| sealed["erasable"] != true);
    sealed || members.contains_key(CLEAR) || members.contains_key(ERASED)
}

/// Removes the personal members of objects. Entries of lists keep their places, because their encryption is bound to
/// them; personal ones among them are masked later.
fn without_personal(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.retain(|_, member| !is_personal(member));
            members.values_mut().for_each(without_personal);
        }
        Value::Array(items) => items.iter_mut().for_each(without_personal),
        _ => {}
    }
}
