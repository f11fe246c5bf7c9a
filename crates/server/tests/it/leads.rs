//! Enquiries to owners, their follow-up, and reports to moderators.

use reqwest::Method;
use serde_json::{Value, json};
use testkit::{ADMIN, Person, TestApp, WITH_ADMIN};

async fn home(owner: &Person) -> String {
    owner.list_home("Villa in Miyapur", 9_000_000).await["id"].as_str().unwrap().to_owned()
}

async fn leads(person: &Person, query: &str) -> Vec<Value> {
    let listed = person.client.get(&format!("/api/leads{query}")).await.expect(200);
    assert!(listed.header("x-stale").is_none());
    listed.data()["content"].as_array().unwrap().clone()
}

async fn mark(owner: &Person, lead: &str, body: Value) -> testkit::Answer {
    owner.client.send(Method::PATCH, &format!("/api/leads/{lead}"), Some(&body), &[]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_is_asked_and_follows_it_up() {
    let app = TestApp::start().await;
    let (owner, seeker) = (Person::confirmed(&app, "owner").await, Person::confirmed(&app, "seeker").await);
    let path = format!("/api/properties/{}/leads", home(&owner).await);
    let ask = json!({"purpose": "VISIT", "message": "On Sunday?", "phone": "+91 98765-43210",
        "visitAt": "2026-02-01T10:00:00Z"});
    let asked = seeker.client.post(&path, &ask).await.expect(201);
    let id = asked.data()["id"].as_str().unwrap().to_owned();
    assert_eq!(asked.header("location"), Some(&*format!("/api/leads/{id}")));
    app.drain().await;

    let received = leads(&owner, "").await;
    assert_eq!(received.len(), 1);
    assert_eq!(received[0]["phone"], "+919876543210");
    assert_eq!((&received[0]["status"], &received[0]["purpose"]), (&json!("NEW"), &json!("VISIT")));
    let changed =
        mark(&owner, &id, json!({"status": "VISIT_PLANNED", "note": "Bring the keys"})).await.expect(200);
    assert_eq!(changed.header("etag"), Some("\"2\""));
    assert_eq!(leads(&owner, "?status=VISIT_PLANNED").await[0]["note"], "Bring the keys");
    assert!(leads(&owner, "?status=NEW").await.is_empty());
    app.drain().await;
    let sent = leads(&seeker, "?box=sent").await;
    assert_eq!(
        (&sent[0]["status"], sent[0].get("note")),
        (&json!("VISIT_PLANNED"), None),
        "the note is the owner's"
    );
    assert!(leads(&seeker, "").await.is_empty());

    let twice = seeker.client.post(&path, &ask).await.expect(409);
    assert_eq!(twice.code(), "LEAD_EXISTS");
    assert!(twice.text.contains(&id), "{}", twice.text);
    mark(&seeker, &id, json!({"status": "WON"})).await.expect(404);
    mark(&owner, &id, json!({"status": "NEW"})).await.expect(409);
    mark(&owner, &id, json!({"status": "SPAM"})).await.expect(200);
    seeker.client.post(&path, &ask).await.expect(409);
    mark(&owner, &id, json!({"status": "LOST"})).await.expect(200);
    seeker.client.post(&path, &json!({})).await.expect(201);
    app.drain().await;
    let again = leads(&owner, "?status=NEW").await;
    assert_eq!(again[0]["email"], "seeker@example.com", "else as the account says");
    mark(&owner, &id, json!({"status": "CONTACTED"})).await.expect(409);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_asked_says_why() {
    let app = TestApp::start().await;
    let (owner, seeker) = (Person::confirmed(&app, "owner").await, Person::confirmed(&app, "seeker").await);
    let id = home(&owner).await;
    let path = format!("/api/properties/{id}/leads");
    let wrong = json!({"purpose": "LUNCH", "phone": "12", "email": "x", "visitAt": "2020-01-01T00:00:00Z"});
    let refused = seeker.client.post(&path, &wrong).await.expect(400);
    for field in ["purpose", "phone", "email", "visitAt"] {
        assert!(refused.body["error"]["fieldErrors"][field].is_string(), "{field}: {}", refused.text);
    }
    assert_eq!(owner.client.post(&path, &json!({})).await.expect(409).code(), "OWN_LISTING");
    owner
        .client
        .send(Method::PATCH, &format!("/api/properties/{id}/status"), Some(&json!({"status": "SOLD"})), &[])
        .await
        .expect(200);
    assert_eq!(seeker.client.post(&path, &json!({})).await.expect(409).code(), "NOT_ON_THE_MARKET");
    seeker.client.get("/api/leads?box=lost").await.expect(400);
    mark(&owner, "nothing", json!({"status": "WON"})).await.expect(404);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn moderators_see_what_was_reported_until_they_decide() {
    let app = TestApp::with(|_| {}, &WITH_ADMIN).await;
    let admin = Person::enter(&app.client, ADMIN).await;
    let (owner, neighbour) =
        (Person::confirmed(&app, "owner").await, Person::confirmed(&app, "neighbour").await);
    let id = home(&owner).await;
    let path = format!("/api/properties/{id}/report");
    let details = json!({"cause": "FRAUD", "details": "It is my house"});
    neighbour.client.post(&path, &details).await.expect(201);
    assert_eq!(neighbour.client.post(&path, &details).await.expect(409).code(), "REPORTED_BEFORE");
    assert!(neighbour.client.post(&path, &json!({"details": "x"})).await.expect(400).text.contains("cause"));
    app.drain().await;
    let queue =
        async || admin.client.get("/api/moderation/queue").await.expect(200).data()["content"].clone();
    let waiting = queue().await;
    assert_eq!((&waiting[0]["property"]["id"], &waiting[0]["reportCount"]), (&json!(id), &json!(1)));
    assert_eq!(waiting[0]["reports"][0]["details"], "It is my house");
    admin.client.post(&format!("/api/properties/{id}/verify"), &json!({})).await.expect(200);
    assert_eq!(queue().await, json!([]), "a decision settles what was reported before it");
    let other = Person::confirmed(&app, "other").await;
    other.client.post(&path, &json!({"cause": "DUPLICATE"})).await.expect(201);
    app.drain().await;
    assert_eq!(queue().await[0]["reports"][0]["cause"], "DUPLICATE");
    app.stop().await;
}
