//! A read model: the target of its group and the source of queries.

use journal::ErrorCause;
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::task::{Context, Poll, Waker};

use async_trait::async_trait;
use bus::{Advance, ApplyError, Blocked, Candidate, GroupState, Lease, ParkedEvent, Target};
use domain::Envelope;
use rusqlite::{Connection, TransactionBehavior};
use tokio::runtime::Handle;
use uuid::Uuid;

use crate::database::{Database, SyncPath};
use crate::error::ViewError;
use crate::shape::{Outdated, Shape, tables};
use crate::tx::{ChangedDocument, ViewTx, query};
use crate::value::{Row, Value};
use crate::{Projection, ProjectionError, bookkeeping, deliveries, generation, leases};

/// One read model: its own tables, one writer, many readers. Clones share it.
#[derive(Clone)]
pub struct ViewStore(Arc<StoreInner>);

pub(crate) struct StoreInner {
    path: PathBuf,
    tables: String,
    projection: Arc<dyn Projection>,
    /// The file it is in now. It changes when a rebuild takes over.
    database: RwLock<Arc<Database>>,
    /// The previous file, kept until a power cut can no longer bring it back.
    former: Mutex<Option<Former>>,
    /// It is being rebuilt beside the one in use. Nobody reads it yet, so no cached document comes from it.
    in_the_making: bool,
    /// Runs on the calling thread, and the projection awaits nothing but its transaction. For simulations,
    /// which control the order of everything that happens.
    in_place: bool,
    sync: SyncPath,
}

/// What one transaction applied.
#[derive(Default)]
struct Applied {
    events: Vec<Envelope>,
    changed: Vec<ChangedDocument>,
}

/// The file in use before the last switch.
struct Former {
    database: Arc<Database>,
    /// Version of its ownership of deliveries; 0 when it owned none.
    owner: i64,
}

impl std::fmt::Debug for ViewStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ViewStore({})", self.0.path.display())
    }
}

impl ViewStore {
    /// Opens the read model of `projection` at `path`, with `tables` (SQL that can be run repeatedly). A file
    /// made with other tables, or by another version of the projection, is left as it is: see
    /// [`Self::outdated`].
    ///
    /// # Errors
    /// When the file cannot be opened.
    pub fn open(path: &Path, tables: &str, projection: Arc<dyn Projection>) -> Result<Self, ViewError> {
        if let Some(directory) = path.parent() {
            journal::make_directory(directory)
                .map_err(|e| ViewError::Unavailable(format!("{}: {e}", directory.display()).into()))?;
        }
        let shape = Shape::of(tables, projection.version());
        let database = Database::open(&generation::current(path)?, tables, &shape)?;
        let path = path.to_owned();
        let tables = tables.to_owned();
        let database = RwLock::new(Arc::new(database));
        Ok(Self(Arc::new(StoreInner {
            path,
            tables,
            projection,
            database,
            former: Mutex::default(),
            in_the_making: false,
            in_place: false,
            sync: Arc::new(|path| std::fs::File::open(path)?.sync_all()),
        })))
    }

    /// The same read model for a simulation. It runs on the calling thread and uses `sync`, which may fail, to
    /// make a switch to a rebuilt one durable.
    #[must_use]
    pub fn in_place(&self, sync: SyncPath) -> Self {
        self.over(self.database(), false, true, sync)
    }

    fn over(&self, database: Arc<Database>, in_the_making: bool, in_place: bool, sync: SyncPath) -> Self {
        let StoreInner { path, tables, projection, .. } = &*self.0;
        let path = path.clone();
        let tables = tables.clone();
        let projection = Arc::clone(projection);
        let database = RwLock::new(database);
        let former = Mutex::default();
        Self(Arc::new(StoreInner {
            path,
            tables,
            projection,
            database,
            former,
            in_the_making,
            in_place,
            sync,
        }))
    }

    /// An empty copy of this read model in a file beside this one. The file is deleted when the value is
    /// dropped, unless it has taken over.
    ///
    /// # Errors
    /// When its file cannot be created.
    pub fn beside(&self) -> Result<Self, ViewError> {
        let StoreInner { path, tables, projection, in_place, sync, .. } = &*self.0;
        let shape = Shape::of(tables, projection.version());
        let database = Database::open(&generation::next(path)?, tables, &shape)?;
        database.retire();
        Ok(self.over(Arc::new(database), true, *in_place, Arc::clone(sync)))
    }

    /// The path of the first file; files of later rebuilds are beside it.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0.path
    }

    /// Why the file in use differs from what the current code would make. Until [`crate::renew`] has made it
    /// again, queries may fail or find wrong rows, and no group can run over it.
    #[must_use]
    pub fn outdated(&self) -> Option<Outdated> {
        self.database().outdated
    }

    /// Switches to the file of `fresh`. Running queries finish on the old file, which is then deleted. Returns
    /// the old one.
    ///
    /// Deliveries have no owner in between. Until the switch survives a power cut, the new file could still be
    /// lost with the record of a delivery, and the old file would then carry it out again.
    pub(crate) fn take_over(&self, fresh: &Self) -> Result<Arc<Database>, ViewError> {
        self.settle_switch()?;
        let taken = fresh.database();
        let old = self.database();
        // Held until the switch: no outcome may be written to the old file, where it would be lost.
        let last = old.writer();
        leases::hand_over(&last, &taken.writer())?;
        deliveries::hand_over(&old.path, &taken.writer())?;
        taken.sync(&self.0.sync)?;
        let owner = deliveries::lose(&last)?;
        if let Err(error) = generation::set(&self.0.path, &taken.path) {
            if owner > 0 {
                deliveries::own(&last, owner)?;
            }
            return Err(error);
        }
        taken.keep();
        *self.0.database.write().unwrap_or_else(PoisonError::into_inner) = taken;
        drop(last);
        let former = Former { database: Arc::clone(&old), owner };
        *self.0.former.lock().unwrap_or_else(PoisonError::into_inner) = Some(former);
        // The new file is in use. No later failure changes that.
        if let Err(error) = self.settle_switch() {
            tracing::error!(store = ?self, %error, "a power cut may bring the old read model back; nothing is delivered until it cannot");
        }
        self.0.projection.replaced();
        Ok(old)
    }

    /// Makes the last switch durable. Then the new file owns its deliveries, and the old one is deleted.
    /// Retried with every [`Self::scrub`].
    pub(crate) fn settle_switch(&self) -> Result<(), ViewError> {
        let mut former = self.0.former.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(Former { database, owner }) = &*former else { return Ok(()) };
        self.0.path.parent().map_or(Ok(()), |directory| (self.0.sync)(directory))?;
        if *owner > 0 {
            deliveries::own(&self.database().writer(), owner + 1)?;
        }
        database.retire();
        *former = None;
        Ok(())
    }

    pub(crate) fn database(&self) -> Arc<Database> {
        self.0.database()
    }

    /// The rows of a query, from one snapshot.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub async fn query(&self, sql: &str, params: Vec<Value<'_>>) -> Result<Vec<Row>, ViewError> {
        let database = self.database();
        let sql = sql.to_owned();
        let params: Vec<_> = params.into_iter().map(Value::into_owned).collect();
        let _turn = database.turn().await?;
        let reading = Arc::clone(&database);
        self.blocking(move || reading.read(|connection| query(connection, &sql, &params))).await
    }

    /// Corrects rows that do not say what the journal says, because somebody or something else changed them. Returns how
    /// many rows were changed.
    ///
    /// It needs no lease, because it never writes over what the group has written (rule 8). Both conditions for that are
    /// checked in the transaction that writes: nothing is changed in another file than the one with the id `made`, from
    /// which the row was read and which a rebuild may have replaced since; and `sql` must name the row as it was read,
    /// so that a row which the group has changed since stays as it is.
    ///
    /// # Errors
    /// When the database rejects it.
    pub async fn correct(&self, made: &str, sql: &str, params: Vec<Value<'_>>) -> Result<usize, ViewError> {
        let (made, sql) = (made.to_owned(), sql.to_owned());
        let params: Vec<_> = params.into_iter().map(Value::into_owned).collect();
        let corrected = self.transaction(move |_, connection| {
            let file = query(connection, "select m.id from made m", &[])?;
            if file.first().and_then(|row| row.text(0)) != Some(&*made) {
                return Ok(0);
            }
            let mut tx = ViewTx::sqlite(connection);
            Ok(Handle::current().block_on(tx.execute(&sql, &params))?)
        });
        corrected.await.map_err(|error| ViewError::Unavailable(ErrorCause::new(error)))
    }

    /// Checks that the file in use takes writes, by a small write that changes nothing. Skips the check while
    /// another write is in progress.
    ///
    /// # Errors
    /// When the file takes no writes.
    pub async fn takes_writes(&self) -> Result<(), ViewError> {
        let database = self.database();
        self.blocking(move || database.takes_writes()).await
    }

    /// All rows of the read model's own tables, sorted: what a rebuild must reproduce.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub async fn dump(&self) -> Result<Vec<(String, Vec<Row>)>, ViewError> {
        let database = self.database();
        self.blocking(move || {
            let connection = database.writer();
            let dump = tables(&connection)?.into_iter().map(|name| {
                let mut rows = query(&connection, &format!("select * from {name}"), &[])?;
                rows.sort_by_cached_key(|row| format!("{row:?}"));
                Ok((name, rows))
            });
            dump.collect()
        })
        .await
    }

    /// Runs `work` in one transaction of the writer, on a thread that may block.
    pub(crate) async fn transaction<T: Send + 'static>(
        &self,
        work: impl FnOnce(&StoreInner, &Connection) -> Result<T, ApplyError> + Send + 'static,
    ) -> Result<T, ApplyError> {
        self.transaction_then(work, |_, _, _| {}).await
    }

    /// Runs `work` as [`Self::transaction`] does, and `then` as soon as it is committed, with the file it is in. Both run
    /// to their end, even if this future is dropped.
    async fn transaction_then<T: Send + 'static>(
        &self,
        work: impl FnOnce(&StoreInner, &Connection) -> Result<T, ApplyError> + Send + 'static,
        then: impl FnOnce(&StoreInner, &Database, &T) + Send + 'static,
    ) -> Result<T, ApplyError> {
        let store = Arc::clone(&self.0);
        let run = move || {
            let mut database = store.database();
            let mut connection = loop {
                let connection = database.writer();
                let now = store.database();
                if Arc::ptr_eq(&now, &database) {
                    break connection;
                }
                // A rebuilt read model took over while this call waited for the writer.
                drop(connection);
                database = now;
            };
            let broken = |e: rusqlite::Error| ApplyError::from(ViewError::from(e));
            let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(broken)?;
            let value = work(&store, &tx)?;
            if let Err(error) = tx.commit() {
                // It may be committed nevertheless.
                if !store.in_the_making {
                    store.projection.replaced();
                }
                return Err(broken(error));
            }
            then(&store, &database, &value);
            Ok(value)
        };
        self.blocking(run).await
    }

    fn must_not_be_outdated(&self) -> Result<(), ApplyError> {
        let refused = |why| ApplyError::Store(format!("the read model must be made again first: {why}"));
        self.outdated().map_or(Ok(()), |why| Err(refused(why)))
    }

    /// Runs a transaction under the group's lease.
    async fn write<T: Send + 'static>(
        &self,
        lease: Lease,
        work: impl FnOnce(&StoreInner, &Connection) -> Result<T, ApplyError> + Send + 'static,
    ) -> Result<T, ApplyError> {
        self.must_not_be_outdated()?;
        let work = guarded(lease, work);
        self.transaction(work).await
    }

    /// Applies events in a transaction under the group's lease.
    async fn apply(
        &self,
        lease: Lease,
        work: impl FnOnce(&StoreInner, &Connection) -> Result<Applied, ApplyError> + Send + 'static,
    ) -> Result<(), ApplyError> {
        self.must_not_be_outdated()?;
        let work = guarded(lease, work);
        let applied = self.transaction_then(work, StoreInner::committed).await?;
        if applied.events.iter().any(|event| self.0.projection.erases(event)) {
            self.scrub().await;
        }
        Ok(())
    }

    /// Runs `work` on a thread that may block.
    pub(crate) async fn blocking<T: Send + 'static, E: From<ViewError> + Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, E> + Send + 'static,
    ) -> Result<T, E> {
        if self.0.in_place {
            let done = work();
            // As anywhere, other tasks may run before the caller gets the result.
            tokio::task::yield_now().await;
            return done;
        }
        tokio::task::spawn_blocking(work)
            .await
            .unwrap_or_else(|e| Err(ViewError::Unavailable(ErrorCause::new(e)).into()))
    }

    /// Overwrites what erasures left in files and memory, if necessary. Call it regularly: it cannot finish
    /// while a reader is active. Also retries to make a switch durable.
    pub async fn scrub(&self) {
        let store = self.clone();
        let scrub = move || store.settle_switch().and_then(|()| store.database().scrub());
        if let Err(error) = self.blocking(scrub).await {
            tracing::warn!(store = ?self, %error, "what was erased is still in the write-ahead log; tried again soon");
        }
    }
}

impl StoreInner {
    fn database(&self) -> Arc<Database> {
        Arc::clone(&self.database.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Called as soon as a batch is committed: drops cached documents, if any can exist. A task that is broken off while it
    /// waits for the commit must not leave them: they would be shown until the next event.
    fn committed(&self, database: &Database, applied: &Applied) {
        if !self.in_the_making {
            self.projection.changed(&applied.changed);
            self.projection.committed(&applied.events);
        }
        if applied.events.iter().any(|event| self.projection.erases(event)) {
            database.soil();
        }
    }

    /// Applies `events` in an open transaction.
    fn project(&self, connection: &Connection, events: Vec<Envelope>) -> Result<Applied, ApplyError> {
        if events.is_empty() {
            return Ok(Applied::default());
        }
        // Treat a panic as a failure of the event: its key is blocked, and no other key is held up.
        let applied = catch_unwind(AssertUnwindSafe(|| self.apply(connection, &events)));
        let changed = applied.unwrap_or_else(|panic| {
            let message = panic_message(panic.as_ref());
            tracing::error!(group = self.projection.name(), message, "a projection panicked");
            Err(ProjectionError::Event(format!("the projection panicked: {message}")))
        });
        let changed = changed.map_err(|error| match error {
            ProjectionError::Event(message) => ApplyError::Event(message),
            ProjectionError::Store(ViewError::Refused(cause)) => ApplyError::Event(cause.to_string()),
            ProjectionError::Alarm(message) => ApplyError::Alarm(message),
            ProjectionError::Store(error @ ViewError::Unavailable(_)) => error.into(),
        })?;
        Ok(Applied { events, changed })
    }

    fn apply(
        &self,
        connection: &Connection,
        batch: &[Envelope],
    ) -> Result<Vec<ChangedDocument>, ProjectionError> {
        let mut tx = ViewTx::sqlite(connection);
        let apply = self.projection.apply_batch(&mut tx, batch);
        if self.in_place {
            let Poll::Ready(applied) = pin!(apply).poll(&mut Context::from_waker(Waker::noop())) else {
                let message = "a projection of a store in place waits for something";
                return Err(ProjectionError::Store(ViewError::Unavailable(message.into())));
            };
            applied?;
        } else {
            Handle::current().block_on(apply)?;
        }
        Ok(tx.into_changed())
    }
}

/// Does `work` only while `lease` is the group's.
fn guarded<T>(
    lease: Lease,
    work: impl FnOnce(&StoreInner, &Connection) -> Result<T, ApplyError> + Send + 'static,
) -> impl FnOnce(&StoreInner, &Connection) -> Result<T, ApplyError> + Send + 'static {
    move |store, connection| {
        leases::guard(connection, store.projection.name(), lease)?;
        work(store, connection)
    }
}

/// The message of a panic.
fn panic_message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "no message".into())
}

/// A read model as the target of its group.
#[async_trait]
impl Target for ViewStore {
    async fn state(&self) -> Result<GroupState, ApplyError> {
        self.transaction(|store, c| bookkeeping::state(c, store.projection.name())).await
    }

    async fn lease(&self, candidate: Candidate) -> Result<Option<Lease>, ApplyError> {
        self.must_not_be_outdated()?;
        self.transaction(move |store, c| Ok(leases::take(c, store.projection.name(), &candidate)?)).await
    }

    async fn release(&self, lease: Lease) -> Result<(), ApplyError> {
        self.transaction(move |store, c| Ok(leases::release(c, store.projection.name(), lease)?)).await
    }

    async fn advance(&self, lease: Lease, step: Advance) -> Result<(), ApplyError> {
        self.apply(lease, move |store, connection| {
            bookkeeping::advance(connection, store.projection.name(), &step)?;
            store.project(connection, step.due)
        })
        .await
    }

    async fn parked(&self, key: &str) -> Result<Vec<ParkedEvent>, ApplyError> {
        let key = key.to_owned();
        self.transaction(move |store, c| bookkeeping::parked(c, store.projection.name(), &key)).await
    }

    async fn redo(&self, lease: Lease, key: &str, event: Envelope) -> Result<(), ApplyError> {
        let key = key.to_owned();
        self.apply(lease, move |store, connection| {
            bookkeeping::strike(connection, store.projection.name(), &key, event.event_id)?;
            store.project(connection, vec![event])
        })
        .await
    }

    async fn discard(&self, lease: Lease, key: &str, event: Uuid) -> Result<(), ApplyError> {
        let key = key.to_owned();
        self.write(lease, move |store, c| bookkeeping::strike(c, store.projection.name(), &key, event)).await
    }

    async fn note(&self, lease: Lease, blocked: &Blocked) -> Result<(), ApplyError> {
        let blocked = blocked.clone();
        self.write(lease, move |store, c| bookkeeping::note(c, store.projection.name(), &blocked)).await
    }
}
