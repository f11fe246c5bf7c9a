//! Large numbers of events: one failing event among a hundred thousand, and appends from many tasks in a
//! process that is killed repeatedly.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]
#![expect(clippy::print_stdout, reason = "figures, and what the killed process says")]

#[path = "events/noted.rs"]
mod noted;

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bus::{Asker, Group, GroupHandle, Retry, Runner, WaitOutcome};
use domain::{Clock, Envelope, Log, Position, UserId};
use journal::sqlite::Limits;
use journal::{Append, AppendError, Expected, Journal, Refused, SqliteJournal};
use noted::{noted, tenant};
use projection::{Projection, ProjectionError, ViewStore, ViewTx};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use tokio::sync::watch;
use tokio::task::JoinSet;

const KEYS: u64 = 1000;
const LONG: Duration = Duration::from_mins(10);

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).map_or(otherwise, |text| text.parse().unwrap())
}

const KEY: fn(&Envelope) -> Option<String> = |event| Some(event.stream.id.to_string());
const GROUPS: [Group; 3] = [
    Group { name: "both", logs: &Log::ALL, key: KEY },
    Group { name: "facts", logs: &[Log::Facts], key: KEY },
    Group { name: "activity", logs: &[Log::Activity], key: KEY },
];

/// Writes a row for each event and a running sum per key. One event may be made to fail.
struct Seen {
    group: &'static str,
    poison: Mutex<Option<Position>>,
}

#[async_trait(?Send)]
impl Projection for Seen {
    fn name(&self) -> &'static str {
        self.group
    }

    async fn apply(&self, tx: &mut ViewTx<'_>, e: &Envelope) -> Result<(), ProjectionError> {
        let poison = *self.poison.lock().unwrap();

        if poison == Some(e.position) {
            return Err(ProjectionError::Event("it is poison".into()));
        }
        let log = e.position.log.as_str();
        let seq = e.position.seq;
        let row = [log.into(), seq.into(), (&*e.stream.id).into(), e.version.into()];
        tx.execute("insert into seen (log, seq, key, version) values ($1, $2, $3, $4)", &row).await?;
        let sum = "insert into sums (key, digest) values ($1, $2) on conflict (key) do update
                set digest = (digest * 31 + $2) % 1000003";
        tx.execute(sum, &[(&*e.stream.id).into(), seq.into()]).await?;
        Ok(())
    }

    fn committed(&self, _: &[Envelope]) {}
}

const TABLES: &str = "
create table if not exists seen (n integer primary key, log text, seq bigint, key text, version bigint);
create table if not exists sums (key text primary key, digest bigint);";

struct Running {
    seen: Arc<Seen>,
    store: ViewStore,
    handle: GroupHandle,
}

struct World {
    journal: Arc<SqliteJournal>,
    groups: Vec<Running>,
    stop: watch::Sender<bool>,
    tasks: JoinSet<()>,
}

impl World {
    async fn open(directory: &Path, groups: &[Group], poison: Option<Position>) -> Self {
        let journal = SqliteJournal::open(&directory.join("journal"), &Clock::System, Limits::default());
        let journal = Arc::new(journal.unwrap());
        let (stop, stopping) = watch::channel(false);
        let mut tasks = JoinSet::new();
        let mut running = Vec::new();
        for group in groups {
            let seen = Arc::new(Seen { group: group.name, poison: Mutex::new(poison) });
            let path = directory.join(format!("{}.db", group.name));
            let store = ViewStore::open(&path, TABLES, seen.clone()).unwrap();
            let target = Arc::new(store.clone());
            let retry = Retry { tries: 1, ..Retry::default() };
            let started = Runner::new(*group, journal.clone(), target, Clock::System, retry).await;
            let (runner, handle) = started.unwrap();
            tasks.spawn(runner.alone().run(stopping.clone()));
            running.push(Running { seen, store, handle });
        }
        Self { journal, groups: running, stop, tasks }
    }

    /// Waits until every group is at the head of its logs, whether or not it has blocked keys.
    async fn caught_up(&self) {
        let tenant = tenant();
        let nobody = || Asker { tenant: &tenant, user: UserId::from(uuid::Uuid::nil()) };
        for Running { handle, .. } in &self.groups {
            let mut heads = Vec::new();
            for log in handle.group.logs {
                heads.push(self.journal.head(*log).await.unwrap());
            }
            assert_eq!(handle.status.wait(&heads, nobody(), LONG).await, WaitOutcome::Applied);
        }
    }

    async fn end(mut self) {
        self.stop.send_replace(true);
        while self.tasks.join_next().await.is_some() {}
        self.journal.close().await;
    }
}

fn append(kind: &str, key: u64, events: u64, expected: Expected) -> Append {
    let events = (0..events).map(|_| noted(None, "{}")).collect();
    Append { expected, ..noted::append(kind, &format!("k{key}"), events) }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_poison_parks_one_key_and_its_redrive_equals_a_rebuild() {
    let events = number("HYD_TEST_AMONG", 100_000);
    let directory = tempfile::tempdir().unwrap();
    let poison = Position { log: Log::Facts, epoch: 1, seq: events / 2 };
    let world = World::open(directory.path(), &GROUPS[1..2], Some(poison)).await;
    let next = Arc::new(AtomicU64::new(0));
    let mut writers = JoinSet::new();
    for _ in 0..64 {
        let (journal, next) = (Arc::clone(&world.journal), Arc::clone(&next));
        writers.spawn(async move {
            loop {
                let n = next.fetch_add(10, Ordering::SeqCst);
                if n >= events {
                    return;
                }
                journal.append(append("note", n / 10 % KEYS, 10, Expected::Any)).await.unwrap();
            }
        });
    }
    while writers.join_next().await.transpose().unwrap().is_some() {}
    world.caught_up().await;
    let Running { seen, store, handle } = &world.groups[0];
    let blocked = handle.status.blocked();
    let [letter] = blocked.as_slice() else { panic!("one key is parked: {blocked:?}") };
    assert_eq!(letter.first, poison);
    let count = async |condition: &str| {
        let sql = format!("select count(*) from seen where {condition}");
        store.query(&sql, Vec::new()).await.unwrap()[0].count(0)
    };
    let head = world.journal.head(Log::Facts).await.unwrap().seq;
    let of_the_key = format!("key = '{}'", letter.key);
    let all_others = count(&format!("not {of_the_key}")).await;
    assert_eq!(count("true").await + letter.waiting, head, "applied or waiting, each one");
    assert_eq!(count(&format!("{of_the_key} and seq >= {}", poison.seq)).await, 0, "in order");
    println!("{head} events, {all_others} of other keys applied, {} wait behind one", letter.waiting);

    *seen.poison.lock().unwrap() = None;
    assert_eq!(handle.redrive(&letter.id).await, Ok(letter.waiting));
    assert_eq!(handle.status.blocked_count(), 0);
    // The order among keys differs; the result of each key is the same.
    let rows = async || store.query("select * from sums order by key", Vec::new()).await.unwrap();
    let redriven =
        (rows().await, store.query("select log, seq, version from seen order by seq", Vec::new()).await);
    let rebuilt = projection::rebuild(store, handle, |_| ()).await.unwrap();
    assert!(rebuilt.tables["sums"].equal, "{rebuilt:?}");
    let again =
        (rows().await, store.query("select log, seq, version from seen order by seq", Vec::new()).await);
    assert_eq!(redriven.0, again.0);
    assert_eq!(redriven.1.unwrap(), again.1.unwrap());
    world.end().await;
}

const TEST: &str = "every_group_sees_every_position_once_in_order";
/// Set in the process that is killed.
const VICTIM: &str = "HYD_TEST_VICTIM";

/// Appends from many tasks, with rejections and delays, until the process is killed.
async fn append_for_ever(directory: &Path) {
    let world = World::open(directory, &GROUPS, None).await;
    let (done, over) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(false)));
    let mut writers = JoinSet::new();
    for writer in 0..32 {
        let (journal, done, over) = (Arc::clone(&world.journal), Arc::clone(&done), Arc::clone(&over));
        writers.spawn(async move {
            let mut random = StdRng::seed_from_u64(writer);
            while !over.load(Ordering::SeqCst) {
                let kind = if random.random_range(0..3) == 0 { "activity" } else { "note" };
                let expected = match random.random_range(0..4) {
                    0 => Expected::Exactly(random.random_range(0..50)),
                    _ => Expected::Any,
                };
                let events = random.random_range(1..4);
                for _ in 0..random.random_range(0..20) {
                    tokio::task::yield_now().await;
                }
                match journal.append(append(kind, random.random_range(0..KEYS), events, expected)).await {
                    Ok(_) => {
                        if done.fetch_add(1, Ordering::SeqCst) % 500 == 0 {
                            println!("appended");
                        }
                    }
                    Err(AppendError::Refused(Refused::Conflict { .. })) => {}
                    Err(other) => panic!("{other}"),
                }
            }
        });
    }
    while writers.join_next().await.is_some() {}
}

#[tokio::test(flavor = "multi_thread")]
async fn every_group_sees_every_position_once_in_order() {
    if let Some(directory) = std::env::var_os(VICTIM) {
        return append_for_ever(Path::new(&directory)).await;
    }
    let wanted = number("HYD_TEST_APPENDS", 50_000);
    let directory = tempfile::tempdir().unwrap();
    let mut random = StdRng::seed_from_u64(number("HYD_TEST_SEED", 1));
    let (mut appended, mut kills) = (0, 0);
    while appended < wanted {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", TEST, "--nocapture", "--test-threads=1"]).env(VICTIM, directory.path());
        let mut victim = command.stdout(Stdio::piped()).spawn().unwrap();
        let life: usize = random.random_range(2..usize::try_from(wanted / 2500).unwrap().max(3));
        let lines = BufReader::new(victim.stdout.take().unwrap()).lines().map_while(Result::ok);
        appended += 500 * lines.filter(|line| line.ends_with("appended")).take(life).count() as u64;
        victim.kill().unwrap();
        assert!(!victim.wait().unwrap().success());
        kills += 1;
    }
    let world = World::open(directory.path(), &GROUPS, None).await;
    world.caught_up().await;
    for Running { store, handle, .. } in &world.groups {
        assert_eq!(handle.status.blocked_count(), 0);
        let mut seen: BTreeMap<String, u64> = BTreeMap::new();
        for row in store.query("select log, seq from seen order by n", Vec::new()).await.unwrap() {
            let last = seen.entry(row.text(0).unwrap().to_owned()).or_default();
            assert_eq!(row.count(1), *last + 1, "{}: each position once, in order", handle.group.name);
            *last += 1;
        }
        for log in handle.group.logs {
            assert_eq!(seen[log.as_str()], world.journal.head(*log).await.unwrap().seq);
        }
    }
    let heads =
        [world.journal.head(Log::Facts).await.unwrap(), world.journal.head(Log::Activity).await.unwrap()];
    println!("{appended} appends or more, {} and {} events, {kills} kills", heads[0].seq, heads[1].seq);
    world.end().await;
}
