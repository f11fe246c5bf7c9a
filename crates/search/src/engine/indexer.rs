//! Keeps the search index in step with the rows.
//!
//! Each commit of the read model wakes it. It then waits briefly to batch changes, unless a reader is waiting, reads
//! the rows after the index's own position, and commits them together with the new position. Whatever a crash loses,
//! of the index or of this task, is therefore read again from the rows.

use std::sync::Arc;
use std::time::Duration;

use ::projection::{IndexProgress, ViewStore};
use supervisor::wake;
use tokio::sync::watch;

use super::changes::{self, Changes, RowsError};
use super::{IndexError, Indexed, TextIndex};

/// How long changes are batched while no reader waits. A commit costs much more than a listing: with half this time,
/// steady writes use a fifth of two cores.
const GATHER: Duration = Duration::from_millis(200);
/// After this long without changes, the index releases memory and threads.
const QUIET: Duration = Duration::from_secs(30);
/// The pause after a failure.
const AFTER_TROUBLE: Duration = Duration::from_secs(1);
/// Rows read per query.
const AT_ONCE: usize = 1000;
/// Rows per commit when many are pending.
const A_COMMIT: usize = 20_000;

/// Why the index is behind.
#[derive(Debug, thiserror::Error)]
pub enum IndexerFailure {
    /// The rows cannot be read.
    #[error(transparent)]
    Rows(#[from] RowsError),
    /// The index cannot be written.
    #[error(transparent)]
    Index(#[from] IndexError),
    /// The work was cancelled or panicked.
    #[error("{0}")]
    Cut(#[from] tokio::task::JoinError),
}

/// The task that writes the index.
#[derive(Debug)]
pub struct Indexer<E: Indexed> {
    store: ViewStore,
    index: Arc<TextIndex<E>>,
    progress: Arc<IndexProgress>,
    /// Held from reading rows to the commit, so that what was read later is never overwritten by what was read
    /// earlier.
    writing: Arc<tokio::sync::Mutex<()>>,
    /// Whether erased data may still be in a file.
    soiled: bool,
}

impl<E: Indexed> Indexer<E> {
    pub(crate) fn new(store: ViewStore, index: Arc<TextIndex<E>>, progress: Arc<IndexProgress>) -> Self {
        // A crash may have happened between a commit and the purge after it.
        Self { store, index, progress, writing: Arc::default(), soiled: true }
    }

    /// The same, which shares its turn to write with somebody else.
    #[must_use]
    pub(crate) fn taking_turns(mut self, writing: Arc<tokio::sync::Mutex<()>>) -> Self {
        self.writing = writing;
        self
    }

    /// Keeps the index in step until `stop`.
    pub async fn run(mut self, mut stop: watch::Receiver<bool>) {
        while !wake::is_stopped(&stop) {
            tokio::select! {
                () = self.turn() => {}
                () = wake::stopped(&mut stop) => {}
            }
        }
        if let Err(error) = self.rest().await {
            tracing::warn!(%error, "the search index was not closed in order");
        }
    }

    /// One round. It may be cancelled at any point; unfinished work is done again.
    async fn turn(&mut self) {
        if !self.progress.is_behind() && tokio::time::timeout(QUIET, self.progress.change()).await.is_err() {
            if let Err(error) = self.rest().await {
                tracing::warn!(%error, "the search index could not be tidied up");
            }
            self.progress.change().await;
        }
        // Also when more changes arrived during a commit: under steady writes they always do.
        self.progress.gather(GATHER).await;
        if let Err(error) = self.catch_up().await {
            self.progress.is_late();
            tracing::error!(%error, "the search index is behind and is tried again");
            tokio::time::sleep(AFTER_TROUBLE).await;
            if matches!(error, IndexerFailure::Index(_) | IndexerFailure::Cut(_))
                && let Err(error) = self.work_alone(TextIndex::mend).await
            {
                tracing::error!(%error, "the search index cannot be made again");
            }
        }
    }

    /// Brings the index up to every changed row.
    ///
    /// # Errors
    /// When rows or index fail. The index then keeps its old position, or is a commit further.
    pub async fn catch_up(&mut self) -> Result<(), IndexerFailure> {
        let turns = Arc::clone(&self.writing);
        let turn = turns.lock().await;
        let noted = self.progress.noted();
        let mut place = self.index.place()?.unwrap_or_default();
        let mut waiting = 0;
        loop {
            let Changes { due: changes, place: reached, erases, other_file } =
                changes::after::<E>(&self.store, &place, AT_ONCE).await?;
            if other_file {
                if changes.is_empty() {
                    self.progress.is_late();
                } else {
                    self.progress.is_emptied();
                }
                self.work(TextIndex::begin_again).await?;
                waiting = 0;
            }
            self.soiled |= erases;
            let (here, last) = (changes.len(), changes.len() < AT_ONCE);
            waiting += here;
            let moved = reached != place;
            place = reached;
            let commit = moved && (last || waiting >= A_COMMIT);
            let to = place.clone();
            self.work(move |index| {
                if here > 0 {
                    index.write(&changes)?;
                }
                if commit { index.commit(&to) } else { Ok(()) }
            })
            .await?;
            if commit {
                waiting = 0;
            }
            if last {
                break;
            }
        }
        if self.soiled {
            self.work(TextIndex::purge).await?;
            self.soiled = false;
        }
        drop(turn);
        self.progress.is_done(noted);
        Ok(())
    }

    async fn rest(&self) -> Result<(), IndexerFailure> {
        self.work_alone(TextIndex::rest).await
    }

    /// Runs work that drops what others have written and not committed.
    async fn work_alone(
        &self,
        work: impl FnOnce(&TextIndex<E>) -> Result<(), IndexError> + Send + 'static,
    ) -> Result<(), IndexerFailure> {
        let _turn = self.writing.lock().await;
        self.work(work).await
    }

    /// Runs work on the index on a thread that may block.
    async fn work(
        &self,
        work: impl FnOnce(&TextIndex<E>) -> Result<(), IndexError> + Send + 'static,
    ) -> Result<(), IndexerFailure> {
        let index = Arc::clone(&self.index);
        tokio::task::spawn_blocking(move || work(&index)).await??;
        Ok(())
    }
}
