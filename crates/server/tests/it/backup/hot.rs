//! Backups under load: `HYD_TEST_BACKUPS` of them (default 3), with about 500 commands a second.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use domain::{Envelope, Log};
use serde_json::Value;
use testkit::{ADMIN, Person, TestApp, everything, read_models};
use tokio::sync::Mutex;
use tokio::task::JoinSet;

use super::*;

const WRITERS: usize = 8;
/// The interval of each writer: 500 commands a second together.
const PACE: Duration = Duration::from_millis(16);

/// The acknowledged price of each listing.
type Prices = BTreeMap<String, u64>;

struct Load {
    acknowledged: Mutex<Prices>,
    commands: AtomicUsize,
    over: AtomicBool,
}

impl Load {
    /// Lists homes, changes their prices and views them.
    async fn write(self: Arc<Self>, person: Person, writer: usize) {
        let mut pace = tokio::time::interval(PACE);
        let mut mine = Vec::new();
        for number in 0.. {
            pace.tick().await;
            if self.over.load(Ordering::SeqCst) {
                return;
            }
            let price = u64::try_from(1_000_000 + writer * 100_000 + number).unwrap();
            if number % 4 == 0 {
                let home = person.list_home(&format!("Home {writer}-{number}"), price).await;
                let id = home["id"].as_str().unwrap().to_owned();
                self.acknowledged.lock().await.insert(id.clone(), price);
                mine.push(id);
            } else if number % 4 == 1 {
                let id = &mine[number % mine.len()];
                person.client.post(&format!("/api/properties/{id}/share"), &Value::Null).await.expect(204);
            } else {
                let id = &mine[number % mine.len()];
                let body = json!({"title": format!("Home {number}"), "location": "Kondapur", "price": price,
                    "propertyType": "APARTMENT"});
                person.client.put(&format!("/api/properties/{id}"), &body).await.expect(200);
                self.acknowledged.lock().await.insert(id.clone(), price);
            }
            self.commands.fetch_add(1, Ordering::SeqCst);
        }
    }
}

/// The prices according to the events.
fn fold(events: &[Envelope]) -> Prices {
    let mut prices = Prices::new();
    for event in events {
        if matches!(&*event.event_type, "PROPERTY_CREATED" | "PROPERTY_UPDATED") {
            let data: Value = serde_json::from_str(&event.data).unwrap();
            if let Some(price) = data["price"].as_u64() {
                prices.insert(event.stream.id.to_string(), price);
            }
        }
    }
    prices
}

fn of_any_history(mut events: Vec<Envelope>) -> Vec<Envelope> {
    for event in &mut events {
        event.position.epoch = 0;
    }
    events
}

#[tokio::test(flavor = "multi_thread")]
async fn every_backup_beside_commands_is_a_whole_moment() {
    let backups: u32 = std::env::var("HYD_TEST_BACKUPS").map_or(3, |n| n.parse().unwrap());
    let room = Room::new();
    let (to, keys) = (room.text("backups"), room.text("keys"));
    let app = TestApp::with(|_| {}, &overrides(&to, &keys)).await;
    let admin = Person::enter(&app.client, ADMIN).await;
    let load = Arc::new(Load {
        acknowledged: Mutex::default(),
        commands: AtomicUsize::new(0),
        over: AtomicBool::new(false),
    });
    let mut writing = JoinSet::new();
    for writer in 0..WRITERS {
        let person = Person::register(&app.client, &format!("writer-{writer}")).await;
        writing.spawn(Arc::clone(&load).write(person, writer));
    }
    let began = Clock::System.now().micros();
    let mut made = Vec::new();
    while made.len() < backups as usize {
        let before = load.acknowledged.lock().await.clone();
        let result = job(&admin.client).await;
        made.push((u32::try_from(result["number"].as_u64().unwrap()).unwrap(), before));
    }
    let millis = (Clock::System.now().micros() - began) / 1000;
    let commands = load.commands.load(Ordering::SeqCst);
    load.over.store(true, Ordering::SeqCst);
    writing.join_all().await;
    let all = [app.context.aggregates.journal().clone(), app.context.aggregates.journal().clone()];
    let mut original = Vec::new();
    for (journal, log) in all.into_iter().zip(Log::ALL) {
        let head = journal.head(log).await.unwrap();
        let events = journal.read_after(head.at(0), usize::try_from(head.seq).unwrap()).await.unwrap();
        original.push(of_any_history(events));
    }
    let kept = app.stop().await;
    for (number, before) in &made {
        let into = format!("restored-{number}");
        let asked = RestoreRequest { number: Some(*number), ..room.asked(&into) };
        let told = restored(asked).await.unwrap();
        let facts = everything(&room.at(&into), Log::Facts).await;
        let activity = everything(&room.at(&into), Log::Activity).await;
        assert_eq!((facts.len() as u64, activity.len() as u64), (told.facts, told.activity));
        assert!(original[0].starts_with(&of_any_history(facts.clone())), "backup {number}");
        assert!(original[1].starts_with(&of_any_history(activity)), "backup {number}");
        // Nothing acknowledged before the backup began is missing. Later changes may be included.
        let prices = fold(&facts);
        for (id, price) in before {
            let found = prices.get(id).unwrap_or_else(|| panic!("backup {number} lacks {id}"));
            assert!(found >= price, "backup {number}: {id} at {found}, acknowledged at {price}");
        }
        // Once opened, its read models equal the fold of its events.
        let opened = TestApp::on(&room.at(&into)).await;
        let listed = opened.client.get("/api/properties?size=1").await.expect(200);
        assert_eq!(listed.header("x-stale"), None);
        assert_eq!(listed.data()["totalElements"], prices.len(), "backup {number}");
        for (id, price) in prices.iter().take(3).chain(prices.iter().rev().take(3)) {
            let detail = opened.client.get(&format!("/api/properties/{id}")).await.expect(200);
            assert_eq!(detail.data()["price"], *price, "backup {number}: {id}");
        }
        opened.drain().await;
        opened.stop().await;
        assert_rebuilt_is_equal(&room.at(&into)).await;
        std::fs::remove_dir_all(room.at(&into)).unwrap();
    }
    println!(
        "{backups} backups in {millis} ms beside {commands} commands ({} a second), each restored and compared",
        commands * 1000 / usize::try_from(millis.max(1)).unwrap()
    );
    drop(kept);
}

async fn assert_rebuilt_is_equal(data_dir: &Path) {
    let live = read_models(data_dir).await;
    std::fs::remove_dir_all(data_dir.join("views")).unwrap();
    let rebuilt = read_models(data_dir).await;
    for ((group, live), (_, rebuilt)) in live.iter().zip(&rebuilt) {
        for ((table, live), (_, rebuilt)) in live.iter().zip(rebuilt) {
            assert_eq!(live.len(), rebuilt.len(), "{group}: {table}");
            let missing = rebuilt.iter().find(|row| !live.contains(row));
            assert!(missing.is_none(), "{group}: {table} lacks {missing:#?}");
        }
    }
}
