//! The pages about accounts, for administrators and support.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::moderation::staff;
use crate::pages::check;
use crate::stub::{Stub, listing, page_of};

fn person(status: &str) -> Value {
    json!({"id": "u2", "username": "ravi", "email": "ravi@example.com", "firstName": "Ravi", "lastName": "<b>Sample",
        "phoneNumber": "+919876543210", "role": "USER", "status": status, "emailVerified": true, "propertyCount": 2,
        "createdAt": "2026-11-20T18:30:00Z", "lastLogin": "2026-11-21T18:30:00Z", "version": 4})
}

/// One account, with a home.
pub fn says(api: &Stub) {
    api.says("GET /api/users/search", page_of(&[person("ACTIVE")]));
    api.says_at("GET /api/users/u2", "\"4-2-0\"", person("ACTIVE"));
    api.says("GET /api/users/u2/properties", page_of(&[listing("h1", "Flat <i>")]));
}

fn admin() -> Browser {
    let browser = staff("ADMIN");
    says(&browser.api);
    browser
}

#[tokio::test]
async fn nobody_is_listed_who_was_not_searched_for() {
    let mut browser = admin();
    let answer = browser.get("/admin/people").await;
    answer.has("Every look at somebody’s data is recorded").lacks("ravi");
    check("/admin/people", &answer.html);
    assert!(!browser.api.lines().iter().any(|line| line.contains("/api/users/search")));
    let answer = browser.get("/admin/people?q=ravi").await;
    check("/admin/people?q=ravi", &answer.html);
    browser.api.last("GET /api/users/search?query=ravi&page=0&size=20");
    answer.has("1 account<").has("href=\"/admin/people/u2\">Ravi &#60;b&#62;Sample").has("Person · Active");
    browser.api.refuses("GET /api/users/search", 400, json!({"query": "is too long"}));
    let answer = browser.get("/admin/people?q=much").await;
    assert_eq!(answer.status, StatusCode::OK);
    answer.has("Refused as told");
}

#[tokio::test]
async fn a_person_is_shown_with_what_can_be_changed() {
    let mut browser = admin();
    let answer = browser.get("/admin/people/u2").await;
    check("/admin/people/u2", &answer.html);
    for told in
        ["ravi@example.com", "+919876543210", "2 homes", "Flat &#60;i&#62;", "value=\"USER\" selected"]
    {
        answer.has(told);
    }
    answer.has("href=\"/admin/people/u2/suspend\"").lacks("/reinstate");
    let mut support = staff("SUPPORT");
    says(&support.api);
    support.get("/admin/people/u2").await.has("ravi@example.com").lacks("/suspend").lacks("/role");
    for path in ["/admin/people/u2/suspend", "/admin/people/u2/reinstate", "/admin/people/u2/role?role=ADMIN"]
    {
        assert_eq!(support.get(path).await.status, StatusCode::FORBIDDEN, "{path}");
    }
    browser.api.says("GET /api/users/u1", json!({"id": "u1", "role": "ADMIN", "status": "ACTIVE"}));
    browser.get("/admin/people/u1").await.has("Somebody without a name").lacks("/suspend");
}

#[tokio::test]
async fn suspending_says_what_follows_and_is_confirmed() {
    let mut browser = admin();
    let answer = browser.get("/admin/people/u2/suspend").await;
    check("/admin/people/u2/suspend", &answer.html);
    answer.has("cannot sign in").has("Nothing is deleted.").has("name=\"version\" value=\"4\"");
    let status = "PATCH /api/users/u2/status";
    browser.api.says(status, json!({}));
    let answer = browser.post("/admin/people/u2/suspend", &[("version", "4")]).await;
    assert_eq!(answer.to(), "/admin/people/u2");
    let sent = browser.api.last(status);
    assert_eq!((sent.body.clone(), sent.header("if-match")), (json!({"status": "SUSPENDED"}), "\"4\""));
    browser.api.says_at("GET /api/users/u2", "\"5-2-0\"", person("SUSPENDED"));
    let answer = browser.get("/admin/people/u2").await;
    answer.has("The account is suspended.").has("href=\"/admin/people/u2/reinstate\"").lacks("/suspend\"");
    let answer = browser.get("/admin/people/u2/reinstate").await;
    answer.has("They can sign in again").lacks("They still have to confirm");
    for (confirmed, becomes) in [("true", "ACTIVE"), ("false", "PENDING_VERIFICATION")] {
        browser.post("/admin/people/u2/reinstate", &[("version", "5"), ("confirmed", confirmed)]).await;
        assert_eq!(browser.api.last(status).body, json!({"status": becomes}));
    }
    browser.api.refuses(status, 412, json!({}));
    browser.post("/admin/people/u2/suspend", &[("version", "4")]).await;
    browser.get("/admin/people/u2").await.has("role=\"alert\">The account was changed after you opened");
    browser.api.refuses(status, 409, json!({}));
    browser.post("/admin/people/u2/suspend", &[]).await;
    browser.get("/admin/people/u2").await.has("role=\"alert\">That cannot be done with this account");
}

#[tokio::test]
async fn a_role_is_one_that_there_is_and_another_than_before() {
    let mut browser = admin();
    let answer = browser.get("/admin/people/u2/role?role=MODERATOR").await;
    check("/admin/people/u2/role", &answer.html);
    answer.has("“Moderator”?").has("approve, reject and take down").has("name=\"role\" value=\"MODERATOR\"");
    for other in ["USER", "KING", ""] {
        let answer = browser.get(&format!("/admin/people/u2/role?role={other}")).await;
        assert_eq!(answer.to(), "/admin/people/u2", "{other}");
    }
    browser.api.says("PATCH /api/users/u2/role", json!({}));
    browser.post("/admin/people/u2/role", &[("version", "4"), ("role", "MODERATOR")]).await;
    assert_eq!(browser.api.last("PATCH /api/users/u2/role").body, json!({"role": "MODERATOR"}));
    browser.get("/admin/people/u2").await.has("The role is changed.");
    let answer = browser.post("/admin/people/u2/role", &[("role", "KING")]).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn only_those_who_look_after_people_are_let_in() {
    staff("SUPPORT").get("/verify-email").await.has("href=\"/admin/people\"").lacks("/admin/events");
    for role in ["USER", "MODERATOR"] {
        let mut browser = staff(role);
        says(&browser.api);
        browser.get("/verify-email").await.lacks("/admin/people");
        for path in ["/admin/people", "/admin/people?q=ravi", "/admin/people/u2", "/admin/people/u2/suspend"]
        {
            assert_eq!(browser.get(path).await.status, StatusCode::FORBIDDEN, "{role}: {path}");
        }
    }
    let answer = Browser::new().get("/admin/people").await;
    assert!(answer.to().starts_with("/sign-in?next=%2Fadmin%2Fpeople"), "{}", answer.to());
}
