//! A damaged segment is reported by file name, whatever part of it is damaged.

use std::fs;

use domain::{Clock, Log, TenantId, Timestamp};
use journal::sqlite::Limits;
use journal::{EventQuery, Journal, JournalError, SqliteJournal};
use uuid::Uuid;

use super::scene::{Scene, at, everything, files, open, person};

#[tokio::test]
async fn every_damaged_byte_is_loud() {
    let scene = Scene::of(60).await;
    scene.journal.archive(at("2026-02-01")).await.unwrap();
    let before = everything(&scene.journal).await;
    let name = files(scene.directory.path()).remove(0);
    let path = scene.directory.path().join("segments").join(&name);
    let whole = fs::read(&path).unwrap();
    scene.journal.close().await;
    let step = whole.len() / 150;
    for place in (0..whole.len()).step_by(step.max(1)) {
        let mut bytes = whole.clone();
        bytes[place] ^= 0x10;
        fs::write(&path, &bytes).unwrap();
        let journal = open(scene.directory.path());
        let start = journal.head(Log::Activity).await.unwrap().at(0);
        let page = journal.read_after(start, 100).await;
        let from = (Timestamp::from_micros(0), Uuid::nil());
        let mut asked = vec![page];
        for tenant in ["large", "small"].map(TenantId::stored) {
            asked.push(journal.find(&EventQuery::newest(&tenant, Log::Activity, 100)).await);
            for number in 0..12 {
                asked.push(journal.read_user(&tenant, person(number), Log::Activity, from, 100).await);
            }
        }
        let told = asked.iter().filter_map(|answer| answer.as_ref().err()).inspect(|error| {
            let JournalError::Damaged { file, .. } = error else { panic!("{error}") };
            assert!(file.ends_with(&name), "{file}");
        });
        assert!(told.count() > 0, "the byte at {place} of {} does not matter", whole.len());
        for found in asked.into_iter().flatten().flatten() {
            assert!(before.contains(&found), "an event that was never written");
        }
    }
    fs::write(&path, &whole).unwrap();
    assert_eq!(everything(&open(scene.directory.path())).await, before);
}

#[tokio::test]
async fn a_segment_that_is_gone_or_cut_is_told_at_the_start() {
    let scene = Scene::of(60).await;
    scene.journal.archive(at("2026-03-01")).await.unwrap();
    scene.journal.close().await;
    let name = files(scene.directory.path()).remove(1);
    let path = scene.directory.path().join("segments").join(&name);
    let whole = fs::read(&path).unwrap();
    let refused = || {
        let opened =
            SqliteJournal::open(scene.directory.path(), &Clock::manual(at("2026-06-01")), Limits::default());
        matches!(opened, Err(JournalError::Damaged { file, .. }) if file.ends_with(&name))
    };
    fs::write(&path, &whole[..whole.len() - 1]).unwrap();
    assert!(refused());
    fs::remove_file(&path).unwrap();
    assert!(refused());
    fs::write(&path, &whole).unwrap();
    assert!(!refused());
}
