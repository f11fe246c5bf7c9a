//! The dashboard of a person's activity.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::stub::{listing, page_of};

fn activity(kind: &str, text: &str, timestamp: &str, home: Option<&str>) -> Value {
    json!({"activityId": "a", "eventId": "e", "activityType": kind, "description": text,
        "timestamp": timestamp, "activityData": {}, "relatedEntityId": home,
        "relatedEntityType": home.map(|_| "PROPERTY"), "sessionId": null, "count": 2})
}

fn history() -> Value {
    json!({"userId": "u1", "totalActivities": 45, "currentPage": 0, "totalPages": 3,
        "activities": [
            activity("PROPERTY_VIEWED", "You viewed <i>Flat</i>", "2026-11-20T19:00:00Z", Some("h1")),
            activity("USER_LOGIN", "You signed in", "2026-11-20T18:00:00Z", None),
        ],
        "summary": {"activityCounts": {"PROPERTY_VIEWED": 9, "USER_LOGIN": 2},
            "totalActivitiesLast30Days": 11, "mostActiveDay": "2026-11-21",
            "lastActivityTimestamp": "2026-11-20T19:00:00Z"}})
}

fn signed_in() -> Browser {
    let browser = Browser::signed_in();
    browser.api.says("GET /api/user-history/me", history());
    browser.api.says("GET /api/properties/my-properties", page_of(&[listing("h1", "My flat")]));
    browser.api.says("GET /api/properties/favorites", page_of(&[listing("h2", "Dream flat")]));
    browser
}

#[tokio::test]
async fn who_waits_for_the_first_message_finds_it_and_asks_again() {
    let mut browser = signed_in();
    let person = json!({"id": "u1", "email": "asha@example.com", "emailVerified": false});
    browser.api.says("GET /api/users/profile", person);
    browser.api.says(
        "GET /api/mailbox",
        json!([{"name": "1.eml", "subject": "Welcome",
        "body": "Open https://homes.example/verify-email?userId=u1&code=c1"}]),
    );
    let answer = browser.get("/dashboard").await;
    answer.has("Confirm your e-mail address").has("sent to asha@example.com").has("href=\"/dev/mailbox\"");
    let answer = browser.get("/dev/mailbox").await;
    answer.has("The messages to you").has("/verify-email?userId=u1&#38;code=c1").has("/verify-email/resend");
    browser.api.done("POST /api/auth/verify-email/resend");
    assert_eq!(browser.post("/verify-email/resend", &[]).await.to(), "/account");
    browser.api.says("GET /api/users/profile", json!({"id": "u1", "emailVerified": true}));
    browser.get("/dashboard").await.lacks("Confirm your e-mail address");
}

#[tokio::test]
async fn the_days_are_those_of_india_and_homes_are_linked() {
    let answer = signed_in().get("/dashboard").await;
    let today = answer.html.find("<h3>Saturday, 21 November 2026</h3>").unwrap();
    let before = answer.html.find("<h3>Friday, 20 November 2026</h3>").unwrap();
    assert!(today < before);
    answer.has("<a href=\"/homes/h1\">You viewed &#60;i&#62;Flat&#60;/i&#62;</a>");
    answer.has("<time datetime=\"2026-11-20T19:00:00Z\">12:30 am</time>");
    answer.has("My flat").has("Dream flat");
}

#[tokio::test]
async fn the_month_is_summed_up_in_bars_and_numbers() {
    let answer = signed_in().get("/dashboard").await;
    answer.has("11 things done").has("Busiest day: Saturday, 21 November 2026");
    answer.has("<meter aria-hidden=\"true\" min=\"0\" max=\"9\" value=\"2\"></meter> 2");
}

#[tokio::test]
async fn the_timeline_is_filtered_and_paged_by_address() {
    let mut browser = signed_in();
    browser.get("/dashboard").await.has("href=\"/dashboard?page=2\"").has("Page 1 of 3");
    browser.api.says("GET /api/user-history/me/activities/USER_LOGIN", history());
    let answer = browser.get("/dashboard?type=USER_LOGIN&page=2").await;
    answer
        .has("href=\"/dashboard?type=USER_LOGIN&#38;page=3\"")
        .has("<option value=\"USER_LOGIN\" selected>");
    browser.api.last("GET /api/user-history/me/activities/USER_LOGIN?page=1&size=20");
    browser.get("/dashboard?type=../../users").await;
    browser.api.last("GET /api/user-history/me?page=0&size=20");
}

#[tokio::test]
async fn the_timeline_is_shown_when_a_list_below_it_is_not_to_be_had() {
    let mut browser = signed_in();
    browser.api.refuses("GET /api/properties/favorites", 503, json!({}));
    let answer = browser.get("/dashboard").await;
    assert_eq!(answer.status, StatusCode::OK);
    answer.has("You signed in").has("Your saved homes cannot be shown just now.");
}

#[tokio::test]
async fn what_is_not_up_to_date_says_so() {
    let mut browser = signed_in();
    browser.get("/dashboard").await.lacks("still catching up");
    let body = json!({"success": true, "data": history()});
    browser.api.answers("GET /api/user-history/me", StatusCode::OK, &[("x-stale", "1")], body);
    browser.get("/dashboard").await.has("still catching up");
}

#[tokio::test]
async fn it_needs_a_sign_in_and_stays_out_of_every_cache() {
    assert_eq!(Browser::new().get("/dashboard").await.to(), "/sign-in?next=%2Fdashboard");
    assert_eq!(signed_in().get("/dashboard").await.headers["cache-control"], "no-store");
}
