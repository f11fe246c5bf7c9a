//! A read model's file, apart from the journal: it can always be made again, so its commits need not wait for the
//! disk. What a power cut takes back is consistent, offsets included, and is read again from the journal.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bus::{Advance, ApplyError, Blocked, ParkedEvent, State, Target};
use domain::Envelope;
use rusqlite::{Connection, OpenFlags, TransactionBehavior};
use tokio::sync::Semaphore;

use crate::tx::{ViewTx, query};
use crate::value::{Row, Value};
use crate::{Projection, ProjectionError, bookkeeping};

/// Queries of one read model at the same time: more would only wait for the same cores, each with a thread and a
/// connection of its own.
const READERS: usize = 4;

/// The database of a read model does not answer.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{0}")]
pub struct ViewError(String);

impl From<rusqlite::Error> for ViewError {
    fn from(error: rusqlite::Error) -> Self {
        Self(error.to_string())
    }
}

impl From<ViewError> for ApplyError {
    fn from(error: ViewError) -> Self {
        Self::Store(error.0)
    }
}

/// One read model: tables of its own, one writer, many readers. Clones share it.
#[derive(Clone)]
pub struct ViewStore(Arc<Shared>);

struct Shared {
    path: PathBuf,
    projection: Arc<dyn Projection>,
    writer: Mutex<Connection>,
    readers: Mutex<Vec<Connection>>,
    reading: Semaphore,
}

impl std::fmt::Debug for ViewStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ViewStore({})", self.0.path.display())
    }
}

impl ViewStore {
    /// Opens the read model of `projection` at `path`, with `tables` (which must bear being run again).
    ///
    /// # Errors
    /// When the file cannot be opened.
    pub fn open(path: &Path, tables: &str, projection: Arc<dyn Projection>) -> Result<Self, ViewError> {
        if let Some(directory) = path.parent() {
            std::fs::create_dir_all(directory)
                .map_err(|e| ViewError(format!("{}: {e}", directory.display())))?;
        }
        let writer = Connection::open(path)?;
        writer.busy_timeout(Duration::from_secs(5))?;
        writer.execute_batch(
            "pragma journal_mode = wal; pragma synchronous = normal; pragma cache_size = -8192;
             pragma temp_store = memory;",
        )?;
        writer.set_prepared_statement_cache_capacity(64);
        writer.execute_batch(bookkeeping::TABLES)?;
        writer.execute_batch(tables)?;
        Ok(Self(Arc::new(Shared {
            path: path.to_owned(),
            projection,
            writer: Mutex::new(writer),
            readers: Mutex::default(),
            reading: Semaphore::new(READERS),
        })))
    }

    /// The rows of a query, from one snapshot.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn query(&self, sql: &str, params: Vec<Value<'_>>) -> Result<Vec<Row>, ViewError> {
        let (store, sql) = (Arc::clone(&self.0), sql.to_owned());
        let params: Vec<_> = params.into_iter().map(Value::into_owned).collect();
        let _turn = self.0.reading.acquire().await.map_err(|closed| ViewError(closed.to_string()))?;
        blocking(move || {
            let idle = store.readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let connection = match idle {
                Some(connection) => connection,
                None => store.connect()?,
            };
            let rows = query(&connection, &sql, &params);
            store.readers.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
            rows
        })
        .await
    }

    /// Every row of every table of the read model itself, sorted: what a rebuild must equal.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn dump(&self) -> Result<Vec<(String, Vec<Row>)>, ViewError> {
        let store = Arc::clone(&self.0);
        blocking(move || {
            let connection = store.writer.lock().unwrap_or_else(PoisonError::into_inner);
            let tables =
                query(&connection, "select name from sqlite_master where type = 'table' order by name", &[])?;
            let names = tables.iter().filter_map(|row| row.text(0));
            names
                .filter(|name| !bookkeeping::NAMES.contains(name))
                .map(|name| {
                    let mut rows = query(&connection, &format!("select * from {name}"), &[])?;
                    rows.sort_by_cached_key(|row| format!("{row:?}"));
                    Ok((name.to_owned(), rows))
                })
                .collect()
        })
        .await
    }

    /// Runs `work` in one transaction of the writer, on a thread that may block.
    async fn transaction<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Shared, &Connection) -> Result<T, ApplyError> + Send + 'static,
    ) -> Result<T, ApplyError> {
        let store = Arc::clone(&self.0);
        let run = move || {
            let mut connection = store.writer.lock().unwrap_or_else(PoisonError::into_inner);
            let broken = |e: rusqlite::Error| ApplyError::Store(e.to_string());
            let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(broken)?;
            let value = work(&store, &tx)?;
            tx.commit().map_err(broken)?;
            Ok(value)
        };
        tokio::task::spawn_blocking(run).await.unwrap_or_else(|e| Err(ApplyError::Store(e.to_string())))
    }
}

impl Shared {
    fn connect(&self) -> Result<Connection, ViewError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&self.path, flags)?;
        connection.busy_timeout(Duration::from_secs(5))?;
        connection.execute_batch("pragma query_only = on; pragma cache_size = -1024;")?;
        Ok(connection)
    }

    fn project(&self, connection: &Connection, batch: &[Envelope]) -> Result<(), ApplyError> {
        if batch.is_empty() {
            return Ok(());
        }
        let mut tx = ViewTx::Sqlite(connection);
        let applied = tokio::runtime::Handle::current().block_on(self.projection.apply(&mut tx, batch));
        applied.map_err(|error| match error {
            ProjectionError::Event(message) => ApplyError::Event(message),
            ProjectionError::Store(error) => error.into(),
        })
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ViewError> + Send + 'static,
) -> Result<T, ViewError> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|e| Err(ViewError(e.to_string())))
}

/// A read model as the target of its group.
#[async_trait]
impl Target for ViewStore {
    async fn state(&self) -> Result<State, ApplyError> {
        self.transaction(|store, c| bookkeeping::state(c, store.projection.name())).await
    }

    async fn advance(&self, step: Advance) -> Result<(), ApplyError> {
        let due = self
            .transaction(move |store, connection| {
                bookkeeping::advance(connection, store.projection.name(), &step)?;
                store.project(connection, &step.due)?;
                Ok(step.due)
            })
            .await?;
        self.0.projection.committed(&due);
        Ok(())
    }

    async fn parked(&self, key: &str) -> Result<Vec<ParkedEvent>, ApplyError> {
        let key = key.to_owned();
        self.transaction(move |store, c| bookkeeping::parked(c, store.projection.name(), &key)).await
    }

    async fn redo(&self, key: &str, event: Envelope) -> Result<(), ApplyError> {
        let key = key.to_owned();
        let done = self
            .transaction(move |store, connection| {
                bookkeeping::strike(connection, store.projection.name(), &key, event.event_id)?;
                store.project(connection, std::slice::from_ref(&event))?;
                Ok(event)
            })
            .await?;
        self.0.projection.committed(&[done]);
        Ok(())
    }

    async fn note(&self, blocked: &Blocked) -> Result<(), ApplyError> {
        let blocked = blocked.clone();
        self.transaction(move |store, c| bookkeeping::note(c, store.projection.name(), &blocked)).await
    }
}
