//! A read model as the target of its group and as what queries read.

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
use crate::tx::{ViewTx, query};
use crate::value::{Row, Value};
use crate::{Projection, ProjectionError, bookkeeping, deliveries, generation, leases};

/// One read model: tables of its own, one writer, many readers. Clones share it.
#[derive(Clone)]
pub struct ViewStore(Arc<StoreInner>);

pub(crate) struct StoreInner {
    path: PathBuf,
    tables: String,
    projection: Arc<dyn Projection>,
    /// The file it is in now: another one once a rebuild has taken over.
    database: RwLock<Arc<Database>>,
    /// The file before, until a power cut cannot bring it back.
    former: Mutex<Option<Former>>,
    /// Being rebuilt beside the one in use: nobody reads it yet, so no cached document comes from it.
    in_the_making: bool,
    /// Works on the thread that asks, and its projection waits for nothing but its transaction: for simulations, which
    /// decide alone what happens in which order.
    in_place: bool,
    sync: SyncPath,
}

/// A file that was taken over from.
struct Former {
    database: Arc<Database>,
    /// The version of its ownership of deliveries; 0 when it owned none.
    owner: i64,
}

impl std::fmt::Debug for ViewStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ViewStore({})", self.0.path.display())
    }
}

impl ViewStore {
    /// Opens the read model of `projection` at `path`, with `tables` (which must bear being run again). A file that was
    /// made with other tables, or by another version of the projection, is left as it is: see [`Self::outdated`].
    ///
    /// # Errors
    /// When the file cannot be opened.
    pub fn open(path: &Path, tables: &str, projection: Arc<dyn Projection>) -> Result<Self, ViewError> {
        if let Some(directory) = path.parent() {
            journal::make_directory(directory)
                .map_err(|e| ViewError::Unavailable(format!("{}: {e}", directory.display())))?;
        }
        let shape = Shape::of(tables, projection.version());
        let database = Database::open(&generation::current(path)?, tables, &shape)?;
        let (path, tables, database) = (path.to_owned(), tables.to_owned(), RwLock::new(Arc::new(database)));
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

    /// The same read model for a simulation: it works on the thread that asks, and a switch to a rebuilt one is made
    /// durable by `sync`, which may fail.
    #[must_use]
    pub fn in_place(&self, sync: SyncPath) -> Self {
        self.over(self.database(), false, true, sync)
    }

    fn over(&self, database: Arc<Database>, in_the_making: bool, in_place: bool, sync: SyncPath) -> Self {
        let StoreInner { path, tables, projection, .. } = &*self.0;
        let (path, tables, projection) = (path.clone(), tables.clone(), Arc::clone(projection));
        let (database, former) = (RwLock::new(database), Mutex::default());
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

    /// The same read model, empty, in a file beside this one, which goes when the value is dropped unless it took
    /// over.
    ///
    /// # Errors
    /// When its file cannot be made.
    pub fn beside(&self) -> Result<Self, ViewError> {
        let StoreInner { path, tables, projection, in_place, sync, .. } = &*self.0;
        let shape = Shape::of(tables, projection.version());
        let database = Database::open(&generation::next(path)?, tables, &shape)?;
        database.retire();
        Ok(self.over(Arc::new(database), true, *in_place, Arc::clone(sync)))
    }

    /// The path of its first file; those of later rebuilds stand beside it.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0.path
    }

    /// Why the file in use is not what the code of today would make. Queries may fail on it or find wrong rows, and no
    /// group runs over it, until [`crate::renew`] has made it again.
    #[must_use]
    pub fn outdated(&self) -> Option<Outdated> {
        self.database().outdated
    }

    /// Goes on with the file of `fresh`. Queries that are running finish on the old one, which is then deleted.
    /// Gives the old one.
    ///
    /// Deliveries are nobody's in between: until the switch outlives a power cut, carrying one out might be forgotten with
    /// the new file, and would then be done again by the old one.
    pub(crate) fn take_over(&self, fresh: &Self) -> Result<Arc<Database>, ViewError> {
        self.settle_switch()?;
        let (taken, old) = (fresh.database(), self.database());
        // Held until the new one is the one in use: nobody writes down an outcome where it would be lost.
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
        // The new one is in use: nothing that fails from here on changes that.
        if let Err(error) = self.settle_switch() {
            tracing::error!(store = ?self, %error, "a power cut may bring the old read model back; nothing is delivered until it cannot");
        }
        self.0.projection.replaced();
        Ok(old)
    }

    /// Makes the last switch certain: then the new file owns its deliveries, and the old one goes. Tried again with
    /// every [`Self::scrub`].
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
    /// When the database does not answer.
    pub async fn query(&self, sql: &str, params: Vec<Value<'_>>) -> Result<Vec<Row>, ViewError> {
        let (database, sql) = (self.database(), sql.to_owned());
        let params: Vec<_> = params.into_iter().map(Value::into_owned).collect();
        let _turn = database.turn().await?;
        let reading = Arc::clone(&database);
        self.blocking(move || reading.read(|connection| query(connection, &sql, &params))).await
    }

    /// Returns once the file in use is known to take writes: a small one, which changes nothing, succeeds. While
    /// somebody else writes, that is not tried.
    ///
    /// # Errors
    /// When it does not.
    pub async fn takes_writes(&self) -> Result<(), ViewError> {
        let database = self.database();
        self.blocking(move || database.takes_writes()).await
    }

    /// Every row of every table of the read model itself, sorted: what a rebuild must equal.
    ///
    /// # Errors
    /// When the database does not answer.
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
        let store = Arc::clone(&self.0);
        let run = move || {
            let mut database = store.database();
            let mut connection = loop {
                let connection = database.writer();
                let now = store.database();
                if Arc::ptr_eq(&now, &database) {
                    break connection;
                }
                // A rebuilt read model took over while this waited for its turn.
                drop(connection);
                database = now;
            };
            let broken = |e: rusqlite::Error| ApplyError::from(ViewError::from(e));
            let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(broken)?;
            let value = work(&store, &tx)?;
            tx.commit().map_err(broken)?;
            Ok(value)
        };
        self.blocking(run).await
    }

    fn must_not_be_outdated(&self) -> Result<(), ApplyError> {
        let refused = |why| ApplyError::Store(format!("the read model must be made again first: {why}"));
        self.outdated().map_or(Ok(()), |why| Err(refused(why)))
    }

    /// A transaction of whoever runs the group.
    async fn write<T: Send + 'static>(
        &self,
        lease: Lease,
        work: impl FnOnce(&StoreInner, &Connection) -> Result<T, ApplyError> + Send + 'static,
    ) -> Result<T, ApplyError> {
        self.must_not_be_outdated()?;
        self.transaction(move |store, connection| {
            leases::guard(connection, store.projection.name(), lease)?;
            work(store, connection)
        })
        .await
    }

    /// Runs `work` where it may block.
    pub(crate) async fn blocking<T: Send + 'static, E: From<ViewError> + Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, E> + Send + 'static,
    ) -> Result<T, E> {
        if self.0.in_place {
            let done = work();
            // Others may go on before the caller hears of it, as they may anywhere.
            tokio::task::yield_now().await;
            return done;
        }
        tokio::task::spawn_blocking(work)
            .await
            .unwrap_or_else(|e| Err(ViewError::Unavailable(e.to_string()).into()))
    }

    /// The batch is committed: cached documents go, if anybody can have cached any, and what was erased goes for good.
    async fn committed(&self, batch: &[Envelope]) {
        if !self.0.in_the_making {
            self.0.projection.committed(batch);
        }
        if batch.iter().any(|event| self.0.projection.erases(event)) {
            self.database().soil();
            self.scrub().await;
        }
    }

    /// Overwrites what erasures have left in files and memory, if there is need. To be called now and then: while
    /// somebody reads, it stays. Also makes a switch certain that could not be when it was made.
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

    fn project(&self, connection: &Connection, batch: &[Envelope]) -> Result<(), ApplyError> {
        if batch.is_empty() {
            return Ok(());
        }
        // A panic is the event's failure like any other: its key is set aside, and nobody else stands still.
        let applied = catch_unwind(AssertUnwindSafe(|| self.apply(connection, batch)));
        let applied = applied.unwrap_or_else(|panic| {
            let message = panic_message(panic.as_ref());
            tracing::error!(group = self.projection.name(), message, "a projection panicked");
            Err(ProjectionError::Event(format!("the projection panicked: {message}")))
        });
        applied.map_err(|error| match error {
            ProjectionError::Event(message) | ProjectionError::Store(ViewError::Refused(message)) => {
                ApplyError::Event(message)
            }
            ProjectionError::Alarm(message) => ApplyError::Alarm(message),
            ProjectionError::Store(error @ ViewError::Unavailable(_)) => error.into(),
        })
    }

    fn apply(&self, connection: &Connection, batch: &[Envelope]) -> Result<(), ProjectionError> {
        let mut tx = ViewTx::Sqlite(connection);
        let apply = self.projection.apply_batch(&mut tx, batch);
        if !self.in_place {
            return Handle::current().block_on(apply);
        }
        let Poll::Ready(applied) = pin!(apply).poll(&mut Context::from_waker(Waker::noop())) else {
            let message = "a projection of a store in place waits for something";
            return Err(ProjectionError::Store(ViewError::Unavailable(message.into())));
        };
        applied
    }
}

/// What a panic said.
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
        let due = self
            .write(lease, move |store, connection| {
                bookkeeping::advance(connection, store.projection.name(), &step)?;
                store.project(connection, &step.due)?;
                Ok(step.due)
            })
            .await?;
        self.committed(&due).await;
        Ok(())
    }

    async fn parked(&self, key: &str) -> Result<Vec<ParkedEvent>, ApplyError> {
        let key = key.to_owned();
        self.transaction(move |store, c| bookkeeping::parked(c, store.projection.name(), &key)).await
    }

    async fn redo(&self, lease: Lease, key: &str, event: Envelope) -> Result<(), ApplyError> {
        let key = key.to_owned();
        let done = self
            .write(lease, move |store, connection| {
                bookkeeping::strike(connection, store.projection.name(), &key, event.event_id)?;
                store.project(connection, std::slice::from_ref(&event))?;
                Ok(event)
            })
            .await?;
        self.committed(&[done]).await;
        Ok(())
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
