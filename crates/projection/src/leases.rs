//! Who may write to a read model. The lease is stored beside the rows it protects and is checked in the
//! transaction that writes them.

use bus::{ApplyError, Candidate, Lease};
use rusqlite::{Connection, OptionalExtension, params};

use crate::error::ViewError;

type LeaseRow = ([u8; 16], u64, i64);

fn read(connection: &Connection, group: &str) -> rusqlite::Result<Option<LeaseRow>> {
    connection
        .prepare_cached("select holder, generation, until from leases where grp = ?1")?
        .query_row([group], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()
}

/// Gives `candidate` the lease of `group`, unless another holder has it.
pub fn take(connection: &Connection, group: &str, candidate: &Candidate) -> Result<Option<Lease>, ViewError> {
    let holder = *candidate.holder.as_bytes();
    let generation = match read(connection, group)? {
        Some((known, generation, _)) if known == holder => generation,
        Some((_, _, until)) if lasts(until, candidate) && !candidate.alone => return Ok(None),
        Some((_, generation, _)) => generation + 1,
        None => 1,
    };
    let until = candidate.now.plus_millis(candidate.term_ms).micros();
    connection
        .prepare_cached(
            "insert into leases (grp, holder, generation, until) values (?1, ?2, ?3, ?4) on conflict (grp) do update
             set holder = excluded.holder, generation = excluded.generation, until = excluded.until",
        )?
        .execute(params![group, holder, generation, until])?;
    Ok(Some(Lease { generation }))
}

/// Whether a lease is still valid. One that ends later than any lease can was taken before the clock was set
/// back. It is ignored, since otherwise the group would wait for ever once its holder is gone. A live holder
/// takes the lease again at its next renewal.
fn lasts(until: i64, candidate: &Candidate) -> bool {
    let latest = candidate.now.plus_millis(candidate.term_ms.saturating_mul(2)).micros();
    until > candidate.now.micros() && until <= latest
}

/// Gives the lease back: anybody may take it from now on.
pub fn release(connection: &Connection, group: &str, lease: Lease) -> Result<(), ViewError> {
    let sql = "update leases set until = 0 where grp = ?1 and generation = ?2";
    connection.execute(sql, params![group, lease.generation])?;
    Ok(())
}

/// Refuses to write under any lease but the newest. The default lease is accepted while none was ever taken.
pub fn guard(connection: &Connection, group: &str, lease: Lease) -> Result<(), ApplyError> {
    let newest = read(connection, group).map_err(ViewError::from)?.map_or(0, |(_, generation, _)| generation);
    if newest == lease.generation { Ok(()) } else { Err(ApplyError::Lost) }
}

/// Copies the leases of the old read model to the new one, so that their holders keep them.
pub fn hand_over(old: &Connection, new: &Connection) -> Result<(), ViewError> {
    new.execute("delete from leases", [])?;
    let mut all = old.prepare("select grp, holder, generation, until from leases")?;
    let mut rows = all.query([])?;
    while let Some(row) = rows.next()? {
        let (group, holder): (String, [u8; 16]) = (row.get(0)?, row.get(1)?);
        let (generation, until): (u64, i64) = (row.get(2)?, row.get(3)?);
        new.execute("insert into leases values (?1, ?2, ?3, ?4)", params![group, holder, generation, until])?;
    }
    Ok(())
}
