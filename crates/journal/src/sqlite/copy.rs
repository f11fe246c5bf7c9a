//! Copies of logs for backups. They are made while the journal is in use, and each part contains what was added since
//! the previous one.
//!
//! ```text
//! part 1: events 1..900     part 2: events 901..1500     part 3 …      + every segment's file, once
//!         all streams, unique keys       those that changed
//! ```
//! Events never change, so they are copied in pages without a snapshot. Streams, unique keys and idempotency records
//! are read in one short snapshot, and the copy ends at the head of that snapshot. The copy and the writer never wait
//! for each other.

mod chain;
mod check;
mod restore;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use domain::{Log, Position, Timestamp};
use rusqlite::{Connection, OpenFlags, OptionalExtension, params};
use uuid::Uuid;

use super::{LogFile, SqliteJournal, file, segments};
use crate::{JournalError, KeyRing};

pub use chain::Chain;
pub use check::Checked;

/// Events copied between two calls of the tick function.
const PAGE: u64 = 4096;

/// Where a copy of a log ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CopyEnd {
    /// The epoch of the log.
    pub epoch: u32,
    /// The position of the last event; 0 for an empty log.
    pub seq: u64,
    /// The id of the last event.
    pub event_id: Option<Uuid>,
}

/// A copy failed or is incomplete.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// The journal being copied is unavailable or damaged.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The journal is not the one that the previous copies were made from.
    #[error("the {log} log is not the one that was copied before: it does not hold the event at {at}; begin in an empty directory", log = .at.log.as_str())]
    AnotherHistory {
        /// Where the previous copies end.
        at: Position,
    },
    /// A copy is damaged.
    #[error("{}: {what}", .file.display())]
    Damaged {
        /// Its file.
        file: PathBuf,
        /// What is wrong with it.
        what: String,
    },
    /// A file cannot be read or written.
    #[error("{}: {error}", .file.display())]
    File {
        /// Its path.
        file: PathBuf,
        /// The reason.
        error: String,
    },
    /// The key store is unavailable.
    #[error(transparent)]
    Keys(#[from] crate::keys::KeyError),
    /// The caller stopped the work.
    #[error("it was stopped")]
    Stopped,
}

impl CopyError {
    fn sqlite(file: &Path) -> impl Fn(rusqlite::Error) -> Self {
        move |error| Self::File { file: file.to_owned(), error: error.to_string() }
    }

    fn io(file: &Path) -> impl Fn(std::io::Error) -> Self {
        move |error| Self::File { file: file.to_owned(), error: error.to_string() }
    }

    fn damaged(file: &Path, what: impl Into<String>) -> Self {
        Self::Damaged { file: file.to_owned(), what: what.into() }
    }
}

/// Called with the number of events processed since the last call. An error stops the work.
pub type Tick<'t> = &'t mut dyn FnMut(u64) -> Result<(), CopyError>;

/// The other tables to copy, each with the query for the rows changed after `{since}`. A unique key changes only with
/// appends to its stream, so copying the unique keys of all changed streams is complete.
pub(super) const TABLES: [(&str, &str); 4] = [
    ("streams", "select * from main.streams where last_position > {since}"),
    (
        "claims",
        "select c.* from copy.streams s cross join main.claims c
         on c.stream_id = s.id and c.stream_type = s.type and c.tenant = s.tenant",
    ),
    ("idempotency", "select * from main.idempotency where position > {since}"),
    ("segments", "select * from main.segments"),
];

impl SqliteJournal {
    /// Copies what was added to `log` after `since` into the new file `into`; without `since`, everything. Archived
    /// events are not included: their files are [`Self::segment_file`]s. Blocks, and prevents archiving meanwhile.
    ///
    /// # Errors
    /// If the journal is not the one of `since`, is unavailable, or `into` cannot be written.
    pub fn copy(
        &self,
        log: Log,
        since: Option<CopyEnd>,
        into: &Path,
        tick: Tick<'_>,
    ) -> Result<CopyEnd, CopyError> {
        self.file(log).copy(since, into, tick)
    }

    /// The minimum number of events that a copy of `log` after `since` has to read.
    #[must_use]
    pub fn newer(&self, log: Log, since: Option<CopyEnd>) -> u64 {
        let head = *self.file(log).committed.borrow();
        head.saturating_sub(since.map_or(0, |since| since.seq))
    }

    /// The path of a segment's file. The file is never changed or deleted.
    #[must_use]
    pub fn segment_file(&self, name: &str) -> Option<PathBuf> {
        let segments = self.file(Log::Activity).readers.segments.as_ref()?;
        Some(segments.directory.join(name))
    }
}

impl LogFile {
    fn copy(&self, since: Option<CopyEnd>, into: &Path, tick: Tick<'_>) -> Result<CopyEnd, CopyError> {
        // Rows that move into a segment during the copy would be missed.
        let _no_seal = self.archiving.blocking_lock();
        if let Some(since) = since {
            self.must_hold(since)?;
        }
        let after = since.map_or(0, |since| since.seq);
        let source = self.readers.path();
        let copy = attached(source, into).map_err(CopyError::sqlite(into))?;
        let (epoch, seq, archived) = changed(&copy, after).map_err(CopyError::sqlite(into))?;
        let mut done = after.max(archived);
        while done < seq {
            let to = seq.min(done + PAGE);
            let page = "insert into copy.event_store select * from main.event_store where position > ?1 and position <= ?2";
            let copied = copy.execute(page, params![done, to]).map_err(CopyError::sqlite(into))? as u64;
            if copied != to - done {
                return Err(JournalError::Hole { log: self.log, after: done, found: done + copied }.into());
            }
            tick(copied)?;
            done = to;
        }
        let event_id = self.readers.after(seq.saturating_sub(1), 1)?.first().map(|event| event.event_id);
        let mark = CopyEnd { epoch, seq, event_id };
        finished(&copy, after, mark).map_err(CopyError::sqlite(into))?;
        sync(into)?;
        Ok(mark)
    }

    fn must_hold(&self, mark: CopyEnd) -> Result<(), CopyError> {
        let at = Position { log: self.log, epoch: mark.epoch, seq: mark.seq };
        let found = self.readers.after(mark.seq.saturating_sub(1), 1)?;
        let same = mark.seq == 0 || found.first().map(|event| event.event_id) == mark.event_id;
        if same && mark.epoch == self.epoch { Ok(()) } else { Err(CopyError::AnotherHistory { at }) }
    }
}

/// Opens the log of `source` with the new file `into` attached, which gets the same tables without indexes.
fn attached(source: &Path, into: &Path) -> rusqlite::Result<Connection> {
    // The new file is opened with the same flags as the source.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
    let copy = Connection::open_with_flags(source, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    copy.busy_timeout(Duration::from_secs(5))?;
    copy.execute("attach database ?1 as copy", [into.to_string_lossy()])?;
    // The file is not a valid copy until it is complete and synced, so no rollback journal is needed.
    copy.execute_batch("pragma copy.journal_mode = off; pragma copy.synchronous = off;")?;
    for name in TABLES.map(|(name, _)| name).into_iter().chain(["event_store"]) {
        let sql = "select sql from main.sqlite_master where type = 'table' and name = ?1";
        let table: String = copy.query_row(sql, [name], |row| row.get(0))?;
        copy.execute_batch(&table.replacen(name, &format!("copy.{name}"), 1))?;
    }
    Ok(copy)
}

/// Copies the changed rows of the other tables; returns the epoch, head and last archived position of that snapshot.
fn changed(copy: &Connection, after: u64) -> rusqlite::Result<(u32, u64, u64)> {
    let snapshot = copy.unchecked_transaction()?;
    let (epoch, head) = file::identity(&snapshot)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))?;
    let archived = segments::last(&snapshot)?;
    for (name, rows) in TABLES {
        let rows = rows.replace("{since}", &after.to_string());
        snapshot.execute(&format!("insert into copy.{name} {rows}"), [])?;
    }
    snapshot.commit()?;
    Ok((epoch, head, archived))
}

/// Writes the mark that makes the copy complete, as the last step.
fn finished(copy: &Connection, after: u64, mark: CopyEnd) -> rusqlite::Result<()> {
    let format: i64 = copy.query_row("pragma main.user_version", [], |row| row.get(0))?;
    copy.execute_batch(&format!(
        "create table copy.mark (epoch integer not null, after integer not null, seq integer not null, event_id blob) strict;
         pragma copy.user_version = {format};"
    ))?;
    let id = mark.event_id.map(|id| *id.as_bytes());
    copy.execute("insert into copy.mark values (?1, ?2, ?3, ?4)", params![mark.epoch, after, mark.seq, id])?;
    copy.execute_batch("detach database copy")
}

/// Syncs a file and its directory, so that both the content and the name are durable.
fn sync(path: &Path) -> Result<(), CopyError> {
    for path in [Some(path), path.parent()].into_iter().flatten() {
        std::fs::File::open(path).and_then(|file| file.sync_all()).map_err(CopyError::io(path))?;
    }
    Ok(())
}

/// The tables of a log that are neither copied nor recreated by a restore.
///
/// # Errors
/// If the file cannot be read.
pub fn not_copied(database: &Path) -> Result<BTreeSet<String>, JournalError> {
    let connection = Connection::open(database)?;
    let mut statement = connection.prepare("select name from sqlite_master where type = 'table'")?;
    let names: rusqlite::Result<BTreeSet<String>> = statement.query_map([], |row| row.get(0))?.collect();
    // Holdings are derived from the events again when a copy is restored.
    let known = TABLES.map(|(name, _)| name).into_iter().chain(["event_store", "history", "holdings"]);
    let known: BTreeSet<&str> = known.collect();
    Ok(names?.into_iter().filter(|name| !known.contains(name.as_str())).collect())
}

/// What a journal contains beyond a copy of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Beyond {
    /// The number of additional events.
    pub events: u64,
    /// The time of the first of them.
    pub since: Option<Timestamp>,
}

/// What the log in `directory` contains beyond a copy that ends at `mark`. The log must not be open.
///
/// # Errors
/// If the log cannot be read or is not the one that was copied.
pub fn beyond(directory: &Path, log: Log, mark: CopyEnd) -> Result<Beyond, CopyError> {
    let path = directory.join(format!("{}.db", log.as_str()));
    let read = || -> rusqlite::Result<_> {
        let connection = Connection::open_with_flags(&path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        let epoch: u32 = connection.query_row("select epoch from history", [], |row| row.get(0))?;
        let at = "select event_id from event_store where position = ?1";
        let same = connection.query_row(at, [mark.seq], |row| row.get::<_, [u8; 16]>(0)).optional()?;
        let after = "select min(timestamp) from event_store where position > ?1";
        let since: Option<i64> = connection.query_row(after, [mark.seq], |row| row.get(0))?;
        let since = since.map(Timestamp::from_micros);
        Ok((connection, epoch, same.map(Uuid::from_bytes), since))
    };
    let (connection, epoch, same, since) = read().map_err(CopyError::sqlite(&path))?;
    // If no row is found, the event may have been archived since.
    if epoch != mark.epoch || same.is_some_and(|id| Some(id) != mark.event_id) {
        let at = Position { log, epoch: mark.epoch, seq: mark.seq };
        return Err(CopyError::AnotherHistory { at });
    }
    let events = file::head(&connection)?.saturating_sub(mark.seq);
    Ok(Beyond { events, since })
}

/// The key ring for checking personal values, if they are to be checked.
pub type Keys<'k> = Option<&'k KeyRing>;
