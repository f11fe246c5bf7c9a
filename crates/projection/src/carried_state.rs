//! What of a read model cannot be read again from the journal: what became of its deliveries, and what waits behind
//! blocked keys. It is copied for backups. Of a copy, a restore makes a read model that is outdated: the first start makes
//! it again from the journal, and it takes over what is written there.

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

/// Beside those of deliveries: how far it is, and what waits.
const KEPT: [&str; 3] = ["checkpoints", "blocked_keys", "parked_events"];

impl ViewStore {
    /// Copies what cannot be read again into the new file `into`. Blocks; nobody waits for it.
    ///
    /// # Errors
    /// When one of the files does not answer.
    pub fn copy_standing(&self, into: &Path) -> Result<(), ViewError> {
        loop {
            // Held, so that the file stays while it is read.
            let database = self.database();
            copy(&database.path, into)?;
            if Arc::ptr_eq(&database, &self.database()) {
                return Ok(());
            }
            // A rebuilt read model took over meanwhile, and with it what became of deliveries.
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

/// The statement that made a table.
fn table(connection: &Connection, schema: &str, name: &str) -> rusqlite::Result<Option<String>> {
    let sql = format!("select sql from {schema}.sqlite_master where type = 'table' and name = ?1");
    connection.query_row(&sql, [name], |row| row.get(0)).optional()
}

/// How the copy of a read model stood.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CarriedState {
    /// The last fact it had applied.
    pub facts: u64,
    /// Deliveries that were to be carried out.
    pub open: u64,
}

/// Makes at `path` a read model of `group` that is to be made again up to `heads`, the ends of a restored journal, with
/// what `standing` says of its deliveries. What only the lost part of the journal asked for goes.
///
/// # Errors
/// When one of the files does not answer.
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
        let (at, id) = (head.position, head.event_id.map(|id| *id.as_bytes()));
        let insert = "insert into checkpoints (grp, log, epoch, seq, event_id) values (?1, ?2, ?3, ?4, ?5)";
        tx.execute(insert, params![group, at.log.as_str(), at.epoch, at.seq, id])?;
        for name in ["blocked_keys", "parked_events"] {
            let columns = columns(&tx, name)?;
            let rows = "grp = ?1 and log = ?2 and seq <= ?3";
            let insert =
                format!("insert into {name} ({columns}) select {columns} from copy.{name} where {rows}");
            tx.execute(&insert, params![group, at.log.as_str(), at.seq])?;
            tx.execute(&format!("update {name} set epoch = ?1"), [at.epoch])?;
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

/// The columns of a copy.
fn columns(connection: &Connection, name: &str) -> rusqlite::Result<String> {
    let sql = "select group_concat(name, ', ') from pragma_table_info(?1, 'copy')";
    connection.query_row(sql, [name], |row| row.get(0))
}

impl Outbox {
    /// After a restore, what was to be carried out may have been, by the server whose last part is lost: every delivery
    /// that is open, and those of events after `facts`, which the backup had not asked for yet, are looked up at their
    /// targets first, as after a lost outbox worker. Nobody may carry deliveries meanwhile. Gives how many they are.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn doubt(&self, facts: u64) -> Result<usize, ApplyError> {
        let doubt = "update delivery_states set state = 'leased', at = 0, lease = lease + 1
                     where state in ('due', 'leased') or state = 'left_out' and seq > ?1";
        self.store().transaction(move |_, tx| Ok(tx.execute(doubt, [facts]).map_err(ViewError::from)?)).await
    }
}
