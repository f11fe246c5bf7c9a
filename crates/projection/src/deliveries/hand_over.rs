//! A rebuilt read model takes over what became of deliveries.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension};

use crate::store::ViewError;

/// Takes over, in one transaction of the new read model, what became of the old one's deliveries, and that they are
/// its own. Nobody may write to the old one meanwhile.
pub fn hand_over(old: &Path, new: &Connection) -> Result<(), ViewError> {
    if !has_deliveries(new)? {
        return Ok(());
    }
    new.execute("attach database ?1 as old", [old.to_string_lossy()])?;
    let copied = new.execute_batch(
        "begin immediate;
         delete from delivery_states;
         insert into delivery_states select s.* from old.delivery_states s join delivery d on d.id = s.id;
         insert into delivery_states select d.id, 'left_out', d.made_at, 0, 0, 'found by a rebuild', d.seq
             from delivery d where not exists (select 1 from old.delivery_states s where s.id = d.id);
         delete from delivery_owner;
         insert into delivery_owner select version + 1 from old.delivery_owner;
         commit;",
    );
    if copied.is_err() {
        let _ = new.execute_batch("rollback");
    }
    new.execute("detach database old", [])?;
    Ok(copied?)
}

/// The deliveries of a read model are another's now: whoever still writes to it carries nothing out any more.
pub fn lose(old: &Connection) -> Result<(), ViewError> {
    if has_deliveries(old)? {
        old.execute("delete from delivery_owner", [])?;
    }
    Ok(())
}

fn has_deliveries(connection: &Connection) -> rusqlite::Result<bool> {
    let sql = "select 1 from sqlite_master where type = 'table' and name = 'delivery_owner'";
    Ok(connection.query_row(sql, [], |_| Ok(())).optional()?.is_some())
}
