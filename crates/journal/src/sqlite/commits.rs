//! Checks whether a log accepts commits, from the last commit or by trying a small one.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use domain::Envelope;
use rusqlite::Connection;
use tokio::sync::watch;
use tokio::time::Instant;

use super::LogFile;
use crate::{AppendStats, JournalError};

/// The outcome of a log's commits.
#[derive(Debug, Default)]
pub struct Commits {
    /// The time of the last successful commit; `None` if a later one failed.
    succeeded: Mutex<Option<Instant>>,
    failed: watch::Sender<u64>,
    stats: Mutex<AppendStats>,
}

impl Commits {
    pub fn succeeded(&self) {
        *self.succeeded.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }

    pub fn failed(&self) {
        *self.succeeded.lock().unwrap_or_else(PoisonError::into_inner) = None;
        self.failed.send_modify(|failed| *failed += 1);
    }

    /// Counts the events of a commit.
    pub fn wrote(&self, events: &[Envelope]) {
        self.stats.lock().unwrap_or_else(PoisonError::into_inner).wrote(events);
    }

    /// Counts appends that were not written.
    pub fn not_written(&self, appends: usize) {
        let mut stats = self.stats.lock().unwrap_or_else(PoisonError::into_inner);
        stats.failed = stats.failed.saturating_add(appends as u64);
    }

    pub fn stats(&self) -> AppendStats {
        self.stats.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The number of failed commits.
    pub fn failures(&self) -> watch::Receiver<u64> {
        self.failed.subscribe()
    }

    fn succeeded_within(&self, time: Duration) -> bool {
        let last = *self.succeeded.lock().unwrap_or_else(PoisonError::into_inner);
        last.is_some_and(|last| last.elapsed() < time)
    }
}

impl LogFile {
    pub async fn takes_commits(&self, within: Duration) -> Result<(), JournalError> {
        if self.commits.succeeded_within(within) {
            return Ok(());
        }
        let commits = std::sync::Arc::clone(&self.commits);
        self.chore(move |connection| {
            rewrite_header(connection)?;
            commits.succeeded();
            // It writes one page of the write-ahead log, like an event.
            Ok(1)
        })
        .await
        .map(drop)
    }
}

/// Writes a small transaction that changes nothing, with the connection's usual durability. `SQLite` writes the
/// header even if its fields do not change.
///
/// # Errors
/// If the file cannot be written.
pub fn rewrite_header(connection: &Connection) -> rusqlite::Result<()> {
    let version: i64 = connection.query_row("pragma user_version", [], |row| row.get(0))?;
    connection.pragma_update(None, "user_version", version)
}
