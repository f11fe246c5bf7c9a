//! A slow journal that fails occasionally, either before or after it has done the append.

use std::sync::Arc;
use std::sync::Mutex;

use async_trait::async_trait;
use domain::quota::Quota;
use domain::{Envelope, Log, Position, StreamId, TenantId, Timestamp, UserId, Version};
use journal::{
    Append, AppendError, AppendStats, Appended, EventQuery, Idempotency, Journal, JournalError, Replayed,
    SqliteJournal, UniqueKey,
};
use tokio::sync::watch;
use tokio::task::JoinSet;
use uuid::Uuid;

#[derive(Clone, Copy, Debug)]
pub enum Fault {
    NotDone,
    NotTold,
}

struct Plan {
    fault: Fault,
    /// The number of appends that succeed first.
    spared: usize,
    left: usize,
}

pub struct Unreliable {
    inner: Arc<SqliteJournal>,
    plan: Mutex<Plan>,
    held: watch::Sender<bool>,
    /// Appends in progress. They continue when their callers are cancelled, like those in a writer's queue.
    running: Mutex<JoinSet<()>>,
    turn: Arc<tokio::sync::Mutex<()>>,
}

impl Unreliable {
    pub fn over(inner: Arc<SqliteJournal>) -> Self {
        let plan = Mutex::new(Plan { fault: Fault::NotDone, spared: 0, left: 0 });
        let held = watch::Sender::new(false);
        let running = Mutex::default();
        Self { inner, plan, held, running, turn: Arc::default() }
    }

    pub fn fail(&self, fault: Fault, spared: usize, times: usize) {
        *self.plan.lock().unwrap() = Plan { fault, spared, left: times };
    }

    /// Makes appends wait until `let_go`.
    pub fn hold(&self) {
        self.held.send_replace(true);
    }

    pub fn let_go(&self) {
        self.held.send_replace(false);
    }

    fn fault(&self) -> Option<Fault> {
        let mut plan = self.plan.lock().unwrap();
        if plan.spared > 0 {
            plan.spared -= 1;
            return None;
        }
        plan.left = plan.left.checked_sub(1)?;
        Some(plan.fault)
    }
}

fn failed() -> AppendError {
    JournalError::Unavailable("it fails now and then".into()).into()
}

#[async_trait]
impl Journal for Unreliable {
    async fn append(&self, append: Append) -> Result<Appended, AppendError> {
        let fault = self.fault();
        if matches!(fault, Some(Fault::NotDone)) {
            return Err(failed());
        }
        tokio::task::yield_now().await;
        let (answer, answered) = tokio::sync::oneshot::channel();
        let inner = Arc::clone(&self.inner);
        let mut held = self.held.subscribe();
        let turn = Arc::clone(&self.turn);
        self.running.lock().unwrap().spawn(async move {
            // Appends run in the order in which they arrived.
            let _turn = turn.lock().await;
            let _ = held.wait_for(|held| !held).await;
            let _ = answer.send(inner.append(append).await);
        });
        let appended = answered.await.map_err(|_| failed())?;
        tokio::task::yield_now().await;
        if fault.is_some() { Err(failed()) } else { appended }
    }

    async fn read_stream(&self, stream: &StreamId, after: Version) -> Result<Vec<Envelope>, JournalError> {
        self.inner.read_stream(stream, after).await
    }

    async fn read_after(&self, position: Position, limit: usize) -> Result<Vec<Envelope>, JournalError> {
        self.inner.read_after(position, limit).await
    }

    async fn read_user(
        &self,
        tenant: &TenantId,
        user: UserId,
        log: Log,
        after: (Timestamp, Uuid),
        limit: usize,
    ) -> Result<Vec<Envelope>, JournalError> {
        self.inner.read_user(tenant, user, log, after, limit).await
    }

    async fn find(&self, query: &EventQuery) -> Result<Vec<Envelope>, JournalError> {
        self.inner.find(query).await
    }

    async fn head(&self, log: Log) -> Result<Position, JournalError> {
        self.inner.head(log).await
    }

    async fn held(&self, tenant: &TenantId, owner: UserId, quota: Quota) -> Result<u64, JournalError> {
        self.inner.held(tenant, owner, quota).await
    }

    async fn owner(&self, unique_key: &UniqueKey) -> Result<Option<StreamId>, JournalError> {
        self.inner.owner(unique_key).await
    }

    async fn earlier(&self, log: Log, request: &Idempotency) -> Result<Option<Replayed>, AppendError> {
        self.inner.earlier(log, request).await
    }

    fn append_stats(&self, log: Log) -> AppendStats {
        self.inner.append_stats(log)
    }

    fn committed(&self, log: Log) -> watch::Receiver<u64> {
        self.inner.committed(log)
    }
}
