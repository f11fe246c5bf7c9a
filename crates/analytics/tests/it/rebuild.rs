//! The same events give the same rows, whatever the batch boundaries and the interleaving of the logs.

use std::path::Path;

use analytics::Analytics;
use bus::{Advance, Checkpoint, Lease, Target};
use domain::{Envelope, Log};
use projection::{Row, ViewStore};

use crate::happenings::Crowd;
use crate::programs;
use crate::site::{App, site, zone};

type OneLog<'a> = (Log, &'a [Envelope]);

async fn feed(store: &ViewStore, log: Log, events: &[Envelope]) {
    let Some((first, last)) = events.first().zip(events.last()) else { return };
    let wanted = |event: &&Envelope| (Analytics::group().key)(event).is_some();
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

/// All rows of a new read model, made in batches, from one log after the other or in turn.
pub async fn rebuilt(
    site: &App,
    path: &Path,
    [(one, first), (other, second)]: [OneLog<'_>; 2],
    batch: usize,
    in_turn: bool,
) -> Vec<(String, Vec<Row>)> {
    let store = Analytics::view(&site.context, path, &zone().into()).unwrap();
    let (mut first, mut second) = (first.chunks(batch), second.chunks(batch));
    loop {
        let part = first.next();
        feed(&store, one, part.unwrap_or_default()).await;
        let next = if in_turn || part.is_none() { second.next() } else { None };
        feed(&store, other, next.unwrap_or_default()).await;
        if part.is_none() && next.is_none() {
            break;
        }
    }
    store.dump().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rebuild_equals_the_live_read_model_row_by_row() {
    let site = site().await;
    let mut crowd = Crowd::new(&site, 17, 25);
    let leaver = crowd.people[3].clone();
    site.register(&leaver).await;
    crowd.act(&site, 600).await;
    let program = crowd.people[6].clone();
    programs::key(&site, &crowd.people[0], &program).await;
    site.leave(&leaver).await;
    crowd.act(&site, 200).await;
    site.destroy_key(&leaver);
    site.report("hyderabad", "").await;
    let live = site.analytics.store().dump().await.unwrap();
    for (table, rows) in &live {
        assert!(!rows.is_empty(), "{table} is empty");
    }
    let (facts, activity) = (site.everything(Log::Facts).await, site.everything(Log::Activity).await);
    let facts = (Log::Facts, &*facts);
    let activity = (Log::Activity, &*activity);
    for (number, (logs, batch, in_turn)) in [
        ([facts, activity], 1, false),
        ([activity, facts], 1, true),
        ([facts, activity], 3, true),
        ([activity, facts], 7, false),
        ([facts, activity], 1024, false),
        ([activity, facts], 1024, true),
    ]
    .into_iter()
    .enumerate()
    {
        let path = site.directory.path().join(format!("rebuilt-{number}.db"));
        let again = rebuilt(&site, &path, logs, batch, in_turn).await;
        for ((table, rows), (_, again)) in live.iter().zip(&again) {
            let differing = rows.iter().zip(again).find(|(one, other)| one != other);
            assert_eq!(differing, None, "{table} in rebuild {number}");
            assert_eq!(rows.len(), again.len(), "{table} in rebuild {number}");
        }
    }
}
