//! The price history of a home, and how its price compares.

use domain::property::Status;
use serde_json::{Value, json};

use crate::site::{START, flat, site, with};

#[tokio::test(flavor = "multi_thread")]
async fn a_history_begins_on_the_market() {
    let site = site().await;
    let owner = site.owner("hyderabad");
    let id = site.list_pending(&owner, &flat(5_000_000)).await;
    let path = format!("/api/market/properties/{id}");
    assert_eq!(site.ask("hyderabad", &path).await.0, 404, "it waits for a moderator");
    site.edit(&owner, id, &flat(5_500_000)).await;
    site.judge(&owner, id, true).await;
    site.day(10);
    site.edit(&owner, id, &flat(5_200_000)).await;
    // What is no change of the price is none of its history.
    site.edit(&owner, id, &with(flat(5_200_000), &json!({"title": "A quiet flat"}))).await;
    site.day(12);
    let home = site.get(&path).await;
    assert_eq!(
        home["priceHistory"],
        json!([
            {"at": START, "price": 5_500_000, "reason": "LISTED"},
            {"at": START.plus_seconds(10 * 86_400), "price": 5_200_000, "reason": "PRICE_CHANGED"},
        ])
    );
    assert_eq!(
        (&home["daysListed"], &home["area"]),
        (&12.into(), &json!({"slug": "kondapur", "name": "Kondapur"}))
    );
    assert_eq!(home["comparable"], Value::Null, "there is no other home");
    site.change(&owner, id, Status::Sold).await;
    site.day(40);
    assert_eq!(site.get(&path).await["daysListed"], 12, "until it was sold");
    site.remove(&owner, id).await;
    assert_eq!(site.ask("hyderabad", &path).await.0, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_price_is_compared_with_those_of_its_kind_and_area() {
    let site = site().await;
    let owner = site.owner("hyderabad");
    let id = site.list(&owner, &flat(5_500_000)).await;
    for rupees in [4_000_000, 5_000_000, 6_000_000, 8_000_000] {
        site.list(&owner, &flat(rupees)).await;
    }
    for other in
        [json!({"propertyType": "VILLA"}), json!({"listingType": "RENT"}), json!({"location": "Miyapur"})]
    {
        site.list(&owner, &with(flat(1_000_000), &other)).await;
    }
    let compared = site.get(&format!("/api/market/properties/{id}")).await["comparable"].clone();
    assert_eq!((&compared["homes"], &compared["medianPricePerSqft"]), (&4.into(), &5_500.into()));
    assert_eq!((&compared["lowest"], &compared["highest"]), (&4_000.into(), &8_000.into()));
    assert_eq!((&compared["pricePerSqft"], &compared["percentile"]), (&5_500.into(), &50.0.into()));
    let bars = compared["distribution"].as_array().unwrap();
    assert_eq!(bars.iter().map(|bar| bar["homes"].as_u64().unwrap()).sum::<u64>(), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_of_nothing_is_not_found() {
    let site = site().await;
    for id in ["0197c000-0000-7000-8000-000000000001", "nonsense"] {
        let (status, body) = site.ask("hyderabad", &format!("/api/market/properties/{id}")).await;
        assert_eq!((status.as_u16(), &body["error"]["code"]), (404, &"PROPERTY_NOT_FOUND".into()), "{id}");
    }
}
