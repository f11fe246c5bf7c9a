//! A form is accepted only when a page of this site sent it.

use axum::http::StatusCode;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;

use crate::browser::{Answer, Browser};
use crate::stub::tokens;

const SAVE: &str = "/homes/h1/save";

async fn ready() -> (Browser, String) {
    let mut browser = Browser::signed_in();
    browser.api.done("POST /api/properties/h1/favorite");
    browser.get("/verify-email").await;
    let token = browser.cookies["hyd_csrf"].clone();
    (browser, token)
}

#[tokio::test]
async fn the_own_form_is_acted_on() {
    let (mut browser, token) = ready().await;
    let headers = [("sec-fetch-site", "same-origin"), ("origin", "https://homes.example")];
    let answer = browser.post_exactly(SAVE, &headers, &[("_csrf", &token)]).await;
    assert_eq!((answer.status, answer.to()), (StatusCode::SEE_OTHER, "/homes/h1"));
    assert_eq!(browser.api.lines(), ["POST /api/properties/h1/favorite"]);
}

#[tokio::test]
async fn a_forged_form_reaches_nothing_and_says_so() {
    let other = "A".repeat(64);
    for (headers, field) in [
        (&[][..], None),
        (&[], Some(other.as_str())),
        (&[("sec-fetch-site", "cross-site")], Some("ours")),
        (&[("sec-fetch-site", "same-site")], Some("ours")),
        (&[("origin", "https://evil.example")], Some("ours")),
        (&[("origin", "null")], Some("ours")),
    ] {
        let (mut browser, token) = ready().await;
        let field = field.map(|field| ("_csrf", if field == "ours" { &token } else { field }));
        let answer = browser.post_exactly(SAVE, headers, field.as_slice()).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{headers:?} {field:?}");
        answer.has("This form could not be accepted").has("href=\"/\"");
        assert!(browser.api.seen().is_empty());
    }
}

/// An access token of a session, with the parts that pages read.
fn access(session: &str) -> String {
    format!("head.{}.signature", URL_SAFE_NO_PAD.encode(json!({"sid": session}).to_string()))
}

#[tokio::test]
async fn a_token_of_another_session_is_none_of_this_one() {
    let mut browser = Browser::signed_in();
    browser.api.done("POST /api/properties/h1/favorite");
    browser.cookies.insert("hyd_access".to_owned(), access("theirs"));
    browser.get("/verify-email").await;
    let planted = browser.cookies["hyd_csrf"].clone();
    // Another host of the domain planted its own token, as cookie and field, in somebody else's browser.
    browser.cookies.insert("hyd_access".to_owned(), access("mine"));
    let answer = browser.post_exactly(SAVE, &[], &[("_csrf", &planted)]).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert!(browser.api.seen().is_empty());
    let own = browser.cookies["hyd_csrf"].clone();
    assert_ne!(own, planted, "the person gets a token of their own");
    assert_eq!(browser.post_exactly(SAVE, &[], &[("_csrf", &own)]).await.status, StatusCode::SEE_OTHER);
    // The token stays valid when the same session is renewed, but not across a new sign-in.
    browser.cookies.remove("hyd_access");
    browser.api.says("POST /api/auth/refresh", tokens(&access("mine"), "refresh-2"));
    assert_eq!(browser.post_exactly(SAVE, &[], &[("_csrf", &own)]).await.status, StatusCode::SEE_OTHER);
}

/// The field of a page's first form.
fn field(page: &Answer) -> String {
    let after = page.html.split_once("name=\"_csrf\" value=\"").unwrap().1;
    after.split_once('"').unwrap().0.to_owned()
}

#[tokio::test]
async fn no_two_pages_carry_the_same_text_of_a_token_and_each_is_accepted() {
    let mut browser = Browser::signed_in();
    browser.api.done("POST /api/properties/h1/favorite");
    let pages = [browser.get("/verify-email").await, browser.get("/verify-email").await];
    assert_ne!(field(&pages[0]), field(&pages[1]));
    for page in &pages {
        assert!(!page.html.contains(&browser.cookies["hyd_csrf"]), "a page must not repeat the cookie");
        let sent = browser.post_exactly(SAVE, &[], &[("_csrf", &field(page))]).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER);
    }
}

#[tokio::test]
async fn without_the_cookie_the_field_alone_is_nothing() {
    let (mut browser, token) = ready().await;
    browser.cookies.remove("hyd_csrf");
    let answer = browser.post_exactly(SAVE, &[], &[("_csrf", &token)]).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    answer.has("Allow cookies for this site");
    assert!(browser.api.seen().is_empty());
}

#[tokio::test]
async fn the_way_back_is_the_page_of_the_form() {
    let (mut browser, _) = ready().await;
    let answer = browser.post_exactly(SAVE, &[("referer", "https://homes.example/homes/h1")], &[]).await;
    answer.has("href=\"/homes/h1\"");
    let answer = browser.post_exactly(SAVE, &[("referer", "https://evil.example/homes/h1")], &[]).await;
    answer.has("href=\"/\"").lacks("evil");
}

#[tokio::test]
async fn the_cookie_is_made_once_and_kept_from_scripts_and_other_sites() {
    let mut browser = Browser::new();
    let first = browser.get("/register").await;
    let line = first.sets("hyd_csrf")[0];
    for part in ["HttpOnly", "SameSite=Strict", "Path=/", "Secure"] {
        assert!(line.contains(part), "{line}");
    }
    assert!(browser.get("/register").await.sets("hyd_csrf").is_empty());
}

#[tokio::test]
async fn a_form_that_is_too_large_is_refused_before_it_is_read() {
    let (mut browser, token) = ready().await;
    let text = "x".repeat(70_000);
    let answer = browser.post_exactly("/post", &[], &[("_csrf", &token), ("description", &text)]).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(browser.api.seen().is_empty());
}
