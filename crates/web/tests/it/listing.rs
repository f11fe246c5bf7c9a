//! Posting, reading, changing and removing a home.

use axum::http::StatusCode;
use serde_json::json;

use crate::browser::Browser;
use crate::stub::{listing, look, page_of};

#[tokio::test]
async fn a_home_that_waits_for_its_owners_confirmation_says_so() {
    let mut browser = Browser::signed_in();
    let mut home = listing("h1", "My flat");
    let waiting = json!({"status": "DRAFT", "awaitsConfirmation": true, "nextStatuses": [], "ownerId": "u1"});
    home.as_object_mut().unwrap().extend(waiting.as_object().unwrap().clone());
    browser.api.says("GET /api/properties/h1", home.clone());
    browser.api.says("GET /api/users/profile", json!({"id": "u1", "emailVerified": false}));
    let answer = browser.open("/homes/h1").await;
    answer
        .has("Waiting for confirmation")
        .has("This home waits")
        .has("/verify-email/resend")
        .lacks("Publish");
    browser.api.says("POST /api/properties", home);
    assert_eq!(browser.post("/post", &[("title", "My flat")]).await.to(), "/homes/h1");
    assert_eq!(browser.cookies["hyd_flash"], "posted-unconfirmed");
}

#[tokio::test]
async fn text_of_people_is_text_and_never_markup() {
    let mut browser = Browser::new();
    let mut home = listing("h1", "<script>alert('x')</script> & \"more\"");
    home["description"] = json!("<img src=x onerror=alert(1)>");
    home["amenities"] = json!(["<b>Lift</b>"]);
    browser.api.says("GET /api/properties/h1", home.clone());
    browser.api.says("GET /api/properties/recent", json!([home]));
    for path in ["/homes/h1", "/"] {
        let answer = browser.open(path).await;
        answer.has("&#60;script&#62;").lacks("<script>alert").lacks("<img src=x").lacks("<b>");
    }
}

#[tokio::test]
async fn a_home_shows_its_price_in_words_its_facts_and_its_time() {
    let mut browser = Browser::new();
    browser.api.says("GET /api/properties/h1", listing("h1", "Flat"));
    let answer = browser.open("/homes/h1").await;
    assert_eq!(answer.status, StatusCode::OK);
    answer.has("₹95 Lakh").has("<th scope=\"row\">Bedrooms</th><td>3</td>").has("1,450 sq ft");
    answer.has("<time datetime=\"2026-11-20T20:00:00Z\">21 November 2026</time>").has("Seen 1 time.");
    answer.has("Sign in to see the contact").lacks("Your listing").lacks("9000000000");
}

#[tokio::test]
async fn an_owner_is_told_what_moderators_do_and_offered_what_is_possible() {
    let mut browser = Browser::signed_in();
    let home = |status: &str, next: &[&str]| {
        let mut home = listing("h1", "Flat");
        home["status"] = status.into();
        home["nextStatuses"] = json!(next);
        home
    };
    browser.api.says("GET /api/properties/h1", home("DRAFT", &["PENDING_REVIEW"]));
    browser.open("/homes/h1").await.has("Send for review").lacks("Publish");
    browser.api.says("GET /api/properties/h1", home("PENDING_REVIEW", &[]));
    browser.open("/homes/h1").await.has("A moderator looks at this home").lacks("only a moderator");
    for status in ["INACTIVE", "REJECTED"] {
        browser.api.says("GET /api/properties/h1", home(status, &[]));
        let page = browser.open("/homes/h1").await;
        page.has("Only a moderator can put it back").lacks("Show it again").lacks("Back to draft");
    }
    browser.api.says("PUT /api/properties/h1", home("PENDING_REVIEW", &[]));
    browser.post("/homes/h1/edit", &[("title", "New"), ("version", "3")]).await;
    browser.open("/homes/h1").await.has("Your changes are saved. A moderator looks at them");
    browser.api.says("POST /api/properties", home("PENDING_REVIEW", &[]));
    browser.post("/post", &[("title", "New")]).await;
    browser.open("/homes/h1").await.has("Your home is listed. A moderator looks at it");
}

#[tokio::test]
async fn a_home_off_the_market_offers_no_contact_to_others() {
    let mut browser = Browser::signed_in();
    let mut home = listing("h1", "Flat");
    home["status"] = "INACTIVE".into();
    browser.api.says("GET /api/properties/h1", home);
    browser.api.says("GET /api/users/profile", json!({"id": "u2"}));
    browser.open("/homes/h1").await.has("not on the market now").lacks("Show the contact");
}

#[tokio::test]
async fn only_the_owner_has_the_controls() {
    let mut browser = Browser::signed_in();
    browser.api.says("GET /api/properties/h1", listing("h1", "Flat"));
    let answer = browser.open("/homes/h1").await;
    answer.has("/homes/h1/edit").has("Mark as sold").has("/homes/h1/remove").lacks("Hide for now");
    browser.api.says("GET /api/users/profile", json!({"id": "u2"}));
    browser.open("/homes/h1").await.lacks("/homes/h1/edit").lacks("/homes/h1/remove");
    assert_eq!(browser.get("/homes/h1/edit").await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn the_contact_is_shown_to_those_signed_in_who_ask() {
    let mut browser = Browser::signed_in();
    browser.api.says("GET /api/properties/h1", listing("h1", "Flat"));
    browser.api.says("GET /api/properties/h1/contact", json!({"contactPhone": "9111111111"}));
    browser.open("/homes/h1").await.lacks("9111111111");
    browser.post("/homes/h1/contact", &[]).await.has("href=\"tel:9111111111\"");
    let mut stranger = Browser::over(&browser.api);
    let answer = stranger.post("/homes/h1/contact", &[]).await;
    assert_eq!(answer.to(), "/sign-in?next=%2Fdashboard");
}

#[tokio::test]
async fn an_owner_sees_who_was_shown_the_contact_and_nobody_else_does() {
    let mut browser = Browser::signed_in();
    browser.api.says("GET /api/properties/h1", listing("h1", "Flat"));
    // The home is shown without this list when it cannot be loaded.
    browser.open("/homes/h1").await.has("That cannot be shown just now").has("Mark as sold");
    browser.api.says("GET /api/contact-looks", page_of(&[]));
    browser.open("/homes/h1").await.has("Who was shown the contact").has("Nobody yet.");
    let looks = [look("PERSON", "<b>Ravi</b>"), look("STAFF", ""), look("LEFT", "")];
    browser.api.says("GET /api/contact-looks", page_of(&looks));
    for path in ["/homes/h1", "/dashboard/contact-looks", "/dashboard/contact-looks?home=h1"] {
        let page = browser.open(path).await;
        page.has(
            "<strong>&#60;b&#62;Ravi&#60;/b&#62;</strong> <span class=\"badge\">Confirmed address</span>",
        );
        page.has("looks after this site</strong></p>").has("closed their account since</strong></p>");
        page.has("<time datetime=\"2026-11-20T20:00:00Z\">21 November 2026, 1:30 am</time>");
    }
    let asked = |line: &str| browser.api.lines().iter().filter(|seen| *seen == line).count();
    assert_eq!(asked("GET /api/contact-looks?page=0&size=5&propertyId=h1"), 3);
    assert_eq!(asked("GET /api/contact-looks?page=0&size=20"), 1);
    assert_eq!(asked("GET /api/contact-looks?page=0&size=20&propertyId=h1"), 1);
    browser.api.says("GET /api/users/profile", json!({"id": "u2"}));
    browser.open("/homes/h1").await.lacks("Who was shown").has("The owner sees your first name");
    let mut stranger = Browser::over(&browser.api);
    assert!(stranger.get("/dashboard/contact-looks").await.to().starts_with("/sign-in?next="));
    stranger.open("/homes/h1").await.lacks("Who was shown");
}

#[tokio::test]
async fn a_removed_home_and_an_unknown_one_are_told_apart() {
    let mut browser = Browser::new();
    browser.api.refuses("GET /api/properties/h1", 410, json!({}));
    let gone = browser.open("/homes/h1").await;
    assert_eq!(gone.status, StatusCode::GONE);
    gone.has("has been removed");
    assert_eq!(browser.get("/homes/h2").await.status, StatusCode::NOT_FOUND);
    assert_eq!(browser.get("/homes/..%2Fusers").await.status, StatusCode::NOT_FOUND);
    assert_eq!(
        browser.api.lines(),
        [
            "GET /api/properties/h1?include=favorite",
            "GET /api/properties/recent?limit=6",
            "GET /api/properties/h2?include=favorite"
        ]
    );
}

#[tokio::test]
async fn posting_needs_a_sign_in_and_then_shows_the_home() {
    let mut stranger = Browser::new();
    assert_eq!(stranger.get("/post").await.to(), "/sign-in?next=%2Fpost");
    let mut browser = Browser::signed_in();
    browser.get("/post").await.has("value=\"Hyderabad\"");
    browser.api.says("POST /api/properties", listing("h9", "Flat"));
    let fields = [("title", "Flat"), ("price", "85 lakh"), ("bedrooms", ""), ("ownerId", "u2")];
    assert_eq!(browser.post("/post", &fields).await.to(), "/homes/h9");
    let sent = browser.api.last("POST /api/properties");
    assert_eq!(sent.body, json!({"title": "Flat", "price": "85 lakh"}));
    assert_eq!(sent.header("authorization"), "Bearer access-1");
}

#[tokio::test]
async fn a_refused_form_keeps_what_was_typed_and_says_what_is_wrong_where() {
    let mut browser = Browser::signed_in();
    let errors = json!({"price": "must be greater than 0", "somethingElse": "is odd"});
    browser.api.refuses("POST /api/properties", 422, errors);
    let fields = [("title", "Flat \"A\""), ("price", "85 lakhh"), ("propertyType", "VILLA")];
    let answer = browser.post("/post", &fields).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    answer
        .has("value=\"85 lakhh\"")
        .has("value=\"Flat &#34;A&#34;\"")
        .has("<option value=\"VILLA\" selected>");
    answer.has("<a href=\"#price\">Price in rupees: must be greater than 0</a>").has("somethingElse: is odd");
    answer.has("aria-describedby=\"price-hint price-error\" aria-invalid=\"true\"").has("id=\"price-error\"");
    answer.has("<title>Error: Post a home");
}

#[tokio::test]
async fn a_sign_in_that_ended_meanwhile_loses_nothing_typed() {
    let mut browser = Browser::signed_in();
    browser.api.refuses("POST /api/properties", 401, json!({}));
    let answer = browser.post("/post", &[("title", "My long text")]).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    answer.has("value=\"My long text\"").has("You are not signed in any more");
}

#[tokio::test]
async fn a_service_that_does_not_answer_loses_nothing_typed() {
    let mut browser = Browser::signed_in();
    for (status, line, path) in [
        (503, "POST /api/properties", "/post"),
        (429, "POST /api/properties", "/post"),
        (503, "PUT /api/properties/h1", "/homes/h1/edit"),
    ] {
        browser.api.refuses(line, status, json!({}));
        let answer = browser.post(path, &[("title", "My long text"), ("version", "3")]).await;
        assert_eq!(answer.status.as_u16(), status);
        answer.has("value=\"My long text\"").has("There is a problem");
    }
}

#[tokio::test]
async fn an_edit_says_which_version_it_changes() {
    let mut browser = Browser::signed_in();
    browser.api.says_at("GET /api/properties/h1", "\"3-17\"", listing("h1", "Flat"));
    browser.api.says("PUT /api/properties/h1", listing("h1", "Flat"));
    let form = browser.get("/homes/h1/edit").await;
    form.has("name=\"version\" value=\"3\"").has("value=\"9500000\"").has("value=\"9000000000\"");
    assert_eq!(browser.post("/homes/h1/edit", &[("title", "New"), ("version", "3")]).await.to(), "/homes/h1");
    let sent = browser.api.last("PUT /api/properties/h1");
    assert_eq!(sent.header("if-match"), "\"3\"");
    assert_eq!(sent.body, json!({"title": "New"}));
    // After a restore, a version also names the history it belongs to.
    browser.api.says_at("GET /api/properties/h1", "\"57.3-17\"", listing("h1", "Flat"));
    browser.get("/homes/h1/edit").await.has("name=\"version\" value=\"57.3\"");
    browser.post("/homes/h1/edit", &[("title", "New"), ("version", "57.3")]).await;
    assert_eq!(browser.api.last("PUT /api/properties/h1").header("if-match"), "\"57.3\"");
}

#[tokio::test]
async fn an_edit_that_was_overtaken_is_explained_and_kept() {
    let mut browser = Browser::signed_in();
    browser.api.says_at("GET /api/properties/h1", "\"4-0\"", listing("h1", "Newer title"));
    browser.api.refuses("PUT /api/properties/h1", 412, json!({}));
    let answer = browser.post("/homes/h1/edit", &[("title", "Mine"), ("version", "3")]).await;
    assert_eq!(answer.status, StatusCode::PRECONDITION_FAILED);
    answer.has("This listing changed meanwhile").has("value=\"Mine\"").lacks("Newer title");
    answer.has("name=\"version\" value=\"4\"");
}

#[tokio::test]
async fn an_edit_fills_in_the_contact_the_listing_does_not_tell() {
    let mut browser = Browser::signed_in();
    let mut home = listing("h1", "Flat");
    home.as_object_mut().unwrap().remove("contactPhone");
    browser.api.says("GET /api/properties/h1", home);
    browser.api.says("GET /api/properties/h1/contact", json!({"contactName": "Asha"}));
    browser.get("/homes/h1/edit").await.has("value=\"Asha\"");
}

#[tokio::test]
async fn each_button_does_its_one_thing_and_comes_back() {
    let mut browser = Browser::signed_in();
    browser.api.done("DELETE /api/properties/h1/favorite");
    browser.api.says("PATCH /api/properties/h1/status", json!({}));
    browser.api.done("DELETE /api/properties/h1");
    let fields = [("next", "/dashboard/saved")];
    assert_eq!(browser.post("/homes/h1/unsave", &fields).await.to(), "/dashboard/saved");
    assert_eq!(browser.post("/homes/h1/unsave", &[("next", "//evil.example")]).await.to(), "/homes/h1");
    assert_eq!(browser.post("/homes/h1/status", &[("status", "SOLD")]).await.to(), "/homes/h1");
    assert_eq!(browser.api.last("PATCH /api/properties/h1/status").body, json!({"status": "SOLD"}));
    assert_eq!(browser.post("/homes/h1/remove", &[]).await.to(), "/dashboard");
    browser.api.refuses("PATCH /api/properties/h1/status", 409, json!({}));
    browser.post("/homes/h1/status", &[("status", "SOLD")]).await;
    assert_eq!(browser.cookies["hyd_flash"], "status-refused");
}
