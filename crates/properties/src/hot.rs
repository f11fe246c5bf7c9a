//! Hot documents in memory. The projection drops an entry before its new state becomes visible to waiting readers,
//! and a reader that loaded in between cannot put the old one back.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use domain::property::Listing;
use domain::{PropertyId, TenantId, Version};
use moka::ops::compute::Op;
use serde_json::value::RawValue;

use crate::document::Counts;

/// A listing as the read model holds it.
#[derive(Debug)]
pub struct Known {
    pub listing: Listing,
    pub version: Version,
    pub counts: Counts,
    pub owner_gone: bool,
    /// The serialised [`crate::document::Document`].
    pub body: Box<RawValue>,
}

type Key = (TenantId, PropertyId);

const SLOTS: usize = 4096;

#[derive(Debug)]
pub struct Hot {
    known: moka::sync::Cache<Key, Arc<Known>>,
    /// Counts invalidations per slot of keys.
    dropped: Vec<AtomicU64>,
    /// One loader per slot of keys: whoever comes meanwhile waits for it instead of asking too.
    loading: Vec<tokio::sync::Mutex<()>>,
}

/// Taken before a load; proves that nothing was dropped since.
#[derive(Clone, Copy, Debug)]
pub struct Ticket(u64);

impl Default for Hot {
    fn default() -> Self {
        let dropped = (0..SLOTS).map(|_| AtomicU64::new(0)).collect();
        let loading = (0..SLOTS).map(|_| tokio::sync::Mutex::new(())).collect();
        Self { known: moka::sync::Cache::new(4_000), dropped, loading }
    }
}

impl Hot {
    fn index(key: &Key) -> usize {
        let mut hasher = DefaultHasher::new();
        key.hash(&mut hasher);
        usize::try_from(hasher.finish() % SLOTS as u64).unwrap_or_default()
    }

    fn slot(&self, key: &Key) -> &AtomicU64 {
        &self.dropped[Self::index(key)]
    }

    /// The turn to load a document.
    pub async fn turn(&self, key: &Key) -> tokio::sync::MutexGuard<'_, ()> {
        self.loading[Self::index(key)].lock().await
    }

    pub fn get(&self, key: &Key) -> Option<Arc<Known>> {
        self.known.get(key)
    }

    /// To be taken before the read model is asked.
    pub fn ticket(&self, key: &Key) -> Ticket {
        Ticket(self.slot(key).load(Ordering::SeqCst))
    }

    /// Keeps what was loaded, unless it was dropped since `ticket`.
    pub fn keep(&self, key: Key, ticket: Ticket, known: &Arc<Known>) {
        let slot = self.slot(&key);
        self.known.entry(key).and_compute_with(|_| {
            if slot.load(Ordering::SeqCst) == ticket.0 { Op::Put(Arc::clone(known)) } else { Op::Nop }
        });
    }

    /// Forgets a document, for every reader that asks from now on.
    pub fn forget(&self, key: &Key) {
        self.slot(key).fetch_add(1, Ordering::SeqCst);
        self.known.entry(key.clone()).and_compute_with(|_| Op::Remove);
    }
    /// Forgets every document, for every reader that asks from now on.
    pub fn forget_all(&self) {
        for slot in &self.dropped {
            slot.fetch_add(1, Ordering::SeqCst);
        }
        self.known.invalidate_all();
    }
}
