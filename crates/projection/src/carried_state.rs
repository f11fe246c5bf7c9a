//! The part of a read model that cannot be read again from the journal: the outcome of its deliveries and the
//! events waiting behind blocked keys. Backups copy it. A restore turns the copy into a read model that counts
//! as outdated: the first start makes it again from the journal, and the new one takes over the copied state.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bus::{ApplyError, Checkpoint};
use domain::Log;
use rusqlite::{Connection, OpenFlags, OptionalExtension, params};

use crate::bookkeeping;
use crate::deliveries::{Outbox, STATE_TABLES};
use crate::error::ViewError;
use crate::store::ViewStore;

/// Tables copied besides those of the deliveries: the cursors and the waiting events.
const KEPT: [&str; 3] = ["checkpoints", "blocked_keys", "parked_events"];

impl ViewStore {
    /// Copies the state that cannot be read again into the new file `into`. This call blocks the thread.
    ///
    /// # Errors
    /// When one of the files is unavailable.
    pub fn copy_standing(&self, into: &Path) -> Result<(), ViewError> {
        loop {
            // Held, so that the file is not deleted while it is read.
            let database = self.database();
            copy(&database.path, into)?;
            if Arc::ptr_eq(&database, &self.database()) {
                return Ok(());
            }
            // A rebuilt read model has taken over meanwhile, and with it the delivery states, so copy again.
            std::fs::remove_file(into)?;
        }
    }
}

fn copy(from: &Path, into: &Path) -> Result<(), ViewError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
    let copy = Connection::open_with_flags(from, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    copy.busy_timeout(Duration::from_secs(5))?;
    copy.execute("attach database ?1 as copy", [into.to_string_lossy()])?;
    copy.execute_batch("pragma copy.journal_mode = off; pragma copy.synchronous = off;")?;
    let snapshot = copy.unchecked_transaction()?;
    for name in KEPT.into_iter().chain(STATE_TABLES) {
        if let Some(table) = table(&snapshot, "main", name)? {
            snapshot.execute_batch(&table.replacen(name, &format!("copy.{name}"), 1))?;
            snapshot.execute(&format!("insert into copy.{name} select * from main.{name}"), [])?;
        }
    }
    snapshot.commit()?;
    Ok(copy.execute_batch("detach database copy")?)
}

/// The SQL statement that created a table.
fn table(connection: &Connection, schema: &str, name: &str) -> rusqlite::Result<Option<String>> {
    let sql = format!("select sql from {schema}.sqlite_master where type = 'table' and name = ?1");
    connection.query_row(&sql, [name], |row| row.get(0)).optional()
}

/// The state of the copied read model.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CarriedState {
    /// Position of the last fact it had applied.
    pub facts: u64,
    /// Number of deliveries that were still open.
    pub open: u64,
}

/// Creates at `path` a read model of `group` that is to be made again up to `heads`, the ends of a restored
/// journal. It gets the delivery states from `standing`. Deliveries requested only by the lost part of the
/// journal are dropped.
///
/// # Errors
/// When one of the files is unavailable.
pub fn restore_standing(
    path: &Path,
    group: &str,
    heads: &[Checkpoint],
    standing: &Path,
) -> Result<CarriedState, ViewError> {
    let view = Connection::open(path)?;
    view.execute("attach database ?1 as copy", [standing.to_string_lossy()])?;
    let tx = view.unchecked_transaction()?;
    tx.execute_batch(bookkeeping::TABLES)?;
    for head in heads {
        let at = head.position;
        let id = head.event_id.map(|id| *id.as_bytes());
        let insert = "insert into checkpoints (grp, log, epoch, seq, event_id) values (?1, ?2, ?3, ?4, ?5)";
        tx.execute(insert, params![group, at.log.as_str(), at.epoch, at.seq, id])?;
        for name in ["blocked_keys", "parked_events"] {
            let columns = columns(&tx, name)?;
            let rows = "grp = ?1 and log = ?2 and seq <= ?3";
            let insert =
                format!("insert into {name} ({columns}) select {columns} from copy.{name} where {rows}");
            tx.execute(&insert, params![group, at.log.as_str(), at.seq])?;
            let update = format!("update {name} set epoch = ?1 where grp = ?2 and log = ?3");
            tx.execute(&update, params![at.epoch, group, at.log.as_str()])?;
        }
    }
    let facts = heads.iter().find(|head| head.position.log == Log::Facts);
    let facts = facts.map_or(0, |head| head.position.seq);
    let reached = "select coalesce(max(seq), 0) from copy.checkpoints where grp = ?1 and log = 'facts'";
    let reached: u64 = tx.query_row(reached, [group], |row| row.get(0))?;
    let mut stood = CarriedState { facts: reached.min(facts), open: 0 };
    for name in STATE_TABLES {
        let Some(sql) = table(&tx, "copy", name)? else { continue };
        tx.execute_batch(&sql)?;
        tx.execute(&format!("insert into {name} select * from copy.{name}"), [])?;
    }
    if table(&tx, "main", "delivery_states")?.is_some() {
        tx.execute("delete from delivery_states where seq > ?1", [facts])?;
        let open = "select count(*) from delivery_states where state in ('due', 'leased')";
        stood.open = tx.query_row(open, [], |row| row.get(0))?;
    }
    tx.commit()?;
    Ok(stood)
}

/// The columns of a table in the copy.
fn columns(connection: &Connection, name: &str) -> rusqlite::Result<String> {
    let sql = "select group_concat(name, ', ') from pragma_table_info(?1, 'copy')";
    connection.query_row(sql, [name], |row| row.get(0))
}

impl Outbox {
    /// Marks deliveries as in doubt after a restore. The server whose last data is lost may have carried out
    /// every open delivery, and those of events after `facts`, which the backup did not contain yet. They are
    /// first looked up at their targets, as after a lost outbox worker. No outbox worker may run meanwhile.
    /// Returns their number.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub async fn doubt(&self, facts: u64) -> Result<usize, ApplyError> {
        let doubt = "update delivery_states set state = 'leased', at = 0, lease = lease + 1
                     where state in ('due', 'leased') or state = 'left_out' and seq > ?1";
        self.store().transaction(move |_, tx| Ok(tx.execute(doubt, [facts]).map_err(ViewError::from)?)).await
    }
}
