//! What the key store knows of the journal: up to where the erasures of that journal are done in it. An older store, or
//! another one, says so by its mark, and its erasures are done again.

use domain::{Position, TenantId, UserId};
use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};
use uuid::Uuid;

use super::{KeyError, KeyRing};

/// Stores of earlier versions have none of them.
pub const TABLES: &str = "
create table if not exists erasures_done (epoch integer not null, seq integer not null, event_id blob not null) strict;
create table if not exists erased_again (
    tenant text not null, subject blob not null, primary key (subject, tenant)
) strict, without rowid;
";

/// A place in the log of facts, and the event there, which proves that a journal has this mark in its past.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogMark {
    /// The history.
    pub epoch: u32,
    /// Every person who was erased up to here has no key in this store.
    pub seq: u64,
    /// What stands there.
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
    /// Up to where erasures are done; nothing when the store cannot say.
    ///
    /// # Errors
    /// When the store does not answer.
    pub fn mark(&self) -> Result<Option<LogMark>, KeyError> {
        let mark = self.store().query_row("select epoch, seq, event_id from erasures_done", [], |row| {
            Ok(LogMark { epoch: row.get(0)?, seq: row.get(1)?, event_id: Uuid::from_bytes(row.get(2)?) })
        });
        Ok(mark.optional()?)
    }

    /// Erasures are done up to `mark`, and no read model holds anything of those who were erased again.
    ///
    /// # Errors
    /// When the store does not answer.
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

    /// Destroys a key that came back after its person was erased, or gives up one that is lost; false when it was
    /// destroyed already. Until the next [`Self::set_mark`] the store remembers that read models may hold what was read
    /// with it. Blocks.
    ///
    /// # Errors
    /// As [`Self::erase`].
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

    /// How many people were erased again since the mark was set.
    ///
    /// # Errors
    /// When the store does not answer.
    pub fn erased_again(&self) -> Result<u64, KeyError> {
        Ok(self.store().query_row("select count(*) from erased_again", [], |row| row.get(0))?)
    }

    /// Whether the store knows a person: their key, or that it was destroyed.
    ///
    /// # Errors
    /// When the store does not answer.
    pub fn knows(&self, tenant: &TenantId, subject: UserId) -> Result<bool, KeyError> {
        Ok(has_row(&self.store(), tenant, subject)?)
    }
}

fn has_row(store: &Connection, tenant: &TenantId, subject: UserId) -> rusqlite::Result<bool> {
    store
        .prepare_cached("select exists (select 1 from subject_keys where subject = ?1 and tenant = ?2)")?
        .query_row(params![subject.uuid().as_bytes(), tenant.as_str()], |row| row.get(0))
}
