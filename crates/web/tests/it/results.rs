//! The pages of results: readable addresses, filters, the map, and what is offered instead of nothing.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::stub::{Stub, listing, page_of};

const KONDAPUR: &str = "/hyderabad/kondapur/apartments-for-sale?bedrooms=2&maxPrice=8000000";

/// What surrounds results.
pub fn says(api: &Stub) {
    api.says("GET /api/search/filters", json!({"totalElements": 7, "filters": counts()}));
    let mut liked = listing("h9", "Liked");
    liked["reason"] = json!("because you looked at <flats>");
    api.says("GET /api/search/recommendations", json!([liked]));
    let suggestions = [("kondapur", "LOCALITY", 9), ("2 bhk <near> metro", "SEARCH", 6)];
    let suggestions =
        suggestions.map(|(text, kind, count)| json!({"text": text, "kind": kind, "count": count}));
    api.says("GET /api/search/suggestions", json!(suggestions));
    let past = |filters: Value| {
        json!({"id": "e1", "searchFilters": filters, "resultsCount": 3,
        "timestamp": "2026-11-20T20:00:00Z"})
    };
    let villas = json!({"propertyType": "VILLA", "listingType": "SALE", "location": "Kokapet"});
    let searches = [past(villas.clone()), past(villas), past(json!({"sortBy": "price"})), past(Value::Null)];
    api.says("GET /api/search/history/me", page_of(&searches));
}

fn counts() -> Value {
    json!({"propertyType": [{"value": "APARTMENT", "count": 5}, {"value": "VILLA", "count": 2}],
        "location": [{"value": "kondapur", "count": 4}],
        "amenities": [{"value": "<b>lift", "count": 3}],
        "price": [{"value": "under-50-lakh", "count": 1, "from": 0.0, "to": 5_000_000.0}]})
}

fn finding(homes: &[Value]) -> Browser {
    let browser = Browser::new();
    says(&browser.api);
    let mut found = page_of(homes);
    found["facets"] = counts();
    browser.api.says("GET /api/search/properties", found);
    browser
}

#[tokio::test]
async fn an_address_says_what_is_shown_and_everything_can_be_taken_away() {
    let mut home = listing("h1", "Flat");
    home["explain"] = json!({"text": 10.0, "featured": 1.0, "verified": 1.15, "freshness": 1.1,
        "popularity": 1.0, "words": ["<lake>"]});
    let mut browser = finding(&[home]);
    let answer = browser.get(KONDAPUR).await;
    let asked = "page=0&size=12&sortBy=createdAt&sortDir=desc&location=Kondapur&propertyType=APARTMENT\
        &listingType=SALE&bedrooms=2&maxPrice=8000000&facets=true";
    browser.api.last(&format!("GET /api/search/properties?{asked}"));
    answer
        .has("<h1 data-renew=\"title\">2 BHK apartments for sale in Kondapur under ₹80 lakh</h1>")
        .has("href=\"/hyderabad/apartments-for-sale?bedrooms=2&#38;maxPrice=8000000\" data-filter>Kondapur")
        .has("href=\"/hyderabad/kondapur/apartments-for-sale?maxPrice=8000000\" data-filter>2 BHK")
        .has("<option value=\"villas\">Villas (2)</option>")
        .has("<option value=\"apartments\" selected>Apartments (5)</option>")
        .has("<option value=\"Kondapur\">4 homes</option>")
        .has("name=\"amenities\" value=\"&#60;b&#62;lift\">")
        .has("value=\"₹80 lakh\"")
        .has("href=\"/searches/new?locality=kondapur&#38;kind=apartments-for-sale&#38;bedrooms=2")
        .has("It has your words: &#60;lake&#62;.")
        .has("It is verified.")
        .lacks("Other people saved it")
        .lacks("<b>lift");
}

#[tokio::test]
async fn a_form_leads_to_the_readable_address() {
    let mut browser = finding(&[listing("h1", "Flat")]);
    for (from, to) in [
        (
            "/homes?kind=apartments&deal=SALE&locality=Kondapur&bedrooms=2&maxPrice=80+lakh&minPrice=",
            KONDAPUR,
        ),
        ("/homes?for=rent&q=", "/hyderabad/homes-for-rent"),
        ("/hyderabad", "/homes"),
        ("/hyderabad?q=lake&view=map", "/homes?q=lake&view=map"),
        ("/hyderabad?type=VILLA&page=3", "/hyderabad/villas?page=3"),
        ("/homes?bedrooms=2&colour=red&maxPrice=cheap", "/hyderabad?bedrooms=2&maxPrice=cheap&colour=red"),
    ] {
        let answer = browser.get(from).await;
        assert_eq!((answer.status, answer.to()), (StatusCode::SEE_OTHER, to), "{from}");
    }
    let answer = browser.get("/hyderabad?bedrooms=2&maxPrice=cheap&colour=red").await;
    answer
        .has("This page cannot read “cheap” as maxPrice, and shows homes without it.")
        .has("This page does not know “colour” in its address");
}

#[tokio::test]
async fn words_that_became_filters_become_the_address() {
    let mut browser = finding(&[]);
    let filter = |parameters: Value| json!({"label": "x", "without": "", "parameters": parameters});
    let mut found = page_of(&[listing("h1", "Flat")]);
    let all = [filter(json!({"bedrooms": "2"})), filter(json!({"location": "Kondapur"}))];
    found["understood"] = json!({"filters": all, "text": [], "preferred": [], "ignored": ["in"]});
    browser.api.says("GET /api/search/properties", found.clone());
    let answer = browser.get("/homes?q=2+bhk+in+kondapur").await;
    assert_eq!((answer.status, answer.to()), (StatusCode::SEE_OTHER, "/hyderabad/kondapur?bedrooms=2"));
    found["understood"]["text"] = json!(["lake"]);
    browser.api.says("GET /api/search/properties", found);
    let answer = browser.get("/homes?q=2+bhk+in+kondapur+lake").await;
    assert_eq!(answer.status, StatusCode::OK);
}

#[tokio::test]
async fn words_that_become_the_address_are_one_search_of_the_person() {
    let mut browser = Browser::signed_in();
    says(&browser.api);
    let rooms = json!({"label": "x", "without": "", "parameters": {"bedrooms": "2"}});
    let mut found = page_of(&[listing("h1", "Flat")]);
    found["understood"] = json!({"filters": [rooms], "text": [], "preferred": [], "ignored": []});
    browser.api.says("GET /api/search/properties", found);
    assert_eq!(browser.get("/homes?q=2+bhk").await.to(), "/hyderabad?bedrooms=2");
    browser.get("/hyderabad?bedrooms=2").await;
    let searches = browser.api.lines().into_iter().filter(|line| line.contains("/api/search/properties"));
    assert_eq!(
        searches.collect::<Vec<_>>(),
        [
            "GET /api/search/properties?query=2+bhk&size=1&facets=false&record=false",
            "GET /api/search/properties?page=0&size=12&sortBy=createdAt&sortDir=desc&bedrooms=2&facets=true\
                &include=favorite",
        ]
    );
}

#[tokio::test]
async fn nothing_found_asks_at_most_four_times_for_less() {
    let mut browser = finding(&[]);
    let all =
        "/hyderabad/kondapur/apartments-for-sale?bedrooms=2&maxPrice=80L&gated=true&verified=true&q=lake";
    browser.get(all).await.has("Without Under ₹80 lakh").has("Without “lake”").lacks("Without Verified");
    let asked = browser.api.lines().into_iter().filter(|line| line.contains("/api/search/filters"));
    assert_eq!(asked.count(), 4);
}

#[tokio::test]
async fn hearts_are_filled_and_nobody_saves_a_home_of_their_own() {
    let mut browser = Browser::signed_in();
    says(&browser.api);
    // The middle part of a token: its person is `u1`.
    browser.cookies.insert("hyd_access".to_owned(), "x.eyJzdWIiOiJ1MSJ9.x".to_owned());
    let (mut liked, mut other) = (listing("h1", "Liked"), listing("h2", "Other"));
    for home in [&mut liked, &mut other] {
        home["ownerId"] = json!("u2");
    }
    liked["isFavorited"] = json!(true);
    browser.api.says("GET /api/search/properties", page_of(&[liked, other, listing("h3", "Own")]));
    let answer = browser.get("/hyderabad?bedrooms=3").await;
    answer.has("action=\"/homes/h1/unsave\"").has("action=\"/homes/h2/save\"");
    answer.lacks("/homes/h3/save").lacks("/homes/h3/unsave");
}

#[tokio::test]
async fn nothing_found_offers_what_less_finds() {
    let mut browser = finding(&[]);
    let answer = browser.get(KONDAPUR).await;
    answer
        .has("No home was found.")
        .has("href=\"/hyderabad/kondapur/apartments-for-sale?bedrooms=2\">Without Under ₹80 lakh: 7 homes")
        .has("be told when such a home is listed");
    browser
        .api
        .last("GET /api/search/filters?propertyType=APARTMENT&listingType=SALE&bedrooms=2&maxPrice=8000000");
    browser.api.says("GET /api/search/filters", json!({"totalElements": 0, "filters": {}}));
    browser.get(KONDAPUR).await.has("No home was found.").has("See all homes").lacks("Without");
}

#[tokio::test]
async fn a_locality_without_any_home_that_we_do_not_know_has_no_page() {
    let mut browser = finding(&[]);
    assert_eq!(browser.get("/hyderabad/green-park/homes-for-sale").await.status, StatusCode::OK);
    browser.api.last("GET /api/search/filters?location=Green+Park");
    browser.api.says("GET /api/search/filters", json!({"totalElements": 0, "filters": {}}));
    assert_eq!(browser.get("/hyderabad/green-park/homes-for-sale").await.status, StatusCode::NOT_FOUND);
    assert_eq!(browser.get("/hyderabad/kondapur/homes-for-sale").await.status, StatusCode::OK);
}

#[tokio::test]
async fn pages_keep_everything_that_was_chosen() {
    let mut browser = finding(&[listing("h1", "Flat")]);
    let mut found = page_of(&[listing("h1", "Flat")]);
    (found["totalPages"], found["totalElements"]) = (json!(12), json!(140));
    browser.api.says("GET /api/search/properties", found);
    let answer = browser.get(&format!("{KONDAPUR}&sort=price-low&page=3")).await;
    let kept = "/hyderabad/kondapur/apartments-for-sale?bedrooms=2&#38;maxPrice=8000000&#38;sort=price-low";
    answer
        .has(&format!("rel=\"prev\" href=\"{kept}&#38;page=2\""))
        .has(&format!("rel=\"next\" href=\"{kept}&#38;page=4\""))
        .has("Page 3 of 12")
        .has("140 homes")
        .has("under ₹80 lakh, page 3 –");
    let far = browser.get(&format!("{KONDAPUR}&page=99")).await;
    far.has("There is no page 99: the list has 12 pages.").lacks("No home was found");
}

#[tokio::test]
async fn the_map_is_drawn_here_and_has_a_plain_equivalent() {
    let mut home = listing("h1", "Flat \"<b>\"");
    (home["latitude"], home["longitude"]) = (json!(17.464), json!(78.363));
    let mut browser = finding(&[home]);
    let answer = browser.get("/hyderabad/kondapur?view=map").await;
    browser.api.last(
        "GET /api/search/properties?page=0&size=60&sortBy=createdAt&sortDir=desc&location=Kondapur&facets=true",
    );
    answer
        .has("<svg class=\"map-drawing\"")
        .has("href=\"#home-h1\"")
        .has("id=\"home-h1\"")
        .has("<hyd-map data-bounds=\"")
        .has("?bbox=78.3237%2C17.474%2C78.3499%2C17.494&#38;view=map\">North-west")
        .lacks("Flat \"<b>\"");
    browser.get("/hyderabad?within=17.4,78.3;17.5,78.3;17.5,78.4").await.has("Within a drawn area");
    let asked = browser.api.lines().into_iter().rev().find(|line| line.contains("polygon=")).unwrap();
    assert!(asked.contains("%22Polygon%22"), "{asked}");
}

#[tokio::test]
async fn all_homes_come_with_searches_to_start_from() {
    let mut browser = Browser::signed_in();
    says(&browser.api);
    browser.api.says("GET /api/properties", page_of(&[listing("h1", "Flat")]));
    let answer = browser.get("/homes").await;
    answer
        .has("href=\"/homes?q=2+bhk+%3Cnear%3E+metro\">2 bhk &#60;near&#62; metro")
        .has("href=\"/hyderabad/kokapet/villas-for-sale\">Villas for sale in Kokapet")
        .has("Shown to you because you looked at &#60;flats&#62;.")
        .has("<option value=\"villas\">Villas (2)</option>");
    assert_eq!(answer.html.matches("Villas for sale in Kokapet").count(), 1, "the same search once");
    assert!(!browser.api.lines().iter().any(|line| line.contains("/api/search/properties")), "no search");
    browser.get("/recommended").await.has("Homes you may like").has("Shown to you because");
    let mut stranger = Browser::over(&browser.api);
    stranger.get("/homes").await.has("Popular searches").lacks("Your last searches").lacks("Shown to you");
    assert_eq!(stranger.get("/recommended").await.to(), "/sign-in?next=%2Frecommended");
}

#[tokio::test]
async fn hostile_text_is_text_in_every_parameter() {
    let mut browser = finding(&[listing("h1", "Flat")]);
    let hostile = "%22%3E%3Cscript%3Ealert(1)%3C/script%3E";
    for name in [
        "q",
        "kind",
        "locality",
        "deal",
        "type",
        "bedrooms",
        "bathrooms",
        "minPrice",
        "maxPrice",
        "minArea",
        "maxArea",
        "furnished",
        "amenities",
        "possession",
        "forWhom",
        "availableBy",
        "verified",
        "bbox",
        "within",
        "pincode",
        "city",
        "sort",
        "page",
        "view",
        "for",
        "unheard",
    ] {
        for path in ["/homes", "/hyderabad", "/hyderabad/kondapur/pg"] {
            let mut answer = browser.get(&format!("{path}?{name}={hostile}")).await;
            for _ in 0..3 {
                if answer.status == StatusCode::SEE_OTHER {
                    let to = answer.to().to_owned();
                    assert!(to.starts_with("/h") && to.is_ascii(), "{to}");
                    answer = browser.get(&to).await;
                }
            }
            answer.lacks("<script>").lacks("<script src");
        }
    }
}
