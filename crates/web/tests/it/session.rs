//! Signing in, staying signed in, signing out.

use axum::Extension;
use axum::extract::ConnectInfo;
use axum::http::{Method, StatusCode};
use serde_json::json;
use std::net::SocketAddr;

use crate::browser::Browser;
use crate::stub::{listing, page_of, tokens};

fn with_expired_access() -> Browser {
    let mut browser = Browser::signed_in();
    browser.cookies.remove("hyd_access");
    browser.api.says("GET /api/properties/favorites/changes", page_of(&[]));
    browser.api.says("GET /api/properties/recent", json!([]));
    browser
}

#[tokio::test]
async fn an_expired_sign_in_is_renewed_once_for_the_whole_page() {
    let mut browser = with_expired_access();
    browser.api.says("POST /api/auth/refresh", tokens("access-2", "refresh-2"));
    let answer = browser.get("/dashboard/saved").await;
    assert_eq!(answer.status, StatusCode::OK);
    let lines = browser.api.lines();
    assert_eq!(lines, ["POST /api/auth/refresh", "GET /api/properties/favorites/changes?page=0&size=12"]);
    assert_eq!(browser.api.seen()[0].body, json!({"refreshToken": "refresh-1"}));
    assert_eq!(browser.api.seen()[1].header("authorization"), "Bearer access-2");
    let access = answer.sets("hyd_access")[0];
    assert_eq!(access, "__Host-hyd_access=access-2; Path=/; Max-Age=570; HttpOnly; SameSite=Lax; Secure");
    let refresh = answer.sets("hyd_refresh")[0];
    assert_eq!(
        refresh,
        "__Host-hyd_refresh=refresh-2; Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax; Secure"
    );
}

#[tokio::test]
async fn a_refused_renewal_signs_out() {
    let mut browser = with_expired_access();
    browser.api.refuses("POST /api/auth/refresh", 401, json!({}));
    let answer = browser.get("/").await;
    answer.has("href=\"/sign-in\"");
    assert!(!browser.cookies.contains_key("hyd_refresh"));
    let answer = browser.get("/dashboard/saved").await;
    assert_eq!(answer.to(), "/sign-in?next=%2Fdashboard%2Fsaved");
}

#[tokio::test]
async fn a_renewal_that_gets_no_answer_can_be_tried_again() {
    let mut browser = with_expired_access();
    browser.api.refuses("POST /api/auth/refresh", 503, json!({}));
    assert_eq!(browser.get("/").await.status, StatusCode::OK);
    assert_eq!(browser.cookies["hyd_refresh"], "refresh-1");
}

#[tokio::test]
async fn a_revoked_access_token_is_renewed_by_reading_the_page_again() {
    let mut browser = Browser::signed_in();
    browser.api.refuses("GET /api/properties/favorites/changes", 401, json!({}));
    let first = browser.get("/dashboard/saved?page=2").await;
    assert_eq!((first.status, first.to()), (StatusCode::SEE_OTHER, "/dashboard/saved?page=2"));
    assert!(!browser.cookies.contains_key("hyd_access"));
    browser.api.says("POST /api/auth/refresh", tokens("access-2", "refresh-2"));
    browser.api.says("GET /api/properties/favorites/changes", page_of(&[]));
    assert_eq!(browser.get(first.to()).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_sign_in_that_never_works_ends_on_the_sign_in_page() {
    let mut browser = Browser::signed_in();
    browser.api.refuses("GET /api/properties/favorites/changes", 401, json!({}));
    browser.api.says("POST /api/auth/refresh", tokens("access-2", "refresh-2"));
    let mut answer = browser.get("/dashboard/saved").await;
    let mut hops = 0;
    while answer.status == StatusCode::SEE_OTHER {
        hops += 1;
        assert!(hops < 6, "still going to {}", answer.to());
        answer = browser.get(answer.to()).await;
    }
    answer.has("<h1>Sign in</h1>").has("name=\"next\" value=\"/dashboard/saved\"");
}

#[tokio::test]
async fn signing_in_leads_to_the_dashboard_or_where_one_was() {
    for (next, to) in [
        ("", "/dashboard"),
        ("/homes/h1?a=b", "/homes/h1?a=b"),
        ("//evil.example", "/dashboard"),
        ("/\\evil.example", "/dashboard"),
        ("https://evil.example", "/dashboard"),
    ] {
        let mut browser = Browser::new();
        browser.api.says("POST /api/auth/login", tokens("access-1", "refresh-1"));
        let fields = [("emailOrUsername", "asha "), ("password", " s p "), ("next", next)];
        let answer = browser.post("/sign-in", &fields).await;
        assert_eq!((answer.status, answer.to()), (StatusCode::SEE_OTHER, to));
        assert_eq!(browser.cookies["hyd_access"], "access-1");
        assert_eq!(browser.cookies["hyd_flash"], "signed-in");
        let sent = browser.api.last("POST /api/auth/login").body;
        assert_eq!(sent, json!({"emailOrUsername": "asha", "password": " s p "}));
    }
}

#[tokio::test]
async fn a_wrong_password_keeps_the_name_and_never_the_password() {
    let mut browser = Browser::new();
    browser.api.refuses("POST /api/auth/login", 401, json!({}));
    let fields = [("emailOrUsername", "asha"), ("password", "tiger-secret"), ("next", "/account")];
    let answer = browser.post("/sign-in", &fields).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    answer.has("<title>Error: Sign in").has("Refused as told").has("value=\"asha\"");
    answer.has("name=\"next\" value=\"/account\"").lacks("tiger-secret");
}

#[tokio::test]
async fn somebody_signed_in_is_not_asked_again() {
    let mut browser = Browser::signed_in();
    assert_eq!(browser.get("/sign-in?next=/homes").await.to(), "/homes");
    assert_eq!(browser.get("/register").await.to(), "/dashboard");
}

#[tokio::test]
async fn signing_out_ends_the_session_and_forgets_it() {
    let mut browser = Browser::signed_in();
    browser.api.done("POST /api/auth/logout");
    let answer = browser.post("/sign-out", &[]).await;
    assert_eq!(answer.to(), "/");
    assert_eq!(browser.api.last("POST /api/auth/logout").body, json!({"refreshToken": "refresh-1"}));
    assert!(!browser.cookies.contains_key("hyd_access") && !browser.cookies.contains_key("hyd_refresh"));
}

#[tokio::test]
async fn signing_out_just_after_a_renewal_ends_the_new_session_and_keeps_no_cookie() {
    let mut browser = with_expired_access();
    browser.get("/verify-email").await;
    browser.cookies.insert("hyd_refresh".to_owned(), "refresh-1".to_owned());
    browser.api.says("POST /api/auth/refresh", tokens("access-2", "refresh-2"));
    browser.api.done("POST /api/auth/logout");
    browser.post("/sign-out", &[]).await;
    assert_eq!(browser.api.last("POST /api/auth/logout").body, json!({"refreshToken": "refresh-2"}));
    assert!(!browser.cookies.contains_key("hyd_access") && !browser.cookies.contains_key("hyd_refresh"));
}

#[tokio::test]
async fn a_message_is_shown_once() {
    let mut browser = Browser::signed_in();
    browser.api.says("GET /api/properties/h1", listing("h1", "Flat"));
    browser.api.done("POST /api/properties/h1/favorite");
    browser.post("/homes/h1/save", &[]).await;
    browser.open("/homes/h1").await.has("The home is saved to your list.");
    browser.open("/homes/h1").await.lacks("The home is saved to your list.");
    browser.cookies.insert("hyd_flash".to_owned(), "<b>mine</b>".to_owned());
    browser.open("/homes/h1").await.lacks("mine").lacks("role=\"status\"");
}

#[tokio::test]
async fn the_api_sees_the_person_s_machine() {
    let peer: SocketAddr = "203.0.113.7:4711".parse().unwrap();
    let browser = Browser::new();
    browser.api.says("GET /api/properties/recent", json!([]));
    let settings = web::Settings {
        addresses: vec!["https://homes.example".to_owned()],
        secure_cookies: false,
        city: "Hyderabad".to_owned(),
        mailbox: false,
        demo: false,
        providers: vec![],
        form_key: [7; 32],
    };
    let router =
        web::router(web::Api::new(browser.api.router()), settings).layer(Extension(ConnectInfo(peer)));
    let mut browser = Browser { router, host: "", ..browser };
    let headers = [
        ("user-agent", "Test/1"),
        ("x-correlation-id", "c-1"),
        ("traceparent", "00-1"),
        ("x-user-id", "admin"),
        ("authorization", "Bearer stolen"),
    ];
    let answer = browser.send(Method::GET, "/", &headers, String::new()).await;
    assert!(!answer.sets("hyd_csrf")[0].contains("Secure"));
    let seen = browser.api.last("GET /api/properties/recent?limit=6");
    assert_eq!(seen.peer, Some(peer));
    let kept = ["host", "user-agent", "x-correlation-id", "traceparent"].map(|name| seen.header(name));
    assert_eq!(kept, ["homes.example", "Test/1", "c-1", "00-1"]);
    assert_eq!((seen.header("x-user-id"), seen.header("authorization"), seen.header("cookie")), ("", "", ""));
}
