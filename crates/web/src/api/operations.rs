//! Consumer groups, dead letters, events and jobs as the API sends them.

use serde::Deserialize;
use serde_json::Value;

#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Groups {
    pub(crate) groups: Vec<Group>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Group {
    #[serde(rename = "group")]
    pub(crate) name: String,
    pub(crate) state: String,
    /// Why it is not running.
    pub(crate) reason: Option<String>,
    pub(crate) rebuildable: bool,
    /// The lag in events.
    pub(crate) lag: u64,
    pub(crate) lag_ms: u64,
    pub(crate) logs: Vec<GroupPosition>,
    pub(crate) blocked_keys: u64,
    pub(crate) parked_keys: u64,
    /// The number of events waiting behind these keys.
    pub(crate) dead_letter_messages: u64,
    pub(crate) last_consume_timestamp: Option<String>,
}

/// How far a group is in one log.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct GroupPosition {
    pub(crate) oldest_unprocessed: Option<String>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct DeadLetter {
    pub(crate) id: String,
    pub(crate) group: String,
    pub(crate) key: String,
    pub(crate) state: String,
    pub(crate) error: String,
    /// The channel and template of an undelivered message; an event that fails has neither.
    pub(crate) channel: Option<String>,
    pub(crate) template: Option<String>,
    /// The position of the failing event.
    pub(crate) position: String,
    pub(crate) tries: u64,
    pub(crate) next_try: Option<String>,
    pub(crate) since: Option<String>,
    pub(crate) waiting: u64,
    pub(crate) event: Option<Event>,
    /// Its chain of causes, the nearest first.
    pub(crate) caused_by: Vec<Event>,
    pub(crate) same_request: Vec<Event>,
    pub(crate) waiting_events: Vec<Waiting>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Waiting {
    pub(crate) event_id: String,
    pub(crate) position: String,
}

#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Events {
    pub(crate) content: Vec<Event>,
}

/// An event. Personal values in it are masked.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[expect(clippy::struct_field_names, reason = "the names of the API")]
pub(crate) struct Event {
    pub(crate) event_id: String,
    pub(crate) event_type: String,
    pub(crate) aggregate_type: String,
    pub(crate) aggregate_id: String,
    pub(crate) user_id: Option<String>,
    pub(crate) version: u64,
    pub(crate) log: String,
    pub(crate) position: u64,
    pub(crate) timestamp: Option<String>,
    pub(crate) event_data: Value,
    pub(crate) metadata: Value,
}

/// A job that was started.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Started {
    pub(crate) job_id: String,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Job {
    #[serde(rename = "jobId")]
    pub(crate) id: String,
    pub(crate) status: String,
    pub(crate) subject: Option<String>,
    pub(crate) started_at: Option<String>,
    pub(crate) finished_at: Option<String>,
    pub(crate) error: Option<String>,
    pub(crate) progress: Option<Progress>,
    pub(crate) result: Option<Outcome>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Progress {
    pub(crate) done: u64,
    pub(crate) total: u64,
    pub(crate) percent: f64,
    pub(crate) rate_per_second: Option<f64>,
    seconds_left: Option<f64>,
}

impl Progress {
    /// The whole seconds that are left, about.
    pub(crate) fn left(&self) -> Option<String> {
        self.seconds_left.map(|seconds| format!("{seconds:.0}"))
    }
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Outcome {
    pub(crate) events: u64,
    pub(crate) equal_to_the_one_before: Option<bool>,
    /// An import was only checked.
    pub(crate) check: bool,
    pub(crate) rows: u64,
    pub(crate) created: u64,
    pub(crate) updated: u64,
    pub(crate) unchanged: u64,
    pub(crate) skipped: u64,
    pub(crate) rejected: u64,
}
