//! Text that people write for others to read: readable while the writer's key exists, never masked, and unreadable
//! once the key is destroyed.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::sync::Arc;

use domain::{
    Actor, Clock, Envelope, Erasable, EventKind, Ids, Metadata, Personal, StreamId, TenantId, Timestamp,
    UserId,
};
use journal::keys::KeyError;
use journal::sqlite::Limits;
use journal::{AggregateStore, DecodeError, ExecuteError, Journal, KeyRing, SqliteJournal};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tempfile::TempDir;

const AT: Timestamp = Timestamp::from_micros(1_790_000_000_000_000);

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "eventType", content = "eventData", rename_all_fields = "camelCase")]
enum Visit {
    #[serde(rename = "HOME_VISITED")]
    Visited { title: Erasable<String>, note: Option<Personal<Personal<String>>> },
}

impl EventKind for Visit {}

struct Site {
    journal: Arc<SqliteJournal>,
    aggregates: AggregateStore,
    visitor: Actor,
    owner: UserId,
    directory: TempDir,
}

impl Site {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let clock = Clock::manual(AT);
        let journal = Arc::new(SqliteJournal::open(directory.path(), &clock, Limits::default()).unwrap());
        let keys = KeyRing::open(&directory.path().join("keys.db"), &[7; 32]).unwrap();
        let aggregates =
            AggregateStore::new(Arc::<SqliteJournal>::clone(&journal), Arc::new(keys), clock, Ids);
        let tenant = TenantId::stored("t");
        let user = Some(Ids.id(AT));
        let visitor = Actor { tenant, user, metadata: Metadata::default() };
        Self { journal, aggregates, visitor, owner: Ids.id(AT), directory }
    }

    fn stream(&self) -> StreamId {
        StreamId::new(&self.visitor.tenant, "visit", 1)
    }

    /// A visit to `owner`'s home, with the owner's note about the visitor.
    fn visit(&self) -> Visit {
        let about = Personal::of(self.visitor.user.unwrap(), "Haggles".to_owned());
        Visit::Visited {
            title: Erasable::of(self.owner, "A peculiar villa".into()),
            note: Some(Personal::of(self.owner, about)),
        }
    }

    async fn write(&self, visit: &Visit) -> Envelope {
        let appended = self.aggregates.record(&self.visitor, self.stream(), visit).await.unwrap();
        self.journal.read_stream(&self.stream(), appended.version - 1).await.unwrap().remove(0)
    }

    fn erase(&self, person: UserId) {
        self.aggregates.keys().erase(&self.visitor.tenant, person).unwrap();
    }

    fn on_disk(&self, text: &str) -> bool {
        let files = std::fs::read_dir(self.directory.path()).unwrap();
        files.map(|file| std::fs::read(file.unwrap().path()).unwrap()).any(|bytes| {
            let mut windows = bytes.windows(text.len());
            windows.any(|window| window == text.as_bytes())
        })
    }
}

#[tokio::test]
async fn rule_20_words_are_not_on_disk_and_read_by_whoever_sees_the_event() {
    let site = Site::new();
    let written = site.write(&site.visit()).await;
    site.journal.close().await;
    assert!(site.on_disk("HOME_VISITED"), "the scan finds what is there");
    assert!(!site.on_disk("peculiar") && !site.on_disk("Haggles"));
    assert_eq!(site.aggregates.decode::<Visit>(&written).unwrap(), site.visit());
    let (masked, _) = site.aggregates.masked(&written);
    assert_eq!(masked, json!({"title": "A peculiar villa", "note": "(personal)"}));
    let (readable, _) = site.aggregates.readable(&written).unwrap();
    assert_eq!(readable, json!({"title": "A peculiar villa", "note": "Haggles"}));
}

#[tokio::test]
async fn rule_20_a_note_goes_with_its_writer_and_with_whom_it_is_about() {
    let site = Site::new();
    let written = site.write(&site.visit()).await;
    site.erase(site.visitor.user.unwrap());
    let Visit::Visited { title, note } = site.aggregates.decode(&written).unwrap();
    assert_eq!(title.text(), "A peculiar villa", "the owner is still there");
    assert_eq!(note, Some(Personal::of(site.owner, Personal::Erased)));
    let refused = site.aggregates.record(&site.visitor, site.stream(), &site.visit()).await;
    assert!(
        matches!(refused, Err(ExecuteError::Decode(DecodeError::Keys(KeyError::Erased)))),
        "nothing personal is written about somebody who left: {refused:?}"
    );
    site.erase(site.owner);
    let Visit::Visited { title, note } = site.aggregates.decode(&written).unwrap();
    assert_eq!((title, note), (Erasable::Erased, Some(Personal::Erased)));
    assert_eq!(site.aggregates.masked(&written).0, json!({"title": null, "note": "(personal)"}));
}

/// Somebody can still act on a home whose owner was just erased.
#[tokio::test]
async fn rule_20_words_of_somebody_who_left_are_left_out() {
    let site = Site::new();
    site.write(&site.visit()).await;
    site.erase(site.owner);
    let Visit::Visited { title, .. } = site.visit();
    let written = site.write(&Visit::Visited { title, note: None }).await;
    assert_eq!(&*written.data, r#"{"title":{"$erased":true},"note":null}"#);
    site.journal.close().await;
    assert!(!site.on_disk("peculiar"));
}

#[tokio::test]
async fn what_belongs_to_nobody_is_not_written() {
    let site = Site::new();
    let title = Erasable::of(UserId::default(), "A peculiar villa".to_owned());
    let refused =
        site.aggregates.record(&site.visitor, site.stream(), &Visit::Visited { title, note: None }).await;
    assert!(matches!(refused, Err(ExecuteError::Decode(DecodeError::Keys(_)))), "{refused:?}");
    assert!(site.journal.read_stream(&site.stream(), 0).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_personal_value_cannot_be_passed_off_as_one_for_all() {
    let site = Site::new();
    let mut written = site.write(&site.visit()).await;
    let mut data: Value = serde_json::from_str(&written.data).unwrap();
    data["note"]["$sealed"]["erasable"] = true.into();
    written.data = data.to_string().into();
    let read = site.aggregates.decode::<Visit>(&written);
    assert!(matches!(read, Err(DecodeError::Forged(_))), "{read:?}");
    let (masked, _) = site.aggregates.masked(&written);
    assert_eq!(masked["note"], "(personal)", "what cannot be opened is masked");
}
