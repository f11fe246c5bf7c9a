//! The journal in SQLite files, one file per log. Each log has a single writer, so positions are consecutive in
//! commit order by construction. `synchronous=FULL` makes an acknowledged commit survive a power cut.

mod again;
mod archiving;
mod commits;
pub mod copy;
mod driver;
mod file;
mod holdings;
mod idempotency;
mod reader;
mod recent;
mod segment;
mod segments;
mod through;
mod writer;

use crate::ErrorCause;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use domain::quota::Quota;
use domain::{Clock, Envelope, Log, Position, StreamId, TenantId, Timestamp, UserId, Version};
use supervisor::Supervisor;
use tokio::sync::{mpsc, oneshot, watch};
use uuid::Uuid;

use crate::{
    Append, AppendError, AppendStats, Appended, EventQuery, Idempotency, Journal, JournalError, Refused,
    Replayed, UniqueKey,
};
pub use archiving::{Archived, Cut};
use commits::Commits;
pub use commits::rewrite_header;
pub use driver::{Driver, Fate, Fates};
use reader::Readers;
use recent::Recent;
use segments::Segments;
use writer::{CommitSignals, Message, Writer};

/// Batch and queue limits of the journal.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The maximum number of appends in one transaction.
    pub batch: usize,
    /// The maximum number of queued appends; beyond it callers wait.
    pub queue: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { batch: 512, queue: 4096 }
    }
}

/// Two log files, `facts.db` and `activity.db`, in one directory, plus the archived months of activity in
/// `segments/`. Only one process may open it; the caller must hold the directory's lock.
#[derive(Debug)]
pub struct SqliteJournal {
    logs: [LogFile; 2],
    clock: Clock,
}

#[derive(Debug)]
struct LogFile {
    log: Log,
    epoch: u32,
    queue: mpsc::Sender<Message>,
    committed: watch::Receiver<u64>,
    readers: Arc<Readers>,
    recent: Arc<Recent>,
    commits: Arc<Commits>,
    archiving: tokio::sync::Mutex<()>,
    /// Reads on the caller's thread instead of a blocking thread.
    in_place: bool,
}

impl SqliteJournal {
    /// Opens the journal in `directory`, creating it if it does not exist.
    ///
    /// # Errors
    /// If a file cannot be opened or is not a journal of this application.
    pub fn open(directory: &Path, clock: &Clock, limits: Limits) -> Result<Self, JournalError> {
        Self::supervised(directory, clock, limits, &Supervisor::default())
    }

    /// As [`Self::open`], with the threads registered at `supervisor` as `facts-writer`, `facts-checkpoint` and the
    /// same for `activity`.
    ///
    /// # Errors
    /// As for [`Self::open`].
    pub fn supervised(
        directory: &Path,
        clock: &Clock,
        limits: Limits,
        supervisor: &Supervisor,
    ) -> Result<Self, JournalError> {
        directory_of(directory)?;
        let open = |log: Log| {
            LogFile::open(&directory.join(format!("{}.db", log.as_str())), log, (clock, limits), supervisor)
        };
        let logs = [open(Log::Facts)?, open(Log::Activity)?];
        Ok(Self { logs, clock: clock.clone() })
    }

    /// Archives every month (UTC) of activity that ended before `before`: its events move from rows into compressed
    /// files, and reads return them unchanged. Appends and reads continue meanwhile. If the call is cancelled, the
    /// next one continues the work.
    ///
    /// # Errors
    /// If a file cannot be written or the journal is unavailable. No event is then lost or duplicated.
    pub async fn archive(&self, before: Timestamp) -> Result<Archived, JournalError> {
        self.archive_in(before, Cut::default()).await
    }

    /// As [`Self::archive`], with other sizes of segments and blocks.
    ///
    /// # Errors
    /// As for [`Self::archive`].
    pub async fn archive_in(&self, before: Timestamp, cut: Cut) -> Result<Archived, JournalError> {
        self.file(Log::Activity).archive(before.month(), self.clock.now(), cut).await
    }

    /// Reads up to `limit` facts of one type across all tenants, in order after `seq`.
    ///
    /// # Errors
    /// If the journal is unavailable.
    pub async fn facts_of(
        &self,
        event_type: &'static str,
        seq: u64,
        limit: usize,
    ) -> Result<Vec<Envelope>, JournalError> {
        self.file(Log::Facts).read(move |readers| readers.of_type(event_type, seq, limit)).await
    }

    /// Reads the newest `limit` facts of one type across all tenants, newest first.
    ///
    /// # Errors
    /// If the journal is unavailable.
    pub async fn newest_facts_of(
        &self,
        event_type: &'static str,
        limit: usize,
    ) -> Result<Vec<Envelope>, JournalError> {
        self.file(Log::Facts).read(move |readers| readers.newest_of_type(event_type, limit)).await
    }

    /// Finishes the queued work and closes the files. Later appends fail as unavailable.
    pub async fn close(&self) {
        for file in &self.logs {
            let (done, closed) = oneshot::channel();
            if file.queue.send(Message::Close(done)).await.is_ok() {
                let _ = closed.await;
            }
        }
    }

    /// Returns once `log` is known to accept commits: either a commit succeeded `within` this time, or a small
    /// equally durable commit that changes nothing succeeds now.
    ///
    /// # Errors
    /// If neither is the case.
    pub async fn takes_commits(&self, log: Log, within: Duration) -> Result<(), JournalError> {
        self.file(log).takes_commits(within).await
    }

    /// The number of failed commits of `log` since it was opened. A change is the signal to call
    /// [`Self::takes_commits`].
    #[must_use]
    pub fn failed_commits(&self, log: Log) -> watch::Receiver<u64> {
        self.file(log).commits.failures()
    }

    fn file(&self, log: Log) -> &LogFile {
        &self.logs[log.index()]
    }
}

fn directory_of(directory: &Path) -> Result<(), JournalError> {
    crate::make_directory(directory)
        .map_err(|e| JournalError::Unavailable(format!("{}: {e}", directory.display()).into()))
}

impl LogFile {
    fn open(
        path: &Path,
        log: Log,
        settings: (&Clock, Limits),
        supervisor: &Supervisor,
    ) -> Result<Self, JournalError> {
        let (file, writer, incoming) = Self::beside(path, log, settings)?;
        writer.start(path, incoming, supervisor)?;
        Ok(file)
    }

    /// Opens the log and its writer without starting the writer.
    fn beside(
        path: &Path,
        log: Log,
        (clock, limits): (&Clock, Limits),
    ) -> Result<(Self, Writer, mpsc::Receiver<Message>), JournalError> {
        let connection = file::open(path)?;
        let (epoch, head) = file::identity(&connection)?;
        // Only activity is read so rarely that it may be archived.
        let segments = match log {
            Log::Facts => None,
            Log::Activity => Some(Segments::beside(path, log, &connection)?),
        };
        let (queue, incoming) = mpsc::channel(limits.queue);
        let (committed_tx, committed) = watch::channel(head);
        let start = Position { log, epoch, seq: head };
        let recent = Arc::new(Recent::default());
        let commits = Arc::new(Commits::default());
        let (recent_too, commits_too) = (Arc::clone(&recent), Arc::clone(&commits));
        let told = CommitSignals { committed: committed_tx, recent: recent_too, commits: commits_too };
        let readers = Arc::new(Readers::new(path, Position::start(log, epoch), segments));
        let shared = (told, Arc::clone(&readers));
        let writer = Writer::new(connection, path, start, (limits.batch, clock.clone()), shared)?;
        let archiving = tokio::sync::Mutex::default();
        let in_place = false;
        let file = Self { log, epoch, queue, committed, readers, recent, commits, archiving, in_place };
        Ok((file, writer, incoming))
    }

    async fn read<T: Send + 'static>(
        &self,
        query: impl FnOnce(&Readers) -> Result<T, JournalError> + Send + 'static,
    ) -> Result<T, JournalError> {
        let readers = Arc::clone(&self.readers);
        if self.in_place {
            let found = query(&readers);
            // Let other tasks run before the caller gets the result, as they could with a blocking thread.
            tokio::task::yield_now().await;
            return found;
        }
        tokio::task::spawn_blocking(move || query(&readers))
            .await
            .unwrap_or_else(|e| Err(JournalError::Unavailable(ErrorCause::new(e))))
    }
}

fn closed() -> AppendError {
    AppendError::Journal(JournalError::Unavailable("it is shutting down".into()))
}

/// The writer failed between a commit and its answer.
fn unanswered() -> AppendError {
    AppendError::Journal(JournalError::Unavailable("it gave no answer; it may be done".into()))
}

#[async_trait]
impl Journal for SqliteJournal {
    async fn append(&self, append: Append) -> Result<Appended, AppendError> {
        let (reply, answer) = oneshot::channel();
        let file = self.file(append.stream.log());
        file.queue.send(Message::Append(Box::new(append), reply)).await.map_err(|_| closed())?;
        answer.await.map_err(|_| unanswered())?
    }

    async fn read_stream(&self, stream: &StreamId, after: Version) -> Result<Vec<Envelope>, JournalError> {
        let stream = stream.clone();
        self.file(stream.log()).read(move |readers| readers.stream(&stream, after)).await
    }

    async fn read_after(&self, position: Position, limit: usize) -> Result<Vec<Envelope>, JournalError> {
        let file = self.file(position.log);
        if position.epoch != file.epoch {
            return Err(JournalError::OtherHistory { asked: position, epoch: file.epoch });
        }
        if let Some(found) = file.recent.after(position.seq, limit) {
            return Ok(found);
        }
        file.read(move |readers| readers.after(position.seq, limit)).await
    }

    async fn read_user(
        &self,
        tenant: &TenantId,
        user: UserId,
        log: Log,
        after: (Timestamp, Uuid),
        limit: usize,
    ) -> Result<Vec<Envelope>, JournalError> {
        let tenant = tenant.clone();
        self.file(log).read(move |readers| readers.user(&tenant, user, after, limit)).await
    }

    async fn find(&self, query: &EventQuery) -> Result<Vec<Envelope>, JournalError> {
        let query = query.clone();
        self.file(query.log).read(move |readers| readers.find(&query)).await
    }

    async fn head(&self, log: Log) -> Result<Position, JournalError> {
        let file = self.file(log);
        Ok(Position { log: file.log, epoch: file.epoch, seq: *file.committed.borrow() })
    }

    async fn held(&self, tenant: &TenantId, owner: UserId, quota: Quota) -> Result<u64, JournalError> {
        let tenant = tenant.clone();
        self.file(Log::Facts).read(move |readers| readers.held(&tenant, owner, quota)).await
    }

    async fn owner(&self, unique_key: &UniqueKey) -> Result<Option<StreamId>, JournalError> {
        let unique_key = unique_key.clone();
        self.file(Log::Facts).read(move |readers| readers.owner(&unique_key)).await
    }

    async fn earlier(&self, log: Log, request: &Idempotency) -> Result<Option<Replayed>, AppendError> {
        let request = request.clone();
        match self.file(log).read(move |readers| readers.replayed(&request)).await? {
            Some(Refused::Replayed(first)) => Ok(Some(first)),
            Some(other) => Err(other.into()),
            None => Ok(None),
        }
    }

    fn committed(&self, log: Log) -> watch::Receiver<u64> {
        self.file(log).committed.clone()
    }

    fn append_stats(&self, log: Log) -> AppendStats {
        self.file(log).commits.stats()
    }
}

impl From<rusqlite::Error> for JournalError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Unavailable(ErrorCause::new(error))
    }
}
