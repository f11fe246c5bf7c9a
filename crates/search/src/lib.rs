//! The search service: finds listings by words, filters and place, and products by words and filters; ranks, counts
//! and pages them.
//!
//! ```text
//! journal -> group -> rows (the read model, the truth) -> index (a cache of the rows) -> query -> hits -> rows -> answer
//! ```
//! A person's own change is visible in their next search: the search waits, for a bounded time, for the group and
//! then for the index.
#![warn(missing_docs)]

mod engine;
mod exported;
mod gazetteer;
mod home;
mod http;
mod index;
pub mod products;
mod projection;
pub mod query;
mod ranking;
pub mod recommend;
mod relaxing;
mod request;
mod rows;
mod saved;
mod searches;
pub mod suggest;
pub mod understanding;
pub mod words;

use std::path::Path;
use std::sync::Arc;

use ::projection::deliveries::{self, Outbox, OutboxWorker};
use ::projection::{IndexProgress, ViewError, ViewStore};
use axum::Router;
use axum::extract::FromRef;
use bus::{Group, GroupStatus};
use http_kit::docs::Listed;
use http_kit::{AppContext, Documentation, OutboxGroup, ReadModel, Routes, Service, Task};

pub use engine::indexer::Indexer;
pub use engine::{IndexChange, IndexError, IndexPosition, Indexed, TextIndex};
pub use home::{Document, Finding, Home};
pub use index::Index;
use products::{ProductSearch, ProductsApp};
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
    /// Limits concurrent searches; more would only compete for the same cores.
    turns: Arc<Semaphore>,
    searches: Searches,
    products: ProductSearch,
}

const SEARCH_TABLES: &str = include_str!("../migrations/0001_search.sql");
/// Lets commits skip the fsync that e-mails need. An alert goes out as an event in the journal with an id of its own,
/// so what a power cut takes back is found there again.
const NOT_FULL: &str = "pragma synchronous = normal;";
const SAVED_TABLES: &str = include_str!("../migrations/0002_saved.sql");
/// The maximum number of concurrent searches.
const SEARCHES: usize = 4;
/// The number of alerts delivered concurrently.
const ASKED_AT_ONCE: usize = 32;

/// Why the service cannot open.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Its read model failed.
    #[error(transparent)]
    View(#[from] ViewError),
    /// Its index failed.
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
    /// Opens the read model and its index in `views`, before the group runs. An index that is ahead of the read
    /// model, because a power cut took rows back, is recreated.
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
        engine::changes::check(&store, &index, &progress).await?;
        let searches = Searches::open(context.clone(), views, Arc::clone(&index))?;
        let turns = Arc::new(Semaphore::new(SEARCHES));
        let products = ProductSearch::open(context.clone(), views, Arc::clone(&turns)).await?;
        Ok(Self { context, store, outbox, learner, index, progress, turns, searches, products })
    }

    /// The consumer group that maintains the read model.
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

    /// The search for products.
    #[must_use]
    pub fn products(&self) -> &ProductSearch {
        &self.products
    }

    /// Waits, at most `limit` for each, until the indexes contain all present rows. Returns whether they do.
    pub async fn caught_up(&self, limit: std::time::Duration) -> bool {
        self.progress.wait(u64::MAX, limit).await && self.products.caught_up(limit).await
    }

    /// The outbox of alerts.
    #[must_use]
    pub fn outbox(&self) -> &Outbox {
        &self.outbox
    }

    /// The worker that sends alerts about homes matching saved searches.
    #[must_use]
    pub fn worker(&self, mut settings: deliveries::Settings) -> OutboxWorker {
        // Each alert writes an event of its own; concurrent ones share one commit.
        (settings.batch, settings.at_once) = (ASKED_AT_ONCE * 4, ASKED_AT_ONCE);
        let alert_sender =
            AlertSender { aggregates: self.context.aggregates.clone(), store: self.store.clone() };
        OutboxWorker::new(
            self.outbox.clone(),
            Arc::new(alert_sender),
            self.context.aggregates.clock().clone(),
            settings,
        )
    }

    /// The task that learns recommendations.
    #[must_use]
    pub fn learner(&self) -> Arc<Learner> {
        Arc::clone(&self.learner)
    }

    /// The task that keeps the index in step with the rows.
    #[must_use]
    pub fn indexer(&self) -> Indexer<Home> {
        Indexer::new(self.store.clone(), Arc::clone(&self.index), Arc::clone(&self.progress))
    }

    /// The API documentation of the service.
    #[must_use]
    pub fn documentation() -> Documentation {
        let mut operations = http::routes().into_openapi();
        operations.merge(http::of_people().into_openapi());
        operations.merge(http::routes_of_searches().into_openapi());
        operations.merge(products::http::routes().into_openapi());
        let exported = vec![Listed::of::<saved::http::Document>(exported::SAVED_SEARCHES)];
        Documentation { operations, exported }
    }

    /// Assembles the service.
    #[must_use]
    pub fn service(&self, workers: deliveries::Settings) -> Service {
        let (search, learner, indexer) = (self.clone(), self.learner(), self.clone());
        Service {
            name: "search",
            port: 8083,
            read_models: vec![
                ReadModel { group: Self::group(), store: self.store.clone() },
                ReadModel { group: Searches::group(), store: self.searches.store().clone() },
                self.products.read_model(),
            ],
            outboxes: vec![OutboxGroup {
                group: Self::group().name,
                outbox: self.outbox.clone(),
                worker: self.worker(workers),
            }],
            tasks: vec![
                Task::new("recommendations", move |stop| Arc::clone(&learner).run(stop)),
                Task::new("search-index", move |stop| indexer.indexer().run(stop)),
                self.products.task(),
            ],
            routes: Box::new(move |groups| {
                let status = groups.status(&Self::group())?;
                let searches = search.searches.router(groups.status(&Searches::group())?);
                let of_products = groups.status(&ProductSearch::group())?;
                let products = ProductsApp { products: search.products.clone(), status: of_products };
                let products: Router = products::http::routes().with_state(products).into();
                let part = App { search: search.clone(), status: status.clone() };
                let router = http::router(App { search, status }).merge(searches).merge(products);
                Ok(Routes { export: vec![Arc::new(part)], ..Routes::new(router) })
            }),
        }
    }
}
