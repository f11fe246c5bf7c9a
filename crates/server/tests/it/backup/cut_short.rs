//! An interrupted backup does not count, and leaves the earlier backups complete.

use hyderabadinfra::backup::{Shelf, verify};
use testkit::{Person, TestApp};

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn wherever_a_backup_is_cut_short_those_before_it_are_whole() {
    let room = Room::new();
    let app = TestApp::start().await;
    let owner = Person::register(&app.client, "owner").await;
    for number in 0..3 {
        owner.list_home(&format!("Home {number}"), 5_000_000).await;
        photo(&owner.client).await;
        app.drain().await;
        if number < 2 {
            assert_eq!(room.back_up(&app.backup).await, number + 1);
        }
    }
    let before = contents(&room.at("backups"));
    let mut cuts = 0;
    loop {
        let source = app.backup.clone();
        let directory = room.at("backups");
        let keys = room.at("keys");
        let work = move || {
            let mut looks = 0;
            let mut watch = |_: BackupProgress| {
                looks += 1;
                if looks > cuts { Err(BackupError::stopped()) } else { Ok(()) }
            };
            source.back_up(&directory, &keys, &mut watch).map(|made| made.number)
        };
        match tokio::task::spawn_blocking(work).await.unwrap() {
            Ok(number) => {
                assert_eq!(number, 3);
                break;
            }
            Err(BackupError::Log(_)) => {}
            Err(other) => panic!("{other}"),
        }
        cuts += 1;
        let shelf = Shelf::open(&room.at("backups")).unwrap();
        assert_eq!(shelf.newest().unwrap().number, 2, "cut at {cuts}");
        let refused = shelf.up_to(Some(3)).unwrap_err().to_string();
        assert!(refused.contains("2 complete backups"), "{refused}");
        let now = contents(&room.at("backups"));
        assert!(before.iter().all(|file| now.contains(file)), "cut at {cuts}");
        // With whatever keys exist by then.
        let told = restored(room.asked(&format!("cut-{cuts}"))).await.unwrap();
        assert_eq!(told.number, 2, "cut at {cuts}");
    }
    assert!(cuts > 10, "{cuts}");
    let shelf = Shelf::open(&room.at("backups")).unwrap();
    let verified = verify(shelf, None, &mut |_| Ok(())).unwrap();
    assert_eq!(verified.shelf.newest().unwrap().number, 3);
    let again = TestApp::on(&room.at(&format!("cut-{cuts}"))).await;
    let listed = again.client.get("/api/properties?size=1").await.expect(200);
    assert_eq!(listed.data()["totalElements"], 2, "the third home came after the second backup");
    again.stop().await;
    app.stop().await;
}

/// Missing predecessor, changed file, or keys of an earlier backup.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_missing_or_changed_is_told_before_anything_is_written() {
    let room = Room::new();
    let app = TestApp::start().await;
    let owner = Person::register(&app.client, "owner").await;
    photo(&owner.client).await;
    app.drain().await;
    room.back_up(&app.backup).await;
    let keys = contents(&room.at("keys"));
    Person::register(&app.client, "later").await;
    app.drain().await;
    room.back_up(&app.backup).await;
    let whole = contents(&room.at("backups"));
    let refused = async |what: &str| {
        let told = restored(room.asked("nowhere")).await.expect_err(what).to_string();
        assert!(!room.at("nowhere").exists(), "{what}");
        told
    };
    for (path, bytes) in &whole {
        let file = room.at("backups").join(path);
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if bytes.is_empty() {
            continue;
        }
        let mut changed = bytes.clone();
        changed[bytes.len() / 2] ^= 1;
        std::fs::write(&file, &changed).unwrap();
        let told = refused(&format!("{name} changed")).await;
        // A changed manifest may hold another digest or another name of a file, which then is not as the manifest says.
        let of_manifest = name == "manifest.json"
            && ["not as it was written", "No such file"].iter().any(|complaint| told.contains(complaint));
        assert!(told.contains(&name) || told.contains("manifest.json") || of_manifest, "{name}: {told}");
        std::fs::remove_file(&file).unwrap();
        if name != "manifest.json" || path.starts_with("000001") {
            refused(&format!("{name} gone")).await;
        }
        std::fs::write(&file, bytes).unwrap();
    }
    // Keys that are older than the journal would make newer people's data unreadable.
    let newest = contents(&room.at("keys"));
    std::fs::remove_dir_all(room.at("keys")).unwrap();
    for (path, bytes) in &keys {
        let file = room.at("keys").join(path);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, bytes).unwrap();
    }
    let told = refused("older keys").await;
    assert!(told.contains("the key of person") && told.contains("is missing"), "{told}");
    std::fs::remove_dir_all(room.at("keys")).unwrap();
    for (path, bytes) in &newest {
        let file = room.at("keys").join(path);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, bytes).unwrap();
    }
    assert_eq!(restored(room.asked("somewhere")).await.unwrap().number, 2);
    let told = restored(room.asked("somewhere")).await.unwrap_err().to_string();
    assert!(told.contains("is not empty"), "{told}");
    app.stop().await;
}
