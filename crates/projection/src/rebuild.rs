//! Rebuilds a read model from the journal beside the one in use. The old one keeps answering until the new one
//! takes over at one exact position.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex, PoisonError};

use bus::{ApplyError, GroupHandle, Progress, RebuildError};
use rusqlite::Connection;
use rusqlite::types::ValueRef;

use crate::database::Database;
use crate::error::ViewError;
use crate::shape::tables;
use crate::store::ViewStore;

/// How the rows of one table differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TableChange {
    /// Rows before the rebuild.
    pub rows_before: u64,
    /// Rows after the rebuild.
    pub rows_now: u64,
    /// Whether the rows are the same, by checksum.
    pub equal: bool,
}

/// The result of a rebuild.
#[derive(Clone, Debug)]
pub struct Rebuilt {
    /// Events read from the journal.
    pub events: u64,
    /// Comparison of the old and the new read model, table by table, at the position of the switch.
    pub tables: BTreeMap<String, TableChange>,
}

impl Rebuilt {
    /// Whether the new read model holds the same rows as the old one.
    #[must_use]
    pub fn is_equal(&self) -> bool {
        self.tables.values().all(|table| table.equal)
    }
}

/// Checksum per table, independent of row order: the number of rows and the sum of their hashes.
type Checksums = BTreeMap<String, (u64, u64)>;

/// Rebuilds `live`, the read model of `group`.
///
/// # Errors
/// When the journal or a file fails. The read model in use is then unchanged.
pub async fn rebuild(
    live: &ViewStore,
    group: &GroupHandle,
    progress: impl FnMut(Progress) + Send,
) -> Result<Rebuilt, RebuildError> {
    let fresh = live.beside().map_err(failed)?;
    let mut runner = group.beside(Arc::new(fresh.clone())).await?;
    runner.catch_up(progress).await?;
    let switched: Arc<Mutex<Option<Switched>>> = Arc::default();
    let into = live.clone();
    let keep = Arc::clone(&switched);
    let take_over = async move {
        let store = into.clone();
        let make = move || -> Result<(), ApplyError> {
            let old = Switched::make(&into, &fresh)?;
            *keep.lock().unwrap_or_else(PoisonError::into_inner) = Some(old);
            Ok(())
        };
        store.blocking(make).await
    };
    let events = group.switch(runner, Box::pin(take_over)).await?;
    let switched = switched.lock().unwrap_or_else(PoisonError::into_inner).take();
    let switched = switched.ok_or(RebuildError::NotRunning)?;
    let tables = live.blocking(move || switched.compare()).await.map_err(failed)?;
    Ok(Rebuilt { events, tables })
}

#[expect(clippy::needless_pass_by_value, reason = "passed to map_err")]
pub fn failed(error: ViewError) -> RebuildError {
    RebuildError::Failed(error.to_string())
}

/// Both read models as they were at the switch.
struct Switched {
    /// No longer written to.
    old: Arc<Database>,
    /// A snapshot of the new one.
    new: Connection,
}

impl Switched {
    fn make(live: &ViewStore, fresh: &ViewStore) -> Result<Self, ViewError> {
        let new = fresh.database().connect()?;
        new.execute_batch("begin; select count(*) from checkpoints;")?;
        Ok(Self { old: live.take_over(fresh)?, new })
    }

    fn compare(&self) -> Result<BTreeMap<String, TableChange>, ViewError> {
        let before = self.old.read(checksums)?;
        let now = checksums(&self.new)?;
        let names = before.keys().chain(now.keys());
        let compared = names.map(|name| {
            let of = |sums: &Checksums| sums.get(name).copied().unwrap_or_default();
            let (before, now) = (of(&before), of(&now));
            (name.clone(), TableChange { rows_before: before.0, rows_now: now.0, equal: before == now })
        });
        Ok(compared.collect())
    }
}

fn checksums(connection: &Connection) -> Result<Checksums, ViewError> {
    let sum = |name: String| {
        let mut statement = connection.prepare(&format!("select * from {name}"))?;
        let columns = statement.column_count();
        let mut rows = statement.query([])?;
        let (mut count, mut sum) = (0, 0_u64);
        while let Some(row) = rows.next()? {
            let mut hasher = DefaultHasher::new();
            for column in 0..columns {
                match row.get_ref(column)? {
                    ValueRef::Null => 0_u8.hash(&mut hasher),
                    ValueRef::Integer(number) => (1_u8, number).hash(&mut hasher),
                    ValueRef::Real(number) => (2_u8, number.to_bits()).hash(&mut hasher),
                    ValueRef::Text(bytes) => (3_u8, bytes).hash(&mut hasher),
                    ValueRef::Blob(bytes) => (4_u8, bytes).hash(&mut hasher),
                }
            }
            count += 1;
            sum = sum.wrapping_add(hasher.finish());
        }
        Ok((name, (count, sum)))
    };
    tables(connection)?.into_iter().map(sum).collect()
}
