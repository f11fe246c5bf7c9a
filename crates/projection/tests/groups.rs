//! Consumer groups over a real journal and a real read model: order per key, blocked keys, waits that never say
//! "applied" too early, and a group that refuses to start over another journal.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

#[path = "events/noted.rs"]
mod noted;

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Waker};
use std::time::Duration;

use async_trait::async_trait;
use bus::{
    Advance, AfterTries, ApplyError, Asker, Blocked, BlockedState, Candidate, Checkpoint, DeadLetterError,
    Decision, Group, GroupDecisions, GroupHandle, GroupState, Lease, ParkedEvent, Policy, Retry, Runner,
    Target, WaitOutcome,
};
use domain::{Clock, Envelope, Ids, Log, Position, UserId};
use journal::sqlite::Limits;
use journal::{Journal, SqliteJournal};
use noted::{NOW, append, noted, tenant};
use projection::{Projection, ProjectionError, ViewStore, ViewTx};
use tempfile::TempDir;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

const GROUP: Group =
    Group { name: "test-group", logs: &[Log::Facts], key: |e| Some(e.stream.id.to_string()) };
const TERM_MS: i64 = 10_000;
const RETRY: Retry = Retry { tries: 2, base_ms: 1000, cap_ms: 10_000 };

/// Ways in which a projection fails.
#[derive(Clone, Copy, Debug)]
enum Fault {
    Panic,
    /// Runs a statement that the database always rejects.
    Sql(&'static str),
}

/// Writes each event as a row. Rejects the events whose payload is in `poison`, and fails on those in `faults`.
#[derive(Default)]
struct Rows {
    poison: Mutex<HashSet<String>>,
    faults: Mutex<HashMap<String, Fault>>,
    /// How many events were told to be committed.
    committed: AtomicUsize,
}

#[async_trait(?Send)]
impl Projection for Rows {
    fn name(&self) -> &'static str {
        GROUP.name
    }

    async fn apply(&self, tx: &mut ViewTx<'_>, e: &Envelope) -> Result<(), ProjectionError> {
        tx.execute(
            "insert into rows (key, version, data) values ($1, $2, $3)",
            &[(&*e.stream.id).into(), e.version.into(), (&*e.data).into()],
        )
        .await?;
        if self.poison.lock().unwrap().contains(&*e.data) {
            return Err(ProjectionError::Event(format!("{} is poison", e.data)));
        }
        let fault = self.faults.lock().unwrap().get(&*e.data).copied();
        match fault {
            Some(Fault::Panic) => panic!("a mistake in the code"),
            Some(Fault::Sql(sql)) => drop(tx.execute(sql, &[]).await?),
            None => {}
        }
        Ok(())
    }

    fn committed(&self, batch: &[Envelope]) {
        self.committed.fetch_add(batch.len(), Ordering::SeqCst);
    }
}

struct World {
    directory: TempDir,
    journal: Arc<SqliteJournal>,
    clock: Clock,
    rows: Arc<Rows>,
    store: ViewStore,
}

fn open_journal(directory: &Path, clock: &Clock) -> Arc<SqliteJournal> {
    Arc::new(SqliteJournal::open(&directory.join("journal"), clock, Limits::default()).unwrap())
}

fn open_store(path: &Path, rows: &Arc<Rows>) -> ViewStore {
    let tables =
        "create table if not exists rows (n integer primary key, key text, version bigint, data text)";
    ViewStore::open(path, tables, rows.clone()).unwrap()
}

impl World {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let clock = Clock::manual(NOW);
        let rows = Arc::new(Rows::default());
        let store = open_store(&directory.path().join("view.db"), &rows);
        Self { journal: open_journal(directory.path(), &clock), directory, clock, rows, store }
    }

    async fn append(&self, key: &str, data: &str) -> Position {
        let append = append("note", key, vec![noted(Some(person(key)), data)]);
        self.journal.append(append).await.unwrap().position
    }

    async fn runner(&self) -> (Runner, GroupHandle) {
        let journal = self.journal.clone();
        let target = Arc::new(self.store.clone());
        Runner::new(GROUP, journal, target, self.clock.clone(), RETRY).await.unwrap()
    }

    async fn start_after(&self, after: AfterTries) -> Running {
        let journal = self.journal.clone();
        let target = Arc::new(self.store.clone());
        let policy = Policy { retry: RETRY, after, ..Policy::default() };
        let (runner, handle) = Runner::new(GROUP, journal, target, self.clock.clone(), policy).await.unwrap();
        run(runner, handle)
    }

    async fn start(&self) -> Running {
        let (runner, handle) = self.runner().await;
        run(runner, handle)
    }

    /// The step over the events after `from`, up to `to`.
    async fn step(&self, from: u64, to: u64) -> Advance {
        let start = self.journal.head(Log::Facts).await.unwrap().at(from);
        let due = self.journal.read_after(start, usize::try_from(to - from).unwrap()).await.unwrap();
        let last = due.last().unwrap();
        let to = Checkpoint { position: last.position, event_id: Some(last.event_id) };
        Advance { log: Log::Facts, from, to, due, parked: Vec::new(), block: None }
    }

    /// The payloads in the rows of a key, in order.
    async fn of(&self, key: &str) -> Vec<String> {
        let sql = "select data from rows where key = $1 order by n";
        let rows = self.store.query(sql, vec![key.into()]).await.unwrap();
        rows.iter().map(|row| row.text(0).unwrap().to_owned()).collect()
    }
}

/// The second of three events of `a` fails. A later event of `b`, the last one, is still applied.
async fn one_of_three_fails() -> (World, Running, Position) {
    let world = World::new();
    world.rows.poison.lock().unwrap().insert("\"bad\"".into());
    let running = world.start().await;
    for data in ["\"a1\"", "\"bad\"", "\"a3\""] {
        world.append("a", data).await;
    }
    let last = world.append("b", "\"b1\"").await;
    assert_eq!(running.wait(last, "b").await, WaitOutcome::Applied);
    (world, running, last)
}

fn decided() -> Decision {
    Box::pin(async { Ok(()) })
}

fn run(runner: Runner, handle: GroupHandle) -> Running {
    let (stop, stopping) = watch::channel(false);
    let mut tasks = JoinSet::new();
    tasks.spawn(runner.run(stopping));
    Running { handle, stop, tasks }
}

struct Running {
    handle: GroupHandle,
    stop: watch::Sender<bool>,
    tasks: JoinSet<()>,
}

impl Running {
    async fn wait(&self, position: Position, key: &str) -> WaitOutcome {
        let tenant = tenant();
        let asker = Asker { tenant: &tenant, user: person(key) };
        self.handle.status.wait(&[position], asker, Duration::from_secs(20)).await
    }

    async fn end(mut self) {
        self.stop.send_replace(true);
        while self.tasks.join_next().await.is_some() {}
    }
}

/// Each key is the stream of one user, whose id is derived from it.
fn person(key: &str) -> UserId {
    let mut bytes = [0; 16];
    bytes[..key.len()].copy_from_slice(key.as_bytes());
    uuid::Uuid::from_bytes(bytes).into()
}

#[tokio::test]
async fn rule_06_a_failing_key_waits_in_order_and_the_others_go_on() {
    let (world, running, _) = one_of_three_fails().await;
    assert_eq!(world.of("a").await, ["\"a1\""]);
    assert_eq!(world.of("b").await, ["\"b1\""]);
    let blocked = running.handle.status.blocked();
    assert_eq!(blocked.len(), 1);
    assert_eq!((blocked[0].key.as_str(), blocked[0].waiting, blocked[0].first.seq), ("a", 2, 2));
    world.rows.poison.lock().unwrap().clear();
    let before = running.handle.status.counts();
    assert_eq!(running.handle.redrive(&blocked[0].id).await, Ok(2));
    let now = running.handle.status.counts();
    assert_eq!(
        (now.retried, now.failed),
        (before.retried + 1, before.failed),
        "one more try of a blocked key"
    );
    assert_eq!(world.of("a").await, ["\"a1\"", "\"bad\"", "\"a3\""]);
    assert!(running.handle.status.blocked().is_empty());
    running.end().await;
}

/// A panic, and a database error that would recur at every try, count as failures of the event like any other.
#[tokio::test]
async fn rule_06_a_panic_or_a_refused_statement_sets_one_key_aside() {
    for fault in [
        Fault::Panic,
        Fault::Sql("insert into no_such_table values (1)"),
        Fault::Sql("insert into rows (n, key) select 1, 'twice' union all select 1, 'twice'"),
        Fault::Sql("insert into rows (n) values ('no number')"),
    ] {
        let world = World::new();
        world.rows.faults.lock().unwrap().insert("\"bad\"".into(), fault);
        let running = world.start().await;
        world.append("a", "\"a1\"").await;
        let bad = world.append("a", "\"bad\"").await;
        let other = world.append("b", "\"b1\"").await;
        assert_eq!(
            running.wait(other, "b").await,
            WaitOutcome::Applied,
            "{fault:?} holds up its own key only"
        );
        assert_eq!((world.of("a").await.len(), world.of("b").await.len()), (1, 1));
        let blocked = running.handle.status.blocked();
        assert_eq!((blocked.len(), blocked[0].first), (1, bad), "{fault:?}");
        assert!(running.handle.redrive(&blocked[0].id).await.is_err());
        assert_eq!(
            running.handle.status.blocked()[0].state,
            BlockedState::Parked,
            "{fault:?} is tried as often"
        );
        world.rows.faults.lock().unwrap().clear();
        assert_eq!(running.handle.redrive(&blocked[0].id).await, Ok(1));
        assert_eq!(world.of("a").await, ["\"a1\"", "\"bad\""]);
        running.end().await;
    }
}

#[tokio::test]
async fn rule_06_a_failing_key_is_tried_again_and_then_parked() {
    let world = World::new();
    world.rows.poison.lock().unwrap().insert("\"bad\"".into());
    let running = world.start().await;
    let bad = world.append("a", "\"bad\"").await;
    assert_eq!(running.wait(bad, "b").await, WaitOutcome::Applied, "nobody else is concerned");
    assert_eq!(running.wait(bad, "a").await, WaitOutcome::TimedOut, "it may still be applied");
    let id = running.handle.status.blocked()[0].id.clone();
    assert!(running.handle.redrive(&id).await.is_err());
    assert_eq!(running.handle.status.blocked()[0].state, BlockedState::Parked);
    assert_eq!(running.wait(bad, "a").await, WaitOutcome::Parked);
    running.end().await;
    // The key stays parked over a restart, and later events of the key wait behind it.
    let running = world.start().await;
    let later = world.append("a", "\"a2\"").await;
    assert_eq!(running.wait(later, "b").await, WaitOutcome::Applied);
    assert_eq!(running.handle.status.blocked()[0].waiting, 2);
    assert!(world.of("a").await.is_empty());
    running.end().await;
}

#[tokio::test]
async fn rule_06_a_key_whose_time_has_come_goes_on_by_itself() {
    let world = World::new();
    world.rows.poison.lock().unwrap().insert("\"bad\"".into());
    let running = world.start().await;
    let bad = world.append("a", "\"bad\"").await;
    assert_eq!(running.wait(bad, "b").await, WaitOutcome::Applied);
    world.rows.poison.lock().unwrap().clear();
    world.clock.advance(10);
    let mut next = world.append("b", "\"wake\"").await;
    while !running.handle.status.blocked().is_empty() {
        assert_eq!(running.wait(next, "b").await, WaitOutcome::Applied);
        next = world.append("b", "\"wake\"").await;
    }
    assert_eq!(world.of("a").await, ["\"bad\""]);
    running.end().await;
}

#[tokio::test]
async fn rule_06_an_event_that_is_given_up_lets_those_behind_it_go_on() {
    let (world, running, last) = one_of_three_fails().await;
    let id = running.handle.status.blocked()[0].id.clone();
    let waiting = running.handle.waiting(&id).await.unwrap();
    let first = waiting[0].event_id;
    let second = waiting[1].event_id;
    let never = || -> Decision { Box::pin(async { panic!("what cannot be done is not decided") }) };
    assert_eq!(
        running.handle.discard(&id, second, never()).await,
        Err(DeadLetterError::Moved),
        "only the first"
    );
    let unwritten = || -> Decision { Box::pin(async { Err("no disk".into()) }) };
    let undecided = Err(DeadLetterError::Undecided("no disk".into()));
    assert_eq!(running.handle.discard(&id, first, unwritten()).await, undecided);
    assert_eq!(running.handle.waiting(&id).await.unwrap().len(), 2, "nothing is given up undecided");
    assert_eq!(running.handle.discard(&id, first, decided()).await, Ok(()));
    assert_eq!(running.handle.discard(&id, first, never()).await, Err(DeadLetterError::Unknown));
    assert_eq!(world.of("a").await, ["\"a1\"", "\"a3\""]);
    running.end().await;
    // A new read model also skips the event once it knows the decision; here the event was parked before that.
    let fresh = World { store: open_store(&world.directory.path().join("fresh.db"), &world.rows), ..world };
    let running = fresh.start().await;
    assert_eq!(running.wait(last, "b").await, WaitOutcome::Applied);
    assert_eq!(running.handle.status.blocked_count(), 1, "nobody told it");
    running.end().await;
    let (runner, handle) = fresh.runner().await;
    let standing = GroupDecisions { paused: false, discarded: [first].into() };
    let running = run(runner.standing(standing), handle);
    let more = fresh.append("a", "\"a4\"").await;
    assert_eq!(running.wait(more, "a").await, WaitOutcome::Applied);
    assert_eq!(running.handle.status.blocked_count(), 0);
    assert_eq!(fresh.of("a").await, ["\"a1\"", "\"a3\"", "\"a4\""]);
    running.end().await;
}

#[tokio::test]
async fn rule_06_a_group_whose_keys_depend_on_each_other_waits_or_ends() {
    for after in [AfterTries::Pause, AfterTries::Stop] {
        let world = World::new();
        world.rows.poison.lock().unwrap().insert("\"bad\"".into());
        let running = world.start_after(after).await;
        world.append("a", "\"a1\"").await;
        let bad = world.append("a", "\"bad\"").await;
        let other = world.append("b", "\"b1\"").await;
        // The group retries when the next try is due.
        let mut wake = world.append("c", "\"wake\"").await;
        while running.handle.status.paused().is_none() && running.handle.status.stopped().is_none() {
            world.clock.advance(10);
            wake = world.append("c", "\"wake\"").await;
            tokio::task::yield_now().await;
        }
        assert_eq!(running.wait(other, "b").await, WaitOutcome::TimedOut, "nothing overtakes it");
        assert!(world.of("b").await.is_empty());
        assert_eq!(running.handle.status.watermark()[0], bad.seq - 1);
        let lag = running.handle.lag().await.unwrap()[0];
        assert_eq!((lag.events(), lag.oldest), (wake.seq - bad.seq + 1, Some(NOW)));
        world.rows.poison.lock().unwrap().clear();
        let resumed = running.handle.pause(false, decided()).await.is_ok();
        assert_eq!(resumed, after == AfterTries::Pause, "a group that ended needs a start");
        let running = if resumed {
            running
        } else {
            running.end().await;
            world.start().await
        };
        assert_eq!(running.wait(wake, "c").await, WaitOutcome::Applied);
        assert_eq!(world.of("a").await, ["\"a1\"", "\"bad\""]);
        assert_eq!(world.of("b").await, ["\"b1\""]);
        running.end().await;
    }
}

#[tokio::test]
async fn rule_07_a_restart_repeats_nothing_and_skips_nothing() {
    let world = World::new();
    let mut last = None;
    for round in 0..20 {
        let running = world.start().await;
        for n in 0..40 {
            last = Some(world.append(["a", "b", "c"][n % 3], &format!("\"{round}.{n}\"")).await);
        }
        if round % 3 == 0 {
            running.wait(last.unwrap(), "a").await;
        }
        running.end().await;
    }
    let running = world.start().await;
    assert_eq!(running.wait(last.unwrap(), "a").await, WaitOutcome::Applied);
    running.end().await;
    let shadow = World { store: open_store(&world.directory.path().join("shadow.db"), &world.rows), ..world };
    let rebuild = shadow.start().await;
    assert_eq!(rebuild.wait(last.unwrap(), "a").await, WaitOutcome::Applied);
    rebuild.end().await;
    let live = open_store(&shadow.directory.path().join("view.db"), &shadow.rows);
    assert_eq!(live.dump().await.unwrap(), shadow.store.dump().await.unwrap());
}

/// Otherwise what was cached before the commit would be shown until the next event.
#[tokio::test]
async fn a_task_that_is_broken_off_leaves_nothing_cached_that_its_commit_changed() {
    let world = World::new();
    world.append("a", "\"1\"").await;
    let candidate = Candidate { holder: Ids.uuid(NOW), now: NOW, term_ms: TERM_MS, alone: false };
    let store = world.store.in_place(Arc::new(|_| Ok(())));
    let lease = store.lease(candidate).await.unwrap().unwrap();
    let step = world.step(0, 1).await;
    {
        // In place, the first poll commits and then waits.
        let mut broken_off = pin!(store.advance(lease, step));
        assert!(broken_off.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    }
    assert_eq!(world.of("a").await, ["\"1\""]);
    assert_eq!(world.rows.committed.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn rule_08_a_second_consumer_stands_by_until_the_first_says_nothing_for_its_term() {
    let world = World::new();
    world.append("a", "\"1\"").await;
    let candidate = Candidate { holder: Ids.uuid(NOW), now: NOW, term_ms: TERM_MS, alone: false };
    let silent = world.store.lease(candidate).await.unwrap().unwrap();
    let running = world.start().await;
    let last = world.append("a", "\"2\"").await;
    while !running.handle.status.counts().standing_by {
        tokio::task::yield_now().await;
    }
    assert!(world.of("a").await.is_empty(), "another holds the group");
    // The runner on stand-by sees the progress of the lease holder.
    world.store.advance(silent, world.step(0, 1).await).await.unwrap();
    let first = Position { seq: 1, ..last };
    assert_eq!(running.wait(first, "a").await, WaitOutcome::Applied);
    world.clock.advance(TERM_MS / 1000);
    assert_eq!(running.wait(last, "a").await, WaitOutcome::Applied, "the holder is silent for too long");
    let next = world.append("a", "\"3\"").await;
    let late = world.store.advance(silent, world.step(2, 3).await).await;
    assert!(matches!(late, Err(ApplyError::Lost)), "{late:?}");
    let late = world.store.note(silent, &blocked(first)).await;
    assert!(matches!(late, Err(ApplyError::Lost)), "{late:?}");
    assert_eq!(running.wait(next, "a").await, WaitOutcome::Applied);
    assert_eq!(world.of("a").await, ["\"1\"", "\"2\"", "\"3\""]);
    running.end().await;
    // The lease was given back at the end, so the next runner need not wait.
    let candidate = Candidate { holder: Ids.uuid(NOW), now: world.clock.now(), ..candidate };
    assert!(world.store.lease(candidate).await.unwrap().is_some());
}

/// A lease taken by a clock that ran ahead must not keep the group waiting once its holder is gone.
#[tokio::test]
async fn a_lease_of_a_clock_that_was_set_back_holds_nobody_up() {
    let world = World::new();
    let candidate = |holder, now| Candidate { holder, now, term_ms: TERM_MS, alone: false };
    let [one, two] = [Ids.uuid(NOW), Ids.uuid(NOW)];
    let lease = async |holder, now| world.store.lease(candidate(holder, now)).await.unwrap();
    for ahead in [3600, 400 * 86_400] {
        let held = lease(one, NOW.plus_seconds(ahead)).await.unwrap();
        assert_eq!(lease(two, NOW.plus_seconds(ahead)).await, None, "it is held");
        let taken = lease(two, NOW).await.unwrap();
        assert!(taken.generation > held.generation, "the holder of before writes nothing any more");
        assert_eq!(lease(one, NOW).await, None, "and stands by");
        assert_eq!(lease(two, NOW).await, Some(taken));
        // Released for the next round.
        world.store.release(taken).await.unwrap();
    }
    // A clock that runs ahead takes the lease early. That costs a takeover, but no row is written by both.
    let held = lease(one, NOW).await.unwrap();
    assert!(lease(two, NOW.plus_seconds(3600)).await.unwrap().generation > held.generation);
}

/// The holder of a group keeps its lease when the clock is set back.
#[tokio::test]
async fn a_holder_renews_in_time_on_any_clock() {
    let world = World::new();
    let running = world.start().await;
    let last = world.append("a", "\"1\"").await;
    assert_eq!(running.wait(last, "a").await, WaitOutcome::Applied);
    for jump in [-3600, 400 * 86_400, -400 * 86_400, 3600] {
        world.clock.jump(jump);
        world.clock.advance(TERM_MS / 2000);
        let last = world.append("a", "\"2\"").await;
        assert_eq!(running.wait(last, "a").await, WaitOutcome::Applied, "after a jump by {jump} s");
        let now = world.clock.now();
        let rival = Candidate { holder: Ids.uuid(NOW), now, term_ms: TERM_MS, alone: false };
        assert_eq!(world.store.lease(rival).await.unwrap(), None, "after a jump by {jump} s");
    }
    running.end().await;
}

fn blocked(first: Position) -> Blocked {
    let key = "a".to_owned();
    let error = String::new();
    let id = String::new();
    let state = BlockedState::Retrying;
    let people = Vec::new();
    Blocked { id, key, first, tries: 1, next_try: NOW, state, error, since: NOW, people, waiting: 0 }
}

/// A read model in which each step pauses before its transaction and again after it, until it is let through.
struct Gated {
    inner: ViewStore,
    before: Semaphore,
    after: Semaphore,
}

#[async_trait]
impl Target for Gated {
    async fn state(&self) -> Result<GroupState, ApplyError> {
        self.inner.state().await
    }
    async fn lease(&self, candidate: Candidate) -> Result<Option<Lease>, ApplyError> {
        self.inner.lease(candidate).await
    }
    async fn release(&self, lease: Lease) -> Result<(), ApplyError> {
        self.inner.release(lease).await
    }
    async fn advance(&self, lease: Lease, step: Advance) -> Result<(), ApplyError> {
        self.before.acquire().await.unwrap().forget();
        let done = self.inner.advance(lease, step).await;
        self.after.acquire().await.unwrap().forget();
        done
    }
    async fn parked(&self, key: &str) -> Result<Vec<ParkedEvent>, ApplyError> {
        self.inner.parked(key).await
    }
    async fn redo(&self, lease: Lease, key: &str, event: Envelope) -> Result<(), ApplyError> {
        self.inner.redo(lease, key, event).await
    }
    async fn discard(&self, lease: Lease, key: &str, event: uuid::Uuid) -> Result<(), ApplyError> {
        self.inner.discard(lease, key, event).await
    }
    async fn note(&self, lease: Lease, blocked: &Blocked) -> Result<(), ApplyError> {
        self.inner.note(lease, blocked).await
    }
}

/// With the real runner: a waiting reader hears "applied" once the rows are there, but neither before the step
/// has begun nor after its commit while the runner does not know of it yet.
#[tokio::test(start_paused = true)]
async fn rule_18_a_wait_beyond_the_cursor_times_out_and_never_lies() {
    let world = World::new();
    let closed = || Semaphore::new(0);
    let gated = Arc::new(Gated { inner: world.store.clone(), before: closed(), after: closed() });
    let target: Arc<dyn Target> = gated.clone();
    let started = Runner::new(GROUP, world.journal.clone(), target, world.clock.clone(), RETRY).await;
    let (runner, handle) = started.unwrap();
    let running = run(runner, handle);
    for round in 1..=20 {
        let position = world.append("a", &format!("\"{round}\"")).await;
        assert_eq!(running.wait(position, "a").await, WaitOutcome::TimedOut, "its step has not begun");
        assert_eq!(world.of("a").await.len() as u64, round - 1);
        gated.before.add_permits(1);
        while (world.of("a").await.len() as u64) < round {
            tokio::task::yield_now().await;
        }
        assert_eq!(running.wait(position, "a").await, WaitOutcome::TimedOut, "the runner does not know yet");
        assert!(!running.handle.status.reached(position));
        gated.after.add_permits(1);
        assert_eq!(running.wait(position, "a").await, WaitOutcome::Applied);
        assert!(running.handle.status.reached(position));
    }
    running.end().await;
}

#[tokio::test]
async fn rule_23_a_group_over_another_journal_does_not_start() {
    let world = World::new();
    let running = world.start().await;
    let last = world.append("a", "\"1\"").await;
    running.wait(last, "a").await;
    running.end().await;
    let other = tempfile::tempdir().unwrap();
    let journal = open_journal(other.path(), &world.clock);
    let elsewhere = World { journal, ..world };
    elsewhere.append("a", "\"another\"").await;
    let target: Arc<dyn Target> = Arc::new(elsewhere.store.clone());
    let started = Runner::new(GROUP, elsewhere.journal.clone(), target, elsewhere.clock.clone(), RETRY).await;
    assert!(started.unwrap_err().to_string().contains("was made from another journal"));
}
