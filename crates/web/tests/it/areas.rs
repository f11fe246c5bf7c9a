//! The pages about areas: figures of the API, told or said to be missing.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::stub::{Stub, listing, page_of};

fn area(slug: &str, name: &str, homes: u64, place: (f64, f64)) -> Value {
    json!({"slug": slug, "name": name, "homesForSale": homes, "homesForRent": 2, "medianPricePerSqft": 7_200.4,
        "medianRent": 32_000, "changePercent": 12.54, "latitude": place.0, "longitude": place.1, "series": [
            {"month": "2026-09", "medianPricePerSqft": 7_000, "homes": 4},
            {"month": "2026-10", "homes": 2},
            {"month": "2026-11", "medianPricePerSqft": 7_200.4, "homes": 5}]})
}

/// Answers about three areas; one has a name that means harm, and no figures.
pub fn says(api: &Stub) {
    let hostile = json!({"slug": "old-city", "name": "<img src=x> & \"Old\"", "homesForSale": 1, "homesForRent": 0,
        "latitude": 17.36, "longitude": 78.47, "series": []});
    let mut premium = area("banjara-hills", "Banjara Hills", 3, (17.415, 78.435));
    (premium["medianPricePerSqft"], premium["changePercent"]) = (json!(14_000), json!(-3));
    let kondapur = area("kondapur", "Kondapur", 1_234, (17.46, 78.36));
    api.says("GET /api/market/areas", page_of(&[kondapur.clone(), premium, hostile.clone()]));
    let mut details = kondapur;
    details["kinds"] = json!([
        {"propertyType": "APARTMENT", "listingType": "SALE", "homes": 5, "medianPrice": 8_500_000,
            "lowest": 6_000_000, "highest": 12_000_000, "medianPricePerSqft": 7_100,
            "distribution": [{"from": 6_000_000, "to": 9_000_000, "homes": 3},
                {"from": 9_000_000, "to": 12_000_000, "homes": 2}]},
        {"propertyType": "VILLA", "listingType": "SALE", "homes": 3, "medianPrice": 30_000_000,
            "lowest": 25_000_000, "highest": 40_000_000, "distribution": []}]);
    details["near"] = json!([{"slug": "old-city", "name": "<i>Old</i>", "distanceKm": 4.04}]);
    details["computedAt"] = json!("2026-11-21T00:00:00Z");
    api.says("GET /api/market/areas/kondapur", details.clone());
    api.says("GET /api/market/areas/kondapoor", details);
    api.says("GET /api/market/areas/old-city", hostile);
}

fn browser() -> Browser {
    let browser = Browser::new();
    says(&browser.api);
    browser.api.says("GET /api/search/properties", page_of(&[listing("h1", "Flat <b>")]));
    browser
}

#[tokio::test]
async fn areas_are_listed_with_their_figures_and_what_is_missing_is_said() {
    let answer = browser().get("/areas").await;
    answer
        .has("Areas of Hyderabad")
        .has("href=\"/areas/kondapur\">Kondapur")
        .has("1,234")
        .has("₹7,200")
        .has("+12.5 %")
        .has("−3 %")
        .has("Too few homes to say")
        .has("&#60;img src=x&#62; &#38; &#34;Old&#34;")
        .has("1,238 homes for sale and 4 homes for rent in 3 areas.")
        .has("class=\"plot places\"")
        .lacks("<img src=x>")
        .has("sample data");
}

#[tokio::test]
async fn the_address_says_which_areas_in_which_order() {
    let mut browser = browser();
    let order = |html: &str| {
        let place = |name: &str| html.find(&format!("href=\"/areas/{name}\">")).unwrap();
        place("banjara-hills") < place("kondapur")
    };
    // The first mention of an area is on the map, which has no names before its circles.
    let rows = |html: String| html.split("<tbody>").nth(1).unwrap().to_owned();
    assert!(!order(&rows(browser.get("/areas").await.html)));
    assert!(order(&rows(browser.get("/areas?sort=name").await.html)));
    assert!(order(&rows(browser.get("/areas?sort=price").await.html)));
    let rising = browser.get("/areas?show=rising").await;
    assert!(rows(rising.html.clone()).contains("Kondapur") && !rows(rising.html).contains("Banjara"));
    let odd = browser.get("/areas?sort=%3Cb%3E&show=cheap").await;
    odd.has("There is no choice “&#60;b&#62;”").has("There is no choice “cheap”").lacks("<b>");
}

#[tokio::test]
async fn an_area_has_its_figures_its_offers_and_its_neighbours() {
    let mut browser = browser();
    let answer = browser.get("/areas/kondapur").await;
    answer
        .has("Homes and prices in Kondapur, Hyderabad")
        .has("Apartments for sale")
        .has("href=\"/hyderabad/kondapur/apartments-for-sale\"")
        .has("/searches/new?locality=kondapur&amp;kind=homes-for-rent")
        .has("₹60 Lakh to ₹1.2 Cr")
        .has("id=\"kind-1-title\"")
        .has("id=\"sqft-plot-title\"")
        .has("November 2026")
        .has("href=\"/areas/old-city\">&#60;i&#62;Old")
        .has("4 km")
        .has("Flat &#60;b&#62;")
        .lacks("<i>Old");
    let asked = "location=Kondapur&sortBy=createdAt&sortDir=desc&size=6&facets=false&record=false";
    let seen = browser.api.last(&format!("GET /api/search/properties?{asked}"));
    assert_eq!(seen.header("authorization"), "");
}

#[tokio::test]
async fn the_newest_homes_are_no_search_of_the_person() {
    let mut browser = Browser::signed_in();
    says(&browser.api);
    browser.api.says("GET /api/search/properties", page_of(&[]));
    browser.get("/areas/kondapur").await.has("No home is listed here just now.");
    let seen = browser.api.seen();
    let searched: Vec<_> = seen.iter().filter(|seen| seen.line.contains("/api/search/properties")).collect();
    assert!(searched.len() == 1 && searched[0].line.ends_with("&record=false&include=favorite"));
}

#[tokio::test]
async fn an_area_without_figures_says_so() {
    let answer = browser().get("/areas/old-city").await;
    answer
        .has("Too few homes to say")
        .has("Too few homes in too few months to say.")
        .has("There are fewer than three homes of each kind")
        .has("&#60;img src=x&#62;");
}

#[tokio::test]
async fn another_spelling_leads_to_the_area_and_nothing_to_none() {
    let mut browser = browser();
    for path in ["/areas/Kondapur", "/areas/kondapoor", "/areas/%20KONDAPUR%20"] {
        let answer = browser.get(path).await;
        assert_eq!(
            (answer.status, answer.to()),
            (StatusCode::MOVED_PERMANENTLY, "/areas/kondapur"),
            "{path}"
        );
    }
    for path in ["/areas/atlantis", "/areas/%3Cscript%3E", "/areas/%FF", "/areas/..%2F..", "/areas/%E0%B0%97"]
    {
        assert_eq!(browser.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn where_figures_come_from_is_told_also_without_figures() {
    let mut browser = browser();
    let counted = "At present they are about 1,242 homes in 3 areas.";
    browser.get("/about-data").await.has("Where our figures come from").has(counted).has("id=\"estimates\"");
    browser.api.refuses("GET /api/market/areas", 503, json!({}));
    browser.get("/about-data").await.has("Where our figures come from").lacks("At present they are");
}
