//! Reads a log concurrently with the writer, without blocking it.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use domain::quota::Quota;
use domain::{Envelope, Position, StreamId, TenantId, Timestamp, UserId};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, OptionalExtension, Params, Row, params};
use uuid::Uuid;

use super::segments::{self, Registered, Segments};
use super::{holdings, idempotency};
use crate::{Idempotency, JournalError, Refused, UniqueKey, statements};

const COLUMNS: &str = "position, event_id, tenant_id, aggregate_type, aggregate_id, version, user_id, event_type, \
                       schema_version, event_data, event_metadata, timestamp";

/// A pool of read connections to one log. It grows to the number ever used at once.
#[derive(Debug)]
pub struct Readers {
    path: PathBuf,
    pub(super) start: Position,
    pub(super) segments: Option<Segments>,
    idle: Mutex<Vec<Connection>>,
}

/// One consistent view of the file: the segments to search, and the rows that are not in a segment.
pub(super) struct LogSnapshot {
    pub archived: Vec<Registered>,
    pub rows: Vec<Envelope>,
}

impl Readers {
    pub fn new(path: &Path, start: Position, segments: Option<Segments>) -> Self {
        Self { path: path.to_owned(), start, segments, idle: Mutex::default() }
    }

    /// The path of the database file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The epoch of the log.
    pub fn epoch(&self) -> u32 {
        self.start.epoch
    }

    /// The last archived position.
    pub fn archived(&self) -> Result<u64, JournalError> {
        self.with(segments::last)
    }

    fn with<T>(&self, query: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, JournalError> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let connection = match idle {
            Some(connection) => connection,
            None => self.connect()?,
        };
        let result = query(&connection);
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
        Ok(result?)
    }

    fn connect(&self) -> Result<Connection, JournalError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&self.path, flags)?;
        connection.busy_timeout(Duration::from_secs(5))?;
        // Without this setting, every statement with a bound limit is planned again each time it is bound.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        connection.execute_batch("pragma query_only = on; pragma cache_size = -512;")?;
        Ok(connection)
    }

    /// Event rule 3: the list of segments and the rows are of one snapshot, so an archive run that is registered in
    /// between neither hides an event nor shows it twice. `rows` gets the last archived position and must ignore rows
    /// up to it.
    pub(super) fn look(
        &self,
        archived: (&str, impl Params),
        rows: impl FnOnce(&Connection, u64) -> rusqlite::Result<Vec<Envelope>>,
    ) -> Result<LogSnapshot, JournalError> {
        self.with(|connection| {
            if self.segments.is_none() {
                return Ok(LogSnapshot { archived: Vec::new(), rows: rows(connection, 0)? });
            }
            let snapshot = connection.unchecked_transaction()?;
            let last = segments::last(&snapshot)?;
            let archived =
                if last == 0 { Vec::new() } else { segments::registered(&snapshot, archived.0, archived.1)? };
            let rows = rows(&snapshot, last)?;
            snapshot.finish()?;
            Ok(LogSnapshot { archived, rows })
        })
    }

    pub(super) fn rows(
        &self,
        connection: &Connection,
        condition: &str,
        params: impl Params,
    ) -> rusqlite::Result<Vec<Envelope>> {
        let sql = format!("select {COLUMNS} from event_store where {condition}");
        statements::note(connection, &sql);
        connection.prepare_cached(&sql)?.query_map(params, |row| envelope(self.start, row))?.collect()
    }

    /// Reads rows only, so it fits only a log without segments.
    pub fn of_type(&self, event_type: &str, seq: u64, limit: usize) -> Result<Vec<Envelope>, JournalError> {
        self.with(|connection| {
            let condition = "event_type = ?1 and position > ?2 order by position limit ?3";
            self.rows(connection, condition, params![event_type, seq, limit])
        })
    }

    pub fn newest_of_type(&self, event_type: &str, limit: usize) -> Result<Vec<Envelope>, JournalError> {
        self.with(|connection| {
            let condition = "event_type = ?1 order by position desc limit ?2";
            self.rows(connection, condition, params![event_type, limit])
        })
    }

    pub fn held(&self, tenant: &TenantId, owner: UserId, quota: Quota) -> Result<u64, JournalError> {
        self.with(|connection| holdings::held(connection, tenant, owner, quota))
    }

    /// See [`idempotency::replayed`].
    pub fn replayed(&self, request: &Idempotency) -> Result<Option<Refused>, JournalError> {
        self.with(|connection| idempotency::replayed(connection, request, self.start))
    }

    pub fn owner(&self, unique_key: &UniqueKey) -> Result<Option<StreamId>, JournalError> {
        self.with(|connection| {
            connection
                .prepare_cached(
                    "select stream_type, stream_id from claims where digest = ?1 and kind = ?2 and tenant = ?3",
                )?
                .query_row(params![unique_key.digest, unique_key.kind, unique_key.tenant.as_str()], |row| {
                    let kind: String = row.get(0)?;
                    Ok(StreamId::new(&unique_key.tenant, &kind, row.get::<_, String>(1)?))
                })
                .optional()
        })
    }
}

/// Reads up to `limit` events after `after` from a file's rows.
pub(super) fn page(
    connection: &Connection,
    start: Position,
    after: u64,
    limit: u64,
) -> rusqlite::Result<Vec<Envelope>> {
    connection
        .prepare_cached(&format!(
            "select {COLUMNS} from event_store where position > ?1 order by position limit ?2"
        ))?
        .query_map([after, limit], |row| envelope(start, row))?
        .collect()
}

fn envelope(start: Position, row: &Row<'_>) -> rusqlite::Result<Envelope> {
    let text = |index| row.get_ref(index)?.as_str().map_err(rusqlite::Error::from);
    let user: Option<[u8; 16]> = row.get(6)?;
    Ok(Envelope {
        position: start.at(row.get(0)?),
        event_id: Uuid::from_bytes(row.get(1)?),
        stream: StreamId { tenant: TenantId::stored(text(2)?), kind: text(3)?.into(), id: text(4)?.into() },
        version: row.get(5)?,
        user_id: user.map(|bytes| Uuid::from_bytes(bytes).into()),
        event_type: text(7)?.into(),
        schema_version: row.get(8)?,
        data: text(9)?.into(),
        metadata: text(10)?.into(),
        timestamp: Timestamp::from_micros(row.get(11)?),
    })
}
