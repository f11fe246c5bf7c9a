//! Backups: made while the server runs, verified without being restored, and restored into an empty directory.
//!
//! ```text
//! DIR/000001/manifest.json   what it holds, with SHA-256; written last: without it there is no backup
//!            facts.db, activity.db, segments/, read-models/, sessions.db, files/, mailbox/
//! DIR/000002/…               what came after
//! KEYS/keys.json             the newest keys only: whoever was erased stays erased in every backup
//! ```
//! Order is what makes it one (ADR 28): activity refers to facts, so it is copied before them; facts refer to bytes
//! of files, which are copied after them and not removed meanwhile; keys come last, as everything else is encrypted
//! with them.

mod copying;
mod files;
pub mod http;
mod keys;
mod manifest;
mod restoring;
mod shelf;
mod verifying;

use std::path::{Path, PathBuf};

use journal::sqlite::copy::CopyError;

pub use copying::Source;
pub use keys::KeyShelf;
pub use manifest::{Entry, LogEnd, Manifest};
pub use restoring::{RestoreRequest, Restored, UNFINISHED, restore, settle};
pub use shelf::Shelf;
pub(crate) use verifying::borrowed;
pub use verifying::{Verified, verify};

/// A backup failed, is not complete, or cannot be restored.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// A copy of a log failed.
    #[error(transparent)]
    Log(#[from] CopyError),
    /// A file cannot be read or written.
    #[error("{}: {error}", .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The reason.
        error: String,
    },
    /// Something is not what it should be.
    #[error("{0}")]
    Wrong(String),
}

impl BackupError {
    fn at<E: ToString>(path: &Path) -> impl Fn(E) -> Self {
        move |error| Self::File { path: path.to_owned(), error: error.to_string() }
    }

    /// The client that asked for the backup has disconnected.
    #[must_use]
    pub fn stopped() -> Self {
        Self::Log(CopyError::Stopped)
    }
}

/// Progress, counted in events and files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BackupProgress {
    /// Work done.
    pub done: u64,
    /// Total work, as known so far.
    pub total: u64,
}

/// A progress callback. If it returns an error, the work stops.
pub type Watch<'w> = &'w mut dyn FnMut(BackupProgress) -> Result<(), BackupError>;

/// Counts the work and reports progress.
struct Counter<'w> {
    at: BackupProgress,
    watch: Watch<'w>,
}

impl<'w> Counter<'w> {
    fn new(watch: Watch<'w>) -> Self {
        Self { at: BackupProgress::default(), watch }
    }

    /// Adds `more` to the total.
    fn expect(&mut self, more: u64) -> Result<(), BackupError> {
        self.at.total += more;
        (self.watch)(self.at)
    }

    fn add(&mut self, more: u64) -> Result<(), BackupError> {
        self.at.done += more;
        self.at.total = self.at.total.max(self.at.done);
        (self.watch)(self.at)
    }

    /// A callback for copying logs.
    fn tick(&mut self) -> impl FnMut(u64) -> Result<(), CopyError> {
        |more| self.add(more).map_err(|_| CopyError::Stopped)
    }
}
