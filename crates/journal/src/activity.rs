//! Activity on its way to the journal: queued before the answer is sent, committed together every 50 ms, never
//! dropped. What a person does again and again in between is one event with a count; visitors become sums.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use domain::activity::{ActivityEvent, CountedViews, Snapshot};
use domain::{Actor, Metadata, PropertyId, StreamId, TenantId, UserId};
use supervisor::wake;
use tokio::sync::{Notify, watch};

use crate::keys::KeyError;
use crate::{DecodeError, ExecuteError, Ledger, Seen};

type ViewKey = (TenantId, UserId, PropertyId);

#[derive(Debug, Default)]
struct Pending {
    views: HashMap<ViewKey, View>,
    sums: HashMap<(TenantId, PropertyId), (u64, u64)>,
    searches: Vec<Search>,
}

#[derive(Debug)]
struct Search {
    actor: Actor,
    user: UserId,
    event: ActivityEvent,
}

#[derive(Debug)]
struct View {
    actor: Actor,
    snapshot: Snapshot,
    views: u64,
    counted: bool,
}

/// The queue. Share it; [`ActivityQueue::run`] empties it.
#[derive(Debug)]
pub struct ActivityQueue {
    ledger: Ledger,
    seen: Arc<Seen>,
    every: Duration,
    most: usize,
    pending: Mutex<Pending>,
    flushing: tokio::sync::Mutex<()>,
    /// Items are on their way: taken from the queue, their positions not yet remembered.
    on_the_way: AtomicBool,
    filled: Notify,
    emptied: Notify,
}

impl ActivityQueue {
    /// A queue of at most `most` different items, emptied every `every`.
    #[must_use]
    pub fn new(ledger: Ledger, seen: Arc<Seen>, every: Duration, most: usize) -> Self {
        Self {
            ledger,
            seen,
            every,
            most,
            pending: Mutex::default(),
            flushing: tokio::sync::Mutex::default(),
            on_the_way: AtomicBool::new(false),
            filled: Notify::new(),
            emptied: Notify::new(),
        }
    }

    fn pending(&self) -> std::sync::MutexGuard<'_, Pending> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Queues that a signed-in person opened a listing; waits while the queue is full.
    pub async fn viewed(
        &self,
        actor: Actor,
        user: UserId,
        property: PropertyId,
        snapshot: Snapshot,
        counted: bool,
    ) {
        self.room().await;
        let key = (actor.tenant.clone(), user, property);
        {
            let mut pending = self.pending();
            let fresh = View { actor, snapshot, views: 0, counted };
            let view = pending.views.entry(key).or_insert(fresh);
            view.views += 1;
            view.counted |= counted;
        }
        self.filled.notify_one();
    }

    /// Queues that a signed-in person searched; waits while the queue is full.
    pub async fn searched(&self, actor: Actor, user: UserId, event: ActivityEvent) {
        self.room().await;
        self.pending().searches.push(Search { actor, user, event });
        self.filled.notify_one();
    }

    /// Queues a view by somebody who is not signed in; `visitor` when they were not seen before today.
    pub async fn counted(&self, tenant: &TenantId, property: PropertyId, visitor: bool) {
        self.room().await;
        {
            let mut pending = self.pending();
            let (views, visitors) = pending.sums.entry((tenant.clone(), property)).or_default();
            *views += 1;
            *visitors += u64::from(visitor);
        }
        self.filled.notify_one();
    }

    async fn room(&self) {
        loop {
            let emptied = self.emptied.notified();
            let full = {
                let pending = self.pending();
                pending.views.len() + pending.sums.len() + pending.searches.len() >= self.most
            };
            if !full {
                return;
            }
            emptied.await;
        }
    }

    /// Makes everything that was queued before this call durable. What the journal does not take stays queued.
    pub async fn flush(&self) {
        let _one_at_a_time = self.flushing.lock().await;
        self.on_the_way.store(true, Ordering::SeqCst);
        let Pending { views, sums, searches } = std::mem::take(&mut *self.pending());
        if views.is_empty() && sums.is_empty() && searches.is_empty() {
            self.on_the_way.store(false, Ordering::SeqCst);
            return;
        }
        let views = views.into_iter().map(|(key, view)| self.write_view(key, view));
        let sums = by_tenant(sums).into_iter().map(|(tenant, sums)| self.write_sums(tenant, sums));
        let searches = searches.into_iter().map(|search| self.write_search(search));
        tokio::join!(
            futures_util::future::join_all(views),
            futures_util::future::join_all(sums),
            futures_util::future::join_all(searches)
        );
        self.on_the_way.store(false, Ordering::SeqCst);
        self.emptied.notify_waiters();
    }

    /// Whether something of the person may be queued or on its way; [`Self::flush`] then makes it durable.
    #[must_use]
    pub fn holds(&self, tenant: &TenantId, user: UserId) -> bool {
        let queued = {
            let pending = self.pending();
            pending.views.keys().any(|(t, u, _)| *u == user && t == tenant)
                || pending.searches.iter().any(|search| search.user == user && search.actor.tenant == *tenant)
        };
        queued || self.on_the_way.load(Ordering::SeqCst)
    }

    async fn write_view(&self, key: ViewKey, view: View) {
        let (tenant, user, property_id) = (key.0.clone(), key.1, key.2);
        let View { snapshot, views, counted, .. } = &view;
        let event = ActivityEvent::Viewed {
            property_id,
            snapshot: snapshot.clone(),
            views: *views,
            counted: *counted,
        };
        let stream = StreamId::new(&tenant, "activity", user);
        match self.ledger.record(&view.actor, stream, &event).await {
            Ok(appended) => self.seen.remember(&tenant, user, appended.position),
            Err(error) => {
                tracing::error!(%error, "activity could not be written and stays queued");
                self.filled.notify_one();
                let mut pending = self.pending();
                match pending.views.entry(key) {
                    std::collections::hash_map::Entry::Occupied(mut newer) => {
                        let newer = newer.get_mut();
                        newer.views += view.views;
                        newer.counted |= view.counted;
                    }
                    std::collections::hash_map::Entry::Vacant(empty) => {
                        empty.insert(view);
                    }
                }
            }
        }
    }

    async fn write_search(&self, search: Search) {
        let tenant = &search.actor.tenant;
        let stream = StreamId::new(tenant, "activity", search.user);
        match self.ledger.record(&search.actor, stream, &search.event).await {
            Ok(appended) => self.seen.remember(tenant, search.user, appended.position),
            // They left meanwhile: what they looked for is theirs, and nothing of it may be kept.
            Err(ExecuteError::Decode(DecodeError::Keys(KeyError::Erased))) => {}
            Err(error) => {
                tracing::error!(%error, "a search could not be written and stays queued");
                self.filled.notify_one();
                self.pending().searches.push(search);
            }
        }
    }

    async fn write_sums(&self, tenant: TenantId, views: Vec<CountedViews>) {
        let now = self.ledger.clock().now();
        let day = domain::time::day_name(now.india_day());
        let actor = Actor { tenant: tenant.clone(), user: None, metadata: Metadata::default() };
        let event = ActivityEvent::ViewsCounted { views: views.clone() };
        if let Err(error) = self.ledger.record(&actor, StreamId::new(&tenant, "counts", day), &event).await {
            tracing::error!(%error, "view sums could not be written and stay queued");
            self.filled.notify_one();
            let mut pending = self.pending();
            for CountedViews { property_id, views, visitors } in views {
                let sum = pending.sums.entry((tenant.clone(), property_id)).or_default();
                *sum = (sum.0 + views, sum.1 + visitors);
            }
        }
    }

    /// Empties the queue as long as the process lives; the last time after `stop`.
    pub async fn run(self: Arc<Self>, mut stop: watch::Receiver<bool>) {
        while !wake::is_stopped(&stop) {
            tokio::select! {
                () = self.filled.notified() => {}
                () = wake::stopped(&mut stop) => {}
            }
            tokio::select! {
                () = tokio::time::sleep(self.every) => {}
                () = wake::stopped(&mut stop) => {}
            }
            self.flush().await;
        }
        self.flush().await;
    }
}

/// Sums of many tenants, one list each, in a steady order.
fn by_tenant(sums: HashMap<(TenantId, PropertyId), (u64, u64)>) -> HashMap<TenantId, Vec<CountedViews>> {
    let mut lists: HashMap<TenantId, Vec<CountedViews>> = HashMap::new();
    for ((tenant, property_id), (views, visitors)) in sums {
        lists.entry(tenant).or_default().push(CountedViews { property_id, views, visitors });
    }
    for list in lists.values_mut() {
        list.sort_by_key(|counted| counted.property_id);
    }
    lists
}
