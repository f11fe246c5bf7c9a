//! Assembles the whole document.

use domain::Metadata;
use schemars::SchemaGenerator;
use serde_json::{Map, Value, json};

use super::channels;
use super::events::{self, Described};

const ABOUT: &str = "Everything that happens is an event in one of two logs (facts, activity); everything that is shown is \
    a projection of them. Events are for ever: a new member is optional, a changed shape is a new schemaVersion, a changed \
    meaning is a new type. Readers ignore members and types they do not know. Topics are how the logs leave the process \
    in cluster mode, which is designed for and not built yet; today groups read the same events from the journal, and \
    people listen over the realtime channels.";

const NOT_YET: &str =
    "Cluster mode: designed for and not built yet. Groups read the same events from the journal.";

/// The document. The order of its members has no meaning.
pub fn document() -> Value {
    let mut generator = events::generator();
    let events = events::describe(&mut generator);
    let channels = channels::channels(&events);
    json!({
        "asyncapi": "3.0.0",
        "id": "urn:hyderabadinfra:events",
        "info": {
            "title": "hyderabadinfra", "version": env!("CARGO_PKG_VERSION"), "description": ABOUT,
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        },
        "defaultContentType": "application/json",
        "servers": servers(),
        "channels": channels,
        "operations": channels::operations(),
        "components": components(generator, &events),
    })
}

/// The document as YAML, with members sorted by name, so that the text does not depend on how maps are built.
pub fn yaml(document: &Value) -> String {
    fn sorted(value: &Value) -> Value {
        match value {
            Value::Object(members) => {
                let mut members: Vec<_> = members.iter().map(|(k, v)| (k.clone(), sorted(v))).collect();
                members.sort_by(|a, b| a.0.cmp(&b.0));
                Value::Object(members.into_iter().collect())
            }
            Value::Array(items) => items.iter().map(sorted).collect(),
            other => other.clone(),
        }
    }
    let head = "# Made from the types of crates/domain by crates/server/tests/it/asyncapi: do not edit.\n";
    format!("{head}{}", serde_norway::to_string(&sorted(document)).unwrap())
}

fn servers() -> Value {
    let people = json!([
        {"$ref": "#/components/securitySchemes/bearer"},
        {"$ref": "#/components/securitySchemes/ticket"},
        {"$ref": "#/components/securitySchemes/cookie"},
    ]);
    json!({
        "websocket": {"host": "localhost:8080", "protocol": "ws", "security": people},
        "http": {"host": "localhost:8080", "protocol": "http", "security": [people[0], people[2]]},
        "kafka": {"host": "localhost:9092", "protocol": "kafka", "description": NOT_YET},
    })
}

fn components(mut generator: SchemaGenerator, events: &[Described]) -> Value {
    let golden = events::golden();
    let mut messages: Map<String, Value> = events
        .iter()
        .map(|event| {
            let example = golden.iter().find(|(message, _)| *message == event.message);
            (event.message.clone(), message(event, example.map(|(_, event)| event)))
        })
        .collect();
    messages.extend(others());
    let metadata = generator.subschema_for::<Metadata>();
    let mut schemas = generator.take_definitions(true);
    schemas.insert("Envelope".into(), envelope(&metadata.to_value()));
    schemas.insert("CloudEventsHeaders".into(), headers());
    schemas.insert("Activity".into(), activity());
    json!({
        "messages": messages,
        "schemas": schemas,
        "securitySchemes": {
            "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
            "ticket": {"type": "httpApiKey", "in": "query", "name": "ticket"},
            "cookie": {"type": "httpApiKey", "in": "cookie", "name": "hyd_access"},
        },
    })
}

fn message(event: &Described, golden: Option<&Value>) -> Value {
    let example = golden.map(|event| json!({"name": "golden file", "payload": events::envelope(event)}));
    json!({
        "name": event.event_type, "title": event.event_type, "summary": event.summary,
        "contentType": "application/json",
        "headers": {"$ref": "#/components/schemas/CloudEventsHeaders"},
        "correlationId": {"location": "$message.payload#/metadata/correlationId"},
        "payload": {"allOf": [
            {"$ref": "#/components/schemas/Envelope"},
            {"type": "object", "properties": {
                "eventType": {"const": event.event_type},
                "schemaVersion": {"const": event.version},
                "eventData": event.data,
            }},
        ]},
        "examples": example.into_iter().collect::<Vec<_>>(),
    })
}

/// The messages that are not events themselves.
fn others() -> Map<String, Value> {
    let id = json!({"type": "string", "description": "Where to go on, opaque."});
    let activity = json!({"$ref": "#/components/schemas/Activity"});
    let letter = json!({
        "type": "object", "required": ["key", "error", "envelope"],
        "properties": {
            "key": {"type": "string", "description": "What waits, such as a listing."},
            "error": {"type": "string"},
            "envelope": {"$ref": "#/components/schemas/Envelope"},
        },
    });
    let reset = json!({
        "type": "string",
        "description": "Why nobody can go on from the place that was named, as after a restore from a backup: load again \
            what is shown. Absent otherwise.",
    });
    let message = |name: &str, summary: &str, payload: Value| {
        (
            name.to_owned(),
            json!({"name": name, "summary": summary, "contentType": "application/json", "payload": payload}),
        )
    };
    [
        message("activity", "Somebody did something.", activity.clone()),
        message(
            "opening",
            "The connection stands.",
            json!({"type": "object", "required": ["id"], "properties": {"id": id, "reset": reset}}),
        ),
        message(
            "told",
            "The person did something.",
            json!({
                "type": "object", "required": ["id", "activity"],
                "properties": {"id": id, "activity": activity},
            }),
        ),
        message("dead-letter", "A group gave up on an event for now.", letter),
    ]
    .into_iter()
    .collect()
}

fn envelope(metadata: &Value) -> Value {
    let number = |about: &str| json!({"type": "integer", "minimum": 1, "description": about});
    let text = |about: &str| json!({"type": "string", "description": about});
    let id = json!({"type": "string", "format": "uuid"});
    json!({
        "type": "object",
        "required": [
            "eventId", "tenantId", "aggregateType", "aggregateId", "eventType", "schemaVersion", "timestamp", "version",
            "log", "epoch", "position", "eventData", "metadata",
        ],
        "properties": {
            "eventId": id,
            "tenantId": text("Whose world it happened in."),
            "aggregateType": text("The kind of stream, such as property."),
            "aggregateId": text("Which stream of that kind."),
            "userId": {
                "type": ["string", "null"], "format": "uuid",
                "description": "Who acted; null when nobody did.",
            },
            "eventType": text("The name on the wire."),
            "schemaVersion": number("The version of the shape of eventData."),
            "timestamp": {"type": "string", "format": "date-time"},
            "version": number("Counts the events of the stream: 1, 2, 3, without a hole."),
            "log": {"type": "string", "enum": ["facts", "activity"]},
            "epoch": number("The history the position belongs to; a restore raises it."),
            "position": number("Counts the events of the log, in commit order, without a hole."),
            "eventData": {"type": "object"},
            "metadata": metadata,
        },
    })
}

/// `CloudEvents` 1.0, binary mode.
fn headers() -> Value {
    let text = |about: &str| json!({"type": "string", "description": about});
    json!({
        "type": "object", "required": ["ce_id", "ce_type", "ce_source", "ce_specversion"],
        "properties": {
            "ce_id": text("eventId"), "ce_type": text("eventType"),
            "ce_source": text("/{tenant}/{log}"), "ce_specversion": {"type": "string", "const": "1.0"},
            "ce_time": text("timestamp"), "ce_subject": text("{aggregateType}/{aggregateId}"),
            "position": text("log:epoch:position"), "tenant": text("tenantId"),
        },
    })
}

fn activity() -> Value {
    let text = |about: &str| json!({"type": "string", "description": about});
    let id = json!({"type": "string", "format": "uuid"});
    json!({
        "type": "object",
        "required": [
            "eventId", "userId", "activityType", "timestamp", "activityData", "relatedEntityType", "relatedEntityId",
        ],
        "properties": {
            "eventId": id, "userId": id,
            "activityType": text("The event type; USER_UPDATED is PROFILE_UPDATED."),
            "timestamp": {"type": "string", "format": "date-time"},
            "activityData": {"type": "object", "description": "The payload, personal values masked."},
            "relatedEntityType": text("The kind of stream."), "relatedEntityId": text("Which stream."),
        },
    })
}
