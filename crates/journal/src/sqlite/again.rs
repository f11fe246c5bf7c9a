//! Retries an append whose outcome is unknown: first checks whether an earlier attempt was committed.

use domain::Position;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::reader::Readers;
use super::segments;
use crate::{Append, Appended, Expected, JournalError, NewEvent};

/// The number of archived events read at a time.
const PAGE: usize = 2048;

/// Where an earlier attempt put the events of `append`; `None` if this is the first attempt or none was committed.
/// The events of one append are contiguous, so finding the last one is enough.
pub fn place(
    tx: &Connection,
    readers: &Readers,
    append: &Append,
    last: Position,
) -> Result<Option<Appended>, JournalError> {
    let (Expected::Again { since }, Some(event)) = (append.expected, append.events.last()) else {
        return Ok(None);
    };
    let row = row(tx, event, since)?;
    let found = match row {
        Some(found) => Some(found),
        None => archived(tx, readers, event, last.at(since))?,
    };
    Ok(found.map(|(seq, version)| Appended { version, position: last.at(seq) }))
}

/// A person's event is found through the index. Events without a person are few, and only those since the first
/// attempt are searched.
fn row(tx: &Connection, event: &NewEvent, since: u64) -> rusqlite::Result<Option<(u64, u64)>> {
    let place = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?));
    let id = event.event_id.as_bytes();
    match event.user_id {
        Some(user) => tx
            .prepare_cached(
                "select position, version from event_store where user_id = ?1 and timestamp = ?2 and event_id = ?3",
            )?
            .query_row(params![user.uuid().as_bytes(), event.timestamp.micros(), id], place),
        None => tx
            .prepare_cached("select position, version from event_store where position > ?1 and event_id = ?2")?
            .query_row(params![since, id], place),
    }
    .optional()
}

/// Searches the segments too: if the clock jumped ahead, the month may have ended and been archived since the first
/// attempt.
fn archived(
    tx: &Connection,
    readers: &Readers,
    event: &NewEvent,
    mut at: Position,
) -> Result<Option<(u64, u64)>, JournalError> {
    let last = segments::last(tx)?;
    while at.seq < last {
        let page = readers.after(at.seq, PAGE)?;
        if let Some(found) = page.iter().find(|stored| stored.event_id == event.event_id) {
            return Ok(Some((found.position.seq, found.version)));
        }
        let Some(end) = page.last() else { break };
        at = end.position;
    }
    Ok(None)
}
