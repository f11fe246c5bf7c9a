//! Saved searches: what is kept, what is refused, and their names.

use reqwest::Method;
use serde_json::{Value, json};
use testkit::{Person, TestApp};

use crate::people;

fn wish() -> Value {
    json!({"name": "A flat for us", "filters": {"location": "Hi-Tech City", "bedrooms": "2,3", "maxPrice": 9_000_000},
        "channels": ["EMAIL", "SMS"], "frequency": "WEEKLY"})
}

async fn saved(person: &Person, whose: &str) -> Vec<Value> {
    let listed = person.client.get(&format!("/api/search/saved/{whose}")).await.expect(200);
    assert!(listed.header("x-stale").is_none());
    listed.data()["content"].as_array().unwrap().clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_is_kept_changed_and_deleted_by_its_owner() {
    let app = TestApp::start().await;
    let (owner, other) =
        (Person::register(&app.client, "owner").await, Person::register(&app.client, "other").await);
    let made = owner.client.post("/api/search/save", &wish()).await.expect(201);
    let id = made.data()["id"].as_str().unwrap().to_owned();
    let path = format!("/api/search/saved/{id}");
    assert_eq!((made.header("location"), made.header("etag")), (Some(&*path), Some("\"1\"")));
    let [kept] = &saved(&owner, "me").await[..] else { panic!("one is kept") };
    assert_eq!(kept, made.data());
    assert_eq!(kept["filters"], wish()["filters"]);
    assert_eq!((&kept["frequency"], &kept["enabled"]), (&json!("WEEKLY"), &json!(true)));

    other.client.put(&path, &json!({"enabled": false})).await.expect(404);
    let stale = [("if-match", "\"7\"")];
    owner.client.send(Method::PUT, &path, Some(&json!({"enabled": false})), &stale).await.expect(412);
    let changed = owner.client.put(&path, &json!({"enabled": false, "channels": "IN_APP"})).await.expect(200);
    assert_eq!(changed.header("etag"), Some("\"2\""));
    let [kept] = &saved(&owner, &owner.id).await[..] else { panic!("one is kept") };
    assert_eq!(kept, changed.data());
    assert_eq!((&kept["name"], &kept["channels"]), (&json!("A flat for us"), &json!(["IN_APP"])));

    other.client.delete(&path).await.expect(404);
    owner.client.delete(&path).await.expect(204);
    assert!(saved(&owner, "me").await.is_empty());
    for gone in [owner.client.delete(&path).await, owner.client.put(&path, &json!({})).await] {
        assert_eq!(gone.expect(404).code(), "SAVED_SEARCH_NOT_FOUND");
    }
    assert_eq!(
        people::history(&owner).await[..3],
        ["SAVED_SEARCH_DELETED", "SAVED_SEARCH_UPDATED", "SEARCH_SAVED"]
    );
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_no_search_would_take_is_refused_under_its_name() {
    let app = TestApp::start().await;
    let owner = Person::register(&app.client, "owner").await;
    let wrong = json!({"name": " ", "channels": ["PIGEON"], "frequency": "HOURLY", "enabled": "perhaps",
        "filters": {"bedrooms": "many", "minPrice": 5, "maxPrice": 4, "colour": "red", "size": 5, "radiusKm": 2}});
    let refused = owner.client.post("/api/search/save", &wrong).await.expect(400);
    let fields = refused.body["error"]["fieldErrors"].as_object().unwrap();
    let names: Vec<&str> = fields.keys().map(String::as_str).collect();
    let expected = [
        "channels",
        "enabled",
        "filters.bedrooms",
        "filters.colour",
        "filters.maxPrice",
        "filters.radiusKm",
        "filters.size",
        "frequency",
        "name",
    ];
    assert_eq!(names, expected, "{}", refused.text);
    for filters in [json!({}), json!({"sort": "price"})] {
        let all = json!({"name": "Everything", "filters": filters});
        let refused = owner.client.post("/api/search/save", &all).await.expect(400);
        assert!(refused.body["error"]["fieldErrors"]["filters.query"].is_string(), "{}", refused.text);
    }
    for filters in [json!("villa"), json!([]), Value::Null] {
        let odd = json!({"name": "Odd", "filters": filters});
        let refused = owner.client.post("/api/search/save", &odd).await.expect(400);
        assert!(refused.body["error"]["fieldErrors"]["filters"].is_string(), "{}", refused.text);
    }
    app.stop().await;
}

/// Two concurrent requests for the last free place: only one succeeds.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_keeps_more_than_fifty_not_even_by_two_requests_at_once() {
    let app = TestApp::start().await;
    let owner = Person::register(&app.client, "owner").await;
    let first = [("idempotency-key", "first")];
    let made = owner.client.send(Method::POST, "/api/search/save", Some(&wish()), &first).await.expect(201);
    for _ in 0..48 {
        owner.client.post("/api/search/save", &wish()).await.expect(201);
    }
    let body = wish();
    let (one, two) = tokio::join!(
        owner.client.post("/api/search/save", &body),
        owner.client.post("/api/search/save", &body)
    );
    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409]);
    let full = owner.client.post("/api/search/save", &wish()).await.expect(409);
    assert_eq!(full.code(), "TOO_MANY_SAVED_SEARCHES");
    let again = owner.client.send(Method::POST, "/api/search/save", Some(&wish()), &first).await.expect(201);
    assert_eq!(again.data()["id"], made.data()["id"], "a repeat needs no place");
    let path = format!("/api/search/saved/{}", made.data()["id"].as_str().unwrap());
    owner.client.delete(&path).await.expect(204);
    owner.client.post("/api/search/save", &wish()).await.expect(201);

    let page = owner.client.get("/api/search/saved/me?size=30").await.expect(200);
    assert_eq!((&page.data()["totalElements"], &page.data()["last"]), (&json!(50), &json!(false)));
    let next = page.data()["next"].as_str().unwrap();
    let rest = owner.client.get(&format!("/api/search/saved/me?size=30&cursor={next}")).await.expect(200);
    assert_eq!(rest.data()["numberOfElements"], 20, "{}", rest.text);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_s_look_at_another_s_is_on_record() {
    let app = people::app().await;
    let admin = people::admin(&app).await;
    let owner = Person::register(&app.client, "owner").await;
    owner.client.post("/api/search/save", &wish()).await.expect(201);
    app.drain().await;
    assert_eq!(saved(&admin, &owner.id).await.len(), 1);
    assert_eq!(people::history(&admin).await[0], "PERSONAL_DATA_VIEWED");
    let nobody = format!("/api/search/saved/{}", app.context.aggregates.fresh());
    assert_eq!(admin.client.get(&nobody).await.expect(404).code(), "USER_NOT_FOUND");
    app.stop().await;
}
