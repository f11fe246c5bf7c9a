//! The manifest: what a backup holds.

use std::collections::BTreeMap;

use domain::Timestamp;
use journal::sqlite::copy::CopyEnd;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The manifest format version.
pub const FORMAT: u32 = 1;

/// The manifest is written last. A backup without one is incomplete.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Manifest {
    /// The format version. It reveals a manifest written by a newer program.
    pub format: u32,
    /// Numbers the backups of a directory from 1. Each holds only what came after the previous one.
    pub number: u32,
    /// The SHA-256 of the previous manifest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<String>,
    /// When the backup began.
    pub made_at: Timestamp,
    /// The version of the program that made it.
    pub program: String,
    /// Where the copy of the facts log ends.
    pub facts: LogEnd,
    /// Where the copy of the activity log ends.
    pub activity: LogEnd,
    /// The path of each group's read model, below the data directory.
    pub read_models: BTreeMap<String, String>,
    /// The new files, by path below the backup's directory.
    pub files: BTreeMap<String, Entry>,
    /// Files of earlier backups that no longer exist.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gone: Vec<String>,
}

/// One file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    /// The length in bytes.
    pub bytes: u64,
    /// The SHA-256 of the contents.
    pub sha256: String,
    /// When the original was last modified, in microseconds since 1970. Only for files that may be replaced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub modified: Option<i64>,
}

/// Where a copy of a log ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LogEnd {
    /// The epoch of the log.
    pub epoch: u32,
    /// The position of its last event.
    pub position: u64,
    /// The id of that event.
    pub event_id: Option<Uuid>,
}

impl From<CopyEnd> for LogEnd {
    fn from(CopyEnd { epoch, seq, event_id }: CopyEnd) -> Self {
        Self { epoch, position: seq, event_id }
    }
}

impl From<LogEnd> for CopyEnd {
    fn from(LogEnd { epoch, position, event_id }: LogEnd) -> Self {
        Self { epoch, seq: position, event_id }
    }
}
