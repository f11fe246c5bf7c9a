//! Queues activity on its way to the journal. Events are queued before the response is sent, committed together every
//! 50 ms, and appended to the journal exactly once. Repeated views of one home by one person become one event with a
//! count; views by anonymous visitors become sums.
//!
//! ```text
//! viewed -> gathers (views of one home are added up) -> flush: a record of its own -> journal, as often as it takes
//!           `- its id and time are given here             `- stays in the queue until the journal has it
//! ```
//! The queue owns the records, not the task that flushes it. A cancelled flush therefore loses nothing, and a record
//! that it may already have written is not appended twice.

mod pending;
mod record;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::activity::{ActivityEvent, ProductSnapshot, Snapshot};
use domain::{Actor, Log, ProductId, PropertyId, TenantId, Timestamp, UserId};
use futures_util::future::join_all;
use supervisor::wake;
use tokio::sync::{Notify, watch};
use uuid::Uuid;

use crate::keys::KeyError;
use crate::{AggregateStore, DecodeError, ExecuteError, OwnWrites};
use pending::{Pending, QueuedActivity, Viewed, ViewedId};
use record::Record;

/// The maximum back-off between two flushes while the journal is unavailable.
const LONGEST_PAUSE: Duration = Duration::from_secs(1);
/// How many times a closed queue tries to flush its remaining items.
const LAST_TRIES: usize = 20;

/// The queue accepts nothing more, because the process is shutting down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the server is shutting down")]
pub struct Closed;

type Failed = ExecuteError<std::convert::Infallible>;

/// The activity queue, to be shared. [`ActivityQueue::run`] flushes it periodically, and [`ActivityQueue::close`] at
/// shutdown.
#[derive(Debug)]
pub struct ActivityQueue {
    aggregates: AggregateStore,
    seen: Arc<OwnWrites>,
    every: Duration,
    most: usize,
    pending: Mutex<Pending>,
    flushing: tokio::sync::Mutex<()>,
    filled: Notify,
    emptied: Notify,
}

impl ActivityQueue {
    /// Creates a queue of at most `most` distinct items that is flushed every `every`.
    #[must_use]
    pub fn new(aggregates: AggregateStore, seen: Arc<OwnWrites>, every: Duration, most: usize) -> Self {
        Self {
            aggregates,
            seen,
            every,
            most,
            pending: Mutex::default(),
            flushing: tokio::sync::Mutex::default(),
            filled: Notify::new(),
            emptied: Notify::new(),
        }
    }

    fn pending(&self) -> MutexGuard<'_, Pending> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Queues that a signed-in person opened a listing. Waits while the queue is full.
    ///
    /// # Errors
    /// If the queue is closed.
    pub async fn viewed(
        &self,
        actor: Actor,
        user: UserId,
        property: PropertyId,
        snapshot: Snapshot,
        counted: bool,
    ) -> Result<(), Closed> {
        let viewed = Viewed::Home(property, snapshot);
        self.add(QueuedActivity::View { actor, user, viewed, counted }).await
    }

    /// Queues that a signed-in person opened a product. Waits while the queue is full.
    ///
    /// # Errors
    /// If the queue is closed.
    pub async fn product_viewed(
        &self,
        actor: Actor,
        user: UserId,
        product: ProductId,
        snapshot: ProductSnapshot,
        counted: bool,
    ) -> Result<(), Closed> {
        let viewed = Viewed::Product(product, snapshot);
        self.add(QueuedActivity::View { actor, user, viewed, counted }).await
    }

    /// Queues that a signed-in person searched. Waits while the queue is full.
    ///
    /// # Errors
    /// If the queue is closed.
    pub async fn searched(&self, actor: Actor, user: UserId, event: ActivityEvent) -> Result<(), Closed> {
        self.add(QueuedActivity::Search { actor, user, event }).await
    }

    /// Queues a view by an anonymous visitor; `visitor` is true for the visitor's first view today.
    ///
    /// # Errors
    /// If the queue is closed.
    pub async fn counted(
        &self,
        tenant: &TenantId,
        property: PropertyId,
        visitor: bool,
    ) -> Result<(), Closed> {
        let viewed = ViewedId::Home(property);
        self.add(QueuedActivity::Count { tenant: tenant.clone(), viewed, visitor }).await
    }

    /// Queues a view of a product by an anonymous visitor; `visitor` is true for the visitor's first view today.
    ///
    /// # Errors
    /// If the queue is closed.
    pub async fn product_counted(
        &self,
        tenant: &TenantId,
        product: ProductId,
        visitor: bool,
    ) -> Result<(), Closed> {
        let viewed = ViewedId::Product(product);
        self.add(QueuedActivity::Count { tenant: tenant.clone(), viewed, visitor }).await
    }

    async fn add(&self, item: QueuedActivity) -> Result<(), Closed> {
        loop {
            let emptied = self.emptied.notified();
            {
                let mut pending = self.pending();
                if pending.closed {
                    return Err(Closed);
                }
                if pending.len() < self.most {
                    pending.add(item, || self.identity());
                    break;
                }
            }
            emptied.await;
        }
        self.filled.notify_one();
        Ok(())
    }

    fn identity(&self) -> (Uuid, Timestamp) {
        let at = self.aggregates.clock().now();
        (self.aggregates.event_id(at), at)
    }

    /// Makes everything that was queued before this call durable. Returns false if the journal is unavailable; the
    /// items then stay queued. Cancelling it loses nothing, because the next flush continues.
    pub async fn flush(&self) -> bool {
        let _one_at_a_time = self.flushing.lock().await;
        let _whatever_becomes_of_it = NotifyOnDrop(self);
        // While earlier records cannot be written, newer items keep accumulating.
        if !self.send().await {
            return false;
        }
        self.pending().freeze(|| self.identity());
        self.send().await
    }

    /// Sends the records that are ready; false if the journal is unavailable.
    async fn send(&self) -> bool {
        let records = self.pending().sent();
        if records.is_empty() {
            return true;
        }
        let head = *self.aggregates.journal().committed(Log::Activity).borrow();
        let outcomes = join_all(records.iter().map(|record| self.write(record, head))).await;
        let left = outcomes.iter().filter(|outcome| outcome.is_err()).count();
        let failures: Vec<Failed> = outcomes.into_iter().filter_map(Result::err).collect();
        if let Some(error) = failures.first() {
            tracing::error!(left, %error, "activity could not be written and stays queued");
        }
        !failures.iter().any(|error| matches!(error, ExecuteError::Journal(_)))
    }

    async fn write(&self, record: &Record, head: u64) -> Result<(), Failed> {
        match self.record(record, head).await {
            Ok(appended) => {
                if let (Some((tenant, user)), Some(appended)) = (record.person(), appended) {
                    self.seen.remember(tenant, user, appended.position);
                }
            }
            Err(ExecuteError::Decode(DecodeError::Keys(KeyError::Erased))) => {}
            Err(error) => return Err(error),
        }
        self.pending().arrived(record);
        Ok(())
    }

    /// Skips the record if the person was erased in the meantime: their views and searches must not be kept.
    async fn record(&self, record: &Record, head: u64) -> Result<Option<crate::Appended>, Failed> {
        if let Some((tenant, user)) = record.person()
            && self.aggregates.keys().is_erased(tenant, user)?
        {
            return Ok(None);
        }
        let Record { actor, stream, event, event_id, at, .. } = record;
        let expected = record.expected(head);
        self.aggregates.record_as(actor, stream.clone(), event, (*event_id, *at), expected).await.map(Some)
    }

    /// Whether something of the person may be queued or being sent. [`Self::flush`] makes it durable.
    #[must_use]
    pub fn holds(&self, tenant: &TenantId, user: UserId) -> bool {
        self.pending().holds(tenant, user)
    }

    /// Flushes the queue periodically until `stop`, and once more after it.
    pub async fn run(self: Arc<Self>, mut stop: watch::Receiver<bool>) {
        let mut pause = self.every;
        while !wake::is_stopped(&stop) {
            tokio::select! {
                () = self.filled.notified() => {}
                () = wake::stopped(&mut stop) => {}
            }
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = wake::stopped(&mut stop) => {}
            }
            pause = if self.flush().await { self.every } else { (pause * 2).min(LONGEST_PAUSE) };
        }
        self.flush().await;
    }

    /// Rejects new items and makes the queued ones durable. Returns how many items could not be written and are lost
    /// when the process ends.
    pub async fn close(&self) -> usize {
        self.pending().closed = true;
        self.emptied.notify_waiters();
        for _ in 0..LAST_TRIES {
            self.flush().await;
            if self.pending().len() == 0 {
                return 0;
            }
            tokio::time::sleep(self.every).await;
        }
        let left = self.pending().len();
        tracing::error!(left, "activity is lost: the journal does not take it, and the process ends");
        left
    }
}

/// However a flush ends, wakes the callers that wait for room, and schedules another flush if items are left.
struct NotifyOnDrop<'a>(&'a ActivityQueue);

impl Drop for NotifyOnDrop<'_> {
    fn drop(&mut self) {
        self.0.emptied.notify_waiters();
        if self.0.pending().len() > 0 {
            self.0.filled.notify_one();
        }
    }
}
