//! Reads what the index has to follow: rows, in the order in which they changed.

use ::projection::{IndexProgress, ViewError, ViewStore};

use super::{IndexChange, IndexPosition, Indexed, TextIndex};
use crate::OpenError;

/// Rows cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum RowsError {
    /// The read model does not answer.
    #[error(transparent)]
    View(#[from] ViewError),
    /// A column holds an unexpected value.
    #[error("row {0} of the search read model cannot be read")]
    Unreadable(String),
}

/// Rows that changed after a position.
pub struct Changes<E: Indexed> {
    /// The changes to apply to the index.
    pub due: Vec<IndexChange<E>>,
    /// The position after them.
    pub place: IndexPosition,
    /// Whether some rows belong to an owner who left, so that nothing of them may stay.
    pub erases: bool,
    /// Whether they come from another file than the position, so that everything indexed before must go.
    pub other_file: bool,
}

/// At most `most` rows after `place`, read in one snapshot.
pub async fn after<E: Indexed>(
    store: &ViewStore,
    place: &IndexPosition,
    most: usize,
) -> Result<Changes<E>, RowsError> {
    let (columns, table, joined) = (E::COLUMNS, E::TABLE, E::JOINED);
    let sql = format!(
        "select m.id, {columns}, r.changed from made m left join
         (select * from {table} where changed > (select case id when $1 then $2 else 0 end from made)
          order by changed limit $3) r on 1 = 1 {joined} order by r.changed"
    );
    let params = vec![place.made.clone().into(), place.changed.into(), (most as u64).into()];
    let rows = store.query(&sql, params).await?;
    let made = rows.first().and_then(|row| row.text(0)).unwrap_or_default().to_owned();
    let other_file = made != place.made;
    let mut last = if other_file { 0 } else { place.changed };
    let mut due = Vec::with_capacity(rows.len());
    let mut erases = false;
    for row in rows.iter().filter(|row| row.int(E::CHANGED).is_some()) {
        last = row.int(E::CHANGED).unwrap_or(last);
        let (change, is_erased) = E::change(row)?;
        erases |= is_erased;
        due.push(change);
    }
    Ok(Changes { due, place: IndexPosition { made, changed: last }, erases, other_file })
}

/// Recreates the index if it was built from another file, or contains rows that no longer exist. Tells `progress` if the
/// index lacks everything.
pub async fn check<E: Indexed>(
    store: &ViewStore,
    index: &TextIndex<E>,
    progress: &IndexProgress,
) -> Result<(), OpenError> {
    let place = index.place()?;
    if store.outdated().is_some() {
        // The read model will be rebuilt in another file, and its rows cannot be queried before.
        progress.is_emptied();
        return if place.is_some() { Ok(index.begin_again()?) } else { Ok(()) };
    }
    let table = E::TABLE;
    let sql = format!("select m.id, (select coalesce(max(changed), 0) from {table}) from made m");
    let rows = store.query(&sql, Vec::new()).await?;
    let row = rows.first();
    let (made, last) = (row.and_then(|row| row.text(0)), row.and_then(|row| row.int(1)).unwrap_or_default());
    let same = |place: &IndexPosition| made == Some(&*place.made) && last >= place.changed;
    if place.as_ref().is_some_and(same) {
        return Ok(());
    }
    if last > 0 {
        progress.is_emptied();
    }
    if place.is_some() {
        index.begin_again()?;
    }
    Ok(())
}
