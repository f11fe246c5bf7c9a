//! Personal values: unreadable on disk, readable with the person's key, useless if copied elsewhere.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::path::Path;
use std::sync::Arc;

use domain::{
    Actor, Clock, Envelope, EventKind, Ids, Log, Metadata, Personal, StreamId, TenantId, Timestamp, UserId,
};
use journal::keys::{KeyError, LogMark};
use journal::sqlite::Limits;
use journal::{AggregateStore, DecodeError, ExecuteError, Journal, KeyRing, SqliteJournal};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tempfile::TempDir;

const AT: Timestamp = Timestamp::from_micros(1_790_000_000_000_000);
const MASTER: [u8; 32] = [7; 32];

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "eventType", content = "eventData", rename_all_fields = "camelCase")]
enum Letter {
    #[serde(rename = "LETTER_WRITTEN")]
    Written {
        topic: String,
        sender: Personal<String>,
        receiver: Personal<Address>,
        lines: Vec<Personal<String>>,
    },
}

impl EventKind for Letter {}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Address {
    street: String,
    floor: i32,
    notes: Vec<Option<f64>>,
}

const SECRETS: [&str; 4] = ["Asha Secretname", "Hidden Street 5", "a private line \u{928}", "203.0.113.77"];

struct Desk {
    directory: TempDir,
    journal: Arc<SqliteJournal>,
    aggregates: AggregateStore,
    actor: Actor,
    receiver: UserId,
}

fn keys(directory: &Path, master: &[u8; 32]) -> Result<Arc<KeyRing>, KeyError> {
    KeyRing::open(&directory.join("keys.db"), master).map(Arc::new)
}

impl Desk {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let clock = Clock::manual(AT);
        let journal = Arc::new(SqliteJournal::open(directory.path(), &clock, Limits::default()).unwrap());
        let keys = keys(directory.path(), &MASTER).unwrap();
        let person: UserId = Ids.id(AT);
        let metadata =
            Metadata { ip_address: Some(Personal::of(person, SECRETS[3].into())), ..Metadata::default() };
        let actor = Actor { tenant: TenantId::stored("t"), user: Some(person), metadata };
        let aggregates = AggregateStore::new(Arc::<SqliteJournal>::clone(&journal), keys, clock, Ids);
        Self { directory, journal, aggregates, actor, receiver: Ids.id(AT) }
    }

    fn letter(&self) -> Letter {
        let sender = self.actor.user.unwrap();
        let address = Address { street: SECRETS[1].into(), floor: -3, notes: vec![None, Some(0.1)] };
        Letter::Written {
            topic: "a topic for everybody".into(),
            sender: Personal::of(sender, SECRETS[0].into()),
            receiver: Personal::of(self.receiver, address),
            lines: [SECRETS[2], "", "same", "same"].map(|line| Personal::of(sender, line.into())).into(),
        }
    }

    async fn write(&self, letter: &Letter) -> Envelope {
        let stream = StreamId::new(&self.actor.tenant, "letter", 1);
        let appended = self.aggregates.record(&self.actor, stream.clone(), letter).await.unwrap();
        self.journal.read_stream(&stream, appended.version - 1).await.unwrap().remove(0)
    }

    /// Another process with the same files.
    fn reader(&self) -> AggregateStore {
        let keys = keys(self.directory.path(), &MASTER).unwrap();
        AggregateStore::new(Arc::<SqliteJournal>::clone(&self.journal), keys, Clock::manual(AT), Ids)
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
async fn rule_20_personal_values_are_not_on_disk_and_read_back() {
    let desk = Desk::new();
    let letter = desk.letter();
    let written = desk.write(&letter).await;
    for closed in [false, true] {
        if closed {
            desk.journal.close().await;
        }
        assert!(desk.on_disk("a topic for everybody"), "the scan finds what is there");
        for secret in SECRETS {
            assert!(!desk.on_disk(secret), "{secret} is on disk (closed: {closed})");
        }
    }
    for aggregates in [&desk.aggregates, &desk.reader()] {
        assert_eq!(aggregates.decode::<Letter>(&written).unwrap(), letter);
    }
    let (data, metadata) = desk.aggregates.readable(&written).unwrap();
    assert_eq!(data["sender"], SECRETS[0]);
    assert_eq!(data["receiver"], json!({"street": SECRETS[1], "floor": -3, "notes": [null, 0.1]}));
    assert_eq!(data["lines"], json!([SECRETS[2], "", "same", "same"]));
    assert_eq!(metadata["ipAddress"], SECRETS[3]);
}

#[tokio::test]
async fn rule_20_equal_values_are_not_equal_when_sealed() {
    let desk = Desk::new();
    let data: Value = serde_json::from_str(&desk.write(&desk.letter()).await.data).unwrap();
    assert_ne!(data["lines"][2], data["lines"][3]);
}

#[tokio::test]
async fn rule_20_a_sealed_value_elsewhere_is_forged() {
    let desk = Desk::new();
    let (one, two) = (desk.write(&desk.letter()).await, desk.write(&desk.letter()).await);
    let data = |envelope: &Envelope| serde_json::from_str::<Value>(&envelope.data).unwrap();
    let with = |path: &str, value: Value| {
        let mut changed = data(&one);
        *changed.pointer_mut(path).unwrap() = value;
        Envelope { data: changed.to_string().into(), ..one.clone() }
    };
    let mut cut = data(&one)["sender"]["$sealed"]["box"].as_str().unwrap().to_owned();
    cut.truncate(cut.len() - 4);
    let metadata: Value = serde_json::from_str(&one.metadata).unwrap();
    let forgeries = [
        ("of another event", with("/sender", data(&two)["sender"].clone())),
        ("of another field", with("/sender", data(&one)["lines"][0].clone())),
        ("of another item", with("/lines/2", data(&one)["lines"][3].clone())),
        ("of the metadata", with("/sender", metadata["ipAddress"].clone())),
        ("of another person", with("/sender/$sealed/subject", json!(desk.receiver))),
        ("cut", with("/sender/$sealed/box", json!(cut))),
        ("changed", with("/sender/$sealed/box", json!("AAAA"))),
        ("not even text", with("/sender/$sealed/box", json!(7))),
        ("of nobody", with("/sender/$sealed/subject", json!("nobody"))),
        ("under another event's id", Envelope { event_id: two.event_id, ..one.clone() }),
    ];
    for (what, forged) in forgeries {
        let read = desk.aggregates.decode::<Letter>(&forged);
        assert!(matches!(read, Err(DecodeError::Forged(_))), "{what}: {read:?}");
    }
    let untouched = with("/topic", json!("another topic"));
    assert!(desk.aggregates.decode::<Letter>(&untouched).is_ok(), "only what is sealed is protected");
}

/// Another tenant has other keys for the same people, so copied values cannot be read.
#[tokio::test]
async fn rule_20_tenants_have_keys_of_their_own() {
    let desk = Desk::new();
    let mut copied = desk.write(&desk.letter()).await;
    copied.stream.tenant = TenantId::stored("u");
    let read = desk.aggregates.decode::<Letter>(&copied);
    let missing =
        matches!(&read, Err(DecodeError::Keys(KeyError::Missing { tenant, .. })) if tenant.as_str() == "u");
    assert!(missing, "the person has no key there, which is no erasure: {read:?}");
    desk.aggregates.keys().subject_or_new(&copied.stream.tenant, desk.actor.user.unwrap()).unwrap();
    assert!(matches!(desk.aggregates.decode::<Letter>(&copied), Err(DecodeError::Forged(_))));
}

#[tokio::test]
async fn rule_20_an_erased_person_reads_as_erased_and_nothing_new_is_written() {
    let desk = Desk::new();
    let written = desk.write(&desk.letter()).await;
    let store = Connection::open(desk.directory.path().join("keys.db")).unwrap();
    let person = desk.actor.user.unwrap();
    let erased = store
        .execute("update subject_keys set wrapped = null where subject = ?1", [person.uuid().as_bytes()]);
    assert_eq!(erased.unwrap(), 1);

    let after = desk.reader();
    let Letter::Written { sender, receiver, lines, topic } = after.decode(&written).unwrap();
    assert_eq!((sender, lines), (Personal::Erased, vec![Personal::Erased; 4]));
    assert!(receiver.as_ref().is_some_and(|address| address.street == SECRETS[1]), "others stay readable");
    assert_eq!(topic, "a topic for everybody");
    assert_eq!(after.readable(&written).unwrap().0["sender"], Value::Null);

    let stream = StreamId::new(&desk.actor.tenant, "letter", 2);
    let refused = after.record(&desk.actor, stream.clone(), &desk.letter()).await;
    assert!(matches!(refused, Err(ExecuteError::Decode(DecodeError::Keys(KeyError::Erased)))), "{refused:?}");
    assert_eq!(desk.journal.read_stream(&stream, 0).await.unwrap(), []);
    assert_eq!(desk.journal.head(Log::Facts).await.unwrap().seq, 1);
}

#[test]
fn the_wrong_master_key_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let person: UserId = Ids.id(AT);
    let tenant = TenantId::stored("t");
    let right = keys(directory.path(), &MASTER).unwrap();
    right.subject_or_new(&tenant, person).unwrap();
    let mut almost = MASTER;
    almost[31] ^= 1;
    assert!(matches!(keys(directory.path(), &almost), Err(KeyError::WrongMaster)));
    let again = keys(directory.path(), &MASTER).unwrap();
    assert!(again.subject(&tenant, person).unwrap().is_some());
    let elsewhere = again.subject(&TenantId::stored("u"), person);
    assert!(
        matches!(elsewhere, Err(KeyError::Missing { subject, .. }) if subject == person),
        "{elsewhere:?}"
    );
}

/// A missing key counts as lost. Only a destroyed key reads as erased.
#[tokio::test]
async fn rule_20_a_missing_key_never_reads_as_erased() {
    let desk = Desk::new();
    let written = desk.write(&desk.letter()).await;
    let person = desk.actor.user.unwrap();
    let store = Connection::open(desk.directory.path().join("keys.db")).unwrap();
    let lose = "delete from subject_keys where subject = ?1";
    assert_eq!(store.execute(lose, [person.uuid().as_bytes()]).unwrap(), 1);
    let after = desk.reader();
    for read in [after.decode::<Letter>(&written).map(drop), after.readable(&written).map(drop)] {
        let told = read.unwrap_err().to_string();
        assert!(told.contains(&person.to_string()) && told.contains("newest copy"), "{told}");
    }
    assert!(!after.keys().knows(&desk.actor.tenant, person).unwrap());
    assert!(!after.keys().is_erased(&desk.actor.tenant, person).unwrap(), "looking makes no key");

    assert!(after.keys().erase_again(&desk.actor.tenant, person).unwrap(), "given up");
    let Letter::Written { sender, .. } = after.decode(&written).unwrap();
    assert_eq!(sender, Personal::Erased);
}

#[test]
fn a_store_remembers_up_to_where_erasures_are_done_and_who_was_erased_again() {
    let directory = tempfile::tempdir().unwrap();
    let (tenant, [one, two]) = (TenantId::stored("t"), [Ids.id(AT), Ids.id(AT)]);
    let ring = keys(directory.path(), &MASTER).unwrap();
    assert_eq!((ring.mark().unwrap(), ring.erased_again().unwrap()), (None, 0));
    ring.subject_or_new(&tenant, one).unwrap();
    ring.subject_or_new(&tenant, two).unwrap();
    ring.erase(&tenant, two).unwrap();
    assert!(ring.erase_again(&tenant, one).unwrap());
    assert!(!ring.erase_again(&tenant, one).unwrap() && !ring.erase_again(&tenant, two).unwrap());
    let mark = LogMark { epoch: 2, seq: 77, event_id: Ids.uuid(AT) };
    drop(ring);
    let ring = keys(directory.path(), &MASTER).unwrap();
    assert_eq!(ring.erased_again().unwrap(), 1, "also after a crash");
    ring.set_mark(LogMark { seq: 5, ..mark }).unwrap();
    ring.set_mark(mark).unwrap();
    drop(ring);
    let ring = keys(directory.path(), &MASTER).unwrap();
    assert_eq!((ring.mark().unwrap(), ring.erased_again().unwrap()), (Some(mark), 0));
}

#[test]
fn rule_14_claims_tell_nothing_and_differ_by_tenant_kind_and_installation() {
    let (here, there) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (ours, theirs) = (keys(here.path(), &MASTER).unwrap(), keys(there.path(), &[8; 32]).unwrap());
    let (t, u) = (TenantId::stored("t"), TenantId::stored("u"));
    let unique_key = ours.unique_key(&t, "email", "asha@example.com");
    assert_eq!(unique_key, ours.unique_key(&t, "email", "asha@example.com"));
    for other in [
        ours.unique_key(&u, "email", "asha@example.com"),
        ours.unique_key(&t, "username", "asha@example.com"),
        ours.unique_key(&t, "email", "asha@example.org"),
        theirs.unique_key(&t, "email", "asha@example.com"),
    ] {
        assert_ne!(unique_key.digest, other.digest);
    }
    assert_ne!(ours.derived("tokens"), ours.derived("token"));
    assert_ne!(ours.derived("tokens"), theirs.derived("tokens"));
}
