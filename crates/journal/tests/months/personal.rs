//! Personal values stay encrypted in segments, so that erasing a person's key makes them unreadable there too.

use std::sync::Arc;

use domain::{Actor, Clock, EventKind, Ids, Log, Metadata, Personal, StreamId, TenantId, UserId};
use journal::{AggregateStore, Journal, KeyRing};
use serde::{Deserialize, Serialize};

use super::scene::{Scene, at, everything, files};

const SECRET: &str = "Asha Secretname of Hidden Street";

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "eventType", content = "eventData", rename_all_fields = "camelCase")]
enum Searched {
    #[serde(rename = "PROPERTY_SEARCHED")]
    Searched { place: String, text: Personal<String> },
}

impl EventKind for Searched {}

#[tokio::test]
async fn rule_20_personal_values_in_segments_are_reached_by_erasure() {
    let scene = Scene::at(tempfile::tempdir().unwrap());
    let keys_file = scene.directory.path().join("keys.db");
    let aggregates = || {
        let keys = Arc::new(KeyRing::open(&keys_file, &[7; 32]).unwrap());
        let clock = Clock::manual(at("2026-01-10"));
        AggregateStore::new(Arc::<journal::SqliteJournal>::clone(&scene.journal), keys, clock, Ids)
    };
    let first = aggregates();
    let tenant = TenantId::stored("t");
    let user: UserId = Ids.id(at("2026-01-01"));
    let actor = Actor { tenant: tenant.clone(), user: Some(user), metadata: Metadata::default() };
    let event = Searched::Searched { place: "Gachibowli".into(), text: Personal::of(user, SECRET.into()) };
    for _ in 0..100 {
        first.record(&actor, StreamId::new(&tenant, "activity", user), &event).await.unwrap();
    }
    let archived = scene.journal.archive(at("2026-02-01")).await.unwrap();
    assert_eq!(archived.events, 100);
    assert!(archived.bytes_after < archived.bytes_before, "{archived:?}");

    let path = scene.directory.path().join("segments").join(files(scene.directory.path()).remove(0));
    let head = scene.journal.head(Log::Activity).await.unwrap();
    for envelope in everything(&scene.journal).await {
        assert!(envelope.data.contains("Gachibowli") && !envelope.data.contains(SECRET));
        assert_eq!(first.decode::<Searched>(&envelope).unwrap(), event);
        assert!(envelope.position.seq <= head.seq);
    }
    // The blocks are compressed, so decompress them before searching.
    let file = std::fs::read(path).unwrap();
    let clear = unpacked(&file);
    let holds = |text: &str| clear.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(holds("Gachibowli"), "the scan finds what is there");
    for word in SECRET.split(' ').filter(|word| word.len() > 2) {
        assert!(!holds(word), "{word} is in the file");
    }

    let store = rusqlite::Connection::open(&keys_file).unwrap();
    let erase = "update subject_keys set wrapped = null where subject = ?1";
    assert_eq!(store.execute(erase, [user.uuid().as_bytes()]).unwrap(), 1);
    let after = aggregates();
    for envelope in everything(&scene.journal).await {
        let Searched::Searched { place, text } = after.decode(&envelope).unwrap();
        assert_eq!((place.as_str(), text), ("Gachibowli", Personal::Erased));
    }
}

/// Decompresses every zstd frame that begins anywhere in the file.
fn unpacked(file: &[u8]) -> Vec<u8> {
    let mut all = Vec::new();
    for (place, _) in file.windows(4).enumerate().filter(|(_, start)| *start == [0x28, 0xb5, 0x2f, 0xfd]) {
        let length = zstd::zstd_safe::find_frame_compressed_size(&file[place..]).unwrap();
        all.extend(zstd::bulk::decompress(&file[place..place + length], 1 << 24).unwrap());
    }
    all
}
