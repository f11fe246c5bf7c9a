//! Closing an account, and what ends together with a session.

use std::time::Duration;

use reqwest::Method;
use serde_json::json;
use testkit::{PASSWORD, Person, TestApp};

use crate::people;

/// Less than the keep-alive interval, at which a connection used to notice.
const AT_ONCE: Duration = Duration::from_secs(8);

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_closed_with_its_password_or_soon_after_a_sign_in() {
    let app =
        TestApp::with(|_| {}, &[&people::WITH_ADMIN[..], &[("sessions.access_seconds", "86400")]].concat())
            .await;
    let admin = people::admin(&app).await;
    let asha = Person::register(&app.client, "asha").await;
    for path in ["/api/users/profile".to_owned(), format!("/api/users/{}", asha.id)] {
        let person = Person::register(&app.client, &format!("early-{}", path.len())).await;
        app.clock.advance(290);
        let path = path.replace(&asha.id, &person.id);
        person.client.delete(&path).await.expect(204);
    }
    app.clock.advance(20);
    for path in ["/api/users/profile", &format!("/api/users/{}", asha.id), "/api/users/me"] {
        let close = async |body| asha.client.send(Method::DELETE, path, Some(&body), &[]).await;
        let refused = asha.client.delete(path).await.expect(403);
        assert_eq!(refused.code(), "PASSWORD_REQUIRED", "{path}");
        assert!(refused.body["error"]["fieldErrors"]["password"].is_string(), "{}", refused.text);
        assert_eq!(close(json!({"password": "not the phrase"})).await.expect(403).code(), "WRONG_PASSWORD");
        close(json!({"password": 7})).await.expect(400);
    }
    // A token refresh does not count as a sign-in.
    let renewed =
        app.client.post("/api/auth/refresh", &json!({"refreshToken": asha.refresh})).await.expect(200);
    let renewed = app.client.bearer(renewed.data()["accessToken"].as_str().unwrap());
    assert_eq!(renewed.delete("/api/users/profile").await.expect(403).code(), "PASSWORD_REQUIRED");
    let right = json!({"password": PASSWORD});
    renewed.send(Method::DELETE, "/api/users/profile", Some(&right), &[]).await.expect(204);
    // An admin can close another account as before.
    let ravi = Person::register(&app.client, "ravi").await;
    app.clock.advance(301);
    admin.client.delete(&format!("/api/users/{}", ravi.id)).await.expect(204);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn passwords_for_closing_are_guessed_a_few_times_a_day() {
    let app = TestApp::with(|_| {}, &[]).await;
    let asha = Person::register(&app.client, "asha").await;
    let close = async |password: &str| {
        let body = json!({"password": password});
        asha.client.send(Method::DELETE, "/api/users/profile", Some(&body), &[]).await
    };
    for _ in 0..10 {
        close("not the phrase").await.expect(403);
    }
    close("not the phrase").await.expect(429);
    close(PASSWORD).await.expect(429);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_end_with_their_session_at_once() {
    let app = people::app().await;
    let admin = people::admin(&app).await;
    let asha = Person::register(&app.client, "asha").await;
    for how in ["ended by its person", "password set", "suspended"] {
        let other = asha.sign_in().await.0;
        let mut events = other.client.listen("/api/realtime/stream", None).await;
        let mut socket = other.client.socket("/api/realtime", None).await;
        match how {
            "ended by its person" => {
                let sessions = other.client.get("/api/auth/sessions").await.expect(200);
                let own = sessions
                    .data()
                    .as_array()
                    .unwrap()
                    .iter()
                    .find(|s| s["current"] == true)
                    .unwrap()
                    .clone();
                let path = format!("/api/auth/sessions/{}", own["id"].as_str().unwrap());
                asha.client.delete(&path).await.expect(204);
            }
            "password set" => {
                app.client.post("/api/auth/password-reset", &json!({"email": asha.email})).await.expect(202);
                let token = people::code(&app, &asha, "password-reset").await;
                let body = json!({"token": token, "newPassword": PASSWORD});
                app.client.post("/api/auth/password-reset/confirm", &body).await.expect(200);
            }
            _ => {
                let path = format!("/api/users/{}/status", asha.id);
                admin.client.patch(&path, &json!({"status": "SUSPENDED"})).await.expect(200);
            }
        }
        let ended = async {
            while events.next().await.is_some() {}
            while socket.next().await.is_some() {}
        };
        assert!(tokio::time::timeout(AT_ONCE, ended).await.is_ok(), "open after it was {how}");
    }
    app.stop().await;
}
