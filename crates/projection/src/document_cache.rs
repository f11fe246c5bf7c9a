//! In-memory cache of a read model's documents. A projection drops an entry before its new state becomes
//! visible to waiting readers. A reader that loaded the old document meanwhile cannot put it back.

use std::fmt::{Debug, Formatter};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

const SLOTS: usize = 4096;

/// A cache of documents by key.
pub struct DocumentCache<K, V> {
    /// Each with the ticket it was loaded with. One whose ticket is not the present one is dropped already.
    documents: moka::sync::Cache<K, (Ticket, Arc<V>)>,
    /// Counts the drops of everything.
    dropped: AtomicU64,
    /// Counts the drops of single documents, per slot of keys.
    dropped_of: Vec<AtomicU64>,
    /// One loader per slot of keys. Other readers wait for it instead of loading too.
    loading: Vec<tokio::sync::Mutex<()>>,
}

/// Taken before a load. Shows later whether anything was dropped since.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ticket {
    all: u64,
    slot: u64,
}

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
        let dropped_of = (0..SLOTS).map(|_| AtomicU64::new(0)).collect();
        let loading = (0..SLOTS).map(|_| tokio::sync::Mutex::new(())).collect();
        let documents = moka::sync::Cache::new(capacity);
        Self { documents, dropped: AtomicU64::new(0), dropped_of, loading }
    }

    fn index(key: &K) -> usize {
        let mut hasher = DefaultHasher::new();
        key.hash(&mut hasher);
        usize::try_from(hasher.finish() % SLOTS as u64).unwrap_or_default()
    }

    fn slot(&self, key: &K) -> &AtomicU64 {
        &self.dropped_of[Self::index(key)]
    }

    /// Waits for the turn to load a document.
    pub async fn turn(&self, key: &K) -> tokio::sync::MutexGuard<'_, ()> {
        self.loading[Self::index(key)].lock().await
    }

    /// Gets a cached document.
    #[must_use]
    pub fn get(&self, key: &K) -> Option<Arc<V>> {
        let (ticket, document) = self.documents.get(key)?;
        (ticket == self.ticket(key)).then_some(document)
    }

    /// Takes a ticket. Do this before querying the read model.
    #[must_use]
    pub fn ticket(&self, key: &K) -> Ticket {
        Ticket { all: self.dropped.load(Ordering::SeqCst), slot: self.slot(key).load(Ordering::SeqCst) }
    }

    /// Caches a loaded document, unless it was dropped since `ticket`. A drop between the look and the insertion makes it
    /// one that [`Self::get`] passes over; then it must not stay in memory either.
    pub fn keep(&self, key: &K, ticket: Ticket, document: &Arc<V>) {
        if ticket != self.ticket(key) {
            return;
        }
        self.documents.insert(key.clone(), (ticket, Arc::clone(document)));
        if ticket != self.ticket(key) {
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
        self.dropped.fetch_add(1, Ordering::SeqCst);
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

    /// Readers load and cache while everything is dropped. In whatever order they run, nothing loaded before a drop is
    /// seen after it, not even for a moment.
    #[test]
    fn nothing_loaded_before_a_drop_is_seen_after_it() {
        const ROUNDS: u64 = 30_000;
        const READERS: usize = 6;
        let cache = DocumentCache::new(100);
        let source = AtomicU64::new(0);
        let over = AtomicBool::new(false);
        std::thread::scope(|scope| {
            for _ in 0..READERS {
                scope.spawn(|| {
                    while !over.load(Ordering::SeqCst) {
                        let ticket = cache.ticket(&7);
                        let loaded = source.load(Ordering::SeqCst);
                        cache.keep(&7, ticket, &Arc::new(loaded));
                    }
                });
            }
            for round in 1..=ROUNDS {
                source.store(round, Ordering::SeqCst);
                if round % 2 == 0 {
                    cache.forget_all();
                } else {
                    cache.forget(&7);
                }
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
