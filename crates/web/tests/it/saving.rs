//! Saving a search.

use axum::http::StatusCode;
use serde_json::json;

use crate::browser::Browser;
use crate::stub::{listing, page_of};

const NEW: &str = "/searches/new?locality=kondapur&kind=apartments-for-sale&bedrooms=2&q=%3Clake%3E";

#[tokio::test]
async fn a_search_is_shown_before_it_is_saved() {
    let mut browser = Browser::signed_in();
    let homes: Vec<_> = (1..=3).map(|n| listing(&format!("h{n}"), "Flat")).collect();
    let mut found = page_of(&homes);
    found["totalElements"] = json!(41);
    browser.api.says("GET /api/search/properties", found);
    let answer = browser.get(NEW).await;
    answer
        .has("<li>Kondapur</li>")
        .has("<li>2 BHK</li>")
        .has("<li>“&#60;lake&#62;”</li>")
        .has("41 homes match now")
        .has("name=\"bedrooms\" value=\"2\"")
        .has("value=\"DAILY\" selected");
    let asked =
        browser.api.lines().into_iter().rev().find(|line| line.contains("/search/properties")).unwrap();
    assert!(asked.contains("size=3") && asked.contains("location=Kondapur"), "{asked}");
    assert!(asked.ends_with("&record=false&include=favorite"), "it is no search of its own: {asked}");
    browser.get("/searches/new").await.has("Choose something first");
}

#[tokio::test]
async fn a_saved_search_leads_back_to_its_results() {
    let mut browser = Browser::signed_in();
    browser.api.says("POST /api/search/save", json!({"id": "s1"}));
    let fields = [
        ("locality", "kondapur"),
        ("kind", "apartments-for-sale"),
        ("bedrooms", "2"),
        ("name", "Two rooms"),
        ("frequency", "INSTANT"),
        ("channels", "EMAIL"),
    ];
    let answer = browser.post("/searches/new", &fields).await;
    assert_eq!(answer.to(), "/hyderabad/kondapur/apartments-for-sale?bedrooms=2");
    assert_eq!(
        browser.api.last("POST /api/search/save").body,
        json!({"name": "Two rooms", "frequency": "INSTANT", "channels": ["EMAIL"], "filters": {
            "location": "Kondapur", "propertyType": "APARTMENT", "listingType": "SALE", "bedrooms": "2"}})
    );
}

#[tokio::test]
async fn what_the_api_refuses_is_told_beside_the_field() {
    let mut browser = Browser::signed_in();
    browser.api.says("GET /api/search/properties", page_of(&[]));
    browser.api.refuses("POST /api/search/save", 400, json!({"name": "is <required>"}));
    let answer = browser.post("/searches/new", &[("bedrooms", "2"), ("name", "<b>")]).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    answer.has("is &#60;required&#62;").has("value=\"&#60;b&#62;\"").has("name=\"bedrooms\" value=\"2\"");
}

#[tokio::test]
async fn a_stranger_signs_in_first_and_comes_back() {
    let mut browser = Browser::new();
    let answer = browser.get("/searches/new?kind=pg&forWhom=WOMEN").await;
    assert_eq!(answer.to(), "/sign-in?next=%2Fsearches%2Fnew%3Fkind%3Dpg%26forWhom%3DWOMEN");
}
