//! An identity comes only from a valid token.

use domain::user::Role;
use domain::{Ids, TenantId};
use http_kit::Tokens;
use reqwest::Method;
use serde_json::{Value, json};
use testkit::{Client, Person, TestApp};

use crate::people;
use crate::rows::{self, Row};

/// Headers that other systems take an identity from.
const FORGED: [(&str, &str); 5] = [
    ("x-user-role", "ADMIN"),
    ("x-user-email", people::ADMIN),
    ("x-tenant-id", "hyderabad"),
    ("x-session-id", "01900000-0000-7000-8000-000000000000"),
    ("x-forwarded-user", "root"),
];

#[tokio::test(flavor = "multi_thread")]
async fn forged_headers_and_members_of_bodies_change_nothing() {
    let app = people::app().await;
    let admin = people::admin(&app).await;
    let (mallory, owner) =
        (Person::register(&app.client, "mallory").await, Person::register(&app.client, "owner").await);
    let home = owner.list_home("The home of another", 7_000_000).await;
    for victim in [&owner.id, &admin.id] {
        let headers: Vec<(&str, &str)> = FORGED.into_iter().chain([("x-user-id", victim.as_str())]).collect();
        let identity = json!({"id": victim, "userId": victim, "ownerId": victim, "role": "ADMIN", "status": "ACTIVE",
            "emailVerified": true, "tenantId": "second", "sessionId": "x", "timestamp": "2001-01-01T00:00:00Z"});
        let get = async |client: &Client, path: &str| client.send(Method::GET, path, None, &headers).await;
        assert_eq!(get(&app.client, "/api/users/profile").await.status, 401);
        assert_eq!(get(&app.client, "/api/users").await.status, 401);
        assert_eq!(get(&mallory.client, "/api/users").await.status, 403);
        assert_eq!(get(&mallory.client, &format!("/api/user-history/{victim}")).await.status, 403);
        assert_eq!(get(&mallory.client, "/api/users/profile").await.expect(200).data()["id"], *mallory.id);
        put_identity(&mallory, &identity, &headers).await;
        let mut body = identity.clone();
        body["title"] = "A home of mine".into();
        body["location"] = "Kondapur".into();
        body["price"] = 100.into();
        body["propertyType"] = "VILLA".into();
        let made =
            mallory.client.send(Method::POST, "/api/properties", Some(&body), &headers).await.expect(201);
        assert_eq!(made.data()["ownerId"], *mallory.id);
        assert_ne!(made.data()["id"], **victim);
        let path = format!("/api/properties/{}", home["id"].as_str().unwrap());
        assert_eq!(mallory.client.send(Method::PUT, &path, Some(&body), &headers).await.status, 403);
        assert_eq!(mallory.client.send(Method::DELETE, &path, None, &headers).await.status, 403);
    }
}

async fn put_identity(mallory: &Person, identity: &Value, headers: &[(&str, &str)]) {
    let own = |answer: testkit::Answer| {
        let data = answer.expect(200).data().clone();
        assert_eq!(data["id"], *mallory.id);
        assert_eq!(data["role"], "USER");
        assert_eq!(data["status"], "PENDING_VERIFICATION");
        assert_eq!(data["emailVerified"], false);
    };
    own(mallory.client.send(Method::PUT, "/api/users/profile", Some(identity), headers).await);
    let path = format!("/api/users/{}", mallory.id);
    own(mallory.client.send(Method::PUT, &path, Some(identity), headers).await);
    for change in ["role", "status"] {
        let path = format!("{path}/{change}");
        assert_eq!(mallory.client.send(Method::PATCH, &path, Some(identity), headers).await.status, 403);
    }
}

fn signed(row: &Row) -> bool {
    row.who != "P"
}

/// Every operation that needs a signed-in caller refuses this token, although the rest of the request is valid.
async fn refused_everywhere(app: &TestApp, what: &str, token: &str, user: &str, property: &str) {
    let client = app.client.bearer(token);
    for row in rows::built().into_iter().filter(signed) {
        let id = if row.path.starts_with("/api/properties") { property } else { user };
        let path = row.path.replace("{id}", id).replace("{userId}", user);
        let answer = client.send(row.method.clone(), &path, Some(&json!({})), &[]).await;
        assert_eq!(answer.status, 401, "{what} at {}: {}", row.name(), answer.text);
        assert_eq!(answer.header("www-authenticate"), Some("Bearer"), "{}", row.name());
    }
    // Public operations refuse an invalid token, too, instead of ignoring it.
    assert_eq!(client.get("/api/properties").await.status, 401, "{what}");
    assert_eq!(client.get(&format!("/api/properties/{property}")).await.status, 401, "{what}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_does_not_hold_opens_nothing() {
    let app = people::app().await;
    let admin = people::admin(&app).await;
    let property = admin.list_home("A home of the admin", 9_000_000).await["id"].as_str().unwrap().to_owned();
    let tenant = TenantId::stored("hyderabad");
    let now = app.clock.now();
    let user = admin.id.parse().unwrap();

    let theirs = Tokens::new(&Tokens::generate_key().unwrap(), app.clock.clone(), 600).unwrap();
    let forged = theirs.issue(&tenant, user, Ids.id(now), Role::Admin, 0).unwrap();
    refused_everywhere(&app, "a token of another key", &forged, &admin.id, &property).await;
    let service = theirs.issue_internal(&tenant, Ids.id(now)).unwrap();
    refused_everywhere(&app, "a service of another key", &service, &admin.id, &property).await;

    let unsigned = {
        let parts: Vec<&str> = admin.client.token().split('.').collect();
        format!("eyJhbGciOiJub25lIn0.{}.", parts[1])
    };
    refused_everywhere(&app, "an unsigned token", &unsigned, &admin.id, &property).await;
    refused_everywhere(&app, "no token at all", "", &admin.id, &property).await;

    let (second, _) = admin.sign_in().await;
    second.client.send(Method::POST, "/api/auth/logout", None, &[]).await.expect(204);
    refused_everywhere(&app, "a token of an ended session", second.client.token(), &admin.id, &property)
        .await;

    admin.client.get("/api/users").await.expect(200);
    app.clock.advance(600);
    refused_everywhere(&app, "an expired token", admin.client.token(), &admin.id, &property).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_is_ended_by_its_person_only() {
    let app = people::app().await;
    let admin = people::admin(&app).await;
    let (owner, other) = (Person::confirmed(&app, "owner").await, Person::confirmed(&app, "other").await);
    let sessions = owner.client.get("/api/auth/sessions").await.expect(200);
    let path = format!("/api/auth/sessions/{}", sessions.data()[0]["id"].as_str().unwrap());
    for stranger in [&other, &admin] {
        assert_eq!(stranger.client.delete(&path).await.expect(404).code(), "SESSION_NOT_FOUND");
    }
    owner.client.get("/api/users/profile").await.expect(200);
    owner.client.delete(&path).await.expect(204);
    owner.client.get("/api/users/profile").await.expect(401);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_listing_the_public_may_not_see_does_not_exist_for_strangers() {
    let moderated = |settings: &mut hyderabadinfra::settings::Settings| {
        settings.tenants.get_mut("hyderabad").unwrap().moderation = true;
    };
    let app = TestApp::with(moderated, &people::WITH_ADMIN).await;
    let (owner, other) = (Person::confirmed(&app, "owner").await, Person::confirmed(&app, "other").await);
    let id = owner.list_home("A home that waits", 7_000_000).await["id"].as_str().unwrap().to_owned();
    let unknown = "01900000-0000-7000-8000-000000000000";
    app.drain().await;
    let operations = [
        (Method::GET, ""),
        (Method::PUT, ""),
        (Method::DELETE, ""),
        (Method::PATCH, "/status"),
        (Method::GET, "/contact"),
        (Method::POST, "/view"),
        (Method::POST, "/share"),
        (Method::POST, "/favorite"),
        (Method::DELETE, "/favorite"),
    ];
    for (method, suffix) in operations {
        let ask = async |id: &str| {
            let path = format!("/api/properties/{id}{suffix}");
            let answer =
                other.client.send(method.clone(), &path, Some(&json!({"status": "SOLD"})), &[]).await;
            (answer.status, answer.code().to_owned())
        };
        let (hidden, none) = (ask(&id).await, ask(unknown).await);
        assert_eq!(hidden, (404, "PROPERTY_NOT_FOUND".to_owned()), "{method} {suffix}");
        assert_eq!(hidden, none, "{method} {suffix}");
    }
    owner.client.get(&format!("/api/properties/{id}")).await.expect(200);
}
