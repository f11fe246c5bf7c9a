//! A person's complete history, in order and described in sentences: a projection of both logs.
#![warn(missing_docs)]

mod describe;
mod http;
mod projection;
mod queries;

use std::path::Path;
use std::sync::Arc;

use ::projection::{ViewError, ViewStore};
use bus::Group;
use domain::{Envelope, Log};
use http_kit::{AppContext, Documentation, ReadModel, Routes, Service};

use crate::projection::UserActivity;

/// The consumer group's name.
const GROUP: &str = "history-service-group";
const TABLES: &str = include_str!("../migrations/0001_user_activity.sql");

/// The history service. Clones share everything.
#[derive(Clone, Debug)]
pub struct History {
    context: AppContext,
    store: ViewStore,
}

impl History {
    /// Opens the service, with its read model in `views_dir`.
    ///
    /// # Errors
    /// When the file cannot be opened.
    pub fn open(context: AppContext, views_dir: &Path) -> Result<Self, ViewError> {
        Ok(Self { context, store: Self::view(&views_dir.join("history.db"))? })
    }

    /// Opens only the read model, for a rebuild beside the one in use.
    ///
    /// # Errors
    /// When the file cannot be opened.
    pub fn view(path: &Path) -> Result<ViewStore, ViewError> {
        ViewStore::open(path, TABLES, Arc::new(UserActivity))
    }

    /// The consumer group that feeds the read model: every event with an acting person, in order per person.
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
        let history = self.clone();
        Service {
            name: "history",
            port: 8084,
            read_models: vec![ReadModel { group: Self::group(), store: self.store.clone() }],
            outboxes: Vec::new(),
            tasks: Vec::new(),
            routes: Box::new(move |groups| {
                let status = groups.status(&Self::group())?;
                Ok(Routes::new(http::router(history, status)))
            }),
        }
    }
}

fn partition_key(envelope: &Envelope) -> Option<String> {
    envelope.user_id.map(|user| format!("{}/{user}", envelope.stream.tenant))
}
