//! A journal and a target that fail, either before doing what they were asked or after it without reporting
//! success. Each call may take time, and wake-ups come late or not at all.

use std::sync::Arc;

use async_trait::async_trait;
use bus::{Advance, ApplyError, Blocked, Candidate, GroupState, Lease, ParkedEvent, Target};
use domain::quota::Quota;
use domain::{Envelope, Log, Position, StreamId, TenantId, Timestamp, UserId, Version};
use journal::{
    Append, AppendError, AppendStats, Appended, EventQuery, Idempotency, Journal, JournalError, Replayed,
    SqliteJournal, UniqueKey,
};
use projection::ViewStore;
use tokio::sync::watch;
use uuid::Uuid;

use crate::chaos::Chaos;
use crate::rows::TERM_MS;
use crate::scheduler::Spawner;

/// One call in this many fails.
const FAILS: u64 = 25;
/// One call in this many panics.
const PANICS: u64 = 300;

async fn call<T, E>(
    (chaos, panics): (&Chaos, bool),
    name: &str,
    fail: impl Fn(String) -> E,
    done: impl Future<Output = Result<T, E>>,
) -> Result<T, E> {
    chaos.pause().await;
    if chaos.fails(FAILS) {
        chaos.note(format_args!("{name} fails"));
        return Err(fail(format!("{name} was not done")));
    }
    let result = done.await;
    chaos.note(format_args!("{name} {}", if result.is_ok() { "done" } else { "refused" }));
    chaos.pause().await;
    if panics && chaos.fails(PANICS) {
        chaos.note(format_args!("{name}: a panic"));
        panic!("simulated: {name}");
    }
    if chaos.fails(FAILS) {
        chaos.note(format_args!("{name} is not told"));
        return Err(fail(format!("{name} is not told")));
    }
    result
}

pub struct UnreliableJournal {
    pub inner: Arc<SqliteJournal>,
    pub chaos: Arc<Chaos>,
    pub spawner: Spawner,
    /// The caller is supervised, so panics are allowed.
    pub panics: bool,
}

impl UnreliableJournal {
    async fn read<T>(
        &self,
        name: &str,
        done: impl Future<Output = Result<T, JournalError>>,
    ) -> Result<T, JournalError> {
        call((&self.chaos, self.panics), name, |message| JournalError::Unavailable(message.into()), done)
            .await
    }
}

#[async_trait]
impl Journal for UnreliableJournal {
    async fn append(&self, append: Append) -> Result<Appended, AppendError> {
        let name = format!("append to {}", append.stream);
        let fail = |message: String| JournalError::Unavailable(message.into()).into();
        call((&self.chaos, self.panics), &name, fail, self.inner.append(append)).await
    }

    async fn read_stream(&self, stream: &StreamId, after: Version) -> Result<Vec<Envelope>, JournalError> {
        self.read("read_stream", self.inner.read_stream(stream, after)).await
    }

    /// Sometimes returns fewer events than it could, so that a batch may end anywhere.
    async fn read_after(&self, position: Position, limit: usize) -> Result<Vec<Envelope>, JournalError> {
        let most = if self.chaos.one_in(2) { self.chaos.draw(1, 5) } else { u64::MAX };
        let limit = limit.min(usize::try_from(most).unwrap_or(limit));
        self.read(&format!("read_after {position}"), self.inner.read_after(position, limit)).await
    }

    async fn read_user(
        &self,
        tenant: &TenantId,
        user: UserId,
        log: Log,
        after: (Timestamp, Uuid),
        limit: usize,
    ) -> Result<Vec<Envelope>, JournalError> {
        self.read("read_user", self.inner.read_user(tenant, user, log, after, limit)).await
    }

    async fn find(&self, query: &EventQuery) -> Result<Vec<Envelope>, JournalError> {
        self.read("find", self.inner.find(query)).await
    }

    async fn head(&self, log: Log) -> Result<Position, JournalError> {
        self.read("head", self.inner.head(log)).await
    }

    async fn held(&self, tenant: &TenantId, owner: UserId, quota: Quota) -> Result<u64, JournalError> {
        self.read("held", self.inner.held(tenant, owner, quota)).await
    }

    async fn owner(&self, unique_key: &UniqueKey) -> Result<Option<StreamId>, JournalError> {
        self.read("owner", self.inner.owner(unique_key)).await
    }

    async fn earlier(&self, log: Log, request: &Idempotency) -> Result<Option<Replayed>, AppendError> {
        let fail = |message: String| JournalError::Unavailable(message.into()).into();
        call((&self.chaos, self.panics), "earlier", fail, self.inner.earlier(log, request)).await
    }

    fn append_stats(&self, log: Log) -> AppendStats {
        self.inner.append_stats(log)
    }

    fn committed(&self, log: Log) -> watch::Receiver<u64> {
        let mut told = self.inner.committed(log);
        let (late, receiver) = watch::channel(*told.borrow());
        let chaos = Arc::clone(&self.chaos);
        self.spawner.spawn(async move {
            while told.changed().await.is_ok() {
                chaos.pause().await;
                let lost = chaos.fails(6);
                if !lost && late.send(*told.borrow_and_update()).is_err() {
                    return;
                }
            }
        });
        receiver
    }
}

pub struct UnreliableTarget {
    pub inner: ViewStore,
    pub chaos: Arc<Chaos>,
    /// Number of its runner, for the trace.
    pub runner: u64,
}

impl UnreliableTarget {
    async fn call<T>(
        &self,
        name: &str,
        done: impl Future<Output = Result<T, ApplyError>>,
    ) -> Result<T, ApplyError> {
        if self.chaos.fails(200) {
            self.chaos.note(format_args!("runner {} sleeps past its lease", self.runner));
            self.chaos.sleep(TERM_MS, 3 * TERM_MS).await;
        }
        let name = format!("runner {}: {name}", self.runner);
        call((&self.chaos, true), &name, ApplyError::Store, done).await
    }
}

#[async_trait]
impl Target for UnreliableTarget {
    async fn state(&self) -> Result<GroupState, ApplyError> {
        self.call("state", self.inner.state()).await
    }

    async fn lease(&self, candidate: Candidate) -> Result<Option<Lease>, ApplyError> {
        self.call("lease", self.inner.lease(candidate)).await
    }

    async fn release(&self, lease: Lease) -> Result<(), ApplyError> {
        self.call("release", self.inner.release(lease)).await
    }

    async fn advance(&self, lease: Lease, advance: Advance) -> Result<(), ApplyError> {
        let Advance { from, to, due, parked, block, .. } = &advance;
        let blocks = if block.is_some() { ", blocks" } else { "" };
        let name =
            format!("advance {from} to {}: {} due, {} parked{blocks}", to.position, due.len(), parked.len());
        self.call(&name, self.inner.advance(lease, advance)).await
    }

    async fn parked(&self, key: &str) -> Result<Vec<ParkedEvent>, ApplyError> {
        self.call(&format!("parked {key}"), self.inner.parked(key)).await
    }

    async fn redo(&self, lease: Lease, key: &str, event: Envelope) -> Result<(), ApplyError> {
        self.call(&format!("redo {key} {}", event.position), self.inner.redo(lease, key, event)).await
    }

    async fn discard(&self, lease: Lease, key: &str, event: Uuid) -> Result<(), ApplyError> {
        self.call(&format!("discard {key}: {event}"), self.inner.discard(lease, key, event)).await
    }

    async fn note(&self, lease: Lease, blocked: &Blocked) -> Result<(), ApplyError> {
        self.call(&format!("note {}: {} tries", blocked.key, blocked.tries), self.inner.note(lease, blocked))
            .await
    }
}
