//! You always see your own writes: a list or a detail asked for right after a write shows it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::json;
use testkit::{Person, TestApp};
use tokio::task::JoinSet;

const PEOPLE: usize = 16;

/// Pairs of each kind in all: 10,000, or `HYD_TEST_RACES`.
fn pairs() -> usize {
    std::env::var("HYD_TEST_RACES").map_or(10_000, |n| n.parse().unwrap())
}

async fn race(person: Person, rounds: usize, stale: Arc<AtomicUsize>) {
    for round in 0..rounds {
        let title = format!("Home {round} of {}", person.email);
        let home = person.list_home(&title, 5_000_000).await;
        let id = home["id"].as_str().unwrap();
        let list =
            if round % 2 == 0 { "/api/properties/my-properties?size=1" } else { "/api/properties?size=50" };
        let listed = person.client.get(list).await.expect(200);
        if listed.header("x-stale").is_some() {
            stale.fetch_add(1, Ordering::Relaxed);
        } else {
            let found = listed.data()["content"].as_array().unwrap().iter().any(|home| home["id"] == id);
            assert!(found, "{title} is missing in {list}");
        }
        let price = 6_000_000 + round;
        let body =
            json!({"title": title, "location": "Kondapur", "price": price, "propertyType": "APARTMENT"});
        let path = format!("/api/properties/{id}");
        let changed = person.client.put(&path, &body).await.expect(200);
        let detail = person.client.get(&path).await.expect(200);
        if detail.header("x-stale").is_some() {
            stale.fetch_add(1, Ordering::Relaxed);
        } else {
            assert_eq!(detail.data()["price"], price, "{title} shows an old price");
            assert_eq!(detail.data()["version"], changed.data()["version"]);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_racing_reads_see_their_own_writes() {
    let app = TestApp::start().await;
    let stale = Arc::new(AtomicUsize::new(0));
    let mut races = JoinSet::new();
    for n in 0..PEOPLE {
        let person = Person::register(&app.client, &format!("racer-{n}")).await;
        races.spawn(race(person, pairs().div_ceil(PEOPLE), Arc::clone(&stale)));
    }
    while let Some(done) = races.join_next().await {
        done.unwrap();
    }
    let stale = stale.load(Ordering::Relaxed);
    println!("{} pairs of each kind, {stale} answers marked stale", pairs());
    assert!(stale <= 10, "{stale} answers were marked stale");
    app.stop().await;
}
