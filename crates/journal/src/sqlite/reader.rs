//! Reading a log, beside the writer and never in its way.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use domain::{Envelope, Log, Position, StreamId, TenantId, Timestamp, UserId, Version};
use rusqlite::config::DbConfig;
use rusqlite::types::Value as SqlValue;
use rusqlite::{Connection, OpenFlags, OptionalExtension, Row, params, params_from_iter};
use uuid::Uuid;

use crate::{Claim, EventQuery, JournalError};

const COLUMNS: &str = "position, event_id, tenant_id, aggregate_type, aggregate_id, version, user_id, event_type, \
                       schema_version, event_data, event_metadata, timestamp";

/// Idle connections of one log; as many are open as were ever used at once.
#[derive(Debug)]
pub struct Readers {
    path: PathBuf,
    start: Position,
    idle: Mutex<Vec<Connection>>,
}

impl Readers {
    pub fn new(path: &Path, log: Log, epoch: u32) -> Self {
        Self { path: path.to_owned(), start: Position::start(log, epoch), idle: Mutex::default() }
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
        // Or every statement with a bound limit is planned again each time it is bound.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        connection.execute_batch("pragma query_only = on; pragma cache_size = -512;")?;
        Ok(connection)
    }

    fn envelopes(
        &self,
        condition: &str,
        params: impl rusqlite::Params,
    ) -> Result<Vec<Envelope>, JournalError> {
        let sql = format!("select {COLUMNS} from event_store where {condition}");
        self.with(|connection| {
            let mut statement = connection.prepare_cached(&sql)?;
            statement.query_map(params, |row| envelope(self.start, row))?.collect()
        })
    }

    pub fn stream(&self, stream: &StreamId, after: Version) -> Result<Vec<Envelope>, JournalError> {
        self.envelopes(
            "aggregate_id = ?1 and version > ?2 and aggregate_type = ?3 and tenant_id = ?4 order by version",
            params![&*stream.id, after, &*stream.kind, stream.tenant.as_str()],
        )
    }

    /// One statement, so page and ceiling see one world; a hole stops the reader.
    pub fn after(&self, seq: u64, limit: usize) -> Result<Vec<Envelope>, JournalError> {
        let found = self.envelopes("position > ?1 order by position limit ?2", params![seq, limit])?;
        for (expected, envelope) in (seq + 1..).zip(&found) {
            if envelope.position.seq != expected {
                let (log, found) = (self.start.log, envelope.position.seq);
                return Err(JournalError::Hole { log, after: expected - 1, found });
            }
        }
        Ok(found)
    }

    pub fn user(
        &self,
        tenant: &TenantId,
        user: UserId,
        (at, id): (Timestamp, Uuid),
        limit: usize,
    ) -> Result<Vec<Envelope>, JournalError> {
        self.envelopes(
            "user_id = ?1 and (timestamp, event_id) > (?2, ?3) and tenant_id = ?4
             order by timestamp, event_id limit ?5",
            params![user.uuid().as_bytes(), at.micros(), id.as_bytes(), tenant.as_str(), limit],
        )
    }

    pub fn find(&self, query: &EventQuery) -> Result<Vec<Envelope>, JournalError> {
        let mut conditions = vec!["tenant_id = ?"];
        let mut params: Vec<SqlValue> = vec![query.tenant.to_string().into()];
        let mut also = |condition, value: Option<SqlValue>| {
            if let Some(value) = value {
                conditions.push(condition);
                params.push(value);
            }
        };
        also("position < ?", query.before.map(|seq| i64::try_from(seq).unwrap_or(i64::MAX).into()));
        also("position > ?", query.after.map(|seq| i64::try_from(seq).unwrap_or(i64::MAX).into()));
        also("aggregate_id = ?", query.id.clone().map(SqlValue::from));
        also("aggregate_type = ?", query.kind.clone().map(SqlValue::from));
        also("user_id = ?", query.user.map(|user| user.uuid().as_bytes().to_vec().into()));
        also("event_type = ?", query.event_type.clone().map(SqlValue::from));
        also("timestamp >= ?", query.from.map(|at| at.micros().into()));
        also("timestamp <= ?", query.to.map(|at| at.micros().into()));
        params.push(i64::try_from(query.limit).unwrap_or(i64::MAX).into());
        let order = if query.oldest_first { "asc" } else { "desc" };
        let condition = format!("{} order by position {order} limit ?", conditions.join(" and "));
        self.envelopes(&condition, params_from_iter(params))
    }

    pub fn owner(&self, claim: &Claim) -> Result<Option<StreamId>, JournalError> {
        self.with(|connection| {
            connection
                .prepare_cached(
                    "select stream_type, stream_id from claims where digest = ?1 and kind = ?2 and tenant = ?3",
                )?
                .query_row(params![claim.digest, claim.kind, claim.tenant.as_str()], |row| {
                    let kind: String = row.get(0)?;
                    Ok(StreamId::new(&claim.tenant, &kind, row.get::<_, String>(1)?))
                })
                .optional()
        })
    }
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
