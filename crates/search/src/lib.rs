//! Searching listings: by words, what they must be, where they are; ranked, counted and paged.
//!
//! ```text
//! journal -> group -> rows (the read model, the truth) -> index (a cache of the rows) -> query -> hits -> rows -> answer
//! ```
//! A person's own change is found by their own next search: it waits, bounded, for the group and then for the index.
#![warn(missing_docs)]

mod exported;
mod home;
mod http;
mod index;
mod keeper;
mod projection;
pub mod query;
mod ranking;
pub mod recommend;
mod request;
mod rows;
mod saved;
mod searches;
pub mod suggest;
pub mod words;

use std::path::Path;
use std::sync::Arc;

use ::projection::deliveries::{self, Book, Courier};
use ::projection::{IndexProgress, ViewError, ViewStore};
use axum::extract::FromRef;
use bus::{Group, Status};
use http_kit::Kit;
use http_kit::docs::Listed;
use http_kit::export::Part;

pub use home::{Document, Finding, Home};
pub use index::{Change, Index, IndexError, Place};
pub use keeper::Keeper;
use projection::Homes;
pub use ranking::{Measured, Parts, Standing};
use recommend::Learner;
use saved::alerts::Alerts;
pub use saved::alerts::Occasion;
pub use saved::matching;
use saved::teller::Teller;
pub use searches::Searches;
use tokio::sync::Semaphore;

/// The search service of one process.
#[derive(Clone, Debug)]
pub struct Search {
    kit: Kit,
    store: ViewStore,
    book: Book,
    learner: Arc<Learner>,
    index: Arc<Index>,
    progress: Arc<IndexProgress>,
    /// Searches at the same time: more would only wait for the same cores.
    turns: Arc<Semaphore>,
    searches: Searches,
}

const SEARCH_TABLES: &str = include_str!("../migrations/0001_search.sql");
/// What happens outside is here an event of the journal under an id of its own: what a power cut takes back is found
/// there again, so commits need not wait for the disk as they do for letters.
const NOT_FULL: &str = "pragma synchronous = normal;";
const SAVED_TABLES: &str = include_str!("../migrations/0002_saved.sql");
/// At most.
const SEARCHES: usize = 4;
/// Alerts that are carried at the same time.
const ASKED_AT_ONCE: usize = 32;

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
        let progress = Arc::new(IndexProgress::default());
        let alerts = Alerts::default();
        let wake = Arc::clone(&alerts.wake);
        let homes = Arc::new(Homes::new(kit.ledger.clone(), Arc::clone(&progress), alerts));
        let tables = [deliveries::TABLES, NOT_FULL, SEARCH_TABLES, SAVED_TABLES].concat();
        let store = ViewStore::open(&views.join("search.db"), &tables, homes)?;
        let book = Book::open(&store, wake)?;
        let learner =
            Arc::new(Learner::new(kit.ledger.clone(), store.clone(), kit.jobs.background().clone()));
        let index = Arc::new(Index::open(&views.join("search"))?);
        rows::check(&store, &index).await?;
        let searches = Searches::open(kit.clone(), views, Arc::clone(&index))?;
        let turns = Arc::new(Semaphore::new(SEARCHES));
        Ok(Self { kit, store, book, learner, index, progress, turns, searches })
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

    /// Every group and its read model: of the index, then of past searches.
    #[must_use]
    pub fn views(&self) -> [(Group, ViewStore); 2] {
        [(Self::group(), self.store.clone()), (Searches::group(), self.searches.store().clone())]
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

    /// What became of the alerts.
    #[must_use]
    pub fn book(&self) -> &Book {
        &self.book
    }

    /// Asks that people be told of homes that fit what they saved.
    #[must_use]
    pub fn courier(&self, mut settings: deliveries::Settings) -> Courier {
        // Each asks by an event of its own: together they wait for one commit.
        (settings.batch, settings.at_once) = (ASKED_AT_ONCE * 4, ASKED_AT_ONCE);
        let teller = Teller { ledger: self.kit.ledger.clone(), store: self.store.clone() };
        Courier::new(self.book.clone(), Arc::new(teller), self.kit.ledger.clock().clone(), settings)
    }

    /// What learns which homes people may like.
    #[must_use]
    pub fn learner(&self) -> Arc<Learner> {
        Arc::clone(&self.learner)
    }

    /// What keeps the index up with the rows.
    #[must_use]
    pub fn keeper(&self) -> Keeper {
        Keeper::new(self.store.clone(), Arc::clone(&self.index), Arc::clone(&self.progress))
    }

    /// What the routes say of themselves.
    #[must_use]
    pub fn docs() -> utoipa::openapi::OpenApi {
        let mut docs = http::routes().into_openapi();
        docs.merge(http::of_people().into_openapi());
        docs.merge(http::routes_of_searches().into_openapi());
        docs
    }

    /// What an export tells of the searches a person saved.
    #[must_use]
    pub fn export_parts(&self, status: Status) -> Vec<Arc<dyn Part>> {
        vec![Arc::new(App { search: self.clone(), status })]
    }

    /// The same for the document of the API.
    #[must_use]
    pub fn export_lists() -> Vec<Listed> {
        vec![Listed::of::<saved::http::Document>(exported::SAVED_SEARCHES)]
    }

    /// The routes; the statuses tell how far the groups of [`Self::views`] are.
    pub fn router(&self, [listings, searches]: [Status; 2]) -> axum::Router {
        http::router(App { search: self.clone(), status: listings }).merge(self.searches.router(searches))
    }
}
