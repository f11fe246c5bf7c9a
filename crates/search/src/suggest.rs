//! Suggests completions for typed text: localities, words of titles, and popular searches.

mod ranking;

use std::collections::HashMap;
use std::sync::{Arc, Weak};
use std::time::Duration;

use domain::TenantId;
use tokio::sync::Mutex;
use tokio::time::Instant;

pub use ranking::{Kind, Suggestion, SuggestionIndex, suggest};

use crate::index::{Index, IndexError, View};

/// The vocabulary is read again when the index has changed, but reading takes at most this fraction (one in 20) of
/// the time.
const PART: u32 = 20;

/// Caches the vocabulary of listings per tenant.
#[derive(Debug)]
pub struct Suggester {
    index: Arc<Index>,
    known: Mutex<HashMap<TenantId, Read>>,
}

/// The vocabulary read from one view of the index. It does not hold the view's files.
#[derive(Debug)]
struct Read {
    known: Arc<SuggestionIndex>,
    from: Weak<View>,
    at: Instant,
    took: Duration,
}

/// Why suggestions failed.
#[derive(Debug, thiserror::Error)]
pub enum SuggestError {
    /// The index cannot be read.
    #[error(transparent)]
    Index(#[from] IndexError),
    /// The work was cancelled or panicked.
    #[error("{0}")]
    Cut(#[from] tokio::task::JoinError),
}

impl Suggester {
    /// Creates a suggester for the listings in `index`.
    #[must_use]
    pub fn new(index: Arc<Index>) -> Self {
        Self { index, known: Mutex::default() }
    }

    /// The vocabulary of the tenant's listings, as of a moment ago.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub async fn known(&self, tenant: &TenantId) -> Result<Arc<SuggestionIndex>, SuggestError> {
        let view = self.index.view();
        let mut all = self.known.lock().await;
        if let Some(read) = all.get(tenant)
            && (read.from.ptr_eq(&Arc::downgrade(&view)) || read.at.elapsed() < read.took * PART)
        {
            return Ok(Arc::clone(&read.known));
        }
        let from = Arc::downgrade(&view);
        let began = Instant::now();
        let index = Arc::clone(&self.index);
        let its = tenant.clone();
        let read = tokio::task::spawn_blocking(move || {
            Ok::<_, IndexError>(SuggestionIndex::of(index.vocabulary(&view, &its)?))
        });
        let known = Arc::new(read.await??);
        let read = Read { known: Arc::clone(&known), from, at: Instant::now(), took: began.elapsed() };
        all.insert(tenant.clone(), read);
        Ok(known)
    }
}
