//! Audit records, without rules of their own: access to personal data, exports, operations, hidden history
//! entries.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::aggregate::EventKind;
use crate::id::{FileId, UserId};

/// An audited access to another person's data, or an operation on the system.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "eventType", content = "eventData", rename_all_fields = "camelCase")]
pub enum AuditEvent {
    /// An authorised person looked at another person's data.
    #[serde(rename = "PERSONAL_DATA_VIEWED")]
    LookedAt {
        /// The person whose data it is.
        subject_id: UserId,
        /// The API operation used.
        operation: String,
    },
    /// An authorised person looked at the data of several people at once, such as a page of a list.
    #[serde(rename = "PERSONAL_DATA_LISTED")]
    LookedAtMany {
        /// The people whose data it is, each once.
        subject_ids: Vec<UserId>,
        /// The API operation used.
        operation: String,
    },
    /// A person's data was exported.
    #[serde(rename = "PERSONAL_DATA_EXPORTED")]
    Exported {
        /// The person whose data it is.
        subject_id: UserId,
    },
    /// A person who left was erased: the key to their personal data was destroyed.
    #[serde(rename = "PERSONAL_DATA_ERASED")]
    Erased {
        /// The person whose data it is.
        subject_id: UserId,
    },
    /// A person viewed unusually many owners' contact data in one day. Recorded at most once a day.
    #[serde(rename = "UNUSUAL_CONTACT_LOOKS")]
    UnusualLooking {
        /// The person who views.
        subject_id: UserId,
        /// The number of contacts viewed so far.
        contacts: u32,
    },
    /// A person hid an entry of their history.
    #[serde(rename = "HISTORY_ENTRY_HIDDEN")]
    HistoryEntryHidden {
        /// The entry: the id of its event.
        activity_id: Uuid,
    },
    /// Parked events of a key were retried.
    #[serde(rename = "DEAD_LETTER_REDRIVEN")]
    DeadLetterRedriven {
        /// The consumer group.
        group: String,
        /// The parked key.
        key: String,
    },
    /// A parked event was discarded for good; the events behind it continued.
    #[serde(rename = "DEAD_LETTER_DISCARDED")]
    DeadLetterDiscarded {
        /// The consumer group.
        group: String,
        /// The parked key.
        key: String,
        /// The event that the group never applies.
        event_id: Uuid,
        /// The reason.
        reason: String,
    },
    /// A consumer group was paused.
    #[serde(rename = "CONSUMER_PAUSED")]
    ConsumerPaused {
        /// The consumer group.
        group: String,
    },
    /// A consumer group was resumed.
    #[serde(rename = "CONSUMER_RESUMED")]
    ConsumerResumed {
        /// The consumer group.
        group: String,
    },
    /// The level of a logger was changed until the server restarts.
    #[serde(rename = "LOG_LEVEL_CHANGED")]
    LogLevelChanged {
        /// The logger; `ROOT` is all of them.
        logger: String,
        /// The level; `None` when it follows a shorter name again.
        level: Option<String>,
    },
    /// A read model is being rebuilt from the journal.
    #[serde(rename = "REPLAY_STARTED")]
    ReplayStarted {
        /// The consumer group.
        group: String,
    },
    /// The rebuilt read model has taken over, or the one in use was compared with the journal and healed.
    #[serde(rename = "REPLAY_FINISHED")]
    ReplayFinished {
        /// The consumer group.
        group: String,
        /// Number of events applied.
        events: u64,
        /// Whether it holds the same rows as the one before; after healing, whether it agrees with the journal.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        equal: Option<bool>,
        /// If it was healed: the number of differences that were found.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        differences: Option<u64>,
    },
    /// A read model could not be rebuilt. The one in use stays.
    #[serde(rename = "REPLAY_FAILED")]
    ReplayFailed {
        /// The consumer group.
        group: String,
        /// What went wrong.
        reason: String,
    },
    /// Images are being checked, and made again where needed.
    #[serde(rename = "OPTIMIZE_STARTED")]
    OptimizeStarted {
        /// All images, not only those of the person who asked.
        all: bool,
    },
    /// All images were checked.
    #[serde(rename = "OPTIMIZE_FINISHED")]
    OptimizeFinished(Optimized),
    /// Some images were not checked. The job can be started again.
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
    /// A backup failed. Earlier backups are unchanged.
    #[serde(rename = "BACKUP_FAILED")]
    BackupFailed {
        /// What went wrong.
        reason: String,
    },
    /// A sheet of homes or products is being imported.
    #[serde(rename = "IMPORT_STARTED")]
    ImportStarted {
        /// It is only checked; nothing is written.
        check: bool,
    },
    /// Every row of the sheet was done or rejected.
    #[serde(rename = "IMPORT_FINISHED")]
    ImportFinished(Imported),
    /// The import stopped before the last row. The rows before it are done.
    #[serde(rename = "IMPORT_FAILED")]
    ImportFailed {
        /// What went wrong.
        reason: String,
    },
}

/// What became of the rows of a sheet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Imported {
    /// Nothing was written: the counts say what an import would do.
    #[serde(default)]
    pub check: bool,
    /// Number of rows.
    pub rows: u64,
    /// Rows that became new homes or products.
    pub created: u64,
    /// Rows whose homes or products said something else.
    pub updated: u64,
    /// Rows whose homes or products said the same already.
    pub unchanged: u64,
    /// Rows that repeat an earlier row.
    pub skipped: u64,
    /// Rows that cannot be homes or products.
    pub rejected: u64,
}

/// A completed backup.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BackedUp {
    /// Its number in its directory. The first backup is complete; each later one holds only what is new.
    pub number: u32,
    /// The last position of the log of facts that it contains.
    pub facts: u64,
    /// The last position of the activity log that it contains.
    pub activity: u64,
    /// Number of files written.
    pub files: u64,
    /// Number of bytes written.
    pub bytes: u64,
}

/// The result of checking images.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Optimized {
    /// Number of images checked.
    pub images: u64,
    /// Images whose renditions were made again.
    pub renewed: u64,
    /// Images without any readable rendition. They cannot be made again.
    pub lost: u64,
    /// Bytes of all renditions before.
    pub bytes_before: u64,
    /// Bytes of all renditions afterwards.
    pub bytes_after: u64,
    /// Number of pairs of similar images of one owner.
    pub near_duplicates: u64,
    /// The first of these pairs.
    pub pairs: Vec<NearDuplicates>,
}

/// Two images of one owner that look alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NearDuplicates {
    /// One of them, usually the older one.
    pub first: FileId,
    /// The other one.
    pub second: FileId,
    /// Number of bits, of 64, in which their perceptual hashes differ.
    pub distance: u32,
}

impl EventKind for AuditEvent {}
