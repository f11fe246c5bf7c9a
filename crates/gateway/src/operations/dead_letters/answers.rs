//! The response for any dead letter, whether a key or a delivery.

use domain::Timestamp;
use http_kit::Failure;
use serde::Serialize;
use utoipa::ToSchema;

/// A key whose events could not be applied, or a delivery that could not be carried out.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = DeadLetter)]
pub struct DeadLetter {
    pub id: String,
    pub group: &'static str,
    pub key: String,
    pub state: String,
    pub error: String,
    pub position: String,
    pub tries: u32,
    pub since: Timestamp,
    /// Events waiting behind it.
    pub waiting: u64,
    /// Keys only: the next automatic retry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_try: Option<Timestamp>,
    /// Deliveries only: the channel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// Deliveries only: the template.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub template: Option<String>,
}

/// The number of events applied.
#[derive(Debug, Serialize, ToSchema)]
pub struct Redriven {
    pub applied: u64,
}

pub fn unknown() -> Failure {
    Failure::not_found("DEAD_LETTER_NOT_FOUND", "there is no such dead letter")
}
