//! Archived months read like rows, for every query, during concurrent appends and after a crash at any step.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "months/copies.rs"]
mod copies;
#[path = "months/crashes.rs"]
mod crashes;
#[path = "months/damage.rs"]
mod damage;
#[path = "months/meanwhile.rs"]
mod meanwhile;
#[path = "months/personal.rs"]
mod personal;
#[path = "months/promises.rs"]
mod promises;
#[path = "months/scene.rs"]
mod scene;

use domain::{Log, Timestamp};
use journal::Journal;
use journal::sqlite::Archived;
use rusqlite::Connection;
use scene::{CUT, Scene, at, everything, files, open, rows};

#[tokio::test(flavor = "multi_thread")]
async fn archived_events_are_what_the_rows_were() {
    let scene = Scene::of(900).await;
    let before = scene.answers().await;
    for end in ["2026-02-01", "2026-03-01", "2026-06-01"] {
        let archived = scene.journal.archive_in(at(end), CUT).await.unwrap();
        assert!(archived.segments >= 3, "{archived:?}");
        assert_eq!(scene.answers().await, before, "sealed before {end}");
    }
    assert_eq!(rows(scene.directory.path()), 0);
    let head = scene.journal.head(Log::Activity).await.unwrap();
    let scene = scene.reopened().await;
    assert_eq!(scene.answers().await, before);
    assert_eq!(scene.journal.head(Log::Activity).await.unwrap(), head);
    assert_eq!(*scene.journal.committed(Log::Activity).borrow(), 900);
    let next = scene.append(1, at("2026-06-02")).await;
    assert_eq!(next.position.seq, 901);
    assert_eq!(everything(&scene.journal).await.len(), 901);
}

#[tokio::test]
async fn only_whole_months_that_ended_are_sealed_each_by_itself() {
    let directory = tempfile::tempdir().unwrap();
    let scene = Scene::at(directory);
    assert_eq!(scene.journal.archive(at("2030-01-01")).await.unwrap(), Archived::default());
    let last_moment = Timestamp::from_micros(at("2026-02-01").micros() - 1);
    // The clock went back a little around midnight: what follows February's first event belongs to February.
    for time in
        [at("2026-01-30"), last_moment, at("2026-02-01"), last_moment, at("2026-02-28"), at("2026-03-01")]
    {
        scene.append(1, time).await;
    }
    let archive = async |before| scene.journal.archive(before).await.unwrap();
    assert_eq!(archive(last_moment).await, Archived::default());
    assert_eq!(archive(at("2026-02-01")).await.events, 2);
    assert_eq!(archive(Timestamp::from_micros(at("2026-03-01").micros() - 1)).await, Archived::default());
    let february = archive(at("2026-03-31")).await;
    assert_eq!((february.segments, february.events), (1, 3));
    assert_eq!(archive(at("2026-03-31")).await, Archived::default());
    let names =
        ["activity-2026-01-000000000001-000000000002.seg", "activity-2026-02-000000000003-000000000005.seg"];
    assert_eq!(files(scene.directory.path()), names);
    assert_eq!(rows(scene.directory.path()), 1);
    assert_eq!(everything(&scene.journal).await.len(), 6);
    assert_eq!(scene.journal.head(Log::Facts).await.unwrap().seq, 0);
}

/// Events stamped by a clock that ran ahead form no month of their own and do not delay archiving.
#[tokio::test]
async fn a_clock_that_ran_ahead_does_not_hold_a_seal_up() {
    let scene = Scene::at(tempfile::tempdir().unwrap());
    let ahead = at("2030-01-15");
    for time in [ahead, at("2026-01-30"), ahead, at("2026-01-31"), ahead, at("2026-02-10"), ahead, ahead] {
        scene.append(1, time).await;
    }
    let before = scene.answers().await;
    let archive = async |before| scene.journal.archive(before).await.unwrap();
    assert_eq!(archive(at("2026-02-01")).await.events, 5, "January, and what stands in it");
    assert_eq!(scene.answers().await, before);
    assert_eq!(archive(at("2026-02-28")).await.events, 0, "February is not over");
    let names = files(scene.directory.path());
    assert_eq!(names, ["activity-2026-01-000000000001-000000000005.seg"]);
    assert_eq!(archive(at("2026-03-01")).await.events, 3);
    assert_eq!(scene.answers().await, before);
    assert_eq!(everything(&scene.journal).await.len(), 8);
}

#[tokio::test]
async fn the_room_of_sealed_months_is_used_again() {
    let scene = Scene::at(tempfile::tempdir().unwrap());
    let size = |scene: &Scene| {
        let file = Connection::open(scene.directory.path().join("activity.db")).unwrap();
        file.query_row("pragma page_count", [], |row| row.get::<_, u64>(0)).unwrap()
    };
    let mut sizes = Vec::new();
    for month in 1..=6 {
        for _ in 0..40 {
            scene.append(100, at(&format!("2026-0{month}-10"))).await;
        }
        scene.journal.archive(at(&format!("2026-0{}-01", month + 1))).await.unwrap();
        sizes.push(size(&scene));
    }
    assert!(sizes[5] < sizes[0] + sizes[0] / 4, "pages: {sizes:?}");
}

/// The tables of format 1, as they were created.
const FORMAT_1: &str = include_str!("golden/format-1.sql");

#[tokio::test]
async fn a_file_of_format_1_is_taken_over() {
    let directory = tempfile::tempdir().unwrap();
    let old = Connection::open(directory.path().join("activity.db")).unwrap();
    old.execute_batch(FORMAT_1).unwrap();
    let journal = open(directory.path());
    let before = everything(&journal).await;
    assert_eq!(before.len(), 3);
    let format = || old.query_row("pragma user_version", [], |row| row.get::<_, u32>(0)).unwrap();
    assert_eq!(format(), 3);
    assert_eq!(journal.archive(at("2026-02-01")).await.unwrap().events, 2);
    assert_eq!(everything(&journal).await, before);
    journal.close().await;
    assert_eq!(everything(&open(directory.path())).await, before);
    assert_eq!(format(), 3);
}

const SEGMENT_1: &[u8] = include_bytes!("golden/segment-1.seg");
const SEGMENT_1_REGISTERED: &str = include_str!("golden/segment-1.sql");

/// Files archived by any earlier version can be read by all later ones.
#[tokio::test]
async fn a_segment_of_format_1_is_read() {
    let directory = tempfile::tempdir().unwrap();
    let file = Connection::open(directory.path().join("activity.db")).unwrap();
    file.execute_batch(FORMAT_1).unwrap();
    let journal = open(directory.path());
    let before = everything(&journal).await;
    journal.close().await;
    let segments = directory.path().join("segments");
    std::fs::create_dir(&segments).unwrap();
    std::fs::write(segments.join("activity-2026-01-000000000001-000000000002.seg"), SEGMENT_1).unwrap();
    file.execute_batch(SEGMENT_1_REGISTERED).unwrap();
    file.execute_batch("delete from event_store where position <= 2").unwrap();
    let journal = open(directory.path());
    assert_eq!(everything(&journal).await, before);
    journal.close().await;
    // Rule 23: a later history of the log keeps what was archived in an earlier one.
    file.execute_batch("update history set epoch = 2").unwrap();
    let again = everything(&open(directory.path())).await;
    assert!(again.len() == before.len() && again.iter().all(|event| event.position.epoch == 2));
}
