//! The search for products: finds them by words and filters; ranks, counts and pages them; completes names; and keeps
//! its index and its rows equal to the journal.
//!
//! ```text
//! journal -> group -> rows (search_products.db) -> index (a cache of the rows) -> query -> hits -> rows -> answer
//! ```

mod highlights;
pub(crate) mod http;
mod index;
mod listed_product;
mod projection;
pub mod query;
mod ranking;
mod request;
mod row;
mod sync;
mod words;

use std::path::Path;
use std::sync::Arc;

use ::projection::{IndexProgress, ViewStore};
use axum::extract::FromRef;
use bus::{Group, GroupStatus};
use http_kit::{AppContext, ReadModel, Task};
use tokio::sync::{Mutex, Semaphore};

pub use index::{CategoryNode, ProductIndex, RelatedProduct, facet_key};
pub use listed_product::ListedProduct;
pub use ranking::{BoostInputs, ProductRelevance};
pub use sync::{Difference, DriftKind, DriftPlace, SyncReport};
pub use words::{product_key, product_words, synonyms};

use crate::OpenError;
use crate::engine::changes;
use crate::engine::indexer::Indexer;
use projection::ProductRows;
use sync::Reports;

/// The search for products.
#[derive(Clone, Debug)]
pub struct ProductSearch {
    context: AppContext,
    store: ViewStore,
    index: Arc<ProductIndex>,
    progress: Arc<IndexProgress>,
    /// Limits concurrent searches, of homes and of products together.
    turns: Arc<Semaphore>,
    /// Held by whoever writes to the index.
    writing: Arc<Mutex<()>>,
    /// Held while everything is compared with the journal.
    comparing: Arc<Mutex<Reports>>,
}

/// Shared handler state.
#[derive(Clone, Debug)]
pub(crate) struct ProductsApp {
    pub products: ProductSearch,
    pub status: GroupStatus,
}

impl FromRef<ProductsApp> for AppContext {
    fn from_ref(app: &ProductsApp) -> Self {
        app.products.context.clone()
    }
}

impl ProductSearch {
    /// Opens the read model and its index in `views`, before the group runs.
    ///
    /// # Errors
    /// When their files cannot be opened.
    pub async fn open(context: AppContext, views: &Path, turns: Arc<Semaphore>) -> Result<Self, OpenError> {
        let progress = Arc::new(IndexProgress::default());
        let rows = Arc::new(ProductRows::new(context.aggregates.clone(), Arc::clone(&progress)));
        let tables = include_str!("../migrations/0003_products.sql");
        let store = ViewStore::open(&views.join("search_products.db"), tables, rows)?;
        let index = Arc::new(ProductIndex::open(&views.join("search-products"))?);
        changes::check(&store, &index, &progress).await?;
        Ok(Self {
            context,
            store,
            index,
            progress,
            turns,
            writing: Arc::default(),
            comparing: Arc::default(),
        })
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
    pub fn index(&self) -> &Arc<ProductIndex> {
        &self.index
    }

    /// Waits, at most `limit`, until the index contains all present rows. Returns whether it does.
    pub async fn caught_up(&self, limit: std::time::Duration) -> bool {
        self.progress.wait(u64::MAX, limit).await
    }

    /// The task that keeps the index in step with the rows.
    #[must_use]
    pub fn indexer(&self) -> Indexer<ListedProduct> {
        let indexer = Indexer::new(self.store.clone(), Arc::clone(&self.index), Arc::clone(&self.progress));
        indexer.taking_turns(Arc::clone(&self.writing))
    }

    /// The read model with its group.
    pub(crate) fn read_model(&self) -> ReadModel {
        ReadModel { group: Self::group(), store: self.store.clone() }
    }

    /// The task that keeps the index, as the process runs it.
    pub(crate) fn task(&self) -> Task {
        let products = self.clone();
        Task::new("product-search-index", move |stop| products.indexer().run(stop))
    }
}
