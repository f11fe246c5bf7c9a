//! Purchases and views of products, with a `kill -9` in the middle. Nothing is sold twice, nothing that was
//! acknowledged is lost, and events, stock and read models agree.
//!
//! `HYD_TEST_PURCHASES` (1,000) requests compete for a tenth of that stock, `HYD_TEST_VIEWS` (2,000) views come from
//! `HYD_TEST_VIEWERS` (20) people.

use std::collections::HashSet;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use domain::Log;
use reqwest::Method;
use serde_json::{Value, json};
use testkit::{ADMIN, Child, Client, Person, everything};
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio::time::Instant;

const BINARY: &str = env!("CARGO_BIN_EXE_hyderabadinfra");
const CONNECTIONS: usize = 64;

fn number(name: &str, default: usize) -> usize {
    std::env::var(name).map_or(default, |n| n.parse().unwrap())
}

fn serve(data: &Path) -> Child {
    Child::start(Command::new(BINARY), data, |command| {
        command.env("HYD_ACTIVITY_AWAIT_ACTIVITY", "true").env("HYD_READS_WAIT_MS", "60000");
        command.env("HYD_VIEWS_SYNC_INTERVAL_MS", "200");
    })
}

/// The work of all connections. Each item is done until it is answered, also by the next life of the server.
struct Work {
    next: AtomicUsize,
    items: usize,
    answered: AtomicUsize,
    /// When so many are answered, the server is killed.
    kill_at: usize,
    kill: Notify,
    /// Items without an answer.
    again: Mutex<Vec<usize>>,
}

impl Work {
    fn of(items: usize) -> Arc<Self> {
        let (next, answered, again) = (AtomicUsize::new(0), AtomicUsize::new(0), Mutex::default());
        Arc::new(Self { next, items, answered, kill_at: items / 2, kill: Notify::new(), again })
    }

    fn take(&self) -> Option<usize> {
        if let Some(item) = self.again.lock().unwrap().pop() {
            return Some(item);
        }
        let item = self.next.fetch_add(1, Ordering::SeqCst);
        (item < self.items).then_some(item)
    }

    fn done(&self) {
        if self.answered.fetch_add(1, Ordering::SeqCst) + 1 == self.kill_at {
            self.kill.notify_one();
        }
    }
}

/// Sends every item, with one kill in the middle. `send` answers false if there was no answer.
async fn all<F>(data: &Path, work: &Arc<Work>, send: impl Fn(Client, usize) -> F + Clone + Send + 'static)
where
    F: Future<Output = bool> + Send,
{
    for life in 0..2 {
        let server = serve(data);
        let mut connections = JoinSet::new();
        for _ in 0..CONNECTIONS {
            let (work, send, client) = (Arc::clone(work), send.clone(), server.client.apart());
            connections.spawn(async move {
                while let Some(item) = work.take() {
                    if send(client.clone(), item).await {
                        work.done();
                    } else {
                        work.again.lock().unwrap().push(item);
                        return;
                    }
                }
            });
        }
        if life == 0 {
            work.kill.notified().await;
            server.kill();
            while connections.join_next().await.is_some() {}
        } else {
            while let Some(ended) = connections.join_next().await {
                ended.unwrap();
            }
            assert!(server.stop().success());
        }
    }
}

async fn prepare(data: &Path, products: usize, stock: usize) {
    let server = serve(data);
    let admin = Person::enter(&server.client, ADMIN).await;
    for number in 1..=products {
        let body = json!({"name": format!("Product {number}"), "categories": ["Samples"], "price": 10,
            "sku": format!("SKU-{number}"), "stock": stock});
        admin.client.post("/api/v1/products", &body).await.expect(201);
    }
    assert!(server.stop().success());
}

async fn people(data: &Path, count: usize) -> Vec<Person> {
    let server = serve(data);
    let mut people = Vec::new();
    for number in 0..count {
        people.push(Person::register(&server.client, &format!("person-{number}")).await);
    }
    assert!(server.stop().success());
    people
}

#[tokio::test(flavor = "multi_thread")]
async fn purchases_with_a_kill_in_the_middle_sell_exactly_what_is_there() {
    let purchases = number("HYD_TEST_PURCHASES", 1000);
    let stock = purchases / 10;
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path();
    prepare(data, 1, stock).await;
    let buyers = people(data, 8).await;
    let tokens: Arc<Vec<String>> =
        Arc::new(buyers.iter().map(|buyer| buyer.client.token().to_owned()).collect());
    let work = Work::of(purchases);
    let sold = Arc::new(AtomicUsize::new(0));
    let began = Instant::now();
    let sales = Arc::clone(&sold);
    all(data, &work, move |client, item| {
        let (tokens, sold) = (Arc::clone(&tokens), Arc::clone(&sales));
        async move {
            let client = client.bearer(&tokens[item % tokens.len()]);
            let body = json!({"quantity": 1, "orderId": format!("order-{item}")});
            let key = format!("purchase-{item}");
            let path = "/api/v1/products/1/purchase";
            let answer = client.try_send(Method::POST, path, Some(&body), &[("idempotency-key", &key)]).await;
            let Some(answer) = answer else { return false };
            match answer.status {
                201 => {
                    assert_eq!(answer.data()["orderId"], format!("order-{item}"));
                    sold.fetch_add(1, Ordering::SeqCst);
                }
                409 => assert_eq!(answer.code(), "OUT_OF_STOCK"),
                other => panic!("{other}: {}", answer.text),
            }
            true
        }
    })
    .await;
    let took = began.elapsed();
    println!("{purchases} purchases of {stock}: {} sold, {took:?} with a kill", sold.load(Ordering::SeqCst));
    assert_eq!(sold.load(Ordering::SeqCst), stock);
    let events = everything(data, Log::Facts).await;
    let data_of = |event: &domain::Envelope| serde_json::from_str::<Value>(&event.data).unwrap();
    let of_type =
        |name: &str| events.iter().filter(|event| &*event.event_type == name).map(data_of).collect();
    let bought: Vec<Value> = of_type("ProductPurchased");
    let orders: HashSet<&str> = bought.iter().map(|event| event["orderId"].as_str().unwrap()).collect();
    assert_eq!((bought.len(), orders.len()), (stock, stock), "each order once");
    let inventory: Vec<Value> = of_type("ProductInventoryChanged");
    let left: Vec<u64> = inventory.iter().map(|event| event["newQuantity"].as_u64().unwrap()).collect();
    assert_eq!(left, (0..stock as u64).rev().collect::<Vec<_>>());
    let server = serve(data);
    let admin = Person::enter(&server.client, ADMIN).await;
    let shown = admin.client.get("/api/v1/products?mine=true").await.expect(200);
    assert_eq!(shown.header("x-stale"), None);
    assert_eq!((&shown.data()[0]["stock"], &shown.data()[0]["purchaseCount"]), (&json!(0), &json!(stock)));
}

#[tokio::test(flavor = "multi_thread")]
async fn views_with_a_kill_in_the_middle_count_what_was_acknowledged() {
    let (views, viewers) = (number("HYD_TEST_VIEWS", 2000), number("HYD_TEST_VIEWERS", 20));
    let products = views.div_ceil(viewers);
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path();
    prepare(data, products, 1).await;
    let people = people(data, viewers).await;
    let tokens: Arc<Vec<String>> =
        Arc::new(people.iter().map(|person| person.client.token().to_owned()).collect());
    let work = Work::of(views);
    let began = Instant::now();
    all(data, &work, move |client, item| {
        let tokens = Arc::clone(&tokens);
        async move {
            let (viewer, product) = (item % tokens.len(), item / tokens.len() + 1);
            let client = client.bearer(&tokens[viewer]);
            let path = format!("/api/v1/products/{product}");
            let Some(answer) = client.try_send(Method::GET, &path, None, &[]).await else { return false };
            answer.expect(200);
            true
        }
    })
    .await;
    println!("{views} views by {viewers} people: {:?} with a kill", began.elapsed());
    let server = serve(data);
    let admin = Person::enter(&server.client, ADMIN).await;
    admin.client.post("/api/v1/admin/views/sync", &json!({})).await.expect(200);
    let mut counted = 0;
    for product in 1..=products {
        let shown = admin.client.get(&format!("/api/v1/admin/views/product/{product}")).await.expect(200);
        counted += shown.data()["totalViews"].as_u64().unwrap();
    }
    // Each view is of another person or product, and a view that is sent again is not another one.
    assert_eq!(counted, views as u64);
    let stats = admin.client.get("/api/v1/admin/views/stats").await.expect(200).data().clone();
    assert_eq!((&stats["pendingViews"], &stats["totalTracked"]), (&json!(0), &json!(products)));
}
