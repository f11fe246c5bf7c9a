//! The health endpoints. Everybody sees the status; operators (admins of the default tenant, and the management port)
//! also see the components.
//!
//! Nothing is checked during a request: the response is made of the monitor's latest report and of state in memory.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use bus::GroupHandle;
use domain::{Log, Position};
use http_kit::{BreakerFamilyStatus, BreakerState, BreakerStatus, Caller};
use serde::Serialize;
use serde_json::{Map, json};
use utoipa::ToSchema;

use crate::Gateway;
use crate::health_report::{Component, HealthReport, HealthStatus, LIVE_WITHIN, STALE_AFTER};

/// The health of the process.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Health {
    status: HealthStatus,
    /// The age of the report it is based on, in milliseconds.
    age_ms: u64,
    /// The components, for admins of the default tenant only.
    #[serde(skip_serializing_if = "Option::is_none")]
    components: Option<BTreeMap<String, Component>>,
}

/// Information about the program.
#[derive(Debug, Serialize, ToSchema)]
pub struct Info {
    app: Program,
}

/// Name and version of the program.
#[derive(Debug, Serialize, ToSchema)]
pub struct Program {
    name: &'static str,
    version: &'static str,
}

/// `GET /actuator/health`
#[utoipa::path(
    get,
    path = "/actuator/health",
    summary = "Whether it works",
    description = "503 when a part that requests need is down: the journal or a store takes no writes, a task or thread \
                   broke off and is not up again, a consumer group stopped or stalls. What is wrong is known within 5 s, and \
                   so is its end. A part that only warns (little room on the disk, keys set aside, a paused group) leaves \
                   the status UP.",
    responses(
        (status = 200, description = "It does", body = Health),
        (status = 503, description = "A needed part is down", body = Health),
    ),
)]
pub async fn health(State(gateway): State<Gateway>, caller: Caller) -> Response {
    let see_all = caller.operates(&gateway.context).is_ok();
    answer(&gateway, see_all).await
}

/// The health with all components, for the management port.
pub async fn full(State(gateway): State<Gateway>) -> Response {
    answer(&gateway, true).await
}

/// `GET /actuator/health/liveness`: whether the process is alive or needs a restart.
#[utoipa::path(
    get,
    path = "/actuator/health/liveness",
    summary = "Whether the process is alive",
    description = "UP while the process answers and its loops turn, whatever is wrong around it: on a full disk it stays \
                   UP, as a restart frees no room. DOWN when nothing has looked at the parts for half a minute: then a \
                   restart helps.",
    responses(
        (status = 200, description = "It is", body = Health),
        (status = 503, description = "Its loops stand still", body = Health),
    ),
)]
pub async fn liveness(State(gateway): State<Gateway>) -> Response {
    let age = gateway.looks.borrow().age();
    let status = if age > LIVE_WITHIN { HealthStatus::Down } else { HealthStatus::Up };
    told(status, age, None)
}

/// `GET /actuator/health/readiness`: whether the process can take requests.
#[utoipa::path(
    get,
    path = "/actuator/health/readiness",
    summary = "Whether it can take requests",
    description = "As `/actuator/health` says, without its parts: send requests elsewhere while it is DOWN.",
    responses(
        (status = 200, description = "It can", body = Health),
        (status = 503, description = "It cannot", body = Health),
    ),
)]
pub async fn readiness(State(gateway): State<Gateway>) -> Response {
    answer(&gateway, false).await
}

/// `GET /actuator/info`
#[utoipa::path(
    get,
    path = "/actuator/info",
    summary = "What this is",
    responses((status = 200, description = "Name and version", body = Info)),
)]
pub async fn info() -> Response {
    let app = Program { name: "hyderabadinfra", version: env!("CARGO_PKG_VERSION") };
    Json(Info { app }).into_response()
}

async fn answer(gateway: &Gateway, parts: bool) -> Response {
    let Examined { status, age, components, .. } = examine(gateway).await;
    told(status, age, parts.then_some(components))
}

fn told(status: HealthStatus, age: Duration, components: Option<BTreeMap<String, Component>>) -> Response {
    let code = if status == HealthStatus::Down { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::OK };
    let age_ms = u64::try_from(age.as_millis()).unwrap_or(u64::MAX);
    (code, Json(Health { status, age_ms, components })).into_response()
}

/// The health of the process and of its parts.
pub struct Examined {
    pub status: HealthStatus,
    pub components: BTreeMap<String, Component>,
    /// The newest positions of both logs.
    pub heads: [Position; 2],
    age: Duration,
}

pub async fn examine(gateway: &Gateway) -> Examined {
    let report = gateway.looks.borrow().clone();
    let age = report.age();
    let HealthReport { mut components, stalled, .. } = report;
    // The report is too old to describe the present state.
    let status = if age > STALE_AFTER { HealthStatus::Down } else { HealthStatus::Up };
    components.insert("monitor".to_owned(), Component { status, details: json!({}) });
    components.insert("circuitBreakers".to_owned(), breakers(gateway));
    let heads = gateway.context.aggregates.heads().await;
    let heads = heads.unwrap_or_else(|_| Log::ALL.map(|log| Position::start(log, gateway.context.epoch())));
    for handle in &gateway.groups {
        let name = handle.group.name;
        let component = group(handle, heads.map(|head| head.seq), stalled.contains(name));
        components.insert(name.to_owned(), component);
    }
    let worst = components.values().map(|component| component.status).max().unwrap_or(HealthStatus::Down);
    // A warning does not change the overall status.
    let status = if worst == HealthStatus::Warn { HealthStatus::Up } else { worst };
    Examined { status, components, heads, age }
}

/// The calls to other systems. A response never waits for one that fails, so it only warns. The receivers of webhooks are
/// partners' own, and no operator can mend them: they are told and warn of nothing.
fn breakers(gateway: &Gateway) -> Component {
    let statuses = gateway.context.breakers.statuses();
    let all_closed = statuses.iter().all(|breaker| breaker.state == BreakerState::Closed);
    let status = if all_closed { HealthStatus::Up } else { HealthStatus::Warn };
    let told = |breaker: BreakerStatus| {
        let retry_ms = u64::try_from(breaker.retry_in.as_millis()).unwrap_or(u64::MAX);
        let state = breaker.state.word().to_uppercase();
        (breaker.name, json!({"state": state, "failures": breaker.failures, "retryInMs": retry_ms}))
    };
    let family = |family: BreakerFamilyStatus| {
        let state = family.state().word().to_uppercase();
        (family.name.to_owned(), json!({"state": state, "open": family.open}))
    };
    let families = gateway.context.breakers.families();
    let details: Map<_, _> = statuses.into_iter().map(told).chain(families.into_iter().map(family)).collect();
    Component { status, details: details.into() }
}

/// The number of events that a group has not done.
pub fn lag(handle: &GroupHandle, heads: [u64; 2]) -> u64 {
    let reached = handle.status.watermark();
    let behind = |log: &Log| heads[log.index()].saturating_sub(reached[log.index()]);
    handle.group.logs.iter().map(behind).sum()
}

fn group(handle: &GroupHandle, heads: [u64; 2], stalled: bool) -> Component {
    let lag = lag(handle, heads);
    let (stopped, paused) = (handle.status.stopped(), handle.status.paused());
    let blocked = handle.status.blocked_count();
    let status = match (&stopped, &paused, blocked) {
        (Some(_), ..) => HealthStatus::Down,
        (None, None, _) if stalled => HealthStatus::Down,
        (None, None, 0) => HealthStatus::Up,
        _ => HealthStatus::Warn,
    };
    let details = json!({"lag": lag, "blockedKeys": blocked, "stopped": stopped, "paused": paused,
        "stalled": stalled});
    Component { status, details }
}
