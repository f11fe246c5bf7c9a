//! The pages for operators.

use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::stub::{Stub, page_of};

const LETTER: &str = "properties-service-group-7";
const DISCARD: &str = "POST /api/v1/admin/dead-letters/properties-service-group-7/discard";

fn group(name: &str, state: &str, lag: u64) -> Value {
    json!({"group": name, "state": state, "reason": (state != "RUNNING").then_some("an operator said so"),
        "rebuildable": true, "lag": lag, "lagMs": lag * 1000, "blockedKeys": 2, "parkedKeys": 1,
        "deadLetterMessages": 5, "lastConsumeTimestamp": "2026-11-20T18:30:00Z",
        "logs": [{"log": "facts", "oldestUnprocessed": (lag > 0).then_some("2026-11-20T18:29:00Z")}]})
}

fn event(kind: &str) -> Value {
    json!({"eventId": "e1", "eventType": kind, "aggregateType": "property", "aggregateId": "h1", "version": 2,
        "log": "facts", "position": 41, "timestamp": "2026-11-20T18:30:00Z", "userId": "u1",
        "eventData": {"price": "<a lot>"}, "metadata": {"correlationId": "request-1"}})
}

fn letter() -> Value {
    json!({"id": LETTER, "group": "properties-service-group", "key": "hyderabad/property/h1", "state": "PARKED",
        "error": "no price: <a lot>", "position": "facts:1:41", "tries": 5, "since": "2026-11-20T18:30:00Z",
        "waiting": 2, "event": event("PROPERTY_UPDATED"), "causedBy": [event("PROPERTY_CREATED")],
        "sameRequest": [event("AUDITED")],
        "waitingEvents": [{"eventId": "e1", "position": "facts:1:41"}, {"eventId": "e2", "position": "facts:1:44"}]})
}

fn report() -> Value {
    let given = |count: u64| json!({"count": count, "suppressed": false});
    let few = json!({"people": null, "count": null, "suppressed": true});
    json!({"timeZone": "Asia/Kolkata", "from": "2026-11-20", "to": "2026-11-21", "fewestPeople": 5,
        "events": [{"eventType": "PROPERTY_VIEWED", "events": 1234, "suppressed": true,
            "hours": [{"day": "2026-11-20", "hour": 9, "events": 1200}, {"day": "2026-11-21", "hour": 9, "events": 34}]}],
        "activePeople": {"total": {"people": 17, "suppressed": false}, "days": [
            {"day": "2026-11-20", "people": 17, "suppressed": false},
            {"day": "2026-11-21", "people": null, "suppressed": true}]},
        "funnels": {"homes": [{"step": "SEARCH", "people": 9, "suppressed": false}],
            "products": [{"step": "PURCHASE", "people": null, "suppressed": true}]},
        "localities": [{"name": "kondapur", "views": given(42), "searches": few, "leads": given(0)}],
        "categories": [], "nothingFound": [{"search": "<castle>", "people": 6, "searches": 8}],
        "sinceStart": {"groups": [], "operations": [{"method": "GET", "path": "/api/properties", "kind": "QUERY",
            "requests": 3, "averageMs": 1.0, "p50Ms": 1.0, "p95Ms": 2.25, "p99Ms": 9.0, "histogram": []}]}})
}

/// Sets the stub's answers for an admin.
pub fn says(api: &Stub) {
    api.says("GET /api/v1/admin/analytics", report());
    let groups = [
        group("calm", "RUNNING", 0),
        group("busy", "RUNNING", 3),
        group("waits", "PAUSED", 9),
        group("ended", "STOPPED", 1),
    ];
    api.says("GET /api/v1/admin/stats/consumers", json!({"groups": groups}));
    api.says("GET /api/v1/admin/dead-letters", page_of(&[letter()]));
    api.says(&format!("GET /api/v1/admin/dead-letters/{LETTER}"), letter());
    let begun = json!({"aggregateType": "job", "aggregateId": "j1", "eventType": "REPLAY_STARTED"});
    api.says("GET /api/v1/admin/events", json!({"content": [begun]}));
    api.says(
        "GET /api/jobs/j1",
        json!({"jobId": "j1", "status": "RUNNING", "subject": "calm",
        "startedAt": "2026-11-20T18:30:00Z", "progress": {"done": 500, "total": 2000, "percent": 25.0,
        "ratePerSecond": 50.0, "secondsLeft": 30.0}}),
    );
}

pub fn admin() -> Browser {
    let mut browser = Browser::signed_in();
    let claims = URL_SAFE_NO_PAD.encode(json!({"role": "ADMIN"}).to_string());
    browser.cookies.insert("hyd_access".to_owned(), format!("head.{claims}.signature"));
    says(&browser.api);
    browser
}

#[tokio::test]
async fn each_standing_is_told_in_words_with_the_buttons_that_fit_it() {
    let answer = admin().get("/admin/events").await;
    assert_eq!(answer.status, StatusCode::OK);
    for words in [
        "Caught up",
        "Behind",
        "Paused",
        "Stopped",
        "an operator said so",
        "of these parked: 1",
        "3 seconds",
        "None",
        "<time datetime=\"2026-11-20T18:29:00Z\">",
    ] {
        answer.has(words);
    }
    for (group, pause, resume, rebuild) in [
        ("calm", true, false, true),
        ("busy", true, false, true),
        ("waits", false, true, true),
        ("ended", false, false, false),
    ] {
        for (word, there) in [("pause", pause), ("resume", resume), ("rebuild", rebuild)] {
            let button = format!("action=\"/admin/groups/{group}/{word}\"");
            assert_eq!(answer.html.contains(&button), there, "{button}");
        }
    }
    answer
        .has("no price: &#60;a lot&#62;")
        .has("properties-service-group; events that wait: 2")
        .has("/admin/letters/properties-");
    answer.has("href=\"/admin/jobs/j1\"").has("25 %");
}

#[tokio::test]
async fn numbers_are_told_in_words_beside_their_bars() {
    let mut browser = admin();
    let answer = browser.get("/admin/analytics").await;
    assert_eq!(answer.status, StatusCode::OK);
    for words in [
        "Friday, 20 November 2026 to Saturday, 21 November 2026, in the time zone Asia/Kolkata",
        "who did anything: 17.",
        "fewer than 5 people",
        "max=\"17\" value=\"0\"></meter> too few to tell",
        "<th scope=\"row\">09:00</th><td><meter aria-hidden=\"true\" min=\"0\" max=\"1234\" value=\"1234\"></meter> 1,234<",
        "<th scope=\"row\">Searched</th>",
        "max=\"42\" value=\"42\"></meter> views: 42, searches: too few to tell, enquiries: 0<",
        "Nothing to tell.",
        "&#60;castle&#62;",
        "people: 6, searches: 8",
        "1,234, and some in hours with too few people",
        "half within 1.0 ms",
        "aria-current=\"page\">Numbers</a>",
    ] {
        answer.has(words);
    }
    browser.get("/admin/analytics?from=2026-11-20&to=2026-11-21").await;
    let asked = "GET /api/v1/admin/analytics?from=2026-11-20&to=2026-11-21".to_owned();
    assert!(browser.api.lines().contains(&asked), "{:?}", browser.api.lines());
}

#[tokio::test]
async fn only_admins_see_the_way_and_the_api_decides() {
    admin().get("/verify-email").await.has("href=\"/admin/events\"").has("href=\"/admin/analytics\"");
    let mut member = Browser::signed_in();
    member.get("/verify-email").await.lacks("/admin/");
    member.api.refuses("GET /api/v1/admin/analytics", 403, json!({}));
    for path in ["/admin/analytics", "/admin/analytics?from=2026-11-20"] {
        assert_eq!(member.get(path).await.status, StatusCode::FORBIDDEN, "{path}");
    }
    member.api.refuses("GET /api/v1/admin/stats/consumers", 403, json!({}));
    let answer = member.get("/admin/events").await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    answer.has("Not allowed");
    for path in [
        "/admin/analytics",
        "/admin/events",
        "/admin/letters/a-1",
        "/admin/letters/a-1/discard",
        "/admin/jobs/j1",
    ] {
        let answer = Browser::new().get(path).await;
        assert!(answer.to().starts_with("/sign-in?next=%2Fadmin%2F"), "{path}: {}", answer.to());
    }
}

#[tokio::test]
async fn a_button_tells_what_came_of_it() {
    let mut browser = admin();
    browser.api.says("POST /api/v1/admin/consumers/calm/pause", json!({}));
    assert_eq!(browser.post("/admin/groups/calm/pause", &[]).await.to(), "/admin/events");
    browser.get("/admin/events").await.has("role=\"status\">The group is paused.");
    browser.api.refuses("POST /api/v1/admin/consumers/ended/resume", 409, json!({}));
    browser.post("/admin/groups/ended/resume", &[]).await;
    browser.get("/admin/events").await.has("role=\"alert\">That cannot be done as things are now.");
    browser.api.says("POST /api/v1/admin/consumers/calm/rebuild", json!({"jobId": "j1"}));
    assert_eq!(browser.post("/admin/groups/calm/rebuild", &[]).await.to(), "/admin/jobs/j1");
    browser.get("/admin/jobs/j1").await.has("Rebuild of calm").has("value=\"25\"").has("500 of 2000");
    let forged = browser.post_exactly("/admin/groups/calm/pause", &[], &[]).await;
    assert_eq!(forged.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_letter_tells_how_it_came_about_and_what_waits() {
    let answer = admin().get(&format!("/admin/letters/{LETTER}")).await;
    for part in [
        "PROPERTY_UPDATED",
        "PROPERTY_CREATED",
        "AUDITED",
        "request-1",
        "facts:1:44",
        "after 5 tries",
        "no price: &#60;a lot&#62;",
    ] {
        answer.has(part);
    }
    answer.lacks("<a lot>");
}

#[tokio::test]
async fn another_try_says_whether_it_worked() {
    let mut browser = admin();
    let redrive = format!("/admin/letters/{LETTER}/redrive");
    let api = format!("POST /api/v1/admin/dead-letters/{LETTER}/redrive");
    browser.api.refuses(&api, 409, json!({}));
    assert_eq!(browser.post(&redrive, &[]).await.to(), format!("/admin/letters/{LETTER}"));
    browser.get(&format!("/admin/letters/{LETTER}")).await.has("role=\"alert\">The event still fails.");
    browser.api.says(&api, json!({"applied": 2}));
    assert_eq!(browser.post(&redrive, &[]).await.to(), "/admin/events");
}

#[tokio::test]
async fn giving_up_asks_first_and_needs_a_reason() {
    let mut browser = admin();
    let path = format!("/admin/letters/{LETTER}/discard");
    let answer = browser.get(&path).await;
    answer.has("This cannot be taken back").has("name=\"position\" value=\"facts:1:41\"");
    browser.api.refuses(DISCARD, 400, json!({"reason": "is required"}));
    let answer = browser.post(&path, &[("position", "facts:1:41"), ("reason", "")]).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    answer.has("<a href=\"#reason\">Reason: is required</a>").has("<title>Error: ");
    browser.api.done(DISCARD);
    let fields = [("position", "facts:1:41"), ("reason", "A broken client wrote it")];
    assert_eq!(browser.post(&path, &fields).await.to(), "/admin/events");
    let sent = browser.api.last(DISCARD);
    assert_eq!(sent.body, json!({"reason": "A broken client wrote it"}));
    assert_eq!(sent.header("idempotency-key"), "discard facts:1:41");
    browser.get("/admin/events").await.has("It is given up for good.");
}

#[tokio::test]
async fn a_message_that_did_not_arrive_is_not_called_an_event() {
    let mut browser = admin();
    let message = json!({"id": "delivery-7", "group": "notifications-service-group", "key": "hyderabad/u1",
        "state": "FAILED", "error": "no line", "position": "41", "channel": "mailbox", "template": "verify-email",
        "waiting": 0, "event": event("USER_REGISTERED")});
    let api = "/api/v1/admin/dead-letters/delivery-7";
    browser.api.says(&format!("GET {api}"), message);
    let answer = browser.get("/admin/letters/delivery-7").await;
    answer.has("verify-email by mailbox").has("The event that asked for it").has("Deliver it again");
    answer.lacks("What waits").lacks("Events that wait");
    let answer = browser.get("/admin/letters/delivery-7/discard").await;
    answer.has("Give a message up for good").has("is not tried again").lacks("never applied");
    browser.api.says(&format!("POST {api}/redrive"), json!({"applied": 0}));
    browser.post("/admin/letters/delivery-7/redrive", &[]).await;
    browser.get("/admin/events").await.has("It is delivered again");
}

#[tokio::test]
async fn a_letter_that_somebody_else_settled_is_no_mistyped_address() {
    let mut browser = admin();
    let path = "/admin/letters/delivery-8";
    let api = "/api/v1/admin/dead-letters/delivery-8";
    browser.api.refuses(&format!("GET {api}"), 404, json!({}));
    browser.api.refuses(&format!("POST {api}/discard"), 404, json!({}));
    for opened in [path, &format!("{path}/discard")] {
        assert_eq!(browser.get(opened).await.to(), "/admin/events", "{opened}");
        browser.get("/admin/events").await.has("not among the dead letters any more");
    }
    for (pressed, fields) in
        [("redrive", &[][..]), ("discard", &[("position", "41"), ("reason", "too late")])]
    {
        assert_eq!(
            browser.post(&format!("{path}/{pressed}"), fields).await.to(),
            "/admin/events",
            "{pressed}"
        );
        browser.get("/admin/events").await.has("Nothing was done");
    }
}
