//! The consumer groups: their progress, and pausing and resuming them.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use bus::{BlockedState, DeadLetterError, Decision, GroupHandle, GroupStatus, Lag};
use domain::audit::AuditEvent;
use domain::{StreamId, Timestamp};
use http_kit::docs::IdempotencyKey;
use http_kit::{ApiResponse, Caller, Conditions, Failure, Query};
use journal::Idempotency;
use serde::Serialize;
use utoipa::ToSchema;

use crate::Gateway;

/// The stream that records the operators' decisions about a group; see [`bus::GroupDecisions`].
fn stream(gateway: &Gateway, handle: &GroupHandle) -> StreamId {
    StreamId::new(gateway.context.tenants.default_id(), "consumer", handle.group.name)
}

/// Records a decision about a group, once the group confirms that it can be carried out.
pub fn decision(
    gateway: &Gateway,
    caller: &Caller,
    handle: &GroupHandle,
    event: AuditEvent,
    once: Option<Idempotency>,
) -> Decision {
    let context = gateway.context.clone();
    let caller = caller.clone();
    let stream = stream(gateway, handle);
    Box::pin(async move {
        let written = caller.write_down_once(&context, stream, &event, once).await;
        written.map(drop).map_err(|failure| {
            failure.log("a decision about a group", &caller.correlation);
            failure.message
        })
    })
}

/// The consumer groups of this process.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Consumers)]
struct Groups {
    groups: Vec<Consumer>,
}

/// A consumer group: its state, progress and counters.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Consumer {
    group: &'static str,
    #[schema(pattern = "^(RUNNING|PAUSED|STOPPED|STANDING_BY)$")]
    state: &'static str,
    reason: Option<String>,
    rebuildable: bool,
    logs: Vec<Reached>,
    lag: u64,
    lag_ms: u64,
    blocked_keys: usize,
    parked_keys: usize,
    dead_letter_messages: u64,
    total_messages_consumed: u64,
    total_batches_consumed: u64,
    failed_messages: u64,
    retried_messages: u64,
    average_processing_time_ms: f64,
    last_consume_timestamp: Timestamp,
}

/// The progress of a group in one log.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ConsumerOffset)]
struct Reached {
    log: &'static str,
    current_offset: u64,
    head: u64,
    lag: u64,
    oldest_unprocessed: Option<Timestamp>,
    lag_ms: u64,
}

/// `GET /api/v1/admin/stats/consumers`
#[utoipa::path(
    get,
    path = "/api/v1/admin/stats/consumers",
    summary = "How far the consumer groups are",
    responses((status = 200, description = "The groups", body = ApiResponse<Groups>)),
)]
pub async fn all(
    State(gateway): State<Gateway>,
    caller: Caller,
    Query(nothing): Query<()>,
) -> Result<Response, Failure> {
    caller.operates(&gateway.context)?;
    nothing?;
    let now = gateway.context.aggregates.clock().now();
    let mut groups = Vec::with_capacity(gateway.groups.len());
    for handle in &gateway.groups {
        groups.push(told(&gateway, handle, &handle.lag().await?, now));
    }
    Ok(gateway.context.reply("Consumer groups", Groups { groups }).into_response())
}

/// Whether a group runs, in one word.
pub fn state(group: &GroupStatus) -> &'static str {
    if group.stopped().is_some() {
        "STOPPED"
    } else if group.paused().is_some() {
        "PAUSED"
    } else if group.counts().standing_by {
        "STANDING_BY"
    } else {
        "RUNNING"
    }
}

fn told(gateway: &Gateway, handle: &GroupHandle, lags: &[Lag], now: Timestamp) -> Consumer {
    let group = &handle.status;
    let counts = handle.status.counts();
    let (paused, stopped, blocked) = (group.paused(), group.stopped(), group.blocked());
    let parked = blocked.iter().filter(|b| b.state == BlockedState::Parked).count();
    let waiting: u64 = blocked.iter().map(|b| b.waiting).sum();
    let offset = |lag: &Lag| Reached {
        log: lag.log.as_str(),
        current_offset: lag.position,
        head: lag.head,
        lag: lag.events(),
        oldest_unprocessed: lag.oldest,
        lag_ms: lag.micros(now) / 1000,
    };
    let rebuildable = gateway.views.iter().any(|(group, _)| group.name == handle.group.name);
    Consumer {
        group: handle.group.name,
        state: state(group),
        reason: stopped.or(paused),
        rebuildable,
        logs: lags.iter().map(offset).collect(),
        lag: lags.iter().map(Lag::events).sum(),
        lag_ms: lags.iter().map(|lag| lag.micros(now)).max().unwrap_or(0) / 1000,
        blocked_keys: blocked.len(),
        parked_keys: parked,
        dead_letter_messages: waiting,
        total_messages_consumed: counts.events,
        total_batches_consumed: counts.batches,
        failed_messages: counts.failed,
        retried_messages: counts.retried,
        average_processing_time_ms: average(counts.busy_micros, counts.events),
        last_consume_timestamp: counts.last_progress,
    }
}

#[expect(clippy::cast_precision_loss, reason = "for people to read")]
fn average(micros: u64, events: u64) -> f64 {
    if events == 0 { 0.0 } else { micros as f64 / events as f64 / 1000.0 }
}

/// `POST /api/v1/admin/consumers/{group}/pause`
#[utoipa::path(
    post,
    path = "/api/v1/admin/consumers/{group}/pause",
    summary = "Make a group wait",
    params(IdempotencyKey),
    responses(
        (status = 200, description = "The group", body = ApiResponse<Consumer>),
        (status = 409, description = "The group has stopped, or the key is in use"),
    ),
)]
pub async fn pause(
    State(gateway): State<Gateway>,
    caller: Caller,
    Path(name): Path<String>,
    query: Query<()>,
    conditions: Conditions,
) -> Result<Response, Failure> {
    set(&gateway, &caller, &name, query, &conditions, true).await
}

/// `POST /api/v1/admin/consumers/{group}/resume`
#[utoipa::path(
    post,
    path = "/api/v1/admin/consumers/{group}/resume",
    summary = "Let a group go on",
    params(IdempotencyKey),
    responses(
        (status = 200, description = "The group", body = ApiResponse<Consumer>),
        (status = 409, description = "The group has stopped, or the key is in use"),
    ),
)]
pub async fn resume(
    State(gateway): State<Gateway>,
    caller: Caller,
    Path(name): Path<String>,
    query: Query<()>,
    conditions: Conditions,
) -> Result<Response, Failure> {
    set(&gateway, &caller, &name, query, &conditions, false).await
}

/// Pauses or resumes a group. The decision is durable before it takes effect, so a paused group stays paused after a
/// restart. A repeated request changes nothing, even if the opposite was decided in between.
async fn set(
    gateway: &Gateway,
    caller: &Caller,
    name: &str,
    Query(nothing): Query<()>,
    conditions: &Conditions,
    paused: bool,
) -> Result<Response, Failure> {
    caller.operates(&gateway.context)?;
    nothing?;
    let handle = gateway.group(name)?;
    if handle.status.paused().is_some() != paused {
        let group = name.to_owned();
        let event =
            if paused { AuditEvent::ConsumerPaused { group } } else { AuditEvent::ConsumerResumed { group } };
        let once = conditions.once(&gateway.context, caller, &[], &name);
        let before = gateway.context.answered(&stream(gateway, handle), once.as_ref()).await?;
        let decide = || handle.pause(paused, decision(gateway, caller, handle, event, once));
        match if before.is_some() { Ok(()) } else { decide().await } {
            Ok(()) => {}
            Err(DeadLetterError::NotRunning) => {
                let why = "the group has stopped; restart the server when its cause is mended";
                return Err(Failure::conflict("GROUP_STOPPED", why));
            }
            Err(other) => return Err(Failure::unavailable(&other)),
        }
    }
    let now = gateway.context.aggregates.clock().now();
    let told = told(gateway, handle, &handle.lag().await?, now);
    Ok(gateway.context.reply(if paused { "Paused" } else { "Resumed" }, told).into_response())
}

impl Gateway {
    pub fn group(&self, name: &str) -> Result<&GroupHandle, Failure> {
        let found = self.groups.iter().find(|handle| handle.group.name == name);
        found.ok_or_else(|| Failure::not_found("GROUP_NOT_FOUND", "there is no such consumer group"))
    }
}
