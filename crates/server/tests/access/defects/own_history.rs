//! H22: a person sees their own actions in their history at once.

use reqwest::Method;
use serde_json::{Value, json};
use testkit::{Person, TestApp};

use crate::people;

#[tokio::test(flavor = "multi_thread")]
async fn h22_every_action_is_in_the_history_asked_for_right_after_it() {
    let app = TestApp::start().await;
    let (owner, asha) =
        (Person::register(&app.client, "owner").await, Person::register(&app.client, "asha").await);
    assert_eq!(people::history(&asha).await, ["USER_REGISTERED"]);
    let theirs = owner.list_home("A home of another", 4_000_000).await["id"].as_str().unwrap().to_owned();
    let own = asha.list_home("A home of Asha's", 5_000_000).await;
    assert_eq!(people::history(&asha).await[0], "PROPERTY_CREATED");
    let own_id = own["id"].as_str().unwrap();
    let mut edited = own.clone();
    edited["price"] = 4_900_000.into();
    let at = |id: &str, suffix: &str| format!("/api/properties/{id}{suffix}");
    let actions: Vec<(Method, String, Option<Value>, &str)> = vec![
        (Method::PUT, "/api/users/profile".into(), Some(json!({"city": "Hyderabad"})), "PROFILE_UPDATED"),
        (Method::POST, "/api/auth/verify-email/resend".into(), None, "NOTIFICATION_REQUESTED"),
        (Method::GET, at(&theirs, ""), None, "PROPERTY_VIEWED"),
        (Method::POST, at(&theirs, "/favorite"), None, "PROPERTY_FAVORITED"),
        (Method::POST, at(&theirs, "/share"), None, "PROPERTY_SHARED"),
        (Method::GET, at(&theirs, "/contact"), None, "CONTACT_REVEALED"),
        (Method::DELETE, at(&theirs, "/favorite"), None, "PROPERTY_UNFAVORITED"),
        (Method::PUT, at(own_id, ""), Some(edited), "PROPERTY_UPDATED"),
        (Method::PATCH, at(own_id, "/status"), Some(json!({"status": "SOLD"})), "PROPERTY_STATUS_CHANGED"),
        (Method::POST, at(own_id, "/view"), None, "PROPERTY_VIEWED"),
        (Method::DELETE, at(own_id, ""), None, "PROPERTY_DELETED"),
        (Method::GET, format!("/api/users/{}/export", asha.id), None, "PERSONAL_DATA_EXPORTED"),
    ];
    for (method, path, body, kind) in actions {
        app.clock.advance(1);
        let answer = asha.client.send(method.clone(), &path, body.as_ref(), &[]).await;
        assert!((200..300).contains(&answer.status), "{method} {path}: {}", answer.text);
        assert_eq!(people::history(&asha).await[0], kind, "{method} {path}");
        let events = asha.client.get("/api/user-history/me/events?size=100").await.expect(200);
        let last = events.data()["events"].as_array().unwrap().last().unwrap();
        let raw = if kind == "PROFILE_UPDATED" { "USER_UPDATED" } else { kind };
        assert_eq!((&last["eventType"], &last["userId"]), (&json!(raw), &json!(asha.id)), "{method} {path}");
        let stats = asha.client.get("/api/user-history/me/stats").await.expect(200);
        assert!(stats.text.contains(kind), "{method} {path}: {}", stats.text);
        if kind == "NOTIFICATION_REQUESTED" {
            asha.confirm(&app).await;
        }
    }
    app.clock.advance(1);
    let (back, welcome) = asha.sign_in().await;
    assert_eq!(welcome.header("x-stale"), None);
    let kinds = welcome.data()["history"]["activities"].as_array().unwrap();
    assert_eq!(kinds[0]["activityType"], "USER_LOGIN", "the answer to a sign-in holds the sign-in itself");
    assert_eq!(kinds.len(), 16);
    back.client.post("/api/auth/logout", &json!({})).await.expect(204);
    app.clock.advance(1);
    let (_, welcome) = back.sign_in().await;
    assert_eq!(welcome.data()["history"]["activities"][1]["activityType"], "USER_LOGOUT");
}

#[tokio::test(flavor = "multi_thread")]
async fn h22_what_codes_and_moderators_do_is_there_as_well() {
    let app = people::app().await;
    let admin = people::admin(&app).await;
    let asha = Person::register(&app.client, "asha").await;
    let code = people::code(&app, &asha, "verify-email").await;
    let body = json!({"userId": asha.id, "verificationCode": code});
    app.client.post("/api/auth/verify-email", &body).await.expect(200);
    assert_eq!(people::history(&asha).await[0], "USER_EMAIL_VERIFIED");
    let id = asha.list_home("A home of Asha's", 5_000_000).await["id"].as_str().unwrap().to_owned();
    let user = format!("/api/users/{}", asha.id);
    let actions = [
        (Method::POST, format!("/api/properties/{id}/feature"), json!({}), "PROPERTY_FEATURED"),
        (Method::POST, format!("/api/properties/{id}/verify"), json!({}), "PROPERTY_VERIFIED"),
        (Method::POST, format!("{user}/property-count"), json!({}), "USER_PROPERTY_COUNT_CHANGED"),
        (Method::PATCH, format!("{user}/role"), json!({"role": "SELLER"}), "USER_ROLE_CHANGED"),
        (Method::PATCH, format!("{user}/status"), json!({"status": "SUSPENDED"}), "USER_STATUS_CHANGED"),
        (Method::DELETE, user, json!({}), "USER_DELETED"),
    ];
    for (method, path, body, kind) in actions {
        app.clock.advance(1);
        admin.client.send(method, &path, Some(&body), &[]).await;
        assert!(people::history(&admin).await.contains(&kind.to_owned()), "{path}");
    }
}
