//! What the journal's writers wrote since the process started, in the words of a message publisher.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::{Log, Timestamp};
use http_kit::{ApiResponse, Caller, Failure, Query};
use serde::Serialize;
use utoipa::ToSchema;

use crate::Gateway;

/// What was published since the process started. A message is an event, and a batch is a commit.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PublisherStats {
    total_messages_published: u64,
    total_batches_published: u64,
    /// Appends that were not written, or whose outcome is unknown.
    failed_publishes: u64,
    average_batch_size: f64,
    last_publish_timestamp: Option<Timestamp>,
}

impl PublisherStats {
    /// The sum over both logs.
    pub fn of(gateway: &Gateway) -> Self {
        let logs = Log::ALL.map(|log| gateway.context.aggregates.journal().append_stats(log));
        let sum = |count: fn(&journal::AppendStats) -> u64| logs.iter().map(count).sum::<u64>();
        let (messages, batches) = (sum(|log| log.events), sum(|log| log.batches));
        Self {
            total_messages_published: messages,
            total_batches_published: batches,
            failed_publishes: sum(|log| log.failed),
            average_batch_size: average(messages, batches),
            last_publish_timestamp: logs.iter().filter_map(|log| log.last).max(),
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "for people to read")]
fn average(messages: u64, batches: u64) -> f64 {
    if batches == 0 { 0.0 } else { messages as f64 / batches as f64 }
}

/// `GET /api/v1/admin/stats/publisher`
#[utoipa::path(
    get,
    path = "/api/v1/admin/stats/publisher",
    summary = "What was published since the start",
    responses((status = 200, description = "Counted by the journal's writers", body = ApiResponse<PublisherStats>)),
)]
pub async fn stats(
    State(gateway): State<Gateway>,
    caller: Caller,
    Query(nothing): Query<()>,
) -> Result<Response, Failure> {
    caller.operates(&gateway.context)?;
    nothing?;
    Ok(gateway.context.reply("Publisher", PublisherStats::of(&gateway)).into_response())
}
