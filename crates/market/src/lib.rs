//! Figures of the market, from our own events: areas over time, the price history of a home and how its price compares,
//! what a home may be worth, and what is paid beside its price.
//!
//! Only what anybody may see is counted. A home that waits for a moderator, was withdrawn or removed, or whose owner is
//! suspended or gone, is in no figure, not even in one of the past.
#![warn(missing_docs)]

mod caches;
mod figures;
mod home;
mod http;
mod month;
mod projection;
mod queries;
mod rates;
mod statistics;
mod surroundings;
mod value;

use std::path::Path;
use std::sync::Arc;

use ::projection::{ViewError, ViewStore, list_lengths};
use bus::Group;
use http_kit::{AppContext, Documentation, ReadModel, Routes, Service};

use crate::caches::Caches;
use crate::projection::Listings;
pub use rates::{NotARate, Rate};

/// The market service. Clones share everything.
#[derive(Clone, Debug)]
pub struct Market {
    context: AppContext,
    store: ViewStore,
    caches: Arc<Caches>,
    rates: Arc<[Rate]>,
}

fn tables() -> String {
    [list_lengths::TABLE, include_str!("../migrations/0001_market.sql")].concat()
}

impl Market {
    /// Opens the service, with its read model in `views_dir`. Costs are computed with `rates`.
    ///
    /// # Errors
    /// When the file cannot be opened.
    pub fn open(context: AppContext, views_dir: &Path, rates: Vec<Rate>) -> Result<Self, ViewError> {
        let caches = Arc::new(Caches::new());
        let store = view(&context, &views_dir.join("market.db"), Arc::clone(&caches))?;
        Ok(Self { context, store, caches, rates: rates.into() })
    }

    /// Opens only the read model, for a rebuild beside the one in use.
    ///
    /// # Errors
    /// When the file cannot be opened.
    pub fn view(context: &AppContext, path: &Path) -> Result<ViewStore, ViewError> {
        view(context, path, Arc::new(Caches::new()))
    }

    /// The consumer group that feeds the read model.
    #[must_use]
    pub fn group() -> Group {
        projection::GROUP
    }

    /// The read model.
    #[must_use]
    pub fn store(&self) -> &ViewStore {
        &self.store
    }

    /// The OpenAPI documentation of the service.
    #[must_use]
    pub fn documentation() -> Documentation {
        // Its rows are those of listings, and the listings service exports these.
        Documentation { operations: http::routes().into_openapi(), exported: Vec::new() }
    }

    /// The service.
    #[must_use]
    pub fn service(&self) -> Service {
        let market = self.clone();
        Service {
            name: "market",
            port: 8089,
            read_models: vec![ReadModel { group: Self::group(), store: self.store.clone() }],
            outboxes: Vec::new(),
            tasks: Vec::new(),
            routes: Box::new(move |groups| {
                let status = groups.status(&Self::group())?;
                Ok(Routes::new(http::router(market, status)))
            }),
        }
    }
}

fn view(context: &AppContext, path: &Path, caches: Arc<Caches>) -> Result<ViewStore, ViewError> {
    let listings = Listings::new(context.aggregates.clone(), caches);
    ViewStore::open(path, &tables(), Arc::new(listings))
}
