//! Suggests completions for typed text: localities, words of titles, and popular searches.

mod ranking;

use std::sync::Arc;

use domain::TenantId;

pub use ranking::{Kind, Suggestion, SuggestionIndex, suggest};

use crate::engine::view_cache::ViewCache;
pub use crate::engine::view_cache::ViewCacheError;
use crate::home::Home;
use crate::index::Index;

/// Caches the vocabulary of listings per tenant.
#[derive(Debug)]
pub struct Suggester(ViewCache<Home, SuggestionIndex>);

impl Suggester {
    /// Creates a suggester for the listings in `index`.
    #[must_use]
    pub fn new(index: Arc<Index>) -> Self {
        Self(ViewCache::new(index))
    }

    /// The vocabulary of the tenant's listings, as of a moment ago.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub async fn known(&self, tenant: &TenantId) -> Result<Arc<SuggestionIndex>, ViewCacheError> {
        let read = |index: &Index, view: &_, tenant: &TenantId| {
            Ok(SuggestionIndex::of(index.vocabulary(view, tenant)?))
        };
        self.0.get(tenant, read).await
    }
}
