//! Tests the listings read model with real events, applied step by step.

use std::path::Path;

use ::projection::ViewStore;
use bus::{Advance, ApplyError, Checkpoint, Lease, Target};
use domain::activity::Snapshot;
use domain::lead::{Enquiry, Lead, LeadCommand, Purpose};
use domain::property::content::Contact;
use domain::property::draft::Draft;
use domain::property::{By, Property, PropertyCommand, Status};
use domain::user::{Role, UserEvent, UserStatus};
use domain::{
    Actor, Clock, Fields, Ids, LeadId, Metadata, Paise, Personal, StreamId, TenantId, Timestamp, UserId,
};
use journal::sqlite::Limits;
use journal::{KeyRing, Options, SqliteJournal};
use serde_json::json;
use tempfile::TempDir;

use super::*;

mod counts;
mod lengths;

struct World {
    aggregates: AggregateStore,
    store: ViewStore,
    actor: Actor,
    owner: UserId,
    directory: TempDir,
}

fn view(aggregates: &AggregateStore, path: &Path) -> ViewStore {
    let listings = Listings::new(aggregates.clone(), Arc::new(Caches::new()), Arc::default());
    ViewStore::open(path, &crate::tables(), Arc::new(listings)).unwrap()
}

impl World {
    fn open() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let clock = Clock::manual(Timestamp::from_micros(1_790_000_000_000_000));
        let journal = SqliteJournal::open(directory.path(), &clock, Limits::default()).unwrap();
        let keys = KeyRing::open(&directory.path().join("keys.db"), &[7; 32]).unwrap();
        let aggregates = AggregateStore::new(Arc::new(journal), Arc::new(keys), clock, Ids);
        let store = view(&aggregates, &directory.path().join("view.db"));
        let tenant = TenantId::stored("hyderabad");
        let owner = UserId::from(aggregates.fresh());
        let actor = Actor { tenant, user: Some(owner), metadata: Metadata::default() };
        Self { aggregates, store, actor, owner, directory }
    }

    async fn list(&self) -> PropertyId {
        let body = json!({"title": "A home", "location": "Kondapur", "price": 5_000_000, "propertyType": "VILLA",
            "contactName": "Zubeida", "address": "Lane 7"});
        let content =
            Fields::read(body.as_object().unwrap(), Draft::read).unwrap().owned_by(self.owner, "Hyderabad");
        let id: PropertyId = self.aggregates.fresh().into();
        let owner = self.owner;
        let source_reference = None;
        let list = PropertyCommand::List {
            id,
            owner,
            content,
            source_reference,
            moderated: false,
            awaits_confirmation: false,
        };
        let options = Options::default().on_new_stream();
        self.aggregates.execute::<Property>(&self.actor, id, list, options).await.unwrap();
        id
    }

    async fn change(&self, id: PropertyId, to: Status) {
        let by = By { person: self.owner, role: Role::Seller, moderated: false };
        let change = PropertyCommand::ChangeStatus(to, by);
        self.aggregates.execute::<Property>(&self.actor, id, change, Options::default()).await.unwrap();
    }

    async fn events(&self) -> Vec<Envelope> {
        let journal = self.aggregates.journal();
        journal.read_after(journal.head(Log::Facts).await.unwrap().at(0), 100).await.unwrap()
    }

    /// Applies `due` in one step, after position `from`.
    async fn apply(&self, from: u64, due: Vec<Envelope>) -> Result<(), ApplyError> {
        let last = due.last().unwrap();
        let to = Checkpoint { position: last.position, event_id: Some(last.event_id) };
        let step = Advance { log: Log::Facts, from, to, due, parked: Vec::new(), block: None };
        self.store.advance(Lease::default(), step).await
    }

    /// Applies all events of one log.
    async fn apply_all(&self, log: Log) {
        let journal = self.aggregates.journal();
        let due = journal.read_after(journal.head(log).await.unwrap().at(0), 100).await.unwrap();
        let last = due.last().unwrap();
        let to = Checkpoint { position: last.position, event_id: Some(last.event_id) };
        let step = Advance { log, from: 0, to, due, parked: Vec::new(), block: None };
        self.store.advance(Lease::default(), step).await.unwrap();
    }

    async fn rows(&self, columns: &str) -> Vec<::projection::Row> {
        self.store.query(&format!("select {columns} from properties"), Vec::new()).await.unwrap()
    }
}

#[tokio::test]
async fn rule_04_an_aggregates_events_follow_one_another_without_a_hole() {
    let world = World::open();
    let id = world.list().await;
    world.change(id, Status::Inactive).await;
    world.change(id, Status::Active).await;
    let [listed, inactive, active] = <[Envelope; 3]>::try_from(world.events().await).unwrap();
    world.apply(0, vec![listed]).await.unwrap();
    let skipped = world.apply(1, vec![active.clone()]).await;
    assert!(
        matches!(&skipped, Err(ApplyError::Event(why)) if why.contains("not at version 2")),
        "{skipped:?}"
    );
    let swapped = world.apply(1, vec![active.clone(), inactive.clone()]).await;
    assert!(matches!(swapped, Err(ApplyError::Event(_))), "{swapped:?}");
    assert_eq!(world.rows("version").await[0].count(0), 1, "nothing of either was applied");
    world.apply(1, vec![inactive, active]).await.unwrap();
    assert_eq!(world.rows("version").await[0].count(0), 3);
}

/// The result is the same in any order of the suspension, its end, and the listing.
#[tokio::test]
async fn a_suspended_owner_is_absent_until_it_ends_and_who_left_for_good() {
    let world = World::open();
    let moved = |from, to| UserEvent::StatusChanged { subject_id: world.owner, from, to };
    let stream = || StreamId::new(&world.actor.tenant, "user", world.owner);
    world.list().await;
    for event in [
        moved(UserStatus::Active, UserStatus::Suspended),
        moved(UserStatus::Suspended, UserStatus::Active),
        moved(UserStatus::Active, UserStatus::Inactive),
        UserEvent::Deleted { subject_id: world.owner },
        moved(UserStatus::Inactive, UserStatus::Active),
    ] {
        world.aggregates.record(&world.actor, stream(), &event).await.unwrap();
    }
    let events = world.events().await;
    let mut seen = Vec::new();
    for (from, event) in (0..).zip(events) {
        world.apply(from, vec![event]).await.unwrap();
        let absent = world.store.query("select user_id from absent_owners", Vec::new()).await.unwrap();
        seen.push(absent.len());
    }
    assert_eq!(seen, [0, 1, 0, 1, 1, 1]);
}

/// Nothing of an owner who left stays in clear text, whether the listing's event comes before or after, and even
/// while their key exists.
#[tokio::test]
async fn rule_20_a_listing_of_somebody_who_left_keeps_nothing_of_them() {
    let world = World::open();
    world.list().await;
    let stream = StreamId::new(&world.actor.tenant, "user", world.owner);
    world
        .aggregates
        .record(&world.actor, stream, &UserEvent::Deleted { subject_id: world.owner })
        .await
        .unwrap();
    world.list().await;
    let events = world.events().await;
    world.apply(0, events[..1].to_vec()).await.unwrap();
    assert!(world.rows("content").await[0].text(0).unwrap().contains("Zubeida"));
    world.apply(1, events[1..].to_vec()).await.unwrap();
    for row in world.rows("content").await {
        let content = row.text(0).unwrap();
        assert!(!content.contains("Zubeida") && !content.contains("Lane 7"), "{content}");
    }
    let lived = world.rows("id, content, version").await;
    world.aggregates.erase(&world.actor.tenant, world.owner).unwrap();
    let again = World { store: view(&world.aggregates, &world.directory.path().join("again.db")), ..world };
    again.apply(0, events).await.unwrap();
    assert_eq!(
        again.rows("id, content, version").await,
        lived,
        "as if made from the journal after the erasure"
    );
}

/// A note belongs to the owner who wrote it, but is erased with the person it is about, too.
#[tokio::test]
async fn rule_20_a_note_about_somebody_who_left_keeps_nothing_of_them() {
    let world = World::open();
    let property = world.list().await;
    let seeker = UserId::from(world.aggregates.fresh());
    let asker = Actor { user: Some(seeker), ..world.actor.clone() };
    let contact = Contact { name: Some("Zubeida".into()), ..Contact::default() };
    let purpose = Purpose::Enquiry;
    let contact = Personal::of(seeker, contact);
    let enquiry = Enquiry { seeker_id: seeker, purpose, seeker: contact, words: None, visit_at: None };
    let snapshot = Snapshot::of(world.owner, "A home", Paise::from_paise(500_000_000), "Kondapur");
    let id: LeadId = world.aggregates.fresh().into();
    let make = LeadCommand::Make { id, property, snapshot, owner: world.owner, enquiry: Box::new(enquiry) };
    let options = Options::default().on_new_stream();
    world.aggregates.execute::<Lead>(&asker, id, make, options).await.unwrap();
    let noting = |words: &str| LeadCommand::FollowUp { status: None, note: Some(words.into()) };
    world.aggregates.execute::<Lead>(&world.actor, id, noting("Haggles"), Options::default()).await.unwrap();
    let account = StreamId::new(&asker.tenant, "user", seeker);
    world.aggregates.record(&asker, account, &UserEvent::Deleted { subject_id: seeker }).await.unwrap();

    let row = async |world: &World| {
        let sql = "select id, title, seeker, note, version from leads";
        world.store.query(sql, Vec::new()).await.unwrap()
    };
    let events = world.events().await;
    world.apply(0, events[..3].to_vec()).await.unwrap();
    assert!(row(&world).await[0].text(3).unwrap().contains("Haggles"));
    world.apply(3, events[3..].to_vec()).await.unwrap();
    let lived = row(&world).await;
    let said = [1, 2, 3].map(|column| lived[0].text(column).unwrap()).concat();
    assert!(said.contains("A home") && !said.contains("Haggles") && !said.contains("Zubeida"), "{said}");

    world.aggregates.keys().erase(&asker.tenant, seeker).unwrap();
    let store = view(&world.aggregates, &world.directory.path().join("again.db"));
    let again = World { store, ..world };
    again.apply_all(Log::Facts).await;
    assert_eq!(row(&again).await, lived, "as if made from the journal after the erasure");
    let more = noting("Never calls back");
    let refused = again.aggregates.execute::<Lead>(&again.actor, id, more, Options::default()).await;
    assert!(refused.is_err(), "nothing more is noted about them: {refused:?}");
}

/// The logs may be applied in any order: the listing, and the departure of the person who looked, may come before or
/// after the look.
#[tokio::test]
async fn a_look_at_a_contact_is_the_same_row_however_far_the_other_log_is() {
    let world = World::open();
    let property_id = world.list().await;
    let looker = UserId::from(world.aggregates.fresh());
    let actor = Actor { user: Some(looker), ..world.actor.clone() };
    let price = domain::Paise::from_paise(500_000_000);
    let snapshot = domain::activity::Snapshot::of(world.owner, "A home", price, "Kondapur");
    let look = ActivityEvent::ContactRevealed { property_id, snapshot, owner_id: world.owner };
    let stream = StreamId::new(&actor.tenant, "activity", looker);
    for _ in 0..2 {
        world.aggregates.record(&actor, stream.clone(), &look).await.unwrap();
    }
    let account = StreamId::new(&actor.tenant, "user", looker);
    world.aggregates.record(&actor, account, &UserEvent::Deleted { subject_id: looker }).await.unwrap();
    let all = "select tenant, id, property_id, owner_id, person_id, looked_at from contact_looks order by id";
    let mut seen = Vec::new();
    for (number, logs) in [[Log::Facts, Log::Activity], [Log::Activity, Log::Facts]].into_iter().enumerate() {
        let path = world.directory.path().join(format!("view-{number}.db"));
        let aggregates = world.aggregates.clone();
        let store = view(&world.aggregates, &path);
        let directory = tempfile::tempdir().unwrap();
        let again = World { aggregates, store, actor: actor.clone(), owner: world.owner, directory };
        for log in logs {
            again.apply_all(log).await;
        }
        seen.push(again.store.query(all, Vec::new()).await.unwrap());
    }
    assert_eq!((seen[0].len(), &seen[0]), (2, &seen[1]));
    let row = &seen[0][0];
    assert_eq!((row.text(3), row.text(4)), (Some(&*world.owner.to_string()), Some(&*looker.to_string())));
}
