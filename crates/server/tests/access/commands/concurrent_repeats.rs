//! The same request, sent many times concurrently, is executed once.

use reqwest::Method;
use serde_json::{Value, json};
use testkit::{Answer, Client, PASSWORD, Person, TestApp};
use tokio::task::JoinSet;

const TWINS: u64 = 8;

/// Sends a request [`TWINS`] times concurrently. Returns the responses and the number of new facts.
async fn all_at_once(
    app: &TestApp,
    client: &Client,
    method: &Method,
    path: &str,
    body: Option<Value>,
) -> (Vec<Answer>, u64) {
    let facts = async || app.context.aggregates.heads().await.unwrap()[0].seq;
    let before = facts().await;
    let mut twins = JoinSet::new();
    for _ in 0..TWINS {
        let client = client.clone();
        let method = method.clone();
        let path = path.to_owned();
        let body = body.clone();
        twins.spawn(async move {
            client.send(method, &path, body.as_ref(), &[("idempotency-key", "twins")]).await
        });
    }
    let answers = twins.join_all().await;
    (answers, facts().await - before)
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_15_concurrent_twins_make_one_set_of_events() {
    let app = TestApp::start().await;
    let owner = Person::register(&app.client, "owner").await;
    let id = owner.list_home("A home", 5_000_000).await["id"].as_str().unwrap().to_owned();
    let body = json!({"username": "twin", "email": "twin@example.com", "password": PASSWORD, "firstName": "Twin",
        "lastName": "Person"});
    let (joined, facts) =
        all_at_once(&app, &app.client, &Method::POST, "/api/auth/register", Some(body)).await;
    assert_eq!(facts, 1);
    for answer in joined.iter().cloned() {
        assert_eq!(answer.expect(201).data()["user"]["id"], joined[0].data()["user"]["id"]);
    }
    let path = format!("/api/properties/{id}");
    let body =
        json!({"title": "A home with a view", "location": "Kondapur", "price": 5, "propertyType": "VILLA"});
    let (edited, facts) = all_at_once(&app, &owner.client, &Method::PUT, &path, Some(body)).await;
    assert_eq!(facts, 1);
    for answer in edited {
        let answer = answer.expect(200);
        assert_eq!(
            (&answer.data()["title"], &answer.data()["version"]),
            (&json!("A home with a view"), &json!(2))
        );
    }
    for (method, events) in [(Method::POST, 1), (Method::DELETE, 1)] {
        let path = format!("{path}/favorite");
        let (saved, facts) = all_at_once(&app, &owner.client, &method, &path, None).await;
        assert_eq!(facts, events, "{method}");
        assert!(saved.iter().all(|answer| answer.status == 204), "{saved:?}");
    }
}
