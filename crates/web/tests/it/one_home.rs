//! The page of a home, and what a person does from there.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::stub::{Stub, listing, page_of};

const PATH: &str = "/hyderabad/kondapur/3-bhk-apartment-for-sale/flat-h1";

/// Signed in as `u2`, who does not own `h1`.
fn seeker() -> Browser {
    let browser = Browser::signed_in();
    browser.api.says("GET /api/users/profile", json!({"id": "u2", "emailVerified": true}));
    browser.api.says("GET /api/properties/h1", listing("h1", "Flat"));
    browser
}

fn tells_prices(api: &Stub) {
    let bins = json!([{"from": 5000, "to": 6000, "homes": 4}, {"from": 6000, "to": 7000, "homes": 6}]);
    let context = json!({
        "priceHistory": [
            {"at": "2026-09-01T10:00:00Z", "price": 10_000_000, "reason": "LISTED"},
            {"at": "2026-10-01T10:00:00Z", "price": 9_500_000, "reason": "PRICE_CHANGED"}],
        "daysListed": 81, "area": {"slug": "kondapur", "name": "Kondapur"},
        "comparable": {"homes": 10, "medianPricePerSqft": 6100, "lowest": 5100, "highest": 6900,
            "pricePerSqft": 6551.72, "percentile": 62.0, "distribution": bins}});
    api.says("GET /api/market/properties/h1", context);
    let line = |label: &str, url: &str| {
        json!({"code": "X", "label": label, "ratePercent": 5.5, "amount": 522_500, "source": "A gazette",
            "sourceUrl": url})
    };
    let lines = [line("Stamp duty", "https://rates.example/duty"), line("Fee", "javascript:alert(1)")];
    let costs = json!({"estimate": true, "asOf": "2026-04-01", "lines": lines, "total": 1_045_000,
        "priceWithCosts": 10_545_000});
    api.says("GET /api/market/costs", costs);
}

#[tokio::test]
async fn every_address_of_a_home_leads_to_the_one_it_has_now() {
    let mut browser = Browser::new();
    browser.api.says("GET /api/properties/h1", listing("h1", "Flat"));
    for (old, now) in [
        ("/homes/h1".to_owned(), PATH.to_owned()),
        ("/homes/h1?from=letter&x=1".to_owned(), format!("{PATH}?from=letter&x=1")),
        ("/hyderabad/miyapur/flat/an-earlier-title-h1".to_owned(), PATH.to_owned()),
    ] {
        let answer = browser.get(&old).await;
        assert_eq!((answer.status, answer.to()), (StatusCode::MOVED_PERMANENTLY, &*now));
    }
    assert_eq!(browser.get(PATH).await.status, StatusCode::OK);
    let unknown = browser.get("/hyderabad/kondapur/flat/a%20b-%C3%BC").await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_removed_home_leads_to_others_like_it() {
    let mut browser = Browser::new();
    browser.api.refuses("GET /api/properties/h1", 410, json!({}));
    browser.api.says("GET /api/properties/recent", json!([listing("h2", "Villa")]));
    let gone = browser.get(PATH).await;
    assert_eq!(gone.status, StatusCode::GONE);
    gone.has("Villa").has("Listed lately").has("/homes?q=3+bhk+apartment+for+sale+in+kondapur");
    browser.api.says("GET /api/search/properties", page_of(&[listing("h3", "Flat like it")]));
    browser.get(PATH).await.has("Flat like it").has("Homes like it").lacks("Villa");
    let asked = "query=3+bhk+apartment+for+sale+in+kondapur&size=6&facets=false&record=false";
    browser.api.last(&format!("GET /api/search/properties?{asked}"));
    assert_eq!(browser.get("/homes/h1").await.status, StatusCode::GONE);
}

#[tokio::test]
async fn the_price_stands_in_context_and_the_page_without_it() {
    let mut browser = Browser::new();
    browser.api.says("GET /api/properties/h1", listing("h1", "Flat"));
    let bare = browser.get(PATH).await;
    bare.has("₹95 Lakh").has("₹6,552/sq ft, by the area the owner gave").has("/tools/emi?price=9500000");
    bare.lacks("The price in context").lacks("What buying it costs").has("What it takes each month");
    tells_prices(&browser.api);
    let told = browser.get(PATH).await;
    told.has("dearer than 62 % of the 10 homes").has("href=\"/areas/kondapur\"").has("plot-bar here");
    told.has("5.0 % less").has("₹1 Cr").has("Listed for 81 days.");
    told.has("Estimate").has("href=\"https://rates.example/duty\"").has("1 April 2026");
    told.lacks("javascript:").lacks(" style=").has("₹1,05,45,000");
    browser.api.last("GET /api/market/costs?price=9500000&propertyType=APARTMENT");
    // An answer that nobody understands leaves out the section and no more.
    browser.api.says("GET /api/market/properties/h1", json!({"priceHistory": 7}));
    browser.get(PATH).await.has("₹95 Lakh").lacks("The price in context");
}

#[tokio::test]
async fn a_rent_shows_what_moving_in_takes() {
    let mut browser = Browser::new();
    let mut home = listing("h1", "Flat");
    let rent = json!({"listingType": "RENT", "price": 30_000, "priceText": "₹30,000", "deposit": 60_000});
    home.as_object_mut().unwrap().extend(rent.as_object().unwrap().clone());
    browser.api.says("GET /api/properties/h1", home);
    let page = browser.open("/homes/h1").await;
    page.has("What moving in takes").has("₹90,000").lacks("EMI about").lacks("What buying it costs");
    assert!(!browser.api.lines().iter().any(|line| line.contains("/api/market/costs")));
}

#[tokio::test]
async fn each_photo_has_a_page_that_links_lead_through() {
    let mut browser = Browser::new();
    let mut home = listing("h1", "Flat");
    home["images"] = json!([{"id": "p1", "isPrimary": true}, {"id": "p2"}]);
    browser.api.says("GET /api/properties/h1", home);
    browser.get(PATH).await.has("href=\"/homes/h1/photos/2\"").has("fetchpriority=\"high\"");
    let first = browser.get("/homes/h1/photos/1").await;
    first.has("href=\"/homes/h1/photos/2\"").has("/api/files/p1?w=1600").lacks("rel=\"prev\"");
    browser.get("/homes/h1/photos/2").await.has("rel=\"prev\"").lacks("rel=\"next\"");
    for none in ["/homes/h1/photos/0", "/homes/h1/photos/3", "/homes/h1/photos/x"] {
        assert_eq!(browser.get(none).await.status, StatusCode::NOT_FOUND, "{none}");
    }
}

#[tokio::test]
async fn a_question_reaches_the_owner_and_an_objection_keeps_it() {
    let mut browser = seeker();
    browser.get(PATH).await.has("/homes/h1/enquire").has("/homes/h1/visit");
    browser.get("/homes/h1/enquire").await.has("<label for=\"message\">Your question");
    browser.api.refuses("POST /api/properties/h1/leads", 422, json!({"phone": "must have ten digits"}));
    let typed = [("message", "Is it <still> there?"), ("purpose", "CALLBACK"), ("phone", "12")];
    let answer = browser.post("/homes/h1/enquire", &typed).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    answer.has("Is it &#60;still&#62; there?").has("id=\"phone-error\"").has("must have ten digits");
    browser.api.says("POST /api/properties/h1/leads", json!({}));
    assert_eq!(browser.post("/homes/h1/enquire", &typed).await.to(), "/homes/h1");
    let sent = browser.api.last("POST /api/properties/h1/leads").body;
    assert_eq!(sent, json!({"message": "Is it <still> there?", "purpose": "CALLBACK", "phone": "12"}));
    browser
        .api
        .says("GET /api/leads", page_of(&[json!({"status": "NEW", "createdAt": "2026-11-20T20:00:00Z"})]));
    let page = browser.open("/homes/h1").await;
    page.has("The owner has your question").has("You asked about this home").lacks("/homes/h1/enquire");
}

#[tokio::test]
async fn a_visit_is_asked_for_by_day_and_time() {
    let mut browser = seeker();
    let answer = browser.post("/homes/h1/visit", &[("date", "soon"), ("time", "10:30")]).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    answer.has("id=\"date-error\"").has("value=\"10:30\"");
    browser.api.refuses("POST /api/properties/h1/leads", 422, json!({"visitAt": "must be in the future"}));
    let typed = [("date", "2026-01-02"), ("time", "10:30")];
    let answer = browser.post("/homes/h1/visit", &typed).await;
    answer.has("id=\"date-error\"").has("must be in the future").has("value=\"2026-01-02\"");
    let sent: Value = browser.api.last("POST /api/properties/h1/leads").body;
    assert_eq!(sent, json!({"purpose": "VISIT", "visitAt": "2026-01-02T10:30:00+05:30"}));
}

#[tokio::test]
async fn whoever_must_sign_in_first_comes_back_and_loses_nothing() {
    let mut stranger = Browser::new();
    stranger.api.says("GET /api/properties/h1", listing("h1", "Flat"));
    let page = stranger.get(PATH).await;
    page.has("/sign-in?next=%2Fhyderabad%2Fkondapur%2F3-bhk-apartment-for-sale%2Fflat-h1%23contact");
    for deed in ["enquire", "visit", "report", "save"] {
        let to = format!("/sign-in?next=%2Fhomes%2Fh1%2F{deed}");
        assert_eq!(stranger.get(&format!("/homes/h1/{deed}")).await.to(), to);
    }
    stranger.api.refuses("POST /api/properties/h1/leads", 401, json!({}));
    let answer = stranger.post("/homes/h1/enquire", &[("message", "My long text")]).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    answer.has("My long text").has("You are not signed in any more");
    let mut browser = seeker();
    browser.get("/homes/h1/save").await.has("action=\"/homes/h1/save\"");
}

#[tokio::test]
async fn what_cannot_be_sent_twice_says_so() {
    let mut browser = seeker();
    let refusal = |code: &str| json!({"success": false, "message": "No", "error": {"code": code}});
    for (deed, line, code, words) in [
        ("enquire", "POST /api/properties/h1/leads", "LEAD_EXISTS", "You asked about this home before"),
        ("report", "POST /api/properties/h1/report", "REPORTED_BEFORE", "You reported this home before"),
    ] {
        browser.api.answers(line, StatusCode::CONFLICT, &[], refusal(code));
        assert_eq!(browser.post(&format!("/homes/h1/{deed}"), &[]).await.to(), "/homes/h1");
        browser.open("/homes/h1").await.has(words);
    }
    browser.api.says("POST /api/properties/h1/report", json!({}));
    browser.post("/homes/h1/report", &[("cause", "FRAUD"), ("details", "Odd")]).await;
    let sent = browser.api.last("POST /api/properties/h1/report").body;
    assert_eq!(sent, json!({"cause": "FRAUD", "details": "Odd"}));
}

#[tokio::test]
async fn a_saved_home_can_be_taken_back_at_once() {
    let mut browser = seeker();
    browser.api.done("POST /api/properties/h1/favorite");
    browser.post("/homes/h1/save", &[]).await;
    browser.open("/homes/h1").await.has("class=\"undo\" method=\"post\" action=\"/homes/h1/unsave\"");
    browser.get(PATH).await.lacks("class=\"undo\"");
}

#[tokio::test]
async fn a_home_is_passed_on_by_its_address() {
    let mut browser = seeker();
    browser.get("/homes/h1/share").await.has(PATH).has("href=\"mailto:?subject=Flat");
    browser.api.done("POST /api/properties/h1/share");
    assert_eq!(browser.post("/homes/h1/share", &[]).await.to(), "/homes/h1");
    browser.open("/homes/h1").await.has("you shared this home");
}

#[tokio::test]
async fn homes_are_compared_and_their_differences_named() {
    let mut browser = seeker();
    let mut other = listing("h2", "Villa");
    (other["facing"], other["price"], other["priceText"]) =
        (json!("East"), json!(14_500_000), json!("₹1.45 Cr"));
    browser.api.says("GET /api/properties/h2", other);
    browser
        .api
        .says("GET /api/properties/favorites", page_of(&[listing("h1", "Flat"), listing("h3", "Plot")]));
    let page = browser.get("/compare?id=h1&id=h2&id=h1&id=h4").await;
    page.has("₹6,552").has("₹10,000").has("Differs").has("Not stated").has("no longer listed");
    page.has("href=\"/compare?id=h2\"").has("href=\"/compare?id=h1\"");
    page.has("<option value=\"h3\">Plot, ₹95 Lakh</option>").lacks("<option value=\"h1\">");
    browser.get("/compare").await.has("nothing to compare yet");
    let many = browser.get("/compare?id=a&id=b&id=c&id=d&id=h1").await;
    many.has("At most four homes").lacks("flat-h1");
}
