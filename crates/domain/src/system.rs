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
}

impl EventKind for SystemEvent {}
