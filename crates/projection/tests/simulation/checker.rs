//! The invariants, checked against the journal and the read model's own file.

use std::collections::{BTreeMap, BTreeSet};

use bus::{Advance, Checkpoint, Lease, Target};
use domain::{Envelope, Log, Position, UserId};
use journal::SqliteJournal;
use projection::{Row, ViewStore};

use crate::rows::GROUP;
use crate::truth::{self, Decisions};

fn ensure(holds: bool, broken: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(broken()) }
}

async fn query(store: &ViewStore, sql: &str) -> Result<Vec<Row>, String> {
    store.query(sql, Vec::new()).await.map_err(|error| error.to_string())
}

pub type Place = (String, u64);

pub fn place(at: Position) -> Place {
    (at.log.as_str().to_owned(), at.seq)
}

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

/// Must hold at any moment: every event that the cursor has passed is either applied or parked, exactly once,
/// and no later event is. No event waits behind a key that is not blocked. The applied events of a stream are
/// its first ones. Discarded events are not applied.
pub async fn consistent(
    store: &ViewStore,
    journal: &SqliteJournal,
    decisions: &Decisions,
) -> Result<(), String> {
    let (applied, parked) = (places(store, "rows").await?, places(store, "parked_events").await?);
    let cursors = query(store, "select log, seq from checkpoints").await?;
    let cursors: BTreeMap<_, _> = cursors.iter().map(|row| (row.text(0), row.count(1))).collect();
    let wanted = truth::wanted(journal).await?;
    for event in &wanted {
        let passed =
            event.position.seq <= cursors.get(&Some(event.position.log.as_str())).copied().unwrap_or(0);
        let place = place(event.position);
        let found = (applied.contains(&place), parked.contains(&place));
        let right = match (passed, found) {
            (true, (false, false)) => decisions.is_discarded(event.event_id),
            (true, (true, false)) => !decisions.is_discarded(event.event_id),
            (true, (false, true)) | (false, (false, false)) => true,
            (true, (true, true)) | (false, _) => false,
        };
        ensure(right, || format!("{place:?}: passed {passed}, applied and parked {found:?}"))?;
    }
    ensure(applied.len() + parked.len() <= wanted.len(), || "more is applied than was wanted".into())?;
    let orphans = "select key from parked_events where key not in (select key from blocked_keys)
         union select key from blocked_keys where key not in (select key from parked_events)";
    let orphans = query(store, orphans).await?;
    ensure(orphans.is_empty(), || format!("blocked keys and what waits behind them differ: {orphans:?}"))?;
    in_order(store, &wanted, decisions).await
}

/// The rows of each stream are in the order of its versions, from the first on, without gaps except discarded
/// events.
async fn in_order(store: &ViewStore, wanted: &[Envelope], decisions: &Decisions) -> Result<(), String> {
    let given_up: BTreeSet<(String, String, u64)> = wanted
        .iter()
        .filter(|event| decisions.is_discarded(event.event_id))
        .map(|event| (event.stream.id.to_string(), event.position.log.as_str().to_owned(), event.version))
        .collect();
    let mut versions: BTreeMap<(String, String), u64> = BTreeMap::new();
    for row in query(store, "select key, log, version from rows order by n").await? {
        let text = |column| row.text(column).unwrap_or_default().to_owned();
        let last = versions.entry((text(0), text(1))).or_default();
        let mut next = *last + 1;
        while given_up.contains(&(text(0), text(1), next)) {
            next += 1;
        }
        ensure(row.count(2) == next, || format!("{row:?} follows version {last}"))?;
        *last = row.count(2);
    }
    Ok(())
}

/// The events of `user` at or before `positions`, except discarded ones.
pub async fn own(
    journal: &SqliteJournal,
    decisions: &Decisions,
    user: UserId,
    positions: &[Position],
) -> Result<Vec<Envelope>, String> {
    let mut own = truth::wanted(journal).await?;
    own.retain(|event| {
        let at = event.position;
        let asked = positions.iter().any(|p| p.log == at.log && at.seq <= p.seq);
        event.user_id == Some(user) && asked && !decisions.is_discarded(event.event_id)
    });
    Ok(own)
}

/// A user who was told "applied" finds each of their `own` events.
pub async fn told_applied(store: &ViewStore, own: &[Envelope]) -> Result<(), String> {
    let applied = places(store, "rows").await?;
    let missing = own.iter().find(|event| !applied.contains(&place(event.position)));
    ensure(missing.is_none(), || format!("told as applied, and {:?} is not", missing.map(|e| e.position)))
}

/// After everything has recovered: everything is applied, and the read model equals one made from nothing by a
/// plain loop.
pub async fn complete(
    store: &ViewStore,
    plain: &ViewStore,
    journal: &SqliteJournal,
    decisions: &Decisions,
) -> Result<(), String> {
    consistent(store, journal, decisions).await?;
    let kept = |event: &Envelope| (GROUP.key)(event).is_some() && !decisions.is_discarded(event.event_id);
    let applied = places(store, "rows").await?.len();
    let wanted = truth::wanted(journal).await?.iter().filter(|event| kept(event)).count();
    ensure(applied == wanted, || format!("{applied} of {wanted} events are applied"))?;
    for log in Log::ALL {
        let events = truth::events(journal, log).await?;
        for (event, from) in events.into_iter().zip(0..) {
            let to = Checkpoint { position: event.position, event_id: Some(event.event_id) };
            let due = if kept(&event) { vec![event] } else { Vec::new() };
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

/// The journal holds each acknowledged event at its position, no event twice, and its positions have no gap.
pub async fn journal(journal: &SqliteJournal, acknowledged: &[(uuid::Uuid, Position)]) -> Result<(), String> {
    let mut places = BTreeMap::new();
    for log in Log::ALL {
        for (event, seq) in truth::events(journal, log).await?.iter().zip(1..) {
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
