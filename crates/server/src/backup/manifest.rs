//! What a backup holds.

use std::collections::BTreeMap;

use domain::Timestamp;
use journal::sqlite::copy::CopyEnd;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The shape of what is below.
pub const FORMAT: u32 = 1;

/// The last file of a backup that is written: it makes it one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Manifest {
    /// The shape of a manifest: it is told when a newer program wrote it.
    pub format: u32,
    /// Counts the backups of a directory from 1; each holds what came after the one before.
    pub number: u32,
    /// The SHA-256 of the manifest before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<String>,
    /// When it was begun.
    pub made_at: Timestamp,
    /// The version of the program that made it.
    pub program: String,
    /// Where it ends in the facts.
    pub facts: LogEnd,
    /// And in the activity.
    pub activity: LogEnd,
    /// The read models, by group, with their paths below the data directory.
    pub read_models: BTreeMap<String, String>,
    /// The files that are new, by path below the backup's directory.
    pub files: BTreeMap<String, Entry>,
    /// Files of earlier backups that are not there any more.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gone: Vec<String>,
}

/// One file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    /// Its length.
    pub bytes: u64,
    /// Of its bytes.
    pub sha256: String,
    /// When the original was last written, in microseconds since 1970; for files that may be replaced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub modified: Option<i64>,
}

/// Where a copy of a log ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LogEnd {
    /// The history.
    pub epoch: u32,
    /// The position of its last event.
    pub position: u64,
    /// That event.
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
