//! Copies of logs in use: each part contains what was added since the previous one, and together they form the log.

#[path = "copies/damage.rs"]
mod damage;
#[path = "copies/keys.rs"]
mod keys;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::scene::{CUT, Scene, append, at, event, everything, files, person};
use domain::quota::Quota;
use domain::{Clock, Envelope, Ids, Log, StreamId, TenantId, UserId};
use journal::sqlite::Limits;
use journal::sqlite::copy::{Chain, CopyEnd, CopyError, not_copied};
use journal::{
    Append, AppendError, Expected, Idempotency, Journal, JournalError, Refused, SqliteJournal, UniqueKey,
    UniqueKeys,
};
use tempfile::TempDir;

/// The copies of both logs in one directory.
struct Copies {
    directory: TempDir,
    marks: [Vec<CopyEnd>; 2],
}

impl Copies {
    fn new() -> Self {
        Self { directory: tempfile::tempdir().unwrap(), marks: [Vec::new(), Vec::new()] }
    }

    fn part(&self, log: Log, number: usize) -> PathBuf {
        self.directory.path().join(format!("{}-{number}.db", log.as_str()))
    }

    /// Adds another part of a log.
    async fn add(&mut self, journal: &Arc<SqliteJournal>, log: Log) -> Result<CopyEnd, CopyError> {
        let marks = &self.marks[log.index()];
        let (journal, since, part) =
            (Arc::clone(journal), marks.last().copied(), self.part(log, marks.len()));
        let copy = move || journal.copy(log, since, &part, &mut |_| Ok(()));
        let mark = tokio::task::spawn_blocking(copy).await.unwrap()?;
        self.marks[log.index()].push(mark);
        Ok(mark)
    }

    fn chain(&self, journal: &Path, log: Log) -> Result<Chain, CopyError> {
        let parts = (0..self.marks[log.index()].len()).map(|number| self.part(log, number)).collect();
        let segments = journal.join("segments");
        Chain::open(log, parts, |name| Some(segments.join(name)).filter(|file| file.exists()))
    }

    /// Checks the copies and restores them into a new journal.
    async fn restored(&self, journal: &Path) -> (TempDir, Arc<SqliteJournal>) {
        let directory = tempfile::tempdir().unwrap();
        for log in Log::ALL {
            let chain = self.chain(journal, log).unwrap();
            let mark = chain.mark();
            assert_eq!(chain.check(None, &mut |_| Ok(())).unwrap().events, mark.seq);
            chain.restore(directory.path(), mark.epoch + 6, &mut |_| Ok(())).unwrap();
        }
        let path = directory.path().to_owned();
        let clock = Clock::manual(at("2026-06-01"));
        let open = move || SqliteJournal::open(&path, &clock, Limits::default()).unwrap();
        (directory, Arc::new(tokio::task::spawn_blocking(open).await.unwrap()))
    }
}

async fn all(journal: &SqliteJournal, log: Log) -> Vec<Envelope> {
    let head = journal.head(log).await.unwrap();
    journal.read_after(head.at(0), 1_000_000).await.unwrap()
}

/// The events without the epochs of their positions.
fn of_any_history(mut events: Vec<Envelope>) -> Vec<Envelope> {
    for event in &mut events {
        event.position.epoch = 0;
    }
    events
}

fn named(kind: &str, name: u8, key: &str) -> Append {
    let stream = StreamId::new(&TenantId::stored("t"), "parcel", kind);
    let unique_key = UniqueKey { tenant: TenantId::stored("t"), kind: "name", digest: [name; 32] };
    let idempotency =
        Idempotency { scope: "s".into(), key: key.into(), fingerprint: [name; 32], answer: kind.into() };
    Append {
        unique_keys: UniqueKeys { take: vec![unique_key], release_all: true },
        idempotency: Some(idempotency),
        ..append(stream, vec![event(None, "NAMED", at("2026-06-01"))])
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn parts_make_the_log_again_with_its_names_and_keys() {
    let scene = Scene::of(300).await;
    let journal = &scene.journal;
    let path = scene.directory.path();
    let mut copies = Copies::new();
    for (round, month) in (0_u8..).zip(["2026-02-01", "2026-04-01", "2026-06-01"]) {
        for log in Log::ALL {
            copies.add(journal, log).await.unwrap();
        }
        // Events copied as rows move into segments, and names are released and claimed by other streams.
        journal.archive_in(at(month), CUT).await.unwrap();
        scene.append(7, at("2026-06-02")).await;
        journal.append(named("first", round, &format!("first-{round}"))).await.unwrap();
        if round > 0 {
            journal.append(named("second", round - 1, &format!("second-{round}"))).await.unwrap();
        }
    }
    for log in Log::ALL {
        copies.add(journal, log).await.unwrap();
        // A part without new events is valid too.
        copies.add(journal, log).await.unwrap();
    }
    let owner: UserId = Ids.id(at("2026-06-02"));
    let mut home = append(
        StreamId::new(&TenantId::stored("t"), "property", "1"),
        vec![event(None, "PROPERTY_CREATED", at("2026-06-02"))],
    );
    home.events[0].data = format!(r#"{{"ownerId":"{owner}"}}"#).into();
    journal.append(home).await.unwrap();
    copies.add(journal, Log::Facts).await.unwrap();
    let lost = named("third", 77, "third").stream;
    journal.append(named("third", 77, "third")).await.unwrap();
    assert!(!files(path).is_empty());

    let (directory, restored) = copies.restored(path).await;
    for log in Log::ALL {
        let (mut before, after) = (all(journal, log).await, all(&restored, log).await);
        before.retain(|event| event.stream != lost);
        assert_eq!(of_any_history(before), of_any_history(after));
        assert_eq!(restored.head(log).await.unwrap().epoch, 7);
    }
    assert_eq!(restored.held(&TenantId::stored("t"), owner, Quota::Homes).await.unwrap(), 1);
    let owner = async |name| {
        let unique_key = UniqueKey { tenant: TenantId::stored("t"), kind: "name", digest: [name; 32] };
        restored.owner(&unique_key).await.unwrap().map(|stream| stream.id.to_string())
    };
    assert_eq!((owner(0).await, owner(1).await.as_deref()), (None, Some("second")));
    assert_eq!((owner(2).await.as_deref(), owner(77).await), (Some("first"), None));
    // Keys in the copies replay, those of the lost part are unused, and versions continue.
    let again = restored.append(named("first", 2, "first-2")).await;
    assert!(matches!(again, Err(AppendError::Refused(Refused::Replayed(_)))), "{again:?}");
    let head = restored.head(Log::Facts).await.unwrap().seq;
    let third = restored.append(named("third", 77, "third")).await.unwrap();
    assert_eq!((third.version, third.position.epoch, third.position.seq), (1, 7, head + 1));
    let stream = StreamId::new(&TenantId::stored("large"), "activity", person(1));
    let before = journal.read_stream(&stream, 0).await.unwrap().last().unwrap().version;
    let next = append(stream, vec![event(Some(person(1)), "PROPERTY_VIEWED", at("2026-06-02"))]);
    let appended = restored.append(Append { expected: Expected::Exactly(before), ..next }).await.unwrap();
    assert_eq!(appended.version, before + 1);
    drop(directory);
}

/// Appends and archiving continue while parts are made. Each part ends at one position, and together they form the
/// log.
#[tokio::test(flavor = "multi_thread")]
async fn a_log_in_use_is_copied_without_a_hole() {
    let scene = Scene::of(200).await;
    let (over, written) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let mut busy = tokio::task::JoinSet::new();
    for writer in 0..3_u32 {
        let (journal, over, written) = (Arc::clone(&scene.journal), Arc::clone(&over), Arc::clone(&written));
        busy.spawn(async move {
            while !over.load(Ordering::SeqCst) {
                let who = person(writer);
                let month = ["2026-06-02", "2026-07-03", "2026-08-04"];
                let time = at(month[usize::try_from(written.load(Ordering::SeqCst) / 80).unwrap().min(2)]);
                for kind in ["activity", "parcel"] {
                    let stream = StreamId::new(&TenantId::stored("large"), kind, who);
                    let event = event(Some(who), "PROPERTY_VIEWED", time);
                    journal.append(append(stream, vec![event])).await.unwrap();
                }
                written.fetch_add(1, Ordering::SeqCst);
            }
        });
    }
    let mut copies = Copies::new();
    while copies.marks[0].len() < 5 || written.load(Ordering::SeqCst) < 240 {
        for log in [Log::Activity, Log::Facts] {
            let acknowledged = scene.journal.head(log).await.unwrap().seq;
            let archive = scene.journal.archive_in(at("2026-09-01"), CUT);
            let (mark, archived) = tokio::join!(copies.add(&scene.journal, log), archive);
            let mark = mark.unwrap();
            let _ = archived.unwrap();
            assert!(mark.seq >= acknowledged, "what was acknowledged before it began is in it");
        }
    }
    over.store(true, Ordering::SeqCst);
    busy.join_all().await;
    let (_directory, restored) = copies.restored(scene.directory.path()).await;
    for log in Log::ALL {
        let (mut before, after) = (all(&scene.journal, log).await, all(&restored, log).await);
        before.truncate(after.len());
        assert_eq!(of_any_history(before), of_any_history(after));
        assert_eq!(copies.marks[log.index()].last().unwrap().seq, restored.head(log).await.unwrap().seq);
    }
}

/// A new table of a log must be copied too, or be listed as one that need not be.
#[tokio::test]
async fn every_table_of_a_log_is_copied() {
    let scene = Scene::of(1).await;
    for name in ["facts.db", "activity.db"] {
        let left_out = not_copied(&scene.directory.path().join(name)).unwrap();
        assert!(left_out.is_empty(), "{name}: {left_out:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_goes_on_with_its_own_journal_only() {
    let (scene, other) = (Scene::of(20).await, Scene::of(20).await);
    let mut copies = Copies::new();
    copies.add(&scene.journal, Log::Activity).await.unwrap();
    let refused = copies.add(&other.journal, Log::Activity).await;
    assert!(matches!(refused, Err(CopyError::AnotherHistory { .. })), "{refused:?}");
    assert_eq!(everything(&scene.journal).await.len(), 20);
    let damaged: CopyError = JournalError::Unavailable("x".into()).into();
    assert!(damaged.to_string().contains('x'));
}
