//! Groups that are cut off by a panic, wherever they wait, and resume; and a group whose journal is closed.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

#[path = "events/noted.rs"]
mod noted;

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bus::{Asker, Group, GroupHandle, Policy, Runner, WaitOutcome};
use domain::{Clock, Envelope, Ids, Log};
use journal::sqlite::Limits;
use journal::{Journal as _, SqliteJournal};
use noted::{NOW, append, noted, tenant};
use projection::{Projection, ProjectionError, ViewStore, ViewTx};
use supervisor::Supervisor;
use tokio::sync::{Mutex, watch};
use tokio::task::JoinSet;

const GROUP: Group =
    Group { name: "test-group", logs: &[Log::Facts], key: |e| Some(e.stream.id.to_string()) };

struct Rows;

#[async_trait(?Send)]
impl Projection for Rows {
    fn name(&self) -> &'static str {
        GROUP.name
    }

    async fn apply(&self, tx: &mut ViewTx<'_>, e: &Envelope) -> Result<(), ProjectionError> {
        let insert = "insert into rows (position) values ($1)";
        tx.execute(insert, &[e.position.seq.into()]).await?;
        Ok(())
    }

    fn committed(&self, _: &[Envelope]) {}
}

struct World {
    _directory: tempfile::TempDir,
    journal: Arc<SqliteJournal>,
    store: ViewStore,
}

impl World {
    async fn new() -> (Self, Runner, GroupHandle) {
        let directory = tempfile::tempdir().unwrap();
        let clock = Clock::manual(NOW);
        let path = |name: &str| directory.path().join(name);
        let journal = Arc::new(SqliteJournal::open(&path("journal"), &clock, Limits::default()).unwrap());
        let tables = "create table if not exists rows (n integer primary key, position integer not null);";
        let store = ViewStore::open(&path("view.db"), tables, Arc::new(Rows)).unwrap();
        let target = Arc::new(store.clone());
        let started = Runner::new(GROUP, journal.clone(), target, clock, Policy::default()).await;
        let (runner, handle) = started.unwrap();
        (Self { _directory: directory, journal, store }, runner, handle)
    }
}

/// The clock stands still, so no lease expires: only the runner itself can take its former lease back.
#[tokio::test(flavor = "multi_thread")]
async fn a_group_that_panics_anywhere_applies_every_event_once_and_in_order() {
    let (world, runner, handle) = World::new().await;
    let supervisor = Supervisor::default();
    let runner = Arc::new(Mutex::new(runner.alone()));
    let (stop, stopping) = watch::channel(false);
    let again = stopping.clone();
    let run = Arc::clone(&runner);
    let work = move || {
        let runner = Arc::clone(&run);
        let stop = again.clone();
        async move { runner.lock().await.go_on(stop).await }
    };
    let mut group = JoinSet::new();
    group.spawn(supervisor.named(GROUP.name).run(stopping, work));
    let mut last = None;
    let mut falls = 0;
    for number in 0..400 {
        let append = append("note", &format!("s{}", number % 7), vec![noted(None, "{}")]);
        last = Some(world.journal.append(append).await.unwrap().position);
        if !supervisor.faults().is_due(GROUP.name) && falls < 5 {
            supervisor.faults().panic_once(GROUP.name);
            falls += 1;
        }
    }
    let tenant = tenant();
    let last = last.unwrap();
    let asker = Asker { tenant: &tenant, user: Ids.uuid(NOW).into() };
    // A waiting reader does not notice the panics.
    assert_eq!(handle.status.wait(&[last], asker, Duration::from_mins(1)).await, WaitOutcome::Applied);
    assert_eq!(handle.status.stopped(), None);
    let rows = world.store.query("select position from rows order by n", vec![]).await.unwrap();
    let applied: Vec<_> = rows.iter().map(|row| row.int(0).unwrap()).collect();
    assert_eq!(applied, (1..=400).collect::<Vec<i64>>());
    assert_eq!(supervisor.standings()[0].panics, falls);
    assert_eq!(handle.pause(true, Box::pin(async { Ok(()) })).await, Ok(()), "it is spoken to as before");
    stop.send_replace(true);
    while group.join_next().await.is_some() {}
}

/// Fault 4: once the writer's thread was gone, waiting for commits returned at once, and each group kept a core
/// busy.
#[tokio::test(start_paused = true)]
async fn a_group_whose_journal_is_closed_looks_now_and_then() {
    let (world, runner, _handle) = World::new().await;
    world.journal.close().await;
    let (_stop, stopping) = watch::channel(false);
    let mut running = pin!(runner.run(stopping));
    let mut polls = 0;
    let counted = poll_fn(|cx| {
        polls += 1;
        assert!(polls < 1000, "it spins");
        running.as_mut().poll(cx)
    });
    let ended = tokio::time::timeout(Duration::from_secs(10), counted).await;
    assert!(ended.is_err(), "the group lives");
    assert!(polls >= 10, "it looks again");
}
