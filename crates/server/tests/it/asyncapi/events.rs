//! Every event: its name, its description, and the schema of its payload, all taken from its own type.

use std::path::Path;

use domain::{Envelope, EventKind};
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Value, json};

/// One event type, as described by its enum.
pub struct Described {
    /// The name of the message. It is `STREAM.NAME` where two streams use one event name for two shapes.
    pub message: String,
    /// The event name on the wire.
    pub event_type: String,
    /// What happened.
    pub summary: String,
    /// The schema version of the payload.
    pub version: u16,
    /// The schema of the payload.
    pub data: Value,
}

/// `AsyncAPI` schemas extend JSON Schema draft 07.
pub fn generator() -> SchemaGenerator {
    let mut settings = SchemaSettings::draft07();
    settings.definitions_path = "/components/schemas".into();
    settings.meta_schema = None;
    settings.into_generator()
}

pub fn all() -> Vec<Described> {
    describe(&mut generator())
}

/// All events. The types they use are collected in `generator`.
pub fn describe(generator: &mut SchemaGenerator) -> Vec<Described> {
    let mut all = Vec::new();
    add::<domain::user::UserEvent>("", generator, &mut all);
    add::<domain::session::SessionEvent>("", generator, &mut all);
    add::<domain::property::PropertyEvent>("", generator, &mut all);
    add::<domain::product::ProductEvent>("", generator, &mut all);
    add::<domain::lead::LeadEvent>("", generator, &mut all);
    add::<domain::report::ReportEvent>("", generator, &mut all);
    add::<domain::saved_search::SavedSearchEvent>("", generator, &mut all);
    add::<domain::favourites::FavouritesEvent>("", generator, &mut all);
    add::<domain::activity::ActivityEvent>("", generator, &mut all);
    add::<domain::file::FileEvent>("", generator, &mut all);
    add::<domain::preferences::PreferencesEvent>("", generator, &mut all);
    add::<domain::warning::WarningEvent>("", generator, &mut all);
    add::<domain::audit::AuditEvent>("", generator, &mut all);
    add::<domain::synthetic::SyntheticLoadEvent>("", generator, &mut all);
    add::<domain::system::SystemEvent>("", generator, &mut all);
    add::<domain::webhook::WebhookEvent>("", generator, &mut all);
    add::<domain::api_key::ApiKeyEvent>("", generator, &mut all);
    add::<domain::notification::NotificationEvent>("notification.", generator, &mut all);
    all
}

/// Adds the variants of an enum that is serialised as `{"eventType": …, "eventData": …}`.
fn add<E: EventKind + JsonSchema>(stream: &str, generator: &mut SchemaGenerator, all: &mut Vec<Described>) {
    let schema = E::json_schema(generator).to_value();
    for variant in schema["oneOf"].as_array().unwrap() {
        let name = variant["properties"]["eventType"]["const"].as_str().unwrap().to_owned();
        let ambiguous = all.iter().any(|other| other.event_type == name);
        all.push(Described {
            message: if ambiguous { format!("{stream}{name}") } else { name.clone() },
            event_type: name,
            summary: variant["description"].as_str().unwrap().replace('\n', " "),
            version: E::SCHEMA_VERSION,
            data: variant["properties"]["eventData"].clone(),
        });
    }
}

/// The golden files of the current shapes, by message, each with its schema version.
pub fn golden() -> Vec<(String, Value)> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../domain/tests/golden");
    let mut files: Vec<_> = std::fs::read_dir(directory).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    let newest = all();
    let read = |path: &std::path::PathBuf| {
        let stem = path.file_stem().unwrap().to_str().unwrap();
        let (message, version) = stem.rsplit_once(".v").unwrap();
        let described = newest.iter().find(|event| event.message == message)?;
        let mut event: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        event["schemaVersion"] = described.version.into();
        (version == described.version.to_string()).then(|| (message.to_owned(), event))
    };
    files.iter().filter_map(read).collect()
}

/// An envelope around the event of a golden file.
pub fn envelope(event: &Value) -> Value {
    json!({
        "eventId": "0197c000-0000-7000-8000-000000000009", "tenantId": "hyderabad", "aggregateType": "sample",
        "aggregateId": "0197c000-0000-7000-8000-000000000002",
        "userId": "0197c000-0000-7000-8000-000000000001", "eventType": event["eventType"],
        "schemaVersion": event["schemaVersion"], "timestamp": "2026-01-15T10:30:00Z", "version": 1, "log": "facts", "epoch": 1,
        "position": 4711, "eventData": event["eventData"], "metadata": {"correlationId": "sample"},
    })
}

/// An envelope as the journal stores it, with personal values encrypted.
pub fn stored(envelope: &Envelope) -> Value {
    let read = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    json!({
        "eventId": envelope.event_id, "tenantId": envelope.stream.tenant.as_str(),
        "aggregateType": &*envelope.stream.kind, "aggregateId": &*envelope.stream.id,
        "userId": envelope.user_id, "eventType": &*envelope.event_type,
        "schemaVersion": envelope.schema_version, "timestamp": envelope.timestamp,
        "version": envelope.version, "log": envelope.position.log.as_str(),
        "epoch": envelope.position.epoch, "position": envelope.position.seq,
        "eventData": read(&envelope.data), "metadata": read(&envelope.metadata),
    })
}
