//! What a home may be worth.

use domain::property::Status;
use serde_json::json;

use crate::site::{flat, site, with};

const PATH: &str = "/api/market/value?locality=Kondapur&propertyType=APARTMENT&bedrooms=2&areaSqft=1000";

#[tokio::test(flavor = "multi_thread")]
async fn five_homes_make_an_estimate() {
    let site = site().await;
    let owner = site.owner("hyderabad");
    let mut homes = Vec::new();
    for lakh in [40, 45, 50, 55, 60] {
        let (status, body) = site.ask("hyderabad", PATH).await;
        assert_eq!((status.as_u16(), &body["error"]["code"]), (404, &"NOT_ENOUGH_HOMES".into()));
        homes.push(site.list(&owner, &flat(lakh * 100_000)).await);
    }
    let value = site.get(PATH).await;
    assert_eq!(
        (&value["low"], &value["middle"], &value["high"]),
        (&4_500_000.into(), &5_000_000.into(), &5_500_000.into())
    );
    assert_eq!(value["pricePerSqft"], 5_000);
    assert_eq!(value["comparables"].as_array().unwrap().len(), 5);
    let first = &value["comparables"][0];
    assert_eq!(
        (&first["location"], &first["bedrooms"], &first["areaSqft"]),
        (&"Kondapur".into(), &2.into(), &1000.0.into())
    );
    assert_eq!(value["measured"], json!({"homes": 0}), "each has four others only");
    site.list(&owner, &flat(5_000_000)).await;
    let measured = site.get(PATH).await["measured"].clone();
    assert_eq!(measured["homes"], 6);
    assert!(measured["medianErrorPercent"].as_f64().unwrap() < 20.0, "{measured}");
    for id in &homes[..2] {
        site.change(&owner, *id, Status::Inactive).await;
    }
    assert_eq!(site.ask("hyderabad", PATH).await.0, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn other_areas_stand_in_while_there_are_too_few() {
    let site = site().await;
    let owner = site.owner("hyderabad");
    for (location, latitude, lakh) in [("Gachibowli", 17.4401, 50), ("LB Nagar", 17.3457, 20)] {
        for _ in 0..6 {
            let place = json!({"location": location, "latitude": latitude, "longitude": 78.3489});
            site.list(&owner, &with(flat(lakh * 100_000), &place)).await;
        }
    }
    let place = json!({"latitude": 17.4622, "longitude": 78.3568});
    site.list(&owner, &with(flat(7_000_000), &place)).await;
    let value = site.get(PATH).await;
    let comparables = value["comparables"].as_array().unwrap();
    assert!(comparables.iter().all(|home| home["location"] != "LB Nagar"), "{value}");
    assert_eq!((comparables.len(), &comparables[0]["location"]), (7, &"Kondapur".into()));
    assert_eq!(value["middle"], 5_000_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_wrong_is_told_at_once() {
    let site = site().await;
    let path = "/api/market/value?propertyType=CASTLE&areaSqft=0&bedrooms=many";
    let (status, body) = site.ask("hyderabad", path).await;
    assert_eq!(status, 400);
    for field in ["locality", "propertyType", "areaSqft", "bedrooms"] {
        assert!(body["error"]["fieldErrors"][field].is_string(), "{field}: {body}");
    }
}
