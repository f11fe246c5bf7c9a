//! What waits for a moderator, as the API sends it.

use serde::Deserialize;

use super::Property;
use crate::numbers::Count;

/// A listing in the queue.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct QueueEntry {
    pub(crate) property: Property,
    pub(crate) since: Option<String>,
    /// How many reports are open, of which only the newest are told.
    pub(crate) report_count: Count,
    pub(crate) reports: Vec<OpenReport>,
}

/// What somebody said is wrong with a listing.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct OpenReport {
    pub(crate) cause: String,
    pub(crate) details: Option<String>,
    pub(crate) reported_at: Option<String>,
}
