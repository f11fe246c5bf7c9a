//! The product catalogue: creating, changing, listing, viewing, reserving and buying products.
//!
//! Commands go to the journal; lists come from the read model. `domain::product::ProductDocument` is what clients
//! receive, whether a product is folded from the journal or read from the projection's row.

mod exported;
mod http;
mod numbers;
mod projection;
mod queries;
pub mod sheet;
mod surroundings;
mod view_sync;
mod visits;
mod written;

use std::path::Path;
use std::sync::Arc;

use ::projection::{ViewError, ViewStore, list_lengths};
use axum::extract::FromRef;
use bus::{Group, GroupStatus};
use http_kit::{AppContext, Documentation, ReadModel, Routes, Service, ServiceCount, Task};
use tokio::sync::{Mutex, MutexGuard};

use ::sheet::import::Imports;
use domain::ProductId;
use numbers::Numbers;
use projection::Products;
use surroundings::SurroundingsCache;
use view_sync::ViewSync;
pub use view_sync::ViewSyncSettings;
use visits::Visits;

/// How many products can be bought at the same moment. Purchases of one product take turns: each would otherwise find
/// the version changed by another, and begin again.
const LANES: usize = 64;

/// The catalogue of one process.
#[derive(Clone, Debug)]
pub struct Catalogue {
    context: AppContext,
    store: ViewStore,
    view_sync: Arc<ViewSync>,
    around: SurroundingsCache,
    imports: Imports,
}

/// The tables of the read model.
fn tables() -> String {
    [list_lengths::TABLE, include_str!("../migrations/0001_products.sql")].concat()
}

/// Shared handler state; cloning bumps one `Arc`.
#[derive(Clone, Debug)]
struct App(Arc<AppParts>);

impl std::ops::Deref for App {
    type Target = AppParts;

    fn deref(&self) -> &AppParts {
        &self.0
    }
}

#[derive(Debug)]
struct AppParts {
    context: AppContext,
    store: ViewStore,
    numbers: Numbers,
    visits: Visits,
    view_sync: Arc<ViewSync>,
    around: SurroundingsCache,
    imports: Imports,
    lanes: Vec<Mutex<()>>,
    status: GroupStatus,
}

impl AppParts {
    /// Waits for the turn of a purchase of this product.
    async fn turn(&self, id: ProductId) -> Option<MutexGuard<'_, ()>> {
        let lane = usize::try_from(id.number() % LANES as u64).unwrap_or_default();
        Some(self.lanes.get(lane)?.lock().await)
    }
}

impl FromRef<App> for AppContext {
    fn from_ref(app: &App) -> Self {
        app.context.clone()
    }
}

impl Catalogue {
    /// Opens the read model in `views`.
    ///
    /// # Errors
    /// When its file cannot be opened.
    pub fn open(
        context: AppContext,
        views: &Path,
        sync: ViewSyncSettings,
        imports: Imports,
    ) -> Result<Self, ViewError> {
        let around = SurroundingsCache::new();
        let products = Products::new(context.aggregates.clone(), around.clone());
        let store = ViewStore::open(&views.join("catalogue.db"), &tables(), Arc::new(products))?;
        let view_sync = Arc::new(ViewSync::new(context.clone(), store.clone(), sync));
        Ok(Self { context, store, view_sync, around, imports })
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

    /// The service's API documentation.
    #[must_use]
    pub fn documentation() -> Documentation {
        Documentation { operations: http::routes().into_openapi(), exported: exported::lists() }
    }

    /// The service.
    #[must_use]
    pub fn service(&self) -> Service {
        let catalogue = self.clone();
        let view_sync = Arc::clone(&self.view_sync);
        Service {
            name: "catalogue",
            port: 8087,
            read_models: vec![ReadModel { group: Self::group(), store: self.store.clone() }],
            outboxes: Vec::new(),
            tasks: vec![Task::new("product-views", move |stop| Arc::clone(&view_sync).run(stop))],
            routes: Box::new(move |groups| {
                let app = catalogue.app(groups.status(&Self::group())?);
                app.view_sync.follow(app.status.clone());
                let counts = vec![catalogue.count()];
                Ok(Routes { export: exported::parts(&app), counts, ..Routes::new(http::router(app)) })
            }),
        }
    }

    /// How many products of the default tenant are on sale.
    fn count(&self) -> ServiceCount {
        let (context, store) = (self.context.clone(), self.store.clone());
        ServiceCount::new("products", move || {
            let (context, store) = (context.clone(), store.clone());
            async move { queries::on_sale(&store, context.tenants.default_id()).await.ok() }
        })
    }

    fn app(&self, status: GroupStatus) -> App {
        App(Arc::new(AppParts {
            context: self.context.clone(),
            store: self.store.clone(),
            numbers: Numbers::default(),
            visits: Visits::new(&self.context),
            view_sync: Arc::clone(&self.view_sync),
            around: self.around.clone(),
            imports: self.imports.clone(),
            lanes: (0..LANES).map(|_| Mutex::new(())).collect(),
            status,
        }))
    }
}
