//! The queue's contents: items that still accumulate, and records being sent.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use domain::activity::{ActivityEvent, CountedProductViews, CountedViews, ProductSnapshot, Snapshot};
use domain::{Actor, Metadata, ProductId, PropertyId, TenantId, Timestamp, UserId};
use uuid::Uuid;

use super::record::Record;

type ViewKey = (Uuid, Timestamp);

#[derive(Debug, Default)]
pub struct Pending {
    views: HashMap<(TenantId, UserId, ViewedId), View>,
    sums: HashMap<(TenantId, ViewedId), (u64, u64)>,
    searches: Vec<Record>,
    /// Records being sent, in the order in which they were queued. Each stays until the journal has it, even if the
    /// sender is cancelled. Nothing is added to a record any more.
    sent: BTreeMap<Uuid, Arc<Record>>,
    /// No new items are accepted.
    pub closed: bool,
}

#[derive(Debug)]
struct View {
    identity: ViewKey,
    actor: Actor,
    viewed: Viewed,
    views: u64,
    counted: bool,
}

/// What can be viewed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ViewedId {
    Home(PropertyId),
    Product(ProductId),
}

/// What was viewed, as it was then.
#[derive(Debug)]
pub enum Viewed {
    Home(PropertyId, Snapshot),
    Product(ProductId, ProductSnapshot),
}

impl Viewed {
    fn id(&self) -> ViewedId {
        match self {
            Self::Home(id, _) => ViewedId::Home(*id),
            Self::Product(id, _) => ViewedId::Product(*id),
        }
    }

    fn event(self, views: u64, counted: bool) -> ActivityEvent {
        match self {
            Self::Home(property_id, snapshot) => {
                ActivityEvent::Viewed { property_id, snapshot, views, counted }
            }
            Self::Product(product_id, snapshot) => {
                ActivityEvent::ProductViewed { product_id, snapshot, views, counted }
            }
        }
    }
}

/// An item to be queued.
#[derive(Debug)]
pub enum QueuedActivity {
    View { actor: Actor, user: UserId, viewed: Viewed, counted: bool },
    Search { actor: Actor, user: UserId, event: ActivityEvent },
    Count { tenant: TenantId, viewed: ViewedId, visitor: bool },
}

impl Pending {
    /// The number of distinct items.
    pub fn len(&self) -> usize {
        self.views.len() + self.sums.len() + self.searches.len() + self.sent.len()
    }

    pub fn add(&mut self, item: QueuedActivity, identity: impl FnOnce() -> ViewKey) {
        match item {
            QueuedActivity::View { actor, user, viewed, counted } => {
                let view = self.views.entry((actor.tenant.clone(), user, viewed.id()));
                let view =
                    view.or_insert_with(|| View { identity: identity(), actor, viewed, views: 0, counted });
                view.views += 1;
                view.counted |= counted;
            }
            QueuedActivity::Search { actor, user, event } => {
                self.searches.push(Record::of_person(identity(), actor, user, event));
            }
            QueuedActivity::Count { tenant, viewed, visitor } => {
                let (views, visitors) = self.sums.entry((tenant, viewed)).or_default();
                *views += 1;
                *visitors += u64::from(visitor);
            }
        }
    }

    /// Whether something of the person is queued or being sent.
    pub fn holds(&self, tenant: &TenantId, user: UserId) -> bool {
        let by = |record: &Record| record.person() == Some((tenant, user));
        self.views.keys().any(|(t, u, _)| *u == user && t == tenant)
            || self.searches.iter().any(by)
            || self.sent.values().any(|record| by(record))
    }

    /// Turns the accumulated items into records.
    pub fn freeze(&mut self, mut identity: impl FnMut() -> ViewKey) {
        let mut records = std::mem::take(&mut self.searches);
        for ((_, user, _), view) in self.views.drain() {
            let View { identity, actor, viewed, views, counted } = view;
            records.push(Record::of_person(identity, actor, user, viewed.event(views, counted)));
        }
        for (tenant, Sums { homes, products }) in by_tenant(std::mem::take(&mut self.sums)) {
            let homes = (!homes.is_empty()).then_some(ActivityEvent::ViewsCounted { views: homes });
            let products =
                (!products.is_empty()).then_some(ActivityEvent::ProductViewsCounted { views: products });
            for event in homes.into_iter().chain(products) {
                let actor = Actor { tenant: tenant.clone(), user: None, metadata: Metadata::default() };
                records.push(Record::of_nobody(identity(), actor, event));
            }
        }
        self.sent.extend(records.into_iter().map(|record| (record.event_id, Arc::new(record))));
    }

    /// The records being sent, oldest first.
    pub fn sent(&self) -> Vec<Arc<Record>> {
        self.sent.values().cloned().collect()
    }

    pub fn arrived(&mut self, record: &Record) {
        self.sent.remove(&record.event_id);
    }
}

/// The sums of a tenant, each list in a stable order.
#[derive(Default)]
struct Sums {
    homes: Vec<CountedViews>,
    products: Vec<CountedProductViews>,
}

fn by_tenant(sums: HashMap<(TenantId, ViewedId), (u64, u64)>) -> BTreeMap<TenantId, Sums> {
    let in_order: BTreeMap<_, _> = sums.into_iter().collect();
    let mut lists: BTreeMap<TenantId, Sums> = BTreeMap::new();
    for ((tenant, viewed), (views, visitors)) in in_order {
        let list = lists.entry(tenant).or_default();
        match viewed {
            ViewedId::Home(property_id) => list.homes.push(CountedViews { property_id, views, visitors }),
            ViewedId::Product(product_id) => {
                list.products.push(CountedProductViews { product_id, views, visitors });
            }
        }
    }
    lists
}

#[cfg(test)]
mod tests {
    use domain::{Ids, Paise};

    use super::*;

    #[test]
    fn a_view_is_held_for_whoever_looked_in_their_tenant_until_it_is_taken() {
        let at = Timestamp::from_micros(0);
        let [here, elsewhere] = ["t", "u"].map(TenantId::stored);
        let (user, other): (UserId, UserId) = (Ids.id(at), Ids.id(at));
        let mut pending = Pending::default();
        assert!(!pending.holds(&here, user));
        let actor = Actor { tenant: here.clone(), user: Some(user), metadata: Metadata::default() };
        let snapshot = Snapshot::of(other, "A home", Paise::from_paise(100), "Kondapur");
        let viewed = Viewed::Home(Ids.id(at), snapshot);
        let view = QueuedActivity::View { actor, user, viewed, counted: true };
        pending.add(view, || (Ids.uuid(at), at));
        let held = [(&here, user), (&here, other), (&elsewhere, user)].map(|(t, u)| pending.holds(t, u));
        assert_eq!(held, [true, false, false]);
        pending.freeze(|| (Ids.uuid(at), at));
        let held = [(&here, user), (&here, other), (&elsewhere, user)].map(|(t, u)| pending.holds(t, u));
        assert_eq!(held, [true, false, false], "it is on its way");
    }
}
