//! Records without rules of their own: admin looks, exports, operations, hidden history entries.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::aggregate::EventKind;
use crate::id::UserId;

/// What was done to, or seen of, somebody else's data or the machinery.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "eventType", content = "eventData", rename_all_fields = "camelCase")]
pub enum AuditEvent {
    /// Someone with that right looked at another person's data.
    #[serde(rename = "PERSONAL_DATA_VIEWED")]
    LookedAt {
        /// Whose data.
        subject_id: UserId,
        /// Through which operation.
        operation: String,
    },
    /// A person's data was exported.
    #[serde(rename = "PERSONAL_DATA_EXPORTED")]
    Exported {
        /// Whose data.
        subject_id: UserId,
    },
    /// A person who left was erased: the key to their personal data is destroyed.
    #[serde(rename = "PERSONAL_DATA_ERASED")]
    Erased {
        /// Whose data.
        subject_id: UserId,
    },
    /// A person took an entry out of their visible history.
    #[serde(rename = "HISTORY_ENTRY_HIDDEN")]
    HistoryEntryHidden {
        /// The entry: the id of its event.
        activity_id: Uuid,
    },
    /// Parked events of a key were put to work again.
    #[serde(rename = "DEAD_LETTER_REDRIVEN")]
    DeadLetterRedriven {
        /// The consumer group.
        group: String,
        /// The parked key.
        key: String,
    },
    /// A parked event was given up for good; those behind it went on.
    #[serde(rename = "DEAD_LETTER_DISCARDED")]
    DeadLetterDiscarded {
        /// The consumer group.
        group: String,
        /// The parked key.
        key: String,
        /// The event that the group never applies.
        event_id: Uuid,
        /// Why.
        reason: String,
    },
    /// A consumer group waits until it is resumed.
    #[serde(rename = "CONSUMER_PAUSED")]
    ConsumerPaused {
        /// The consumer group.
        group: String,
    },
    /// A consumer group goes on.
    #[serde(rename = "CONSUMER_RESUMED")]
    ConsumerResumed {
        /// The consumer group.
        group: String,
    },
    /// A read model is being rebuilt from the journal.
    #[serde(rename = "REPLAY_STARTED")]
    ReplayStarted {
        /// The consumer group.
        group: String,
    },
    /// The rebuilt read model took over.
    #[serde(rename = "REPLAY_FINISHED")]
    ReplayFinished {
        /// The consumer group.
        group: String,
        /// Events applied on the way.
        events: u64,
        /// It holds the same rows as the one before.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        equal: Option<bool>,
    },
    /// A read model could not be rebuilt; the one in use stays.
    #[serde(rename = "REPLAY_FAILED")]
    ReplayFailed {
        /// The consumer group.
        group: String,
        /// What went wrong.
        reason: String,
    },
}

impl EventKind for AuditEvent {}
