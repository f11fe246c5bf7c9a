//! `kill -9` at random moments under concurrent writes and reads. Every acknowledged command is there exactly
//! once, positions have no gap, and every read model equals a rebuild row by row. In some lives of the server
//! there are further faults in any combination: tasks and threads panic, the log cannot be written, the disk
//! fills up.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use domain::Log;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use reqwest::Method;
use serde_json::{Value, json};
use testkit::{ADMIN, Answer, Child, Client, Person, SmallDisk, everything, read_models, until};
use tokio::sync::Notify;
use tokio::task::JoinSet;

const BINARY: &str = env!("CARGO_BIN_EXE_hyderabadinfra");
const WRITERS: usize = 6;
/// The timeout for recovery without intervention.
const LONG: Duration = Duration::from_mins(1);

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |n| n.parse().unwrap())
}

/// Everything that the server acknowledged, for all writers.
#[derive(Debug, Default)]
struct Acknowledged {
    /// Reference → the listing created for it.
    listings: HashMap<String, String>,
    /// Listing and price of each acknowledged change.
    prices: HashSet<(String, u64)>,
    /// Person → the number of their acknowledged shares.
    shares: HashMap<String, usize>,
}

/// One writer's state across all lives of the server.
#[derive(Debug)]
struct Writer {
    person: Person,
    random: StdRng,
    next: u64,
    /// Sent but not acknowledged. It is sent again in the next life.
    doubtful: Option<(String, u64)>,
    mine: Vec<String>,
}

/// One life of the server, from start to kill.
#[derive(Debug)]
struct Life {
    client: Client,
    done: Mutex<Acknowledged>,
    acknowledged: AtomicUsize,
    enough: usize,
    reached: Notify,
    over: AtomicBool,
    /// Tasks panic or the disk fills up, so a request may be refused as unavailable.
    hard: bool,
}

impl Life {
    /// The response, if it has the expected status. A refusal promises nothing.
    fn accepted(&self, answer: Answer, status: u16) -> Option<Answer> {
        if self.hard && answer.status == 503 {
            return None;
        }
        Some(answer.expect(status))
    }

    fn acknowledge(&self, note: impl FnOnce(&mut Acknowledged)) {
        note(&mut self.done.lock().unwrap());
        if self.acknowledged.fetch_add(1, Ordering::SeqCst) + 1 >= self.enough {
            self.reached.notify_one();
        }
    }
}

impl Writer {
    /// Writes and reads until the server dies.
    async fn live(mut self, life: Arc<Life>) -> Self {
        let client = life.client.bearer(self.person.client.token());
        while !life.over.load(Ordering::SeqCst) {
            let answered = match self.random.random_range(0..10) {
                0..=4 => self.list(&client, &life).await,
                5..=7 => self.change_price(&client, &life).await,
                8 => self.share(&client, &life).await,
                _ => self.look(&client, &life).await,
            };
            if answered.is_none() {
                break;
            }
        }
        self
    }

    async fn list(&mut self, client: &Client, life: &Life) -> Option<()> {
        let (reference, price) = self.doubtful.take().unwrap_or_else(|| {
            self.next += 1;
            (format!("{}-{}", self.person.email, self.next), 1_000_000 + self.next)
        });
        self.doubtful = Some((reference.clone(), price));
        let body = json!({"title": format!("Home {reference}"), "location": "Kondapur", "price": price,
            "propertyType": "APARTMENT", "sourceReference": reference, "address": "Plot 7, Sample Road"});
        let key = [("idempotency-key", reference.as_str())];
        let answer = client.try_send(Method::POST, "/api/properties", Some(&body), &key).await?;
        let Some(answer) = life.accepted(answer, 201) else { return Some(()) };
        let id = answer.data()["id"].as_str().unwrap().to_owned();
        self.mine.push(id.clone());
        self.doubtful = None;
        life.acknowledge(|done| {
            let before = done.listings.insert(reference, id);
            assert_eq!(before, None, "acknowledged twice");
        });
        Some(())
    }

    fn one_of_mine(&mut self) -> Option<String> {
        let most = self.mine.len();
        (most > 0).then(|| self.mine[self.random.random_range(0..most)].clone())
    }

    async fn change_price(&mut self, client: &Client, life: &Life) -> Option<()> {
        let Some(id) = self.one_of_mine() else { return Some(()) };
        self.next += 1;
        let price = 2_000_000 + self.next;
        let path = format!("/api/properties/{id}");
        let body = json!({"title": format!("Home {id}"), "location": "Kondapur", "price": price,
            "propertyType": "APARTMENT"});
        let changed = client.try_send(Method::PUT, &path, Some(&body), &[]).await?;
        let Some(_) = life.accepted(changed, 200) else { return Some(()) };
        life.acknowledge(|done| {
            done.prices.insert((id, price));
        });
        let detail = client.try_send(Method::GET, &path, None, &[]).await?;
        let Some(detail) = life.accepted(detail, 200) else { return Some(()) };
        assert_eq!(detail.data()["price"], price, "an acknowledged price is not shown");
        Some(())
    }

    async fn share(&mut self, client: &Client, life: &Life) -> Option<()> {
        let Some(id) = self.one_of_mine() else { return Some(()) };
        let path = format!("/api/properties/{id}/share");
        let shared = client.try_send(Method::POST, &path, Some(&Value::Null), &[]).await?;
        let Some(_) = life.accepted(shared, 204) else { return Some(()) };
        let person = self.person.id.clone();
        life.acknowledge(|done| *done.shares.entry(person).or_default() += 1);
        Some(())
    }

    async fn look(&mut self, client: &Client, life: &Life) -> Option<()> {
        let path = "/api/properties/my-properties?size=1";
        let listed = client.try_send(Method::GET, path, None, &[]).await?;
        let Some(listed) = life.accepted(listed, 200) else { return Some(()) };
        if listed.header("x-stale").is_none() {
            let total = listed.data()["totalElements"].as_u64().unwrap();
            assert!(total >= self.mine.len() as u64, "{total} listed, {} acknowledged", self.mine.len());
        }
        let history = client.try_send(Method::GET, "/api/user-history/me?size=5", None, &[]).await?;
        life.accepted(history, 200);
        Some(())
    }
}

/// The faults of a life, from its beginning.
#[derive(Clone, Copy, Debug, Default)]
struct Troubles {
    /// The interval of panics in all tasks and threads, in milliseconds.
    panics: Option<u64>,
    log_is_full: bool,
    /// In the middle of the life, the disk fills up and is freed again.
    disk_fills: bool,
}

impl Troubles {
    fn of(random: &mut StdRng) -> Self {
        let panics = random.random_bool(0.3).then(|| random.random_range(200..1500));
        Self { panics, log_is_full: random.random_bool(0.3), disk_fills: random.random_bool(0.3) }
    }
}

/// Where the server keeps its data, across all lives.
#[derive(Debug)]
struct Place {
    disk: Option<SmallDisk>,
    directory: tempfile::TempDir,
}

impl Place {
    fn new(kills: u64) -> Self {
        Self { disk: SmallDisk::of(256 + 6 * kills), directory: tempfile::tempdir().unwrap() }
    }

    fn data(&self) -> PathBuf {
        self.disk.as_ref().map_or(self.directory.path(), SmallDisk::path).join("data")
    }

    fn serve(&self, troubles: Troubles) -> Child {
        let command = self.disk.as_ref().map_or_else(|| Command::new(BINARY), |disk| disk.command(BINARY));
        Child::start(command, &self.data(), |command| {
            if let Some(every) = troubles.panics {
                command.env("HYD_FAULTS_PANIC", "all").env("HYD_FAULTS_EVERY_MS", every.to_string());
            }
            let log = if troubles.log_is_full { "/dev/full" } else { "/dev/null" };
            command.env("HYD_LOG_LEVEL", "debug").stderr(File::options().write(true).open(log).unwrap());
        })
    }
}

/// Keeps the disk full until the health check reports it, then frees it and waits until that is reported, too.
async fn fill_for_a_while(disk: &SmallDisk, child: &Child, panics: bool) {
    let status = async || child.client.get("/actuator/health").await.status;
    disk.fill(child);
    let told = Duration::from_secs(5);
    until("health tells of the full disk", told, async || (status().await == 503).then_some(())).await;
    disk.empty(child);
    if !panics {
        until("it is up again", LONG, async || (status().await == 200).then_some(())).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_13_nothing_acknowledged_is_lost_or_doubled_by_kills() {
    let (kills, seed) = (number("HYD_TEST_KILLS", 20), number("HYD_TEST_SEED", 7));
    let place = Place::new(kills);
    let mut random = StdRng::seed_from_u64(seed);
    let mut troubles = Troubles::default();
    let mut child = place.serve(troubles);
    let mut writers = Vec::new();
    for n in 0..WRITERS as u64 {
        let person = Person::register(&child.client, &format!("writer-{n}")).await;
        let random = StdRng::seed_from_u64(seed * 1000 + n);
        writers.push(Writer { person, random, next: n * 1_000_000, doubtful: None, mine: Vec::new() });
    }
    let administrator = Person::enter(&child.client, ADMIN).await;
    let mut acknowledged = Acknowledged::default();
    let mut had = [0; 3];
    for kill in 0..kills {
        let admin = child.client.bearer(administrator.client.token());
        let fills = place.disk.as_ref().filter(|_| troubles.disk_fills);
        let has = [troubles.panics.is_some(), troubles.log_is_full, fills.is_some()];
        had.iter_mut().zip(has).for_each(|(had, has)| *had += u32::from(has));
        let life = Arc::new(Life {
            client: child.client.clone(),
            done: Mutex::new(std::mem::take(&mut acknowledged)),
            acknowledged: AtomicUsize::new(0),
            enough: random.random_range(1..300),
            reached: Notify::new(),
            over: AtomicBool::new(false),
            hard: troubles.panics.is_some() || fills.is_some(),
        });
        // In every third life a read model is being rebuilt as well.
        if kill % 3 == 1 {
            let group = ["history", "properties", "users"][usize::try_from(kill / 3 % 3).unwrap()];
            let path = format!("/api/v1/admin/consumers/{group}-service-group/rebuild");
            let began = admin.try_send(Method::POST, &path, Some(&Value::Null), &[]).await.unwrap();
            life.accepted(began, 202);
        }
        let mut living: JoinSet<Writer> = writers.drain(..).map(|w| w.live(Arc::clone(&life))).collect();
        if let Some(disk) = fills {
            fill_for_a_while(disk, &child, troubles.panics.is_some()).await;
        }
        life.reached.notified().await;
        if let Some(disk) = fills.filter(|_| random.random_bool(0.5)) {
            disk.fill(&child);
        }
        child.kill();
        life.over.store(true, Ordering::SeqCst);
        while let Some(writer) = living.join_next().await {
            writers.push(writer.unwrap_or_else(|e| panic!("kill {kill}, seed {seed}, {troubles:?}: {e}")));
        }
        acknowledged = Arc::into_inner(life).unwrap().done.into_inner().unwrap();
        if let Some(disk) = &place.disk {
            disk.remove_filler();
        }
        troubles = Troubles::of(&mut random);
        child = place.serve(troubles);
    }
    child.kill();
    let listings = acknowledged.listings.len();
    let prices = acknowledged.prices.len();
    verify(&place.data(), &acknowledged).await;
    let [panics, logs, disks] = had;
    println!(
        "{kills} kills, seed {seed}: {listings} listings and {prices} price changes acknowledged, all there; \
         {panics} lives with panics, {logs} without a log, {disks} with a full disk"
    );
}

async fn verify(data_dir: &Path, acknowledged: &Acknowledged) {
    let facts = everything(data_dir, Log::Facts).await;
    let activity = everything(data_dir, Log::Activity).await;
    let mut references: HashMap<String, String> = HashMap::new();
    let mut prices: HashMap<(String, u64), usize> = HashMap::new();
    for event in &facts {
        let data: Value = serde_json::from_str(&event.data).unwrap();
        match &*event.event_type {
            "PROPERTY_CREATED" => {
                let reference = data["sourceReference"].as_str().unwrap().to_owned();
                let before = references.insert(reference.clone(), event.stream.id.to_string());
                assert_eq!(before, None, "{reference} was listed twice");
            }
            "PROPERTY_UPDATED" => {
                let change = (event.stream.id.to_string(), data["price"].as_u64().unwrap());
                *prices.entry(change).or_default() += 1;
            }
            _ => {}
        }
    }
    for (reference, id) in &acknowledged.listings {
        assert_eq!(references.get(reference), Some(id), "{reference} was acknowledged");
    }
    for change in &acknowledged.prices {
        assert_eq!(prices.get(change), Some(&1), "{change:?} was acknowledged");
    }
    for (person, count) in &acknowledged.shares {
        let kept =
            activity.iter().filter(|e| &*e.event_type == "PROPERTY_SHARED" && *e.stream.id == **person);
        assert!(kept.count() >= *count, "{person} shared {count} times");
    }
    let live = read_models(data_dir).await;
    std::fs::remove_dir_all(data_dir.join("views")).unwrap();
    let rebuilt = read_models(data_dir).await;
    assert_eq!(live.len(), rebuilt.len());
    for ((group, live), (_, rebuilt)) in live.iter().zip(&rebuilt) {
        for ((table, live), (_, rebuilt)) in live.iter().zip(rebuilt) {
            let missing: Vec<_> = rebuilt.iter().filter(|row| !live.contains(row)).take(3).collect();
            let surplus: Vec<_> = live.iter().filter(|row| !rebuilt.contains(row)).take(3).collect();
            let differs = !missing.is_empty() || !surplus.is_empty() || live.len() != rebuilt.len();
            assert!(!differs, "{group}: {table} lacks {missing:#?} and has {surplus:#?} beyond its rebuild");
        }
    }
}
