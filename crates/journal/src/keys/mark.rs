//! Records in the key store how far the erasures of the journal have been applied. If the store is older than the
//! journal, or belongs to another one, the mark shows it and the erasures are applied again.

use domain::{Position, TenantId, UserId};
use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};
use uuid::Uuid;

use super::{KeyError, KeyRing};

/// Stores made by earlier versions lack these tables.
pub const TABLES: &str = "
create table if not exists erasures_done (epoch integer not null, seq integer not null, event_id blob not null) strict;
create table if not exists erased_again (
    tenant text not null, subject blob not null, primary key (subject, tenant)
) strict, without rowid;
";

/// A position in the facts log with the id of its event, which proves that a journal contains this mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogMark {
    /// The epoch of the journal.
    pub epoch: u32,
    /// Every person erased up to this position has no key in this store.
    pub seq: u64,
    /// The id of the event at this position.
    pub event_id: Uuid,
}

impl LogMark {
    /// The mark of an event.
    #[must_use]
    pub fn at(position: Position, event_id: Uuid) -> Self {
        Self { epoch: position.epoch, seq: position.seq, event_id }
    }
}

impl KeyRing {
    /// How far erasures have been applied; `None` if the store has no mark.
    ///
    /// # Errors
    /// If the store is unavailable.
    pub fn mark(&self) -> Result<Option<LogMark>, KeyError> {
        let mark = self.store().query_row("select epoch, seq, event_id from erasures_done", [], |row| {
            Ok(LogMark { epoch: row.get(0)?, seq: row.get(1)?, event_id: Uuid::from_bytes(row.get(2)?) })
        });
        Ok(mark.optional()?)
    }

    /// Records that erasures are applied up to `mark`, and that no read model holds data of the people who were
    /// erased again.
    ///
    /// # Errors
    /// If the store is unavailable.
    pub fn set_mark(&self, mark: LogMark) -> Result<(), KeyError> {
        let mut store = self.store();
        let tx = store.transaction_with_behavior(TransactionBehavior::Immediate)?;
        tx.execute("delete from erased_again", [])?;
        tx.execute("delete from erasures_done", [])?;
        tx.execute(
            "insert into erasures_done (epoch, seq, event_id) values (?1, ?2, ?3)",
            params![mark.epoch, mark.seq, mark.event_id.as_bytes()],
        )?;
        Ok(tx.commit()?)
    }

    /// Destroys the key of an erased person that a restored key store brought back, or records a lost key as
    /// destroyed. Returns false if it was destroyed already. Until the next [`Self::set_mark`] the store remembers
    /// that read models may hold data decrypted with it. Blocks.
    ///
    /// # Errors
    /// As for [`Self::erase`].
    pub fn erase_again(&self, tenant: &TenantId, subject: UserId) -> Result<bool, KeyError> {
        if self.is_erased(tenant, subject)? {
            return Ok(false);
        }
        self.store().execute(
            "insert into erased_again (tenant, subject) values (?1, ?2) on conflict do nothing",
            params![tenant.as_str(), subject.uuid().as_bytes()],
        )?;
        self.erase(tenant, subject).map(|()| true)
    }

    /// The number of people erased again since the mark was set.
    ///
    /// # Errors
    /// If the store is unavailable.
    pub fn erased_again(&self) -> Result<u64, KeyError> {
        Ok(self.store().query_row("select count(*) from erased_again", [], |row| row.get(0))?)
    }

    /// Whether the store knows a person, by their key or by the record of its destruction.
    ///
    /// # Errors
    /// If the store is unavailable.
    pub fn knows(&self, tenant: &TenantId, subject: UserId) -> Result<bool, KeyError> {
        Ok(has_row(&self.store(), tenant, subject)?)
    }
}

fn has_row(store: &Connection, tenant: &TenantId, subject: UserId) -> rusqlite::Result<bool> {
    store
        .prepare_cached("select exists (select 1 from subject_keys where subject = ?1 and tenant = ?2)")?
        .query_row(params![subject.uuid().as_bytes(), tenant.as_str()], |row| row.get(0))
}
