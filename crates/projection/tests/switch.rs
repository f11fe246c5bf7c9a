//! The moment when a rebuilt read model takes over, with a failing disk.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

#[path = "events/noted.rs"]
mod noted;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bus::{Group, GroupHandle, Retry, Runner};
use domain::{Clock, Envelope, Log};
use journal::sqlite::Limits;
use journal::{Journal, SqliteJournal};
use noted::{NOW, noted};
use projection::deliveries::{self, Delivery, Outbox};
use projection::{Projection, ProjectionError, SyncPath, ViewError, ViewStore, ViewTx};
use tempfile::TempDir;
use tokio::sync::watch;
use tokio::task::JoinSet;

const GROUP: Group =
    Group { name: "letters-group", logs: &[Log::Facts], key: |e| Some(e.stream.id.to_string()) };
/// As in the read model of searches: commits do not wait for the disk.
const TABLES: [&str; 2] = [deliveries::TABLES, "pragma synchronous = normal;"];

const RECIPIENT: &str = "0197c000-0000-7000-8000-000000000001";

struct Letters;

#[async_trait(?Send)]
impl Projection for Letters {
    fn name(&self) -> &'static str {
        GROUP.name
    }

    async fn apply(&self, tx: &mut ViewTx<'_>, event: &Envelope) -> Result<(), ProjectionError> {
        Delivery { event, channel: "email", recipient: RECIPIENT, template: "noted" }.add(tx).await?;
        Ok(())
    }

    fn committed(&self, _: &[Envelope]) {}
}

/// A disk that records what it makes durable. Syncs of directories fail as long as `fails` is set.
#[derive(Default)]
struct Disk {
    synced: Mutex<Vec<String>>,
    fails: Mutex<bool>,
}

impl Disk {
    fn sync(self: &Arc<Self>) -> SyncPath {
        let disk = Arc::clone(self);
        Arc::new(move |path| {
            if path.is_dir() && *disk.fails.lock().unwrap() {
                return Err(io::Error::other("the disk is ill"));
            }
            std::fs::File::open(path)?.sync_all()?;
            let what = if path.is_dir() { "directory" } else { path.file_name().unwrap().to_str().unwrap() };
            disk.synced.lock().unwrap().push(what.to_owned());
            Ok(())
        })
    }
}

struct World {
    directory: TempDir,
    disk: Arc<Disk>,
    store: ViewStore,
    outbox: Outbox,
    handle: GroupHandle,
    _stop: watch::Sender<bool>,
    _group: JoinSet<()>,
}

fn open(path: &Path, disk: &Arc<Disk>) -> Result<(ViewStore, Outbox), ViewError> {
    let store = ViewStore::open(path, &TABLES.concat(), Arc::new(Letters))?.in_place(disk.sync());
    let outbox = Outbox::open(&store, Arc::default())?;
    Ok((store, outbox))
}

/// A world in which each event in the journal asks for an e-mail; none has been sent.
async fn world(events: usize) -> World {
    let directory = tempfile::tempdir().unwrap();
    let clock = Clock::manual(NOW);
    let journal = SqliteJournal::open(&directory.path().join("journal"), &clock, Limits::default()).unwrap();
    let journal: Arc<dyn Journal> = Arc::new(journal);
    for n in 0..events {
        journal.append(noted::append("note", &format!("n{n}"), vec![noted(None, "{}")])).await.unwrap();
    }
    let disk = Arc::new(Disk::default());
    let (store, outbox) = open(&directory.path().join("view.db"), &disk).unwrap();
    let target = Arc::new(store.clone());
    let (runner, handle) = Runner::new(GROUP, journal, target, clock, Retry::default()).await.unwrap();
    let (stop, stopping) = watch::channel(false);
    let mut group = JoinSet::new();
    group.spawn(runner.run(stopping));
    while handle.status.watermark()[0] < events as u64 {
        tokio::task::yield_now().await;
    }
    World { directory, disk, store, outbox, handle, _stop: stop, _group: group }
}

impl World {
    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    async fn leased(&self) -> usize {
        self.outbox.lease(NOW, NOW.plus_millis(1), 10).await.unwrap().len()
    }
}

#[tokio::test]
async fn rule_19_what_was_handed_over_is_durable_before_the_rebuilt_one_is_in_use() {
    let world = world(2).await;
    projection::rebuild(&world.store, &world.handle, |_| {}).await.unwrap();
    assert_eq!(*world.disk.synced.lock().unwrap(), ["view.db.2", "view.db.2-wal", "directory"]);
    assert_eq!(std::fs::read_to_string(world.path("view.db.current")).unwrap(), "2");
    assert_eq!(world.leased().await, 2);
}

/// After a power cut either file may be the one in use. Both exist, and neither has sent what the other would
/// send.
#[tokio::test]
async fn rule_19_a_switch_that_may_be_forgotten_deletes_and_sends_nothing() {
    let world = world(2).await;
    *world.disk.fails.lock().unwrap() = true;
    projection::rebuild(&world.store, &world.handle, |_| {}).await.unwrap();
    assert_eq!(std::fs::read_to_string(world.path("view.db.current")).unwrap(), "2");
    assert!(world.path("view.db").exists(), "a power cut may bring it back");
    assert_eq!(world.leased().await, 0, "the other file would not know that it was sent");
    world.store.scrub().await;
    assert_eq!(world.leased().await, 0);
    // A power cut that undoes the rename.
    let after = tempfile::tempdir().unwrap();
    for name in ["view.db", "view.db-wal", "view.db.2", "view.db.2-wal"] {
        std::fs::copy(world.path(name), after.path().join(name)).unwrap();
    }
    let (_store, outbox) = open(&after.path().join("view.db"), &world.disk).unwrap();
    assert_eq!(
        outbox.lease(NOW, NOW.plus_millis(1), 10).await.unwrap().len(),
        2,
        "the old one sends them, once"
    );
    // No power cut, and the disk works again.
    *world.disk.fails.lock().unwrap() = false;
    world.store.scrub().await;
    assert_eq!(world.leased().await, 2);
    assert!(!world.path("view.db").exists(), "nobody needs it any more");
    projection::rebuild(&world.store, &world.handle, |_| {}).await.unwrap();
    assert_eq!(std::fs::read_to_string(world.path("view.db.current")).unwrap(), "3");
}

/// An empty read model in place of the missing file would send the e-mails of a week again.
#[tokio::test]
async fn a_read_model_whose_file_is_gone_is_not_made_anew_silently() {
    let directory = tempfile::tempdir().unwrap();
    let disk = Arc::new(Disk::default());
    std::fs::write(directory.path().join("view.db.current"), "2").unwrap();
    let refused = open(&directory.path().join("view.db"), &disk).unwrap_err().to_string();
    assert!(refused.contains("view.db.2, which is not there"), "{refused}");
    assert!(!directory.path().join("view.db.2").exists());
}
