//! A graceful shutdown loses nothing that the server accepted.

use domain::activity::{ActivityEvent, Snapshot};
use domain::{Actor, Clock, Log, Metadata, Paise};
use journal::sqlite::Limits;
use journal::{Closed, Journal, SqliteJournal};
use testkit::{START, TestApp};
use tokio::task::JoinSet;

/// Requests on cut connections continue for a while, and still queue views.
#[tokio::test(flavor = "multi_thread")]
async fn views_are_written_or_refused_when_the_server_stops_under_load() {
    let app = TestApp::start().await;
    let tenant = app.context.tenants.default_id().clone();
    let mut viewers = JoinSet::new();
    for _ in 0..4 {
        let context = app.context.clone();
        let tenant = tenant.clone();
        viewers.spawn(async move {
            let (user, property) = (context.aggregates.fresh().into(), context.aggregates.fresh().into());
            let actor = Actor { tenant, user: Some(user), metadata: Metadata::default() };
            let price = Paise::from_paise(950_000_000);
            let snapshot = Snapshot::of(user, "A villa", price, "Gachibowli");
            let mut taken = 0;
            loop {
                match context.activity.viewed(actor.clone(), user, property, snapshot.clone(), true).await {
                    Ok(()) => taken += 1,
                    Err(Closed) => return taken,
                }
                tokio::task::yield_now().await;
            }
        });
    }
    let mut committed = app.context.aggregates.journal().committed(Log::Activity);
    committed.wait_for(|seq| *seq >= 8).await.unwrap();
    let aggregates = app.context.aggregates.clone();
    let kept = app.stop().await;
    let taken: u64 = viewers.join_all().await.into_iter().sum();

    let directory = kept.path().join("journal");
    let journal = SqliteJournal::open(&directory, &Clock::manual(START), Limits::default()).unwrap();
    let start = journal.head(Log::Activity).await.unwrap().at(0);
    let events = journal.read_after(start, 1_000_000).await.unwrap();
    let views = events.iter().map(|envelope| match aggregates.decode(envelope).unwrap() {
        ActivityEvent::Viewed { views, .. } => views,
        other => panic!("{other:?}"),
    });
    assert_eq!(views.sum::<u64>(), taken);
}
