//! Read models whose shape changed with an upgrade. The change is detected when they are opened, and they are
//! made again from the journal before anybody reads them. Unchanged read models are left alone.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

mod letters;
#[path = "../events/noted.rs"]
mod noted;
mod rows;

use std::sync::Arc;
use std::time::Duration;

use bus::{
    AfterTries, Asker, Group, GroupDecisions, GroupHandle, Policy, RebuildError, Retry, Runner, WaitOutcome,
};
use domain::{Clock, Log, UserId};
use journal::sqlite::Limits;
use journal::{Journal, SqliteJournal};
use noted::{NOW, append, noted, tenant};
use projection::{Projection, ViewStore};
use rusqlite::Connection;
use tempfile::TempDir;
use tokio::sync::watch;
use tokio::task::JoinSet;
use uuid::Uuid;

const GROUP: Group =
    Group { name: "shaped-group", logs: &[Log::Facts], key: |e| Some(e.stream.id.to_string()) };
const POLICY: Policy = Policy {
    retry: Retry { tries: 1, base_ms: 1000, cap_ms: 1000 },
    after: AfterTries::Park,
    term_ms: 10_000,
};

/// A journal, and a directory for its read models.
struct World {
    directory: TempDir,
    journal: Arc<SqliteJournal>,
    clock: Clock,
}

impl World {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let clock = Clock::manual(NOW);
        let journal = SqliteJournal::open(&directory.path().join("journal"), &clock, Limits::default());
        Self { directory, journal: Arc::new(journal.unwrap()), clock }
    }

    /// Appends `data` under a new key and returns the event's id.
    async fn note(&self, data: &str) -> Uuid {
        let event = noted(None, &format!("\"{data}\""));
        let id = event.event_id;
        self.journal.append(append("note", &person().to_string(), vec![event])).await.unwrap();
        id
    }

    fn open(&self, name: &str, tables: &str, projection: Arc<dyn Projection>) -> ViewStore {
        ViewStore::open(&self.directory.path().join(name), tables, projection).unwrap()
    }

    /// The file itself, as it was left.
    fn file(&self, name: &str) -> Connection {
        Connection::open(self.directory.path().join(name)).unwrap()
    }

    async fn group(&self, store: &ViewStore, policy: Policy) -> (Runner, GroupHandle) {
        let journal = self.journal.clone();
        let target = Arc::new(store.clone());
        let (runner, handle) = Runner::new(GROUP, journal, target, self.clock.clone(), policy).await.unwrap();
        (runner.alone(), handle)
    }

    /// Runs the group until it has reached the head.
    async fn run(&self, store: &ViewStore) -> GroupHandle {
        let (runner, handle) = self.group(store, POLICY).await;
        let (stop, stopping) = watch::channel(false);
        let mut running = JoinSet::new();
        running.spawn(runner.run(stopping));
        let tenant = tenant();
        let user = person();
        let head = self.journal.head(Log::Facts).await.unwrap();
        let asker = Asker { tenant: &tenant, user };
        assert_eq!(handle.status.wait(&[head], asker, Duration::from_secs(20)).await, WaitOutcome::Applied);
        stop.send_replace(true);
        running.join_next().await;
        handle
    }

    async fn renew(&self, store: &ViewStore) -> Result<u64, RebuildError> {
        self.renew_as_decided(store, POLICY, GroupDecisions::default()).await
    }

    async fn renew_as_decided(
        &self,
        store: &ViewStore,
        policy: Policy,
        standing: GroupDecisions,
    ) -> Result<u64, RebuildError> {
        let (runner, handle) = self.group(store, policy).await;
        drop(runner.standing(standing));
        projection::renew(store, &handle, |_| {}).await
    }
}

fn person() -> UserId {
    UserId::from(domain::Ids.uuid(NOW))
}
