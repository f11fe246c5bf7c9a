//! If the writer panics, callers are told that the outcome is unknown, and the file is authoritative.

use std::time::Duration;

use super::*;
use supervisor::Supervisor;

fn supervised(directory: &Path) -> (SqliteJournal, Supervisor) {
    let supervisor = Supervisor::default();
    let clock = Clock::manual(AT);
    let journal = SqliteJournal::supervised(directory, &clock, Limits::default(), &supervisor).unwrap();
    (journal, supervisor)
}

/// Previously the thread was gone: every later append was refused as "it is shutting down", and health said UP.
#[tokio::test]
async fn a_writer_that_panics_before_or_after_its_commit_goes_on_from_the_file() {
    for (passes, done) in [(0, false), (1, true)] {
        let directory = tempfile::tempdir().unwrap();
        let (journal, supervisor) = supervised(directory.path());
        let once = |key: &str| {
            let scope = "tests".to_owned();
            let key = key.to_owned();
            let answer = "201".to_owned();
            Some(Idempotency { scope, key, fingerprint: [7; 32], answer })
        };
        let noted =
            |key| Append { idempotency: once(key), ..append(&stream("note", 1), Expected::Any, &["NOTED"]) };
        journal.append(noted("first")).await.unwrap();
        let failures = journal.failed_commits(Log::Facts);
        supervisor.faults().panic_after("facts-writer", passes);
        let lost = journal.append(noted("second")).await;
        assert!(matches!(lost, Err(AppendError::Journal(JournalError::Unavailable(_)))), "{lost:?}");
        assert!(failures.has_changed().unwrap(), "whoever watches hears of it");
        let head = journal.head(Log::Facts).await.unwrap().seq;
        assert_eq!(head, if done { 2 } else { 1 });
        let again = journal.append(noted("second")).await;
        assert_eq!(matches!(again, Err(AppendError::Refused(Refused::Replayed(_)))), done, "{again:?}");
        assert_eq!(journal.append(noted("third")).await.unwrap().position.seq, 3);
        let seqs: Vec<_> = everything(&journal, Log::Facts).await.iter().map(|e| e.position.seq).collect();
        assert_eq!(seqs, [1, 2, 3]);
        let standings = supervisor.standings();
        let panics: u64 = standings.iter().map(|told| told.panics).sum();
        assert_eq!((standings.len(), panics), (4, 1), "{standings:?}");
        journal.close().await;
    }
}

#[tokio::test]
async fn that_commits_are_taken_is_tried_by_one_that_changes_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let (journal, _) = supervised(directory.path());
    let wal = || std::fs::metadata(directory.path().join("facts.db-wal")).unwrap().len();
    let before = wal();
    journal.takes_commits(Log::Facts, Duration::ZERO).await.unwrap();
    let tried = wal();
    assert!(tried > before, "it is really written");
    journal.takes_commits(Log::Facts, Duration::from_hours(1)).await.unwrap();
    assert_eq!(wal(), tried, "the last commit says so");
    assert_eq!(journal.head(Log::Facts).await.unwrap().seq, 0);
    journal.close().await;
    assert!(journal.takes_commits(Log::Facts, Duration::ZERO).await.is_err());
    drop(open(directory.path()));
}
