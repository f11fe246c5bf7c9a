//! What operators see and do: events that cannot be applied, paused groups, the journal, an aggregate at an
//! earlier time.

use domain::{Log, Timestamp};
use serde_json::{Value, json};
use testkit::{ADMIN, PASSWORD, Person, TestApp, WITH_ADMIN};

const LETTERS: &str = "/api/v1/admin/dead-letters";

/// Only one try, so that a failing event is parked at once.
pub fn overrides() -> Vec<(&'static str, &'static str)> {
    WITH_ADMIN.into_iter().chain([("retry.tries", "1")]).collect()
}

/// Parks a listing's key.
pub async fn poison(app: &TestApp, property: &str) {
    app.poison(("property", property), "PROPERTY_UPDATED", None).await;
}

fn id(home: &Value) -> &str {
    home["id"].as_str().unwrap()
}

/// The dead letters of the properties group, once it has reached the head.
async fn letters(app: &TestApp, admin: &Person) -> Vec<Value> {
    app.drain_to("properties-service-group").await;
    let all = admin.client.get(LETTERS).await.expect(200).data()["content"].as_array().unwrap().clone();
    // Other groups see the same event.
    all.into_iter().filter(|letter| letter["group"] == "properties-service-group").collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_06_a_poison_event_parks_its_key_and_is_given_up_with_a_reason() {
    let app = TestApp::with(|_| {}, &overrides()).await;
    let admin = Person::enter(&app.client, ADMIN).await;
    let owner = Person::register(&app.client, "owner").await;
    let (bad, good) =
        (owner.list_home("The poisoned", 5_000_000).await, owner.list_home("The other", 6_000_000).await);
    poison(&app, id(&bad)).await;
    // Events with the same key wait behind it; all others are processed.
    let change = json!({"featured": true});
    owner.list_home("A third", 7_000_000).await;
    admin.client.post(&format!("/api/properties/{}/feature", id(&good)), &change).await.expect(200);
    let all = letters(&app, &admin).await;
    assert_eq!(all.len(), 1, "{all:?}");
    let letter = &all[0];
    let key = format!("hyderabad/property/{}", id(&bad));
    assert_eq!((letter["state"].as_str(), letter["key"].as_str()), (Some("PARKED"), Some(key.as_str())));
    let path = format!("{LETTERS}/{}", letter["id"].as_str().unwrap());
    let shown = admin.client.get(&path).await.expect(200).data().clone();
    assert_eq!(shown["event"]["eventType"], "PROPERTY_UPDATED", "{shown}");
    assert_eq!(shown["event"]["eventData"]["price"], "a lot");
    assert_eq!(shown["waitingEvents"].as_array().unwrap().len(), 1);
    let health = admin.client.get("/actuator/health").await.expect(200).body;
    assert_eq!(health["components"]["properties-service-group"]["status"], "WARN", "{health}");

    assert_eq!(
        admin.client.post(&format!("{path}/redrive"), &json!({})).await.expect(409).code(),
        "STILL_FAILING"
    );
    let refused = admin.client.post(&format!("{path}/discard"), &json!({"reason": " "})).await.expect(400);
    assert!(refused.body["error"]["fieldErrors"]["reason"].is_string(), "{}", refused.text);
    let discard = async |reason: &str| {
        let body = json!({"reason": reason});
        let key = [("idempotency-key", "discard")];
        admin.client.send(reqwest::Method::POST, &format!("{path}/discard"), Some(&body), &key).await
    };
    discard("written by a broken client").await.expect(204);
    // A repeat discards nothing else: the discarded dead letter is not reported as missing, and no other is taken
    // for it.
    discard("written by a broken client").await.expect(204);
    assert_eq!(discard("another reason").await.expect(422).code(), "IDEMPOTENCY_KEY_REUSED");
    assert_eq!(letters(&app, &admin).await, Vec::<Value>::new());
    let listed = app.client.get("/api/properties?size=10").await.expect(200);
    assert_eq!(listed.data()["totalElements"], 3, "{}", listed.text);

    // The decision remains in effect in a rebuild and after a restart.
    let job = admin
        .client
        .post("/api/v1/admin/consumers/properties-service-group/rebuild", &json!({}))
        .await
        .expect(202);
    let told = crate::rebuild::finished(&admin.client, job.header("location").unwrap()).await;
    assert_eq!(told["result"]["equalToTheOneBefore"], true, "{told}");
    assert_eq!(letters(&app, &admin).await, Vec::<Value>::new());
    let said = admin.client.get("/api/user-history/me/activities/DEAD_LETTER_DISCARDED").await.expect(200);
    assert_eq!(said.data()["activities"].as_array().unwrap().len(), 1, "{}", said.text);
    let kept = app.stop().await;
    std::fs::remove_dir_all(kept.path().join("views")).unwrap();
    let again = TestApp::on(kept.path()).await;
    let admin = Person::enter(&again.client, ADMIN).await;
    assert_eq!(letters(&again, &admin).await, Vec::<Value>::new());
    again.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paused_group_waits_also_after_a_restart_and_readers_are_told() {
    let app = TestApp::with(|_| {}, &WITH_ADMIN).await;
    let admin = Person::enter(&app.client, ADMIN).await;
    let owner = Person::register(&app.client, "owner").await;
    let group = |word: &str| format!("/api/v1/admin/consumers/properties-service-group/{word}");
    app.drain().await;
    assert_eq!(admin.client.post(&group("pause"), &json!({})).await.expect(200).data()["state"], "PAUSED");
    owner.list_home("Written while it waits", 5_000_000).await;
    let mine = owner.client.get("/api/properties/my-properties").await.expect(200);
    assert_eq!(mine.header("x-stale"), Some("true"), "an answer that misses an own write says so");
    let kept = app.stop().await;

    let app = TestApp::on(kept.path()).await;
    let admin = Person::enter(&app.client, ADMIN).await;
    let stats = admin.client.get("/api/v1/admin/stats/consumers").await.expect(200);
    let groups = stats.data()["groups"].as_array().unwrap();
    let told = groups.iter().find(|told| told["group"] == "properties-service-group").unwrap();
    assert_eq!((&told["state"], told["lag"].as_u64() > Some(0)), (&json!("PAUSED"), true), "{told}");
    assert!(told["logs"][0]["oldestUnprocessed"].is_string(), "{told}");
    let owner = Person::enter(&app.client, "owner@example.com").await;
    assert_eq!(admin.client.post(&group("resume"), &json!({})).await.expect(200).data()["state"], "RUNNING");
    app.drain().await;
    let mine = owner.client.get("/api/properties/my-properties").await.expect(200);
    assert_eq!((mine.header("x-stale"), &mine.data()["totalElements"]), (None, &json!(1)));
    assert_eq!(admin.client.post(&group("resume"), &json!({})).await.expect(200).data()["state"], "RUNNING");
    app.stop().await;
}

/// Found by fuzzing: this was a 503, as if something were broken.
#[tokio::test(flavor = "multi_thread")]
async fn a_recount_while_its_group_is_paused_is_a_conflict() {
    let app = TestApp::with(|_| {}, &WITH_ADMIN).await;
    let admin = Person::enter(&app.client, ADMIN).await;
    let group = |what: &str| format!("/api/v1/admin/consumers/users-service-group/{what}");
    admin.client.post(&group("pause"), &json!({})).await.expect(200);
    let owner = Person::register(&app.client, "owner").await;
    let recount = format!("/api/users/{}/property-count", owner.id);
    assert_eq!(admin.client.post(&recount, &json!({})).await.expect(409).code(), "GROUP_PAUSED");
    admin.client.post(&group("resume"), &json!({})).await.expect(200);
    app.drain().await;
    admin.client.post(&recount, &json!({})).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_listing_is_shown_as_it_was_and_personal_values_stay_shut() {
    let app = TestApp::with(|_| {}, &WITH_ADMIN).await;
    let admin = Person::enter(&app.client, ADMIN).await;
    let owner = Person::register(&app.client, "owner").await;
    let home = owner.list_home("A home with a past", 5_000_000).await;
    let path = format!("/api/properties/{}", id(&home));
    let before = app.clock.now();
    app.clock.advance(60);
    let dearer = json!({"title": "A home with a past", "location": "Kondapur", "price": 9_000_000,
        "propertyType": "APARTMENT", "contactPhone": "9876543210"});
    let _ = owner.client.put(&path, &dearer).await.expect(200);
    let stream = format!("/api/v1/admin/streams/property/{}", id(&home));
    let price = |answer: &testkit::Answer| answer.data()["state"]["listing"]["content"]["price"].clone();
    let now = admin.client.get(&stream).await.expect(200);
    assert_eq!((now.data()["version"].as_u64(), price(&now)), (Some(2), json!(9_000_000)), "{}", now.text);
    for then in [format!("{stream}?version=1"), format!("{stream}?at={before}")] {
        let then = admin.client.get(&then).await.expect(200);
        assert_eq!(
            (then.data()["version"].as_u64(), price(&then)),
            (Some(1), json!(5_000_000)),
            "{}",
            then.text
        );
        assert_eq!(then.data()["latestVersion"], 2);
    }
    assert!(!now.text.contains("9876543210"), "{}", now.text);
    assert!(now.text.contains("(personal)"), "{}", now.text);
    let person = admin.client.get(&format!("/api/v1/admin/streams/user/{}", owner.id)).await.expect(200);
    for secret in ["owner@example.com", "Sample", "argon2", PASSWORD] {
        assert!(!person.text.contains(secret), "{secret}: {}", person.text);
    }
    let looks = admin.client.get("/api/user-history/me/activities/PERSONAL_DATA_VIEWED").await.expect(200);
    let looks = looks.data()["activities"].as_array().unwrap();
    assert_eq!(looks.len(), 4, "each look at a person's stream, and at their home's, is written down");
    assert!(looks.iter().all(|look| look["relatedEntityId"] == json!(owner.id)), "{looks:?}");
    assert_eq!(
        admin.client.get("/api/v1/admin/streams/property/nothing").await.expect(404).code(),
        "STREAM_NOT_FOUND"
    );
    let wrong = admin.client.get(&format!("{stream}?at=yesterday")).await.expect(400);
    assert!(wrong.body["error"]["fieldErrors"]["at"].is_string(), "{}", wrong.text);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_journal_is_looked_through_by_filter_and_page() {
    let app = TestApp::with(|_| {}, &WITH_ADMIN).await;
    let admin = Person::enter(&app.client, ADMIN).await;
    let owner = Person::register(&app.client, "owner").await;
    for number in 0..5 {
        owner.list_home(&format!("Home {number}"), 5_000_000).await;
    }
    let mut path = "/api/v1/admin/events?eventType=PROPERTY_CREATED&size=2".to_owned();
    let mut titles = Vec::new();
    loop {
        let page = admin.client.get(&path).await.expect(200);
        let content = page.data()["content"].as_array().unwrap();
        titles.extend(content.iter().map(|event| event["eventData"]["title"].as_str().unwrap().to_owned()));
        let Some(next) = page.data()["next"].as_str() else { break };
        path = format!("/api/v1/admin/events?eventType=PROPERTY_CREATED&size=2&cursor={next}");
    }
    assert_eq!(titles, ["Home 4", "Home 3", "Home 2", "Home 1", "Home 0"], "newest first, each once");
    let own =
        admin.client.get(&format!("/api/v1/admin/events?userId={}&size=100", owner.id)).await.expect(200);
    assert_eq!(own.data()["numberOfElements"], 6 + usize::from(has_session(&own)), "{}", own.text);
    let wrong = admin.client.get("/api/v1/admin/events?log=both&userId=me").await.expect(400);
    for field in ["log", "userId"] {
        assert!(wrong.body["error"]["fieldErrors"][field].is_string(), "{}", wrong.text);
    }
    app.stop().await;
}

/// Registration signs in, too.
fn has_session(answer: &testkit::Answer) -> bool {
    answer.data()["content"].as_array().unwrap().iter().any(|event| event["aggregateType"] == "session")
}

/// Rule 24: looking at a home never changes its version.
#[tokio::test(flavor = "multi_thread")]
async fn rule_24_a_visitor_does_not_break_the_owners_if_match() {
    let app = TestApp::with(|_| {}, &WITH_ADMIN).await;
    let owner = Person::register(&app.client, "owner").await;
    let visitor = Person::register(&app.client, "visitor").await;
    let home = owner.list_home("Looked at", 5_000_000).await;
    let path = format!("/api/properties/{}", id(&home));
    let tag = owner.client.get(&path).await.expect(200).header("etag").unwrap().to_owned();
    for _ in 0..3 {
        app.clock.advance(60);
        visitor.client.get(&path).await.expect(200);
        visitor.client.post(&format!("{path}/share"), &json!({})).await.expect(204);
    }
    app.drain().await;
    let facts = app.context.aggregates.journal().head(Log::Facts).await.unwrap();
    let body = json!({"title": "Looked at", "location": "Kondapur", "price": 6_000_000, "propertyType": "APARTMENT"});
    let changed =
        owner.client.send(reqwest::Method::PUT, &path, Some(&body), &[("if-match", &tag)]).await.expect(200);
    assert_eq!(changed.data()["version"], 2, "{}", changed.text);
    assert_eq!(app.context.aggregates.journal().head(Log::Facts).await.unwrap().seq, facts.seq + 1);
    assert!(app.clock.now() > Timestamp::from_micros(0));
    app.stop().await;
}

/// Rule 19: making read models again writes no e-mail again.
#[tokio::test(flavor = "multi_thread")]
async fn rule_19_a_rebuild_sends_nothing() {
    let app = TestApp::with(|_| {}, &WITH_ADMIN).await;
    let admin = Person::enter(&app.client, ADMIN).await;
    Person::register(&app.client, "reader").await;
    app.drain().await;
    let letters = async || {
        let mailbox = admin.client.get("/api/v1/admin/mailbox").await.expect(200);
        mailbox.data().as_array().unwrap().len()
    };
    let before = letters().await;
    assert!(before > 0, "joining sends a letter");
    for group in ["users", "properties", "history"] {
        let path = format!("/api/v1/admin/consumers/{group}-service-group/rebuild");
        let job = admin.client.post(&path, &json!({})).await.expect(202);
        let told = crate::rebuild::finished(&admin.client, job.header("location").unwrap()).await;
        assert_eq!(told["status"], "SUCCEEDED", "{told}");
    }
    app.drain().await;
    assert_eq!(letters().await, before);
    app.stop().await;
}
