//! H20: every filter takes effect, the requested order holds across all pages, and totals are correct.

use serde_json::{Value, json};
use testkit::{Answer, Person, TestApp};

fn titles(answer: &Answer) -> Vec<&str> {
    answer.data()["content"].as_array().unwrap().iter().map(|home| home["title"].as_str().unwrap()).collect()
}

/// Two homes that differ in every property that can be searched for.
async fn two() -> (TestApp, Person) {
    let app = TestApp::with(|_| {}, &[("limits.enabled", "false"), ("reads.wait_ms", "60000")]).await;
    let owner = Person::register(&app.client, "owner").await;
    for body in [
        json!({"title": "Small & quiet", "description": "100% sun, all of the year", "price": 3_000_000, "location": "Kokapet",
            "city": "Hyderabad", "state": "Telangana", "propertyType": "APARTMENT", "listingType": "SALE",
            "bedrooms": 1, "bathrooms": 1, "areaSqft": 500, "furnishedStatus": "FURNISHED",
            "latitude": 17.40, "longitude": 78.33}),
        json!({"title": "Large and loud", "description": "Right by the road", "price": 90_000_000, "location": "Uppal",
            "city": "Warangal", "state": "Andhra", "propertyType": "VILLA", "listingType": "RENT",
            "bedrooms": 6, "bathrooms": 5, "areaSqft": 6000, "furnishedStatus": "UNFURNISHED",
            "latitude": 17.97, "longitude": 79.59}),
    ] {
        owner.client.post("/api/properties", &body).await.expect(201);
    }
    (app, owner)
}

#[tokio::test(flavor = "multi_thread")]
async fn h20_every_filter_filters_alone_and_beside_a_text() {
    let (_app, owner) = two().await;
    for (filter, value) in [
        ("city", json!("Hyderabad")),
        ("state", json!("Telangana")),
        ("location", json!("Kokapet")),
        ("propertyType", json!("APARTMENT")),
        ("listingType", json!("SALE")),
        ("maxPrice", json!(4_000_000)),
        ("bedrooms", json!(1)),
        ("bathrooms", json!(1)),
        ("maxArea", json!(1000)),
        ("furnishedStatus", json!("FURNISHED")),
    ] {
        for text in ["", "quiet"] {
            let body = json!({filter: value, "query": text});
            let found = owner.client.post("/api/search/properties", &body).await.expect(200);
            assert_eq!(titles(&found), ["Small & quiet"], "{filter} {text}");
            assert_eq!(found.data()["totalElements"], 1, "{filter} {text}");
        }
        let body = json!({filter: value, "query": "loud"});
        let found = owner.client.post("/api/search/properties", &body).await.expect(200);
        assert_eq!(titles(&found), [""; 0], "{filter}: a text does not switch filters off");
    }
    let near = json!({"latitude": 17.41, "longitude": 78.34, "radiusKm": 5});
    let found = owner.client.post("/api/search/properties", &near).await.expect(200);
    assert_eq!(titles(&found), ["Small & quiet"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn h20_an_order_holds_over_all_pages_and_a_text_is_taken_as_it_is() {
    let (app, owner) = two().await;
    for (order, first) in [("asc", "Small & quiet"), ("desc", "Large and loud")] {
        let mut seen: Vec<Value> = Vec::new();
        for page in 0..2 {
            let body = json!({"sortBy": "price", "sortOrder": order, "page": page, "size": 1});
            let found = owner.client.post("/api/search/properties", &body).await.expect(200);
            assert_eq!(found.data()["totalElements"], 2);
            seen.extend(found.data()["content"].as_array().unwrap().iter().cloned());
        }
        assert_eq!((seen.len(), seen[0]["title"].as_str()), (2, Some(first)), "{order}");
    }
    app.drain().await;
    for query in ["small+%26+quiet", "100%25+sun"] {
        let found = app.client.get(&format!("/api/search/properties?query={query}")).await.expect(200);
        assert_eq!(titles(&found), ["Small & quiet"], "{query}");
    }
    for query in ["%22%28%5B+AND+title%3A", "*", "%E0%B0%87"] {
        app.client.get(&format!("/api/search/properties?query={query}")).await.expect(200);
    }
}
