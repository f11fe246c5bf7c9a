//! Rules that hold for every page.

use std::collections::HashSet;

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use web::Settings;

use crate::browser::Browser;
use crate::stub::{listing, look, page_of};

fn everything() -> Browser {
    let browser = Browser::signed_in();
    let api = &browser.api;
    let homes = page_of(&[listing("h1", "Flat"), listing("h2", "Villa")]);
    api.says("GET /api/properties/recent", json!([listing("h1", "Flat")]));
    api.says("GET /api/properties", homes.clone());
    api.says("GET /api/search/properties", crate::search::found());
    crate::results::says(api);
    api.says("GET /api/properties/my-properties", homes);
    crate::dashboard::says(api);
    api.says("GET /api/properties/h1", listing("h1", "Flat"));
    api.says(
        "GET /api/contact-looks",
        page_of(&[look("PERSON", "Ravi"), look("STAFF", ""), look("LEFT", "")]),
    );
    api.says("GET /api/auth/sessions", json!([{"id": "s2", "current": false}]));
    api.says("GET /api/notifications/preferences/me", json!({"channels": {}}));
    crate::admin::says(api);
    crate::moderation::says(api);
    crate::people::says(api);
    crate::areas::says(api);
    crate::tools::says(api);
    api.says("GET /api/v1/admin/mailbox", json!([{"name": "1.eml", "body": "Hello"}]));
    api.says("GET /api/mailbox", json!([{"name": "1.eml", "body": "Hello"}]));
    browser
}

const PAGES: [&str; 70] = [
    "/",
    "/homes",
    "/homes?sort=price-low&page=2",
    "/homes?q=2+bhk+flat+in+kondapur",
    "/homes?view=map",
    "/hyderabad/kondapur",
    "/hyderabad/kondapur/apartments-for-sale?bedrooms=2&maxPrice=80L&view=split",
    "/hyderabad/pg?bbox=78.3,17.3,78.5,17.5&view=map&forWhom=WOMEN",
    "/hyderabad/homes-for-rent?q=lake&page=2",
    "/searches/new",
    "/searches/new?kind=apartments-for-rent&bedrooms=2&q=lake",
    "/recommended",
    "/homes?q=2+bhk+flat+in+kondapur&for=rent",
    "/homes/h1",
    "/hyderabad/kondapur/3-bhk-apartment-for-sale/flat-h1",
    "/homes/h1/enquire",
    "/homes/h1/visit",
    "/homes/h1/report",
    "/homes/h1/share",
    "/homes/h1/save",
    "/compare",
    "/compare?id=h1&id=h2",
    "/homes/h1/edit",
    "/homes/none",
    "/post",
    "/sign-in",
    "/register",
    "/forgot-password",
    "/reset-password?token=t",
    "/verify-email?userId=u&code=c",
    "/dashboard",
    "/dashboard/timeline",
    "/dashboard/timeline?type=USER_LOGIN&from=2026-11-01&cursor=abc",
    "/dashboard/searches",
    "/dashboard/viewed",
    "/dashboard/enquiries",
    "/dashboard/leads",
    "/dashboard/leads?stage=CONTACTED&home=h1",
    "/dashboard/leads/l1?home=h2",
    "/dashboard/listings",
    "/dashboard/saved",
    "/dashboard/contact-looks",
    "/dashboard/contact-looks?home=h1&page=2",
    "/inbox",
    "/inbox?page=2",
    "/account",
    "/account/emails",
    "/account/privacy",
    "/account/delete",
    "/dev/mailbox",
    "/admin/events",
    "/admin/letters/properties-service-group-7",
    "/admin/letters/properties-service-group-7/discard",
    "/admin/jobs/j1",
    "/admin/analytics",
    "/moderation",
    "/moderation/h1",
    "/admin/people",
    "/admin/people/u2",
    "/admin/people/u2/suspend",
    "/admin/people/u2/role?role=ADMIN",
    "/design",
    "/areas",
    "/areas?show=rising&sort=price",
    "/areas/kondapur",
    "/tools/emi",
    "/tools/emi?price=cheap",
    "/tools/value?location=Kondapur&area=900",
    "/tools/costs",
    "/about-data",
];

/// All values of an attribute in the page.
fn all<'a>(html: &'a str, attribute: &str) -> Vec<&'a str> {
    let start = format!(" {attribute}=\"");
    html.split(&start).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

/// The page without what its head tells other sites, and without our own module. No script stands in a page itself:
/// structured data is no script, and none of its text can end its element.
fn shown(html: &str) -> String {
    let of_the_head = |line: &&str| {
        let data = line.strip_prefix("<script type=\"application/ld+json\">{");
        let data = data.and_then(|rest| rest.strip_suffix("}</script>"));
        let told = ["<link rel=\"canonical\" ", "<link rel=\"prev\" ", "<link rel=\"next\" "];
        data.is_some_and(|data| !data.contains(['<', '>', '&']))
            || told.iter().any(|start| line.starts_with(start))
            || (line.starts_with("<script type=\"module\" src=\"/assets/islands/main-")
                && line.ends_with(".js\"></script>"))
    };
    html.lines().filter(|line| !of_the_head(line)).collect::<Vec<_>>().join("\n")
}

pub fn check(path: &str, html: &str) {
    let html = &*shown(html);
    for never in ["<script", "<style", " style=", " onclick=", "javascript:"] {
        assert!(!html.contains(never), "{never} on {path}");
    }
    for source in all(html, "src") {
        assert!(source.starts_with('/'), "{source} on {path}");
    }
    for link in html.split(" href=\"http").skip(1) {
        let rest = link.split_once('"').map(|(_, rest)| rest);
        assert!(rest.is_some_and(|rest| rest.starts_with(" rel=\"noopener")), "{link} on {path}");
    }
    for once in ["<html lang=\"en-IN\">", "<main id=\"main\"", "<h1", "href=\"#main\"", "<title>", "</html>"]
    {
        assert_eq!(html.matches(once).count(), 1, "{once} on {path}");
    }
    let ids = all(html, "id");
    let known: HashSet<_> = ids.iter().copied().collect();
    assert_eq!(known.len(), ids.len(), "an id is there twice on {path}");
    let fragments = all(html, "href").into_iter().filter_map(|href| href.strip_prefix('#'));
    let described = all(html, "aria-describedby").into_iter().flat_map(str::split_whitespace);
    for id in fragments.chain(described).chain(all(html, "aria-labelledby")) {
        assert!(known.contains(id), "nothing is {id} on {path}");
    }
    let labelled: HashSet<_> = all(html, "for").into_iter().collect();
    for tag in ["<input id=", "<input type=\"checkbox\" id=", "<select id=", "<textarea id="] {
        for rest in html.split(&format!("{tag}\"")).skip(1) {
            let id = rest.split('"').next().unwrap();
            assert!(labelled.contains(id), "{id} has no label on {path}");
        }
    }
    let posts = html.matches("method=\"post\"").count();
    assert_eq!(html.matches("name=\"_csrf\"").count(), posts, "a form without its token on {path}");
}

#[tokio::test]
async fn every_page_is_whole_labelled_and_free_of_inline_scripts() {
    let mut member = everything();
    let mut stranger = Browser::over(&member.api);
    let mut shown = 0;
    for path in PAGES {
        for browser in [&mut member, &mut stranger] {
            let answer = browser.open(path).await;
            if answer.status != StatusCode::SEE_OTHER {
                check(path, &answer.html);
                shown += 1;
            }
        }
    }
    assert!(shown > 20, "{shown}");
}

#[tokio::test]
async fn an_unknown_address_has_a_page() {
    let mut browser = Browser::new();
    for path in [
        "/nothing/here",
        "/homes/h1/nothing",
        "//evil.example/x",
        "/hyderabad/Kondapur",
        "/hyderabad/a/castles",
    ] {
        let answer = browser.get(path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        answer.has("Page not found");
    }
    let answer = browser.get("/sign-out").await;
    assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
    answer.has("Page not found");
}

#[tokio::test]
async fn too_many_requests_are_told_how_long_to_wait() {
    let mut browser = Browser::new();
    let body = json!({"success": false, "message": "Slow down", "error": {"code": "RATE_LIMITED"}});
    let status = StatusCode::TOO_MANY_REQUESTS;
    browser.api.answers("POST /api/auth/login", status, &[("retry-after", "42")], body);
    let answer = browser.post("/sign-in", &[("emailOrUsername", "a"), ("password", "b")]).await;
    assert_eq!((answer.status, &answer.headers["retry-after"]), (status, &"42".parse().unwrap()));
    answer.has("wait 42 seconds");
}

#[tokio::test]
async fn an_answer_nobody_understands_is_a_page_and_no_fault_of_the_reader() {
    let mut browser = Browser::new();
    for body in [json!("not an envelope"), json!({"success": true, "data": {"content": 7}}), Value::Null] {
        browser.api.answers("GET /api/properties/recent", StatusCode::OK, &[], body);
        let answer = browser.get("/").await;
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
        answer.has("Not available just now");
    }
}

#[tokio::test]
async fn the_list_is_sorted_and_paged_by_its_address() {
    let mut browser = everything();
    let mut list = page_of(&[listing("h1", "Flat")]);
    list["totalPages"] = json!(9);
    browser.api.says("GET /api/properties", list);
    let answer = browser.get("/homes?sort=price-high&page=3").await;
    let marked = |list: &str| format!("GET /api/properties?{list}&include=favorite");
    browser.api.last(&marked("page=2&size=12&sortBy=price&sortDir=desc"));
    answer
        .has("/homes?sort=price-high&#38;page=2")
        .has("/homes?sort=price-high&#38;page=4")
        .has("Page 3 of 9");
    browser.get("/homes?sort=nonsense&page=minus").await;
    browser.api.last(&marked("page=0&size=12&sortBy=createdAt&sortDir=desc"));
}

#[tokio::test]
async fn what_a_list_does_not_understand_in_its_address_is_said() {
    let mut browser = everything();
    let mut list = page_of(&[]);
    (list["totalPages"], list["totalElements"]) = (json!(9), json!(123_456));
    browser.api.says("GET /api/properties", list);
    let answer = browser.get("/homes?rooms=3&town=x&utm_source=y&sort=cheapest&page=minus").await;
    answer
        .has("This page does not know “rooms”, “town” in its address")
        .has("There is no order “cheapest”: the newest homes come first.")
        .has("There is no page “minus”: this is the first one.")
        .has("1,23,456 homes");
    answer.lacks("“utm_source”");
    let answer = browser.get("/homes?page=999").await;
    answer.has("There is no page 999: the list has 9 pages.").has("page=9\">Last page");
    check("/homes?page=999", &answer.html);
    let hostile = browser.get(&format!("/homes?%3Cb%3E{}=1", "x".repeat(500))).await;
    hostile.has("“&#60;b&#62;xxx").has("…” in its address");
    for path in ["/dashboard/viewed", "/dashboard/listings", "/dashboard/saved"] {
        browser.get(&format!("{path}?page=77")).await.has("There is no page 77");
    }
}

#[tokio::test]
async fn the_stylesheet_is_kept_for_ever_under_a_name_of_its_content() {
    let mut browser = everything();
    let page = browser.get("/").await;
    let href = all(&page.html, "href").into_iter().find(|href| href.contains(".css")).unwrap();
    let css = browser.get(href).await;
    assert_eq!(css.status, StatusCode::OK);
    assert_eq!(css.headers["content-type"], "text/css; charset=utf-8");
    assert_eq!(css.headers["cache-control"], "public, max-age=31536000, immutable");
    assert!(!css.headers.contains_key("set-cookie"));
    assert_eq!(browser.get("/assets/0.css").await.status, StatusCode::NOT_FOUND);
    let font = all(&page.html, "href").into_iter().find(|href| href.contains(".woff2")).unwrap();
    page.has(&format!("<link rel=\"preload\" href=\"{font}\" as=\"font\" type=\"font/woff2\" crossorigin>"));
    assert!(css.html.contains(font), "what is fetched early is what the stylesheet uses");
    let icons = page.html.split("<use href=\"").nth(1).and_then(|rest| rest.split('#').next()).unwrap();
    let drawn = browser.get(icons).await;
    assert_eq!(drawn.headers["content-type"], "image/svg+xml");
    assert_eq!(drawn.headers["cache-control"], "public, max-age=31536000, immutable");
    assert_eq!(browser.get("/assets/icon.svg").await.headers["content-type"], "image/svg+xml");
}

#[tokio::test]
async fn the_components_are_shown_in_trials_only() {
    let mut browser = everything();
    browser.get("/design").await.has("An apartment with all badges").has("Price drop").has("aria-invalid");
    let settings = Settings { demo: false, ..Browser::settings() };
    browser.router = web::router(web::Api::new(browser.api.router()), settings);
    assert_eq!(browser.get("/design").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_head_request_is_a_reading_one() {
    let answer = everything().send(Method::HEAD, "/homes", &[], String::new()).await;
    assert_eq!((answer.status, answer.html.as_str()), (StatusCode::OK, ""));
}
