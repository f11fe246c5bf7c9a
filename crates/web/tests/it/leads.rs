//! What an owner is asked, and how they follow it up.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::stub::{Stub, listing, page_of};

const HOSTILE: &str = "=<b title=x>Lake & view</b>";
const ESCAPED: &str = "=&#60;b title=x&#62;Lake &#38; view&#60;/b&#62;";
const PAGE: &str = "/dashboard/leads/l1?home=h1";

fn lead(id: &str, status: &str, version: u64) -> Value {
    json!({"id": id, "propertyId": "h1", "title": HOSTILE, "ownerId": "u1", "seekerId": "u2", "purpose": "VISIT",
        "status": status, "name": "Ravi", "phone": "+919876543210", "email": "ravi@example.com",
        "message": HOSTILE, "visitAt": "2026-12-01T10:00:00Z", "createdAt": "2026-11-19T10:00:00Z",
        "updatedAt": "2026-11-19T13:00:00Z", "version": version})
}

fn owner(leads: &[Value]) -> Browser {
    let browser = Browser::signed_in();
    says(&browser.api, leads);
    browser
}

fn says(api: &Stub, leads: &[Value]) {
    api.says("GET /api/leads", page_of(leads));
    api.says(
        "GET /api/properties/my-properties",
        page_of(&[listing("h1", "My flat"), listing("h2", "Villa")]),
    );
}

#[tokio::test]
async fn enquiries_are_listed_with_what_is_known_of_them() {
    let mut browser = owner(&[lead("l1", "NEW", 1), lead("l2", "CONTACTED", 2)]);
    let answer = browser.get("/dashboard/leads").await;
    browser.api.last("GET /api/leads?box=received&page=0&size=12");
    answer
        .has("2 enquiries about your homes.")
        .has("<span class=\"badge warn\">New</span>")
        .has("<span class=\"badge\">Contacted</span>")
        .has("<time datetime=\"2026-11-19T10:00:00Z\">19 November 2026, 3:30 pm</time>")
        .has("Answered in 3 hours")
        .has("href=\"tel:+919876543210\"")
        .has("href=\"mailto:ravi@example.com\"")
        .has("href=\"/dashboard/leads/l1?home=h1\"")
        .has("href=\"/dashboard/leads/l1/visit.ics?home=h1\"")
        .has(&format!("<a class=\"lead-home\" href=\"/homes/h1\">{ESCAPED}</a>"))
        .has("<option value=\"h1\">My flat</option>")
        .lacks("<b title");
    assert_eq!(answer.html.matches("Mark as contacted").count(), 1, "only of the new one");
}

#[tokio::test]
async fn the_list_is_narrowed_by_its_address() {
    let mut browser = owner(&[lead("l1", "NEW", 1)]);
    let mut list = page_of(&[lead("l1", "NEW", 1)]);
    list["totalPages"] = json!(3);
    browser.api.says("GET /api/leads", list);
    let answer = browser.get("/dashboard/leads?stage=NEW&home=h2&page=2").await;
    browser.api.last("GET /api/leads?box=received&page=1&size=12&status=NEW&propertyId=h2");
    answer
        .has("<option value=\"NEW\" selected>New</option>")
        .has("<option value=\"h2\" selected>Villa</option>")
        .has("href=\"/dashboard/leads?stage=NEW&#38;home=h2&#38;page=3\"")
        .has("href=\"/dashboard/leads.csv?stage=NEW&#38;home=h2\"");
    browser.get("/dashboard/leads?stage=%3Cb%3E").await.has("“&#60;b&#62;” is no stage").lacks("<b>");
    browser.get("/dashboard/leads?home=h9").await.has(&format!("<option value=\"h9\" selected>{ESCAPED}"));
    browser.api.says("GET /api/leads", page_of(&[]));
    browser.get("/dashboard/leads?stage=WON").await.has("No enquiry is like this.");
    browser.get("/dashboard/leads").await.has("Nobody has asked about your homes yet.");
}

#[tokio::test]
async fn an_enquiry_tells_its_steps_and_offers_the_next() {
    let mut browser = owner(&[lead("l1", "VISIT_PLANNED", 3)]);
    let step = |from: &str, to: &str, at: &str| {
        json!({"activityId": "a", "activityType": "LEAD_UPDATED", "timestamp": at, "relatedEntityId": "h1",
            "relatedEntityType": "property", "activityData": {"from": from, "to": to}})
    };
    let steps = [
        step("CONTACTED", "VISIT_PLANNED", "2026-11-19T13:00:00Z"),
        step("NEW", "CONTACTED", "2026-11-19T10:05:00Z"),
    ];
    browser.api.says(
        "GET /api/user-history/me/activities/LEAD_UPDATED",
        json!({"activities": steps, "totalPages": 1}),
    );
    let answer = browser.get(PAGE).await;
    browser.api.last("GET /api/leads?box=received&page=0&size=100&propertyId=h1");
    answer
        .has(&format!("<h1>Enquiry about {ESCAPED}</h1>"))
        .has("Answered in 5 minutes")
        .has("<span>Contacted</span> <time datetime=\"2026-11-19T10:05:00Z\">")
        .has("<option value=\"VISIT_PLANNED\" selected>Visit planned</option>")
        .has("name=\"version\" value=\"3\"")
        .lacks("<option value=\"NEW\">")
        .lacks("Steps between are not shown here");
    says(&browser.api, &[lead("l1", "VISIT_PLANNED", 3), lead("l2", "NEW", 1)]);
    browser.get(PAGE).await.has("Steps between are not shown here").lacks("Answered in");
    says(&browser.api, &[lead("l1", "NEW", 1)]);
    browser.get(PAGE).await.has("<option value=\"NEW\" selected>New</option>").has("Waits for your answer.");
    assert_eq!(browser.get("/dashboard/leads/l9?home=h1").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_follow_up_changes_the_enquiry_as_it_was_seen() {
    let mut browser = owner(&[lead("l1", "NEW", 1)]);
    browser.api.says("PATCH /api/leads/l1", lead("l1", "CONTACTED", 2));
    let fields = [("status", "CONTACTED"), ("note", " Comes on Sunday "), ("version", "1")];
    let answer = browser.post(PAGE, &fields).await;
    assert_eq!((answer.status, answer.to()), (StatusCode::SEE_OTHER, PAGE));
    let told = browser.api.last("PATCH /api/leads/l1");
    assert_eq!(told.body, json!({"status": "CONTACTED", "note": "Comes on Sunday"}));
    assert_eq!(told.header("if-match"), "\"1\"");
    browser.get(PAGE).await.has("The enquiry is followed up");
    let fields = [("status", "CONTACTED"), ("next", "/dashboard/leads?page=2")];
    assert_eq!(browser.post(PAGE, &fields).await.to(), "/dashboard/leads?page=2");
    let fields = [("status", "CONTACTED"), ("next", "//evil.example")];
    assert_eq!(browser.post(PAGE, &fields).await.to(), PAGE);
}

#[tokio::test]
async fn what_is_refused_is_told_and_what_was_typed_stays() {
    let mut browser = owner(&[lead("l1", "CONTACTED", 5)]);
    browser.api.refuses("PATCH /api/leads/l1", 400, json!({"note": "is <too> long"}));
    let fields = [("status", "WON"), ("note", "<i>mine</i>"), ("version", "4")];
    let answer = browser.post(PAGE, &fields).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    answer
        .has("is &#60;too&#62; long")
        .has("&#60;i&#62;mine&#60;/i&#62;")
        .has("<option value=\"WON\" selected>");
    browser.api.refuses("PATCH /api/leads/l1", 412, json!({}));
    let answer = browser.post(PAGE, &fields).await;
    assert_eq!(answer.status, StatusCode::PRECONDITION_FAILED);
    answer
        .has("followed up meanwhile")
        .has("&#60;i&#62;mine&#60;/i&#62;")
        .has("name=\"version\" value=\"5\"");
    browser.api.refuses("PATCH /api/leads/l1", 404, json!({}));
    assert_eq!(browser.post(PAGE, &fields).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_visit_is_a_calendar_file_if_it_has_a_time() {
    let mut browser = owner(&[lead("l1", "VISIT_PLANNED", 2)]);
    let answer = browser.get("/dashboard/leads/l1/visit.ics?home=h1").await;
    assert_eq!(answer.headers["content-type"], "text/calendar; charset=utf-8");
    assert_eq!(answer.headers["cache-control"], "no-store");
    answer
        .has("BEGIN:VCALENDAR\r\n")
        .has("UID:l1\r\nDTSTAMP:20261119T130000Z\r\nDTSTART:20261201T100000Z\r\nSTATUS:CONFIRMED\r\n")
        .has("SUMMARY:Visit: =<b title=x>Lake & view</b>\r\n")
        .has("DESCRIPTION:Ravi\\n+919876543210\\nravi@example.com\\n")
        .has("URL:https://homes.example/dashboard/leads/l1?home=h1\r\n");
    let mut timeless = lead("l1", "VISIT_PLANNED", 2);
    timeless["visitAt"] = Value::Null;
    says(&browser.api, &[timeless]);
    let answer = browser.get("/dashboard/leads/l1/visit.ics?home=h1").await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    browser.get("/dashboard/leads").await.lacks("visit.ics");
}

#[tokio::test]
async fn the_sheet_holds_every_page_once_and_no_formula() {
    let mut browser = owner(&[]);
    for (page, leads) in [
        (0, [lead("l1", "NEW", 1), lead("l2", "LOST", 2)]),
        (1, [lead("l2", "LOST", 2), lead("l3", "WON", 2)]),
    ] {
        let mut list = page_of(&leads);
        list["totalPages"] = json!(2);
        browser.api.says(&format!("GET /api/leads?box=received&page={page}&size=100&status=NEW"), list);
    }
    let answer = browser.get("/dashboard/leads.csv?stage=NEW").await;
    assert_eq!(answer.headers["content-type"], "text/csv; charset=utf-8");
    assert_eq!(answer.headers["content-disposition"], "attachment; filename=\"enquiries.csv\"");
    assert!(answer.html.starts_with("\u{feff}\"Asked (India time)\",\"Home\","), "{}", answer.html);
    assert_eq!(answer.html.matches("\r\n").count(), 4, "{}", answer.html);
    answer
        .has("\"'=<b title=x>Lake & view</b>\",\"https://homes.example/homes/h1\",\"Visit\",\"New\",\"Ravi\"")
        .has("\"'+919876543210\"");
}

#[tokio::test]
async fn only_people_who_are_signed_in_see_enquiries() {
    for path in ["/dashboard/leads", PAGE, "/dashboard/leads.csv", "/dashboard/leads/l1/visit.ics"] {
        assert!(Browser::new().get(path).await.to().starts_with("/sign-in"), "{path}");
        assert_eq!(
            owner(&[lead("l1", "NEW", 1)]).get(path).await.headers["cache-control"],
            "no-store",
            "{path}"
        );
    }
    assert!(Browser::new().post(PAGE, &[("status", "WON")]).await.to().starts_with("/sign-in"));
}

#[tokio::test]
async fn own_homes_tell_their_figures_and_change_with_one_button() {
    let mut browser = owner(&[lead("l1", "NEW", 1)]);
    let mut sold = listing("h2", HOSTILE);
    sold["status"] = json!("SOLD");
    let mut home = listing("h1", "My flat");
    home["uniqueViewers"] = json!(1234);
    browser.api.says("GET /api/properties/my-properties", page_of(&[home, sold]));
    let answer = browser.get("/dashboard/listings").await;
    browser.api.last("GET /api/leads?box=received&propertyId=h1&size=1");
    answer
        .has("<dt>Viewers</dt><dd>1,234</dd>")
        .has("<dt>Enquiries</dt><dd>1</dd>")
        .has("href=\"/dashboard/leads?home=h1\"")
        .has("<button class=\"second\" name=\"status\" value=\"SOLD\">Mark as sold")
        .has("<button class=\"second\" name=\"status\" value=\"ACTIVE\">Back on the market")
        .has("name=\"next\" value=\"/dashboard/listings\"")
        .has("<span class=\"badge good\">Active</span>")
        .has(ESCAPED)
        .lacks("<b title");
    let told =
        [("SOLD", "marked as sold"), ("RENTED", "marked as rented"), ("INACTIVE", "is off the market")];
    for (status, words) in told.into_iter().chain([("ACTIVE", "is on the market")]) {
        browser.api.says("PATCH /api/properties/h1/status", json!({"id": "h1", "status": status}));
        let fields = [("status", status), ("next", "/dashboard/listings")];
        assert_eq!(browser.post("/homes/h1/status", &fields).await.to(), "/dashboard/listings");
        browser.get("/dashboard/listings").await.has(words);
    }
    browser.api.refuses("GET /api/leads", 503, json!({}));
    browser.get("/dashboard/listings").await.has("My flat").lacks("<dt>Enquiries</dt>");
}
