//! The listings service: creating, changing, viewing, saving and moderating listings.
//!
//! Commands go to the journal; lists come from the read model. `Document::of` builds every listing document, either
//! from state folded from the journal or from the projection's row, so both look the same.

mod availability;
mod document;
mod exported;
mod follow_ups;
mod http;
mod leads;
mod listing_cache;
mod looks;
mod projection;
mod queries;
pub mod sheet;
mod visits;

use std::path::Path;
use std::sync::Arc;

use ::sheet::import::Imports;
use axum::extract::FromRef;
use bus::{Group, GroupStatus};
use follow_ups::FollowUps;
use http_kit::photos::PhotoAlbum;
use http_kit::{
    AppContext, Documentation, OutboxGroup, ReadModel, RouteLimit, Routes, Service, VisitorCounter,
};
use projection::Listings;
use projection_store::deliveries::{self, Outbox, OutboxWorker};
use projection_store::{ViewError, ViewStore, list_lengths};
use tokio::sync::Notify;
use {::projection as projection_store, listing_cache::Caches, listing_cache::WrittenVersions};

/// The listings service of one process.
#[derive(Clone, Debug)]
pub struct Properties {
    context: AppContext,
    store: ViewStore,
    outbox: Outbox,
    caches: Arc<Caches>,
    imports: Imports,
}

/// The tables of the read model.
fn tables() -> String {
    [deliveries::TABLES, list_lengths::TABLE, include_str!("../migrations/0001_listings.sql")].concat()
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
    caches: Arc<Caches>,
    written: WrittenVersions,
    visitors: VisitorCounter,
    imports: Imports,
    status: GroupStatus,
}

impl FromRef<App> for AppContext {
    fn from_ref(app: &App) -> Self {
        app.context.clone()
    }
}

impl Properties {
    /// Opens the read model in `views`.
    ///
    /// # Errors
    /// When its file cannot be opened.
    pub fn open(context: AppContext, views: &Path, imports: Imports) -> Result<Self, ViewError> {
        let caches = Arc::new(Caches::new());
        let wake = Arc::new(Notify::new());
        let listings = Listings::new(context.aggregates.clone(), Arc::clone(&caches), Arc::clone(&wake));
        let store = ViewStore::open(&views.join("properties.db"), &tables(), Arc::new(listings))?;
        let outbox = Outbox::open(&store, wake)?;
        Ok(Self { context, store, outbox, caches, imports })
    }

    /// The outbox worker that gives listings the commands that follow from other events.
    fn worker(&self, settings: deliveries::Settings) -> OutboxWorker {
        let aggregates = self.context.aggregates.clone();
        let clock = aggregates.clock().clone();
        let tenants = Arc::clone(&self.context.tenants);
        let follow_ups = FollowUps { aggregates, store: self.store.clone(), tenants };
        OutboxWorker::new(self.outbox.clone(), Arc::new(follow_ups), clock, settings)
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
    pub fn service(&self, workers: deliveries::Settings) -> Service {
        let properties = self.clone();
        Service {
            name: "properties",
            port: 8082,
            read_models: vec![ReadModel { group: Self::group(), store: self.store.clone() }],
            outboxes: vec![OutboxGroup {
                group: Self::group().name,
                outbox: self.outbox.clone(),
                worker: self.worker(workers),
            }],
            tasks: Vec::new(),
            routes: Box::new(move |groups| {
                let app = properties.app(groups.status(&Self::group())?);
                let album: Arc<dyn PhotoAlbum> = Arc::clone(&app.0) as _;
                app.context.photos.put_up_by(Arc::downgrade(&album));
                Ok(Routes {
                    limits: vec![("/api/properties/{id}/contact", RouteLimit::Contact)],
                    export: exported::parts(&app),
                    ..Routes::new(http::router(app))
                })
            }),
        }
    }

    fn app(&self, status: GroupStatus) -> App {
        let context = self.context.clone();
        let store = self.store.clone();
        let caches = Arc::clone(&self.caches);
        let visitors = VisitorCounter::new(&self.context);
        let written = WrittenVersions::default();
        let imports = self.imports.clone();
        App(Arc::new(AppParts { context, store, caches, written, visitors, imports, status }))
    }
}
