//! Faults of the log, the disk or a task. Only what depends on the faulty part stops, the health check reports it
//! within 5 s, and everything recovers without intervention once the cause is gone.

mod disk;
mod log;
mod panics;

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use testkit::{Answer, Client, Person, until};

pub const BINARY: &str = env!("CARGO_BIN_EXE_hyderabadinfra");
/// The time limit for reporting a fault and its end.
pub const TOLD: Duration = Duration::from_secs(5);
/// The timeout for recovery without intervention, generous for slow machines.
pub const LONG: Duration = Duration::from_mins(1);

pub async fn is_up(client: &Client) -> bool {
    client.get("/actuator/health").await.status == 200
}

/// Lists a home with an idempotency key. Returns any response.
pub async fn list(person: &Person, key: &str) -> Answer {
    let body = json!({"title": format!("Home {key}"), "location": "Kondapur", "price": 5_000_000,
        "propertyType": "APARTMENT"});
    person.client.send(Method::POST, "/api/properties", Some(&body), &[("idempotency-key", key)]).await
}

/// Waits until the search finds `homes` homes.
pub async fn found(client: &Client, homes: u64) {
    until(&format!("{homes} homes are found"), LONG, async || {
        let answer = client.get("/api/search/properties?q=home&size=1").await;
        (answer.status == 200 && answer.data()["totalElements"] == homes).then_some(())
    })
    .await;
}

/// Waits until every group is running and has no lag.
pub async fn caught_up(admin: &Client) {
    until("all groups have caught up", LONG, async || {
        let stats = admin.get("/api/v1/admin/stats/consumers").await;
        let groups = stats.data()["groups"].as_array()?.clone();
        let well = |group: &Value| group["state"] == "RUNNING" && group["lag"] == 0;
        (!groups.is_empty() && groups.iter().all(well)).then_some(())
    })
    .await;
}
