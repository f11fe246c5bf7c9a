//! What people searched for: each person's own past searches, and what so many have searched for that it may be suggested
//! to others.
//!
//! ```text
//! PROPERTY_SEARCHED -> search_history (ids and numbers; the words stay encrypted in the journal)
//!                   -> queries        (a digest; in clear from the fifth person on)
//! ```
//! Searches of people who are not signed in are not written down, so they are in neither.

mod history;
mod popular;
mod projection;

use std::path::Path;
use std::sync::Arc;

use ::projection::{ViewError, ViewStore};
use axum::extract::FromRef;
use bus::{Group, GroupStatus};
use http_kit::AppContext;

pub use history::{PastSearch, Person};
pub use popular::popular;

use crate::index::Index;
use crate::suggest::Suggester;

/// The read model of past searches, and what suggests from it.
#[derive(Clone, Debug)]
pub struct Searches {
    pub(crate) context: AppContext,
    pub(crate) store: ViewStore,
    pub(crate) suggester: Arc<Suggester>,
}

/// What the handlers share.
#[derive(Clone, Debug)]
pub(crate) struct SearchesApp {
    pub searches: Searches,
    pub status: GroupStatus,
}

impl FromRef<SearchesApp> for AppContext {
    fn from_ref(site: &SearchesApp) -> Self {
        site.searches.context.clone()
    }
}

impl Searches {
    /// Opens the read model in `views`; suggestions also come from `index`.
    ///
    /// # Errors
    /// When its file cannot be opened.
    pub(crate) fn open(context: AppContext, views: &Path, index: Arc<Index>) -> Result<Self, ViewError> {
        let tables = include_str!("../migrations/0001_searches.sql");
        let projection = Arc::new(projection::Searched::new(context.aggregates.clone()));
        let store = ViewStore::open(&views.join("searches.db"), tables, projection)?;
        Ok(Self { context, store, suggester: Arc::new(Suggester::new(index)) })
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
}
