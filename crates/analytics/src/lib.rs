//! What happens on a site, in numbers: a projection of both logs, and the answer times and lags of the process.
//!
//! It is anonymous by construction. Rows hold keyed digests instead of people, no number about fewer than
//! `anonymity::FEWEST` people is given, and what a person added is taken away when they leave.
#![warn(missing_docs)]

mod anonymity;
mod http;
mod process;
mod projection;
mod queries;
mod reporting_zone;

use std::path::Path;
use std::sync::Arc;

use ::projection::{ViewError, ViewStore};
use bus::Group;
use domain::{Envelope, Log, StreamId, user};
use http_kit::{AppContext, Documentation, ReadModel, Routes, Service};
use metrics_exporter_prometheus::PrometheusHandle;

use crate::projection::Counted;
use crate::projection::people::is_new_program;
pub use reporting_zone::{ReportingZone, ReportingZones};

/// The consumer group's name.
const GROUP: &str = "analytics-service-group";
const TABLES: &str = include_str!("../migrations/0001_analytics.sql");
/// The streams whose events are about the system and about nobody.
const OF_THE_SYSTEM: [&str; 2] = ["system", "consumer"];

/// The analytics service. Clones share everything.
#[derive(Clone)]
pub struct Analytics {
    context: AppContext,
    store: ViewStore,
    zones: ReportingZones,
    metrics: PrometheusHandle,
}

impl std::fmt::Debug for Analytics {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Analytics({:?}, {:?})", self.store, self.zones)
    }
}

impl Analytics {
    /// Opens the service, with its read model in `views_dir`. Hours and days are those of `zones`; answer times come
    /// from `metrics`, the process's own.
    ///
    /// # Errors
    /// When the file cannot be opened.
    pub fn open(
        context: AppContext,
        views_dir: &Path,
        zones: ReportingZones,
        metrics: PrometheusHandle,
    ) -> Result<Self, ViewError> {
        let store = Self::view(&context, &views_dir.join("analytics.db"), &zones)?;
        Ok(Self { context, store, zones, metrics })
    }

    /// Opens only the read model, for a rebuild beside the one in use.
    ///
    /// # Errors
    /// When the file cannot be opened.
    pub fn view(context: &AppContext, path: &Path, zones: &ReportingZones) -> Result<ViewStore, ViewError> {
        ViewStore::open(path, TABLES, Arc::new(Counted::new(context.aggregates.clone(), zones.clone())))
    }

    /// The consumer group that feeds the read model: what people did, and what the system reports.
    #[must_use]
    pub fn group() -> Group {
        Group { name: GROUP, logs: &[Log::Facts, Log::Activity], key: partition_key }
    }

    /// The read model.
    #[must_use]
    pub fn store(&self) -> &ViewStore {
        &self.store
    }

    /// The OpenAPI documentation of the service.
    #[must_use]
    pub fn documentation() -> Documentation {
        Documentation { operations: http::routes().into_openapi(), exported: Vec::new() }
    }

    /// The service.
    #[must_use]
    pub fn service(&self) -> Service {
        let analytics = self.clone();
        Service {
            name: "analytics",
            port: 8088,
            read_models: vec![ReadModel { group: Self::group(), store: self.store.clone() }],
            outboxes: Vec::new(),
            tasks: Vec::new(),
            routes: Box::new(move |groups| {
                let status = groups.status(&Self::group())?;
                Ok(Routes::new(http::router(analytics, status)))
            }),
        }
    }
}

/// Order is kept per person. Events that nobody signed in caused are left out, unless they are about no person.
fn partition_key(envelope: &Envelope) -> Option<String> {
    let StreamId { tenant, kind, id } = &envelope.stream;
    match envelope.user_id {
        _ if &*envelope.event_type == user::DELETED || is_new_program(envelope) => {
            Some(format!("{tenant}/{id}"))
        }
        Some(person) => Some(format!("{tenant}/{person}")),
        None if OF_THE_SYSTEM.contains(&&**kind) => Some(format!("{tenant}/{kind}/{id}")),
        None => None,
    }
}
