//! Confirming an address and resetting a password, with the tokens from the e-mails.

use axum::http::StatusCode;
use serde_json::json;

use crate::harness::{Answer, App, PASSWORD, Person};

async fn verify(app: &App, person: &Person, code: &str) -> Answer {
    let body = json!({"userId": person.id, "verificationCode": code});
    app.post("/api/auth/verify-email").json(&body).send().await
}

#[tokio::test]
async fn h03_only_the_mailed_code_of_that_person_confirms_and_only_once() {
    let app = App::start().await;
    let (asha, ravi) = (app.join("asha").await, app.join("ravi").await);
    let code = app.mailed(asha.id, "verify-email").await;
    for (person, code) in [(&asha, "123456"), (&ravi, code.as_str())] {
        let wrong = verify(&app, person, code).await;
        assert_eq!((wrong.status, wrong.code()), (StatusCode::BAD_REQUEST, "INVALID_CODE".into()));
    }
    let nobody = Person { id: app.context.aggregates.fresh().into(), ..app.join("uma").await };
    assert_eq!(verify(&app, &nobody, &code).await.code(), "INVALID_CODE");
    let right = verify(&app, &asha, &code).await;
    assert_eq!(right.status, StatusCode::OK);
    assert_eq!((right.text("/data/status"), &right.data()["emailVerified"]), ("ACTIVE".into(), &json!(true)));
    assert_eq!(verify(&app, &asha, &code).await.code(), "INVALID_CODE");
    assert_eq!(app.events("user", asha.id).await, ["USER_REGISTERED", "USER_EMAIL_VERIFIED"]);
}

#[tokio::test]
async fn h03_a_code_expires_and_another_one_replaces_it() {
    let app = App::start().await;
    let asha = app.join("asha").await;
    let first = app.mailed(asha.id, "verify-email").await;
    app.clock.advance(48 * 3600);
    assert_eq!(verify(&app, &asha, &first).await.code(), "INVALID_CODE");
    let asha = Person::of(&app.login("asha", PASSWORD).await);
    let resent = app.post("/api/auth/verify-email/resend").by(&asha.token).send().await;
    assert_eq!(resent.status, StatusCode::ACCEPTED);
    let second = app.mailed(asha.id, "verify-email").await;
    assert_ne!(first, second);
    let path = format!("/api/auth/verify-email?userId={}&verificationCode={second}", asha.id);
    assert_eq!(app.post(&path).send().await.status, StatusCode::OK);
    // There is nothing left to confirm.
    let again = app.post("/api/auth/verify-email/resend").by(&asha.token).send().await;
    assert_eq!((again.status, again.header("x-event-position")), (StatusCode::ACCEPTED, ""));
    let unknown = app.post("/api/auth/verify-email?code=1").send().await;
    assert!(
        unknown.body["error"]["fieldErrors"]["code"].as_str().unwrap().contains("is not a parameter here")
    );
}

async fn confirm(app: &App, token: &str, password: &str) -> Answer {
    let body = json!({"token": token, "newPassword": password});
    app.post("/api/auth/password-reset/confirm").json(&body).send().await
}

#[tokio::test]
async fn h03_a_reset_mail_sets_one_password_and_ends_all_sessions() {
    let app = App::start().await;
    let asha = app.join("asha").await;
    app.post("/api/auth/password-reset").json(&json!({"email": "Asha@example.com"})).send().await;
    let token = format!("{}.{}", asha.id, app.mailed(asha.id, "password-reset").await);
    let confirming = format!("{}.{}", asha.id, app.mailed(asha.id, "verify-email").await);
    for wrong in ["", "nonsense", "x.y", &confirming] {
        assert_eq!(
            confirm(&app, wrong, "quite another phrase").await.status,
            StatusCode::BAD_REQUEST,
            "{wrong}"
        );
    }
    let weak = confirm(&app, &token, "password").await;
    assert!(weak.body["error"]["fieldErrors"]["newPassword"].is_string());
    assert_eq!(confirm(&app, &token, "quite another phrase").await.status, StatusCode::OK);
    assert_eq!(confirm(&app, &token, "yet another phrase").await.code(), "INVALID_CODE");
    let dead = app.get("/api/users/profile").by(&asha.token).send().await;
    assert_eq!(dead.status, StatusCode::UNAUTHORIZED);
    assert_eq!(app.refresh(&asha.refresh, "").await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(app.login("asha", PASSWORD).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(app.login("asha", "quite another phrase").await.status, StatusCode::OK);
    let types = app.events("user", asha.id).await;
    // The reset also confirmed the address: whoever read the e-mail owns it.
    let expected = ["USER_REGISTERED", "PASSWORD_RESET_REQUESTED", "USER_EMAIL_VERIFIED", "PASSWORD_CHANGED"];
    assert_eq!(types, expected);
}

#[tokio::test]
async fn a_strangers_request_takes_nobodys_link_away_and_one_use_ends_all() {
    let app = App::start().await;
    let asha = app.join("asha").await;
    let ask = async || {
        app.post("/api/auth/password-reset").json(&json!({"email": "asha@example.com"})).send().await;
        format!("{}.{}", asha.id, app.mailed(asha.id, "password-reset").await)
    };
    let (own, strangers) = (ask().await, ask().await);
    assert_ne!(own, strangers);
    assert_eq!(confirm(&app, &own, "quite another phrase").await.status, StatusCode::OK);
    for used in [&own, &strangers] {
        assert_eq!(confirm(&app, used, "yet another phrase").await.code(), "INVALID_CODE");
    }
}

#[tokio::test]
async fn a_new_password_is_none_of_ones_own_names() {
    let app = App::start().await;
    let asha = app.join("asha.rao").await;
    app.post("/api/auth/password-reset").json(&json!({"email": "asha.rao@example.com"})).send().await;
    let token = format!("{}.{}", asha.id, app.mailed(asha.id, "password-reset").await);
    for own in ["Asha.Rao", "asha.rao2024", "asha.rao@example.com"] {
        let refused = confirm(&app, &token, own).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST);
        assert!(refused.text("/error/fieldErrors/newPassword").contains("is your"), "{}", refused.body);
    }
    let body = json!({"username": "asharao1", "email": "other@example.com", "password": "Asharao123",
        "firstName": "Asha", "lastName": "Rao"});
    let refused = app.post("/api/auth/register").json(&body).send().await;
    assert!(refused.text("/error/fieldErrors/password").contains("is your"), "{}", refused.body);
    assert_eq!(confirm(&app, &token, "quite another phrase").await.status, StatusCode::OK);
}

#[tokio::test]
async fn h03_a_reset_mail_is_worthless_after_an_hour() {
    let app = App::start().await;
    let asha = app.join("asha").await;
    app.post("/api/auth/password-reset").json(&json!({"email": "asha@example.com"})).send().await;
    let token = format!("{}.{}", asha.id, app.mailed(asha.id, "password-reset").await);
    app.clock.advance(3600);
    assert_eq!(confirm(&app, &token, "quite another phrase").await.code(), "INVALID_CODE");
}
