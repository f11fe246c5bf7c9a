//! What must hold, looked up in the journal and in the read model's own file.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use bus::{Advance, Checkpoint, Lease, Target};
use domain::{Envelope, Log, Position, UserId};
use projection::{Row, ViewStore};

use crate::model::Durable;
use crate::rows::GROUP;

fn ensure(holds: bool, broken: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(broken()) }
}

async fn query(store: &ViewStore, sql: &str) -> Result<Vec<Row>, String> {
    store.query(sql, Vec::new()).await.map_err(|error| error.to_string())
}

type Place = (String, u64);

/// Log and position of every row of `table`.
async fn places(store: &ViewStore, table: &str) -> Result<BTreeSet<Place>, String> {
    let found = query(store, &format!("select log, seq from {table} order by log, seq")).await?;
    let mut places = BTreeSet::new();
    for row in found {
        let place = (row.text(0).unwrap_or_default().to_owned(), row.count(1));
        ensure(places.insert(place.clone()), || format!("{place:?} stands twice in {table}"))?;
    }
    Ok(places)
}

/// At any moment: what the cursor has passed is applied or written down as parked, once; what is behind it is
/// neither; nothing waits behind a key that is not blocked; and what is applied of a stream is its beginning.
pub async fn consistent(store: &ViewStore, durable: &Mutex<Durable>) -> Result<(), String> {
    let (applied, parked) = (places(store, "rows").await?, places(store, "parked_events").await?);
    let cursors = query(store, "select log, seq from checkpoints").await?;
    let cursors: BTreeMap<_, _> = cursors.iter().map(|row| (row.text(0), row.count(1))).collect();
    let wanted: Vec<Envelope> = wanted(durable);
    for event in &wanted {
        let (log, seq) = (event.position.log.as_str(), event.position.seq);
        let passed = seq <= cursors.get(&Some(log)).copied().unwrap_or(0);
        let place = (log.to_owned(), seq);
        let found = (applied.contains(&place), parked.contains(&place));
        let right =
            matches!((passed, found), (true, (true, false) | (false, true)) | (false, (false, false)));
        ensure(right, || format!("{place:?}: passed {passed}, applied and parked {found:?}"))?;
    }
    ensure(applied.len() + parked.len() <= wanted.len(), || "more is applied than was wanted".into())?;
    let orphans = "select key from parked_events where key not in (select key from blocked_keys)
         union select key from blocked_keys where key not in (select key from parked_events)";
    let orphans = query(store, orphans).await?;
    ensure(orphans.is_empty(), || format!("blocked keys and what waits behind them differ: {orphans:?}"))?;
    in_order(store).await
}

/// The rows of each stream stand in the order of its versions, from the first and without a hole.
async fn in_order(store: &ViewStore) -> Result<(), String> {
    let mut versions: BTreeMap<(String, String), u64> = BTreeMap::new();
    for row in query(store, "select key, log, version from rows order by n").await? {
        let text = |column| row.text(column).unwrap_or_default().to_owned();
        let last = versions.entry((text(0), text(1))).or_default();
        ensure(row.count(2) == *last + 1, || format!("{row:?} follows version {last}"))?;
        *last += 1;
    }
    Ok(())
}

fn wanted(durable: &Mutex<Durable>) -> Vec<Envelope> {
    let durable = durable.lock().unwrap();
    let all = Log::ALL.into_iter().flat_map(|log| durable.log(log));
    all.filter(|event| (GROUP.key)(event).is_some()).cloned().collect()
}

/// Who was told "applied" at `positions` finds every own event up to there.
pub async fn told_applied(
    store: &ViewStore,
    durable: &Mutex<Durable>,
    user: UserId,
    positions: &[Position],
) -> Result<(), String> {
    let applied = places(store, "rows").await?;
    for event in wanted(durable).iter().filter(|event| event.user_id == Some(user)) {
        let at = event.position;
        let asked = positions.iter().any(|p| p.log == at.log && at.seq <= p.seq);
        let place = (at.log.as_str().to_owned(), at.seq);
        ensure(!asked || applied.contains(&place), || {
            format!("{positions:?} was told as applied, the asker's own {at} is not")
        })?;
    }
    Ok(())
}

/// When all is healed: everything is applied, and the read model equals one that a plain loop makes from nothing.
pub async fn complete(store: &ViewStore, plain: &ViewStore, durable: &Mutex<Durable>) -> Result<(), String> {
    consistent(store, durable).await?;
    let (applied, wanted) = (places(store, "rows").await?.len(), wanted(durable).len());
    ensure(applied == wanted, || format!("{applied} of {wanted} events are applied"))?;
    for log in Log::ALL {
        let events = durable.lock().unwrap().log(log).to_vec();
        for (event, from) in events.into_iter().zip(0..) {
            let to = Checkpoint { position: event.position, event_id: Some(event.event_id) };
            let due = if (GROUP.key)(&event).is_some() { vec![event] } else { Vec::new() };
            let step = Advance { log, from, to, due, parked: Vec::new(), block: None };
            plain.advance(Lease::default(), step).await.map_err(|error| error.to_string())?;
        }
    }
    for sql in [
        "select key, log, seq, version, id from rows order by log, seq",
        "select key, log, events, digest from totals order by key, log",
        "select log, seq, hex(event_id) from checkpoints order by log",
    ] {
        let (found, right) = (query(store, sql).await?, query(plain, sql).await?);
        ensure(found == right, || format!("{sql}: {found:?} instead of {right:?}"))?;
    }
    Ok(())
}

/// The journal holds what it acknowledged where it said so, nothing twice, and its positions have no hole.
pub fn journal(durable: &Mutex<Durable>, acknowledged: &[(uuid::Uuid, Position)]) -> Result<(), String> {
    let durable = durable.lock().unwrap();
    let mut places = BTreeMap::new();
    for log in Log::ALL {
        for (event, seq) in durable.log(log).iter().zip(1..) {
            ensure(event.position.seq == seq, || format!("{} is the {seq}th", event.position))?;
            let before = places.insert(event.event_id, event.position);
            ensure(before.is_none(), || format!("{} is there twice", event.event_id))?;
        }
    }
    for (id, position) in acknowledged {
        ensure(places.get(id) == Some(position), || {
            format!("{id} was acknowledged at {position} and is not there")
        })?;
    }
    Ok(())
}
