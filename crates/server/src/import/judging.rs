//! What the server's answer means for a row.

use serde_json::Value;
use sheet::{RowAction, RowReport, StatedRow};

use crate::api_client::{Answer, ClientError};

/// A row that was answered.
#[derive(Debug)]
pub enum JudgedRow {
    /// It was done before this run.
    Passed(u64),
    Done {
        row: RowReport,
        /// How many the owner may still add, if that is limited and the row is a new one.
        left: Option<u64>,
    },
}

impl JudgedRow {
    pub(super) fn line(&self) -> u64 {
        match self {
            Self::Passed(line) => *line,
            Self::Done { row, .. } => row.line,
        }
    }
}

impl From<RowReport> for JudgedRow {
    fn from(row: RowReport) -> Self {
        Self::Done { row, left: None }
    }
}

/// Responses that are not about this row (no permission, server too busy) end the import.
pub(super) fn judge(line: u64, stated: &StatedRow, answer: &Answer) -> Result<JudgedRow, ClientError> {
    match (answer.status, answer.error_code()) {
        (200..=299, _) => Ok(done(line, answer)),
        (403, "QUOTA_EXCEEDED") => {
            let message =
                answer.body.get("message").and_then(Value::as_str).unwrap_or("the quota is reached");
            Ok(RowReport::rejected(line, message.to_owned()).into())
        }
        (401 | 403 | 404 | 405 | 429 | 500.., _) => Err(ClientError::Refused(answer.refusal())),
        _ => {
            let fields: Vec<String> =
                answer.field_errors().map(|(field, text)| stated.explain(field, text)).collect();
            let reason = if fields.is_empty() { answer.refusal().to_string() } else { fields.join("; ") };
            Ok(RowReport::rejected(line, reason).into())
        }
    }
}

fn done(line: u64, answer: &Answer) -> JudgedRow {
    let data = |name: &str| answer.body.pointer("/data").and_then(|data| data.get(name));
    let action = match data("action").and_then(Value::as_str) {
        Some("CREATED") => RowAction::Created,
        Some("UPDATED") => RowAction::Updated,
        _ => RowAction::Unchanged,
    };
    let changed: Vec<&str> =
        data("changed").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    let reason = if changed.is_empty() { String::new() } else { format!("changed: {}", changed.join(", ")) };
    let id = data("id").filter(|id| !id.is_null());
    let id = id.map(|id| id.as_str().map_or_else(|| id.to_string(), str::to_owned));
    let left = answer.headers.get("x-quota-left").and_then(|left| left.to_str().ok());
    let left = left
        .and_then(|left| left.split(';').find_map(|part| part.trim().strip_prefix("left=")?.parse().ok()));
    JudgedRow::Done { left, row: RowReport { line, action, id, reason } }
}

/// The things that a check would add. The server counts only those that exist.
#[derive(Debug, Default)]
pub(super) struct PlannedThings(u64);

impl PlannedThings {
    /// The row, rejected if it would be one too many; `None` for a row that was done before this run.
    pub(super) fn within_quota(&mut self, judged: JudgedRow) -> Option<RowReport> {
        let JudgedRow::Done { row, left } = judged else { return None };
        // The answer to one that was really created has its id, and the quota was kept by the server.
        if row.action != RowAction::Created || row.id.is_some() {
            return Some(row);
        }
        self.0 += 1;
        match left {
            Some(left) if self.0 > left => {
                let reason = format!("only {left} more homes fit into the quota of their owner");
                Some(RowReport::rejected(row.line, reason))
            }
            _ => Some(row),
        }
    }
}
