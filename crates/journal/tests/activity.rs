//! Queued activity is written exactly once, even if callers are cancelled or answers are lost.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "activity/unreliable.rs"]
mod unreliable;

use std::collections::{BTreeMap, BTreeSet};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use domain::activity::{ActivityEvent, Snapshot};
use domain::{
    Actor, Clock, Envelope, Ids, Log, Metadata, Paise, Personal, PropertyId, TenantId, Timestamp, UserId,
};
use journal::sqlite::Limits;
use journal::{ActivityQueue, AggregateStore, Closed, Journal, KeyRing, OwnWrites, SqliteJournal};
use tempfile::TempDir;
use tokio::task::JoinSet;
use unreliable::{Fault, Unreliable};
use uuid::Uuid;

const AT: Timestamp = Timestamp::from_micros(1_790_000_000_000_000);

struct Site {
    _directory: TempDir,
    journal: Arc<SqliteJournal>,
    unreliable: Arc<Unreliable>,
    aggregates: AggregateStore,
    queue: Arc<ActivityQueue>,
}

fn tenant() -> TenantId {
    TenantId::stored("t")
}

fn home(number: u128) -> PropertyId {
    Uuid::from_u128(number).into()
}

fn snapshot() -> Snapshot {
    let owner = Uuid::from_u128(0xA).into();
    Snapshot::of(owner, "A villa", Paise::from_paise(950_000_000), "Gachibowli")
}

fn actor(user: Option<UserId>) -> Actor {
    let ip_address = user.map(|user| Personal::of(user, "203.0.113.9".into()));
    Actor { tenant: tenant(), user, metadata: Metadata { ip_address, ..Metadata::default() } }
}

impl Site {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let clock = Clock::ticking(AT);
        let journal = Arc::new(SqliteJournal::open(directory.path(), &clock, Limits::default()).unwrap());
        let unreliable = Arc::new(Unreliable::over(Arc::<SqliteJournal>::clone(&journal)));
        let keys = Arc::new(KeyRing::open(&directory.path().join("keys.db"), &[7; 32]).unwrap());
        let aggregates = AggregateStore::new(Arc::<Unreliable>::clone(&unreliable), keys, clock, Ids);
        let start = Log::ALL.map(|log| domain::Position::start(log, 1));
        let seen = Arc::new(OwnWrites::new(start));
        let every = Duration::from_millis(1);
        let queue = Arc::new(ActivityQueue::new(aggregates.clone(), seen, every, 1000));
        Self { _directory: directory, journal, unreliable, aggregates, queue }
    }

    async fn view(&self, user: UserId, number: u128) {
        self.queue.viewed(actor(Some(user)), user, home(number), snapshot(), true).await.unwrap();
    }

    async fn search(&self, user: UserId) {
        let filters = Personal::of(user, serde_json::Map::new());
        let event = ActivityEvent::Searched { filters, results_count: 1 };
        self.queue.searched(actor(Some(user)), user, event).await.unwrap();
    }

    async fn count(&self, number: u128) {
        self.queue.counted(&tenant(), home(number), true).await.unwrap();
    }

    async fn written(&self) -> Vec<Envelope> {
        let head = self.journal.head(Log::Activity).await.unwrap();
        self.journal.read_after(head.at(0), 1_000_000).await.unwrap()
    }

    /// Everything in the journal, counted by person and home. The sums of anonymous views have no person.
    async fn tally(&self) -> Tally {
        let mut tally = Tally::default();
        let mut ids = BTreeSet::new();
        for envelope in self.written().await {
            assert!(ids.insert(envelope.event_id), "{} is there twice", envelope.event_id);
            match self.aggregates.decode(&envelope).unwrap() {
                ActivityEvent::Viewed { property_id, views, .. } => {
                    *tally.views.entry((envelope.user_id, property_id)).or_default() += views;
                }
                ActivityEvent::ViewsCounted { views } => {
                    for one in views {
                        *tally.views.entry((None, one.property_id)).or_default() += one.views;
                    }
                }
                ActivityEvent::Searched { .. } => tally.searches += 1,
                other => panic!("{other:?}"),
            }
        }
        tally
    }
}

#[derive(Debug, Default, PartialEq)]
struct Tally {
    views: BTreeMap<(Option<UserId>, PropertyId), u64>,
    searches: u64,
}

/// The activity used in these tests; `expected` gives its result.
async fn deeds(site: &Site, [asha, ravi]: [UserId; 2]) {
    site.view(asha, 1).await;
    site.view(asha, 1).await;
    site.view(asha, 2).await;
    site.view(ravi, 1).await;
    site.search(ravi).await;
    site.count(1).await;
    site.count(1).await;
    site.count(2).await;
}

fn expected([asha, ravi]: [UserId; 2], times: u64) -> Tally {
    let views = [
        ((Some(asha), home(1)), 2 * times),
        ((Some(asha), home(2)), times),
        ((Some(ravi), home(1)), times),
        ((None, home(1)), 2 * times),
        ((None, home(2)), times),
    ];
    Tally { views: views.into(), searches: times }
}

fn people() -> [UserId; 2] {
    [Ids.id(AT), Ids.id(AT)]
}

/// Polls `future` up to `times` times and then drops it, either right after the last poll or when it would be polled
/// again. Returns true if it completed.
async fn polled(future: impl Future, times: usize, at_once: bool) -> bool {
    let mut future = pin!(future);
    let mut left = times;
    std::future::poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(false);
        }
        left -= 1;
        match future.as_mut().poll(context) {
            Poll::Ready(_) => Poll::Ready(true),
            Poll::Pending if left == 0 && at_once => Poll::Ready(false),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}

#[tokio::test]
async fn whoever_flushes_may_go_away_at_any_moment() {
    for at_once in [true, false] {
        for times in 0.. {
            let site = Site::new();
            let people = people();
            deeds(&site, people).await;
            let ended = polled(site.queue.flush(), times, at_once).await;
            // Repeat the activity meanwhile, with another flush that is also cancelled.
            deeds(&site, people).await;
            polled(site.queue.flush(), times, !at_once).await;
            assert!(site.queue.flush().await);
            assert_eq!(site.tally().await, expected(people, 2), "dropped after {times} polls");
            assert!(!site.queue.holds(&tenant(), people[0]));
            if ended {
                break;
            }
        }
    }
}

#[tokio::test]
async fn a_lost_answer_neither_loses_nor_doubles() {
    for fault in [Fault::NotDone, Fault::NotTold] {
        for spared in 0..7 {
            let site = Site::new();
            let people = people();
            site.unreliable.fail(fault, spared, 4);
            let mut rounds = 0;
            while rounds < 3 || !site.queue.flush().await {
                if rounds < 3 {
                    deeds(&site, people).await;
                    site.queue.flush().await;
                    rounds += 1;
                }
            }
            assert_eq!(site.tally().await, expected(people, 3), "{fault:?} after {spared}");
        }
    }
}

/// The writer thread is slow, and the flush that sent it the records was cancelled long ago.
#[tokio::test]
async fn what_is_still_in_the_journals_own_queue_is_not_sent_twice() {
    let site = Site::new();
    let people = people();
    deeds(&site, people).await;
    site.unreliable.hold();
    for _ in 0..3 {
        assert!(!polled(site.queue.flush(), 2, true).await);
    }
    site.unreliable.let_go();
    assert!(site.queue.flush().await);
    assert_eq!(site.tally().await, expected(people, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_queue_that_closes_takes_nothing_and_loses_nothing() {
    let site = Site::new();
    let mut viewers = JoinSet::new();
    let (stop, stopping) = tokio::sync::watch::channel(false);
    let mut running = JoinSet::new();
    running.spawn(Arc::clone(&site.queue).run(stopping));
    for number in 0..8_u128 {
        let queue = Arc::clone(&site.queue);
        let user = Ids.id(AT);
        viewers.spawn(async move {
            let mut taken = 0;
            loop {
                let viewed = if taken % 2 == 0 {
                    queue.viewed(actor(Some(user)), user, home(number), snapshot(), true).await
                } else {
                    queue.counted(&tenant(), home(number), false).await
                };
                match viewed {
                    Ok(()) => taken += 1,
                    Err(Closed) => return taken,
                }
                tokio::task::yield_now().await;
            }
        });
    }
    while site.journal.head(Log::Activity).await.unwrap().seq < 100 {
        tokio::task::yield_now().await;
    }
    // The same order as in a shutdown.
    assert_eq!(site.queue.close().await, 0);
    stop.send_replace(true);
    running.join_all().await;
    site.journal.close().await;
    let taken: u64 = viewers.join_all().await.into_iter().sum();
    let views: u64 = site.tally().await.views.values().sum();
    assert_eq!(views, taken, "every view that was taken is there, and no other");
}

#[tokio::test]
async fn closing_says_what_a_dead_journal_does_not_take() {
    let site = Site::new();
    let people = people();
    deeds(&site, people).await;
    site.unreliable.fail(Fault::NotDone, 0, usize::MAX);
    assert_eq!(site.queue.close().await, 5, "three views, a search, and the sums of one tenant");
}

#[tokio::test]
async fn rule_20_nothing_of_somebody_erased_is_written() {
    let (site, [asha, ravi]) = (Site::new(), people());
    deeds(&site, [asha, ravi]).await;
    site.aggregates.erase(&tenant(), asha).unwrap();
    assert!(site.queue.flush().await, "and it does not come back for ever");
    assert!(!site.queue.holds(&tenant(), asha));
    let tally = site.tally().await;
    assert!(tally.views.keys().all(|(user, _)| *user != Some(asha)), "{tally:?}");
    assert_eq!((tally.views.len(), tally.searches), (3, 1));
}

/// A view keeps the time at which it was made, not the time at which it was written.
#[tokio::test]
async fn a_view_has_its_own_time_and_id_at_every_try() {
    let (site, [asha, _]) = (Site::new(), people());
    site.view(asha, 1).await;
    let queued = site.aggregates.clock().now();
    site.unreliable.fail(Fault::NotTold, 0, 1);
    assert!(!site.queue.flush().await);
    site.aggregates.clock().advance(3600);
    assert!(site.queue.flush().await);
    let written = site.written().await;
    assert_eq!(written.len(), 1);
    assert!(written[0].timestamp < queued);
}
