//! A rebuilt read model takes over what became of deliveries.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension};

use super::STATE_TABLES;
use crate::error::ViewError;

/// All states move, also those whose delivery the rebuilt read model does not ask for: the event may be parked in it,
/// and a redrive must not send again what was sent.
const COPY_STATES: &str = "insert into delivery_states select * from old.delivery_states;";

/// What only the rebuilt read model asks for. An event that was parked in the old one was never carried out: it is due.
/// Every other event was applied long ago, by code that asked for less: its delivery stays unsent.
const ADD_UNKNOWN: &str = "
    insert into delivery_states
    with parked (event_id) as materialized (select lower(hex(event_id)) from old.parked_events)
    select d.id,
        case when replace(d.event_id, '-', '') in parked then 'due' else 'left_out' end,
        case when replace(d.event_id, '-', '') in parked then 0 else d.made_at end,
        0, 0,
        case when replace(d.event_id, '-', '') in parked then null else 'found by a rebuild' end,
        d.seq
    from delivery d where true on conflict (id) do nothing;";

/// Takes over, in one transaction of the new read model, what became of the old one's deliveries. Nobody may write to the
/// old one meanwhile. Neither the new one nor, after [`lose`], the old one owns them then: [`own`] comes last.
pub fn hand_over(old: &Path, new: &Connection) -> Result<(), ViewError> {
    if !has_deliveries(new, "main")? {
        return Ok(());
    }
    new.execute("attach database ?1 as old", [old.to_string_lossy()])?;
    let copied = copy(old, new);
    if copied.is_err() {
        let _ = new.execute_batch("rollback");
    }
    new.execute("detach database old", [])?;
    copied
}

fn copy(old: &Path, new: &Connection) -> Result<(), ViewError> {
    if !has_deliveries(new, "old")? {
        return Ok(new.execute_batch(&transaction(&[ADD_UNKNOWN]))?);
    }
    for table in STATE_TABLES {
        let (had, has) = (columns(new, "old", table)?, columns(new, "main", table)?);
        if had != has {
            let file = old.display();
            return Err(ViewError::Unavailable(format!(
                "{table} in {file} has the columns ({had}) and not ({has}): what became of deliveries cannot be handed over"
            )));
        }
    }
    Ok(new.execute_batch(&transaction(&[COPY_STATES, ADD_UNKNOWN]))?)
}

fn transaction(steps: &[&str]) -> String {
    format!("begin immediate; delete from delivery_states; {} commit;", steps.concat())
}

fn columns(connection: &Connection, schema: &str, table: &str) -> rusqlite::Result<String> {
    let sql =
        "select coalesce(group_concat(name || ' ' || lower(type), ', '), '') from pragma_table_info(?1, ?2)";
    connection.query_row(sql, [table, schema], |row| row.get(0))
}

/// Deliveries that were nobody's are those of this read model, whose `version` counts its owners.
pub fn own(connection: &Connection, version: i64) -> Result<(), ViewError> {
    if has_deliveries(connection, "main")? {
        let sql = "insert into delivery_owner select ?1 where not exists (select 1 from delivery_owner)";
        connection.execute(sql, [version])?;
    }
    Ok(())
}

/// The deliveries of a read model are nobody's any more: whoever still writes to it carries nothing out. Gives the version
/// of the owner; 0 when there was none.
pub fn lose(old: &Connection) -> Result<i64, ViewError> {
    if !has_deliveries(old, "main")? {
        return Ok(0);
    }
    let version =
        old.query_row("select coalesce(max(version), 0) from delivery_owner", [], |row| row.get(0))?;
    old.execute("delete from delivery_owner", [])?;
    Ok(version)
}

fn has_deliveries(connection: &Connection, schema: &str) -> rusqlite::Result<bool> {
    let sql =
        format!("select 1 from {schema}.sqlite_master where type = 'table' and name = 'delivery_owner'");
    Ok(connection.query_row(&sql, [], |_| Ok(())).optional()?.is_some())
}
