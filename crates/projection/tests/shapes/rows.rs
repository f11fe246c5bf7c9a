//! Read models whose rows have another shape after an upgrade.

use std::sync::Arc;

use async_trait::async_trait;
use bus::{AfterTries, GroupDecisions, Policy};
use domain::{Envelope, Log};
use journal::Journal;
use projection::{Outdated, Projection, ProjectionError, Row, Value, ViewStore, ViewTx};

use crate::{GROUP, POLICY, World};

/// The code before or after an upgrade.
#[derive(Clone, Copy)]
struct Code {
    tables: &'static str,
    insert: &'static str,
    row: fn(&Envelope) -> Vec<Value<'_>>,
    version: u32,
    /// The payload that it cannot apply.
    refuses: &'static str,
}

const FIRST: Code = Code {
    tables: "create table if not exists notes (seq bigint)",
    insert: "insert into notes (seq) values ($1)",
    row: |e| vec![e.position.seq.into()],
    version: 1,
    refuses: "",
};
/// One more column, and an index that cannot be created without it.
const WIDER: Code = Code {
    tables: "create table if not exists notes (seq bigint, data text);
        create index if not exists idx_notes_data on notes (data)",
    insert: "insert into notes (seq, data) values ($1, $2)",
    row: |e| vec![e.position.seq.into(), (&*e.data).into()],
    ..FIRST
};
/// Different rows in the same tables.
const DOUBLED: Code = Code { row: |e| vec![(2 * e.position.seq).into()], version: 2, ..FIRST };

#[async_trait(?Send)]
impl Projection for Code {
    fn name(&self) -> &'static str {
        GROUP.name
    }

    fn version(&self) -> u32 {
        self.version
    }

    async fn apply(&self, tx: &mut ViewTx<'_>, event: &Envelope) -> Result<(), ProjectionError> {
        if event.data.trim_matches('"') == self.refuses {
            return Err(ProjectionError::Event(format!("{} is refused", event.data)));
        }
        tx.execute(self.insert, &(self.row)(event)).await?;
        Ok(())
    }

    fn committed(&self, _: &[Envelope]) {}
}

impl Code {
    fn open(self, world: &World) -> ViewStore {
        world.open("view.db", self.tables, Arc::new(self))
    }

    /// The rows it makes from the whole journal, starting from nothing.
    async fn fold(self, world: &World) -> Vec<(String, Vec<Row>)> {
        let directory = tempfile::tempdir().unwrap();
        let store = ViewStore::open(&directory.path().join("view.db"), self.tables, Arc::new(self)).unwrap();
        world.run(&store).await;
        store.dump().await.unwrap()
    }
}

/// The number of rows.
async fn notes(store: &ViewStore) -> usize {
    let tables = store.dump().await.unwrap();
    tables.iter().find(|(name, _)| name == "notes").unwrap().1.len()
}

/// A read model of `code` that has applied all the notes.
async fn made_by(code: Code, notes: &[&str]) -> World {
    let world = World::new();
    for data in notes {
        world.note(data).await;
    }
    let store = code.open(&world);
    assert_eq!(store.outdated(), None);
    world.run(&store).await;
    world
}

async fn id_of(store: &ViewStore) -> String {
    let rows = store.query("select id from made", Vec::new()).await.unwrap();
    rows[0].text(0).unwrap().to_owned()
}

/// Upgrades to `code`; `why` is the expected reason.
async fn upgraded(world: &World, code: Code, why: Outdated) {
    let store = code.open(world);
    assert_eq!(store.outdated(), Some(why));
    let before = id_of(&store).await;
    let events = world.renew(&store).await.unwrap();
    assert_eq!(events, world.journal.head(Log::Facts).await.unwrap().seq);
    assert_eq!(store.outdated(), None);
    assert_ne!(id_of(&store).await, before, "another file");
    assert_eq!(store.dump().await.unwrap(), code.fold(world).await);
    world.note("afterwards").await;
    world.run(&store).await;
    let held = id_of(&store).await;
    drop(store);
    // One renewal is enough.
    let again = code.open(world);
    assert_eq!((again.outdated(), id_of(&again).await), (None, held));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_model_of_the_same_shape_is_not_made_again() {
    let world = made_by(FIRST, &["one", "two"]).await;
    let made = id_of(&FIRST.open(&world)).await;
    let tables = "-- Every note has a row.\n\n  create table if not exists notes (seq bigint);\n";
    let store = Code { tables, ..FIRST }.open(&world);
    assert_eq!(store.outdated(), None, "words and space change nothing");
    assert_eq!(id_of(&store).await, made);
}

#[tokio::test(flavor = "multi_thread")]
async fn changed_tables_are_made_again_and_equal_a_fold_from_nothing() {
    let world = made_by(FIRST, &["one", "two", "three"]).await;
    upgraded(&world, WIDER, Outdated::Tables).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn other_rows_of_the_same_events_are_made_again() {
    let world = made_by(FIRST, &["one", "two", "three"]).await;
    upgraded(&world, DOUBLED, Outdated::Rows { made: 1, now: 2 }).await;
    // A downgrade is a change as well.
    upgraded(&world, FIRST, Outdated::Rows { made: 2, now: 1 }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_from_before_shapes_were_remembered_is_made_again() {
    let world = made_by(FIRST, &["one", "two"]).await;
    world.file("view.db").execute_batch("drop table shape").unwrap();
    upgraded(&world, FIRST, Outdated::Unknown).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outdated_read_model_is_left_as_it_is_and_no_group_runs_over_it() {
    let world = made_by(FIRST, &["one"]).await;
    let before = FIRST.open(&world).dump().await.unwrap();
    let store = WIDER.open(&world);
    let (runner, handle) = world.group(&store, POLICY).await;
    world.note("two").await;
    let refused = handle.beside(Arc::new(store.clone())).await.unwrap().follow([2, 0], |_| {}).await;
    assert!(refused.unwrap_err().to_string().contains("its tables have changed"));
    drop((runner, handle));
    assert_eq!(store.dump().await.unwrap(), before);
}

/// The process ends when half of the events are in the new file. The old file stays in use, and the next start
/// begins again.
#[tokio::test(flavor = "multi_thread")]
async fn a_crash_in_the_middle_leaves_the_old_one_and_the_next_start_begins_again() {
    let world = made_by(FIRST, &["one", "two", "three", "four"]).await;
    let store = WIDER.open(&world);
    let before = store.dump().await.unwrap();
    let (_, handle) = world.group(&store, POLICY).await;
    let half = store.beside().unwrap();
    handle.beside(Arc::new(half.clone())).await.unwrap().follow([2, 0], |_| {}).await.unwrap();
    // A crash runs no destructors.
    std::mem::forget((half, store));
    let made = world.directory.path().join("view.db.2");
    assert!(made.exists());
    let store = WIDER.open(&world);
    assert_eq!(store.outdated(), Some(Outdated::Tables));
    assert_eq!(store.dump().await.unwrap(), before);
    assert!(!made.exists(), "what the crash left is gone");
    drop(store);
    upgraded(&world, WIDER, Outdated::Tables).await;
}

/// Events after the old one's last commit are applied by the group as usual, not by the renewal.
#[tokio::test(flavor = "multi_thread")]
async fn it_is_made_up_to_the_place_where_the_old_one_was() {
    let world = made_by(FIRST, &["one", "two"]).await;
    world.note("three").await;
    let store = WIDER.open(&world);
    assert_eq!(world.renew(&store).await.unwrap(), 2);
    let (_, handle) = world.group(&store, POLICY).await;
    assert_eq!(handle.status.watermark(), [2, 0]);
    world.run(&store).await;
    assert_eq!(store.dump().await.unwrap(), WIDER.fold(&world).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_operators_gave_up_is_left_out() {
    let world = World::new();
    world.note("one").await;
    let bad = world.note("bad").await;
    let refusing = Code { refuses: "bad", ..FIRST };
    world.run(&refusing.open(&world)).await;
    let store = Code { refuses: "bad", ..WIDER }.open(&world);
    let discarded = GroupDecisions { discarded: [bad].into(), ..GroupDecisions::default() };
    world.renew_as_decided(&store, POLICY, discarded).await.unwrap();
    let (_, handle) = world.group(&store, POLICY).await;
    assert!(handle.status.blocked().is_empty(), "{:?}", handle.status.blocked());
    assert_eq!(notes(&store).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_fails_is_set_aside_or_ends_it_as_the_group_has_it() {
    let world = made_by(FIRST, &["one", "bad", "three"]).await;
    let store = Code { refuses: "bad", ..WIDER }.open(&world);
    let stops = Policy { after: AfterTries::Stop, ..POLICY };
    let refused = world.renew_as_decided(&store, stops, GroupDecisions::default()).await;
    assert_eq!(refused.unwrap_err().to_string(), "\"bad\" is refused");
    assert_eq!(store.outdated(), Some(Outdated::Tables), "the old one is the one in use");
    assert_eq!(world.renew(&store).await.unwrap(), 3);
    let (_, handle) = world.group(&store, POLICY).await;
    assert_eq!(handle.status.blocked().len(), 1, "it waits for an operator");
    assert_eq!(notes(&store).await, 2);
}
