//! The tables beside every read model: the cursors of its group and the events waiting behind blocked keys.

use bus::{Advance, ApplyError, Blocked, BlockedKey, BlockedState, Checkpoint, GroupState, ParkedEvent};
use domain::{Log, Position, TenantId, Timestamp, UserId};
use rusqlite::{Connection, OptionalExtension, Row, params};
use uuid::Uuid;

/// These tables are created in every file, whatever its shape, and read from old files. A change here must be
/// compatible with existing files.
pub const TABLES: &str = "
create table if not exists checkpoints (
    grp text not null, log text not null, epoch integer not null, seq integer not null, event_id blob,
    primary key (grp, log)
) strict, without rowid;
create table if not exists blocked_keys (
    number integer primary key autoincrement,
    grp text not null, key text not null, log text not null, epoch integer not null, seq integer not null,
    tries integer not null, next_try integer not null, parked integer not null, error text not null,
    since integer not null, unique (grp, key)
) strict;
create table if not exists parked_events (
    number integer primary key autoincrement,
    grp text not null, key text not null, log text not null, epoch integer not null, seq integer not null,
    event_id blob not null, tenant text not null, user_id blob
) strict;
create index if not exists idx_parked_events_key on parked_events (grp, key, number);
create table if not exists leases (
    grp text primary key, holder blob not null, generation integer not null, until integer not null
) strict, without rowid;
create table if not exists made (id text not null) strict;
insert into made (id) select lower(hex(randomblob(16))) where not exists (select 1 from made);
create table if not exists shape (tables text not null, version integer not null) strict;
";

/// Names of the tables above, and of SQLite's own table for them. They are not part of what a rebuild must
/// reproduce.
///
/// `made` holds one id, different in every file. Data kept beside a read model, such as a search index, uses it
/// to tell which file it was made from. `shape` holds the shape that the file was made with.
pub const NAMES: [&str; 7] =
    ["checkpoints", "blocked_keys", "parked_events", "leases", "made", "shape", "sqlite_sequence"];

#[expect(clippy::needless_pass_by_value, reason = "passed to map_err")]
fn broken(error: rusqlite::Error) -> ApplyError {
    ApplyError::Store(error.to_string())
}

fn log_named(name: &str) -> Log {
    if name == "activity" { Log::Activity } else { Log::Facts }
}

fn position(row: &Row<'_>, first: usize) -> rusqlite::Result<Position> {
    let log: String = row.get(first)?;
    Ok(Position { log: log_named(&log), epoch: row.get(first + 1)?, seq: row.get(first + 2)? })
}

pub fn state(connection: &Connection, group: &str) -> Result<GroupState, ApplyError> {
    let read = || -> rusqlite::Result<GroupState> {
        let mut statement =
            connection.prepare_cached("select log, epoch, seq, event_id from checkpoints where grp = ?1")?;
        let checkpoints = statement
            .query_map([group], |row| {
                let id: Option<[u8; 16]> = row.get(3)?;
                Ok(Checkpoint { position: position(row, 0)?, event_id: id.map(Uuid::from_bytes) })
            })?
            .collect::<rusqlite::Result<_>>()?;
        let mut statement = connection.prepare_cached(
            "select number, key, log, epoch, seq, tries, next_try, parked, error, since from blocked_keys
             where grp = ?1 order by number",
        )?;
        let mut blocked: Vec<Blocked> =
            statement.query_map([group], |row| blocked_key(group, row))?.collect::<rusqlite::Result<_>>()?;
        for key in &mut blocked {
            add_waiting(connection, group, key)?;
        }
        Ok(GroupState { checkpoints, blocked })
    };
    read().map_err(broken)
}

fn blocked_key(group: &str, row: &Row<'_>) -> rusqlite::Result<Blocked> {
    let parked: bool = row.get(7)?;
    Ok(Blocked {
        id: format!("{group}-{}", row.get::<_, i64>(0)?),
        key: row.get(1)?,
        first: position(row, 2)?,
        tries: row.get(5)?,
        next_try: Timestamp::from_micros(row.get(6)?),
        state: if parked { BlockedState::Parked } else { BlockedState::Retrying },
        error: row.get(8)?,
        since: Timestamp::from_micros(row.get(9)?),
        people: Vec::new(),
        waiting: 0,
    })
}

fn add_waiting(connection: &Connection, group: &str, blocked: &mut Blocked) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached(
        "select tenant, user_id, log, epoch, min(seq), count(*) from parked_events where grp = ?1 and key = ?2
         group by tenant, user_id, log, epoch",
    )?;
    let mut rows = statement.query(params![group, blocked.key])?;
    while let Some(row) = rows.next()? {
        blocked.waiting += row.get::<_, u64>(5)?;
        let tenant: String = row.get(0)?;
        if let Some(user) = row.get::<_, Option<[u8; 16]>>(1)? {
            let user: UserId = Uuid::from_bytes(user).into();
            blocked.people.push((TenantId::stored(&tenant), user, position(row, 2)?));
        }
    }
    Ok(())
}

/// Moves the cursor and records the events that the step leaves waiting. The expected cursor position guards
/// the write.
pub fn advance(connection: &Connection, group: &str, step: &Advance) -> Result<(), ApplyError> {
    let log = step.log.as_str();
    let actual: u64 = connection
        .prepare_cached("select seq from checkpoints where grp = ?1 and log = ?2")
        .and_then(|mut s| s.query_row(params![group, log], |row| row.get(0)).optional())
        .map_err(broken)?
        .unwrap_or(0);
    if actual != step.from {
        return Err(ApplyError::Fenced { log: step.log, expected: step.from, actual });
    }
    if let Some(block) = &step.block {
        insert_block(connection, group, block).map_err(broken)?;
    }
    for parked in &step.parked {
        if insert_parked(connection, group, parked).map_err(broken)? == 0 {
            return Err(ApplyError::Store(format!("{} is not blocked any more", parked.key)));
        }
    }
    let write = || -> rusqlite::Result<()> {
        connection
            .prepare_cached(
                "insert into checkpoints (grp, log, epoch, seq, event_id) values (?1, ?2, ?3, ?4, ?5)
                 on conflict (grp, log) do update
                 set epoch = excluded.epoch, seq = excluded.seq, event_id = excluded.event_id",
            )?
            .execute(params![
                group,
                log,
                step.to.position.epoch,
                step.to.position.seq,
                step.to.event_id.map(|id| *id.as_bytes())
            ])?;
        Ok(())
    };
    write().map_err(broken)
}

/// Writes nothing when the key is not blocked, for example because another process has just worked it off.
fn insert_parked(connection: &Connection, group: &str, parked: &ParkedEvent) -> rusqlite::Result<usize> {
    let at = parked.position;
    connection
        .prepare_cached(
            "insert into parked_events (grp, key, log, epoch, seq, event_id, tenant, user_id)
             select ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8
             where exists (select 1 from blocked_keys where grp = ?1 and key = ?2)",
        )?
        .execute(params![
            group,
            parked.key,
            at.log.as_str(),
            at.epoch,
            at.seq,
            parked.event_id.as_bytes(),
            parked.tenant.as_str(),
            parked.user_id.map(|user| *user.uuid().as_bytes())
        ])
}

fn insert_block(connection: &Connection, group: &str, block: &BlockedKey) -> rusqlite::Result<usize> {
    connection
        .prepare_cached(
            "insert into blocked_keys (grp, key, log, epoch, seq, tries, next_try, parked, error, since)
             values (?1, ?2, ?3, ?4, ?5, 1, ?6, ?7, ?8, ?9)",
        )?
        .execute(params![
            group,
            block.key,
            block.first.log.as_str(),
            block.first.epoch,
            block.first.seq,
            block.next_try.micros(),
            block.parked,
            block.error,
            block.at.micros()
        ])
}

pub fn parked(connection: &Connection, group: &str, key: &str) -> Result<Vec<ParkedEvent>, ApplyError> {
    let read = || -> rusqlite::Result<Vec<ParkedEvent>> {
        let mut statement = connection.prepare_cached(
            "select log, epoch, seq, event_id, tenant, user_id from parked_events
             where grp = ?1 and key = ?2 order by number",
        )?;
        let rows = statement.query_map(params![group, key], |row| {
            let user: Option<[u8; 16]> = row.get(5)?;
            Ok(ParkedEvent {
                key: key.to_owned(),
                position: position(row, 0)?,
                event_id: Uuid::from_bytes(row.get(3)?),
                tenant: TenantId::stored(&row.get::<_, String>(4)?),
                user_id: user.map(|bytes| Uuid::from_bytes(bytes).into()),
            })
        })?;
        rows.collect()
    };
    read().map_err(broken)
}

/// Removes a waiting event, which must be the key's first. Unblocks the key when no event waits any more.
pub fn strike(connection: &Connection, group: &str, key: &str, event: Uuid) -> Result<(), ApplyError> {
    let write = || -> rusqlite::Result<usize> {
        let struck = connection
            .prepare_cached(
                "delete from parked_events where event_id = ?3 and number =
                 (select min(number) from parked_events where grp = ?1 and key = ?2)",
            )?
            .execute(params![group, key, event.as_bytes()])?;
        connection
            .prepare_cached(
                "delete from blocked_keys where grp = ?1 and key = ?2
                 and not exists (select 1 from parked_events where grp = ?1 and key = ?2)",
            )?
            .execute(params![group, key])?;
        connection
            .prepare_cached(
                "update blocked_keys set (log, epoch, seq) =
                 (select log, epoch, seq from parked_events where grp = ?1 and key = ?2 order by number limit 1)
                 where grp = ?1 and key = ?2",
            )?
            .execute(params![group, key])?;
        Ok(struck)
    };
    match write().map_err(broken)? {
        1 => Ok(()),
        _ => Err(ApplyError::Store(format!("event {event} is not the first that waits behind {key}"))),
    }
}

pub fn note(connection: &Connection, group: &str, blocked: &Blocked) -> Result<(), ApplyError> {
    connection
        .execute(
            "update blocked_keys set tries = ?3, next_try = ?4, parked = ?5, error = ?6 where grp = ?1 and key = ?2",
            params![
                group,
                blocked.key,
                blocked.tries,
                blocked.next_try.micros(),
                blocked.state == BlockedState::Parked,
                blocked.error
            ],
        )
        .map(|_| ())
        .map_err(broken)
}
