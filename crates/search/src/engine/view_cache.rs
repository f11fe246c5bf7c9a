//! Keeps what is costly to read from an index, per tenant.

use std::collections::HashMap;
use std::fmt::Debug;
use std::sync::{Arc, Weak};
use std::time::Duration;

use domain::TenantId;
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::view::View;
use super::{IndexError, Indexed, TextIndex};

/// A value is read again when the index has changed, but reading takes at most this fraction (one in 20) of the time.
const PART: u32 = 20;

/// Caches one value per tenant.
#[derive(Debug)]
pub struct ViewCache<E: Indexed, V> {
    index: Arc<TextIndex<E>>,
    read: Mutex<HashMap<TenantId, CachedValue<E, V>>>,
}

/// A value read from one view of the index. It does not hold the view's files.
#[derive(Debug)]
struct CachedValue<E: Indexed, V> {
    value: Arc<V>,
    from: Weak<View<E>>,
    at: Instant,
    took: Duration,
}

/// Why a value cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum ViewCacheError {
    /// The index cannot be read.
    #[error(transparent)]
    Index(#[from] IndexError),
    /// The work was cancelled or panicked.
    #[error("{0}")]
    Cut(#[from] tokio::task::JoinError),
}

impl<E: Indexed, V: Send + Sync + 'static> ViewCache<E, V> {
    /// A cache of values from `index`.
    #[must_use]
    pub fn new(index: Arc<TextIndex<E>>) -> Self {
        Self { index, read: Mutex::default() }
    }

    /// The tenant's value as of a moment ago; `read` makes it.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub async fn get(
        &self,
        tenant: &TenantId,
        read: impl FnOnce(&TextIndex<E>, &View<E>, &TenantId) -> Result<V, IndexError> + Send + 'static,
    ) -> Result<Arc<V>, ViewCacheError> {
        let view = self.index.view();
        let mut all = self.read.lock().await;
        if let Some(cached) = all.get(tenant)
            && (cached.from.ptr_eq(&Arc::downgrade(&view)) || cached.at.elapsed() < cached.took * PART)
        {
            return Ok(Arc::clone(&cached.value));
        }
        let from = Arc::downgrade(&view);
        let began = Instant::now();
        let (index, its) = (Arc::clone(&self.index), tenant.clone());
        let value = tokio::task::spawn_blocking(move || read(&index, &view, &its)).await??;
        let value = Arc::new(value);
        let cached =
            CachedValue { value: Arc::clone(&value), from, at: Instant::now(), took: began.elapsed() };
        all.insert(tenant.clone(), cached);
        Ok(value)
    }
}
