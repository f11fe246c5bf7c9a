//! The statements sent to SQLite, for a test that asks for the plan of each: none may read a whole table that grows.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError};

use rusqlite::Connection;

/// The file that a statement was sent to, and its text.
pub type Statement = (PathBuf, String);

/// Of the whole process, because connections are opened in many places. Empty, and costs one load a statement, unless a
/// test asks for it.
static SENT: OnceLock<Mutex<BTreeSet<Statement>>> = OnceLock::new();

/// Remembers every statement from now on.
pub fn remember() {
    SENT.get_or_init(Mutex::default);
}

/// A statement is sent.
pub fn note(connection: &Connection, sql: &str) {
    let Some(sent) = SENT.get() else { return };
    let file = connection.path().unwrap_or_default();
    sent.lock().unwrap_or_else(PoisonError::into_inner).insert((file.into(), sql.to_owned()));
}

/// The statements sent to files in `directory` so far.
#[must_use]
pub fn sent_below(directory: &Path) -> Vec<Statement> {
    let Some(sent) = SENT.get() else { return Vec::new() };
    let sent = sent.lock().unwrap_or_else(PoisonError::into_inner);
    sent.iter().filter(|(file, _)| file.starts_with(directory)).cloned().collect()
}
