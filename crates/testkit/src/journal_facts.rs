//! Reads what is on disk: every event of a data directory, and every row of its read models.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use domain::{Clock, Envelope, Ids, Log, Position};
use hyderabadinfra::app::App;
use journal::sqlite::Limits;
use journal::{AggregateStore, Journal, KeyRing, SqliteJournal};
use projection::Row;

use crate::{open_app, settings};

/// Every event of a log, in order. Panics when positions or versions have a gap.
pub async fn everything(data_dir: &Path, log: Log) -> Vec<Envelope> {
    let journal = SqliteJournal::open(&data_dir.join("journal"), &Clock::System, Limits::default()).unwrap();
    let mut at = journal.head(log).await.unwrap().at(0);
    let mut all: Vec<Envelope> = Vec::new();
    loop {
        let page = journal.read_after(at, 2000).await.unwrap();
        let Some(last) = page.last() else { break };
        at = last.position;
        all.extend(page);
    }
    journal.close().await;
    let mut versions = std::collections::HashMap::new();
    for (expected, envelope) in (1..).zip(&all) {
        assert_eq!(envelope.position.seq, expected, "a hole in the {} log", log.as_str());
        let version = versions.entry(envelope.stream.clone()).or_insert(0);
        *version += 1;
        assert_eq!(envelope.version, *version, "a hole in {}", envelope.stream);
    }
    all
}

/// An aggregate store over a data directory that no server holds.
#[must_use]
pub fn aggregates(data_dir: &Path) -> AggregateStore {
    let keys = data_dir.join("keys");
    let master = std::fs::read(keys.join("master.key")).unwrap().try_into().unwrap();
    let ring = KeyRing::open(&keys.join("subjects.db"), &master).unwrap();
    let journal = SqliteJournal::open(&data_dir.join("journal"), &Clock::System, Limits::default()).unwrap();
    AggregateStore::new(Arc::new(journal), Arc::new(ring), Clock::System, Ids)
}

/// The rows of every read model, once it has applied every event.
pub async fn read_models(data_dir: &Path) -> Vec<(String, Vec<(String, Vec<Row>)>)> {
    let app = open_app(&settings(data_dir, &[]), Clock::System, "http://127.0.0.1").await;
    let heads = app.context.aggregates.heads().await.unwrap();
    for handle in &app.groups {
        let needed: Vec<Position> = handle.group.logs.iter().map(|log| heads[log.index()]).collect();
        reached(&app, handle.group.name, &needed).await;
    }
    let mut dumps = Vec::new();
    for (group, store) in &app.views {
        dumps.push((group.name.to_owned(), store.dump().await.unwrap()));
    }
    app.shutdown().await;
    dumps
}

async fn reached(app: &App, group: &str, needed: &[Position]) {
    let handle = app.groups.iter().find(|handle| handle.group.name == group).unwrap();
    let tenant = app.tenant().clone();
    let nobody = bus::Asker { tenant: &tenant, user: app.context.aggregates.fresh().into() };
    let waited = handle.status.wait(needed, nobody, Duration::from_mins(2)).await;
    assert_eq!(waited, bus::WaitOutcome::Applied, "{group} did not reach the head: {:?}", handle.status);
    assert!(handle.status.blocked().is_empty(), "{group} has parked keys: {:?}", handle.status.blocked());
}
