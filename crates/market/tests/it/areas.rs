//! Areas: spellings, medians, months, neighbours.

use domain::property::Status;
use serde_json::{Value, json};

use crate::site::{flat, site, with};

#[tokio::test(flavor = "multi_thread")]
async fn spellings_of_a_locality_are_one_area() {
    let site = site().await;
    let owner = site.owner("hyderabad");
    for (location, rupees) in
        [("HITEC City", 4_000_000), ("Hi-Tech City", 6_000_000), ("hitech city, Hyderabad", 5_000_000)]
    {
        site.list(&owner, &with(flat(rupees), &json!({"location": location}))).await;
    }
    let list = site.get("/api/market/areas").await;
    assert_eq!(list["totalElements"], 1);
    let area = &list["content"][0];
    assert_eq!(
        (&area["slug"], &area["name"], &area["homesForSale"]),
        (&"hitec-city".into(), &"HITEC City".into(), &3.into())
    );
    assert_eq!(area["medianPricePerSqft"], 5_000);
    for spelt in ["hitec-city", "Hi-Tech%20City"] {
        assert_eq!(site.get(&format!("/api/market/areas/{spelt}")).await["slug"], "hitec-city", "{spelt}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_locality_is_found_with_the_city_after_it() {
    let site = site().await;
    let owner = site.owner("hyderabad");
    for rupees in [4_000_000, 5_000_000, 6_000_000, 7_000_000, 8_000_000] {
        site.list(&owner, &with(flat(rupees), &json!({"location": "Green Park"}))).await;
    }
    for spelt in ["green-park", "Green%20Park,%20Hyderabad", "green-park-hyderabad"] {
        assert_eq!(site.get(&format!("/api/market/areas/{spelt}")).await["slug"], "green-park", "{spelt}");
    }
    let path =
        "/api/market/value?locality=Green+Park,+Hyderabad&propertyType=APARTMENT&bedrooms=2&areaSqft=1000";
    let value = site.get(path).await;
    assert_eq!(value["comparables"][0]["location"], "Green Park");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_median_is_about_three_homes_and_follows_every_change() {
    let site = site().await;
    let owner = site.owner("hyderabad");
    let first = site.list(&owner, &flat(4_000_000)).await;
    site.list(&owner, &flat(5_000_000)).await;
    let two = site.get("/api/market/areas/kondapur").await;
    assert_eq!((&two["medianPricePerSqft"], &two["kinds"]), (&Value::Null, &json!([])));
    site.list(&owner, &flat(9_000_000)).await;
    assert_eq!(site.get("/api/market/areas/kondapur").await["medianPricePerSqft"], 5_000);
    site.edit(&owner, first, &flat(8_000_000)).await;
    let three = site.get("/api/market/areas/kondapur").await;
    assert_eq!(three["medianPricePerSqft"], 8_000);
    let kind = &three["kinds"][0];
    assert_eq!((&kind["propertyType"], &kind["listingType"]), (&"APARTMENT".into(), &"SALE".into()));
    assert_eq!(
        (&kind["medianPrice"], &kind["lowest"], &kind["highest"]),
        (&8_000_000.into(), &5_000_000.into(), &9_000_000.into())
    );
    // A home that moves leaves its area.
    site.edit(&owner, first, &with(flat(8_000_000), &json!({"location": "Miyapur"}))).await;
    assert_eq!(
        (site.for_sale().await, site.get("/api/market/areas").await["totalElements"].clone()),
        (2, 2.into())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn months_tell_what_was_asked_then() {
    let site = site().await;
    let owner = site.owner("hyderabad");
    let mut homes = Vec::new();
    for rupees in [4_000_000, 5_000_000, 6_000_000] {
        homes.push(site.list(&owner, &flat(rupees)).await);
    }
    site.day(31);
    for id in &homes[1..] {
        site.edit(&owner, *id, &flat(7_000_000)).await;
    }
    site.day(62);
    site.change(&owner, homes[0], Status::Sold).await;
    site.day(92);
    let area = site.get("/api/market/areas/kondapur").await;
    let months: Vec<_> = area["series"].as_array().unwrap().iter().collect();
    let told: Vec<_> = months
        .iter()
        .map(|month| {
            (month["month"].as_str().unwrap(), month["medianPricePerSqft"].as_u64(), month["homes"].as_u64())
        })
        .collect();
    assert_eq!(
        told,
        [
            ("2026-11", Some(5_000), Some(3)),
            ("2026-12", Some(7_000), Some(3)),
            ("2027-01", Some(7_000), Some(3)),
            ("2027-02", None, Some(2)),
        ]
    );
    assert_eq!((area["homesForSale"].clone(), area["changePercent"].clone()), (2.into(), Value::Null));
}

#[tokio::test(flavor = "multi_thread")]
async fn neighbours_are_the_nearest_areas() {
    let site = site().await;
    let owner = site.owner("hyderabad");
    for (location, latitude, longitude) in
        [("Kondapur", 17.4622, 78.3568), ("Gachibowli", 17.4401, 78.3489), ("Warangal Road", 17.9, 79.5)]
    {
        let place = json!({"location": location, "latitude": latitude, "longitude": longitude});
        site.list(&owner, &with(flat(5_000_000), &place)).await;
    }
    let area = site.get("/api/market/areas/kondapur").await;
    assert_eq!(area["near"], json!([{"slug": "gachibowli", "name": "Gachibowli", "distanceKm": 2.6}]));
    assert_eq!((&area["latitude"], &area["longitude"]), (&17.4622.into(), &78.3568.into()));
    assert!(area["computedAt"].is_string());
}
