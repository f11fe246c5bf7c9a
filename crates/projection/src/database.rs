//! The file of a read model, separate from the journal. It can always be made again, so its commits need not
//! wait for the disk. After a power cut the file is consistent, offsets included; lost commits are read again
//! from the journal.

use journal::ErrorCause;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::error::ViewError;
use crate::shape::{Outdated, Shape};
use crate::{bookkeeping, erased_people};

/// Most concurrent queries on one read model. More would only compete for the same cores, each with its own
/// thread and connection.
const READERS: usize = 4;

/// One database file with one writer and several readers.
pub struct Database {
    pub path: PathBuf,
    /// Why its tables are not the ones asked for.
    pub outdated: Option<Outdated>,
    writer: Mutex<Connection>,
    idle: Mutex<Vec<Connection>>,
    reading: Semaphore,
    /// The file is deleted once nobody uses it any more.
    retired: AtomicBool,
    /// Erased content may still be in the write-ahead log.
    unclean: AtomicBool,
}

impl Database {
    /// Opens the file and creates `tables`. A file of another shape than `shape` is left as it is.
    pub fn open(path: &Path, tables: &str, shape: &Shape) -> Result<Self, ViewError> {
        let mut writer = Connection::open(path)?;
        writer.busy_timeout(Duration::from_secs(5))?;
        writer.execute_batch(
            "pragma journal_mode = wal; pragma synchronous = normal; pragma cache_size = -2048;
             pragma temp_store = memory; pragma secure_delete = on;",
        )?;
        stable_plans(&writer)?;
        writer.set_prepared_statement_cache_capacity(64);
        writer.execute_batch(bookkeeping::TABLES)?;
        let outdated = shape.settle(&mut writer)?;
        if outdated.is_none() {
            writer.execute_batch(erased_people::TABLE)?;
            writer.execute_batch(tables)?;
        }
        let writer = Mutex::new(writer);
        let idle = Mutex::default();
        let retired = AtomicBool::new(false);
        let reading = Semaphore::new(READERS);
        let unclean = AtomicBool::new(true);
        let database = Self { path: path.to_owned(), outdated, writer, idle, reading, retired, unclean };
        // A crash may have come before the last erasure was completed.
        database.scrub()?;
        Ok(database)
    }

    /// Rows were erased. Their former content stays in the write-ahead log until [`Self::scrub`].
    pub fn soil(&self) {
        self.unclean.store(true, Ordering::SeqCst);
    }

    /// Empties the write-ahead log and the readers' caches if necessary. Tried again later if a reader is
    /// active.
    pub fn scrub(&self) -> Result<(), ViewError> {
        if !self.unclean.swap(false, Ordering::SeqCst) {
            return Ok(());
        }
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
        let writer = self.writer();
        let scrubbed = writer.query_row("pragma wal_checkpoint(truncate)", [], |row| row.get::<_, i64>(0));
        if scrubbed.as_ref().ok() != Some(&0) {
            self.soil();
        }
        writer.execute_batch("pragma shrink_memory")?;
        scrubbed.map(drop).map_err(Into::into)
    }

    pub fn writer(&self) -> MutexGuard<'_, Connection> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tries a write that changes nothing, unless another write is in progress.
    pub fn takes_writes(&self) -> Result<(), ViewError> {
        match self.writer.try_lock() {
            Ok(writer) => Ok(journal::sqlite::rewrite_header(&writer)?),
            Err(TryLockError::WouldBlock) => Ok(()),
            Err(TryLockError::Poisoned(writer)) => Ok(journal::sqlite::rewrite_header(&writer.into_inner())?),
        }
    }

    /// Waits for a reader slot.
    pub async fn turn(&self) -> Result<SemaphorePermit<'_>, ViewError> {
        self.reading.acquire().await.map_err(|closed| ViewError::Unavailable(ErrorCause::new(closed)))
    }

    pub fn read<T>(&self, query: impl FnOnce(&Connection) -> Result<T, ViewError>) -> Result<T, ViewError> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let connection = match idle {
            Some(connection) => connection,
            None => self.connect()?,
        };
        let result = query(&connection);
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
        result
    }

    /// A read-only connection.
    pub fn connect(&self) -> Result<Connection, ViewError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&self.path, flags)?;
        connection.busy_timeout(Duration::from_secs(5))?;
        stable_plans(&connection)?;
        connection.execute_batch("pragma query_only = on; pragma cache_size = -512;")?;
        Ok(connection)
    }

    /// Makes all commits durable, since commits of most read models do not wait for the disk.
    pub fn sync(&self, sync: &SyncPath) -> Result<(), ViewError> {
        for suffix in ["", "-wal"] {
            match sync(&beside(&self.path, suffix)) {
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(error.into()),
                Ok(()) | Err(_) => {}
            }
        }
        Ok(())
    }

    /// Marks the file as not in use, or not in use yet: it is deleted when dropped.
    pub fn retire(&self) {
        self.retired.store(true, Ordering::SeqCst);
    }

    /// Marks the file as in use: it is kept when dropped.
    pub fn keep(&self) {
        self.retired.store(false, Ordering::SeqCst);
    }
}

/// Without this, SQLite plans every statement with a bound limit again each time it is bound.
fn stable_plans(connection: &Connection) -> rusqlite::Result<bool> {
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)
}

impl Drop for Database {
    fn drop(&mut self) {
        if *self.retired.get_mut() {
            for suffix in ["", "-wal", "-shm"] {
                let _ = std::fs::remove_file(beside(&self.path, suffix));
            }
        }
    }
}

/// Path of a file that SQLite keeps beside its database file.
fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// Syncs the content of a file, or the names in a directory, so that they survive a power cut.
pub type SyncPath = Arc<dyn Fn(&Path) -> std::io::Result<()> + Send + Sync>;
