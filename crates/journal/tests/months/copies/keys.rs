//! A copy is only useful with its keys, so the keys are checked person by person.

use domain::{Actor, EventKind, Metadata, Personal};
use journal::{AggregateStore, KeyRing};
use serde::{Deserialize, Serialize};

use super::*;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "eventType", content = "eventData")]
enum Searched {
    #[serde(rename = "PROPERTY_SEARCHED")]
    Searched { text: Personal<String> },
}

impl EventKind for Searched {}

fn ring(directory: &Path, name: &str) -> Arc<KeyRing> {
    Arc::new(KeyRing::open(&directory.join(name), &[7; 32]).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_without_a_key_or_with_a_wrong_one_is_damaged() {
    let scene = Scene::at(tempfile::tempdir().unwrap());
    let path = scene.directory.path();
    let keys = ring(path, "keys.db");
    let journal: Arc<dyn Journal> = Arc::<SqliteJournal>::clone(&scene.journal);
    let aggregates = AggregateStore::new(journal, Arc::clone(&keys), Clock::manual(at("2026-01-10")), Ids);
    let tenant = TenantId::stored("t");
    let search = async |user: UserId| {
        let actor = Actor { tenant: tenant.clone(), user: Some(user), metadata: Metadata::default() };
        let event = Searched::Searched { text: Personal::of(user, "a house with a well".into()) };
        aggregates.record(&actor, StreamId::new(&tenant, "activity", user), &event).await.unwrap();
    };
    for user in [person(1), person(2), person(1)] {
        search(user).await;
    }
    let mut copies = Copies::new();
    copies.add(&scene.journal, Log::Activity).await.unwrap();
    let chain = copies.chain(path, Log::Activity).unwrap();
    let check = |keys: &KeyRing| chain.check(Some(keys), &mut |_| Ok(()));

    assert_eq!(check(&keys).unwrap().people, 2);
    let missing = check(&ring(path, "empty.db")).unwrap_err().to_string();
    assert!(missing.contains(&format!("the key of person {} of t is missing", person(1))), "{missing}");
    let other = ring(path, "other.db");
    for user in [person(1), person(2)] {
        other.subject_or_new(&tenant, user).unwrap();
    }
    let wrong = check(&other).unwrap_err().to_string();
    assert!(wrong.contains("at position 1"), "{wrong}");
    keys.erase(&tenant, person(1)).unwrap();
    assert_eq!(check(&keys).unwrap().people, 2, "who was erased is not missing");
}
