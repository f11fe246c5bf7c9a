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
mod indexer;
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

use ::projection::deliveries::{self, Outbox, OutboxWorker};
use ::projection::{IndexProgress, ViewError, ViewStore};
use axum::extract::FromRef;
use bus::{Group, GroupStatus};
use http_kit::docs::Listed;
use http_kit::{AppContext, Documentation, OutboxGroup, ReadModel, Routes, Service, Task};

pub use home::{Document, Finding, Home};
pub use index::{Index, IndexChange, IndexError, IndexPosition};
pub use indexer::Indexer;
use projection::Homes;
pub use ranking::{Measured, Parts, RankingInputs};
use recommend::Learner;
use saved::alert_sender::AlertSender;
use saved::alerts::Alerts;
pub use saved::alerts::Occasion;
pub use saved::matching;
pub use searches::Searches;
use tokio::sync::Semaphore;

/// The search service of one process.
#[derive(Clone, Debug)]
pub struct Search {
    context: AppContext,
    store: ViewStore,
    outbox: Outbox,
    learner: Arc<Learner>,
    index: Arc<Index>,
    progress: Arc<IndexProgress>,
    /// Searches at the same time: more would only wait for the same cores.
    turns: Arc<Semaphore>,
    searches: Searches,
}

const SEARCH_TABLES: &str = include_str!("../migrations/0001_search.sql");
/// What happens outside is here an event of the journal under an id of its own: what a power cut takes back is found
/// there again, so commits need not wait for the disk as they do for e-mails.
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

/// Shared handler state.
#[derive(Clone, Debug)]
struct App {
    search: Search,
    status: GroupStatus,
}

impl FromRef<App> for AppContext {
    fn from_ref(app: &App) -> Self {
        app.search.context.clone()
    }
}

impl Search {
    /// Opens the read model and its index in `views`, before the group runs: an index that knows more than the read
    /// model, because a power cut took something back, begins again.
    ///
    /// # Errors
    /// When their files cannot be opened.
    pub async fn open(context: AppContext, views: &Path) -> Result<Self, OpenError> {
        let progress = Arc::new(IndexProgress::default());
        let alerts = Alerts::default();
        let wake = Arc::clone(&alerts.wake);
        let homes = Arc::new(Homes::new(context.aggregates.clone(), Arc::clone(&progress), alerts));
        let tables = [deliveries::TABLES, NOT_FULL, SEARCH_TABLES, SAVED_TABLES].concat();
        let store = ViewStore::open(&views.join("search.db"), &tables, homes)?;
        let outbox = Outbox::open(&store, wake)?;
        let learner = Arc::new(Learner::new(
            context.aggregates.clone(),
            store.clone(),
            context.jobs.background().clone(),
        ));
        let index = Arc::new(Index::open(&views.join("search"))?);
        rows::check(&store, &index).await?;
        let searches = Searches::open(context.clone(), views, Arc::clone(&index))?;
        let turns = Arc::new(Semaphore::new(SEARCHES));
        Ok(Self { context, store, outbox, learner, index, progress, turns, searches })
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

    /// What became of the alerts.
    #[must_use]
    pub fn outbox(&self) -> &Outbox {
        &self.outbox
    }

    /// Asks that people be told of homes that fit what they saved.
    #[must_use]
    pub fn worker(&self, mut settings: deliveries::Settings) -> OutboxWorker {
        // Each asks by an event of its own: together they wait for one commit.
        (settings.batch, settings.at_once) = (ASKED_AT_ONCE * 4, ASKED_AT_ONCE);
        let teller = AlertSender { aggregates: self.context.aggregates.clone(), store: self.store.clone() };
        OutboxWorker::new(
            self.outbox.clone(),
            Arc::new(teller),
            self.context.aggregates.clock().clone(),
            settings,
        )
    }

    /// What learns which homes people may like.
    #[must_use]
    pub fn learner(&self) -> Arc<Learner> {
        Arc::clone(&self.learner)
    }

    /// What keeps the index up with the rows.
    #[must_use]
    pub fn keeper(&self) -> Indexer {
        Indexer::new(self.store.clone(), Arc::clone(&self.index), Arc::clone(&self.progress))
    }

    /// What the service says of itself.
    #[must_use]
    pub fn documentation() -> Documentation {
        let mut operations = http::routes().into_openapi();
        operations.merge(http::of_people().into_openapi());
        operations.merge(http::routes_of_searches().into_openapi());
        let exported = vec![Listed::of::<saved::http::Document>(exported::SAVED_SEARCHES)];
        Documentation { operations, exported }
    }

    /// The service.
    #[must_use]
    pub fn service(&self, workers: deliveries::Settings) -> Service {
        let (search, learner, keeper) = (self.clone(), self.learner(), self.clone());
        Service {
            name: "search",
            port: 8083,
            read_models: vec![
                ReadModel { group: Self::group(), store: self.store.clone() },
                ReadModel { group: Searches::group(), store: self.searches.store().clone() },
            ],
            outboxes: vec![OutboxGroup {
                group: Self::group().name,
                outbox: self.outbox.clone(),
                worker: self.worker(workers),
            }],
            tasks: vec![
                Task::new("recommendations", move |stop| Arc::clone(&learner).run(stop)),
                Task::new("search-index", move |stop| keeper.keeper().run(stop)),
            ],
            routes: Box::new(move |groups| {
                let status = groups.status(&Self::group())?;
                let searches = search.searches.router(groups.status(&Searches::group())?);
                let part = App { search: search.clone(), status: status.clone() };
                let router = http::router(App { search, status }).merge(searches);
                Ok(Routes { export: vec![Arc::new(part)], ..Routes::new(router) })
            }),
        }
    }
}
