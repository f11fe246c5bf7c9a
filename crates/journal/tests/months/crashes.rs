//! A crash at each step of an archive run. The resulting files are assembled from a copy made before the archive run
//! and one made after it.

use std::fs;
use std::path::Path;

use rusqlite::Connection;
use tempfile::TempDir;

use super::scene::{CUT, Scene, at, everything, files, open, rows};
use journal::JournalError;

/// A closed journal before and after its months were archived.
struct Twice {
    before: TempDir,
    after: TempDir,
    events: Vec<domain::Envelope>,
}

async fn twice() -> Twice {
    let scene = Scene::of(300).await;
    let before = tempfile::tempdir().unwrap();
    let events = everything(&scene.journal).await;
    scene.journal.close().await;
    copy(scene.directory.path(), before.path());
    let scene = scene.reopened().await;
    scene.journal.archive_in(at("2026-06-01"), CUT).await.unwrap();
    scene.journal.close().await;
    Twice { before, after: scene.directory, events }
}

/// Copies the files of a directory into an existing one.
fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            fs::create_dir_all(&target).unwrap();
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

impl Twice {
    /// The log before archiving, with the files of an archive run beside it.
    fn unregistered(&self) -> TempDir {
        let directory = tempfile::tempdir().unwrap();
        copy(self.before.path(), directory.path());
        fs::create_dir_all(directory.path().join("segments")).unwrap();
        copy(&self.after.path().join("segments"), &directory.path().join("segments"));
        directory
    }

    /// As [`Self::unregistered`], with the first `segments` files registered and the rows of the first `gone`
    /// positions deleted.
    fn registered(&self, segments: u32, gone: u32) -> TempDir {
        let directory = self.unregistered();
        let file = Connection::open(directory.path().join("activity.db")).unwrap();
        let archived = self.after.path().join("activity.db").display().to_string();
        file.execute("attach ?1 as sealed", [archived]).unwrap();
        let copied = "insert into segments select * from sealed.segments order by first_position limit ?1";
        file.execute(copied, [segments]).unwrap();
        file.execute("delete from event_store where position <= ?1", [gone]).unwrap();
        directory
    }

    /// Opens the journal and checks that every event is there once, then archives the rest.
    async fn opens(&self, directory: &Path) {
        let journal = open(directory);
        assert_eq!(everything(&journal).await, self.events);
        journal.archive_in(at("2026-06-01"), CUT).await.unwrap();
        assert_eq!(everything(&journal).await, self.events);
        assert_eq!(rows(directory), 0);
        assert_eq!(files(directory), files(self.after.path()));
    }
}

#[tokio::test]
async fn a_crash_while_a_file_is_written_leaves_the_rows() {
    let twice = twice().await;
    let directory = tempfile::tempdir().unwrap();
    copy(twice.before.path(), directory.path());
    fs::create_dir_all(directory.path().join("segments")).unwrap();
    fs::write(directory.path().join("segments/activity.part"), b"half a segm").unwrap();
    fs::write(directory.path().join("segments/a note of the operator"), b"not ours").unwrap();
    assert_eq!(everything(&open(directory.path())).await, twice.events);
    assert_eq!(files(directory.path()), ["a note of the operator"]);
}

#[tokio::test]
async fn a_crash_between_renaming_and_registering_leaves_the_rows() {
    let twice = twice().await;
    let directory = twice.unregistered();
    assert!(files(directory.path()).len() > 5);
    let journal = open(directory.path());
    assert_eq!(files(directory.path()), [""; 0], "what is not registered is deleted");
    assert_eq!(rows(directory.path()), 300);
    journal.close().await;
    twice.opens(directory.path()).await;
}

#[tokio::test]
async fn a_crash_after_registering_shows_nothing_twice() {
    let twice = twice().await;
    for (segments, gone) in [(1, 0), (1, 20), (3, 0), (3, 100), (8, 200), (100, 0), (100, 299)] {
        let directory = twice.registered(segments, gone);
        twice.opens(directory.path()).await;
    }
}

#[tokio::test]
async fn a_log_that_lost_events_is_not_opened_over_their_segments() {
    let twice = twice().await;
    let directory = twice.unregistered();
    let file = Connection::open(directory.path().join("activity.db")).unwrap();
    file.execute("delete from event_store where position > 100", []).unwrap();
    drop(file);
    let clock = domain::Clock::manual(at("2026-06-01"));
    let refused = journal::SqliteJournal::open(directory.path(), &clock, journal::sqlite::Limits::default());
    assert!(matches!(refused, Err(JournalError::Damaged { .. })), "{refused:?}");
    assert_eq!(files(directory.path()), files(twice.after.path()), "nothing was deleted");
}
