//! The queue's contents: items that still accumulate, and records being sent.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use domain::activity::{ActivityEvent, CountedViews, Snapshot};
use domain::{Actor, Metadata, PropertyId, TenantId, Timestamp, UserId};
use uuid::Uuid;

use super::record::Record;

type ViewKey = (Uuid, Timestamp);

#[derive(Debug, Default)]
pub struct Pending {
    views: HashMap<(TenantId, UserId, PropertyId), View>,
    sums: HashMap<(TenantId, PropertyId), (u64, u64)>,
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
    snapshot: Snapshot,
    views: u64,
    counted: bool,
}

/// An item to be queued.
#[derive(Debug)]
pub enum QueuedActivity {
    View { actor: Actor, user: UserId, property: PropertyId, snapshot: Snapshot, counted: bool },
    Search { actor: Actor, user: UserId, event: ActivityEvent },
    Count { tenant: TenantId, property: PropertyId, visitor: bool },
}

impl Pending {
    /// The number of distinct items.
    pub fn len(&self) -> usize {
        self.views.len() + self.sums.len() + self.searches.len() + self.sent.len()
    }

    pub fn add(&mut self, item: QueuedActivity, identity: impl FnOnce() -> ViewKey) {
        match item {
            QueuedActivity::View { actor, user, property, snapshot, counted } => {
                let view = self.views.entry((actor.tenant.clone(), user, property));
                let view =
                    view.or_insert_with(|| View { identity: identity(), actor, snapshot, views: 0, counted });
                view.views += 1;
                view.counted |= counted;
            }
            QueuedActivity::Search { actor, user, event } => {
                self.searches.push(Record::of_person(identity(), actor, user, event));
            }
            QueuedActivity::Count { tenant, property, visitor } => {
                let (views, visitors) = self.sums.entry((tenant, property)).or_default();
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
        for ((_, user, property_id), view) in self.views.drain() {
            let View { identity, actor, snapshot, views, counted } = view;
            let event = ActivityEvent::Viewed { property_id, snapshot, views, counted };
            records.push(Record::of_person(identity, actor, user, event));
        }
        for (tenant, views) in by_tenant(std::mem::take(&mut self.sums)) {
            let actor = Actor { tenant, user: None, metadata: Metadata::default() };
            records.push(Record::of_nobody(identity(), actor, ActivityEvent::ViewsCounted { views }));
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

/// Groups the sums by tenant, each list in a stable order.
fn by_tenant(sums: HashMap<(TenantId, PropertyId), (u64, u64)>) -> BTreeMap<TenantId, Vec<CountedViews>> {
    let mut lists: BTreeMap<TenantId, Vec<CountedViews>> = BTreeMap::new();
    for ((tenant, property_id), (views, visitors)) in sums {
        lists.entry(tenant).or_default().push(CountedViews { property_id, views, visitors });
    }
    for list in lists.values_mut() {
        list.sort_by_key(|counted| counted.property_id);
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
        let view = QueuedActivity::View { actor, user, property: Ids.id(at), snapshot, counted: true };
        pending.add(view, || (Ids.uuid(at), at));
        let held = [(&here, user), (&here, other), (&elsewhere, user)].map(|(t, u)| pending.holds(t, u));
        assert_eq!(held, [true, false, false]);
        pending.freeze(|| (Ids.uuid(at), at));
        let held = [(&here, user), (&here, other), (&elsewhere, user)].map(|(t, u)| pending.holds(t, u));
        assert_eq!(held, [true, false, false], "it is on its way");
    }
}
