//! A rebuilt read model takes over the delivery states of the old one.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension};

use super::STATE_TABLES;
use crate::error::ViewError;

/// All states move, including those of deliveries that the rebuilt read model does not ask for. Their events
/// may be parked in it, and a redrive must not send again what was sent.
const COPY_STATES: &str = "insert into delivery_states select * from old.delivery_states;";

/// Deliveries that only the rebuilt read model asks for. If the event was parked in the old one, the delivery
/// was never carried out, so it is due. All other events were applied earlier by code that did not ask for it:
/// it stays unsent.
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

/// Copies the delivery states of the old read model in one transaction of the new one. Nobody may write to the
/// old one meanwhile. Afterwards the new one does not own the deliveries yet, and after [`lose`] the old one no
/// longer does: [`own`] must come last.
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
            ).into()));
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

/// Makes this read model the owner of deliveries that have none. `version` counts the owners.
pub fn own(connection: &Connection, version: i64) -> Result<(), ViewError> {
    if has_deliveries(connection, "main")? {
        let sql = "insert into delivery_owner select ?1 where not exists (select 1 from delivery_owner)";
        connection.execute(sql, [version])?;
    }
    Ok(())
}

/// Ends this read model's ownership of its deliveries, so that an outbox worker still using it carries nothing
/// out. Returns the version of the ownership; 0 when there was none.
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
