//! The journal in SQLite files: all guarantees of a journal, plus what is specific to files.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "sqlite/breaking_off.rs"]
mod breaking_off;
#[path = "sqlite/crowd.rs"]
mod crowd;

use std::path::Path;
use std::sync::Arc;

use domain::{Clock, Envelope, Ids, Log, StreamId, TenantId, Timestamp};
use journal::sqlite::Limits;
use journal::{
    Append, AppendError, Expected, Idempotency, Journal, JournalError, NewEvent, Refused, Replayed,
    SqliteJournal, UniqueKey, UniqueKeys, conformance,
};
use rusqlite::Connection;
use tokio::task::JoinSet;

const AT: Timestamp = Timestamp::from_micros(1_790_000_000_000_000);

fn open(directory: &Path) -> SqliteJournal {
    SqliteJournal::open(directory, &Clock::manual(AT), Limits::default()).unwrap()
}

fn stream(kind: &str, id: u64) -> StreamId {
    StreamId::new(&TenantId::stored("t"), kind, id)
}

fn append(stream: &StreamId, expected: Expected, event_types: &[&str]) -> Append {
    let event = |event_type: &&str| NewEvent {
        event_id: Ids.uuid(AT),
        user_id: None,
        event_type: (*event_type).into(),
        schema_version: 1,
        timestamp: AT,
        data: "{}".into(),
        metadata: "{}".into(),
    };
    let events = event_types.iter().map(event).collect();
    Append {
        stream: stream.clone(),
        expected,
        events,
        unique_keys: UniqueKeys::default(),
        limits: Vec::new(),
        idempotency: None,
    }
}

async fn everything(journal: &SqliteJournal, log: Log) -> Vec<Envelope> {
    journal.read_after(journal.head(log).await.unwrap().at(0), 1_000_000).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_promise_is_kept() {
    for limits in [Limits::default(), Limits { batch: 1, queue: 1 }, Limits { batch: 3, queue: 7 }] {
        let directory = tempfile::tempdir().unwrap();
        let journal: Arc<dyn Journal> =
            Arc::new(SqliteJournal::open(directory.path(), &Clock::manual(AT), limits).unwrap());
        conformance::all(&journal).await;
        conformance::all_at_once(&journal).await;
    }
}

#[tokio::test]
async fn rule_01_reopening_keeps_everything_and_positions_go_on() {
    let directory = tempfile::tempdir().unwrap();
    let unique_key = UniqueKey { tenant: TenantId::stored("t"), kind: "name", digest: [1; 32] };
    let once =
        Idempotency { scope: "s".into(), key: "k".into(), fingerprint: [1; 32], answer: "first".into() };
    let mut before: [Vec<Envelope>; 2] = [Vec::new(), Vec::new()];
    for round in 0..5 {
        let journal = open(directory.path());
        let logs = [(Log::Facts, "parcel"), (Log::Activity, "activity")];
        for ((log, kind), before) in logs.into_iter().zip(&mut before) {
            assert_eq!(&everything(&journal, log).await, before);
            assert_eq!(*journal.committed(log).borrow(), before.len() as u64);
            let version = 3 * round;
            let wrong =
                journal.append(append(&stream(kind, 1), Expected::Exactly(version + 1), &["A"])).await;
            assert!(
                matches!(wrong, Err(AppendError::Refused(Refused::Conflict { actual, .. })) if actual == version)
            );
            let appended = journal
                .append(append(&stream(kind, 1), Expected::Exactly(version), &["A", "B", "C"]))
                .await
                .unwrap();
            assert_eq!((appended.version, appended.position.seq), (version + 3, before.len() as u64 + 3));
            *before = everything(&journal, log).await;
        }
        let unique_keys = UniqueKeys::taking(vec![unique_key.clone()]);
        let named = Append {
            unique_keys,
            idempotency: Some(once.clone()),
            ..append(&stream("parcel", 2), Expected::Any, &["D"])
        };
        match journal.append(named).await {
            Ok(_) => assert_eq!(round, 0, "the key was forgotten"),
            Err(AppendError::Refused(Refused::Replayed(replayed))) => {
                assert_eq!(replayed.appended.position.seq, 4);
            }
            Err(other) => panic!("{other}"),
        }
        assert_eq!(journal.owner(&unique_key).await.unwrap(), Some(stream("parcel", 2)));
        before[0] = everything(&journal, Log::Facts).await;
        journal.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn closing_finishes_what_is_queued_and_refuses_the_rest() {
    let directory = tempfile::tempdir().unwrap();
    let journal = Arc::new(
        SqliteJournal::open(directory.path(), &Clock::manual(AT), Limits { batch: 3, queue: 50 }).unwrap(),
    );
    let mut tasks = JoinSet::new();
    for id in 0..200 {
        let journal = Arc::clone(&journal);
        tasks.spawn(async move {
            journal.append(append(&stream("parcel", id), Expected::Exactly(0), &["A", "B"])).await
        });
        if id == 120 {
            tokio::task::yield_now().await;
        }
    }
    journal.close().await;
    let outcomes = tasks.join_all().await;
    let unavailable =
        |outcome: &Result<_, _>| matches!(outcome, Err(AppendError::Journal(JournalError::Unavailable(_))));
    assert!(outcomes.iter().all(|outcome| outcome.is_ok() || unavailable(outcome)));
    for kind in ["parcel", "activity"] {
        assert!(unavailable(&journal.append(append(&stream(kind, 1), Expected::Any, &["A"])).await));
    }
    journal.close().await;

    let journal = open(directory.path());
    let mut acknowledged: Vec<_> =
        outcomes.into_iter().flatten().map(|appended| appended.position.seq).collect();
    acknowledged.sort_unstable();
    let last_of_each: Vec<_> = (2..).step_by(2).take(acknowledged.len()).collect();
    assert_eq!(acknowledged, last_of_each);
    assert_eq!(
        everything(&journal, Log::Facts).await.len(),
        2 * acknowledged.len(),
        "exactly what was acknowledged"
    );
}

/// Each of these makes the transaction fail at a different point: at a statement, at a statement that has already
/// rolled everything back, and at the commit itself.
const POISONS: [&str; 3] = [
    "create trigger poison before insert on event_store when new.event_type = 'POISON'
     begin select raise(abort, 'poison'); end",
    "create trigger poison before insert on event_store when new.event_type = 'POISON'
     begin select raise(rollback, 'poison'); end",
    "create table never (id integer primary key);
     create table debts (id integer references never (id) deferrable initially deferred);
     create trigger poison before insert on event_store when new.event_type = 'POISON'
     begin insert into debts values (7); end",
];

#[tokio::test(flavor = "multi_thread")]
async fn rule_01_a_failing_transaction_leaves_no_hole() {
    for poison in POISONS {
        let directory = tempfile::tempdir().unwrap();
        let journal = Arc::new(open(directory.path()));
        let spoiler = Connection::open(directory.path().join("facts.db")).unwrap();
        let good = stream("parcel", 1);
        assert_eq!(journal.append(append(&good, Expected::Any, &["A", "B"])).await.unwrap().position.seq, 2);
        spoiler.execute_batch(poison).unwrap();

        // Other appends may share the failing transaction. Each is either done or told that its outcome is unknown.
        let mut tasks = JoinSet::new();
        for id in 0..40 {
            let journal = Arc::clone(&journal);
            let last = if id % 8 == 3 { "POISON" } else { "C" };
            tasks.spawn(async move {
                journal
                    .append(append(&stream("parcel", 2 + id), Expected::Any, &["A", "B", last]))
                    .await
                    .is_ok()
            });
        }
        let done = tasks.join_all().await.into_iter().filter(|done| *done).count() as u64;
        assert!(done <= 35, "a poisoned append was acknowledged");
        spoiler.execute_batch("drop trigger poison").unwrap();

        let next = journal.append(append(&good, Expected::Exactly(2), &["A"])).await.unwrap();
        assert_eq!(next.position.seq, 2 + 3 * done + 1, "after {poison}");
        let all = everything(&journal, Log::Facts).await;
        assert_eq!(all.len() as u64, next.position.seq);
        assert!(all.iter().all(|event| &*event.event_type != "POISON"));
        assert_eq!(*journal.committed(Log::Facts).borrow(), next.position.seq);
        // What was read from memory equals what is in the file.
        journal.close().await;
        assert_eq!(everything(&open(directory.path()), Log::Facts).await, all);
    }
}

#[tokio::test]
async fn rule_01_a_hole_is_an_alarm() {
    let directory = tempfile::tempdir().unwrap();
    let journal = open(directory.path());
    let start =
        journal.append(append(&stream("parcel", 1), Expected::Any, &["A"; 5])).await.unwrap().position.at(0);
    journal.close().await;
    let spoiler = Connection::open(directory.path().join("facts.db")).unwrap();
    spoiler.execute_batch("delete from event_store where position = 3").unwrap();
    let journal = open(directory.path());
    assert_eq!(journal.read_after(start, 2).await.unwrap().len(), 2);
    for (after, limit) in [(0, 3), (0, 100), (1, 2), (2, 1)] {
        let hole = journal.read_after(start.at(after), limit).await;
        assert!(matches!(hole, Err(JournalError::Hole { log: Log::Facts, after: 2, found: 4 })), "{hole:?}");
    }
    assert_eq!(journal.read_after(start.at(3), 10).await.unwrap().len(), 2);
}

#[tokio::test]
async fn rule_15_a_key_is_kept_for_24_hours() {
    let directory = tempfile::tempdir().unwrap();
    let clock = Clock::manual(AT);
    let journal = SqliteJournal::open(directory.path(), &clock, Limits::default()).unwrap();
    let once =
        Idempotency { scope: "s".into(), key: "k".into(), fingerprint: [1; 32], answer: "first".into() };
    let request =
        || Append { idempotency: Some(once.clone()), ..append(&stream("parcel", 1), Expected::Any, &["A"]) };
    journal.append(request()).await.unwrap();
    clock.advance(24 * 3600);
    journal.append(append(&stream("parcel", 2), Expected::Any, &["A"])).await.unwrap();
    assert!(matches!(journal.append(request()).await, Err(AppendError::Refused(Refused::Replayed(_)))));
    clock.advance(1);
    journal.append(append(&stream("parcel", 2), Expected::Any, &["A"])).await.unwrap();
    assert_eq!(journal.append(request()).await.unwrap().version, 2);
}

/// Idempotency keys expire by running time, whatever the clock is set to.
#[tokio::test]
async fn rule_15_a_clock_that_jumps_forgets_no_key_and_keeps_none_for_ever() {
    let directory = tempfile::tempdir().unwrap();
    let clock = Clock::manual(AT);
    let once = |key: &str| {
        let idempotency =
            Idempotency { scope: "s".into(), key: key.into(), fingerprint: [1; 32], answer: "first".into() };
        Append { idempotency: Some(idempotency), ..append(&stream("parcel", 1), Expected::Any, &["A"]) }
    };
    let replayed = |answer| matches!(answer, Err(AppendError::Refused(Refused::Replayed(Replayed { .. }))));
    let jumps = [3600, -3600, 24 * 3600 + 1, 400 * 86_400, -2 * 400 * 86_400];
    for (number, seconds) in jumps.into_iter().enumerate() {
        let journal = SqliteJournal::open(directory.path(), &clock, Limits::default()).unwrap();
        let key = number.to_string();
        journal.append(once(&key)).await.unwrap();
        clock.jump(seconds);
        journal.append(append(&stream("parcel", 2), Expected::Any, &["A"])).await.unwrap();
        assert!(replayed(journal.append(once(&key)).await), "a jump by {seconds} s");
        journal.close().await;
        clock.jump(-seconds / 2);
        let journal = SqliteJournal::open(directory.path(), &clock, Limits::default()).unwrap();
        journal.append(append(&stream("parcel", 2), Expected::Any, &["A"])).await.unwrap();
        assert!(replayed(journal.append(once(&key)).await), "a restart after it");
        clock.advance(24 * 3600 + 1);
        journal.append(append(&stream("parcel", 2), Expected::Any, &["A"])).await.unwrap();
        assert!(journal.append(once(&key)).await.is_ok(), "24 hours are enough");
        clock.advance(24 * 3600 + 1);
        journal.close().await;
    }
}

#[tokio::test]
async fn rule_23_each_history_has_its_epoch() {
    let directory = tempfile::tempdir().unwrap();
    let journal = open(directory.path());
    let before =
        journal.append(append(&stream("parcel", 1), Expected::Any, &["A", "B"])).await.unwrap().position;
    journal.close().await;
    let restored = Connection::open(directory.path().join("facts.db")).unwrap();
    restored.execute_batch("update history set epoch = epoch + 1").unwrap();

    let journal = open(directory.path());
    let refused = journal.read_after(before, 10).await;
    assert!(
        matches!(refused, Err(JournalError::OtherHistory { asked, epoch: 2 }) if asked == before),
        "{refused:?}"
    );
    let after =
        journal.append(append(&stream("parcel", 1), Expected::Exactly(2), &["C"])).await.unwrap().position;
    assert_eq!((after.epoch, after.seq), (2, 3));
    assert!(journal.read_after(after.at(0), 10).await.unwrap().iter().all(|event| event.position.epoch == 2));
}

#[tokio::test]
async fn a_file_of_format_2_learns_what_people_hold_from_its_events() {
    let directory = tempfile::tempdir().unwrap();
    let open = || SqliteJournal::open(directory.path(), &Clock::manual(AT), Limits::default()).unwrap();
    let owner: domain::UserId = Ids.id(AT);
    let journal = open();
    for (id, last) in [(1, false), (2, true), (3, false)] {
        let mut made = append(&stream("property", id), Expected::Any, &["PROPERTY_CREATED"]);
        made.events[0].data = format!(r#"{{"ownerId":"{owner}"}}"#).into();
        journal.append(made).await.unwrap();
        if last {
            let gone = append(&stream("property", id), Expected::Any, &["PROPERTY_DELETED"]);
            journal.append(gone).await.unwrap();
        }
    }
    journal.close().await;
    drop(journal);
    Connection::open(directory.path().join("facts.db"))
        .unwrap()
        .execute_batch("drop table holdings; pragma user_version = 2")
        .unwrap();
    let held = open().held(&TenantId::stored("t"), owner, domain::quota::Quota::Homes).await.unwrap();
    assert_eq!(held, 2);
}

#[test]
fn a_file_of_another_format_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    Connection::open(directory.path().join("facts.db"))
        .unwrap()
        .execute_batch("pragma user_version = 99")
        .unwrap();
    let refused = SqliteJournal::open(directory.path(), &Clock::manual(AT), Limits::default());
    assert!(
        matches!(refused, Err(JournalError::Unavailable(message)) if message.to_string().contains("format 99"))
    );
}

/// All committed events can be read, in the order of their positions. Event times and clocks have no influence.
#[tokio::test]
async fn rule_02_no_clock_decides_what_may_be_read() {
    let directory = tempfile::tempdir().unwrap();
    let clock = Clock::manual(AT);
    let journal = SqliteJournal::open(directory.path(), &clock, Limits::default()).unwrap();
    for (number, seconds) in [0, 3600, -7200, 86_400, -86_400].into_iter().enumerate() {
        clock.advance(seconds);
        let mut late = append(&stream("parcel", 1), Expected::Any, &["A"]);
        late.events[0].timestamp = clock.now();
        let position = journal.append(late).await.unwrap().position;
        assert_eq!(position.seq, number as u64 + 1);
        let last = everything(&journal, Log::Facts).await.pop().unwrap();
        assert_eq!(last.position, position, "readable the moment it is acknowledged");
    }
    // The first journal answers from memory; the reopened one reads the file.
    journal.close().await;
    let again = open(directory.path());
    for read in [everything(&journal, Log::Facts).await, everything(&again, Log::Facts).await] {
        assert!(read.iter().map(|e| e.position.seq).eq(1..=5), "in the order of positions");
        assert!(!read.is_sorted_by_key(|e| e.timestamp), "and not of times");
    }
}

/// A reader that holds its snapshot for hours delays neither appends nor readers that follow the log.
#[tokio::test]
async fn rule_05_a_long_reader_holds_up_nobody() {
    let directory = tempfile::tempdir().unwrap();
    let journal = open(directory.path());
    journal.append(append(&stream("parcel", 1), Expected::Any, &["A"])).await.unwrap();
    let reader = Connection::open(directory.path().join("facts.db")).unwrap();
    reader.execute_batch("begin; select * from event_store").unwrap();
    let count =
        || reader.query_row("select count(*) from event_store", [], |row| row.get::<_, u64>(0)).unwrap();
    assert_eq!(count(), 1);
    for number in 2..=3000 {
        let position =
            journal.append(append(&stream("parcel", 1), Expected::Any, &["A"])).await.unwrap().position;
        assert_eq!((position.seq, journal.head(Log::Facts).await.unwrap().seq), (number, number));
    }
    assert_eq!(everything(&open(directory.path()), Log::Facts).await.len(), 3000, "by another process, too");
    assert_eq!(count(), 1, "it still sees its own moment");
}

/// Each process ends before a checkpoint is due, like a server that is killed again and again.
#[tokio::test]
async fn lives_that_are_cut_short_do_not_let_the_write_ahead_log_grow_for_ever() {
    const LIVES: u64 = 30;
    let directory = tempfile::tempdir().unwrap();
    let wal = directory.path().join("facts.db-wal");
    let mut longest = 0;
    let mut lives = Vec::new();
    for life in 1..=LIVES {
        let copy = tempfile::tempdir().unwrap();
        for entry in std::fs::read_dir(directory.path()).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() && path.extension().is_none_or(|extension| extension != "db-shm") {
                std::fs::copy(&path, copy.path().join(path.file_name().unwrap())).unwrap();
            }
        }
        let journal = open(copy.path());
        for _ in 0..3 {
            let many = append(&stream("parcel", life), Expected::Any, &["A"; 300]);
            journal.append(many).await.unwrap();
        }
        // Simulate a kill: the next process gets the files as they are.
        for name in ["facts.db", "facts.db-wal", "activity.db", "activity.db-wal"] {
            std::fs::copy(copy.path().join(name), directory.path().join(name)).unwrap();
        }
        longest = longest.max(std::fs::metadata(&wal).unwrap().len());
        assert_eq!(journal.head(Log::Facts).await.unwrap().seq, life * 900);
        lives.push((journal, copy));
    }
    assert!(longest < 8 << 20, "{longest} bytes");
}
