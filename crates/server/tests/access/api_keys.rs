//! API keys: each does what its scopes allow, and nothing else; until it is revoked.

use std::time::Duration;

use hyderabadinfra::api_docs;
use reqwest::Method;
use serde_json::{Value, json};
use testkit::{Client, Person, TestApp, until};

use crate::openapi::described;
use crate::people;
use crate::rows;

const KEYS: &str = "/api/v1/admin/api-keys";

/// What each scope allows. Everything else is refused.
const SCOPES: [(&str, &[&str]); 4] = [
    (
        "listings:read",
        &[
            "GET /api/properties",
            "GET /api/properties/featured",
            "GET /api/properties/recent",
            "GET /api/properties/search",
            "GET /api/properties/{id}",
            "GET /api/properties/{id}/similar",
            "GET /api/search/properties",
            "POST /api/search/properties",
            "GET /api/market/areas",
            "GET /api/market/areas/{slug}",
            "GET /api/market/properties/{id}",
            "GET /api/market/value",
            "GET /api/market/costs",
        ],
    ),
    (
        "products:read",
        &[
            "GET /api/v1/products",
            "GET /api/v1/products/search",
            "GET /api/v1/products/categories",
            "GET /api/v1/products/popular",
            "GET /api/v1/products/autocomplete",
            "GET /api/v1/products/{id}",
            "GET /api/v1/products/{id}/related",
        ],
    ),
    (
        "products:write",
        &[
            "POST /api/v1/products",
            "PUT /api/v1/products/{id}",
            "PATCH /api/v1/products/{id}",
            "DELETE /api/v1/products/{id}",
        ],
    ),
    ("events:read", &["GET /api/v1/admin/events"]),
];

#[test]
fn the_document_says_where_a_key_is_accepted() {
    let document = api_docs::document();
    assert_eq!(document["components"]["securitySchemes"]["apiKey"]["name"], "X-Api-Key");
    let allowed = SCOPES.map(|(_, operations)| operations).concat();
    for row in rows::built() {
        let security = &described(&document, row.method.as_str(), &row.path)["security"];
        let accepted = security.as_array().unwrap().contains(&json!({"apiKey": []}));
        assert_eq!(accepted, allowed.contains(&&*row.name()), "{}", row.name());
    }
}

/// A key's id and text.
async fn key(admin: &Person, more: Value) -> (String, String) {
    let mut body = json!({"name": "Their shop", "scopes": ["listings:read"]});
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    let made = admin.client.post(KEYS, &body).await.expect(201);
    let text = |member: &str| made.data()[member].as_str().unwrap().to_owned();
    (text("id"), text("key"))
}

async fn status(client: &Client, path: &str) -> u16 {
    client.get(path).await.status
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_does_what_its_scopes_allow_and_nothing_else() {
    let app = people::app().await;
    let admin = people::admin(&app).await;
    let home = admin.list_home("A home to ask for", 5_000_000).await["id"].as_str().unwrap().to_owned();
    app.drain().await;
    let mut wrong = Vec::new();
    for (scope, operations) in SCOPES {
        let (_, text) = key(&admin, json!({"scopes": [scope]})).await;
        let client = app.client.bearer(&text);
        for row in rows::built().iter().filter(|row| !row.goes_on()) {
            let path = row.path.replace("{id}", &home).replace("{userId}", &admin.id);
            let answer = client.send(row.method.clone(), &path, Some(&json!({})), &[]).await;
            let may = operations.contains(&&*row.name());
            let is_refused = [401, 403].contains(&answer.status);
            if may == is_refused {
                wrong.push(format!("{} with {scope}: {}", row.name(), answer.status));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    let me = admin.client.get("/api/users/profile").await.expect(200);
    assert_eq!(me.data()["id"], *admin.id, "no key changed its creator's account");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_holds_until_it_is_revoked_or_expires() {
    let app = people::app().await;
    let admin = people::admin(&app).await;
    let end = app.clock.now().plus_seconds(3600).to_string();
    let (id, text) = key(&admin, json!({"expiresAt": end})).await;
    let (_, lasting) = key(&admin, json!({})).await;
    let (holder, other) = (app.client.bearer(&text), app.client.bearer(&lasting));
    assert_eq!(
        (status(&holder, "/api/properties").await, status(&other, "/api/properties").await),
        (200, 200)
    );
    let header = [("x-api-key", &*text)];
    app.client.send(Method::GET, "/api/properties", None, &header).await.expect(200);
    app.client.send(Method::GET, "/api/users", None, &header).await.expect(403);
    let mistyped = text.replacen("hydk_0", "hydk_1", 1);
    let refused = app.client.bearer(&mistyped).get("/api/properties").await.expect(401);
    assert_eq!(refused.header("www-authenticate"), Some("Bearer"));
    admin.client.delete(&format!("{KEYS}/{id}")).await.expect(204);
    assert_eq!(status(&holder, "/api/properties").await, 401, "at once");
    let listed = admin.client.get(KEYS).await.expect(200);
    assert_eq!(listed.data()["totalElements"], 1, "{}", listed.text);
    assert!(!listed.text.contains("hydk_"), "a key is shown once: {}", listed.text);
    assert_eq!(admin.client.delete(&format!("{KEYS}/{id}")).await.expect(404).code(), "API_KEY_NOT_FOUND");

    let (_, short) = key(&admin, json!({"expiresAt": end})).await;
    app.clock.advance(3600);
    assert_eq!(status(&app.client.bearer(&short), "/api/properties").await, 401);
    assert_eq!(status(&other, "/api/properties").await, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_a_new_key_is_told_by_field() {
    let app = people::app().await;
    let admin = people::admin(&app).await;
    for (body, field) in [
        (json!({"scopes": ["listings:read"]}), "name"),
        (json!({"name": "Shop"}), "scopes"),
        (json!({"name": "Shop", "scopes": ["everything"]}), "scopes"),
        (json!({"name": "Shop", "scopes": ["listings:read"], "expiresAt": "tomorrow"}), "expiresAt"),
        (
            json!({"name": "Shop", "scopes": ["listings:read"], "expiresAt": "2001-01-01T00:00:00Z"}),
            "expiresAt",
        ),
        (json!({"name": "Shop", "scopes": ["listings:read"], "requestsPerMinute": 0}), "requestsPerMinute"),
    ] {
        let refused = admin.client.post(KEYS, &body).await.expect(400);
        assert!(refused.body["error"]["fieldErrors"][field].is_string(), "{field}: {}", refused.text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_has_a_limit_of_its_own() {
    let app =
        TestApp::with(|_| {}, &[("limits.enabled", "true"), people::WITH_ADMIN[1], people::WITH_ADMIN[2]])
            .await;
    let admin = people::admin(&app).await;
    let (_, text) = key(&admin, json!({"requestsPerMinute": 2})).await;
    let (_, other) = key(&admin, json!({})).await;
    let client = app.client.bearer(&text);
    for _ in 0..2 {
        client.get("/api/properties").await.expect(200);
    }
    let refused = client.get("/api/properties").await.expect(429);
    assert!(
        refused.header("ratelimit").is_some_and(|left| left.contains("api-key")),
        "{:?}",
        refused.headers
    );
    app.client.bearer(&other).get("/api/properties").await.expect(200);
    app.clock.advance(60);
    client.get("/api/properties").await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_key_does_is_recorded_as_its_own() {
    let app = people::app().await;
    let admin = people::admin(&app).await;
    let (id, text) = key(&admin, json!({"scopes": ["events:read"]})).await;
    let client = app.client.bearer(&text);
    client.get("/api/v1/admin/events").await.expect(200);
    app.drain().await;
    let events = admin.client.get("/api/v1/admin/events").await.expect(200);
    let content = events.data()["content"].as_array().unwrap();
    let own = content.iter().filter(|event| event["userId"] == *id).collect::<Vec<_>>();
    assert!(
        own.iter().any(|event| event["eventType"].as_str().unwrap().starts_with("PERSONAL_DATA_")),
        "{own:?}"
    );
}

/// A partner's site shows homes to people whom only the partner knows: the program itself is no viewer.
#[tokio::test(flavor = "multi_thread")]
async fn a_program_is_nobody_who_looks_at_things() {
    let app = people::app().await;
    let admin = people::admin(&app).await;
    let home =
        admin.list_home("A home to show elsewhere", 5_000_000).await["id"].as_str().unwrap().to_owned();
    let product = json!({"name": "Headphones", "description": "They keep noise out.", "price": 299.99,
        "categories": ["Audio"], "sku": "WBH-001"});
    admin.client.post("/api/v1/products", &product).await.expect(201);
    let (id, text) = key(&admin, json!({"scopes": ["listings:read", "products:read"]})).await;
    let client = app.client.bearer(&text);
    let home = format!("/api/properties/{home}");
    for path in [&*home, "/api/v1/products/1", "/api/search/properties?query=home"] {
        client.send(Method::GET, path, None, &[("user-agent", "Firefox")]).await.expect(200);
    }
    app.drain().await;
    let done = format!("/api/v1/admin/events?log=activity&userId={id}");
    let done = admin.client.get(&done).await.expect(200);
    assert_eq!(done.data()["content"], json!([]), "{}", done.text);
    assert_eq!(admin.client.get(&home).await.expect(200).data()["viewsCount"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_key_reads_is_nobodys_look_or_search() {
    let app = people::app().await;
    let admin = people::admin(&app).await;
    let home = admin.list_home("A home to ask for", 5_000_000).await["id"].as_str().unwrap().to_owned();
    app.drain().await;
    let (id, text) = key(&admin, json!({"scopes": ["listings:read"]})).await;
    let asker = Person::register(&app.client, "asker").await;
    for client in [&app.client.bearer(&text), &asker.client] {
        client.get(&format!("/api/properties/{home}")).await.expect(200);
        client.get("/api/search/properties?query=villa").await.expect(200);
        client.post("/api/search/properties", &json!({"query": "villa"})).await.expect(200);
    }
    app.drain().await;
    for (who, is_recorded) in [(&id, false), (&asker.id, true)] {
        let path = format!("/api/v1/admin/events?log=activity&userId={who}");
        let events = admin.client.get(&path).await.expect(200);
        assert_eq!(events.data()["content"] != json!([]), is_recorded, "{}", events.text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_outlive_a_restart_and_so_do_revocations() {
    let app = people::app().await;
    let admin = people::admin(&app).await;
    let (_, kept) = key(&admin, json!({})).await;
    let (id, revoked) = key(&admin, json!({})).await;
    admin.client.delete(&format!("{KEYS}/{id}")).await.expect(204);
    let kept_data = app.stop().await;
    let app = TestApp::on(kept_data.path()).await;
    // Until the keys are read, a key gets 503.
    let holder = app.client.bearer(&kept);
    until("the keys are read", Duration::from_secs(30), async || {
        (status(&holder, "/api/properties").await == 200).then_some(())
    })
    .await;
    assert_eq!(status(&app.client.bearer(&revoked), "/api/properties").await, 401);
}
