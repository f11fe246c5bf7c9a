//! Users who read their own writes: from lists, cached documents and the index. They wait for the positions
//! that `OwnWrites` remembers, which may forget some. They must find everything they know they wrote.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bus::{Asker, WaitOutcome};
use domain::{Envelope, Log, Position, UserId};

use crate::actors::Life;
use crate::checker;
use crate::rows::Document;
use crate::writer::{Writer, tenant};

/// Reads at every turn during a rebuild, because the switch is short.
pub async fn glance(life: Arc<Life>, writers: Vec<Arc<Mutex<Writer>>>) {
    loop {
        let rebuilding = life.rebuilding.load(Ordering::SeqCst);
        if rebuilding {
            let nth = usize::try_from(life.chaos.draw(1, writers.len() as u64)).unwrap();
            look(&life, &writers[nth - 1], 0).await;
            tokio::task::yield_now().await;
        }
        // Time does not advance while any task is busy.
        if !rebuilding || life.chaos.one_in(30) {
            life.chaos.sleep(1, 1).await;
        }
    }
}

/// Sometimes forgets users' positions, as the process does.
pub async fn forget(life: Arc<Life>) {
    loop {
        life.chaos.sleep(20, 800).await;
        if let Some(handle) = life.handle() {
            life.seen.prune(handle.status.watermark());
        }
    }
}

/// Waits for the user's newest events. If told "applied", the user must find them.
pub async fn look(life: &Life, writer: &Mutex<Writer>, longest_ms: u64) {
    let Some(handle) = life.handle() else { return };
    let (user, newest) = {
        let writer = writer.lock().unwrap();
        (writer.user(), writer.newest)
    };
    let asked = if life.chaos.one_in(2) { &Log::ALL[..] } else { &Log::ALL[..1] };
    let seen = life.seen.of(&tenant(), user);
    let positions: Vec<_> = asked.iter().map(|log| seen[log.index()]).collect();
    let written: Vec<_> = asked.iter().filter_map(|log| newest[log.index()]).collect();
    let limit = Duration::from_millis(life.chaos.draw(0, longest_ms));
    let tenant = tenant();
    let generation = handle.status.generation();
    let waited = handle.status.wait(&positions, Asker { tenant: &tenant, user }, limit).await;
    life.chaos.note(format_args!("{user} waited for {positions:?}: {waited:?}"));
    if waited != WaitOutcome::Applied {
        return;
    }
    let what = match life.chaos.draw(1, 3) {
        1 => document(life, user, &written).await,
        2 => index(life, user, (seen[0], newest[0]), limit).await,
        _ => list(life, user, &written).await,
    };
    // Otherwise the answer is marked as stale, because another read model took over meanwhile.
    if let Err(lie) = what
        && generation.is_current()
    {
        life.chaos.broken(format!("{user}: {lie}"));
    }
}

async fn own(life: &Life, user: UserId, written: &[Position]) -> Result<Vec<Envelope>, String> {
    checker::own(&life.truth, &life.decisions, user, written).await
}

async fn list(life: &Life, user: UserId, written: &[Position]) -> Result<(), String> {
    checker::told_applied(&life.store, &own(life, user, written).await?).await
}

/// The document of the stream the user wrote to last, from the cache if it is there.
async fn document(life: &Life, user: UserId, written: &[Position]) -> Result<(), String> {
    let own = own(life, user, written).await?;
    let Some(last) = own.last() else { return Ok(()) };
    let key = last.stream.id.to_string();
    let log = last.position.log;
    let memory = life.rows.memory();
    let found = if let Some(found) = memory.documents.get(&key) {
        found
    } else {
        let ticket = memory.documents.ticket(&key);
        life.chaos.pause().await;
        let Ok(loaded) = load(life, &key).await else { return Ok(()) };
        life.chaos.pause().await;
        let loaded = Arc::new(loaded);
        memory.documents.keep(&key, ticket, &loaded);
        loaded
    };
    let holds = found[log.index()];
    let needs = last.position.seq;
    if holds < needs { Err(format!("the document of {key} is at {holds}, before {needs}")) } else { Ok(()) }
}

async fn load(life: &Life, key: &str) -> Result<Document, String> {
    let sql = "select log, max(seq) from rows where key = $1 group by log";
    let rows = life.store.query(sql, vec![key.into()]).await.map_err(|error| error.to_string())?;
    let of =
        |log: Log| rows.iter().find(|row| row.text(0) == Some(log.as_str())).map_or(0, |row| row.count(1));
    Ok(Log::ALL.map(of))
}

/// Once the index says it is done, it holds what the rows hold.
async fn index(
    life: &Life,
    user: UserId,
    (seen, newest): (Position, Option<Position>),
    limit: Duration,
) -> Result<(), String> {
    if !life.rows.memory().progress.wait(seen.seq, limit).await {
        return Ok(());
    }
    for event in own(life, user, newest.as_slice()).await? {
        let place = checker::place(event.position);
        if !life.index.holds(&place) {
            return Err(format!("the index does not hold {place:?}"));
        }
    }
    Ok(())
}
