//! What partners of a tenant use: webhooks, which send them its events, and API keys.
//!
//! ```text
//! event -> who asked for it? (a delivery each, with the group's cursor) -> outbox worker -> the partner's server
//!                                                                            |
//!            WEBHOOK_DISABLED  <-- answered 410, or failed for too long -----'
//! ```
//! Messages are signed and follow Standard Webhooks 1.0.0. Each webhook gets its events in order, at least once.
#![warn(missing_docs)]

mod api_keys;
mod http;
mod projection;
mod queries;
mod webhooks;

use std::path::Path;
use std::sync::Arc;

use ::projection::deliveries::{self, Outbox, OutboxWorker};
use ::projection::{ViewError, ViewStore, list_lengths};
use bus::Group;
use http_kit::{AppContext, Documentation, OutboxGroup, ReadModel, Routes, Service, Task};
use tokio::sync::Notify;

use crate::projection::PartnersProjection;
use webhooks::client::WebhookClient;
pub use webhooks::resolver::{LookUp, Lookup, system_lookup};
use webhooks::sender::WebhookSender;
pub use webhooks::settings::WebhookSettings;

/// The consumer group's name.
const GROUP: &str = "partner-service-group";
const TABLES: &str = include_str!("../migrations/0001_partners.sql");
/// A lease is longer than the tries of one turn may take.
const LEASE_MS: i64 = 300_000;
/// What the receivers of webhooks are called among the circuit breakers.
const RECEIVERS: &str = "webhooks";
/// The most webhooks that are sent to at the same time.
const AT_ONCE: usize = 64;

/// Why the service cannot start.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The read model cannot be opened.
    #[error(transparent)]
    Store(#[from] ViewError),
    /// The HTTP client cannot be made.
    #[error("the machine's certificates cannot be read")]
    Client(#[from] reqwest::Error),
}

/// The partners service. Clones share everything.
#[derive(Clone, Debug)]
pub struct Partners {
    context: AppContext,
    store: ViewStore,
    outbox: Outbox,
    client: WebhookClient,
    settings: WebhookSettings,
    /// Notified when the API keys must be read again.
    keys_changed: Arc<Notify>,
}

impl Partners {
    /// Opens the service, with its read model in `data_dir`: the outcomes of its deliveries cannot be made again.
    /// Hosts of webhooks are looked up with `look_up`.
    ///
    /// # Errors
    /// When the read model or the HTTP client cannot be opened.
    pub fn open(
        context: AppContext,
        data_dir: &Path,
        settings: WebhookSettings,
        look_up: LookUp,
    ) -> Result<Self, OpenError> {
        let client = WebhookClient::new(&settings, look_up)?;
        let (wake, keys_changed) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let projection = PartnersProjection {
            aggregates: context.aggregates.clone(),
            receivers: context.breakers.family(RECEIVERS),
            wake: Arc::clone(&wake),
            keys_changed: Arc::clone(&keys_changed),
        };
        let tables = [deliveries::TABLES, list_lengths::TABLE, TABLES].concat();
        let store = ViewStore::open(&data_dir.join("partners.db"), &tables, Arc::new(projection))?;
        let outbox = Outbox::open(&store, wake)?;
        Ok(Self { context, store, outbox, client, settings, keys_changed })
    }

    /// The consumer group: the events that webhooks carry, and those of webhooks, in order per tenant.
    #[must_use]
    pub fn group() -> Group {
        projection::READS
    }

    /// The outbox worker that sends to webhooks, to each in order.
    #[must_use]
    pub fn worker(&self) -> OutboxWorker {
        let aggregates = self.context.aggregates.clone();
        let clock = aggregates.clock().clone();
        let sender = WebhookSender {
            aggregates,
            store: self.store.clone(),
            client: self.client.clone(),
            settings: self.settings,
            receivers: self.context.breakers.family(RECEIVERS),
        };
        let settings = deliveries::Settings {
            retry: self.settings.retry,
            term_ms: LEASE_MS,
            batch: AT_ONCE,
            at_once: AT_ONCE,
            by_recipient: true,
        };
        OutboxWorker::new(self.outbox.clone(), Arc::new(sender), clock, settings)
    }

    /// The outbox, which knows the state of each delivery.
    #[must_use]
    pub fn outbox(&self) -> &Outbox {
        &self.outbox
    }

    /// The read model.
    #[must_use]
    pub fn store(&self) -> &ViewStore {
        &self.store
    }

    /// The service's API documentation.
    #[must_use]
    pub fn documentation() -> Documentation {
        Documentation { operations: http::routes().into_openapi(), exported: Vec::new() }
    }

    /// The service.
    #[must_use]
    pub fn service(&self) -> Service {
        let partners = self.clone();
        let reader = self.clone();
        let read_keys = move |stop| {
            let Self { context, store, keys_changed, .. } = reader.clone();
            async move { api_keys::keep_in_memory(context, store, &keys_changed, stop).await }
        };
        Service {
            name: "partners",
            port: 8088,
            read_models: vec![ReadModel { group: Self::group(), store: self.store.clone() }],
            outboxes: vec![OutboxGroup { group: GROUP, outbox: self.outbox.clone(), worker: self.worker() }],
            tasks: vec![Task::new("api-keys", read_keys)],
            routes: Box::new(move |groups| {
                let status = groups.status(&Self::group())?;
                Ok(Routes::new(http::router(http::App { partners, status })))
            }),
        }
    }
}
