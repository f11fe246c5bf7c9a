//! Whether a log takes commits: the last one says so, or a small one that is tried.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rusqlite::Connection;
use tokio::sync::watch;
use tokio::time::Instant;

use super::LogFile;
use crate::JournalError;

/// What became of the commits of a log.
#[derive(Debug, Default)]
pub struct Commits {
    /// When the last one succeeded; nothing after one that failed.
    succeeded: Mutex<Option<Instant>>,
    failed: watch::Sender<u64>,
}

impl Commits {
    pub fn succeeded(&self) {
        *self.succeeded.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }

    pub fn failed(&self) {
        *self.succeeded.lock().unwrap_or_else(PoisonError::into_inner) = None;
        self.failed.send_modify(|failed| *failed += 1);
    }

    /// How many failed.
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
            // One page of the write-ahead log, as an event is.
            Ok(1)
        })
        .await
        .map(drop)
    }
}

/// A small transaction that changes nothing and is written all the same, durably where the connection's commits are:
/// `SQLite` does not compare the header's fields with what they were.
///
/// # Errors
/// When the file cannot be written.
pub fn rewrite_header(connection: &Connection) -> rusqlite::Result<()> {
    let version: i64 = connection.query_row("pragma user_version", [], |row| row.get(0))?;
    connection.pragma_update(None, "user_version", version)
}
