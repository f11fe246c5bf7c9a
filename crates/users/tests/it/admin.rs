//! The rights of roles, lists, and the decisions of admins.

use axum::http::{Method, StatusCode};
use domain::user::Role;
use serde_json::{Value, json};

use crate::harness::{App, PASSWORD, Person};

/// Who may call it, out of: nobody, the person themselves, another user, a moderator, support, an admin, a service.
const RIGHTS: [(&str, &str, &str); 9] = [
    ("GET", "/api/users", "support admin"),
    ("GET", "/api/users/search?query=a", "support admin"),
    ("GET", "/api/users/{id}", "self support admin"),
    ("PUT", "/api/users/{id}", "self admin"),
    ("DELETE", "/api/users/{id}", "self admin"),
    ("GET", "/api/users/{id}/export", "self support admin"),
    ("POST", "/api/users/{id}/property-count", "admin service"),
    ("PATCH", "/api/users/{id}/role", "admin"),
    ("PATCH", "/api/users/{id}/status", "admin"),
];

/// Operations for any signed-in person.
const SIGNED_IN: [(&str, &str); 7] = [
    ("POST", "/api/auth/logout"),
    ("POST", "/api/auth/verify-email/resend"),
    ("GET", "/api/auth/sessions"),
    ("DELETE", "/api/auth/sessions/x"),
    ("GET", "/api/users/profile"),
    ("PUT", "/api/users/profile"),
    ("DELETE", "/api/users/profile"),
];

#[tokio::test]
async fn every_operation_is_for_those_it_is_meant_for() {
    let app = App::start().await;
    let mut subject = app.join("subject0").await;
    let mut joined = 0;
    let body = json!({"role": "AGENT", "status": "ACTIVE", "city": "Hyderabad"});
    for (method, path, allowed) in RIGHTS {
        for who in ["nobody", "self", "user", "moderator", "support", "admin", "service"] {
            let token = match who {
                "self" => subject.token.clone(),
                "user" => app.token_of(Role::User),
                "moderator" => app.token_of(Role::Moderator),
                "support" => app.token_of(Role::Support),
                "admin" => app.token_of(Role::Admin),
                "service" => app.service_token(),
                _ => String::new(),
            };
            let path = path.replace("{id}", &subject.id.to_string());
            let call = app.call(method.parse().unwrap(), &path).json(&body);
            let call = if token.is_empty() { call } else { call.by(&token) };
            let answer = call.send().await;
            let may = allowed.split(' ').any(|role| role == who);
            match (may, who) {
                (true, _) => assert!(answer.status.is_success(), "{method} {path} by {who}: {}", answer.body),
                (false, "nobody") => assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{method} {path}"),
                (false, _) => assert_eq!(answer.status, StatusCode::FORBIDDEN, "{method} {path} by {who}"),
            }
            if may && method != "GET" {
                joined += 1;
                subject = app.join(&format!("subject{joined}")).await;
            }
        }
    }
    for (method, path) in SIGNED_IN {
        let service = app.service_token();
        let nobody = [None, Some("forged")].map(|token| (token, StatusCode::UNAUTHORIZED));
        for (token, refusal) in nobody.into_iter().chain([(Some(service.as_str()), StatusCode::FORBIDDEN)]) {
            let call = app.call(method.parse().unwrap(), path);
            let call = token.map_or(app.call(method.parse().unwrap(), path), |token| call.by(token));
            assert_eq!(call.send().await.status, refusal, "{method} {path}");
        }
    }
}

#[tokio::test]
async fn h04_a_look_at_another_person_is_written_down() {
    let app = App::start().await;
    let (asha, admin) = (app.join("asha").await, app.admin().await);
    app.get(&format!("/api/users/{}", asha.id)).by(&admin.token).send().await;
    app.get(&format!("/api/users/{}/export", asha.id)).by(&admin.token).send().await;
    let written = app.events("audit", admin.id).await;
    assert_eq!(written, ["PERSONAL_DATA_VIEWED", "PERSONAL_DATA_EXPORTED"]);
    app.get("/api/users/profile").by(&asha.token).send().await;
    assert!(app.events("audit", asha.id).await.is_empty());
}

#[tokio::test]
async fn lists_find_people_page_by_page() {
    let app = App::start().await;
    let admin = app.admin().await;
    for name in ["asha", "ravi", "uma_100", "umax100"] {
        app.clock.advance(1);
        app.join(name).await;
    }
    app.settle().await;
    let names = |answer: &crate::harness::Answer| -> Vec<String> {
        let content = answer.data()["content"].as_array().unwrap();
        content.iter().map(|user| user["username"].as_str().unwrap().to_owned()).collect()
    };
    let all = app.get("/api/users").by(&admin.token).send().await;
    assert_eq!(names(&all), ["umax100", "uma_100", "ravi", "asha", "admin"]);
    let profile = app.get(&format!("/api/users/{}", all.text("/data/content/3/id")));
    let profile = profile.by(&admin.token).send().await;
    assert_eq!(profile.data(), &all.data()["content"][3]);
    let first = app.get("/api/users?size=2").by(&admin.token).send().await;
    assert_eq!((&first.data()["totalElements"], &first.data()["totalPages"]), (&json!(5), &json!(3)));
    let next = first.text("/data/next");
    let second = app.get(&format!("/api/users?limit=2&cursor={next}")).by(&admin.token).send().await;
    assert_eq!(names(&second), ["ravi", "asha"]);
    let by_number = app.get("/api/users?size=2&page=1").by(&admin.token).send().await;
    assert_eq!(names(&by_number), ["ravi", "asha"]);
    for (query, found) in [
        ("ASHA", vec!["asha"]),
        ("uma_1", vec!["uma_100"]),
        ("%25", vec![]),
        ("ravi%20rao", vec!["ravi"]),
        ("ravi@example", vec!["ravi"]),
        ("nobody", vec![]),
    ] {
        let path = format!("/api/users/search?query={query}");
        assert_eq!(names(&app.get(&path).by(&admin.token).send().await), found, "{query}");
    }
    let wrong = app.get("/api/users?querry=a").by(&admin.token).send().await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
    let wrong = app.get("/api/users?cursor=xyz&size=a").by(&admin.token).send().await;
    assert_eq!(wrong.body["error"]["fieldErrors"].as_object().unwrap().len(), 2);
}

#[tokio::test]
async fn a_role_or_status_of_another_changes_and_ends_their_sessions() {
    let app = App::start().await;
    let (asha, admin) = (app.join("asha").await, app.admin().await);
    let patch = |what: &str, id: &str, body: Value| {
        app.call(Method::PATCH, &format!("/api/users/{id}/{what}")).by(&admin.token).json(&body).send()
    };
    let id = asha.id.to_string();
    let changed = patch("role", &id, json!({"role": "agent"})).await;
    assert_eq!((changed.status, &changed.data()["role"]), (StatusCode::OK, &json!("AGENT")));
    let dead = app.get("/api/users/profile").by(&asha.token).send().await;
    assert_eq!(dead.status, StatusCode::UNAUTHORIZED);
    let asha = Person::of(&app.login("asha", PASSWORD).await);
    assert_eq!(app.context.tokens.verify(&asha.token).unwrap().role, Role::Agent);
    // The same change again changes nothing and ends no session.
    assert_eq!(patch("role", &id, json!({"role": "AGENT"})).await.header("x-event-position"), "");
    assert_eq!(app.get("/api/users/profile").by(&asha.token).send().await.status, StatusCode::OK);
    let changed = patch("status", &id, json!({"status": "SUSPENDED"})).await;
    assert_eq!(changed.data()["status"], "SUSPENDED");
    assert_eq!(app.refresh(&asha.refresh, "").await.status, StatusCode::UNAUTHORIZED);
    let own = patch("role", "me", json!({"role": "USER"})).await;
    assert_eq!((own.status, own.code()), (StatusCode::CONFLICT, "OWN_ACCOUNT".into()));
    let own = patch("status", &admin.id.to_string(), json!({"status": "SUSPENDED"})).await;
    assert_eq!(own.status, StatusCode::CONFLICT);
    let wrong = patch("role", &id, json!({"role": "KING"})).await;
    assert!(wrong.body["error"]["fieldErrors"]["role"].as_str().unwrap().starts_with("must be one of USER"));
    assert_eq!(patch("role", "not-an-id", json!({"role": "USER"})).await.code(), "USER_NOT_FOUND");
    app.settle().await;
    let row = app.get("/api/users/search?query=asha").by(&admin.token).send().await;
    assert_eq!(
        (row.text("/data/content/0/role"), row.text("/data/content/0/status")),
        ("AGENT".into(), "SUSPENDED".into())
    );
}

#[tokio::test]
async fn listings_are_counted_from_what_happened() {
    let app = App::start().await;
    let (asha, admin) = (app.join("asha").await, app.admin().await);
    app.listing("PROPERTY_CREATED", "p1", asha.id).await;
    app.listing("PROPERTY_CREATED", "p2", asha.id).await;
    app.listing("PROPERTY_DELETED", "p1", asha.id).await;
    let path = format!("/api/users/{}/property-count", asha.id);
    let service = app.service_token();
    let counted = app.post(&path).by(&service).json(&json!({"count": 99})).send().await;
    assert_eq!((counted.status, &counted.data()["propertyCount"]), (StatusCode::OK, &json!(1)));
    let again = app.post(&path).by(&admin.token).send().await;
    assert_eq!((again.status, again.header("x-event-position")), (StatusCode::OK, ""));
    assert_eq!(app.events("user", asha.id).await, ["USER_REGISTERED", "USER_PROPERTY_COUNT_CHANGED"]);
}

#[tokio::test]
async fn the_operator_makes_admins_and_sessions() {
    let app = App::start().await;
    let asha = app.join("asha").await;
    let email = "asha@example.com";
    let made = app.users.create_admin(&app.tenant, email, "ignored", "ignored too").await.unwrap();
    assert_eq!(made, asha.id);
    assert_eq!(app.get("/api/users/profile").by(&asha.token).send().await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(app.login("asha", PASSWORD).await.data()["user"]["role"], "ADMIN");
    let admin = app.admin().await;
    let profile = app.get("/api/users/profile").by(&admin.token).send().await;
    assert_eq!((profile.text("/data/role"), profile.text("/data/status")), ("ADMIN".into(), "ACTIVE".into()));
    let taken = app.users.create_admin(&app.tenant, "new@example.com", "asha", PASSWORD).await;
    assert!(matches!(taken, Err(users::AdminError::UsernameTaken)));
    let minted = app.users.token_for(&app.tenant, email).await.unwrap();
    assert_eq!(app.get("/api/users").by(&minted.access_token).send().await.status, StatusCode::OK);
    assert_eq!(app.events("session", minted.session).await, ["USER_LOGIN"]);
    let nobody = app.users.token_for(&app.tenant, "nobody@example.com").await;
    assert!(matches!(nobody, Err(users::AdminError::Unknown)));
}

#[tokio::test]
async fn a_rebuilt_read_model_is_the_same() {
    let app = App::start().await;
    let asha = app.join("asha").await;
    app.admin().await;
    app.login("asha", PASSWORD).await;
    app.call(Method::PUT, "/api/users/profile")
        .by(&asha.token)
        .json(&json!({"city": "Hyderabad"}))
        .send()
        .await;
    app.listing("PROPERTY_CREATED", "p1", asha.id).await;
    let ravi = app.join("ravi").await;
    app.call(Method::DELETE, "/api/users/profile").by(&ravi.token).send().await;
    app.settle().await;
    let again = app.reopened().await;
    let status = app.run(&again).await;
    app.settled(&status).await;
    let live = app.users.store().dump().await.unwrap();
    let rebuilt = again.store().dump().await.unwrap();
    assert!(live.iter().any(|(table, rows)| table == "users" && rows.len() == 2));
    assert_eq!(live, rebuilt);
}
