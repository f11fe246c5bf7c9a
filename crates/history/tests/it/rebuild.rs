//! A rebuild gives the same rows, whatever the batch boundaries and the interleaving of the logs.

use std::path::Path;

use bus::{Advance, Checkpoint, Lease, Target};
use domain::{Envelope, Log};
use history::History;
use projection::{Row, ViewStore};

use crate::site::{App, home, site};

async fn eventful() -> App {
    let site = site().await;
    let people = [site.person(), site.person(), site.somebody("pune", domain::user::Role::User)];
    let leaver = site.person();
    site.register(&leaver).await;
    site.leave(&leaver).await;
    for round in 0..30_u64 {
        for (number, who) in people.iter().enumerate() {
            let property = home(u128::from(round % 4));
            site.view(who, property, "Villa").await;
            if round % 3 == number as u64 {
                site.sign_in(who).await;
                site.save(who, home(round.into()), "Villa").await;
            }
            if round % 7 == 6 {
                let entries = site.get(who, "me?size=5").await;
                for index in [0, 3] {
                    let entry = entries["activities"][index]["activityId"].as_str().unwrap().to_owned();
                    site.hide_directly(who, entry.parse().unwrap()).await;
                    site.hide_directly(who, entry.parse().unwrap()).await;
                }
            }
        }
        site.clock.advance(if round % 5 == 4 { 40 * 60 } else { 7 * 60 });
    }
    for who in &people {
        site.get(who, "me").await;
    }
    site
}

async fn feed(store: &ViewStore, log: Log, events: &[Envelope]) {
    let Some((first, last)) = events.first().zip(events.last()) else { return };
    let wanted = |e: &&Envelope| (History::group().key)(e).is_some();
    let step = Advance {
        log,
        from: first.position.seq - 1,
        to: Checkpoint { position: last.position, event_id: Some(last.event_id) },
        due: events.iter().filter(wanted).cloned().collect(),
        parked: Vec::new(),
        block: None,
    };
    store.advance(Lease::default(), step).await.unwrap();
}

async fn rebuilt(
    path: &Path,
    logs: [(Log, &[Envelope]); 2],
    batch: usize,
    in_turn: bool,
) -> Vec<(String, Vec<Row>)> {
    let store = History::view(path).unwrap();
    let [(one, first), (other, second)] = logs;
    if in_turn {
        let mut first = first.chunks(batch);
        let mut second = second.chunks(batch);
        loop {
            let a = first.next();
            let b = second.next();
            feed(&store, one, a.unwrap_or_default()).await;
            feed(&store, other, b.unwrap_or_default()).await;
            if a.is_none() && b.is_none() {
                break;
            }
        }
    } else {
        for (log, events) in logs {
            for events in events.chunks(batch) {
                feed(&store, log, events).await;
            }
        }
    }
    store.dump().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rebuild_equals_the_live_read_model_row_by_row() {
    let site = eventful().await;
    let live = site.history.store().dump().await.unwrap();
    for (table, rows) in &live {
        assert!(!rows.is_empty(), "{table} is empty");
    }
    let (facts, activity) = (site.everything(Log::Facts).await, site.everything(Log::Activity).await);
    let facts = (Log::Facts, &*facts);
    let activity = (Log::Activity, &*activity);
    for (number, (logs, batch, in_turn)) in [
        ([facts, activity], 1, false),
        ([activity, facts], 1, false),
        ([facts, activity], 1, true),
        ([facts, activity], 3, false),
        ([activity, facts], 7, true),
        ([facts, activity], 1024, false),
        ([activity, facts], 1024, false),
    ]
    .into_iter()
    .enumerate()
    {
        let path = site.directory.path().join(format!("rebuilt-{number}.db"));
        let again = rebuilt(&path, logs, batch, in_turn).await;
        for ((table, rows), (_, again)) in live.iter().zip(&again) {
            let differing = rows.iter().zip(again).find(|(one, other)| one != other);
            assert_eq!(differing, None, "{table} in rebuild {number}");
            assert_eq!(rows.len(), again.len(), "{table} in rebuild {number}");
        }
    }
}
