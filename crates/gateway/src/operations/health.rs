//! Whether this process does its work. Everybody learns the status; admins and the management port learn the parts.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use domain::Log;
use http_kit::{Caller, Right};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::Gateway;

const UP: &str = "UP";
const WARN: &str = "WARN";
const DOWN: &str = "DOWN";

/// Whether it works.
#[derive(Debug, Serialize, ToSchema)]
pub struct Health {
    #[schema(value_type = Standing)]
    status: &'static str,
    /// For admins.
    #[serde(skip_serializing_if = "Option::is_none")]
    components: Option<BTreeMap<String, Component>>,
}

/// A part.
#[derive(Debug, Serialize, ToSchema)]
pub struct Component {
    #[schema(value_type = Standing)]
    status: &'static str,
    #[schema(value_type = BTreeMap<String, Value>)]
    details: Value,
}

/// How it stands.
#[derive(Debug, ToSchema)]
#[schema(as = HealthStatus, rename_all = "UPPERCASE")]
#[expect(dead_code, reason = "the words are written as they are")]
enum Standing {
    Up,
    Warn,
    Down,
}

/// What this is.
#[derive(Debug, Serialize, ToSchema)]
pub struct Info {
    app: Program,
}

/// The program.
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
    responses(
        (status = 200, description = "It does", body = Health),
        (status = 503, description = "A needed part is down", body = Health),
    ),
)]
pub async fn health(State(gateway): State<Gateway>, caller: Caller) -> Response {
    let see_all = caller.require(Right::Administer).is_ok();
    answer(&gateway, see_all).await
}

/// The same with every part, on the management port.
pub async fn full(State(gateway): State<Gateway>) -> Response {
    answer(&gateway, true).await
}

/// `GET /actuator/health/liveness`: the process answers.
#[utoipa::path(
    get,
    path = "/actuator/health/liveness",
    summary = "Whether the process answers",
    responses((status = 200, description = "It does", body = Health)),
)]
pub async fn liveness() -> Response {
    Json(Health { status: UP, components: None }).into_response()
}

/// `GET /actuator/health/readiness`: it can take requests.
#[utoipa::path(
    get,
    path = "/actuator/health/readiness",
    summary = "Whether it can take requests",
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
    let (status, components) = examine(gateway).await;
    let code = if status == DOWN { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::OK };
    let shown = if status == WARN { UP } else { status };
    (code, Json(Health { status: shown, components: parts.then_some(components) })).into_response()
}

/// A part that warns does not take the whole down.
async fn examine(gateway: &Gateway) -> (&'static str, BTreeMap<String, Component>) {
    let mut components = BTreeMap::new();
    let mut worst = UP;
    let mut add = |name: String, status: &'static str, details: Value| {
        if status == DOWN || (status == WARN && worst == UP) {
            worst = status;
        }
        components.insert(name, Component { status, details });
    };
    let heads = match gateway.kit.ledger.heads().await {
        Ok(heads) => {
            add("journal".into(), UP, json!({"facts": heads[0].seq, "activity": heads[1].seq}));
            heads.map(|head| head.seq)
        }
        Err(error) => {
            tracing::error!(%error, "the journal does not answer a health check");
            add("journal".into(), DOWN, json!({}));
            [0; 2]
        }
    };
    for handle in &gateway.groups {
        let reached = handle.status.watermark();
        let lag: u64 = handle
            .group
            .logs
            .iter()
            .map(|log: &Log| heads[log.index()].saturating_sub(reached[log.index()]))
            .sum();
        let (stopped, paused) = (handle.status.stopped(), handle.status.paused());
        let blocked = handle.status.blocked_count();
        let status = match (&stopped, &paused, blocked) {
            (Some(_), ..) => DOWN,
            (None, None, 0) => UP,
            _ => WARN,
        };
        add(
            handle.group.name.into(),
            status,
            json!({"lag": lag, "blockedKeys": blocked, "stopped": stopped, "paused": paused}),
        );
    }
    (worst, components)
}
