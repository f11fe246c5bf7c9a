//! The queue of moderators, and what they decide.

use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::pages::check;
use crate::stub::{Stub, listing, page_of};

fn entry(id: &str, status: &str, reports: &[Value]) -> Value {
    let mut home = listing(id, "Flat <b>");
    home["status"] = status.into();
    home["ownerId"] = "u2".into();
    home["description"] = "Call <script>me</script>".into();
    home["images"] = json!([{"id": "p1", "isPrimary": true}, {"id": "\" onerror=x"}]);
    json!({"property": home, "pendingReview": status == "PENDING_REVIEW", "since": "2026-11-20T18:30:00Z",
        "reportCount": reports.len(), "reports": reports})
}

/// A queue of a listing that waits and one that was reported.
pub fn says(api: &Stub) {
    let report = json!({"cause": "FRAUD", "details": "Asks for <i>money</i>", "reporterId": "u3",
        "reportedAt": "2026-11-20T18:30:00Z"});
    let waiting = entry("h1", "PENDING_REVIEW", &[]);
    api.says("GET /api/moderation/queue", page_of(&[waiting, entry("h2", "ACTIVE", &[report])]));
    crate::areas::says(api);
}

/// A browser signed in with this role.
pub fn staff(role: &str) -> Browser {
    let mut browser = Browser::signed_in();
    let claims = URL_SAFE_NO_PAD.encode(json!({"role": role, "sub": "u1"}).to_string());
    browser.cookies.insert("hyd_access".to_owned(), format!("head.{claims}.signature"));
    browser
}

fn moderator() -> Browser {
    let browser = staff("MODERATOR");
    says(&browser.api);
    browser
}

#[tokio::test]
async fn a_listing_stands_beside_what_there_is_to_judge_it_by() {
    let mut browser = moderator();
    let answer = browser.get("/moderation").await;
    check("/moderation", &answer.html);
    browser.api.last("GET /api/moderation/queue?page=0&size=5");
    for told in [
        "2 listings wait, or were reported.",
        "src=\"/api/files/p1?w=320\" alt=\"Photo 1 of 1\"",
        "Call &#60;script&#62;me",
        "₹6,552 per sq ft",
        "₹7,100 per sq ft",
        "8 % below the median of 5 listings of its kind in Kondapur.",
        "Asks for &#60;i&#62;money",
        "1 open report.",
        "<time datetime=\"2026-11-20T18:30:00Z\">",
        "href=\"#case-1\"",
        "href=\"#case-2\"",
        "action=\"/moderation/h1/approve\"",
        "action=\"/moderation/h1/reject\"",
        "action=\"/moderation/h2/verify\"",
        "action=\"/moderation/h2/feature\"",
        "name=\"version\" value=\"3\"",
    ] {
        answer.has(told);
    }
    answer.lacks("/moderation/h2/approve").lacks("/moderation/h1/verify").lacks("onerror=x");
    let areas = |line: &String| line.starts_with("GET /api/market/areas/");
    assert_eq!(browser.api.lines().into_iter().filter(areas).count(), 1, "an area is asked about once");
}

#[tokio::test]
async fn a_price_far_from_the_median_is_pointed_out_and_a_lone_one_is_not_compared() {
    let mut browser = moderator();
    let mut cheap = entry("h1", "ACTIVE", &[]);
    cheap["property"]["price"] = json!(2_000_000);
    let mut lone = entry("h2", "ACTIVE", &[]);
    lone["property"]["location"] = "Nowhere Known".into();
    browser.api.says("GET /api/moderation/queue", page_of(&[cheap, lone]));
    let answer = browser.get("/moderation").await;
    answer.has("Far from the median").has("There are too few listings of its kind in its area");
    browser.api.says("GET /api/moderation/queue", page_of(&[]));
    browser.get("/moderation").await.has("Nothing waits");
}

#[tokio::test]
async fn a_takedown_says_why_and_can_be_undone() {
    let mut browser = moderator();
    let reject = "POST /api/properties/h2/reject";
    browser.api.says(reject, json!({}));
    let fields =
        [("version", "3"), ("status", "ACTIVE"), ("because", "photos"), ("words", "The second is a hotel.")];
    let answer = browser.post("/moderation/h2/reject", &fields).await;
    assert_eq!(answer.to(), "/moderation?judged=h2");
    let sent = browser.api.last(reject);
    let reason = sent.body["reason"].as_str().unwrap();
    assert!(reason.starts_with("The photos do not show this home"), "{reason}");
    assert!(reason.ends_with("of it yourself. The second is a hotel."), "{reason}");
    assert_eq!(sent.header("if-match"), "\"3\"");
    let told = browser.get("/moderation?judged=h2").await;
    told.has("The listing is taken down.").has("Undo: put it back on the market");
    check("/moderation?judged=h2", &told.html);
    browser.get("/moderation?judged=h2").await.lacks("Undo:");
    browser.api.says("POST /api/properties/h2/approve", json!({}));
    assert_eq!(browser.post("/moderation/h2/approve", &[]).await.to(), "/moderation?judged=h2");
    browser.get("/moderation?judged=h2").await.has("It is on the market").lacks("Undo:");
}

#[tokio::test]
async fn what_was_not_on_the_market_is_not_put_there_by_undoing() {
    let mut browser = moderator();
    browser.api.says("POST /api/properties/h1/reject", json!({}));
    let rejected = [("status", "PENDING_REVIEW"), ("because", "facts")];
    assert_eq!(browser.post("/moderation/h1/reject", &rejected).await.to(), "/moderation?judged=h1");
    browser.get("/moderation?judged=h1").await.has("The listing is rejected.").lacks("Undo:");
    let sold = [("status", "SOLD"), ("because", "facts")];
    assert_eq!(browser.post("/moderation/h1/reject", &sold).await.to(), "/moderation");
}

#[tokio::test]
async fn marks_are_given_and_taken_away() {
    let mut browser = moderator();
    for (word, mark, told, undo) in [
        ("verify", "verified", "is marked as verified", "Undo: take the verified mark away"),
        ("feature", "featured", "The listing is featured.", "Undo: stop featuring it"),
    ] {
        let api = format!("POST /api/properties/h2/{word}");
        browser.api.says(&api, json!({}));
        browser.post(&format!("/moderation/h2/{word}"), &[(mark, "true")]).await;
        assert_eq!(browser.api.last(&api).body, json!({ mark: true }));
        let answer = browser.get("/moderation?judged=h2").await;
        answer.has(told).has(undo).has(&format!("name=\"{mark}\" value=\"false\""));
        browser.post(&format!("/moderation/h2/{word}"), &[(mark, "false")]).await;
        assert_eq!(browser.api.last(&api).body, json!({ mark: false }));
    }
}

#[tokio::test]
async fn a_reason_that_is_not_taken_is_asked_for_again_and_nothing_typed_is_lost() {
    let mut browser = moderator();
    browser.api.says("GET /api/properties/h2", entry("h2", "ACTIVE", &[])["property"].clone());
    browser.api.refuses("POST /api/properties/h2/reject", 400, json!({"reason": "is too long"}));
    let fields = [("status", "ACTIVE"), ("because", ""), ("words", "Long <words>")];
    let answer = browser.post("/moderation/h2/reject", &fields).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    answer.has("href=\"#reason\"").has("Long &#60;words&#62;").has("<title>Error: ");
    check("/moderation/h2", &answer.html);
    let begun = browser.get("/moderation/h2?because=price").await;
    begun.has("value=\"price\" selected").has("The price does not fit the home");
    check("/moderation/h2", &begun.html);
}

#[tokio::test]
async fn a_decision_about_something_else_than_was_seen_is_not_carried_out() {
    let mut browser = moderator();
    browser.api.refuses("POST /api/properties/h1/approve", 412, json!({}));
    assert_eq!(browser.post("/moderation/h1/approve", &[("version", "3")]).await.to(), "/moderation");
    browser.get("/moderation").await.has("role=\"alert\">The listing was changed after you opened it.");
    browser.api.refuses("POST /api/properties/h1/approve", 409, json!({}));
    browser.post("/moderation/h1/approve", &[("version", "no\r\nnumber")]).await;
    assert_eq!(browser.api.last("POST /api/properties/h1/approve").header("if-match"), "");
    browser.get("/moderation").await.has("That decision does not fit");
}

#[tokio::test]
async fn the_way_is_shown_to_moderators_and_the_pages_to_nobody_else() {
    moderator().get("/verify-email").await.has("href=\"/moderation\"").lacks("/admin/events");
    staff("ADMIN").get("/verify-email").await.has("href=\"/moderation\"").has("/admin/events");
    let mut member = staff("USER");
    member.get("/verify-email").await.lacks("/moderation");
    member.api.refuses("GET /api/moderation/queue", 403, json!({}));
    member.api.says("GET /api/properties/h1", listing("h1", "Flat"));
    for path in ["/moderation", "/moderation/h1"] {
        assert_eq!(member.get(path).await.status, StatusCode::FORBIDDEN, "{path}");
        assert!(Browser::new().get(path).await.to().starts_with("/sign-in?next=%2Fmoderation"), "{path}");
    }
}

#[tokio::test]
async fn nobody_is_offered_to_judge_their_own_listing() {
    let mut browser = moderator();
    let mut own = entry("h1", "PENDING_REVIEW", &[]);
    own["property"]["ownerId"] = "u1".into();
    browser.api.says("GET /api/moderation/queue", page_of(&[own]));
    browser.get("/moderation").await.has("This listing is your own.").lacks("action=\"/moderation/");
}
