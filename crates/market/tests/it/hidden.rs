//! Who and what is in no figure.

use domain::property::Status;
use domain::user::UserStatus;
use serde_json::json;

use crate::site::{flat, site, with};

#[tokio::test(flavor = "multi_thread")]
async fn a_home_counts_only_while_anybody_may_see_it() {
    let site = site().await;
    let owner = site.owner("hyderabad");
    let other = site.owner("hyderabad");
    site.list(&other, &flat(5_000_000)).await;
    let id = site.list_pending(&owner, &flat(5_000_000)).await;
    assert_eq!(site.for_sale().await, 1, "it waits for a moderator");
    site.judge(&owner, id, true).await;
    assert_eq!(site.for_sale().await, 2);
    site.change(&owner, id, Status::Inactive).await;
    assert_eq!(site.for_sale().await, 1, "withdrawn");
    site.change(&owner, id, Status::Active).await;
    assert_eq!(site.for_sale().await, 2);
    site.move_owner(&owner, UserStatus::Active, UserStatus::Suspended).await;
    assert_eq!(site.for_sale().await, 1, "suspended");
    site.move_owner(&owner, UserStatus::Suspended, UserStatus::Active).await;
    assert_eq!(site.for_sale().await, 2);
    site.judge(&owner, id, false).await;
    assert_eq!(site.for_sale().await, 1, "taken down");
    site.remove(&owner, id).await;
    assert_eq!(site.for_sale().await, 1);
}

/// Also not in the months in which they were on the market.
#[tokio::test(flavor = "multi_thread")]
async fn hidden_homes_leave_the_past_too() {
    let site = site().await;
    let owner = site.owner("hyderabad");
    let mut homes = Vec::new();
    for rupees in [4_000_000, 5_000_000, 6_000_000, 9_000_000] {
        homes.push(site.list(&owner, &flat(rupees)).await);
    }
    site.day(31);
    let series = async || site.get("/api/market/areas/kondapur").await["series"].clone();
    assert_eq!(series().await[0], json!({"month": "2026-11", "medianPricePerSqft": 5_500, "homes": 4}));
    site.judge(&owner, homes[3], false).await;
    assert_eq!(series().await[0], json!({"month": "2026-11", "medianPricePerSqft": 5_000, "homes": 3}));
    site.change(&owner, homes[0], Status::Sold).await;
    assert_eq!(series().await[0]["homes"], 3, "a sold home was there");
    site.change(&owner, homes[1], Status::Inactive).await;
    assert_eq!(series().await[0], json!({"month": "2026-11", "homes": 2}));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_left_is_in_no_figure_and_no_row() {
    let site = site().await;
    let (owner, other) = (site.owner("hyderabad"), site.owner("hyderabad"));
    let own = with(flat(5_000_000), &json!({"title": "Zubeida's home", "location": "Zubeida Lane"}));
    let id = site.list(&owner, &own).await;
    site.edit(&owner, id, &with(own.clone(), &json!({"price": 6_000_000}))).await;
    site.list(&other, &flat(5_000_000)).await;
    assert_eq!(site.get("/api/market/areas/zubeida-lane").await["homesForSale"], 1);
    site.leave(&owner).await;
    // What was under way when they left.
    site.edit(&owner, id, &own).await;
    assert_eq!(site.ask("hyderabad", "/api/market/areas/zubeida-lane").await.0, 404);
    assert_eq!(site.ask("hyderabad", &format!("/api/market/properties/{id}")).await.0, 404);
    assert_eq!(site.get("/api/market/areas").await["totalElements"], 1);
    let rows = format!("{:?}", site.rows().await).to_lowercase();
    assert!(!rows.contains("zubeida"), "{rows}");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_tenant_counts_the_homes_of_another() {
    let site = site().await;
    let here = site.owner("hyderabad");
    let there = site.owner("pune");
    site.list(&here, &flat(5_000_000)).await;
    let other = site.list(&there, &flat(7_000_000)).await;
    site.list(&there, &with(flat(7_000_000), &json!({"location": "Miyapur"}))).await;
    assert_eq!(site.for_sale().await, 1);
    assert_eq!(site.get("/api/market/areas").await["totalElements"], 1);
    assert_eq!(site.ask("hyderabad", &format!("/api/market/properties/{other}")).await.0, 404);
    assert_eq!(site.ask("pune", &format!("/api/market/properties/{other}")).await.0, 200);
    let (_, pune) = site.ask("pune", "/api/market/areas").await;
    assert_eq!(pune["data"]["totalElements"], 2);
}
