//! From a command to a durable event: cached state is never trusted, and a command is done once.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use domain::quota::Quota;
use domain::{
    Actor, Aggregate, Clock, Envelope, EventKind, Ids, Log, Metadata, Position, StreamId, TenantId,
    Timestamp, UserId, Version,
};
use journal::sqlite::Limits;
use journal::{
    AggregateStore, Append, AppendError, AppendStats, Appended, EventQuery, ExecuteError, Executed,
    Idempotency, Journal, JournalError, KeyRing, Options, Replayed, SqliteJournal, UniqueKey, UniqueKeys,
};
use serde::{Deserialize, Serialize};
use tempfile::TempDir;
use tokio::sync::watch;
use uuid::Uuid;

const AT: Timestamp = Timestamp::from_micros(1_790_000_000_000_000);

#[derive(Clone, Debug, Default, PartialEq)]
struct Tally {
    sum: u64,
    changed_at: Timestamp,
}

#[derive(Clone, Debug)]
enum Ask {
    Add(u64),
    /// Its decision takes one second.
    AddSlowly(u64, Clock),
    Nothing,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "eventType", content = "eventData", rename_all_fields = "camelCase")]
enum Tallied {
    Added { amount: u64 },
}

impl EventKind for Tallied {}

#[derive(Debug, PartialEq, thiserror::Error)]
#[error("that would be {0}, which is too much")]
struct TooMuch(u64);

impl Aggregate for Tally {
    const TYPE: &'static str = "tally";
    type Command = Ask;
    type Event = Tallied;
    type Rejection = TooMuch;

    fn decide(&self, command: Ask, _: Timestamp) -> Result<Vec<Tallied>, TooMuch> {
        let amount = match command {
            Ask::Nothing => return Ok(Vec::new()),
            Ask::Add(amount) => amount,
            Ask::AddSlowly(amount, clock) => {
                clock.advance(1);
                amount
            }
        };
        let sum = self.sum + amount;
        if sum > 1000 { Err(TooMuch(sum)) } else { Ok(vec![Tallied::Added { amount }]) }
    }

    fn evolve(&mut self, event: &Tallied, at: Timestamp) {
        let Tallied::Added { amount } = event;
        *self = Self { sum: self.sum + amount, changed_at: at };
    }
}

/// Two aggregate stores over one journal, like those of two processes.
struct Pair {
    _directory: TempDir,
    journal: Arc<dyn Journal>,
    clock: Clock,
    one: AggregateStore,
    two: AggregateStore,
}

type Answer = Result<Executed<Tally>, ExecuteError<TooMuch>>;

impl Pair {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let clock = Clock::manual(AT);
        let journal: Arc<dyn Journal> =
            Arc::new(SqliteJournal::open(directory.path(), &clock, Limits::default()).unwrap());
        let keys = Arc::new(KeyRing::open(&directory.path().join("keys.db"), &[7; 32]).unwrap());
        let aggregates = || AggregateStore::new(Arc::clone(&journal), Arc::clone(&keys), clock.clone(), Ids);
        let (one, two) = (aggregates(), aggregates());
        Self { _directory: directory, journal, clock, one, two }
    }

    /// A store where another writer gets in first, `times` times.
    fn unlucky(&self, times: usize) -> AggregateStore {
        let quicker = Quicker { aggregates: self.two.clone(), times: AtomicUsize::new(times) };
        AggregateStore::new(Arc::new(quicker), Arc::clone(self.one.keys()), self.clock.clone(), Ids)
    }

    async fn head(&self) -> u64 {
        self.journal.head(Log::Facts).await.unwrap().seq
    }
}

fn actor() -> Actor {
    Actor { tenant: TenantId::stored("t"), user: None, metadata: Metadata::default() }
}

async fn ask(aggregates: &AggregateStore, command: Ask, options: Options) -> Answer {
    aggregates.execute::<Tally>(&actor(), 1, command, options).await
}

fn outcome(answer: Answer) -> (u64, Version, Option<u64>) {
    let done = answer.unwrap();
    (done.state.sum, done.version, done.position.map(|position| position.seq))
}

/// Adds 100 through another store before every append.
struct Quicker {
    aggregates: AggregateStore,
    times: AtomicUsize,
}

#[async_trait]
impl Journal for Quicker {
    async fn append(&self, append: Append) -> Result<Appended, AppendError> {
        let again = self.times.try_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        if again.is_ok() {
            ask(&self.aggregates, Ask::Add(100), Options::default()).await.unwrap();
        }
        self.aggregates.journal().append(append).await
    }
    async fn read_stream(&self, stream: &StreamId, after: Version) -> Result<Vec<Envelope>, JournalError> {
        self.aggregates.journal().read_stream(stream, after).await
    }
    async fn read_after(&self, position: Position, limit: usize) -> Result<Vec<Envelope>, JournalError> {
        self.aggregates.journal().read_after(position, limit).await
    }
    async fn read_user(
        &self,
        tenant: &TenantId,
        user: UserId,
        log: Log,
        after: (Timestamp, Uuid),
        limit: usize,
    ) -> Result<Vec<Envelope>, JournalError> {
        self.aggregates.journal().read_user(tenant, user, log, after, limit).await
    }
    async fn find(&self, query: &EventQuery) -> Result<Vec<Envelope>, JournalError> {
        self.aggregates.journal().find(query).await
    }
    async fn head(&self, log: Log) -> Result<Position, JournalError> {
        self.aggregates.journal().head(log).await
    }
    async fn held(&self, tenant: &TenantId, owner: UserId, quota: Quota) -> Result<u64, JournalError> {
        self.aggregates.journal().held(tenant, owner, quota).await
    }

    async fn owner(&self, unique_key: &UniqueKey) -> Result<Option<StreamId>, JournalError> {
        self.aggregates.journal().owner(unique_key).await
    }
    async fn earlier(&self, log: Log, request: &Idempotency) -> Result<Option<Replayed>, AppendError> {
        self.aggregates.journal().earlier(log, request).await
    }

    fn append_stats(&self, log: Log) -> AppendStats {
        self.aggregates.journal().append_stats(log)
    }

    fn committed(&self, log: Log) -> watch::Receiver<u64> {
        self.aggregates.journal().committed(log)
    }
}

#[tokio::test]
async fn rule_16_a_stale_cache_is_corrected_by_the_delta() {
    let pair = Pair::new();
    assert_eq!(outcome(ask(&pair.one, Ask::Add(1), Options::default()).await), (1, 1, Some(1)));
    assert_eq!(outcome(ask(&pair.two, Ask::Add(5), Options::default()).await), (6, 2, Some(2)));
    let (state, version) = pair.one.load::<Tally>(&actor().tenant, 1).await.unwrap();
    assert_eq!((state.sum, version), (6, 2));
    assert_eq!(outcome(ask(&pair.two, Ask::Add(990), Options::default()).await), (996, 3, Some(3)));
    let decided_on_what_is = ask(&pair.one, Ask::Add(5), Options::default()).await;
    assert!(matches!(decided_on_what_is, Err(ExecuteError::Rejected(TooMuch(1001)))));
    assert_eq!(outcome(ask(&pair.one, Ask::Nothing, Options::default()).await), (996, 3, None));
    assert_eq!(outcome(ask(&pair.one, Ask::Add(4), Options::default()).await), (1000, 4, Some(4)));
}

#[tokio::test]
async fn rule_16_a_conflict_is_decided_again() {
    let pair = Pair::new();
    assert_eq!(outcome(ask(&pair.unlucky(7), Ask::Add(150), Options::default()).await), (850, 8, Some(8)));
    let by_then_too_much = ask(&pair.unlucky(1), Ask::Add(100), Options::default()).await;
    assert!(matches!(by_then_too_much, Err(ExecuteError::Rejected(TooMuch(1050)))), "{by_then_too_much:?}");
    assert_eq!(pair.head().await, 9);
}

#[tokio::test]
async fn a_command_that_always_comes_second_gives_up_and_leaves_nothing() {
    let pair = Pair::new();
    assert!(matches!(ask(&pair.unlucky(10), Ask::Add(1), Options::default()).await, Err(ExecuteError::Busy)));
    let (state, version) = pair.one.load::<Tally>(&actor().tenant, 1).await.unwrap();
    assert_eq!((state.sum, pair.head().await), (100 * version, version));
}

#[tokio::test]
async fn rule_16_a_precondition_holds_at_the_append_itself() {
    let pair = Pair::new();
    let at = |version| Options { if_version: Some(vec![version]), ..Options::default() };
    assert_eq!(outcome(ask(&pair.one, Ask::Add(1), at(0)).await), (1, 1, Some(1)));
    assert_eq!(outcome(ask(&pair.two, Ask::Add(1), at(1)).await), (2, 2, Some(2)));
    for wrong in [0, 1, 3] {
        let refused = ask(&pair.one, Ask::Add(1), at(wrong)).await;
        assert!(matches!(refused, Err(ExecuteError::Precondition { actual: 2 })), "{refused:?}");
    }
    let overtaken = ask(&pair.unlucky(1), Ask::Add(1), at(2)).await;
    assert!(matches!(overtaken, Err(ExecuteError::Precondition { actual: 3 })), "{overtaken:?}");
    assert_eq!(pair.head().await, 3);
}

#[tokio::test]
async fn a_command_applies_at_one_of_several_versions_or_at_all_but_some() {
    let pair = Pair::new();
    let absent = || Options { if_absent: true, ..Options::default() };
    assert_eq!(outcome(ask(&pair.one, Ask::Add(1), absent()).await), (1, 1, Some(1)));
    let refused = ask(&pair.two, Ask::Add(1), absent()).await;
    assert!(matches!(refused, Err(ExecuteError::Precondition { actual: 1 })), "{refused:?}");
    let unless = |versions: &[u64]| Options { unless_version: versions.to_vec(), ..Options::default() };
    let refused = ask(&pair.one, Ask::Add(1), unless(&[7, 1])).await;
    assert!(matches!(refused, Err(ExecuteError::Precondition { actual: 1 })), "{refused:?}");
    assert_eq!(outcome(ask(&pair.one, Ask::Add(1), unless(&[7])).await), (2, 2, Some(2)));
    let one_of = |versions: &[u64]| Options { if_version: Some(versions.to_vec()), ..Options::default() };
    assert_eq!(outcome(ask(&pair.two, Ask::Add(1), one_of(&[9, 2])).await), (3, 3, Some(3)));
    let refused = ask(&pair.two, Ask::Add(1), one_of(&[])).await;
    assert!(matches!(refused, Err(ExecuteError::Precondition { actual: 3 })), "{refused:?}");
}

#[tokio::test]
async fn rule_17_a_command_without_events_changes_nothing() {
    let pair = Pair::new();
    ask(&pair.one, Ask::Add(1), Options::default()).await.unwrap();
    let unique_key = pair.one.keys().unique_key(&actor().tenant, "name", "a");
    let unique_keys = UniqueKeys::taking(vec![unique_key.clone()]);
    let options =
        || Options { unique_keys: unique_keys.clone(), idempotency: Some(once(1)), ..Options::default() };
    assert_eq!(outcome(ask(&pair.one, Ask::Nothing, options()).await), (1, 1, None));
    assert!(matches!(
        ask(&pair.one, Ask::Add(1000), options()).await,
        Err(ExecuteError::Rejected(TooMuch(1001)))
    ));
    assert_eq!(pair.journal.owner(&unique_key).await.unwrap(), None);
    assert_eq!(pair.head().await, 1);
    assert_eq!(outcome(ask(&pair.one, Ask::Add(1), options()).await), (2, 2, Some(2)));
    assert_eq!(
        pair.journal.owner(&unique_key).await.unwrap(),
        Some(StreamId::new(&actor().tenant, "tally", 1))
    );
    let other =
        pair.two.execute::<Tally>(&actor(), 2, Ask::Add(1), Options::default().unique(unique_keys)).await;
    assert!(matches!(other, Err(ExecuteError::Taken { kind: "name", owner }) if &*owner.id == "1"));
}

fn once(fingerprint: u8) -> Idempotency {
    Idempotency { scope: "s".into(), key: "k".into(), fingerprint: [fingerprint; 32], answer: "first".into() }
}

/// A repeated command gets the first answer, even if it would now be refused or change nothing because it was already
/// done.
#[tokio::test]
async fn rule_15_a_repeated_command_is_answered_and_not_judged_again() {
    for (first, again) in
        [(Ask::Add(1), Ask::Add(1)), (Ask::Add(600), Ask::Add(600)), (Ask::Add(1), Ask::Nothing)]
    {
        let pair = Pair::new();
        for if_version in [None, Some(vec![0])] {
            let options = |print| Options {
                if_version: if_version.clone(),
                idempotency: Some(once(print)),
                ..Options::default()
            };
            if if_version.is_none() {
                ask(&pair.one, first.clone(), options(1)).await.unwrap();
            }
            for aggregates in [&pair.one, &pair.two] {
                let replayed = ask(aggregates, again.clone(), options(1)).await;
                let right = matches!(&replayed, Err(ExecuteError::Replayed(r)) if r.answer == "first" && r.appended.version == 1);
                assert!(right, "{again:?} with {if_version:?}: {replayed:?}");
                let other = ask(aggregates, again.clone(), options(2)).await;
                assert!(matches!(other, Err(ExecuteError::KeyReused)), "{again:?}: {other:?}");
            }
        }
        assert_eq!(pair.head().await, 1);
    }
}

#[tokio::test]
async fn rule_15_a_new_stream_is_made_once() {
    let pair = Pair::new();
    let options = || Options { new_stream: true, idempotency: Some(once(1)), ..Options::default() };
    for (id, aggregates) in [(1, &pair.one), (2, &pair.two), (3, &pair.one)] {
        let made = aggregates.execute::<Tally>(&actor(), id, Ask::Add(1), options()).await;
        assert_eq!(made.is_ok(), id == 1);
        assert!(made.is_ok() || matches!(made, Err(ExecuteError::Replayed(_))));
    }
    let twice = Options::default().on_new_stream();
    assert!(matches!(ask(&pair.two, Ask::Add(1), twice).await, Err(ExecuteError::Busy)));
    assert_eq!(pair.head().await, 1);
}

/// The state in an answer equals the state folded from the journal, including times.
#[tokio::test]
async fn rule_16_an_answer_is_the_fold_of_what_was_stored() {
    let pair = Pair::new();
    let done = ask(&pair.one, Ask::AddSlowly(1, pair.clock.clone()), Options::default()).await.unwrap();
    let (state, _) = pair.two.load::<Tally>(&actor().tenant, 1).await.unwrap();
    assert_eq!(done.state, state);
}
