//! E1, E2, E10, E17: who operates the message bus, what strangers see of the health, and what synthetic load touches.

use std::time::Duration;

use domain::Log;
use domain::synthetic;
use reqwest::Method;
use serde_json::{Value, json};
use testkit::{ADMIN, Answer, Client, Person, TestApp, WITH_ADMIN, until};

use crate::rows;

const PUBLISH: &str = "/api/v1/admin/publish-batch";
const DETAILED: &str = "/api/v1/health/detailed";

async fn scene() -> (TestApp, Person) {
    let app = TestApp::with(|_| {}, &WITH_ADMIN).await;
    let admin = Person::enter(&app.client, ADMIN).await;
    (app, admin)
}

async fn publish(client: &Client, query: &str, key: &str) -> Answer {
    client.send(Method::POST, &format!("{PUBLISH}?{query}"), None, &[("idempotency-key", key)]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn e01_only_operators_work_the_machinery_and_never_without_bound() {
    let (app, admin) = scene().await;
    let asha = Person::register(&app.client, "asha").await;
    let mut asked = 0;
    for row in rows::built().iter().filter(|row| row.path.starts_with("/api/v1/admin/")) {
        let path = row.path.replace("{group}", "files-service-group").replace(['{', '}'], "");
        for (client, status) in [(&app.client, 401), (&asha.client, 403)] {
            let answer = client.send(row.method.clone(), &path, None, &[]).await;
            assert_eq!(answer.status, status, "{}: {}", row.name(), answer.text);
        }
        asked += 1;
    }
    assert!(asked > 10, "{asked}");
    for (query, field) in [
        ("messageCount=1001", "messageCount"),
        ("messageCount=0", "messageCount"),
        ("messageCount=many", "messageCount"),
        ("eventType=Drop%20it", "eventType"),
        ("topic=product/events", "topic"),
    ] {
        let refused = admin.client.post(&format!("{PUBLISH}?{query}"), &json!({})).await.expect(400);
        assert!(refused.body["error"]["fieldErrors"][field].is_string(), "{query}: {}", refused.text);
    }
    let most = admin.client.post(&format!("{PUBLISH}?messageCount=1000"), &json!({})).await.expect(200);
    assert_eq!(most.data()["messageCount"], 1000);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn e02_strangers_see_the_status_and_nothing_else() {
    let (app, admin) = scene().await;
    let asha = Person::register(&app.client, "asha").await;
    for path in [DETAILED, "/api/v1/health/metrics"] {
        for client in [&app.client, &asha.client] {
            let answer = client.get(path).await.expect(200);
            let members: Vec<&String> = answer.data().as_object().unwrap().keys().collect();
            assert_eq!(members, ["status", "timestamp"], "{path}");
        }
    }
    let short = app.client.get("/api/v1/health").await.expect(200);
    assert_eq!(
        (&short.data()["status"], &short.data()["environment"]),
        (&json!("UP"), &json!("development"))
    );
    let full = admin.client.get(DETAILED).await.expect(200);
    for part in [
        "database",
        "searchIndex",
        "messageBroker",
        "outboxService",
        "syncService",
        "circuitBreakers",
        "disk",
        "tasks",
        "monitor",
    ] {
        assert_eq!(full.data()["components"][part]["status"], "UP", "{part}: {}", full.text);
    }
    // Not even an administrator is told where the files are.
    assert!(!full.text.contains(app.data_dir().to_str().unwrap()), "{}", full.text);
    let numbers = admin.client.get("/api/v1/health/metrics").await.expect(200);
    assert_eq!(numbers.data()["productCount"], 0, "{}", numbers.text);
    for part in ["publisherStats", "outboxStats", "syncStats", "brokerStats"] {
        assert!(numbers.data()[part].is_object(), "{part}: {}", numbers.text);
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn e10_synthetic_load_touches_nobodys_things() {
    let (app, admin) = scene().await;
    let owner = Person::register(&app.client, "owner").await;
    owner.list_home("The only home", 5_000_000).await;
    app.drain().await;
    let heads = async || app.context.aggregates.heads().await.unwrap().map(|head| head.seq);
    let before = heads().await;
    let query = "messageCount=25&eventType=ProductCreated&topic=product-events";
    let first = publish(&admin.client, query, "one").await.expect(200);
    let batch = first.data();
    assert_eq!(
        (&batch["topic"], &batch["messageCount"], &batch["eventType"], &batch["storedInOutbox"]),
        (&json!("synthetic.product-events"), &json!(25), &json!("ProductCreated"), &json!(true))
    );
    let place = first.header("x-event-position").unwrap();
    assert!(place.ends_with(&format!(":{}", before[0] + 25)), "{place}");
    assert_eq!(heads().await, [before[0] + 25, before[1]]);
    let again = publish(&admin.client, query, "one").await.expect(200);
    assert_eq!((again.data(), heads().await[0]), (batch, before[0] + 25), "a repeat publishes nothing");
    publish(&admin.client, "messageCount=26", "one").await.expect(422);

    // Every group passes them, and nothing is there that was not there before.
    app.drain().await;
    let journal = app.context.aggregates.journal();
    let head = journal.head(Log::Facts).await.unwrap();
    let events = journal.read_after(head.at(before[0]), 100).await.unwrap();
    assert!(events.iter().all(|event| event.stream.tenant == synthetic::tenant() && event.user_id.is_none()));
    let ids = [&events[0], &events[24]].map(|event| json!(event.event_id));
    assert_eq!(ids, [batch["firstEventId"].clone(), batch["lastEventId"].clone()]);
    let homes = app.client.get("/api/properties").await.expect(200);
    assert_eq!(homes.data()["totalElements"], 1);
    let found = app.client.get("/api/search/properties?query=ProductCreated").await.expect(200);
    assert_eq!(found.data()["totalElements"], 0, "{}", found.text);
    let history = admin.client.get("/api/user-history/me?size=50").await.expect(200);
    assert!(!history.text.contains("SYNTHETIC_LOAD"), "{}", history.text);
    let letters = admin.client.get("/api/v1/admin/dead-letters").await.expect(200);
    assert_eq!(letters.data()["content"], json!([]));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn e17_a_warning_is_not_down_and_down_is_503() {
    let (app, admin) = scene().await;
    app.drain().await;
    // The groups of both indexes: of homes, and of products.
    for group in ["search-index-group", "elasticsearch-sync"] {
        let group = format!("/api/v1/admin/consumers/{group}");
        admin.client.post(&format!("{group}/pause"), &json!({})).await.expect(200);
        let warned = admin.client.get(DETAILED).await.expect(200);
        let status = |answer: &Answer, part: &str| answer.data()["components"][part]["status"].clone();
        assert_eq!(warned.data()["status"], "UP", "{}", warned.text);
        for part in ["searchIndex", "messageBroker", "syncService"] {
            assert_eq!(status(&warned, part), "WARN", "{group}, {part}: {}", warned.text);
        }
        app.client.get("/api/v1/health").await.expect(200);
        admin.client.post(&format!("{group}/resume"), &json!({})).await.expect(200);
    }

    let limit = Duration::from_secs(20);
    app.context.jobs.supervisor().faults().panic_once("realtime-hub");
    let down = until("a task that fell is seen", limit, async || {
        let answer = app.client.get("/api/v1/health").await;
        (answer.status == 503).then_some(answer)
    });
    let down = down.await;
    assert_eq!((&down.data()["status"], &down.body["success"]), (&json!("DOWN"), &Value::Bool(false)));
    until("it is up again", limit, async || (app.client.get(DETAILED).await.status == 200).then_some(()))
        .await;
    app.stop().await;
}
