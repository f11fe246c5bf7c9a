//! Read your writes: a list or detail requested right after a write shows that write.

use serde_json::json;
use testkit::{Person, TestApp};
use tokio::task::JoinSet;

const PEOPLE: usize = 16;

/// The number of pairs of each kind: 10,000, or `HYD_TEST_RACES`.
fn pairs() -> usize {
    std::env::var("HYD_TEST_RACES").map_or(10_000, |n| n.parse().unwrap())
}

/// A person lists a home and requests a list, then changes the home and requests it. Returns how many responses
/// were marked as possibly stale. Panics if any other response lacks the write.
pub async fn write_and_look(person: &Person, round: usize) -> usize {
    let mut stale = 0;
    let title = format!("Home {round} of {}", person.email);
    let home = person.list_home(&title, 5_000_000).await;
    let id = home["id"].as_str().unwrap();
    let list = if round.is_multiple_of(2) {
        "/api/properties/my-properties?size=1"
    } else {
        "/api/properties?size=50"
    };
    let listed = person.client.get(list).await.expect(200);
    if listed.header("x-stale").is_some() {
        stale += 1;
    } else {
        let found = listed.data()["content"].as_array().unwrap().iter().any(|home| home["id"] == id);
        assert!(found, "{title} is missing in {list}");
    }
    let price = 6_000_000 + round;
    let body = json!({"title": title, "location": "Kondapur", "price": price, "propertyType": "APARTMENT"});
    let path = format!("/api/properties/{id}");
    let changed = person.client.put(&path, &body).await.expect(200);
    let detail = person.client.get(&path).await.expect(200);
    if detail.header("x-stale").is_some() {
        stale += 1;
    } else {
        assert_eq!(detail.data()["price"], price, "{title} shows an old price");
        assert_eq!(detail.data()["version"], changed.data()["version"]);
    }
    stale
}

async fn race(person: Person, rounds: usize) -> usize {
    let mut stale = 0;
    for round in 0..rounds {
        stale += write_and_look(&person, round).await;
    }
    stale
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_racing_reads_see_their_own_writes() {
    let app = TestApp::start().await;
    let mut races = JoinSet::new();
    for n in 0..PEOPLE {
        let person = Person::register(&app.client, &format!("racer-{n}")).await;
        races.spawn(race(person, pairs().div_ceil(PEOPLE)));
    }
    let stale: usize = races.join_all().await.into_iter().sum();
    println!("{} pairs of each kind, {stale} answers marked stale", pairs());
    assert!(stale <= 10, "{stale} answers were marked stale");
    app.stop().await;
}
