//! Which looks drop a cached document.

use super::*;

/// A look that repeats an earlier one changes nothing that a reader sees, so the next reader needs no query.
#[tokio::test]
async fn a_cached_listing_is_dropped_by_a_counted_view_and_not_by_a_repeated_one() {
    let world = World::open();
    let caches = Arc::new(Caches::new());
    let listings = Listings::new(world.aggregates.clone(), Arc::clone(&caches), Arc::default());
    let path = world.directory.path().join("cached.db");
    let store = ViewStore::open(&path, &crate::tables(), Arc::new(listings)).unwrap();
    let property_id = world.list().await;
    let looker = UserId::from(world.aggregates.fresh());
    let actor = Actor { user: Some(looker), ..world.actor.clone() };
    let price = domain::Paise::from_paise(500_000_000);
    let snapshot = Snapshot::of(world.owner, "A home", price, "Kondapur");
    let look = |counted| ActivityEvent::Viewed { property_id, snapshot: snapshot.clone(), views: 1, counted };
    let stream = StreamId::new(&actor.tenant, "activity", looker);
    for look in [look(false), look(true), look(true)] {
        world.aggregates.record(&actor, stream.clone(), &look).await.unwrap();
    }
    let journal = world.aggregates.journal();
    let looks = journal.read_after(journal.head(Log::Activity).await.unwrap().at(0), 10).await.unwrap();
    let key = (actor.tenant.clone(), property_id);
    let mut dropped = Vec::new();
    for (from, look) in (0..).zip(looks) {
        let before = caches.listings.ticket(&key);
        let to = Checkpoint { position: look.position, event_id: Some(look.event_id) };
        let due = vec![look];
        let step = Advance { log: Log::Activity, from, to, due, parked: Vec::new(), block: None };
        store.advance(Lease::default(), step).await.unwrap();
        dropped.push(caches.listings.ticket(&key) != before);
    }
    assert_eq!(dropped, [false, true, false], "not counted, counted, repeated");
}
