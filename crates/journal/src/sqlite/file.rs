//! A log's database file: its settings and tables.

use std::path::Path;
use std::time::Duration;

use rusqlite::Connection;
use rusqlite::config::DbConfig;

use super::holdings::{self, TABLE as HOLDINGS};
use crate::JournalError;

/// How long to wait for a lock of the file.
pub const PATIENCE: Duration = Duration::from_secs(5);

/// The version of the schema below.
const FORMAT: i64 = 3;

/// Added in format 2. Formats 1 and 2 also lack the holdings.
const SEGMENTS: &str = "
create table segments (
    name text not null,
    first_position integer primary key,
    last_position integer not null unique,
    min_timestamp integer not null,
    max_timestamp integer not null,
    bytes integer not null,
    digest blob not null
) strict;
";

const TABLES: &str = "
create table event_store (
    position integer primary key,
    event_id blob not null,
    tenant_id text not null,
    aggregate_type text not null,
    aggregate_id text not null,
    version integer not null,
    user_id blob,
    event_type text not null,
    schema_version integer not null,
    event_data text not null,
    event_metadata text not null,
    timestamp integer not null
) strict;
create index idx_aggregate_id on event_store (aggregate_id, version);
create index idx_user_id on event_store (user_id, timestamp, event_id) where user_id is not null;
create index idx_event_type on event_store (event_type, position);
create table streams (
    tenant text not null, type text not null, id text not null,
    version integer not null, first_position integer not null, last_position integer not null,
    primary key (id, type, tenant)
) strict, without rowid;
create table claims (
    tenant text not null, kind text not null, digest blob not null,
    stream_type text not null, stream_id text not null,
    primary key (digest, kind, tenant)
) strict, without rowid;
create index idx_claims_stream on claims (stream_id, stream_type, tenant);
create table idempotency (
    scope text not null, key text not null, fingerprint blob not null, answer text not null,
    version integer not null, position integer not null, created_at integer not null,
    primary key (scope, key)
) strict, without rowid;
create index idx_idempotency_age on idempotency (created_at);
create table history (epoch integer not null) strict;
insert into history values (1);
";

/// Opens the file for the writer and creates or upgrades its tables.
pub fn open(path: &Path) -> Result<Connection, JournalError> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(PATIENCE)?;
    // The automatic checkpoint would run inside a commit, so it is off and a separate thread does it.
    connection.execute_batch(
        "pragma journal_mode = wal; pragma synchronous = full; pragma wal_autocheckpoint = 0;
         pragma cache_size = -4096; pragma temp_store = memory;",
    )?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.set_prepared_statement_cache_capacity(64);
    begin_short(&connection, path)?;
    let format: i64 = connection.query_row("pragma user_version", [], |row| row.get(0))?;
    match format {
        0 => {
            connection.execute_batch(&format!(
                "begin immediate; {TABLES} {SEGMENTS} {HOLDINGS} pragma user_version = {FORMAT}; commit;"
            ))?;
        }
        1 => upgrade(&connection, &[SEGMENTS, HOLDINGS])?,
        2 => upgrade(&connection, &[HOLDINGS])?,
        FORMAT => {}
        other => {
            let message = format!("{} has format {other}, this program reads {FORMAT}", path.display());
            return Err(JournalError::Unavailable(message.into()));
        }
    }
    Ok(connection)
}

/// Adds the tables of later formats and derives their contents from the existing events.
fn upgrade(connection: &Connection, tables: &[&str]) -> rusqlite::Result<()> {
    let transaction = connection.unchecked_transaction()?;
    for table in tables {
        transaction.execute_batch(table)?;
    }
    holdings::derive(&transaction)?;
    transaction.pragma_update(None, "user_version", FORMAT)?;
    transaction.commit()
}

/// A write-ahead log larger than this is copied into the database file at start-up.
const LONG_WAL_BYTES: u64 = 4 << 20;

/// Checkpoints are requested after a number of rows written by one process. If every process is killed before that,
/// the write-ahead log would otherwise grow without bound.
fn begin_short(connection: &Connection, path: &Path) -> Result<(), JournalError> {
    let mut wal = path.as_os_str().to_owned();
    wal.push("-wal");
    if std::fs::metadata(wal).is_ok_and(|wal| wal.len() > LONG_WAL_BYTES) {
        connection.query_row("pragma wal_checkpoint(truncate)", [], |_| Ok(()))?;
    }
    Ok(())
}

/// The epoch and the newest position.
pub fn identity(connection: &Connection) -> Result<(u32, u64), JournalError> {
    let epoch = connection.query_row("select epoch from history", [], |row| row.get(0))?;
    Ok((epoch, head(connection)?))
}

/// The newest position, including archived events.
pub fn head(connection: &Connection) -> Result<u64, JournalError> {
    let head = "select max(coalesce((select max(position) from event_store), 0),
                           coalesce((select max(last_position) from segments), 0))";
    Ok(connection.query_row(head, [], |row| row.get(0))?)
}
