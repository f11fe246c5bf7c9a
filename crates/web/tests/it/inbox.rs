//! What a person was told.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::stub::{Stub, page_of};

const HOSTILE: &str = "<b title=x>Lake & view</b>";
const ESCAPED: &str = "&#60;b title=x&#62;Lake &#38; view&#60;/b&#62;";

fn inbox(entries: &[Value], unread: u64) -> Value {
    let mut inbox = page_of(entries);
    inbox["unreadCount"] = unread.into();
    inbox
}

fn entries() -> [Value; 4] {
    let entry = |id: &str, kind: &str, read: bool, subject: &str, link: Value| {
        json!({"id": id, "template": kind, "channel": "IN_APP", "createdAt": "2026-11-20T18:30:00Z", "read": read,
            "readAt": null, "subject": subject, "message": format!("somebody asks about {HOSTILE}.\n\nCall me"),
            "link": link})
    };
    [
        entry("n1", "LEAD", false, HOSTILE, json!("https://homes.example/homes/h1")),
        entry("n2", "GENERAL", true, "Read before", Value::Null),
        entry("n3", "SOMETHING_NEW", true, "Elsewhere", json!("javascript:alert(1)")),
        entry("n4", "PROPERTY_ALERT", true, "2 homes for you", Value::Null),
    ]
}

pub fn says(api: &Stub) {
    let mut found = inbox(&entries(), 1);
    (found["totalElements"], found["totalPages"]) = (json!(1234), json!(62));
    api.says("GET /api/notifications/me", found);
}

fn signed_in() -> Browser {
    let browser = Browser::signed_in();
    says(&browser.api);
    browser
}

#[tokio::test]
async fn what_is_unread_says_so_and_leads_to_what_it_is_about() {
    let mut browser = signed_in();
    let answer = browser.get("/inbox").await;
    browser.api.last("GET /api/notifications/me?page=0&size=20");
    answer
        .has("1,234 messages, the newest first.")
        .has("<strong>1 is unread.</strong>")
        .has(&format!("<span class=\"badge warn\">New</span> <a href=\"/homes/h1\">{ESCAPED}</a>"))
        .has("<h2>Read before</h2>")
        .has("<h2>Elsewhere</h2>")
        .has("<a href=\"/dashboard/searches\">2 homes for you</a>")
        .has("Enquiry, <time datetime=\"2026-11-20T18:30:00Z\">21 November 2026, 12:00 am</time>")
        .has(&format!("<p>Somebody asks about {ESCAPED}.</p>"))
        .has("<p>Call me</p>")
        .has("Something new, <time")
        .has("action=\"/inbox/n1/read\"")
        .has("action=\"/inbox/n2/delete\"")
        .lacks("action=\"/inbox/n2/read\"")
        .lacks("<b title")
        .lacks("javascript:");
    assert_eq!(answer.headers["cache-control"], "no-store");
}

#[tokio::test]
async fn one_is_marked_as_read_and_deleted_where_the_reader_was() {
    let mut browser = signed_in();
    let next = "/inbox?page=2";
    let answer = browser.get(next).await;
    browser.api.last("GET /api/notifications/me?page=1&size=20");
    answer.has("name=\"next\" value=\"/inbox?page=2\"").has("Page 2 of 62").has("href=\"/inbox?page=3\"");
    browser.api.says("PUT /api/notifications/n1/read", json!({"id": "n1", "read": true}));
    assert_eq!(browser.post("/inbox/n1/read", &[("next", next)]).await.to(), next);
    browser.get(next).await.has("Marked as read.");
    browser.api.done("DELETE /api/notifications/n1");
    assert_eq!(browser.post("/inbox/n1/delete", &[("next", next)]).await.to(), next);
    browser.get(next).await.has("The message is deleted.");
    browser.api.refuses("DELETE /api/notifications/n1", 404, json!({}));
    let away = browser.post("/inbox/n1/delete", &[("next", "//evil.example")]).await;
    assert_eq!(away.to(), "/inbox");
    browser.get("/inbox").await.has("That message was deleted before.");
}

#[tokio::test]
async fn an_empty_inbox_says_what_will_come() {
    let mut browser = Browser::signed_in();
    browser.api.says("GET /api/notifications/me", inbox(&[], 0));
    browser.get("/inbox").await.has("Nothing yet.").lacks("unread.");
    browser.api.says("GET /api/notifications/me", inbox(&entries()[1..], 0));
    browser.get("/inbox").await.has("3 messages").has("You have read all of them.");
    browser.get("/inbox?page=77").await.has("There is no page 77");
}

#[tokio::test]
async fn the_dashboard_counts_what_is_unread_and_is_shown_without_the_count() {
    let mut browser = signed_in();
    crate::dashboard::says(&browser.api);
    let count = "<strong>1<span class=\"unseen\"> unread</span></strong>";
    browser.get("/dashboard").await.has(count);
    browser.api.last("GET /api/notifications/me?page=0&size=1");
    browser.api.refuses("GET /api/notifications/me", 503, json!({}));
    let answer = browser.get("/dashboard").await;
    assert_eq!(answer.status, StatusCode::OK);
    answer.has("<a href=\"/inbox\">").lacks("unread</span>");
}

#[tokio::test]
async fn an_inbox_is_for_whoever_is_signed_in() {
    let mut stranger = Browser::new();
    assert_eq!(stranger.get("/inbox").await.to(), "/sign-in?next=%2Finbox");
    for path in ["/inbox/n1/read", "/inbox/n1/delete"] {
        assert!(stranger.post(path, &[]).await.to().starts_with("/sign-in"), "{path}");
    }
    assert!(stranger.api.seen().is_empty());
}
