//! What the machinery reports of itself, for people who watch it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::aggregate::EventKind;

/// Nobody's doing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "eventType", content = "eventData", rename_all_fields = "camelCase")]
pub enum SystemEvent {
    /// A consumer group has something to do and does not get on with it.
    #[serde(rename = "CONSUMER_STALLED")]
    ConsumerStalled {
        /// The consumer group.
        group: String,
        /// Events it has not done.
        lag_events: u64,
        /// Age of the oldest of them.
        lag_seconds: u64,
        /// Why, where it is known.
        reason: Option<String>,
    },
    /// It gets on again.
    #[serde(rename = "CONSUMER_RECOVERED")]
    ConsumerRecovered {
        /// The consumer group.
        group: String,
    },
    /// A task or thread of the server panicked; it starts again by itself. Said once until it is up again.
    #[serde(rename = "TASK_FAILED")]
    TaskFailed {
        /// Its name.
        task: String,
        /// Its panics since the process started.
        panics: u64,
    },
    /// It is up again.
    #[serde(rename = "TASK_RECOVERED")]
    TaskRecovered {
        /// Its name.
        task: String,
    },
    /// The disk under the data directory has less room than the settings want. Said once until it has more.
    #[serde(rename = "DISK_FILLING")]
    DiskFilling {
        /// Room that can be written to.
        free_bytes: u64,
        /// The size of the disk.
        total_bytes: u64,
    },
    /// It has room again.
    #[serde(rename = "DISK_RECOVERED")]
    DiskRecovered {
        /// Room that can be written to.
        free_bytes: u64,
        /// The size of the disk.
        total_bytes: u64,
    },
}

impl EventKind for SystemEvent {}
