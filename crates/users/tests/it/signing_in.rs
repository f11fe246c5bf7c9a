//! Registering, signing in and out, and sessions.

use axum::http::{Method, StatusCode};
use domain::user::Role;
use serde_json::{Value, json};

use crate::harness::{App, PASSWORD, Person, registration};

#[tokio::test]
async fn joining_gives_an_account_a_session_and_tokens() {
    let app = App::start().await;
    let answer = app.post("/api/users/register").json(&registration("Asha")).send().await;
    assert_eq!(answer.status, StatusCode::CREATED);
    let data = answer.data();
    let id = answer.text("/data/user/id");
    assert_eq!(answer.header("location"), format!("/api/users/{id}"));
    assert!(answer.header("x-event-position").starts_with("facts:1:"));
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!((data["tokenType"].as_str(), data["expiresIn"].as_i64()), (Some("Bearer"), Some(600)));
    let user = &data["user"];
    assert_eq!(user["email"], "asha@example.com");
    assert_eq!(user["status"], "PENDING_VERIFICATION");
    assert_eq!(user["phoneNumber"], "+919876543210");
    assert_eq!(user["version"], 1);
    assert!(user.get("address").is_none());
    assert!(!answer.body.to_string().contains("argon2"));
    assert_eq!(app.events("user", &id).await, ["USER_REGISTERED"]);
    let person = Person::of(&answer);
    let profile = app.get("/api/users/profile").by(&person.token).send().await;
    assert_eq!((profile.status, profile.header("etag")), (StatusCode::OK, "\"1-0-0\""));
    assert_eq!(profile.data()["username"], "Asha");
}

#[tokio::test]
async fn h02_a_role_in_the_body_is_ignored() {
    let app = App::start().await;
    let mut body = registration("asha");
    body["role"] = "ADMIN".into();
    let answer = app.post("/api/auth/register").json(&body).send().await;
    assert_eq!(answer.data()["user"]["role"], "USER");
    let person = Person::of(&answer);
    let profile =
        app.call(Method::PUT, "/api/users/profile").by(&person.token).json(&json!({"role": "ADMIN"}));
    assert_eq!(profile.send().await.data()["role"], "USER");
    assert_eq!(app.context.tokens.verify(&person.token).unwrap().role, Role::User);
    assert_eq!(app.get("/api/users").by(&person.token).send().await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn what_is_wrong_is_told_by_field() {
    let app = App::start().await;
    let body = json!({"username": "a", "email": "asha", "password": "short", "firstName": " "});
    let answer = app.post("/api/auth/register").json(&body).send().await;
    assert_eq!((answer.status, answer.code()), (StatusCode::BAD_REQUEST, "VALIDATION_FAILED".into()));
    let fields = answer.body["error"]["fieldErrors"].as_object().unwrap();
    let names: Vec<_> = fields.keys().map(String::as_str).collect();
    assert_eq!(names, ["email", "password", "username"]);
    let answer = app.post("/api/auth/login").json(&json!({})).send().await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert_eq!(answer.body["error"]["fieldErrors"]["password"], "is required");
    let answer = app.post("/api/auth/login?admin=true").json(&json!({})).send().await;
    assert_eq!(answer.body["error"]["fieldErrors"]["admin"], "is not a parameter here; there are none");
}

#[tokio::test]
async fn names_are_taken_once_a_tenant_in_any_case() {
    let app = App::start().await;
    app.join("asha").await;
    let mut body = registration("ravi");
    body["email"] = "Asha@Example.com".into();
    let answer = app.post("/api/auth/register").json(&body).send().await;
    assert_eq!((answer.status, answer.code()), (StatusCode::CONFLICT, "EMAIL_TAKEN".into()));
    assert!(answer.body["error"]["fieldErrors"]["email"].is_string());
    let mut body = registration("ASHA");
    body["email"] = "other@example.com".into();
    let answer = app.post("/api/auth/register").json(&body).send().await;
    assert_eq!((answer.status, answer.code()), (StatusCode::CONFLICT, "USERNAME_TAKEN".into()));
    assert!(answer.body["error"]["fieldErrors"]["username"].is_string());
}

#[tokio::test]
async fn two_tenants_know_the_same_address_apart() {
    let app = App::start().await;
    let ours = app.join("asha").await;
    let mut body = registration("asha");
    body["password"] = "quite another phrase".into();
    let there = |path: &'static str| app.post(path).header("host", "pune.example:8080");
    let theirs = Person::of(&there("/api/auth/register").json(&body).send().await);
    assert_ne!(ours.id, theirs.id);
    let login = json!({"email": "asha@example.com", "password": PASSWORD});
    assert_eq!(there("/api/auth/login").json(&login).send().await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(app.login("asha", PASSWORD).await.status, StatusCode::OK);
    let crossed = app.get("/api/users/profile").header("host", "pune.example").by(&ours.token).send().await;
    assert_eq!(crossed.status, StatusCode::UNAUTHORIZED);
    let crossed = there("/api/auth/refresh").json(&json!({"refreshToken": ours.refresh})).send().await;
    assert_eq!(crossed.code(), "INVALID_REFRESH_TOKEN");
}

#[tokio::test]
async fn signing_in_takes_either_name_and_is_on_record() {
    let app = App::start().await;
    let joined = app.join("asha").await;
    for body in [
        json!({"email": " Asha@example.com ", "password": PASSWORD}),
        json!({"username": "ASHA", "password": PASSWORD}),
        json!({"emailOrUsername": "asha", "password": PASSWORD}),
    ] {
        let answer = app.post("/api/auth/login").json(&body).send().await;
        assert_eq!(answer.status, StatusCode::OK, "{body}");
        assert_eq!(answer.data().get("history"), Some(&Value::Null));
        let person = Person::of(&answer);
        assert_eq!(person.id, joined.id);
        let session = app.context.tokens.verify(&person.token).unwrap().sid;
        assert_eq!(app.events("session", session).await, ["USER_LOGIN"]);
        let profile = app.get("/api/users/profile").by(&person.token).send().await;
        assert_eq!(profile.data()["lastLogin"], answer.data()["user"]["lastLogin"]);
        assert_eq!(profile.header("x-stale"), "");
    }
}

#[tokio::test]
async fn h09_wrong_passwords_and_unknown_names_look_the_same() {
    let app = App::start().await;
    let asha = app.join("asha").await;
    let wrong = app.login("asha@example.com", "not the phrase").await;
    let unknown = app.login("nobody@example.com", "not the phrase").await;
    let nobody = app.login("nobody", "not the phrase").await;
    for answer in [&wrong, &unknown, &nobody] {
        assert_eq!((answer.status, answer.code()), (StatusCode::UNAUTHORIZED, "INVALID_CREDENTIALS".into()));
        assert_eq!(answer.body["message"], wrong.body["message"]);
    }
    let known = app.post("/api/auth/password-reset").json(&json!({"email": "asha@example.com"})).send().await;
    let other = app.post("/api/auth/password-reset").json(&json!({"email": "no@example.com"})).send().await;
    assert_eq!((known.status, &known.body), (StatusCode::ACCEPTED, &other.body));
    // The status of an account is revealed only after the right password.
    let admin = app.admin().await;
    let path = format!("/api/users/{}/status", asha.id);
    let suspended = app.call(Method::PATCH, &path).by(&admin.token).json(&json!({"status": "SUSPENDED"}));
    assert_eq!(suspended.send().await.status, StatusCode::OK);
    assert_eq!(app.login("asha", "not the phrase").await.code(), "INVALID_CREDENTIALS");
    let answer = app.login("asha", PASSWORD).await;
    assert_eq!((answer.status, answer.code()), (StatusCode::FORBIDDEN, "ACCOUNT_NOT_ACTIVE".into()));
    assert_eq!(app.refresh(&asha.refresh, "").await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_refresh_token_is_exchanged_once() {
    let app = App::start().await;
    app.join("asha").await;
    let login = app.post("/api/auth/login").header("user-agent", "Firefox");
    let login = login.json(&json!({"username": "asha", "password": PASSWORD})).send().await;
    let first = Person::of(&login);
    app.clock.advance(601);
    assert_eq!(app.get("/api/users/profile").by(&first.token).send().await.status, StatusCode::UNAUTHORIZED);
    let second = Person::of(&app.refresh(&first.refresh, "Firefox").await);
    assert_eq!(app.get("/api/users/profile").by(&second.token).send().await.status, StatusCode::OK);
    // The response was lost: the same client gets another pair of the family.
    app.clock.advance(9);
    let again = app.refresh(&first.refresh, "Firefox").await;
    assert_eq!(again.status, StatusCode::OK);
    let again = Person::of(&again);
    assert_ne!(again.refresh, second.refresh);
    // They are siblings: one line of the family continues, the other is spent with a grace period of its own.
    let third = Person::of(&app.refresh(&second.refresh, "Firefox").await);
    assert_eq!(app.refresh(&again.refresh, "Firefox").await.status, StatusCode::OK);
    // Later, two parties hold the token: the session ends for both.
    app.clock.advance(11);
    let reused = app.refresh(&first.refresh, "Firefox").await;
    assert_eq!((reused.status, reused.code()), (StatusCode::UNAUTHORIZED, "REFRESH_REUSED".into()));
    let dead = app.get("/api/users/profile").by(&third.token).send().await;
    assert_eq!(dead.status, StatusCode::UNAUTHORIZED);
    assert_eq!(app.refresh(&third.refresh, "Firefox").await.code(), "INVALID_REFRESH_TOKEN");
    let session = app.context.tokens.verify(&third.token);
    assert!(session.is_err());
    let events = app.context.aggregates.journal().read_user(
        &app.tenant,
        first.id,
        domain::Log::Facts,
        (domain::Timestamp::from_micros(0), uuid::Uuid::nil()),
        100,
    );
    let types: Vec<_> = events.await.unwrap().into_iter().map(|e| e.event_type.to_string()).collect();
    assert_eq!(types, ["USER_REGISTERED", "USER_LOGIN", "REFRESH_REUSED"]);
}

#[tokio::test]
async fn of_siblings_one_lives_on() {
    let app = App::start().await;
    let asha = app.join("asha").await;
    let (one, other) = (
        Person::of(&app.refresh(&asha.refresh, "").await),
        Person::of(&app.refresh(&asha.refresh, "").await),
    );
    app.clock.advance(60);
    let next = Person::of(&app.refresh(&one.refresh, "").await);
    app.clock.advance(11);
    // The other sibling now counts as reused, because somebody continued with the first.
    assert_eq!(app.refresh(&other.refresh, "").await.code(), "REFRESH_REUSED");
    assert_eq!(app.refresh(&next.refresh, "").await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn the_same_program_in_another_network_gets_no_grace() {
    let app = App::start().await;
    app.join("asha").await;
    let from = |address, token: &str| {
        let call = app.post("/api/auth/refresh").from(address).header("user-agent", "Firefox");
        call.json(&json!({"refreshToken": token})).send()
    };
    for (first, again, refused) in [
        ("203.0.113.7", "203.0.113.99", false),
        ("203.0.113.7", "203.0.114.7", true),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", false),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", true),
        ("203.0.113.7", "::ffff:203.0.113.8", false),
    ] {
        let login = app.post("/api/auth/login").from(first).header("user-agent", "Firefox");
        let login = login.json(&json!({"username": "asha", "password": PASSWORD})).send().await;
        let person = Person::of(&login);
        assert_eq!(from(first, &person.refresh).await.status, StatusCode::OK);
        let answer = from(again, &person.refresh).await;
        assert_eq!(answer.code() == "REFRESH_REUSED", refused, "{first} and {again}: {}", answer.body);
    }
}

#[tokio::test]
async fn another_client_gets_no_grace() {
    let app = App::start().await;
    let asha = app.join("asha").await;
    let next = Person::of(&app.refresh(&asha.refresh, "Firefox").await);
    assert_eq!(app.refresh(&asha.refresh, "curl").await.code(), "REFRESH_REUSED");
    assert_eq!(app.refresh(&next.refresh, "Firefox").await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_session_ends_when_it_is_not_used() {
    let app = App::start().await;
    let asha = app.join("asha").await;
    app.clock.advance(29 * 86_400);
    let next = Person::of(&app.refresh(&asha.refresh, "").await);
    app.clock.advance(30 * 86_400);
    assert_eq!(app.refresh(&next.refresh, "").await.code(), "INVALID_REFRESH_TOKEN");
    assert_eq!(app.refresh("no token of ours", "").await.code(), "INVALID_REFRESH_TOKEN");
}

#[tokio::test]
async fn h05_signing_out_takes_effect_at_once_and_outlives_a_restart() {
    let app = App::start().await;
    let asha = app.join("asha").await;
    let session = app.context.tokens.verify(&asha.token).unwrap().sid;
    assert_eq!(app.post("/api/auth/logout").by(&asha.token).send().await.status, StatusCode::NO_CONTENT);
    let after = app.get("/api/users/profile").by(&asha.token).send().await;
    assert_eq!(after.status, StatusCode::UNAUTHORIZED);
    assert_eq!(app.refresh(&asha.refresh, "").await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(app.events("session", session).await, ["USER_LOGOUT"]);
    // Another process with the same key learns of it from the sessions table.
    let mut app = app;
    let key = http_kit::Tokens::generate_key().unwrap();
    let tokens = http_kit::Tokens::new(&key, app.clock.clone(), 600).unwrap();
    app.context = http_kit::AppContext::from(http_kit::AppContextParts {
        tokens: tokens.into(),
        aggregates: app.context.aggregates.clone(),
        seen: app.context.seen.clone(),
        activity: app.context.activity.clone(),
        await_activity: false,
        tenants: app.context.tenants.clone(),
        wait: app.context.wait,
        quotas: http_kit::Quotas::default(),
        jobs: http_kit::Jobs::default(),
        daily: http_kit::DailyCounters::default(),
        photos: http_kit::photos::Photos::default(),
        breakers: http_kit::CircuitBreakers::default(),
        api_keys: http_kit::ApiKeys::default(),
    });
    let token = app.context.tokens.issue(&app.tenant, asha.id, session, Role::User, 0).unwrap();
    assert!(app.context.tokens.verify(&token).is_ok());
    app.reopened().await;
    assert_eq!(app.context.tokens.verify(&token), Err(http_kit::TokenError::Revoked));
}

#[tokio::test]
async fn sessions_are_listed_and_ended_by_their_person_only() {
    let app = App::start().await;
    let first = app.join("asha").await;
    app.clock.advance(1);
    let login = app.post("/api/auth/login").header("user-agent", "Firefox");
    let second = Person::of(&login.json(&json!({"username": "asha", "password": PASSWORD})).send().await);
    let listed = app.get("/api/auth/sessions").by(&second.token).send().await;
    let sessions = listed.data().as_array().unwrap();
    assert_eq!(sessions.len(), 2);
    assert_eq!(
        (sessions[0]["current"].as_bool(), sessions[0]["userAgent"].as_str()),
        (Some(true), Some("Firefox"))
    );
    let path = format!("/api/auth/sessions/{}", sessions[1]["id"].as_str().unwrap());
    let ravi = app.join("ravi").await;
    let end = |token: &str| app.call(Method::DELETE, &path).by(token);
    let foreign = end(&ravi.token).send().await;
    assert_eq!((foreign.status, foreign.code()), (StatusCode::NOT_FOUND, "SESSION_NOT_FOUND".into()));
    assert_eq!(end(&second.token).send().await.status, StatusCode::NO_CONTENT);
    assert_eq!(end(&second.token).send().await.status, StatusCode::NOT_FOUND);
    let dead = app.get("/api/users/profile").by(&first.token).send().await;
    assert_eq!(dead.status, StatusCode::UNAUTHORIZED);
    let session = sessions[1]["id"].as_str().unwrap();
    assert_eq!(app.events("session", session).await, ["SESSION_REVOKED"]);
}

#[tokio::test]
async fn the_key_set_is_bare_and_may_be_kept() {
    let app = App::start().await;
    let answer = app.get("/.well-known/jwks.json").send().await;
    assert_eq!((answer.status, answer.header("cache-control")), (StatusCode::OK, "public, max-age=300"));
    assert_eq!(answer.body["keys"][0]["alg"], "EdDSA");
}
