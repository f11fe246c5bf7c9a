//! The pages of results over the real search: words become addresses, and addresses find homes.

use serde_json::json;
use testkit::{Person, TestApp};

/// Follows a search to the page that answers it.
async fn answer(app: &TestApp, path: &str) -> (String, String) {
    let mut path = path.to_owned();
    for _ in 0..3 {
        let page = app.client.get(&path).await;
        let Some(to) = page.header("location") else { return (path, page.expect(200).text) };
        to.clone_into(&mut path);
    }
    panic!("{path} leads round in circles");
}

#[tokio::test(flavor = "multi_thread")]
async fn words_lead_to_an_address_and_the_address_finds_the_home() {
    let app = TestApp::start().await;
    let asha = Person::register(&app.client, "asha").await;
    for (title, location, price, kind, bedrooms) in [
        ("Bright flat", "Kondapur", 7_500_000, "APARTMENT", 2),
        ("Dear flat", "Kondapur", 17_500_000, "APARTMENT", 2),
        ("Quiet villa", "Green Park Colony", 30_000_000, "VILLA", 4),
    ] {
        let body = json!({"title": title, "location": location, "price": price, "propertyType": kind,
            "listingType": "SALE", "bedrooms": bedrooms});
        asha.client.post("/api/properties", &body).await.expect(201);
    }
    app.drain().await;
    let (path, page) = answer(&app, "/homes?q=2+bhk+flat+for+sale+in+kondapur+under+80+lakh").await;
    assert_eq!(path, "/hyderabad/kondapur/apartments-for-sale?bedrooms=2&maxPrice=8000000");
    assert!(page.contains("2 BHK apartments for sale in Kondapur under ₹80 lakh"), "{page}");
    assert!(page.contains("Bright flat") && !page.contains("Dear flat"), "{page}");
    let (path, page) = answer(&app, "/homes?kind=villas&locality=Green+Park+Colony&view=map").await;
    assert_eq!(path, "/hyderabad/green-park-colony/villas?view=map");
    assert!(page.contains("Quiet villa"), "{page}");
    let (_, page) = answer(&app, "/hyderabad/kondapur/apartments-for-rent").await;
    assert!(page.contains("No home was found.") && page.contains("Without For rent: 2 homes"), "{page}");
    let (_, page) =
        answer(&app, "/hyderabad?within=17.3,78.2;17.6,78.2;17.6,78.6;17.3,78.6&view=split").await;
    assert!(page.contains("Within a drawn area"), "{page}");
    app.client.get("/hyderabad/atlantis/villas").await.expect(404);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_saved_on_its_page_is_kept() {
    let app = TestApp::start().await;
    let asha = Person::register(&app.client, "asha").await;
    let wanted = json!({"name": "Two rooms", "frequency": "WEEKLY", "channels": ["EMAIL", "IN_APP"],
        "filters": {"location": "Kondapur", "propertyType": "APARTMENT", "listingType": "SALE",
            "bedrooms": "2,3", "maxPrice": "8000000", "verified": "true", "availableBy": "2027-01-05",
            "bbox": "78.3,17.3,78.5,17.5", "query": "lake"}});
    // What the page sends: every value as text.
    asha.client.post("/api/search/save", &wanted).await.expect(201);
    let saved = asha.client.get("/api/search/saved/me").await.expect(200);
    assert_eq!(saved.data()["content"][0]["filters"]["bedrooms"], "2,3");
    app.stop().await;
}
