//! Keeps the index up with the rows.
//!
//! Woken by each commit of the read model, it lets changes gather for a moment, unless somebody waits, reads the rows
//! behind the index's own place and commits them together with the new place. So whatever is lost in a crash, of the
//! index or of this task, is read again from the rows.

use std::sync::Arc;
use std::time::Duration;

use ::projection::{IndexProgress, ViewStore};
use supervisor::wake;
use tokio::sync::watch;

use crate::index::{Index, IndexError};
use crate::rows::{self, Changes, RowsError};

/// Changes gather for so long while nobody waits: a commit costs much more than a listing, under steady writes a fifth of
/// two cores when they gather half as long.
const GATHER: Duration = Duration::from_millis(200);
/// Without changes for so long, the index gives memory and threads back.
const QUIET: Duration = Duration::from_secs(30);
/// After a failure.
const AFTER_TROUBLE: Duration = Duration::from_secs(1);
/// Rows read at once.
const AT_ONCE: usize = 1000;
/// Rows committed at once, where many wait.
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
    /// The work was cut short.
    #[error("{0}")]
    Cut(#[from] tokio::task::JoinError),
}

/// The one that writes the index.
#[derive(Debug)]
pub struct Indexer {
    store: ViewStore,
    index: Arc<Index>,
    progress: Arc<IndexProgress>,
    /// Something erased may still stand in a file.
    soiled: bool,
}

impl Indexer {
    pub(crate) fn new(store: ViewStore, index: Arc<Index>, progress: Arc<IndexProgress>) -> Self {
        // A crash may have come between a commit and the purge behind it.
        Self { store, index, progress, soiled: true }
    }

    /// Keeps the index until `stop`.
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

    /// One round. May be dropped anywhere: what is half done is done again.
    async fn turn(&mut self) {
        if !self.progress.is_behind() && tokio::time::timeout(QUIET, self.progress.change()).await.is_err() {
            if let Err(error) = self.rest().await {
                tracing::warn!(%error, "the search index could not be tidied up");
            }
            self.progress.change().await;
        }
        // Also when more came while it committed: under steady writes there is always more.
        self.progress.gather(GATHER).await;
        if let Err(error) = self.catch_up().await {
            self.progress.is_late();
            tracing::error!(%error, "the search index is behind and is tried again");
            tokio::time::sleep(AFTER_TROUBLE).await;
            if matches!(error, IndexerFailure::Index(_) | IndexerFailure::Cut(_))
                && let Err(error) = self.work(Index::mend).await
            {
                tracing::error!(%error, "the search index cannot be made again");
            }
        }
    }

    /// Takes every row that has changed.
    ///
    /// # Errors
    /// When rows or index fail; then the index is where it was, or a commit farther.
    pub async fn catch_up(&mut self) -> Result<(), IndexerFailure> {
        let noted = self.progress.noted();
        let mut place = self.index.place()?.unwrap_or_default();
        let mut waiting = 0;
        loop {
            let Changes { due: changes, place: reached, erases, other_file } =
                rows::after(&self.store, &place, AT_ONCE).await?;
            if other_file {
                self.progress.is_late();
                self.work(Index::begin_again).await?;
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
            self.work(Index::purge).await?;
            self.soiled = false;
        }
        self.progress.is_done(noted);
        Ok(())
    }

    async fn rest(&self) -> Result<(), IndexerFailure> {
        self.work(Index::rest).await
    }

    /// Works on the index where it may block.
    async fn work(
        &self,
        work: impl FnOnce(&Index) -> Result<(), IndexError> + Send + 'static,
    ) -> Result<(), IndexerFailure> {
        let index = Arc::clone(&self.index);
        tokio::task::spawn_blocking(move || work(&index)).await??;
        Ok(())
    }
}
