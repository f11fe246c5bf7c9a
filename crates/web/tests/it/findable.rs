//! What search engines are told.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::browser::{Answer, Browser};
use crate::stub::{listing, page_of};

const LIST: &str = "GET /api/properties?sortBy=createdAt&sortDir=asc&size=100";

/// The structured data of a page.
fn data(answer: &Answer) -> Vec<Value> {
    let start = "<script type=\"application/ld+json\">";
    let texts = answer.html.split(start).skip(1).map(|rest| rest.split("</script>").next().unwrap());
    texts.map(|text| serde_json::from_str(text).unwrap()).collect()
}

/// A home with a photo that changed on that day of November.
fn home(id: &str, day: u32) -> Value {
    let mut home = listing(id, "Flat");
    home["updatedAt"] = json!(format!("2026-11-{day:02}T08:00:00Z"));
    home["images"] = json!([{"id": format!("f-{id}"), "isPrimary": true}]);
    home
}

/// A list of three pages.
fn three_pages() -> Browser {
    let browser = Browser::new();
    let pages = [("", Some("c1")), ("&cursor=c1", Some("c2")), ("&cursor=c2", None)];
    for (at, (cursor, next)) in (1_u32..).zip(pages) {
        let mut page = page_of(&[home(&format!("h{at}"), at)]);
        page["next"] = json!(next);
        browser.api.says(&format!("{LIST}{cursor}"), page);
    }
    browser
}

#[tokio::test]
async fn a_sitemap_is_read_to_its_end_and_its_index_once_an_hour() {
    let mut browser = three_pages();
    let index = browser.get("/sitemap.xml").await;
    assert_eq!(index.headers["content-type"], "application/xml; charset=utf-8");
    assert_eq!(index.headers["cache-control"], "public, max-age=3600");
    assert!(!index.headers.contains_key("set-cookie"));
    index
        .has("<loc>https://homes.example/sitemaps/areas.xml</loc>")
        .has("<loc>https://homes.example/sitemaps/homes-1.xml</loc><lastmod>2026-11-03T08:00:00Z</lastmod>")
        .lacks("homes-2.xml");
    assert_eq!(browser.api.lines().len(), 3);

    let file = browser.get("/sitemaps/homes-1.xml").await;
    assert_eq!(file.status, StatusCode::OK);
    for (id, day) in [("h1", 1), ("h2", 2), ("h3", 3)] {
        file.has(&format!(
            "<url><loc>https://homes.example/hyderabad/kondapur/3-bhk-apartment-for-sale/flat-{id}</loc><lastmod>2026-11-{day:02}T08:00:00Z</lastmod>\
             <image:image><image:loc>https://homes.example/api/files/f-{id}?w=1600</image:loc></image:image></url>"
        ));
    }
    assert_eq!(file.html.matches("<urlset").count(), 1);
    assert!(file.html.ends_with("</urlset>\n"));
    assert_eq!(browser.api.lines().len(), 3 + 1 + 3, "the walk was not made again");
    for none in ["/sitemaps/homes-2.xml", "/sitemaps/homes-0.xml", "/sitemaps/homes-x.xml", "/sitemaps/x"] {
        assert_eq!(browser.get(none).await.status, StatusCode::NOT_FOUND, "{none}");
    }
}

#[tokio::test]
async fn a_sitemap_that_cannot_be_made_is_no_empty_one() {
    let mut browser = Browser::new();
    let body = json!({"success": false, "error": {"code": "RATE_LIMITED"}});
    browser.api.answers("GET /api/properties", StatusCode::TOO_MANY_REQUESTS, &[("retry-after", "9")], body);
    let answer = browser.get("/sitemap.xml").await;
    assert_eq!((answer.status, &*answer.html), (StatusCode::TOO_MANY_REQUESTS, ""));
    assert_eq!(answer.headers["retry-after"], "9");
}

#[tokio::test]
async fn areas_and_lists_are_in_a_sitemap_of_their_own() {
    let mut browser = Browser::new();
    browser.get("/sitemaps/areas.xml").await.has("<loc>https://homes.example/homes</loc>").lacks("/areas/");
    browser
        .api
        .says("GET /api/market/areas", page_of(&[json!({"slug": "kondapur"}), json!({"slug": "../x"})]));
    let file = browser.get("/sitemaps/areas.xml").await;
    file.has("<loc>https://homes.example/areas/kondapur</loc>").lacks("..");
}

#[tokio::test]
async fn robots_are_kept_from_personal_pages() {
    let robots = Browser::new().get("/robots.txt").await;
    assert_eq!(robots.headers["content-type"], "text/plain; charset=utf-8");
    robots
        .has("User-agent: *\n")
        .has("Disallow: /dashboard\n")
        .has("Disallow: /inbox\n")
        .has("Allow: /api/files/\n")
        .has("\nSitemap: https://homes.example/sitemap.xml\n");
}

#[tokio::test]
async fn a_home_is_found_under_one_address() {
    let mut browser = Browser::new();
    browser.api.says("GET /api/properties/h1", home("h1", 20));
    let page = browser.open("/homes/h1?utm_source=letter").await;
    page.has("<link rel=\"canonical\" href=\"https://homes.example/hyderabad/kondapur/3-bhk-apartment-for-sale/flat-h1\">")
        .has(
            "<meta property=\"og:image\" content=\"https://homes.example/previews/h1.jpg?v=20261120080000\">",
        )
        .has("<meta name=\"twitter:card\" content=\"summary_large_image\">")
        .has("<meta name=\"description\" content=\"Apartment for sale · 3 bedrooms · 1,450 sq ft, Kondapur")
        .lacks("noindex");
    let data = data(&page);
    let kinds: Vec<_> = data.iter().map(|data| data["@type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["RealEstateListing", "BreadcrumbList"]);
    assert!(!page.html.split("</head>").next().unwrap().contains("9000000000"), "no contact is in the head");

    let mut sold = home("h1", 20);
    sold["status"] = json!("SOLD");
    browser.api.says("GET /api/properties/h1", sold);
    browser.open("/homes/h1").await.has("<meta name=\"robots\" content=\"noindex\">");
    browser.api.refuses("GET /api/properties/h1", 410, json!({}));
    let gone = browser.get("/homes/h1").await;
    assert_eq!(gone.status, StatusCode::GONE);
    gone.has("noindex").lacks("canonical");
}

#[tokio::test]
async fn a_preview_that_cannot_be_drawn_is_the_photo() {
    let mut browser = Browser::new();
    browser.api.says("GET /api/properties/h1", home("h1", 20));
    browser.api.says("GET /api/files/f-h1", json!("no photo"));
    let answer = browser.get("/previews/h1.jpg?v=1").await;
    assert_eq!((answer.status, answer.to()), (StatusCode::TEMPORARY_REDIRECT, "/api/files/f-h1?w=1600"));
    assert_eq!(answer.headers["cache-control"], "no-store");
    browser.api.says("GET /api/properties/h1", listing("h1", "Flat"));
    for none in ["/previews/h1.jpg", "/previews/h2.jpg", "/previews/h1.png", "/previews/..jpg"] {
        assert_eq!(browser.get(none).await.status, StatusCode::NOT_FOUND, "{none}");
    }
}

#[tokio::test]
async fn hostile_text_cannot_leave_the_structured_data() {
    let mut browser = Browser::new();
    let hostile = "</script><script>alert(1)</script><!--";
    let mut home = listing("h1", hostile);
    home["amenities"] = json!([hostile]);
    home["location"] = json!(hostile);
    browser.api.says("GET /api/properties/h1", home.clone());
    browser.api.says("GET /api/properties", page_of(&[home]));
    for path in ["/homes/h1", "/homes"] {
        let page = browser.open(path).await;
        page.lacks("<script>alert").lacks("<!--");
        assert_eq!(data(&page).len(), 2, "{path}");
    }
}

#[tokio::test]
async fn a_list_is_found_page_by_page_and_a_search_is_not() {
    let mut browser = Browser::new();
    let mut list = page_of(&[listing("h1", "Flat")]);
    list["totalPages"] = json!(9);
    browser.api.says("GET /api/properties", list);
    browser.api.says("GET /api/search/properties", crate::search::found());
    let page = browser.get("/homes?sort=price-high&page=3").await;
    page.has("<link rel=\"canonical\" href=\"https://homes.example/homes?page=3\">")
        .has("<link rel=\"prev\" href=\"https://homes.example/homes?page=2\">")
        .has("<link rel=\"next\" href=\"https://homes.example/homes?page=4\">")
        .lacks("noindex");
    let list = &data(&page)[0];
    assert_eq!(
        list["itemListElement"][0]["url"],
        "https://homes.example/hyderabad/kondapur/3-bhk-apartment-for-sale/flat-h1"
    );
    browser.get("/homes?q=2+bhk").await.has("<meta name=\"robots\" content=\"noindex\">");
}

#[tokio::test]
async fn pages_for_one_person_are_in_no_index() {
    let mut person = Browser::signed_in();
    for path in ["/account", "/dashboard/saved"] {
        person.get(path).await.has("<meta name=\"robots\" content=\"noindex\">").lacks("canonical");
    }
    let mut stranger = Browser::new();
    for path in ["/sign-in", "/register", "/nothing-here"] {
        stranger.get(path).await.has("<meta name=\"robots\" content=\"noindex\">").lacks("canonical");
    }
}

#[tokio::test]
async fn the_script_is_our_own_and_kept_for_ever() {
    let mut browser = Browser::new();
    browser.api.says("GET /api/properties/recent", json!([]));
    let page = browser.get("/").await;
    let script = page.html.split("<script type=\"module\" src=\"").nth(1).unwrap().split('"').next().unwrap();
    let answer = browser.get(script).await;
    assert_eq!(answer.headers["content-type"], "text/javascript; charset=utf-8");
    assert_eq!(answer.headers["cache-control"], "public, max-age=31536000, immutable");
    assert_eq!(browser.get("/assets/islands/none.js").await.status, StatusCode::NOT_FOUND);
    let kinds: Vec<_> = data(&page).iter().map(|data| data["@type"].clone()).collect();
    assert_eq!(kinds, ["WebSite", "Organization"]);
}
