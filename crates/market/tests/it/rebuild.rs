//! The same events give the same rows, whatever the batches.

use bus::{Advance, ApplyError, Checkpoint, Lease, Target};
use domain::property::Status;
use domain::user::UserStatus;
use domain::{Envelope, Log};
use market::Market;
use projection::ViewStore;
use serde_json::json;

use crate::site::{App, flat, site, with};

async fn feed(store: &ViewStore, events: &[Envelope]) -> Result<(), ApplyError> {
    let (Some(first), Some(last)) = (events.first(), events.last()) else { return Ok(()) };
    let wanted = |event: &&Envelope| (Market::group().key)(event).is_some();
    let step = Advance {
        log: Log::Facts,
        from: first.position.seq - 1,
        to: Checkpoint { position: last.position, event_id: Some(last.event_id) },
        due: events.iter().filter(wanted).cloned().collect(),
        parked: Vec::new(),
        block: None,
    };
    store.advance(Lease::default(), step).await
}

/// Homes of three people, of whom one was suspended and one leaves.
async fn lived_in(site: &App) {
    let [stays, back, gone] = [(); 3].map(|()| site.owner("hyderabad"));
    for owner in [&stays, &back, &gone] {
        let place = json!({"latitude": 17.46, "longitude": 78.35});
        let id = site.list(owner, &with(flat(5_000_000), &place)).await;
        site.edit(owner, id, &flat(5_500_000)).await;
        let id = site.list_pending(owner, &flat(6_000_000)).await;
        site.judge(owner, id, true).await;
        site.change(owner, id, Status::Sold).await;
        site.list(owner, &with(flat(6_000_000), &json!({"location": "Miyapur"}))).await;
    }
    site.move_owner(&back, UserStatus::Active, UserStatus::Suspended).await;
    site.list(&back, &flat(9_000_000)).await;
    site.move_owner(&back, UserStatus::Suspended, UserStatus::Active).await;
    site.leave(&gone).await;
    site.list(&gone, &flat(9_000_000)).await;
    site.drain().await;
    site.destroy_key(&gone);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rebuild_equals_the_live_read_model_row_by_row() {
    let site = site().await;
    lived_in(&site).await;
    let live = site.rows().await;
    let events = site.events().await;
    for batch in [1, 3, 1_000] {
        let store = Market::view(&site.context, &site.path(&format!("again-{batch}.db"))).unwrap();
        for part in events.chunks(batch) {
            feed(&store, part).await.unwrap();
        }
        assert_eq!(store.dump().await.unwrap(), live, "in batches of {batch}");
    }
}

/// Order of a home's events is checked, so a swapped or repeated one changes nothing.
#[tokio::test(flavor = "multi_thread")]
async fn an_event_is_applied_once_and_in_its_order() {
    let site = site().await;
    let owner = site.owner("hyderabad");
    let id = site.list(&owner, &flat(5_000_000)).await;
    site.edit(&owner, id, &flat(6_000_000)).await;
    site.edit(&owner, id, &flat(7_000_000)).await;
    let live = site.rows().await;
    let events = site.events().await;
    let is_of_home = |event: &&Envelope| &*event.stream.kind == "property";
    let [listed, dearer, dearest] =
        <[Envelope; 3]>::try_from(events.iter().filter(is_of_home).cloned().collect::<Vec<_>>()).unwrap();
    let store = Market::view(&site.context, &site.path("again.db")).unwrap();
    let apply = async |from: u64, to: &Envelope, event: &Envelope| {
        let to = Checkpoint { position: to.position, event_id: Some(to.event_id) };
        let due = vec![event.clone()];
        let step = Advance { log: Log::Facts, from, to, due, parked: Vec::new(), block: None };
        store.advance(Lease::default(), step).await
    };
    let at = |event: &Envelope| event.position.seq;
    apply(0, &listed, &listed).await.unwrap();
    let missing = apply(at(&listed), &dearer, &dearest).await;
    assert!(matches!(missing, Err(ApplyError::Event(_))), "one is missing: {missing:?}");
    apply(at(&listed), &dearer, &dearer).await.unwrap();
    let again = apply(at(&dearer), &dearest, &dearer).await;
    assert!(matches!(again, Err(ApplyError::Event(_))), "it was applied: {again:?}");
    apply(at(&dearer), &dearest, &dearest).await.unwrap();
    assert_eq!(store.dump().await.unwrap(), live);
}
