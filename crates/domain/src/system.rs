//! Events that the system reports about itself, for operators.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::aggregate::EventKind;

/// An event caused by the system, not by a user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "eventType", content = "eventData", rename_all_fields = "camelCase")]
pub enum SystemEvent {
    /// A consumer group has pending events but makes no progress.
    #[serde(rename = "CONSUMER_STALLED")]
    ConsumerStalled {
        /// The consumer group.
        group: String,
        /// Number of events it has not done.
        lag_events: u64,
        /// Age of the oldest of them, in seconds.
        lag_seconds: u64,
        /// The reason, if known.
        reason: Option<String>,
    },
    /// The consumer group makes progress again.
    #[serde(rename = "CONSUMER_RECOVERED")]
    ConsumerRecovered {
        /// The consumer group.
        group: String,
    },
    /// A task or thread of the server panicked; it restarts by itself. Reported once until it is up again.
    #[serde(rename = "TASK_FAILED")]
    TaskFailed {
        /// The task's name.
        task: String,
        /// Number of its panics since the process started.
        panics: u64,
    },
    /// The task is up again.
    #[serde(rename = "TASK_RECOVERED")]
    TaskRecovered {
        /// The task's name.
        task: String,
    },
    /// The disk of the data directory has less free space than configured. Reported once until there is enough
    /// again.
    #[serde(rename = "DISK_FILLING")]
    DiskFilling {
        /// Free space that can be written to.
        free_bytes: u64,
        /// The size of the disk.
        total_bytes: u64,
    },
    /// The disk has enough free space again.
    #[serde(rename = "DISK_RECOVERED")]
    DiskRecovered {
        /// Free space that can be written to.
        free_bytes: u64,
        /// The size of the disk.
        total_bytes: u64,
    },
}

impl EventKind for SystemEvent {}
