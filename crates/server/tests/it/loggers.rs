//! An operator has a running server log more.

use std::fs::File;
use std::process::Command;
use std::time::Duration;

use serde_json::json;
use testkit::{ADMIN, Child, Person, TestApp, WITH_ADMIN, until};

const ROOT: &str = "/actuator/loggers/ROOT";

#[tokio::test(flavor = "multi_thread")]
async fn a_running_server_logs_more_as_soon_as_it_is_told_to() {
    let directory = tempfile::tempdir().unwrap();
    let log = directory.path().join("log");
    let stderr = File::create(&log).unwrap();
    let binary = env!("CARGO_BIN_EXE_hyderabadinfra");
    let child = Child::start(Command::new(binary), &directory.path().join("data"), |command| {
        command.stderr(stderr);
    });
    let admin = Person::enter(&child.client, ADMIN).await;
    let before = std::fs::read_to_string(&log).unwrap();
    assert!(!before.contains("DEBUG") && !before.contains("TRACE"), "{before}");
    admin.client.post(ROOT, &json!({"configuredLevel": "TRACE"})).await.expect(204);
    until("a line of a lower level", Duration::from_secs(20), async || {
        admin.client.get("/api/properties").await.expect(200);
        let log = std::fs::read_to_string(&log).unwrap();
        (log.contains("DEBUG") || log.contains("TRACE")).then_some(())
    })
    .await;
    let own = child.management.get(ROOT).await.expect(200);
    assert_eq!(own.body, json!({"configuredLevel": "TRACE", "effectiveLevel": "TRACE"}));
    child.kill();
}

#[tokio::test(flavor = "multi_thread")]
async fn levels_are_inherited_recorded_and_checked() {
    let app = TestApp::with(|_| {}, &WITH_ADMIN).await;
    let admin = Person::enter(&app.client, ADMIN).await;
    let path = |name: &str| format!("/actuator/loggers/{name}");
    let change = json!({"configuredLevel": "DEBUG"});
    admin.client.post(&path("journal"), &change).await.expect(204);
    let writer = admin.client.get(&path("journal::sqlite::writer")).await.expect(200);
    assert_eq!(writer.body, json!({"configuredLevel": null, "effectiveLevel": "DEBUG"}));
    let all = admin.client.get("/actuator/loggers").await.expect(200);
    assert_eq!(all.body["levels"], json!(["OFF", "ERROR", "WARN", "INFO", "DEBUG", "TRACE"]));
    assert_eq!(all.body["loggers"]["journal"]["configuredLevel"], "DEBUG");
    admin.client.post(&path("journal"), &json!({"configuredLevel": null})).await.expect(204);
    let own = admin.client.get(&path("journal")).await.expect(200);
    assert_eq!(own.body["configuredLevel"], json!(null));

    for (name, body, field) in [
        ("Not%20a%20name", &change, "name"),
        ("journal=trace", &change, "name"),
        ("journal", &json!({"configuredLevel": "LOUD"}), "configuredLevel"),
        ("journal", &json!({}), "configuredLevel"),
        ("ROOT", &json!({"configuredLevel": null}), "configuredLevel"),
    ] {
        let refused = admin.client.post(&path(name), body).await.expect(400);
        assert!(refused.body["error"]["fieldErrors"][field].is_string(), "{name} {body}: {}", refused.text);
    }
    let said = admin.client.get("/api/user-history/me/activities/LOG_LEVEL_CHANGED").await.expect(200);
    assert_eq!(said.data()["activities"].as_array().unwrap().len(), 2, "{}", said.text);
    app.stop().await;
}
