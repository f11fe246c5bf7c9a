//! H14: one model of a listing, whichever operation returns it.

use serde_json::{Value, json};
use testkit::{Person, TestApp};

/// The listing as every operation shows it to its owner, who does not count as a viewer.
async fn shown(app: &TestApp, owner: &Person, id: &str) -> Vec<(String, Value)> {
    app.drain().await;
    let mut found = Vec::new();
    for path in [format!("/api/properties/{id}"), format!("/api/public/properties/{id}")] {
        found.push((path.clone(), owner.client.get(&path).await.expect(200).data().clone()));
    }
    let lists = [
        "/api/properties".to_owned(),
        "/api/properties?sortBy=price&sortDir=asc".into(),
        "/api/properties/my-properties".into(),
        "/api/properties/recent".into(),
        "/api/public/properties".into(),
        format!("/api/properties/user/{}", owner.id),
        format!("/api/users/{}/properties", owner.id),
        "/api/properties/favorites".into(),
        "/api/properties/featured".into(),
    ];
    for path in lists {
        let answer = owner.client.get(&path).await.expect(200);
        let content = answer.data().get("content").unwrap_or(answer.data()).as_array().unwrap();
        found
            .extend(content.iter().filter(|home| home["id"] == *id).map(|home| (path.clone(), home.clone())));
    }
    found
}

#[track_caller]
fn all_are(document: &Value, shown: &[(String, Value)], times: usize) {
    for (path, other) in shown {
        assert_eq!(other, document, "{path}");
    }
    assert_eq!(shown.len(), times, "{shown:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn h14_a_command_a_detail_and_every_list_show_the_same_document() {
    let app = TestApp::start().await;
    let owner = Person::register(&app.client, "owner").await;
    let full = json!({"title": "A home with everything", "description": "Sunny and quiet, near the lake.",
        "price": "45,50,000.50", "location": "Kondapur", "address": "12 Lake Road", "city": "Hyderabad",
        "state": "Telangana", "pincode": "500084", "latitude": 17.46, "longitude": "78.36",
        "propertyType": "APARTMENT", "listingType": "SALE", "transactionType": "RESALE", "bedrooms": "3",
        "bathrooms": 2, "area": 150, "areaUnit": "SQYD", "parkingSpaces": 1, "floorNumber": 4, "totalFloors": 9,
        "ageOfProperty": 3, "facing": "East", "furnishedStatus": "SEMI_FURNISHED", "amenities": "Lift, Gym",
        "nearbyFacilities": ["Metro station"], "sourceReference": "sheet-1"});
    let made = owner.client.post("/api/properties", &full).await.expect(201);
    assert_eq!((&made.data()["price"], &made.data()["areaSqft"]), (&json!(4_550_000.5), &json!(1350.0)));
    let id = made.data()["id"].as_str().unwrap().to_owned();
    all_are(made.data(), &shown(&app, &owner, &id).await, 9);

    app.clock.advance(5);
    let path = format!("/api/properties/{id}");
    let edit =
        json!({"title": "A smaller home", "location": "Miyapur", "price": 99.99, "propertyType": "STUDIO"});
    let edited = owner.client.put(&path, &edit).await.expect(200);
    assert_eq!((&edited.data()["price"], &edited.data()["version"]), (&json!(99.99), &json!(2)));
    all_are(edited.data(), &shown(&app, &owner, &id).await, 9);

    app.clock.advance(5);
    let sold = owner.client.patch(&format!("{path}/status"), &json!({"status": "SOLD"})).await.expect(200);
    assert_eq!(sold.data()["status"], "SOLD");
    // Off the market, it appears only in the owner's list and at its address.
    all_are(sold.data(), &shown(&app, &owner, &id).await, 3);

    let back = owner.client.patch(&format!("{path}/status?status=ACTIVE"), &json!({})).await.expect(200);
    owner.client.post(&format!("{path}/favorite"), &json!({})).await.expect(204);
    let mut saved = back.data().clone();
    saved["favoritesCount"] = 1.into();
    all_are(&saved, &shown(&app, &owner, &id).await, 10);
    // The response to a later command has the current counts.
    let again = owner.client.put(&path, &edit).await.expect(200);
    assert_eq!(*again.data(), saved);
}
