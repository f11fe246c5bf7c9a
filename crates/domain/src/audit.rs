//! Records without rules of their own: admin looks, exports, operations, hidden history entries.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::aggregate::EventKind;
use crate::id::{FileId, UserId};

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
    /// Someone with that right looked at the data of several people at once, such as a page of a list.
    #[serde(rename = "PERSONAL_DATA_LISTED")]
    LookedAtMany {
        /// Whose data, each once.
        subject_ids: Vec<UserId>,
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
    /// A person was shown unusually many contacts of owners in one day. Said once a day.
    #[serde(rename = "UNUSUAL_CONTACT_LOOKS")]
    UnusualLooking {
        /// Who looks.
        subject_id: UserId,
        /// So many until then.
        contacts: u32,
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
    /// Images are being looked at, and made anew where they are not as they should be.
    #[serde(rename = "OPTIMIZE_STARTED")]
    OptimizeStarted {
        /// Everybody's, not only those of the person who asked.
        all: bool,
    },
    /// Every image was looked at.
    #[serde(rename = "OPTIMIZE_FINISHED")]
    OptimizeFinished(Optimized),
    /// Some images were not looked at; it can be started again.
    #[serde(rename = "OPTIMIZE_FAILED")]
    OptimizeFailed {
        /// What went wrong.
        reason: String,
    },
    /// A backup is being made.
    #[serde(rename = "BACKUP_STARTED")]
    BackupStarted {},
    /// A backup is complete.
    #[serde(rename = "BACKUP_FINISHED")]
    BackupFinished(BackedUp),
    /// A backup was not made; those before it are what they were.
    #[serde(rename = "BACKUP_FAILED")]
    BackupFailed {
        /// What went wrong.
        reason: String,
    },
}

/// A backup that is complete.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BackedUp {
    /// Its number in its directory; the first holds everything, each later one what is new.
    pub number: u32,
    /// It goes up to this position of the facts.
    pub facts: u64,
    /// And of the activity.
    pub activity: u64,
    /// Files that were written.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
}

/// What came of looking at images.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Optimized {
    /// Looked at.
    pub images: u64,
    /// Of them, made anew.
    pub renewed: u64,
    /// Of them, without any rendition that could be read: nothing can be made of these.
    pub lost: u64,
    /// Bytes of all renditions that were there before.
    pub bytes_before: u64,
    /// Bytes of all renditions that are there now.
    pub bytes_after: u64,
    /// Pairs of images of one owner that look alike.
    pub near_duplicates: u64,
    /// The first of these pairs.
    pub pairs: Vec<NearDuplicates>,
}

/// Two images of one owner that look alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NearDuplicates {
    /// One of them, as a rule the older one.
    pub first: FileId,
    /// The other one.
    pub second: FileId,
    /// Bits of 64 in which their perceptual hashes differ.
    pub distance: u32,
}

impl EventKind for AuditEvent {}
