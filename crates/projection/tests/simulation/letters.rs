//! E-mails: sent by the simulated process to an outside world that its crashes do not affect.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::AssertUnwindSafe;
use std::path::Path;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bus::{Group, GroupHandle, Retry, Runner};
use domain::{Envelope, Log};
use futures_util::FutureExt as _;
use projection::deliveries::{
    Delivery, DeliveryHandler, DeliveryLookup, DeliveryOutcome, DeliveryState, LeasedDelivery, Outbox,
    OutboxWorker, Settings, TABLES,
};
use projection::{Projection, ProjectionError, SyncPath, ViewError, ViewStore, ViewTx};
use tokio::sync::{Notify, watch};
use uuid::Uuid;

use crate::actors::{Life, supervised};
use crate::chaos::Chaos;
use crate::rows::IGNORED;
use crate::truth;

const GROUP: Group = Group { name: "letters", logs: &[Log::Facts], key: partition_key };
const SETTINGS: Settings = Settings {
    retry: Retry { tries: 4, base_ms: 500, cap_ms: 4000 },
    term_ms: 3000,
    batch: 4,
    at_once: 1,
    by_recipient: false,
};
/// States that wait for an operator.
const WAITING: &[DeliveryState] = &[DeliveryState::Refused, DeliveryState::Failed, DeliveryState::Unknown];

fn partition_key(event: &Envelope) -> Option<String> {
    (&*event.stream.kind != IGNORED).then(|| event.stream.id.to_string())
}

struct Letters {
    wake: Arc<Notify>,
    outside: Arc<Outside>,
}

fn delivery<'a>(event: &'a Envelope, recipient: &'a str) -> Delivery<'a> {
    Delivery { event, channel: "letter", recipient, template: "noted" }
}

fn recipient(event: &Envelope) -> String {
    event.user_id.map(|user| user.to_string()).unwrap_or_default()
}

#[async_trait(?Send)]
impl Projection for Letters {
    fn name(&self) -> &'static str {
        GROUP.name
    }

    async fn apply(&self, tx: &mut ViewTx<'_>, event: &Envelope) -> Result<(), ProjectionError> {
        if self.outside.state.lock().unwrap().poison.contains(&event.event_id) {
            return Err(ProjectionError::Event(format!("{} is poison", event.event_id)));
        }
        delivery(event, &recipient(event)).add(tx).await?;
        Ok(())
    }

    fn committed(&self, _: &[Envelope]) {
        self.wake.notify_one();
    }
}

/// The e-mail store and outbox of one life.
pub struct Post {
    store: ViewStore,
    outbox: Outbox,
}

impl Post {
    pub fn open(path: &Path, outside: &Arc<Outside>, sync: SyncPath) -> Result<Self, ViewError> {
        let wake = Arc::new(Notify::new());
        let letters = Arc::new(Letters { wake: Arc::clone(&wake), outside: Arc::clone(outside) });
        let store = ViewStore::open(path, TABLES, letters)?.in_place(sync);
        let outbox = Outbox::open(&store, wake)?;
        Ok(Self { store, outbox })
    }

    pub async fn scrub(&self) {
        self.store.scrub().await;
    }
}

/// The outside world: what arrived there, and how often.
pub struct Outside {
    chaos: Arc<Chaos>,
    state: Mutex<Arrivals>,
}

#[derive(Default)]
struct Arrivals {
    arrived: BTreeMap<String, u32>,
    /// Deliveries being carried out, with their leases.
    in_progress: BTreeMap<String, Vec<u64>>,
    /// Carried out by two workers at once, because one had slept past its lease.
    overtaken: BTreeSet<String>,
    /// Events whose e-mail nobody can ask for.
    poison: BTreeSet<Uuid>,
    /// The journal was restored from a backup: e-mails of lost events may be asked for again.
    restored: bool,
}

impl Outside {
    pub fn new(chaos: &Arc<Chaos>) -> Arc<Self> {
        Arc::new(Self { chaos: Arc::clone(chaos), state: Mutex::default() })
    }

    pub fn poison(&self, event: Uuid) {
        self.state.lock().unwrap().poison.insert(event);
    }

    pub fn mend(&self) {
        self.state.lock().unwrap().poison.clear();
    }

    pub fn restored(&self) {
        self.state.lock().unwrap().restored = true;
    }

    /// Deliveries in progress are gone.
    pub fn crash(&self) {
        self.state.lock().unwrap().in_progress.clear();
    }

    fn set_out(&self, order: &LeasedDelivery) {
        let mut state = self.state.lock().unwrap();
        let others = state.in_progress.entry(order.id.clone()).or_default();
        let overtakes = !others.is_empty();
        // No worker starts beside another one without a lease of its own, nor without looking up the outcome of
        // the previous lease.
        let next = others.iter().any(|lease| lease + 1 == order.lease);
        if others.contains(&order.lease) || (next && !order.in_doubt) {
            self.chaos.broken(format!("{order:?} is carried twice at once, with leases {others:?}"));
        }
        others.push(order.lease);
        if overtakes {
            state.overtaken.insert(order.id.clone());
        }
    }

    fn come_back(&self, order: &LeasedDelivery) {
        if let Some(leases) = self.state.lock().unwrap().in_progress.get_mut(&order.id) {
            leases.retain(|lease| *lease != order.lease);
        }
    }

    fn arrive(&self, order: &LeasedDelivery) {
        let mut state = self.state.lock().unwrap();
        let times = state.arrived.entry(order.id.clone()).or_default();
        *times += 1;
        if *times > 1 && !state.restored && !state.overtaken.contains(&order.id) {
            drop(state);
            self.chaos.broken(format!("{order:?} arrives again"));
        }
    }
}

#[async_trait]
impl DeliveryHandler for Outside {
    async fn carry(&self, order: &LeasedDelivery) -> DeliveryOutcome {
        assert!(!self.chaos.fails(60), "simulated: a worker stumbles");
        self.set_out(order);
        self.chaos.pause().await;
        if self.chaos.fails(30) {
            self.chaos.note("a worker sleeps past its lease");
            self.chaos.sleep(1000, 6000).await;
        }
        let outcome = if self.chaos.fails(6) {
            DeliveryOutcome::Failed("no line".into())
        } else {
            DeliveryOutcome::Delivered
        };
        if outcome == DeliveryOutcome::Delivered {
            self.arrive(order);
        }
        self.chaos.note(format_args!("letter {} under lease {}: {outcome:?}", order.seq, order.lease));
        self.chaos.pause().await;
        self.come_back(order);
        if self.chaos.fails(25) { DeliveryOutcome::Unknown("its answer is lost".into()) } else { outcome }
    }

    async fn look_up(&self, order: &LeasedDelivery) -> DeliveryLookup {
        self.chaos.pause().await;
        if self.chaos.fails(8) {
            return DeliveryLookup::Unknown;
        }
        if self.state.lock().unwrap().arrived.contains_key(&order.id) {
            DeliveryLookup::Delivered
        } else {
            DeliveryLookup::Missing
        }
    }
}

/// Runs the group of e-mails and its outbox workers. The first worker knows that those of the previous life are
/// gone; a second one may run beside it.
pub async fn deliver(life: Arc<Life>) {
    let stop = watch::Sender::new(false);
    let handle = loop {
        let target = Arc::new(life.post.store.clone());
        let journal = Arc::clone(&life.journal_of_groups);
        let started = Runner::new(GROUP, journal, target, life.clock.clone(), Retry::default());
        if let Ok(Ok((runner, handle))) = AssertUnwindSafe(started).catch_unwind().await {
            drop(supervised(&life, "letters".into(), runner.alone(), &stop));
            break handle;
        }
        life.chaos.sleep(1, 50).await;
    };
    // A worker that is alone looks up its own deliveries after a panic. With two, it would also look up the
    // other's.
    let two = life.chaos.one_in(2);
    worker(&life, "first", (true, !two), &stop);
    life.chaos.sleep(1, 2000).await;
    if two {
        worker(&life, "second", (false, false), &stop);
    }
    life.letters.send_replace(Some(handle));
    // Dropped with its life.
    std::future::pending::<()>().await;
    drop(stop);
}

/// Starts an outbox worker under supervision. `alone` says whether it may assume to be alone, at its start and
/// after a panic.
fn worker(life: &Arc<Life>, name: &str, alone: (bool, bool), stop: &watch::Sender<bool>) {
    let stopping = stop.subscribe();
    let until = stop.subscribe();
    let shared = Arc::clone(life);
    let mut alone_now = alone.0;
    let again = move || {
        let outbox = shared.post.outbox.clone();
        let outside = shared.outside.clone();
        let worker = OutboxWorker::new(outbox, outside, shared.clock.clone(), SETTINGS);
        worker.run(std::mem::replace(&mut alone_now, alone.1), stopping.clone())
    };
    let task = life.supervisor.named(format!("{name}-outbox"));
    life.spawner.spawn(task.run(until, again));
}

/// Repairs events that could not ask for an e-mail, and redrives them.
pub async fn operate(life: Arc<Life>) {
    loop {
        life.chaos.sleep(50, 2000).await;
        if life.chaos.one_in(2) {
            life.outside.mend();
        }
        let Some(handle) = life.letters.borrow().clone() else { continue };
        for blocked in handle.status.blocked() {
            let redriven = handle.redrive(&blocked.id).await;
            life.chaos.note(format_args!("letters {} redriven: {}", blocked.id, redriven.is_ok()));
        }
    }
}

/// Sometimes rebuilds the read model of e-mails.
pub async fn rebuild(life: Arc<Life>) {
    loop {
        life.chaos.sleep(50, 3000).await;
        let Some(handle) = life.letters.borrow().clone() else { continue };
        let rebuilt = projection::rebuild(&life.post.store, &handle, |_| ()).await;
        life.chaos.note(format_args!("letters rebuilt: {:?}", rebuilt.map(|r| r.is_equal()).ok()));
    }
}

/// Waits until every delivery is settled. Operators resend those that never arrived.
pub async fn settle(life: Arc<Life>) {
    let handle: GroupHandle = loop {
        life.chaos.sleep(10, 100).await;
        if let Some(handle) = life.letters.borrow().clone() {
            break handle;
        }
    };
    for _ in 0..5000 {
        life.chaos.sleep(100, 1000).await;
        life.outside.mend();
        life.post.scrub().await;
        for blocked in handle.status.blocked() {
            let _ = handle.redrive(&blocked.id).await;
        }
        let head = truth::heads(&life.truth).await[0].seq;
        let open = life
            .post
            .outbox
            .list(&[DeliveryState::Due, DeliveryState::Leased], 1000)
            .await
            .unwrap_or_default();
        let blocked = handle.status.blocked_count();
        let others_done = life.busy.load(Ordering::SeqCst) == 1;
        if others_done && handle.status.watermark()[0] == head && blocked == 0 && open.is_empty() {
            life.busy.fetch_sub(1, Ordering::SeqCst);
            return;
        }
    }
    life.chaos.broken("the letters do not settle");
}

/// No delivery asked for is lost: it arrived, or it waits for an operator. Nothing else was sent.
pub async fn complete(life: &Life) -> Result<(), String> {
    let events = truth::events(&life.truth, Log::Facts).await?;
    let events = events.iter().filter(|event| partition_key(event).is_some());
    let wanted: BTreeSet<String> = events.map(|event| delivery(event, &recipient(event)).id()).collect();
    let list = async |states| life.post.outbox.list(states, 10_000).await.map_err(|error| error.to_string());
    let waiting: BTreeSet<String> = list(WAITING).await?.into_iter().map(|t| t.order.id).collect();
    let left_out = list(&[DeliveryState::LeftOut, DeliveryState::NotWanted]).await?;
    let (arrived, restored) = {
        let state = life.outside.state.lock().unwrap();
        (state.arrived.clone(), state.restored)
    };
    if let Some(lost) = wanted.iter().find(|id| !arrived.contains_key(*id) && !waiting.contains(*id)) {
        return Err(format!("letter {lost} is lost"));
    }
    if let Some(made_up) = arrived.keys().find(|id| !restored && !wanted.contains(*id)) {
        return Err(format!("letter {made_up} was never asked for"));
    }
    if left_out.is_empty() { Ok(()) } else { Err(format!("left out: {left_out:?}")) }
}
