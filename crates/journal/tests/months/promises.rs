//! The conformance checks, run on a journal that archives its events between reads.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use domain::quota::Quota;
use domain::{Envelope, Log, Position, StreamId, TenantId, Timestamp, UserId, Version};
use journal::sqlite::Cut;
use journal::{
    Append, AppendError, AppendStats, Appended, EventQuery, Idempotency, Journal, JournalError, Replayed,
    SqliteJournal, UniqueKey, conformance,
};
use tokio::sync::watch;
use uuid::Uuid;

use super::scene::{at, files, open, rows};

/// Archives once per this many reads. Each run leaves files that all later reads go through.
const READINGS: usize = 16;

struct Sealing {
    journal: SqliteJournal,
    readings: AtomicUsize,
}

impl Sealing {
    async fn archive(&self) {
        if self.readings.fetch_add(1, Ordering::Relaxed).is_multiple_of(READINGS) {
            let cut = Cut { segment_events: 100, block_bytes: 2000 };
            self.journal.archive_in(at("2100-01-01"), cut).await.unwrap();
        }
    }
}

#[async_trait]
impl Journal for Sealing {
    async fn append(&self, append: Append) -> Result<Appended, AppendError> {
        self.journal.append(append).await
    }

    async fn read_stream(&self, stream: &StreamId, after: Version) -> Result<Vec<Envelope>, JournalError> {
        self.archive().await;
        self.journal.read_stream(stream, after).await
    }

    async fn read_after(&self, position: Position, limit: usize) -> Result<Vec<Envelope>, JournalError> {
        self.archive().await;
        self.journal.read_after(position, limit).await
    }

    async fn read_user(
        &self,
        tenant: &TenantId,
        user: UserId,
        log: Log,
        after: (Timestamp, Uuid),
        limit: usize,
    ) -> Result<Vec<Envelope>, JournalError> {
        self.archive().await;
        self.journal.read_user(tenant, user, log, after, limit).await
    }

    async fn find(&self, query: &EventQuery) -> Result<Vec<Envelope>, JournalError> {
        self.archive().await;
        self.journal.find(query).await
    }

    async fn head(&self, log: Log) -> Result<Position, JournalError> {
        self.journal.head(log).await
    }

    async fn held(&self, tenant: &TenantId, owner: UserId, quota: Quota) -> Result<u64, JournalError> {
        self.journal.held(tenant, owner, quota).await
    }

    async fn owner(&self, unique_key: &UniqueKey) -> Result<Option<StreamId>, JournalError> {
        self.journal.owner(unique_key).await
    }

    async fn earlier(&self, log: Log, request: &Idempotency) -> Result<Option<Replayed>, AppendError> {
        self.journal.earlier(log, request).await
    }

    fn append_stats(&self, log: Log) -> AppendStats {
        self.journal.append_stats(log)
    }

    fn committed(&self, log: Log) -> watch::Receiver<u64> {
        self.journal.committed(log)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_promise_is_kept_through_seals() {
    let directory = tempfile::tempdir().unwrap();
    let journal = Arc::new(Sealing { journal: open(directory.path()), readings: AtomicUsize::default() });
    let asked: Arc<dyn Journal> = Arc::<Sealing>::clone(&journal);
    conformance::all(&asked).await;
    conformance::all_at_once(&asked).await;
    journal.journal.archive(at("2100-01-01")).await.unwrap();
    assert_eq!(rows(directory.path()), 0);
    assert!(files(directory.path()).len() > 20, "most of it was read from segments");
}
