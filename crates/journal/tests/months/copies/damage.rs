//! Incomplete or damaged copies are rejected with the name of the file.

use rusqlite::Connection;

use super::*;

/// Two successive copies of the activity log, with segments.
async fn copied() -> (Scene, Copies) {
    let scene = Scene::of(300).await;
    let mut copies = Copies::new();
    scene.journal.archive_in(at("2026-03-01"), CUT).await.unwrap();
    copies.add(&scene.journal, Log::Activity).await.unwrap();
    scene.append(9, at("2026-06-02")).await;
    copies.add(&scene.journal, Log::Activity).await.unwrap();
    (scene, copies)
}

fn refusal(scene: &Scene, copies: &Copies) -> String {
    let chain = copies.chain(scene.directory.path(), Log::Activity);
    let checked = chain.and_then(|chain| chain.check(None, &mut |_| Ok(())));
    checked.expect_err("it is not whole").to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_missing_or_changed_is_told_by_its_file() {
    let changes = [
        ("delete from event_store where position = 250", "activity-0.db", "hole"),
        ("delete from event_store where position = 309", "activity-1.db", "the events end at 308"),
        ("update event_store set version = version + 1 where position = 309", "activity-1.db", "version"),
        (
            "update event_store set event_id = zeroblob(16) where position = 309",
            "activity-1.db",
            "last event",
        ),
        ("update streams set last_position = 1", "activity-1.db", "is not as its events made it"),
        ("delete from streams", "activity-1.db", "is not as its events made it"),
        (
            "insert into claims values ('t', 'name', zeroblob(32), 'user', 'nobody')",
            "activity-1.db",
            "nobody",
        ),
        ("update mark set after = after + 1", "activity-1.db", "does not follow"),
        ("update mark set epoch = epoch + 1", "activity-1.db", "does not follow"),
        ("delete from mark", "activity-0.db", "not finished"),
        ("delete from segments where first_position > 1", "activity-1.db", "hole"),
    ];
    for (change, file, what) in changes {
        let (scene, copies) = copied().await;
        assert!(copies.chain(scene.directory.path(), Log::Activity).is_ok());
        let part = Connection::open(copies.directory.path().join(file)).unwrap();
        assert!(part.execute(change, []).unwrap() > 0, "{change}");
        drop(part);
        let told = refusal(&scene, &copies);
        assert!(told.contains(what) && told.contains(".db"), "{change}: {told}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_segment_that_is_gone_or_changed_is_told_by_its_name() {
    for damage in ["gone", "cut", "changed"] {
        let (scene, copies) = copied().await;
        let name = files(scene.directory.path()).pop().unwrap();
        let path = scene.directory.path().join("segments").join(&name);
        let mut bytes = std::fs::read(&path).unwrap();
        let middle = bytes.len() / 2;
        match damage {
            "gone" => std::fs::remove_file(&path).unwrap(),
            "cut" => std::fs::write(&path, &bytes[..middle]).unwrap(),
            _ => {
                bytes[middle] ^= 1;
                std::fs::write(&path, &bytes).unwrap();
            }
        }
        let told = refusal(&scene, &copies);
        assert!(told.contains(&name), "{damage}: {told}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_that_is_gone_or_was_cut_short_is_no_part() {
    let (scene, mut copies) = copied().await;
    let last = copies.marks[1].pop().unwrap();
    let whole = copies.chain(scene.directory.path(), Log::Activity).unwrap().mark();
    assert!(whole.seq < last.seq, "the first alone is whole");
    std::fs::rename(copies.part(Log::Activity, 1), copies.part(Log::Activity, 0)).unwrap();
    assert!(refusal(&scene, &copies).contains("does not follow"));

    // Stop at each page.
    let scene = Scene::at(tempfile::tempdir().unwrap());
    scene.append(20_000, at("2026-05-02")).await;
    for stop in 1.. {
        let journal = Arc::clone(&scene.journal);
        let directory = tempfile::tempdir().unwrap();
        let part = directory.path().join("part.db");
        let copy = {
            let part = part.clone();
            move || {
                let mut ticks = 0;
                journal.copy(Log::Activity, None, &part, &mut |_| {
                    ticks += 1;
                    if ticks == stop { Err(CopyError::Stopped) } else { Ok(()) }
                })
            }
        };
        let made = tokio::task::spawn_blocking(copy).await.unwrap();
        let chain = Chain::open(Log::Activity, vec![part], |_| None);
        assert_eq!(made.is_ok(), chain.is_ok(), "stopped at page {stop}");
        if made.is_ok() {
            assert!(stop > 4);
            break;
        }
    }
}
