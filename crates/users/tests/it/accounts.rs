//! Profiles, closing an account, and data exports.

use axum::http::{Method, StatusCode};
use serde_json::json;

use crate::harness::{App, PASSWORD, registration};

#[tokio::test]
async fn a_profile_changes_from_the_version_that_was_seen() {
    let app = App::start().await;
    let asha = app.join("asha").await;
    let put = |tag: &str, body| {
        let call = app.call(Method::PUT, "/api/users/profile").by(&asha.token);
        let call = if tag.is_empty() { call } else { call.header("if-match", tag) };
        call.json(&body).send()
    };
    let saved = put("\"1\"", json!({"city": "Hyderabad", "pincode": "500032"})).await;
    assert_eq!((saved.status, saved.header("etag")), (StatusCode::OK, "\"2-0-0\""));
    assert_eq!((&saved.data()["city"], &saved.data()["version"]), (&json!("Hyderabad"), &json!(2)));
    let late = put("\"1\"", json!({"city": "Pune"})).await;
    assert_eq!((late.status, late.code()), (StatusCode::PRECONDITION_FAILED, "VERSION_CHANGED".into()));
    let foreign = put("\"other\"", json!({"city": "Pune"})).await;
    assert_eq!((foreign.status, foreign.code()), (StatusCode::PRECONDITION_FAILED, "VERSION_CHANGED".into()));
    let malformed = put("other", json!({})).await;
    assert_eq!((malformed.status, malformed.code()), (StatusCode::BAD_REQUEST, "VALIDATION_FAILED".into()));
    assert_eq!(put("*", json!({"state": "Telangana"})).await.header("etag"), "\"3-0-0\"");
    // A change to the present value records no event.
    assert_eq!(put("", json!({"state": "Telangana"})).await.header("etag"), "\"3-0-0\"");
    let wrong = put("", json!({"pincode": "12", "profileImageUrl": "javascript:1"})).await;
    let fields = wrong.body["error"]["fieldErrors"].as_object().unwrap();
    assert_eq!(fields.keys().collect::<Vec<_>>(), ["pincode", "profileImageUrl"]);
    let me = app.get("/api/users/me").by(&asha.token).send().await;
    assert_eq!((me.header("etag"), &me.data()["city"]), ("\"3-0-0\"", &json!("Hyderabad")));
}

#[tokio::test]
async fn leaving_frees_the_names_and_ends_everything() {
    let app = App::start().await;
    let asha = app.join("asha").await;
    let gone = app.call(Method::DELETE, "/api/users/profile").by(&asha.token).send().await;
    assert_eq!((gone.status, gone.body), (StatusCode::NO_CONTENT, serde_json::Value::Null));
    let dead = app.get("/api/users/profile").by(&asha.token).send().await;
    assert_eq!(dead.status, StatusCode::UNAUTHORIZED);
    assert_eq!(app.refresh(&asha.refresh, "").await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(app.login("asha", PASSWORD).await.code(), "INVALID_CREDENTIALS");
    let admin = app.admin().await;
    let path = format!("/api/users/{}", asha.id);
    let unknown = app.get(&path).by(&admin.token).send().await;
    assert_eq!((unknown.status, unknown.code()), (StatusCode::NOT_FOUND, "USER_NOT_FOUND".into()));
    let again = app.post("/api/auth/register").json(&registration("asha")).send().await;
    assert_eq!(again.status, StatusCode::CREATED);
    app.settle().await;
    let found = app.get("/api/users/search?query=asha").by(&admin.token).send().await;
    assert_eq!(found.data()["totalElements"], 1);
    assert_ne!(found.text("/data/content/0/id"), asha.id.to_string());
}

#[tokio::test]
async fn an_export_has_everything_but_secrets() {
    let app = App::start().await;
    let asha = app.join("asha").await;
    app.call(Method::PUT, "/api/users/profile")
        .by(&asha.token)
        .json(&json!({"city": "Hyderabad"}))
        .send()
        .await;
    app.clock.advance(1);
    let export = app.get("/api/users/me/export").by(&asha.token).send().await;
    assert_eq!(export.status, StatusCode::OK);
    let data = export.data();
    assert_eq!(data["profile"]["email"], "asha@example.com");
    assert_eq!(data["sessions"].as_array().unwrap().len(), 1);
    let events = data["events"].as_array().unwrap();
    let types: Vec<_> = events.iter().filter_map(|e| e["eventType"].as_str()).collect();
    assert_eq!(types, ["USER_REGISTERED", "USER_UPDATED", "PERSONAL_DATA_EXPORTED"]);
    assert_eq!(events[0]["eventData"]["account"]["email"], "asha@example.com");
    let text = export.body.to_string();
    for secret in ["argon2", "passwordHash", "nonce", "tokenHash", "$sealed", "$personal"] {
        assert!(!text.contains(secret), "{secret}");
    }
}

#[tokio::test]
async fn an_admins_export_leaves_other_peoples_data_out() {
    let app = App::start().await;
    let (asha, admin) = (app.join("asha").await, app.admin().await);
    let path = format!("/api/users/{}", asha.id);
    let put = app.call(Method::PUT, &path).by(&admin.token).json(&json!({"address": "12 Lake View Road"}));
    assert_eq!(put.send().await.status, StatusCode::OK);
    let export = app.get("/api/users/me/export").by(&admin.token).send().await;
    let text = export.body.to_string();
    assert!(text.contains("USER_UPDATED") && !text.contains("Lake View"), "{text}");
    // The owner's export contains what an admin did to the account, but not where the admin did it from.
    let export = app.get("/api/users/me/export").by(&asha.token).send().await;
    let events = export.data()["events"].as_array().unwrap().clone();
    let changed = events.iter().find(|event| event["eventType"] == "USER_UPDATED").unwrap();
    assert_eq!(changed["eventData"]["profile"]["address"], "12 Lake View Road");
    assert_eq!(changed["metadata"], json!({}));
}
