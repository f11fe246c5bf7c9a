//! The tools: what is typed is read or objected to beside its field, and never breaks the page.

use axum::http::StatusCode;
use serde_json::json;

use crate::browser::Browser;
use crate::stub::Stub;

const ASKED: &str =
    "/tools/value?location=Kondapur&propertyType=APARTMENT&area=1%2C200&areaUnit=SQFT&bedrooms=2.5";

/// An estimate and a sheet of costs.
pub fn says(api: &Stub) {
    let home = json!({"id": "h1", "title": "Flat <b>", "price": 8_400_000, "areaSqft": 1_200, "location": "Kondapur",
        "bedrooms": 2, "createdAt": "2026-11-20T20:00:00Z"});
    api.says(
        "GET /api/market/value",
        json!({"low": 8_000_000, "middle": 8_600_000, "high": 9_300_000, "pricePerSqft": 7_166.7,
            "comparables": [home], "measured": {"homes": 212, "medianErrorPercent": 8.04}}),
    );
    let line = |label: &str, rate: f64, amount: u64, url: &str| {
        json!({"code": "X", "label": label, "ratePercent": rate, "amount": amount, "source": "Office <i>",
            "sourceUrl": url})
    };
    api.says(
        "GET /api/market/costs",
        json!({"estimate": true, "asOf": "2026-04-01", "total": 540_000, "priceWithCosts": 9_540_000, "lines": [
            line("Stamp duty", 5.5, 495_000, "https://rates.example/duty"),
            line("Registration", 0.5, 45_000, "javascript:alert(1)")]}),
    );
}

fn browser() -> Browser {
    let browser = Browser::new();
    crate::areas::says(&browser.api);
    says(&browser.api);
    browser
}

#[tokio::test]
async fn an_instalment_is_computed_from_the_address_and_without_one() {
    let mut browser = browser();
    let answer = browser.get("/tools/emi").await;
    answer
        .has("value=\"96,00,000\"")
        .has("₹66,649")
        .has("₹76.8 Lakh")
        .has("id=\"years-plot-title\"")
        .has("Year 20");
    let answer = browser.get("/tools/emi?price=96L&own=0&rate=8.5%25&years=20").await;
    assert_eq!(answer.status, StatusCode::OK);
    answer.has("₹83,311").has("Five years longer").has("Interest half a percent lower").has("₹80,298");
    browser.get("/tools/emi?price=1.2+cr&own=100L&rate=0&years=1+month").await.has("₹20,00,000");
    let none: Vec<String> = Vec::new();
    assert_eq!(browser.api.lines(), none, "nothing is asked for");
}

#[tokio::test]
async fn what_cannot_be_read_is_said_beside_its_field() {
    let mut browser = browser();
    for (query, field, told) in [
        ("price=cheap", "price", "Write an amount such as 85L"),
        ("price=0", "price", "Write an amount such as 85L"),
        ("price=99999999999+cr", "price", "Write an amount such as 85L"),
        ("price=50L&own=50L", "own", "This is the whole price of ₹50 Lakh or more"),
        ("price=50L&own=150%25", "own", "This is the whole price"),
        ("own=some", "own", "or a share such as 20 %"),
        ("rate=-1", "rate", "at most 30"),
        ("rate=31", "rate", "at most 30"),
        ("years=0", "years", "at most 40"),
        ("years=41", "years", "at most 40"),
        ("years=NaN", "years", "at most 40"),
    ] {
        let answer = browser.get(&format!("/tools/emi?{query}")).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{query}");
        answer
            .has(&format!("id=\"{field}-error\""))
            .has(told)
            .has("aria-invalid=\"true\"")
            .lacks("a month</span>");
    }
}

#[tokio::test]
async fn a_home_is_valued_with_the_error_of_such_estimates() {
    let mut browser = browser();
    browser.get("/tools/value").await.has("<option value=\"Kondapur\">").lacks("Estimated asking price");
    let answer = browser.get(ASKED).await;
    browser.api.last(
        "GET /api/market/value?locality=Kondapur&propertyType=APARTMENT&listingType=SALE&areaSqft=1200&bedrooms=2.5",
    );
    answer
        .has("₹80 Lakh – ₹93 Lakh")
        .has("middle ₹86 Lakh")
        .has("Half of our estimates were within 8 % of the asking price, measured on 212 homes.")
        .has("href=\"/homes/h1\">Flat &#60;b&#62;")
        .has("₹7,000")
        .has("/post?location=Kondapur&#38;listingType=SALE&#38;propertyType=APARTMENT&#38;bedrooms=2.5")
        .has("price=8600000");
    let plot = browser.get("/tools/value?location=Kondapur&propertyType=PLOT&area=200&areaUnit=SQYD").await;
    assert_eq!(plot.status, StatusCode::OK);
    assert!(browser.api.lines().iter().any(|line| line.contains("areaSqft=1800")));
}

#[tokio::test]
async fn too_few_homes_are_said_kindly_with_areas_to_look_at() {
    let mut browser = browser();
    browser.api.refuses("GET /api/market/value", 404, json!({}));
    let answer = browser.get(ASKED).await;
    assert_eq!(answer.status, StatusCode::OK);
    answer.has("Not enough homes to compare with").has("href=\"/areas/old-city\">&#60;i&#62;Old");
    let elsewhere = browser.get("/tools/value?location=Nowhere&area=900").await;
    elsewhere.has("Not enough homes to compare with").has("href=\"/areas/kondapur\">Kondapur");
}

#[tokio::test]
async fn the_fields_of_a_valuation_are_checked_here_and_by_the_api() {
    let mut browser = browser();
    let answer = browser.get("/tools/value?location=Kondapur&area=big&bedrooms=two").await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    answer.has("id=\"area-error\"").has("id=\"bedrooms-error\"");
    browser.get("/tools/value?area=900").await.has("id=\"location-error\"").has("Say where the home is.");
    browser.api.refuses("GET /api/market/value", 400, json!({"areaSqft": "must be <less>"}));
    let answer = browser.get(ASKED).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    answer.has("id=\"area-error\"").has("must be &#60;less&#62;");
}

#[tokio::test]
async fn costs_are_told_with_their_date_and_sources() {
    let mut browser = browser();
    browser.get("/tools/costs").await.has("Costs of buying a home").lacks("What comes on top");
    let answer = browser.get("/tools/costs?price=90L&propertyType=APARTMENT&transactionType=NEW").await;
    browser.api.last(
        "GET /api/market/costs?price=9000000&propertyType=APARTMENT&transactionType=NEW&possessionStatus=READY_TO_MOVE",
    );
    answer
        .has("<time datetime=\"2026-04-01\">1 April 2026</time>")
        .has("5.5 %")
        .has("₹4,95,000")
        .has("href=\"https://rates.example/duty\"")
        .has("Office &#60;i&#62;")
        .has("₹95.4 Lakh")
        .lacks("javascript:");
    browser.get("/tools/costs?price=much").await.has("id=\"price-error\"");
}

#[tokio::test]
async fn hostile_text_in_any_field_stays_text() {
    let mut browser = browser();
    browser.api.refuses("GET /api/market/value", 400, json!({"locality": "\"><script>"}));
    let hostile = "%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E%00%FF";
    for (path, fields) in [
        ("/tools/emi", &["price", "own", "rate", "years"][..]),
        ("/tools/value", &["location", "propertyType", "bedrooms", "area", "areaUnit", "ageOfProperty"]),
        ("/tools/costs", &["price", "propertyType", "transactionType", "possessionStatus"]),
        ("/areas", &["sort", "show", "other"]),
    ] {
        for field in fields {
            for text in [hostile.to_owned(), "9".repeat(2_000), "%E2%82%B9".repeat(50)] {
                let answer = browser.get(&format!("{path}?{field}={text}")).await;
                assert!(answer.status.as_u16() < 500, "{path} {field}: {}", answer.status);
                answer.lacks("<script>alert").lacks("\"><script");
                assert!(answer.html.len() < 100_000);
            }
        }
    }
}

#[tokio::test]
async fn what_was_valued_fills_the_form_for_posting() {
    let mut browser = Browser::signed_in();
    let answer = browser.get("/post?location=Kondapur&propertyType=VILLA&price=8600000&role=ADMIN").await;
    answer.has("value=\"Kondapur\"").has("value=\"VILLA\" selected").has("value=\"8600000\"").lacks("ADMIN");
}
