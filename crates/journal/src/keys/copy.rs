//! Copies the key store for backups.

use std::path::Path;
use std::sync::PoisonError;

use domain::{TenantId, UserId};
use rusqlite::{Connection, params};
use uuid::Uuid;

use super::{KeyError, KeyRing};

/// The number of keys copied under one lock of the store.
const PAGE: usize = 1000;

impl KeyRing {
    /// Copies every key into the new file `into`, one page at a time, so that other users of the store never wait
    /// long. Blocks.
    ///
    /// Keys created during the copy may be missing, but every key used by events written before the copy began is
    /// included. People erased during the copy may or may not be erased in it.
    ///
    /// # Errors
    /// If the store is unavailable or `into` cannot be written.
    pub fn copy(&self, into: &Path) -> Result<(), KeyError> {
        let copy = Connection::open(into)?;
        copy.execute_batch("pragma journal_mode = off; pragma synchronous = off;")?;
        for table in ["subject_keys", "master_check"] {
            let sql: String = self.locked(|store| {
                store.query_row("select sql from sqlite_master where name = ?1", [table], |row| row.get(0))
            })?;
            copy.execute_batch(&sql)?;
        }
        let check: Vec<u8> =
            self.locked(|store| store.query_row("select wrapped from master_check", [], |row| row.get(0)))?;
        copy.execute("insert into master_check (wrapped) values (?1)", [check])?;
        let mut last = ([0; 16], String::new());
        loop {
            let page = self.page_after(&last)?;
            let tx = copy.unchecked_transaction()?;
            for (subject, tenant, wrapped) in &page {
                tx.prepare_cached("insert into subject_keys (subject, tenant, wrapped) values (?1, ?2, ?3)")?
                    .execute(params![subject, tenant, wrapped])?;
            }
            tx.commit()?;
            match page.into_iter().last() {
                Some((subject, tenant, _)) => last = (subject, tenant),
                None => break,
            }
        }
        copy.close().map_err(|(_, error)| error)?;
        let synced = std::fs::File::open(into).and_then(|file| file.sync_all());
        synced.map_err(|error| KeyError::Unavailable(format!("{}: {error}", into.display()).into()))
    }

    /// Everybody whose key was destroyed.
    ///
    /// # Errors
    /// If the store is unavailable.
    pub fn erased(&self) -> Result<Vec<(TenantId, UserId)>, KeyError> {
        self.locked(|store| {
            let mut statement =
                store.prepare("select tenant, subject from subject_keys where wrapped is null")?;
            let rows = statement.query_map([], |row| {
                let (tenant, subject): (String, [u8; 16]) = (row.get(0)?, row.get(1)?);
                Ok((TenantId::stored(&tenant), Uuid::from_bytes(subject).into()))
            })?;
            rows.collect()
        })
    }

    #[expect(clippy::type_complexity, reason = "the columns")]
    fn page_after(
        &self,
        (subject, tenant): &([u8; 16], String),
    ) -> Result<Vec<([u8; 16], String, Option<Vec<u8>>)>, KeyError> {
        let sql = "select subject, tenant, wrapped from subject_keys where (subject, tenant) > (?1, ?2)
                   order by subject, tenant limit ?3";
        self.locked(|store| {
            let mut statement = store.prepare_cached(sql)?;
            let rows = statement.query_map(params![subject, tenant, PAGE], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?))
            })?;
            rows.collect()
        })
    }

    fn locked<T>(&self, work: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, KeyError> {
        Ok(work(&self.store.lock().unwrap_or_else(PoisonError::into_inner))?)
    }
}
