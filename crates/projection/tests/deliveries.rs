//! One-way effects: asked for once, carried out by the holder of the lease, and never sent twice because of a
//! rebuild.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

#[path = "events/noted.rs"]
mod noted;

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bus::{Asker, Group, GroupHandle, Retry, Runner, WaitOutcome};
use domain::{Clock, Envelope, Log, Position, UserId};
use journal::sqlite::Limits;
use journal::{Journal, SqliteJournal};
use noted::{NOW, noted, tenant};
use projection::deliveries::{
    self, Delivery, DeliveryHandler, DeliveryLookup, DeliveryOutcome, DeliveryState, LeasedDelivery, Outbox,
    OutboxWorker, Settings,
};
use projection::{Projection, ProjectionError, ViewStore, ViewTx};
use tempfile::TempDir;
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;

const GROUP: Group =
    Group { name: "letters-group", logs: &[Log::Facts], key: |e| Some(e.stream.id.to_string()) };
const SETTINGS: Settings = Settings {
    retry: Retry { tries: 3, base_ms: 1000, cap_ms: 60_000 },
    term_ms: 10_000,
    batch: 8,
    at_once: 1,
    by_recipient: false,
};
/// States that wait for an operator.
const WAITING: &[DeliveryState] = &[DeliveryState::Refused, DeliveryState::Failed, DeliveryState::Unknown];

/// A projection that asks for an e-mail for every event, except those with poisoned payloads.
#[derive(Default)]
struct Letters {
    wake: Arc<Notify>,
    poison: Mutex<HashSet<String>>,
}

#[async_trait(?Send)]
impl Projection for Letters {
    fn name(&self) -> &'static str {
        GROUP.name
    }

    async fn apply(&self, tx: &mut ViewTx<'_>, event: &Envelope) -> Result<(), ProjectionError> {
        if self.poison.lock().unwrap().contains(&*event.data) {
            return Err(ProjectionError::Event(format!("{} is poison", event.data)));
        }
        let recipient = &event.stream.id;
        Delivery { event, channel: "email", recipient, template: &event.event_type }.add(tx).await?;
        Ok(())
    }

    fn committed(&self, _: &[Envelope]) {
        self.wake.notify_one();
    }
}

/// A stand-in for the mail server: it counts what it receives and answers as configured.
#[derive(Default)]
struct Outside {
    got: Mutex<HashMap<String, u32>>,
    answers: Mutex<VecDeque<DeliveryOutcome>>,
    knows: Mutex<Option<DeliveryLookup>>,
}

#[async_trait]
impl DeliveryHandler for Outside {
    async fn carry(&self, order: &LeasedDelivery) -> DeliveryOutcome {
        let answer = self.answers.lock().unwrap().pop_front().unwrap_or(DeliveryOutcome::Delivered);
        if matches!(answer, DeliveryOutcome::Delivered | DeliveryOutcome::Unknown(_)) {
            *self.got.lock().unwrap().entry(order.id.clone()).or_default() += 1;
        }
        answer
    }

    async fn look_up(&self, order: &LeasedDelivery) -> DeliveryLookup {
        let got = if self.got.lock().unwrap().contains_key(&order.id) {
            DeliveryLookup::Delivered
        } else {
            DeliveryLookup::Missing
        };
        self.knows.lock().unwrap().unwrap_or(got)
    }
}

struct World {
    directory: TempDir,
    journal: Arc<SqliteJournal>,
    clock: Clock,
    letters: Arc<Letters>,
    store: ViewStore,
    outbox: Outbox,
    outside: Arc<Outside>,
    handle: GroupHandle,
    _stop: watch::Sender<bool>,
    _group: JoinSet<()>,
}

impl World {
    async fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let clock = Clock::manual(NOW);
        let journal = SqliteJournal::open(&directory.path().join("journal"), &clock, Limits::default());
        let journal = Arc::new(journal.unwrap());
        let letters = Arc::new(Letters::default());
        let path = directory.path().join("view.db");
        let store = ViewStore::open(&path, deliveries::TABLES, letters.clone()).unwrap();
        let outbox = Outbox::open(&store, Arc::clone(&letters.wake)).unwrap();
        let target = Arc::new(store.clone());
        let started = Runner::new(GROUP, journal.clone(), target, clock.clone(), Retry::default()).await;
        let (runner, handle) = started.unwrap();
        let (stop, stopping) = watch::channel(false);
        let mut group = JoinSet::new();
        group.spawn(runner.run(stopping));
        let outside = Arc::new(Outside::default());
        Self {
            directory,
            journal,
            clock,
            letters,
            store,
            outbox,
            outside,
            handle,
            _stop: stop,
            _group: group,
        }
    }

    fn worker(&self) -> OutboxWorker {
        OutboxWorker::new(self.outbox.clone(), self.outside.clone(), self.clock.clone(), SETTINGS)
    }

    /// Appends `count` events that ask for e-mails, and waits until the read model has applied them.
    async fn ask(&self, count: usize) {
        let mut last = None;
        for _ in 0..count {
            last = Some(append(&self.journal, person(), "{}").await);
        }
        assert_eq!(self.wait(last.unwrap(), person()).await, WaitOutcome::Applied);
    }

    /// Waits until the read model has passed `position`.
    async fn wait(&self, position: Position, user: UserId) -> WaitOutcome {
        let tenant = tenant();
        let asker = Asker { tenant: &tenant, user };
        self.handle.status.wait(&[position], asker, Duration::from_secs(20)).await
    }

    /// Appends an event that asks for an e-mail but fails, so that it is parked.
    async fn ask_in_vain(&self, user: UserId, data: &str) {
        self.letters.poison.lock().unwrap().insert(data.to_owned());
        let position = append(&self.journal, user, data).await;
        assert_ne!(self.wait(position, user).await, WaitOutcome::Applied);
        assert_eq!(self.handle.status.blocked_count(), 1);
    }

    async fn rebuild(&self) {
        projection::rebuild(&self.store, &self.handle, |_| {}).await.unwrap();
    }

    /// Carries out deliveries until none is due.
    async fn carry(&self) {
        let worker = self.worker();
        while worker.round().await.unwrap() {}
    }

    /// How often each e-mail arrived, without the recipients.
    fn counts(&self) -> Vec<u32> {
        let mut counts: Vec<u32> = self.outside.got.lock().unwrap().values().copied().collect();
        counts.sort_unstable();
        counts
    }

    async fn lease(&self) -> Vec<LeasedDelivery> {
        let now = self.clock.now();
        self.outbox.lease(now, now.plus_millis(SETTINGS.term_ms), 8).await.unwrap()
    }

    fn answer(&self, answers: impl IntoIterator<Item = DeliveryOutcome>) {
        self.outside.answers.lock().unwrap().extend(answers);
    }
}

fn person() -> UserId {
    "0197c000-0000-7000-8000-000000000001".parse().unwrap()
}

async fn append(journal: &SqliteJournal, user: UserId, data: &str) -> Position {
    let append = noted::append("user", &user.to_string(), vec![noted(Some(user), data)]);
    journal.append(append).await.unwrap().position
}

fn no_line() -> DeliveryOutcome {
    DeliveryOutcome::Failed("no line".into())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_is_carried_once_and_tried_again_only_when_it_certainly_failed() {
    let world = World::new().await;
    world.ask(3).await;
    world.answer([
        no_line(),
        DeliveryOutcome::Refused("no such box".into()),
        DeliveryOutcome::Unknown("cut off".into()),
    ]);
    world.carry().await;
    assert_eq!(world.counts(), [1], "only the one with an unknown end may have arrived");
    let waiting = world.outbox.list(WAITING, 10).await.unwrap();
    let told: Vec<_> = waiting.iter().map(|t| (t.state, t.error.as_str())).collect();
    assert_eq!(told, [(DeliveryState::Refused, "no such box"), (DeliveryState::Unknown, "cut off")]);
    world.clock.advance(600);
    world.carry().await;
    assert_eq!(world.counts(), [1, 1], "the failed one is tried again, the others are not");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_for_its_time_uses_up_no_tries_and_holds_nobody_up() {
    let world = World::new().await;
    world.ask(2).await;
    let morning = NOW.plus_seconds(3600);
    let wait = || DeliveryOutcome::Later("quiet hours".into(), morning);
    world.answer([wait(), DeliveryOutcome::Delivered]);
    world.carry().await;
    assert_eq!(world.counts(), [1]);
    world.outbox.tried(u64::MAX >> 1).await.unwrap();
    let waiting = world.outbox.list(&[DeliveryState::Due], 10).await.unwrap();
    let told: Vec<_> = waiting.iter().map(|t| (t.order.tries, t.at, t.error.as_str())).collect();
    assert_eq!(told, [(0, morning, "quiet hours")]);
    world.clock.advance(3599);
    world.carry().await;
    assert_eq!(world.counts(), [1]);
    world.clock.advance(1);
    world.answer((0..SETTINGS.retry.tries).map(|_| wait()));
    world.carry().await;
    world.carry().await;
    assert_eq!(world.counts(), [1, 1], "however often it waited");
}

/// A delivery postponed by a clock that ran ahead does not wait until that time.
#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_was_set_back_puts_nothing_off_for_a_year() {
    let world = World::new().await;
    world.ask(3).await;
    world.clock.jump(400 * 86_400);
    let tomorrow = world.clock.now().plus_seconds(86_400);
    world.answer([no_line(), DeliveryOutcome::Later("quiet hours".into(), tomorrow)]);
    let worker = world.worker();
    assert!(worker.round().await.unwrap());
    assert_eq!(world.counts(), [1]);
    world.ask(1).await;
    let lost = world.lease().await;
    assert_eq!(lost.len(), 1, "leased by a worker that is gone");
    world.clock.jump(-400 * 86_400);
    world.carry().await;
    assert_eq!(world.counts(), [1, 1, 1, 1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn after_all_tries_an_operator_decides() {
    let world = World::new().await;
    world.ask(2).await;
    world.answer([no_line(), no_line(), no_line(), no_line(), no_line(), no_line()]);
    for _ in 0..3 {
        world.carry().await;
        world.clock.advance(120);
    }
    let waiting = world.outbox.list(WAITING, 10).await.unwrap();
    let [first, second] = waiting.as_slice() else { panic!("{waiting:?}") };
    assert_eq!((first.state, first.order.tries), (DeliveryState::Failed, 2), "two failures, then the last");
    assert!(world.outbox.again(&first.order.id).await.unwrap());
    assert!(world.outbox.give_up(&second.order.id).await.unwrap());
    assert!(!world.outbox.again(&second.order.id).await.unwrap(), "given up for good");
    world.carry().await;
    assert_eq!(world.counts(), [1]);
    assert!(world.outbox.list(WAITING, 10).await.unwrap().is_empty());
}

/// An outbox worker leased a delivery, perhaps carried it out, and was then lost.
#[tokio::test(flavor = "multi_thread")]
async fn rule_08_what_a_lost_worker_leaves_is_looked_up_at_the_target() {
    for (arrived, knows, counts, unknown) in [
        (true, None, vec![1], 0),
        (false, None, vec![1], 0),
        (true, Some(DeliveryLookup::Unknown), vec![1], 1),
        (false, Some(DeliveryLookup::Unknown), vec![], 1),
    ] {
        let world = World::new().await;
        world.ask(1).await;
        let leased = world.lease().await;
        if arrived {
            world.outside.carry(&leased[0]).await;
        }
        *world.outside.knows.lock().unwrap() = knows;
        world.carry().await;
        let untouched: Vec<u32> = arrived.then_some(1).into_iter().collect();
        assert_eq!(world.counts(), untouched, "its lease is not over yet");
        world.clock.advance(SETTINGS.term_ms / 1000);
        world.carry().await;
        assert_eq!(world.counts(), counts, "arrived: {arrived}, the target says {knows:?}");
        let waiting = world.outbox.list(WAITING, 10).await.unwrap();
        assert_eq!(waiting.iter().filter(|t| t.state == DeliveryState::Unknown).count(), unknown);
    }
}

/// An outbox worker sleeps past its lease and reports an outcome after another worker has settled the delivery.
#[tokio::test(flavor = "multi_thread")]
async fn rule_08_an_outcome_under_an_old_lease_does_not_count() {
    struct Slow {
        world: Arc<Outside>,
        clock: Clock,
        other: OutboxWorker,
    }
    #[async_trait]
    impl DeliveryHandler for Slow {
        async fn carry(&self, order: &LeasedDelivery) -> DeliveryOutcome {
            // Meanwhile the lease expires, and the other outbox worker takes it over and delivers.
            self.clock.advance(SETTINGS.term_ms / 1000);
            self.other.round().await.unwrap();
            assert_eq!(self.world.got.lock().unwrap().get(&order.id), Some(&1));
            DeliveryOutcome::Refused("too late to say so".into())
        }

        async fn look_up(&self, _: &LeasedDelivery) -> DeliveryLookup {
            DeliveryLookup::Missing
        }
    }
    let world = World::new().await;
    world.ask(2).await;
    let slow = Slow { world: world.outside.clone(), clock: world.clock.clone(), other: world.worker() };
    let slow = OutboxWorker::new(world.outbox.clone(), Arc::new(slow), world.clock.clone(), SETTINGS);
    slow.round().await.unwrap();
    assert!(world.outbox.list(WAITING, 10).await.unwrap().is_empty(), "what the other wrote stands");
    assert_eq!(world.counts(), [1, 1], "the slow one did not begin what its lease no longer covered");
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_19_a_rebuild_sends_nothing_again_and_loses_nothing_that_is_due() {
    let world = World::new().await;
    world.ask(2).await;
    world.answer([DeliveryOutcome::Delivered, no_line()]);
    world.carry().await;
    let leased_before = {
        world.ask(1).await;
        world.lease().await
    };
    let rebuilt = projection::rebuild(&world.store, &world.handle, |_| {}).await.unwrap();
    assert!(rebuilt.is_equal(), "{rebuilt:?}");
    assert_eq!(world.counts(), [1]);
    // The lease moved to the new read model, so its outbox worker may still report the outcome.
    assert_eq!(leased_before.len(), 1);
    world.carry().await;
    assert_eq!(world.counts(), [1], "leased by somebody, or not due yet");
    world.clock.advance(60);
    world.carry().await;
    assert_eq!(world.counts(), [1, 1, 1], "the failed one and the one of the lost worker, once each");
    world.ask(1).await;
    world.carry().await;
    assert_eq!(world.counts(), [1, 1, 1, 1], "what is new is carried out of the rebuilt read model");
}

/// The event was parked, and fixed code then applied it in a rebuilt read model: its e-mail was never sent.
#[tokio::test(flavor = "multi_thread")]
async fn rule_19_what_was_parked_before_a_rebuild_is_due_after_it() {
    let world = World::new().await;
    world.ask(1).await;
    world.carry().await;
    let other = "0197c000-0000-7000-8000-000000000002".parse().unwrap();
    world.ask_in_vain(other, "{\"bad\":1}").await;
    world.letters.poison.lock().unwrap().clear();
    world.rebuild().await;
    assert_eq!(world.handle.status.blocked_count(), 0, "the new read model applied it");
    world.carry().await;
    assert_eq!(world.counts(), [1, 1], "the letter of the parked event was never sent");
    assert!(world.outbox.list(&[DeliveryState::LeftOut], 10).await.unwrap().is_empty());
}

/// The e-mail was sent; then a bug parks its event in the rebuilt read model.
#[tokio::test(flavor = "multi_thread")]
async fn rule_19_what_a_rebuild_parks_is_not_sent_again_when_it_is_redriven() {
    let world = World::new().await;
    append(&world.journal, person(), "{\"late\":1}").await;
    world.ask(1).await;
    world.carry().await;
    assert_eq!(world.counts(), [1, 1]);
    world.letters.poison.lock().unwrap().insert("{\"late\":1}".into());
    world.rebuild().await;
    let blocked = world.handle.status.blocked();
    assert_eq!((blocked.len(), blocked[0].waiting), (1, 2), "the event and the one behind it wait");
    // The delivery has a state but no row in the new read model. `tried` does not wait for it.
    world.outbox.tried(u64::MAX >> 1).await.unwrap();
    world.letters.poison.lock().unwrap().clear();
    // A second rebuild, while the events wait, also moves the delivery states.
    world.rebuild().await;
    world.carry().await;
    assert_eq!(world.counts(), [1, 1], "both letters arrived long ago");
    world.ask(1).await;
    world.carry().await;
    assert_eq!(world.counts(), [1, 1, 1]);
}

/// A read model that is being rebuilt has all the rows but does not own the deliveries. After the switch the
/// old one no longer owns them.
#[tokio::test(flavor = "multi_thread")]
async fn rule_19_ownership_moves_with_the_switch() {
    let world = World::new().await;
    world.ask(2).await;
    let old = rusqlite::Connection::open(world.directory.path().join("view.db")).unwrap();
    let owners = |c: &rusqlite::Connection| {
        let mut all = c.prepare("select version from delivery_owner").unwrap();
        let all = all.query_map([], |row| row.get(0)).unwrap();
        all.collect::<rusqlite::Result<Vec<i64>>>().unwrap()
    };
    assert_eq!(owners(&old), [1]);
    let fresh = world.store.beside().unwrap();
    let making = rusqlite::Connection::open(world.directory.path().join("view.db.2")).unwrap();
    assert_eq!(owners(&making), [0_i64; 0]);
    drop((making, fresh));
    projection::rebuild(&world.store, &world.handle, |_| {}).await.unwrap();
    assert_eq!(owners(&old), [0_i64; 0]);
    let new = rusqlite::Connection::open(world.directory.path().join("view.db.2")).unwrap();
    assert_eq!(owners(&new), [2]);
    world.carry().await;
    assert_eq!(world.counts(), [1, 1]);
}

/// The new code asks for more deliveries than the old code did. Those of old events stay unsent.
#[tokio::test(flavor = "multi_thread")]
async fn rule_19_what_only_the_rebuilt_one_knows_is_left_out() {
    let world = World::new().await;
    world.ask(2).await;
    world.carry().await;
    let forget = rusqlite::Connection::open(world.directory.path().join("view.db")).unwrap();
    forget
        .execute_batch("delete from delivery_states where seq = 1; delete from delivery where seq = 1")
        .unwrap();
    let rebuilt = projection::rebuild(&world.store, &world.handle, |_| {}).await.unwrap();
    assert!(!rebuilt.is_equal());
    world.carry().await;
    assert_eq!(world.counts(), [1, 1]);
    assert_eq!(world.outbox.list(&[DeliveryState::LeftOut], 10).await.unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn letters_are_found_by_their_recipient_and_waited_for_until_they_were_tried() {
    let world = World::new().await;
    let user = |last: u8| format!("0197c000-0000-7000-8000-00000000000{last}").parse().unwrap();
    let (one, other) = (user(1), user(2));
    for (user, count) in [(one, 2), (other, 1)] {
        for _ in 0..count {
            let position = append(&world.journal, user, "{}").await;
            assert_eq!(world.wait(position, user).await, WaitOutcome::Applied);
        }
    }
    let newest = world.journal.head(Log::Facts).await.unwrap();
    let of = async |user: UserId| world.outbox.of(&tenant(), user).await.unwrap().len();
    assert_eq!((of(one).await, of(other).await, of(user(3)).await), (2, 1, 0));

    // No outbox worker runs, so the deliveries are not tried.
    let at_once = Duration::from_millis(1);
    assert!(tokio::time::timeout(at_once, world.outbox.tried(newest.seq)).await.is_err());
    assert!(
        tokio::time::timeout(at_once, world.outbox.tried(0)).await.is_ok(),
        "there is none before the first"
    );
    world.answer([no_line()]);
    let (tried, ()) = tokio::join!(world.outbox.tried(newest.seq), world.carry());
    tried.unwrap();
    assert_eq!(world.counts().len(), 2, "one waits for its time, and is tried all the same");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_carried_out_in_turn_waits_for_its_own_recipient_only() {
    let world = World::new().await;
    let settings = Settings { by_recipient: true, ..SETTINGS };
    let (outbox, outside) = (world.outbox.clone(), world.outside.clone());
    let worker = OutboxWorker::new(outbox, outside, world.clock.clone(), settings);
    let work = async || while worker.round().await.unwrap() {};
    let ask = async |user: UserId| {
        let position = append(&world.journal, user, "{}").await;
        assert_eq!(world.wait(position, user).await, WaitOutcome::Applied);
    };
    let (one, other) = (person(), "0197c000-0000-7000-8000-000000000002".parse().unwrap());
    for user in [one, one, other] {
        ask(user).await;
    }
    world.answer([no_line()]);
    work().await;
    assert_eq!(world.counts(), [1], "the other's went out, and one's second did not overtake the first");
    ask(one).await;
    let (tried, ()) = tokio::join!(world.outbox.tried(u64::MAX >> 1), work());
    tried.unwrap();
    let waiting = world.outbox.list(&[DeliveryState::Due], 10).await.unwrap();
    assert_eq!(waiting.iter().map(|one| one.order.tries).collect::<Vec<_>>(), [1, 0, 0]);
    assert!(waiting.iter().all(|one| one.at == waiting[0].at), "they wait for the same time: {waiting:?}");
    world.clock.advance(2);
    world.answer([no_line()]);
    work().await;
    assert_eq!(world.counts(), [1]);
    world.clock.advance(4);
    world.answer([no_line()]);
    work().await;
    assert_eq!(world.counts(), [1, 1, 1], "the first is parked after its last try, and the others go on");
    assert_eq!(world.outbox.list(WAITING, 10).await.unwrap().len(), 1);
}
