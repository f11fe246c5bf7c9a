//! Deliveries when the shape of their read model changes.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bus::Retry;
use domain::Envelope;
use projection::deliveries::{
    self, Delivery, DeliveryHandler, DeliveryLookup, DeliveryOutcome, DeliveryState, LeasedDelivery, Outbox,
    OutboxWorker, Settings,
};
use projection::{Outdated, Projection, ProjectionError, ViewStore, ViewTx};
use tokio::sync::Notify;

use crate::{GROUP, World};

/// The tables beside the deliveries before the upgrade.
const BEFORE: &str = "create table if not exists notes (seq bigint)";
/// The same tables after the upgrade.
const AFTER: &str = "create table if not exists notes (seq bigint, data text)";
const SETTINGS: Settings = Settings {
    retry: Retry { tries: 3, base_ms: 1000, cap_ms: 60_000 },
    term_ms: 10_000,
    batch: 8,
    at_once: 1,
    by_recipient: false,
};

/// A projection that asks for an e-mail for every event, if its flag is set.
struct Letters(bool);

#[async_trait(?Send)]
impl Projection for Letters {
    fn name(&self) -> &'static str {
        GROUP.name
    }

    async fn apply(&self, tx: &mut ViewTx<'_>, event: &Envelope) -> Result<(), ProjectionError> {
        let recipient = &event.stream.id;
        if self.0 {
            Delivery { event, channel: "email", recipient, template: "note" }.add(tx).await?;
        }
        Ok(())
    }

    fn committed(&self, _: &[Envelope]) {}
}

/// A stand-in for the mail server: it counts what it receives, unless the connection is down.
#[derive(Default)]
struct Outside {
    got: Mutex<HashMap<String, u32>>,
    is_down: Mutex<bool>,
}

#[async_trait]
impl DeliveryHandler for Outside {
    async fn carry(&self, order: &LeasedDelivery) -> DeliveryOutcome {
        if *self.is_down.lock().unwrap() {
            return DeliveryOutcome::Failed("no line".into());
        }
        *self.got.lock().unwrap().entry(order.id.clone()).or_default() += 1;
        DeliveryOutcome::Delivered
    }

    async fn look_up(&self, _: &LeasedDelivery) -> DeliveryLookup {
        DeliveryLookup::Missing
    }
}

impl Outside {
    /// How often each e-mail arrived.
    fn counts(&self) -> Vec<u32> {
        self.got.lock().unwrap().values().copied().collect()
    }
}

fn open(world: &World, tables: &str) -> (ViewStore, Outbox) {
    let tables = [deliveries::TABLES, tables].concat();
    let store = world.open("view.db", &tables, Arc::new(Letters(true)));
    let outbox = Outbox::open(&store, Arc::new(Notify::new())).unwrap();
    (store, outbox)
}

async fn carry(world: &World, outbox: &Outbox, outside: &Arc<Outside>) {
    let worker = OutboxWorker::new(outbox.clone(), outside.clone(), world.clock.clone(), SETTINGS);
    while worker.round().await.unwrap() {}
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_19_another_shape_sends_nothing_again_and_loses_nothing_that_is_due() {
    let world = World::new();
    let outside = Arc::new(Outside::default());
    let (store, outbox) = open(&world, BEFORE);
    world.note("delivered").await;
    world.run(&store).await;
    carry(&world, &outbox, &outside).await;
    *outside.is_down.lock().unwrap() = true;
    world.note("tried again later").await;
    world.run(&store).await;
    carry(&world, &outbox, &outside).await;
    *outside.is_down.lock().unwrap() = false;
    assert_eq!(outside.counts(), [1]);
    world.note("not yet applied when the server ended").await;
    drop((store, outbox));
    let (store, outbox) = open(&world, AFTER);
    assert_eq!(store.outdated(), Some(Outdated::Tables));
    assert_eq!(world.renew(&store).await.unwrap(), 2);
    carry(&world, &outbox, &outside).await;
    assert_eq!(outside.counts(), [1], "nothing again");
    world.run(&store).await;
    carry(&world, &outbox, &outside).await;
    assert_eq!(outside.counts(), [1, 1], "what came after the place of the old one is no letter of the past");
    world.clock.advance(60);
    carry(&world, &outbox, &outside).await;
    assert_eq!(outside.counts(), [1, 1, 1], "what was due is still due");
    assert!(outbox.list(&[DeliveryState::LeftOut], 10).await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_model_that_asks_for_letters_only_now_sends_none_of_the_past() {
    let world = World::new();
    let outside = Arc::new(Outside::default());
    world.note("long ago").await;
    let silent = world.open("view.db", BEFORE, Arc::new(Letters(false)));
    world.run(&silent).await;
    drop(silent);
    let (store, outbox) = open(&world, BEFORE);
    world.renew(&store).await.unwrap();
    carry(&world, &outbox, &outside).await;
    assert!(outside.counts().is_empty());
    assert_eq!(outbox.list(&[DeliveryState::LeftOut], 10).await.unwrap().len(), 1);
    world.note("now").await;
    world.run(&store).await;
    carry(&world, &outbox, &outside).await;
    assert_eq!(outside.counts(), [1]);
}

/// Delivery states exist nowhere else. They are not guessed from columns with another meaning.
#[tokio::test(flavor = "multi_thread")]
async fn deliveries_of_other_columns_are_not_handed_over_and_the_old_ones_stay() {
    let world = World::new();
    let outside = Arc::new(Outside::default());
    world.note("delivered").await;
    let (store, outbox) = open(&world, BEFORE);
    world.run(&store).await;
    carry(&world, &outbox, &outside).await;
    drop((store, outbox));
    world.file("view.db").execute_batch("alter table delivery_states rename column at to moment").unwrap();
    let (store, outbox) = open(&world, AFTER);
    let told = world.renew(&store).await.unwrap_err().to_string();
    assert!(told.contains("delivery_states in ") && told.contains("moment integer"), "{told}");
    assert!(told.contains("cannot be handed over"), "{told}");
    assert_eq!(store.outdated(), Some(Outdated::Tables));
    drop((store, outbox));
    world.file("view.db").execute_batch("alter table delivery_states rename column moment to at").unwrap();
    let (store, outbox) = open(&world, AFTER);
    world.renew(&store).await.unwrap();
    carry(&world, &outbox, &outside).await;
    assert_eq!(outside.counts(), [1]);
}
