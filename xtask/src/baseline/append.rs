//! The minimal durable append: one writer commits everything queued in one transaction with one fsync, and then
//! answers. Pragmas and checkpoint thread are those of the journal.

use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;

use rusqlite::{Connection, TransactionBehavior};
use tokio::sync::{mpsc, oneshot};

/// As in the journal's default settings.
const BATCH: usize = 512;
const QUEUE: usize = 4096;
const ROWS_BETWEEN_CHECKPOINTS: u64 = 4_000;

type Waiting = (String, oneshot::Sender<u64>);

#[derive(Clone)]
pub struct Appender(mpsc::Sender<Waiting>);

impl Appender {
    pub fn start(path: &Path) -> anyhow::Result<Self> {
        let connection = Connection::open(path)?;
        connection.busy_timeout(Duration::from_secs(5))?;
        connection.execute_batch(
            "pragma journal_mode = wal; pragma synchronous = full; pragma wal_autocheckpoint = 0;
             pragma cache_size = -16384; pragma temp_store = memory;
             create table events (position integer primary key, data text) strict;",
        )?;
        let for_checkpoints = Connection::open(path)?;
        let (queue, incoming) = mpsc::channel(QUEUE);
        let (checkpoint, asked) = sync_channel(1);
        std::thread::Builder::new()
            .name("checkpoint".into())
            .spawn(move || checkpoints(&for_checkpoints, &asked))?;
        std::thread::Builder::new()
            .name("writer".into())
            .spawn(move || write(connection, incoming, &checkpoint))?;
        Ok(Self(queue))
    }

    /// The position of `data`, once it is on disk. `None` when the writer has failed.
    pub async fn append(&self, data: String) -> Option<u64> {
        let (reply, answer) = oneshot::channel();
        self.0.send((data, reply)).await.ok()?;
        answer.await.ok()
    }
}

/// Ends when all senders are gone, or at the first failure. After a failure no request is answered.
fn write(mut connection: Connection, mut incoming: mpsc::Receiver<Waiting>, checkpoint: &SyncSender<()>) {
    let mut waiting = Vec::with_capacity(BATCH);
    let mut last = 0;
    let mut rows = 0;
    while let Some(first) = incoming.blocking_recv() {
        waiting.push(first);
        while waiting.len() < BATCH
            && let Ok(next) = incoming.try_recv()
        {
            waiting.push(next);
        }
        if commit(&mut connection, &waiting, last).is_err() {
            return;
        }
        for (_, reply) in waiting.drain(..) {
            last += 1;
            rows += 1;
            let _ = reply.send(last);
        }
        if rows >= ROWS_BETWEEN_CHECKPOINTS {
            rows = 0;
            let _ = checkpoint.try_send(());
        }
    }
}

fn commit(connection: &mut Connection, waiting: &[Waiting], last: u64) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for ((data, _), position) in waiting.iter().zip(last + 1..) {
        transaction
            .prepare_cached("insert into events (position, data) values (?1, ?2)")?
            .execute((position, data))?;
    }
    transaction.commit()
}

fn checkpoints(connection: &Connection, asked: &Receiver<()>) {
    while asked.recv().is_ok() {
        let _ = connection.query_row("pragma wal_checkpoint(passive)", [], |_| Ok(()));
    }
}
