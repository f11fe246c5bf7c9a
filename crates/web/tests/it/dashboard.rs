//! What a person finds when they come back: the dashboard and its lists.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::stub::{Stub, listing, page_of, tokens};

const HOSTILE: &str = "<b title=x>Lake & view</b>";
const ESCAPED: &str = "&#60;b title=x&#62;Lake &#38; view&#60;/b&#62;";

fn activity(kind: &str, text: &str, timestamp: &str, home: Option<&str>) -> Value {
    json!({"activityId": "a1", "eventId": "e", "activityType": kind, "description": text,
        "timestamp": timestamp, "activityData": {"title": HOSTILE}, "relatedEntityId": home,
        "relatedEntityType": home.map(|_| "PROPERTY"), "sessionId": null, "count": 2})
}

fn activities() -> Value {
    json!([
        activity("PROPERTY_VIEWED", "You viewed <i>Flat</i>", "2026-11-20T19:00:00Z", Some("h1")),
        activity("USER_LOGIN", "You signed in", "2026-11-20T18:00:00Z", None),
    ])
}

fn history() -> Value {
    json!({"userId": "u1", "totalActivities": 45, "currentPage": 0, "totalPages": 3, "activities": activities(),
        "summary": {"activityCounts": {"PROPERTY_VIEWED": 9, "USER_LOGIN": 2},
            "totalActivitiesLast30Days": 11, "mostActiveDay": "2026-11-21",
            "lastActivityTimestamp": "2026-11-20T19:00:00Z"}})
}

fn news() -> Value {
    let at = "2026-11-20T19:00:00Z";
    json!({"since": "2026-11-19T10:00:00Z",
        "savedHomes": {"count": 7, "entries": [
            {"propertyId": "h2", "title": HOSTILE, "at": at, "previousPrice": 9_500_000, "previousPriceText": "₹95 Lakh",
                "price": 9_000_000, "priceText": "₹90 Lakh"},
            {"propertyId": "h3", "title": null, "at": at, "availability": "WITHDRAWN"}]},
        "answers": {"count": 1, "entries": [
            {"leadId": "l1", "propertyId": "h2", "title": HOSTILE, "status": "CONTACTED", "at": at}]},
        "leads": {"count": 1, "entries": [
            {"leadId": "l2", "propertyId": "h1", "title": "My flat", "purpose": "VISIT", "at": at}]},
        "ownHomes": {"homes": 1, "views": 1234, "viewsFrom": "2026-11-19", "saves": 1}})
}

fn searches() -> Value {
    let search = |id: &str, name: &str, enabled: bool| {
        json!({"id": id, "userId": "u1", "name": name, "filters": {"location": "Kondapur", "bedrooms": ["2", "3"]},
            "channels": ["EMAIL"], "frequency": "DAILY", "enabled": enabled, "version": 1})
    };
    json!({"userId": "u1", "since": "2026-11-19T10:00:00Z", "searches": [
        {"search": search("s1", HOSTILE, true), "newHomes": 3, "homes": [listing("h4", "Brand new")]},
        {"search": search("s2", "Switched off", false), "newHomes": 0, "homes": []},
        {"search": search("s3", "Broken", true), "newHomes": null, "homes": []}]})
}

fn saved() -> Value {
    let home = |id: &str, standing: &str, property: Value| {
        json!({"propertyId": id, "savedAt": "2026-11-01T10:00:00Z", "savedPrice": 10_000_000,
            "savedPriceText": "₹1 Crore", "availability": standing, "property": property})
    };
    page_of(&[
        home("h2", "ON_THE_MARKET", listing("h2", "Dream flat")),
        home("h5", "SOLD", listing("h5", HOSTILE)),
        home("h3", "WITHDRAWN", Value::Null),
    ])
}

fn enquiries() -> Value {
    let lead = |status: &str| {
        json!({"id": "l1", "propertyId": "h2", "title": HOSTILE, "ownerId": "u2", "seekerId": "u1", "purpose": "VISIT",
            "status": status, "message": HOSTILE, "visitAt": "2026-12-01T10:00:00Z",
            "createdAt": "2026-11-19T10:00:00Z", "updatedAt": "2026-11-20T10:00:00Z", "version": 1})
    };
    page_of(&[lead("CONTACTED"), lead("NEW")])
}

/// Everything that the pages of this file ask for.
pub fn says(api: &Stub) {
    api.says("GET /api/user-history/me", history());
    api.says("GET /api/user-history/me/since", json!({"userId": "u1", "from": "2026-11-19T10:00:00Z"}));
    let days = json!([{"day": "2026-11-21", "activities": activities()}]);
    api.says(
        "GET /api/user-history/me/timeline",
        json!({"userId": "u1", "timeline": days, "next": "WzEsMl0"}),
    );
    api.says("GET /api/user-history/me/activities/PROPERTY_VIEWED", history());
    api.says("GET /api/properties/news", news());
    api.says("GET /api/search/matches/me", searches());
    api.says("GET /api/properties/favorites/changes", saved());
    api.says("GET /api/leads", enquiries());
    crate::inbox::says(api);
}

fn signed_in() -> Browser {
    let browser = Browser::signed_in();
    says(&browser.api);
    browser.api.says("GET /api/properties/my-properties", page_of(&[listing("h1", "My flat")]));
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
async fn what_is_new_comes_first_and_every_line_leads_to_all_of_it() {
    let mut browser = signed_in();
    let answer = browser.get("/dashboard").await;
    browser.api.last("GET /api/properties/news?since=2026-11-19T10%3A00%3A00Z");
    browser.api.last("GET /api/search/matches/me?since=2026-11-19T10%3A00%3A00Z");
    answer
        .has("<time datetime=\"2026-11-19T10:00:00Z\">19 November 2026, 3:30 pm</time>")
        .has(&format!("3 new homes for “{ESCAPED}”"))
        .has("href=\"/homes?bedrooms=2%2C3&#38;locality=Kondapur&#38;sort=newest\"")
        .has("<a href=\"/homes/h4\">Brand new, ₹95 Lakh</a>")
        .has("<a href=\"/dashboard/saved\">7 changes of your saved homes</a>")
        .has(&format!("<a href=\"/homes/h2\">{ESCAPED} costs less: ₹90 Lakh, was ₹95 Lakh</a>"))
        .has("A home you saved is off the market")
        .has("<a href=\"/dashboard/enquiries\">1 answer to what you asked</a>")
        .has("<a href=\"/dashboard/leads\">1 person asked about your homes</a>")
        .has("1,234 looks at your homes from Thursday, 19 November 2026 on")
        .has("1 person saved a home of yours");
    let what_is_new = answer.html.find("id=\"since\"").unwrap();
    assert!(what_is_new < answer.html.find("id=\"activity\"").unwrap());
    answer.has("data-stream=\"/dashboard/stream\"").lacks("<b title");
}

#[tokio::test]
async fn nothing_new_and_a_first_visit_say_so() {
    let mut browser = signed_in();
    let nothing = json!({"count": 0, "entries": []});
    let none = json!({"since": "2026-11-19T10:00:00Z", "savedHomes": nothing, "answers": nothing, "leads": nothing,
        "ownHomes": {"homes": 0, "views": 0, "viewsFrom": "2026-11-19", "saves": 0}});
    browser.api.says("GET /api/properties/news", none);
    browser.api.says("GET /api/search/matches/me", json!({"searches": []}));
    browser.get("/dashboard").await.has("Nothing is new since then.").has("You have saved no search yet.");
    browser.api.says("GET /api/user-history/me/since", json!({"userId": "u1", "from": null}));
    let asked = browser.api.lines().len();
    browser.get("/dashboard").await.has("When you come back, you find here what happened meanwhile");
    let asked = browser.api.lines().split_off(asked);
    assert!(asked.contains(&"GET /api/search/matches/me".to_owned()));
    assert!(
        !asked.iter().any(|line| line.contains("/news")),
        "nothing is new to who was never here: {asked:?}"
    );
}

#[tokio::test]
async fn the_first_page_after_signing_in_tells_what_happened_once() {
    let mut browser = signed_in();
    browser.cookies.clear();
    browser.api.says("POST /api/auth/login", tokens("access-1", "refresh-1"));
    let next = "/dashboard/viewed?page=1";
    let fields = [("emailOrUsername", "asha"), ("password", "long enough"), ("next", next)];
    assert_eq!(browser.post("/sign-in", &fields).await.to(), next);
    let answer = browser.get(next).await;
    answer
        .has("<hyd-since data-words-pause=")
        .has("<section class=\"popover panel\" aria-labelledby=\"popover-title\">")
        .has("href=\"/dashboard/viewed?page=1\" data-close>")
        .has("7 changes of your saved homes")
        .has("<a href=\"/homes/h1\">You viewed &#60;i&#62;Flat&#60;/i&#62;</a>")
        .lacks("You signed in</");
    assert_eq!(answer.headers["cache-control"], "no-store");
    browser.get(next).await.lacks("hyd-since");
}

#[tokio::test]
async fn signing_in_goes_on_when_what_happened_is_not_to_be_had() {
    let mut browser = signed_in();
    browser.api.refuses("GET /api/user-history/me/since", 503, json!({}));
    browser.cookies.insert("hyd_flash".to_owned(), "signed-in".to_owned());
    let answer = browser.get("/dashboard").await;
    assert_eq!(answer.status, StatusCode::OK);
    answer.has("You are signed in.").lacks("hyd-since").has("This cannot be shown just now.");
}

#[tokio::test]
async fn an_open_page_listens_with_its_session_and_takes_no_message_away() {
    let mut browser = signed_in();
    browser.cookies.remove("hyd_access");
    browser.cookies.insert("hyd_flash".to_owned(), "signed-in".to_owned());
    browser.api.says("POST /api/auth/refresh", tokens("access-2", "refresh-2"));
    browser.api.says("GET /api/realtime/stream", json!("one piece of a stream, without an end"));
    let headers = [("last-event-id", "WzEsMl0")];
    let answer = browser.send(Method::GET, "/dashboard/stream", &headers, String::new()).await;
    assert_eq!(
        (answer.status, &answer.headers["content-type"]),
        (StatusCode::OK, &"text/event-stream".parse().unwrap())
    );
    assert_eq!(answer.headers["cache-control"], "no-store");
    assert_eq!(answer.html, "", "only whole frames are passed on");
    assert_eq!(browser.api.lines(), ["POST /api/auth/refresh", "GET /api/realtime/stream?after=WzEsMl0"]);
    let seen = browser.api.last("GET /api/realtime/stream?after=WzEsMl0");
    assert_eq!((seen.header("authorization"), seen.header("cookie")), ("Bearer access-2", ""));
    let kept = [&browser.cookies["hyd_access"], &browser.cookies["hyd_flash"]];
    assert_eq!(kept, ["access-2", "signed-in"], "renewed, and the message is still to be shown");
    let to = Browser::new().get("/dashboard/stream").await.to().to_owned();
    assert_eq!(to, "/sign-in?next=%2Fdashboard%2Fstream");
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
    answer.has("You did 11 things here.").has("Busiest day: Saturday, 21 November 2026");
    answer.has("<meter aria-hidden=\"true\" min=\"0\" max=\"9\" value=\"2\"></meter> 2");
    answer.has("href=\"/dashboard/timeline?type=PROPERTY_VIEWED\"");
}

#[tokio::test]
async fn the_timeline_is_filtered_and_paged_by_address() {
    let mut browser = signed_in();
    let answer = browser.get("/dashboard/timeline").await;
    browser.api.last("GET /api/user-history/me/timeline?size=30");
    answer.has("href=\"/dashboard/timeline?cursor=WzEsMl0\"").has("<h2>Saturday, 21 November 2026</h2>");
    let answer =
        browser.get("/dashboard/timeline?type=USER_LOGIN&from=2026-11-01&to=2026-11-21&cursor=abc").await;
    let asked = "size=30&type=USER_LOGIN&from=2026-11-01&to=2026-11-21&cursor=abc";
    browser.api.last(&format!("GET /api/user-history/me/timeline?{asked}"));
    answer
        .has("href=\"/dashboard/timeline?type=USER_LOGIN&#38;from=2026-11-01&#38;to=2026-11-21&#38;cursor=WzEsMl0\"")
        .has("<option value=\"USER_LOGIN\" selected>")
        .has("type=\"date\" value=\"2026-11-01\"");
    let wrong = "type=../../users&from=%3Cb%3E&to=2026-11-21&cursor=%22%3E";
    let answer = browser.get(&format!("/dashboard/timeline?{wrong}")).await;
    browser.api.last("GET /api/user-history/me/timeline?size=30&to=2026-11-21");
    answer.has("“&#60;b&#62;” is no day").lacks("<b>");
    let answer = browser.get("/dashboard/timeline?from=2026-11-21&to=2026-11-20").await;
    browser.api.last("GET /api/user-history/me/timeline?size=30&from=2026-11-21");
    answer.has("The last day is before the first one");
}

#[tokio::test]
async fn an_entry_is_taken_out_of_sight() {
    let mut browser = signed_in();
    browser.get("/dashboard/timeline").await.has("name=\"activityId\" value=\"a1\"");
    browser.api.done("POST /api/user-history/me/hide");
    let next = "/dashboard/timeline?type=USER_LOGIN";
    let answer = browser.post("/dashboard/timeline/hide", &[("activityId", "a1"), ("next", next)]).await;
    assert_eq!(answer.to(), next);
    assert_eq!(browser.api.last("POST /api/user-history/me/hide").body, json!({"activityId": "a1"}));
    let both = [("activityId", "a1"), ("activityId", "a2"), ("next", next)];
    browser.post("/dashboard/timeline/hide", &both).await;
    assert_eq!(browser.api.last("POST /api/user-history/me/hide").body, json!({"activityId": "a2"}));
    let away = [("activityId", "a1"), ("next", "//evil.example")];
    assert_eq!(browser.post("/dashboard/timeline/hide", &away).await.to(), "/dashboard/timeline");
}

#[tokio::test]
async fn saved_homes_are_shown_then_and_now() {
    let mut browser = signed_in();
    let answer = browser.get("/dashboard/saved").await;
    browser.api.last("GET /api/properties/favorites/changes?page=0&size=12");
    answer
        .has("<a href=\"/homes/h2\">Dream flat</a>")
        .has("Costs less now")
        .has("₹1 Crore when you saved it")
        .has("<span class=\"badge warn\">Sold</span>")
        .has("Off the market")
        .has("action=\"/homes/h3/unsave\"")
        .has(ESCAPED)
        .lacks("<b title");
    browser.api.says("GET /api/properties/favorites/changes", page_of(&[]));
    browser.get("/dashboard/saved").await.has("You have saved no home yet.");
}

#[tokio::test]
async fn saved_searches_are_changed_switched_off_and_deleted() {
    let mut browser = signed_in();
    let answer = browser.get("/dashboard/searches").await;
    answer
        .has("3 new homes")
        .has("No new homes")
        .has("This search cannot be read any more.")
        .has("<option value=\"OFF\" selected>Never: switched off</option>")
        .has("<option value=\"DAILY\" selected>Every morning</option>")
        .has("name=\"often\" value=\"OFF\"><button class=\"second\">Switch off")
        .has("name=\"often\" value=\"ON\"><button class=\"second\">Switch on")
        .lacks("<b title");
    browser.api.says("PUT /api/search/saved/s1", json!({"id": "s1"}));
    for (often, body) in [
        ("OFF", json!({"enabled": false})),
        ("WEEKLY", json!({"enabled": true, "frequency": "WEEKLY"})),
        ("ON", json!({"enabled": true})),
    ] {
        assert_eq!(
            browser.post("/dashboard/searches/s1", &[("often", often)]).await.to(),
            "/dashboard/searches"
        );
        assert_eq!(browser.api.last("PUT /api/search/saved/s1").body, body);
    }
    browser.get("/dashboard/searches").await.has("Your saved search is changed.");
    browser.api.done("DELETE /api/search/saved/s1");
    browser.post("/dashboard/searches/s1/delete", &[]).await;
    browser.get("/dashboard/searches").await.has("Your saved search is deleted.");
    browser.api.refuses("GET /api/search/matches/me", 503, json!({}));
    browser.get("/dashboard/searches").await.has("This cannot be shown just now.");
}

#[tokio::test]
async fn enquiries_tell_how_far_they_are() {
    let mut browser = signed_in();
    let answer = browser.get("/dashboard/enquiries").await;
    browser.api.last("GET /api/leads?box=sent&page=0&size=12");
    answer
        .has("The owner has been in touch")
        .has("<span class=\"badge\">Sent</span>")
        .has(&format!("<blockquote>{ESCAPED}</blockquote>"))
        .lacks("<b title");
    browser.api.says("GET /api/leads", page_of(&[]));
    browser.get("/dashboard/enquiries").await.has("What you ask owners");
}

#[tokio::test]
async fn homes_that_were_looked_at_are_listed_once() {
    let mut browser = signed_in();
    let answer = browser.get("/dashboard/viewed").await;
    browser.api.last("GET /api/user-history/me/activities/PROPERTY_VIEWED?page=0&size=24");
    answer.has(&format!("<a href=\"/homes/h1\">{ESCAPED}</a>")).has("Page 1 of 3");
}

#[tokio::test]
async fn the_dashboard_is_shown_when_a_list_of_it_is_not_to_be_had() {
    for line in [
        "GET /api/properties/favorites/changes",
        "GET /api/leads",
        "GET /api/user-history/me/activities/PROPERTY_VIEWED",
    ] {
        let mut browser = signed_in();
        browser.api.refuses(line, 503, json!({}));
        let answer = browser.get("/dashboard").await;
        assert_eq!(answer.status, StatusCode::OK, "{line}");
        answer.has("You signed in").has("This cannot be shown just now.");
    }
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
async fn every_page_needs_a_sign_in_and_stays_out_of_every_cache() {
    for path in ["", "/timeline", "/saved", "/searches", "/viewed", "/enquiries"] {
        let path = format!("/dashboard{path}");
        let to = Browser::new().get(&path).await.to().to_owned();
        assert_eq!(to, format!("/sign-in?next={}", path.replace('/', "%2F")));
        assert_eq!(signed_in().get(&path).await.headers["cache-control"], "no-store", "{path}");
    }
    let mut stranger = Browser::new();
    for path in ["/dashboard/timeline/hide", "/dashboard/searches/s1", "/dashboard/searches/s1/delete"] {
        assert!(stranger.post(path, &[]).await.to().starts_with("/sign-in"), "{path}");
    }
}
