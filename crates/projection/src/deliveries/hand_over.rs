//! A rebuilt read model takes over what became of deliveries.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension};

use super::STATE_TABLES;
use crate::store::ViewError;

const HAND_OVER: &str = "
    begin immediate;
    delete from delivery_states;
    insert into delivery_states select s.* from old.delivery_states s join delivery d on d.id = s.id;
    insert into delivery_states select d.id, 'left_out', d.made_at, 0, 0, 'found by a rebuild', d.seq
        from delivery d where not exists (select 1 from old.delivery_states s where s.id = d.id);
    delete from delivery_owner;
    insert into delivery_owner select version + 1 from old.delivery_owner;
    commit;";

/// The old read model asked for nothing.
const LEAVE_OUT: &str = "
    begin immediate;
    delete from delivery_states;
    insert into delivery_states select id, 'left_out', made_at, 0, 0, 'found by a rebuild', seq from delivery;
    commit;";

/// Takes over, in one transaction of the new read model, what became of the old one's deliveries, and that they are
/// its own. Nobody may write to the old one meanwhile.
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
        return Ok(new.execute_batch(LEAVE_OUT)?);
    }
    for table in STATE_TABLES {
        let (had, has) = (columns(new, "old", table)?, columns(new, "main", table)?);
        if had != has {
            let file = old.display();
            return Err(ViewError(format!(
                "{table} in {file} has the columns ({had}) and not ({has}): what became of deliveries cannot be handed over"
            )));
        }
    }
    Ok(new.execute_batch(HAND_OVER)?)
}

fn columns(connection: &Connection, schema: &str, table: &str) -> rusqlite::Result<String> {
    let sql =
        "select coalesce(group_concat(name || ' ' || lower(type), ', '), '') from pragma_table_info(?1, ?2)";
    connection.query_row(sql, [table, schema], |row| row.get(0))
}

/// Deliveries that were nobody's are those of this read model.
pub fn own(connection: &Connection) -> Result<(), ViewError> {
    if has_deliveries(connection, "main")? {
        let sql = "insert into delivery_owner select 1 where not exists (select 1 from delivery_owner)";
        connection.execute(sql, [])?;
    }
    Ok(())
}

/// The deliveries of a read model are another's now: whoever still writes to it carries nothing out any more.
pub fn lose(old: &Connection) -> Result<(), ViewError> {
    if has_deliveries(old, "main")? {
        old.execute("delete from delivery_owner", [])?;
    }
    Ok(())
}

fn has_deliveries(connection: &Connection, schema: &str) -> rusqlite::Result<bool> {
    let sql =
        format!("select 1 from {schema}.sqlite_master where type = 'table' and name = 'delivery_owner'");
    Ok(connection.query_row(&sql, [], |_| Ok(())).optional()?.is_some())
}
