//! Past searches: each person's own history, and the queries common enough to be suggested to others.
//!
//! ```text
//! PROPERTY_SEARCHED -> search_history (ids and numbers; the words stay encrypted in the journal)
//!                   -> queries        (a digest; in clear from the fifth person on)
//! ```
//! Searches of people who are not signed in are not recorded, so they appear in neither.

mod history;
mod popular;
mod projection;

use std::path::Path;
use std::sync::Arc;

use ::projection::{ViewError, ViewStore, list_lengths};
use axum::extract::FromRef;
use bus::{Group, GroupStatus};
use http_kit::AppContext;

pub use history::{PastSearch, Person};
pub use popular::popular;

use crate::index::Index;
use crate::suggest::Suggester;

/// The read model of past searches, and the suggester based on it.
#[derive(Clone, Debug)]
pub struct Searches {
    pub(crate) context: AppContext,
    pub(crate) store: ViewStore,
    pub(crate) suggester: Arc<Suggester>,
}

/// Shared handler state.
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
        let tables = [list_lengths::TABLE, include_str!("../migrations/0001_searches.sql")].concat();
        let projection = Arc::new(projection::Searched::new(context.aggregates.clone()));
        let store = ViewStore::open(&views.join("searches.db"), &tables, projection)?;
        Ok(Self { context, store, suggester: Arc::new(Suggester::new(index)) })
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
}
