//! (g) From the facts log to the history: how fast an empty read model catches up.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::ensure;
use bus::{Asker, Retry, Runner, WaitOutcome};
use domain::activity::Snapshot;
use domain::favourites::FavouritesEvent;
use domain::property::draft::Draft;
use domain::property::{Property, PropertyCommand};
use domain::session::SessionEvent;
use domain::{
    Actor, Clock, Fields, Ids, Log, Metadata, Personal, Position, PropertyId, SessionId, StreamId, TenantId,
    UserId,
};
use history::History;
use journal::sqlite::Limits;
use journal::{AggregateStore, KeyRing, Options, SqliteJournal};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::listing;
use super::sample::rate;

/// This many people act concurrently, so that their appends share transactions.
const AT_ONCE: usize = 256;
/// Events of each person: ten times one sign-in, one listed home and two saved homes.
const EVENTS_EACH: u64 = 40;
const CATCHING_UP: Duration = Duration::from_mins(5);
const RETRY: Retry = Retry { tries: 5, base_ms: 1000, cap_ms: 60_000 };

/// A journal filled with facts of many people.
pub struct GeneratedFacts {
    aggregates: AggregateStore,
    head: Position,
    pub filled_per_second: f64,
}

impl GeneratedFacts {
    pub async fn fill(directory: &Path, events: u64) -> anyhow::Result<Self> {
        let clock = Clock::System;
        let journal = SqliteJournal::open(directory, &clock, Limits::default())?;
        let keys = KeyRing::open(&directory.join("subjects.db"), &[7; 32])?;
        let aggregates = AggregateStore::new(Arc::new(journal), Arc::new(keys), clock, Ids);
        let people = Arc::new(AtomicU64::new(events / EVENTS_EACH));
        let mut workers = JoinSet::new();
        let began = Instant::now();
        for _ in 0..AT_ONCE {
            let aggregates = aggregates.clone();
            let people = Arc::clone(&people);
            workers.spawn(async move {
                while people
                    .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1))
                    .is_ok()
                {
                    Box::pin(live(&aggregates)).await?;
                }
                anyhow::Ok(())
            });
        }
        while let Some(done) = workers.join_next().await {
            done??;
        }
        let head = aggregates.journal().head(Log::Facts).await?;
        Ok(Self { aggregates, head, filled_per_second: rate(head.seq, began.elapsed()) })
    }

    /// Events a second of the history's consumer group: first from an empty read model to the newest fact, then
    /// for a rebuild beside the one in use.
    pub async fn catch_up(&self, directory: &Path, round: usize) -> anyhow::Result<(f64, f64)> {
        let path = directory.join(format!("{round}.db"));
        let store = History::view(&path)?;
        let (journal, clock, target) =
            (self.aggregates.journal().clone(), Clock::System, Arc::new(store.clone()));
        let (runner, handle) = Runner::new(History::group(), journal, target, clock, RETRY).await?;
        let (stop, stopping) = watch::channel(false);
        let mut group = JoinSet::new();
        let began = Instant::now();
        group.spawn(runner.run(stopping));
        let tenant = tenant();
        let user = self.aggregates.fresh().into();
        let asker = Asker { tenant: &tenant, user };
        let waited = handle.status.wait(&[self.head], asker, CATCHING_UP).await;
        let took = began.elapsed();
        let began = Instant::now();
        let rebuilt = projection::rebuild(&store, &handle, |_| ()).await?;
        let rebuilding = began.elapsed();
        ensure!(rebuilt.is_equal(), "the history is another one when it is made again: {rebuilt:?}");
        stop.send_replace(true);
        group.join_all().await;
        ensure!(waited == WaitOutcome::Applied, "the history did not catch up: {waited:?}");
        ensure!(handle.status.blocked_count() == 0, "the history could not apply some events");
        Ok((rate(self.head.seq, took), rate(self.head.seq, rebuilding)))
    }
}

fn tenant() -> TenantId {
    TenantId::stored("hyderabad")
}

/// Appends the events of one person, with the metadata of a request.
async fn live(aggregates: &AggregateStore) -> anyhow::Result<()> {
    let tenant = tenant();
    let user: UserId = aggregates.fresh().into();
    for number in 0..EVENTS_EACH / 4 {
        let session_id: SessionId = aggregates.fresh().into();
        let metadata = Metadata {
            ip_address: Some(Personal::of(user, "127.0.0.1".into())),
            user_agent: Some(Personal::of(user, "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0".into())),
            session_id: Some(session_id),
            correlation_id: Some(aggregates.fresh().to_string()),
            causation_id: None,
        };
        let actor = Actor { tenant: tenant.clone(), user: Some(user), metadata };
        let stream = StreamId::new(&tenant, "session", session_id);
        aggregates.record(&actor, stream, &SessionEvent::SignedIn { session_id, user_id: user }).await?;
        let id: PropertyId = aggregates.fresh().into();
        let content = Fields::read(&listing::members(number), Draft::read)?.owned_by(user, "Hyderabad");
        let snapshot = Snapshot::of(user, content.title(), content.price, content.location.area.text());
        let list = PropertyCommand::List {
            id,
            owner: user,
            content,
            source_reference: None,
            moderated: false,
            awaits_confirmation: false,
        };
        let options = Options { new_stream: true, ..Options::default() };
        aggregates.execute::<Property>(&actor, id, list, options).await?;
        for _ in 0..2 {
            let saved =
                FavouritesEvent::Saved { property_id: aggregates.fresh().into(), snapshot: snapshot.clone() };
            aggregates.record(&actor, StreamId::new(&tenant, "favourite", user), &saved).await?;
        }
    }
    Ok(())
}
