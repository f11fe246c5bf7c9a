//! In-memory cache of a read model's documents. A projection drops an entry before its new state becomes
//! visible to waiting readers. A reader that loaded the old document meanwhile cannot put it back.

use std::fmt::{Debug, Formatter};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

const SLOTS: usize = 4096;

/// A cache of documents by key.
pub struct DocumentCache<K, V> {
    documents: moka::sync::Cache<K, Arc<V>>,
    /// Counts the drops, per slot of keys.
    dropped: Vec<AtomicU64>,
    /// One loader per slot of keys. Other readers wait for it instead of loading too.
    loading: Vec<tokio::sync::Mutex<()>>,
}

/// Taken before a load. Shows later whether anything was dropped since.
#[derive(Clone, Copy, Debug)]
pub struct Ticket(u64);

impl<K, V> Debug for DocumentCache<K, V> {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.write_str("DocumentCache")
    }
}

impl<K, V> DocumentCache<K, V>
where
    K: Clone + Eq + Hash + Send + Sync + 'static,
    V: Send + Sync + 'static,
{
    /// A cache of at most `capacity` documents.
    #[must_use]
    pub fn new(capacity: u64) -> Self {
        let dropped = (0..SLOTS).map(|_| AtomicU64::new(0)).collect();
        let loading = (0..SLOTS).map(|_| tokio::sync::Mutex::new(())).collect();
        Self { documents: moka::sync::Cache::new(capacity), dropped, loading }
    }

    fn index(key: &K) -> usize {
        let mut hasher = DefaultHasher::new();
        key.hash(&mut hasher);
        usize::try_from(hasher.finish() % SLOTS as u64).unwrap_or_default()
    }

    fn slot(&self, key: &K) -> &AtomicU64 {
        &self.dropped[Self::index(key)]
    }

    /// Waits for the turn to load a document.
    pub async fn turn(&self, key: &K) -> tokio::sync::MutexGuard<'_, ()> {
        self.loading[Self::index(key)].lock().await
    }

    /// Gets a cached document.
    #[must_use]
    pub fn get(&self, key: &K) -> Option<Arc<V>> {
        self.documents.get(key)
    }

    /// Takes a ticket. Do this before querying the read model.
    #[must_use]
    pub fn ticket(&self, key: &K) -> Ticket {
        Ticket(self.slot(key).load(Ordering::SeqCst))
    }

    /// Caches a loaded document, unless it was dropped since `ticket`.
    pub fn keep(&self, key: &K, ticket: Ticket, document: &Arc<V>) {
        if self.slot(key).load(Ordering::SeqCst) != ticket.0 {
            return;
        }
        self.documents.insert(key.clone(), Arc::clone(document));
        // A concurrent drop counts before it invalidates. So either its count is seen here, or its invalidation
        // removes what was inserted.
        if self.slot(key).load(Ordering::SeqCst) != ticket.0 {
            self.documents.invalidate(key);
        }
    }

    /// Drops a document, for every reader that asks from now on.
    pub fn forget(&self, key: &K) {
        self.slot(key).fetch_add(1, Ordering::SeqCst);
        self.documents.invalidate(key);
    }

    /// Drops every document, for every reader that asks from now on.
    pub fn forget_all(&self) {
        for slot in &self.dropped {
            slot.fetch_add(1, Ordering::SeqCst);
        }
        self.documents.invalidate_all();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicBool;

    use super::*;

    #[test]
    fn what_was_dropped_since_its_ticket_is_not_kept() {
        let cache = DocumentCache::new(10);
        let (one, two) = (cache.ticket(&1), cache.ticket(&2));
        cache.keep(&1, one, &Arc::new("first"));
        assert_eq!(cache.get(&1).as_deref(), Some(&"first"));
        cache.forget(&1);
        assert_eq!(cache.get(&1), None);
        cache.keep(&1, one, &Arc::new("first"));
        assert_eq!(cache.get(&1), None, "loaded before it was dropped");
        cache.forget_all();
        cache.keep(&2, two, &Arc::new("second"));
        assert_eq!(cache.get(&2), None);
        cache.keep(&2, cache.ticket(&2), &Arc::new("second"));
        assert!(cache.get(&2).is_some());
    }

    /// A reader loads and caches while a rebuilt read model takes over. In whatever order they run, nothing
    /// loaded before the takeover is cached afterwards.
    #[test]
    fn nothing_loaded_before_a_take_over_stays() {
        const ROUNDS: u64 = 30_000;
        let cache = DocumentCache::new(100);
        let source = AtomicU64::new(0);
        let over = AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                while !over.load(Ordering::SeqCst) {
                    let ticket = cache.ticket(&7);
                    let loaded = source.load(Ordering::SeqCst);
                    cache.keep(&7, ticket, &Arc::new(loaded));
                }
            });
            for round in 1..=ROUNDS {
                source.store(round, Ordering::SeqCst);
                cache.forget_all();
                let found = cache.get(&7).map(|document| *document);
                if found.is_some_and(|found| found < round) {
                    over.store(true, Ordering::SeqCst);
                    panic!("{found:?} in round {round}");
                }
            }
            over.store(true, Ordering::SeqCst);
        });
    }
}
