//! Searching listings: by words, what they must be, where they are; ranked, counted and paged.
//!
//! ```text
//! journal -> group -> rows (the read model, the truth) -> index (a cache of the rows) -> query -> hits -> rows -> answer
//! ```
//! A person's own change is found by their own next search: it waits, bounded, for the group and then for the index.
#![warn(missing_docs)]

mod home;
mod http;
mod index;
mod keeper;
mod progress;
mod projection;
pub mod query;
mod ranking;
mod rows;
mod searches;
mod suggest;
pub mod words;

use std::path::Path;
use std::sync::Arc;

use ::projection::{ViewError, ViewStore};
use axum::extract::FromRef;
use bus::{Group, Status};
use http_kit::Kit;

pub use home::{Document, Finding, Home};
pub use index::{Change, Index, IndexError, Place};
pub use keeper::Keeper;
use progress::Progress;
use projection::Homes;
pub use ranking::{Measured, Parts, Standing};
pub use searches::{PEOPLE, Searches};
use tokio::sync::Semaphore;

/// The search service of one process.
#[derive(Clone, Debug)]
pub struct Search {
    kit: Kit,
    store: ViewStore,
    index: Arc<Index>,
    progress: Arc<Progress>,
    /// Searches at the same time: more would only wait for the same cores.
    turns: Arc<Semaphore>,
}

/// At most.
const SEARCHES: usize = 4;

/// Why the service cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Its read model.
    #[error(transparent)]
    View(#[from] ViewError),
    /// Its index.
    #[error(transparent)]
    Index(#[from] IndexError),
}

/// What the handlers share.
#[derive(Clone, Debug)]
struct App {
    search: Search,
    status: Status,
}

impl FromRef<App> for Kit {
    fn from_ref(app: &App) -> Self {
        app.search.kit.clone()
    }
}

impl Search {
    /// Opens the read model and its index in `views`, before the group runs: an index that knows more than the read
    /// model, because a power cut took something back, begins again.
    ///
    /// # Errors
    /// When their files cannot be opened.
    pub async fn open(kit: Kit, views: &Path) -> Result<Self, OpenError> {
        let progress = Arc::new(Progress::default());
        let homes = Arc::new(Homes::new(kit.ledger.clone(), Arc::clone(&progress)));
        let tables = include_str!("../migrations/0001_search.sql");
        let store = ViewStore::open(&views.join("search.db"), tables, homes)?;
        let index = Arc::new(Index::open(&views.join("search"))?);
        rows::check(&store, &index).await?;
        Ok(Self { kit, store, index, progress, turns: Arc::new(Semaphore::new(SEARCHES)) })
    }

    /// The group that keeps the read model.
    #[must_use]
    pub fn group() -> Group {
        projection::GROUP
    }

    /// The read model.
    #[must_use]
    pub fn store(&self) -> &ViewStore {
        &self.store
    }

    /// The index.
    #[must_use]
    pub fn index(&self) -> &Arc<Index> {
        &self.index
    }

    /// Waits, at most `limit`, until the index has all rows there are by now. Says whether it has.
    pub async fn caught_up(&self, limit: std::time::Duration) -> bool {
        self.progress.wait(u64::MAX, limit).await
    }

    /// What keeps the index up with the rows.
    #[must_use]
    pub fn keeper(&self) -> Keeper {
        Keeper::new(self.store.clone(), Arc::clone(&self.index), Arc::clone(&self.progress))
    }

    /// The routes; `status` tells how far the group is.
    pub fn router(&self, status: Status) -> axum::Router {
        http::router(App { search: self.clone(), status })
    }
}
