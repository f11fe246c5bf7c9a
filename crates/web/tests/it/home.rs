//! The first page and the layout around every page.

use axum::http::StatusCode;
use serde_json::json;

use crate::browser::Browser;
use crate::stub::{listing, page_of};

fn visited(browser: &Browser) {
    browser.api.says("GET /api/properties/recent", json!([listing("h1", "Flat")]));
}

#[tokio::test]
async fn one_box_searches_for_what_the_tab_says() {
    let mut browser = Browser::new();
    visited(&browser);
    let page = browser.get("/").await;
    page.has("role=\"search\" method=\"get\" action=\"/homes\"");
    page.has("id=\"for-buy\" name=\"for\" value=\"buy\" checked>")
        .has("id=\"for-pg\" name=\"for\" value=\"pg\">");
    assert_eq!(page.html.matches("role=\"search\"").count(), 1);
    let answer = browser.get("/homes?for=rent&q=2+bhk&sort=price-low").await;
    assert_eq!(answer.to(), "/hyderabad/homes-for-rent?q=2+bhk&sort=price-low");
    assert_eq!(browser.get("/homes?for=plots&q=").await.to(), "/hyderabad/plots-for-sale");
}

#[tokio::test]
async fn a_card_tells_price_size_and_age_and_is_never_an_empty_hole() {
    let mut browser = Browser::new();
    visited(&browser);
    let page = browser.get("/").await;
    page.has("<strong class=\"price\">₹95 Lakh</strong>").has("₹6,552/sq ft, owner’s figure");
    page.has("3 BHK · 1,450 sq ft").has(">4 hours ago</time>").has("class=\"no-photo\"").has("#building\"");
    page.has("<span class=\"badge\">New</span>")
        .has("href=\"/homes/h1/save\"")
        .lacks("action=\"/homes/h1/save\"");
    page.has("href=\"/compare?id=h1\"");
    let mut member = Browser::signed_in();
    visited(&member);
    member.get("/").await.has("action=\"/homes/h1/save\"").has("name=\"next\" value=\"/\"");
}

#[tokio::test]
async fn areas_are_shown_when_there_are_figures_and_only_then() {
    let mut browser = Browser::new();
    visited(&browser);
    browser.get("/").await.lacks("areas-title");
    let month = |median: Option<u32>| json!({"month": "2026-01", "medianPricePerSqft": median, "homes": 5});
    let area = |slug: &str, homes: u32, median: Option<u32>| {
        json!({"slug": slug, "name": format!("<{slug}>"), "homesForSale": homes, "homesForRent": 1,
            "medianPricePerSqft": median, "changePercent": 4.26,
            "series": [month(median), month(None), month(median.map(|it| it + 100))]})
    };
    let areas = [area("kondapur", 1, Some(123_456)), area("uppal", 9, None), area("kokapet", 7, Some(9000))];
    browser.api.says("GET /api/market/areas", page_of(&areas));
    let page = browser.get("/").await;
    page.has("href=\"/areas/kondapur\">&#60;kondapur&#62;</a>").has("₹1,23,456").has("up 4.3 %");
    page.has("1 home for sale").has("7 homes for sale").has("plot spark").lacks("/areas/uppal");
    assert!(page.html.find("/areas/kokapet") < page.html.find("/areas/kondapur"), "most homes first");
    browser.api.refuses("GET /api/market/areas", 503, json!({}));
    let page = browser.get("/").await;
    assert_eq!(page.status, StatusCode::OK);
    page.lacks("areas-title");
}

#[tokio::test]
async fn the_navigation_leads_everywhere_and_marks_where_one_is() {
    let mut browser = Browser::new();
    visited(&browser);
    let page = browser.get("/").await;
    for path in ["/hyderabad/homes-for-sale", "/hyderabad/plots-for-sale", "/areas", "/tools/emi", "/post"] {
        page.has(&format!("href=\"{path}\""));
    }
    page.has("<summary>").lacks("Sign out").lacks("/admin/events");
    browser.get("/sign-in").await.has("href=\"/sign-in\" aria-current=\"page\"").has("id=\"site-search\"");
    let mut member = Browser::signed_in();
    visited(&member);
    member.get("/").await.has("Sign out").has("href=\"/dashboard/saved\"").lacks("href=\"/register\"");
}
