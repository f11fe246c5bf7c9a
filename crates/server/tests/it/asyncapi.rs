//! `docs/asyncapi.yaml` is generated from the event types, never written by hand. `HYD_WRITE_GOLDEN=1`
//! regenerates it.

mod channels;
mod document;
mod events;

use std::path::{Path, PathBuf};

use domain::Log;
use serde_json::{Value, json};
use testkit::schema::{self, Validator};
use testkit::{Person, TestApp};

fn docs(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(name)
}

/// A validator for the schema at `pointer` of the document, with everything it refers to.
fn validator(document: &Value, pointer: &str) -> Validator {
    let mut schema = document.clone();
    schema["$schema"] = json!("http://json-schema.org/draft-07/schema#");
    schema["allOf"] = json!([{"$ref": pointer}]);
    schema::validator(&schema).unwrap_or_else(|error| panic!("{pointer}: {error}"))
}

fn payload_of(document: &Value, message: &str) -> Validator {
    validator(document, &format!("#/components/messages/{message}/payload"))
}

#[test]
fn the_committed_document_is_the_one_that_is_made() {
    let made = document::yaml(&document::document());
    let file = docs("asyncapi.yaml");
    if std::env::var_os("HYD_WRITE_GOLDEN").is_some() {
        std::fs::write(&file, &made).unwrap();
    }
    let kept = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(made == kept, "docs/asyncapi.yaml is out of date: renew it with HYD_WRITE_GOLDEN=1");
    assert_eq!(serde_norway::from_str::<Value>(&kept).unwrap(), document::document(), "YAML loses nothing");
}

#[test]
fn every_golden_file_is_valid_by_the_schema_of_its_message_and_nothing_else_is() {
    let document = document::document();
    let golden = events::golden();
    for (message, event) in &golden {
        let payload = payload_of(&document, message);
        let mut envelope = events::envelope(event);
        assert!(payload.is_valid(&envelope), "{message}: {:?}", payload.validate(&envelope).err());
        envelope["eventType"] = json!("ANOTHER");
        assert!(!payload.is_valid(&envelope), "{message} takes events of another name");
        let mut envelope = events::envelope(event);
        envelope["eventData"] = json!("nothing of the kind");
        assert!(!payload.is_valid(&envelope), "{message} takes any payload");
    }
    let described: Vec<String> = events::all().into_iter().map(|event| event.message).collect();
    let missing: Vec<&String> =
        golden.iter().map(|(message, _)| message).filter(|message| !described.contains(message)).collect();
    assert_eq!((golden.len(), missing), (described.len(), vec![]), "a golden file for every message");
}

#[test]
fn every_event_is_carried_by_a_topic_and_by_the_right_one() {
    for event in events::all() {
        let carried: Vec<&str> =
            channels::TOPICS.iter().filter(|t| (t.carries)(&event.message)).map(|t| t.name).collect();
        assert!(!carried.is_empty(), "no topic carries {}", event.message);
    }
    let topics = |message: &str| -> Vec<&str> {
        channels::TOPICS.iter().filter(|t| (t.carries)(message)).map(|t| t.name).collect()
    };
    assert_eq!(topics("LEAD_CREATED"), ["property-events"]);
    assert_eq!(topics("PROPERTY_SEARCHED"), ["search-events"]);
    assert_eq!(topics("USER_LOGIN"), ["user-events", "audit-events"]);
    assert_eq!(topics("notification.NOTIFICATION_REQUESTED"), ["notification-events"]);
}

/// A real server's events, responses and notifications match the document.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_keeps_to_what_it_serves() {
    let app = TestApp::start().await;
    let served = app.client.get("/asyncapi.yaml").await.expect(200);
    assert_eq!(served.header("content-type"), Some("application/yaml"));
    assert_eq!(served.text, std::fs::read_to_string(docs("asyncapi.yaml")).unwrap());
    let document = document::document();
    let asha = Person::register(&app.client, "asha").await;
    let (mut stream, mut socket) = (
        asha.client.listen("/api/realtime/stream", None).await,
        asha.client.socket("/api/realtime", None).await,
    );
    let id = asha.list_home("A home by the book", 5_000_000).await["id"].as_str().unwrap().to_owned();
    asha.client.post(&format!("/api/properties/{id}/share"), &json!({})).await.expect(204);
    let activity = validator(&document, "#/components/schemas/Activity");
    for told in [stream.next().await.unwrap(), socket.next().await.unwrap()] {
        assert!(activity.is_valid(&told), "{told}: {:?}", activity.validate(&told).err());
    }
    let journal = app.context.aggregates.journal();
    for log in Log::ALL {
        let start = journal.head(log).await.unwrap().at(0);
        for stored in journal.read_after(start, 100).await.unwrap() {
            let envelope = events::stored(&stored);
            let payload = payload_of(&document, &stored.event_type);
            assert!(payload.is_valid(&envelope), "{envelope}: {:?}", payload.validate(&envelope).err());
        }
    }
    app.stop().await;
}
