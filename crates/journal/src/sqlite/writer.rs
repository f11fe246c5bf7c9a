//! The single writer of a log. It commits all queued appends in one transaction with one fsync, then answers each
//! caller.

use crate::ErrorCause;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::time::Duration;

use domain::{Clock, Log, Position, StreamId, Version};
use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};
use supervisor::{Supervised, Supervisor};
use tokio::sync::{mpsc, oneshot, watch};

use super::again;
use super::commits::Commits;
use super::file;
use super::holdings;
use super::idempotency;
use super::reader::Readers;
use super::recent::{Recent, envelopes};
use crate::{Append, AppendError, Appended, Expected, JournalError, Refused, UniqueKey};

/// Messages to the writer.
pub enum Message {
    Append(Box<Append>, AppendReply),
    Chore(Chore, oneshot::Sender<Result<usize, JournalError>>),
    Close(oneshot::Sender<()>),
}

type AppendReply = oneshot::Sender<Result<Appended, AppendError>>;
/// Short work between two batches, taking less time than a batch. Returns the number of changed rows.
pub type Chore = Box<dyn FnOnce(&Connection) -> Result<usize, JournalError> + Send>;
type AppendOutcome = Result<Placed, Refused>;

/// Where the events of an append are.
enum Placed {
    Now(Appended),
    /// An earlier attempt appended them.
    Before(Appended),
}

/// Rows between two requested checkpoints, and the size of the write-ahead log at which the writer resets it itself.
const ROWS_BETWEEN_CHECKPOINTS: u64 = 4_000;
const WAL_MOST_BYTES: u64 = 256 << 20;
/// Idempotency records are kept for this much running time.
const KEPT_MICROS: i64 = 24 * 3600 * 1_000_000;

/// Receivers of the outcome of each commit.
pub struct CommitSignals {
    pub committed: watch::Sender<u64>,
    pub recent: Arc<Recent>,
    pub commits: Arc<Commits>,
}

/// The outcome of a commit in a simulation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It succeeds and its callers are answered.
    Done,
    /// It fails and changes nothing.
    NotDone,
    /// It succeeds, but its callers get an error.
    Untold,
    /// It succeeds, but the writer panics before anybody is answered.
    Panic,
}

/// Decides the outcome of the next commit of a log.
pub type Fates = Arc<dyn Fn(Log) -> Fate + Send + Sync>;

pub struct Writer {
    connection: Connection,
    wal: PathBuf,
    last: Position,
    batch: usize,
    ages: Ages,
    told: CommitSignals,
    readers: Arc<Readers>,
    /// Requests to the checkpoint thread; a simulation has none.
    checkpoint: Option<SyncSender<()>>,
    rows_since_checkpoint: u64,
    /// The appends of the current batch that have not been answered yet.
    waiting: Vec<(Box<Append>, AppendReply)>,
    fates: Option<Fates>,
}

impl Writer {
    /// Creates the writer of the log in the file at `path`, whose newest event is at `last`.
    pub fn new(
        connection: Connection,
        path: &Path,
        last: Position,
        (batch, clock): (usize, Clock),
        (told, readers): (CommitSignals, Arc<Readers>),
    ) -> Result<Self, JournalError> {
        let mut wal = path.as_os_str().to_owned();
        wal.push("-wal");
        let ages = Ages::of(&connection, clock)?;
        Ok(Self {
            connection,
            wal: PathBuf::from(wal),
            last,
            batch,
            ages,
            told,
            readers,
            checkpoint: None,
            rows_since_checkpoint: 0,
            waiting: Vec::with_capacity(batch),
            fates: None,
        })
    }

    /// Starts the writer and its checkpoint thread. Both end when the queue closes.
    pub fn start(
        mut self,
        path: &Path,
        mut incoming: mpsc::Receiver<Message>,
        supervisor: &Supervisor,
    ) -> Result<(), JournalError> {
        let (checkpoint, asked) = sync_channel(1);
        self.checkpoint = Some(checkpoint);
        let for_checkpoints = Connection::open(path)?;
        let name = self.last.log.as_str();
        let named = |what: &str| supervisor.named(format!("{name}-{what}"));
        let checkpoints = move |thread: &Supervised| checkpoints(thread, &for_checkpoints, &asked);
        let write = move |thread: &Supervised| self.run(thread, &mut incoming);
        named("checkpoint")
            .thread(checkpoints)
            .and_then(|()| named("writer").thread(write))
            .map_err(|e| JournalError::Unavailable(ErrorCause::new(e)))
    }

    /// Makes the writer take the outcomes of its commits from `fates`, for simulations.
    pub fn with_fates(self, fates: Fates) -> Self {
        Self { fates: Some(fates), ..self }
    }

    fn run(&mut self, thread: &Supervised, incoming: &mut mpsc::Receiver<Message>) {
        while let Some(first) = incoming.blocking_recv() {
            if self.turn(thread, first, incoming) {
                return;
            }
        }
    }

    /// Processes `first` and the queued messages after it, up to one batch. Returns true when the journal was closed.
    pub fn turn(
        &mut self,
        thread: &Supervised,
        first: Message,
        incoming: &mut mpsc::Receiver<Message>,
    ) -> bool {
        let mut next = Some(first);
        let (mut close, mut chore) = (None, None);
        while let Some(message) = next.take() {
            match message {
                Message::Append(append, reply) => self.waiting.push((append, reply)),
                Message::Chore(work, reply) => chore = Some((work, reply)),
                Message::Close(done) => close = Some(done),
            }
            if close.is_none() && chore.is_none() && self.waiting.len() < self.batch {
                next = incoming.try_recv().ok();
            }
        }
        if thread.attempt(|| self.work(thread, chore)).is_none() {
            // Callers are told that the outcome is unknown. Whatever was committed is in the file.
            self.recover();
            self.refuse(&JournalError::Unavailable("its writer broke off; it may be done".into()));
        }
        let Some(done) = close else { return false };
        self.close(incoming);
        let _ = done.send(());
        true
    }

    /// Commits a batch, then runs the chore if there is one.
    fn work(
        &mut self,
        thread: &Supervised,
        chore: Option<(Chore, oneshot::Sender<Result<usize, JournalError>>)>,
    ) {
        self.commit(thread);
        if let Some((work, reply)) = chore {
            let changed = work(&self.connection);
            self.rows_since_checkpoint += *changed.as_ref().unwrap_or(&0) as u64;
            let _ = reply.send(changed);
        }
        self.ask_for_checkpoint();
    }

    fn close(&mut self, incoming: &mut mpsc::Receiver<Message>) {
        incoming.close();
        let _ = self.connection.execute_batch("pragma wal_checkpoint(truncate)");
        // Release the files before returning.
        if let Ok(nothing) = Connection::open_in_memory() {
            drop(std::mem::replace(&mut self.connection, nothing));
        }
    }

    /// Commits all acceptable appends of the batch, then answers every caller.
    fn commit(&mut self, thread: &Supervised) {
        if self.waiting.is_empty() {
            return;
        }
        metrics::histogram!("journal_batch_appends", "log" => self.last.log.as_str())
            .record(u32::try_from(self.waiting.len()).unwrap_or(u32::MAX));
        match self.transaction() {
            Ok((outcomes, last)) => {
                thread.strike();
                self.told.commits.succeeded();
                self.rows_since_checkpoint += last.seq - self.last.seq;
                self.last = last;
                let mut replies = Vec::with_capacity(self.waiting.len());
                let mut committed = Vec::with_capacity(self.waiting.len());
                for ((append, reply), outcome) in self.waiting.drain(..).zip(outcomes) {
                    if let Ok(Placed::Now(appended)) = &outcome {
                        committed.extend(envelopes(*append, *appended));
                    }
                    let outcome = outcome.map(|(Placed::Now(appended) | Placed::Before(appended))| appended);
                    replies.push((reply, outcome));
                }
                self.told.commits.wrote(&committed);
                self.told.recent.add(committed);
                self.told.committed.send_replace(last.seq);
                for (reply, outcome) in replies {
                    let _ = reply.send(outcome.map_err(AppendError::Refused));
                }
            }
            Err(error) => {
                tracing::error!(log = self.last.log.as_str(), %error, "a journal transaction failed");
                self.recover();
                self.refuse(&error);
            }
        }
    }

    fn refuse(&mut self, error: &JournalError) {
        self.told.commits.not_written(self.waiting.len());
        for (_, reply) in self.waiting.drain(..) {
            let _ = reply.send(Err(AppendError::Journal(error.clone())));
        }
    }

    fn transaction(&mut self) -> Result<(Vec<AppendOutcome>, Position), JournalError> {
        let now = self.ages.now();
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut last = self.last;
        let mut outcomes = Vec::with_capacity(self.waiting.len());
        for (append, _) in &self.waiting {
            let placed = again::place(&transaction, &self.readers, append, last)?;
            outcomes.push(match placed {
                Some(appended) => Ok(Placed::Before(appended)),
                None => one(&transaction, append, &mut last, now)?.map(Placed::Now),
            });
        }
        transaction
            .prepare_cached("delete from idempotency where created_at < ?1")?
            .execute([now - KEPT_MICROS])?;
        let fate = self.fates.as_ref().map_or(Fate::Done, |fates| fates(last.log));
        if fate == Fate::NotDone {
            return Err(JournalError::Unavailable("the commit failed".into()));
        }
        transaction.commit()?;
        match fate {
            Fate::Done | Fate::NotDone => Ok((outcomes, last)),
            Fate::Untold => Err(JournalError::Unavailable("the commit is done, and not told".into())),
            Fate::Panic => panic!("the commit is done, and its writer panics"),
        }
    }

    /// Reloads the head from the file after a failed commit, because the file is authoritative.
    fn recover(&mut self) {
        self.told.commits.failed();
        self.told.recent.clear();
        if let Ok(head) = file::head(&self.connection) {
            self.last = self.last.at(head);
            self.told.committed.send_replace(head);
        }
    }

    /// Restarts the write-ahead log from its beginning, unless a reader such as a backup still uses it. Appends never
    /// wait for readers.
    fn reset(&self) -> rusqlite::Result<()> {
        self.connection.busy_timeout(Duration::ZERO)?;
        let reset = self.connection.query_row("pragma wal_checkpoint(restart)", [], |_| Ok(()));
        self.connection.busy_timeout(file::PATIENCE)?;
        reset
    }

    fn ask_for_checkpoint(&mut self) {
        if self.rows_since_checkpoint < ROWS_BETWEEN_CHECKPOINTS {
            return;
        }
        self.rows_since_checkpoint = 0;
        let asked = self.checkpoint.as_ref().map(|checkpoint| checkpoint.try_send(()));
        if let Some(Err(TrySendError::Disconnected(()))) = asked {
            tracing::error!(log = self.last.log.as_str(), "the checkpoint thread is gone");
        }
        let too_long = std::fs::metadata(&self.wal).is_ok_and(|wal| wal.len() > WAL_MOST_BYTES);
        if too_long && let Err(error) = self.reset() {
            tracing::warn!(log = self.last.log.as_str(), %error, "the write-ahead log could not be reset");
        }
    }
}

/// The time by which idempotency records expire. It starts at the time of the newest record and advances only while
/// the process runs, so changing the machine's clock never expires a record early.
struct Ages {
    start: i64,
    since: Duration,
    clock: Clock,
}

impl Ages {
    fn of(connection: &Connection, clock: Clock) -> rusqlite::Result<Self> {
        let newest: Option<i64> =
            connection.query_row("select max(created_at) from idempotency", [], |row| row.get(0))?;
        Ok(Self { start: newest.unwrap_or(clock.now().micros()), since: clock.monotonic(), clock })
    }

    fn now(&self) -> i64 {
        let running = self.clock.monotonic().saturating_sub(self.since);
        self.start.saturating_add(i64::try_from(running.as_micros()).unwrap_or(i64::MAX))
    }
}

/// Copies committed pages into the database file, outside the commit path.
fn checkpoints(thread: &Supervised, connection: &Connection, asked: &Receiver<()>) {
    while asked.recv().is_ok() {
        thread.attempt(|| {
            if let Err(error) = connection.query_row("pragma wal_checkpoint(passive)", [], |_| Ok(())) {
                tracing::warn!(%error, "a checkpoint failed; the next one copies its pages too");
            }
        });
    }
}

/// Validates one append with plain reads, then writes it. A refused append has written nothing.
fn one(
    tx: &Connection,
    append: &Append,
    last: &mut Position,
    now: i64,
) -> Result<Result<Appended, Refused>, JournalError> {
    if let Some(request) = &append.idempotency
        && let Some(found) = idempotency::replayed(tx, request, *last)?
    {
        return Ok(Err(found));
    }
    let stream = &append.stream;
    let head = stream_head(tx, stream)?;
    let (version, first) = head.map_or((0, None), |(version, first, _)| (version, Some(first)));
    if let Expected::Exactly(expected) = append.expected
        && expected != version
    {
        return Ok(Err(Refused::Conflict { expected, actual: version }));
    }
    for unique_key in &append.unique_keys.take {
        if let Some(owner) = holder(tx, unique_key)?
            && owner != *stream
        {
            return Ok(Err(Refused::Taken { kind: unique_key.kind, owner }));
        }
    }
    if let Some(over) = holdings::refused(tx, append)? {
        return Ok(Err(over));
    }
    if append.events.is_empty() {
        let position = last.at(head.map_or(0, |(_, _, position)| position));
        return Ok(Ok(Appended { version, position }));
    }
    holdings::note(tx, append)?;
    let start = last.seq + 1;
    let mut appended = Appended { version, position: *last };
    for event in &append.events {
        *last = last.at(last.seq + 1);
        appended = Appended { version: appended.version + 1, position: *last };
        insert(tx, stream, event, appended)?;
    }
    set_head(tx, stream, appended, first.unwrap_or(start))?;
    change_unique_keys(tx, append)?;
    if let Some(request) = &append.idempotency {
        idempotency::remember(tx, request, appended, now)?;
    }
    Ok(Ok(appended))
}

fn stream_head(tx: &Connection, stream: &StreamId) -> rusqlite::Result<Option<(Version, u64, u64)>> {
    tx.prepare_cached(
        "select version, first_position, last_position from streams where id = ?1 and type = ?2 and tenant = ?3",
    )?
    .query_row(params![&*stream.id, &*stream.kind, stream.tenant.as_str()], |row| {
        Ok((row.get(0)?, row.get(1)?, row.get(2)?))
    })
    .optional()
}

fn set_head(tx: &Connection, stream: &StreamId, appended: Appended, first: u64) -> rusqlite::Result<usize> {
    tx.prepare_cached(
        "insert into streams (tenant, type, id, version, first_position, last_position)
         values (?1, ?2, ?3, ?4, ?5, ?6) on conflict (id, type, tenant)
         do update set version = excluded.version, last_position = excluded.last_position",
    )?
    .execute(params![
        stream.tenant.as_str(),
        &*stream.kind,
        &*stream.id,
        appended.version,
        first,
        appended.position.seq
    ])
}

fn insert(
    tx: &Connection,
    stream: &StreamId,
    event: &crate::NewEvent,
    at: Appended,
) -> rusqlite::Result<usize> {
    tx.prepare_cached(
        "insert into event_store (position, event_id, tenant_id, aggregate_type, aggregate_id, version, user_id,
         event_type, schema_version, event_data, event_metadata, timestamp)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
    )?
    .execute(params![
        at.position.seq,
        event.event_id.as_bytes(),
        stream.tenant.as_str(),
        &*stream.kind,
        &*stream.id,
        at.version,
        event.user_id.map(|user| *user.uuid().as_bytes()),
        &*event.event_type,
        event.schema_version,
        &*event.data,
        &*event.metadata,
        event.timestamp.micros(),
    ])
}

fn holder(tx: &Connection, unique_key: &UniqueKey) -> rusqlite::Result<Option<StreamId>> {
    tx.prepare_cached(
        "select stream_type, stream_id from claims where digest = ?1 and kind = ?2 and tenant = ?3",
    )?
    .query_row(params![unique_key.digest, unique_key.kind, unique_key.tenant.as_str()], |row| {
        let kind: String = row.get(0)?;
        Ok(StreamId::new(&unique_key.tenant, &kind, row.get::<_, String>(1)?))
    })
    .optional()
}

fn change_unique_keys(tx: &Connection, append: &Append) -> rusqlite::Result<()> {
    let stream = &append.stream;
    if append.unique_keys.release_all {
        tx.prepare_cached("delete from claims where stream_id = ?1 and stream_type = ?2 and tenant = ?3")?
            .execute(params![&*stream.id, &*stream.kind, stream.tenant.as_str()])?;
    }
    for unique_key in &append.unique_keys.take {
        tx.prepare_cached(
            "insert or ignore into claims (tenant, kind, digest, stream_type, stream_id) values (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![unique_key.tenant.as_str(), unique_key.kind, unique_key.digest, &*stream.kind, &*stream.id])?;
    }
    Ok(())
}
