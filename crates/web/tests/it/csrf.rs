//! A form is acted on only when our own page sent it.

use axum::http::StatusCode;

use crate::browser::Browser;

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
    let other = "A".repeat(43);
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
    first.has(&format!("name=\"_csrf\" value=\"{}\"", browser.cookies["hyd_csrf"]));
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
