use std::sync::Arc;

use domain::{Clock, Ids, Log, StreamId, TenantId, Timestamp, UserId};
use journal::sqlite::Limits;
use journal::{AggregateStore, Append, Expected, Journal, KeyRing, NewEvent, SqliteJournal, UniqueKeys};
use tempfile::TempDir;

use super::feed::Feed;
use super::hub::{Full, Hub};
use super::place::RealtimePosition;

const AT: Timestamp = Timestamp::from_micros(1_790_000_000_000_000);

struct World {
    journal: Arc<SqliteJournal>,
    hub: Arc<Hub>,
    tenant: TenantId,
    person: UserId,
    written: i64,
    _directory: TempDir,
}

impl World {
    async fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let limits = Limits::default();
        let journal = Arc::new(SqliteJournal::open(directory.path(), &Clock::manual(AT), limits).unwrap());
        let keys = KeyRing::open(&directory.path().join("subjects.db"), &[7; 32]).unwrap();
        let kept = Arc::<SqliteJournal>::clone(&journal);
        let aggregates = AggregateStore::new(kept, Arc::new(keys), Clock::manual(AT), Ids);
        let hub = Hub::new(aggregates).await.unwrap();
        let tenant = TenantId::stored("t");
        let person = Ids.id(AT);
        Self { journal, hub, tenant, person, written: 0, _directory: directory }
    }

    /// Records the person's next activity, in one log or the other.
    async fn act(&mut self, who: UserId) -> String {
        self.written += 1;
        let name = format!("n{}", self.written);
        let event = NewEvent {
            event_id: Ids.uuid(AT),
            user_id: Some(who),
            event_type: "NOTED".into(),
            schema_version: 1,
            // Times repeat and go back: only the order within each log counts.
            timestamp: AT.plus_seconds(self.written * 7 % 5),
            data: format!(r#"{{"name":"{name}"}}"#).into(),
            metadata: "{}".into(),
        };
        let kind = if self.written % 3 == 0 { "activity" } else { "note" };
        let stream = StreamId::new(&self.tenant, kind, who);
        let expected = Expected::Any;
        let unique_keys = UniqueKeys::default();
        let append = Append {
            stream,
            expected,
            events: vec![event],
            unique_keys,
            limits: Vec::new(),
            idempotency: None,
        };
        self.journal.append(append).await.unwrap();
        name
    }

    async fn hand_out(&self) {
        while self.hub.step().await.unwrap() {}
    }

    fn listen(&self, place: Option<RealtimePosition>) -> Feed {
        Feed::of(&self.hub, (self.tenant.clone(), self.person), place).unwrap()
    }

    /// Takes `count` items from a feed, grouped by log.
    async fn take(feed: &mut Feed, count: usize) -> [Vec<String>; 2] {
        let mut taken = [Vec::new(), Vec::new()];
        for _ in 0..count {
            let item = feed.next().await.unwrap().unwrap();
            let body: serde_json::Value = serde_json::from_str(&item.body).unwrap();
            taken[item.log.index()].push(body["activityData"]["name"].as_str().unwrap().to_owned());
        }
        taken
    }
}

fn by_log(names: &[(usize, String)]) -> [Vec<String>; 2] {
    let of = |log| names.iter().filter(|(l, _)| *l == log).map(|(_, name)| name.clone()).collect();
    [of(Log::Facts.index()), of(Log::Activity.index())]
}

/// Records `count` activities of the person, with activities of somebody else in between. Returns their logs and
/// names.
async fn busy(world: &mut World, count: usize) -> Vec<(usize, String)> {
    let person = world.person;
    let stranger = Ids.id(AT);
    let mut names = Vec::new();
    while names.len() < count {
        let name = world.act(person).await;
        let log = if world.written % 3 == 0 { Log::Activity } else { Log::Facts };
        names.push((log.index(), name));
        world.act(stranger).await;
    }
    names
}

#[tokio::test]
async fn a_slow_connection_misses_and_doubles_nothing() {
    let mut world = World::new().await;
    let mut feed = world.listen(None);
    // Far more than an inbox holds, handed out in several rounds; the feed reads now and then.
    let mut names = Vec::new();
    let mut taken = [Vec::new(), Vec::new()];
    for round in 0..12 {
        names.extend(busy(&mut world, 50).await);
        world.hand_out().await;
        let [facts, activity] = World::take(&mut feed, round * 7).await;
        taken[0].extend(facts);
        taken[1].extend(activity);
    }
    let left = names.len() - taken[0].len() - taken[1].len();
    let [facts, activity] = World::take(&mut feed, left).await;
    taken[0].extend(facts);
    taken[1].extend(activity);
    assert_eq!(taken, by_log(&names));
}

#[tokio::test]
async fn a_connection_that_comes_back_goes_on_where_it_was() {
    let mut world = World::new().await;
    let first = busy(&mut world, 30).await;
    world.hand_out().await;
    let mut feed = world.listen(Some(RealtimePosition::new(1, [0, 0])));
    assert_eq!(World::take(&mut feed, 30).await, by_log(&first), "from the beginning");
    let place = RealtimePosition::decode(&feed.place().encode()).unwrap();
    drop(feed);
    // More than a page while nobody listens, and some that the hub has not handed out yet.
    let mut missed = busy(&mut world, 700).await;
    world.hand_out().await;
    let mut feed = world.listen(Some(place));
    missed.extend(busy(&mut world, 20).await);
    world.hand_out().await;
    assert_eq!(World::take(&mut feed, 720).await, by_log(&missed));
    let later = busy(&mut world, 3).await;
    world.hand_out().await;
    assert_eq!(World::take(&mut feed, 3).await, by_log(&later));
}

#[tokio::test]
async fn it_ends_when_the_process_stops_and_one_person_has_so_many_only() {
    let world = World::new().await;
    let mut feeds: Vec<Feed> = (0..20).map(|_| world.listen(None)).collect();
    let refused = Feed::of(&world.hub, (world.tenant.clone(), world.person), None);
    assert_eq!(refused.unwrap_err(), Full::Own);
    feeds.pop();
    let mut feed = world.listen(None);
    world.hub.close();
    assert!(feed.next().await.unwrap().is_none());
}

#[tokio::test]
async fn all_people_together_have_so_many_connections_only() {
    let world = World::new().await;
    let listen = || Feed::of(&world.hub, (world.tenant.clone(), Ids.id(AT)), None);
    let mut feeds: Vec<Feed> = (0..8192).map(|_| listen().unwrap()).collect();
    assert_eq!(listen().unwrap_err(), Full::All);
    feeds.pop();
    let last = listen().unwrap();
    assert_eq!(listen().unwrap_err(), Full::All);
    drop((feeds, last));
    listen().unwrap();
}

/// The position is from a history that a restore took back, or ahead of the journal. Without a reset, nothing would
/// be sent until the journal had grown past it.
#[tokio::test]
async fn who_comes_back_from_another_history_is_told_and_starts_over() {
    let mut world = World::new().await;
    busy(&mut world, 3).await;
    world.hand_out().await;
    let now = world.listen(None).place();
    let ahead = RealtimePosition::new(1, [now.at(Log::Facts) + 1000, now.at(Log::Activity)]);
    for place in [RealtimePosition::new(7, [0, 0]), ahead] {
        let mut feed = world.listen(Some(place));
        assert!(feed.is_reset(), "{place:?}");
        assert_eq!(feed.place(), now);
        let later = busy(&mut world, 1).await;
        world.hand_out().await;
        assert_eq!(World::take(&mut feed, 1).await, by_log(&later));
        busy(&mut world, 0).await;
        drop(feed);
        assert!(!world.listen(Some(now)).is_reset());
        // A new connection starts at the current position.
        if place == ahead {
            break;
        }
        world = World::new().await;
        busy(&mut world, 3).await;
        world.hand_out().await;
    }
}

/// Fault 4: waiting on a channel whose sender is gone returned at once, and the hub used a whole core.
#[tokio::test(start_paused = true)]
async fn a_hub_whose_journal_is_closed_looks_now_and_then() {
    let world = World::new().await;
    world.journal.close().await;
    let (_stop, stopping) = tokio::sync::watch::channel(false);
    let mut running = std::pin::pin!(Arc::clone(&world.hub).run(stopping));
    let mut polls = 0;
    let counted = std::future::poll_fn(|cx| {
        polls += 1;
        assert!(polls < 1000, "it spins");
        running.as_mut().poll(cx)
    });
    assert!(tokio::time::timeout(std::time::Duration::from_secs(10), counted).await.is_err(), "it lives");
}
