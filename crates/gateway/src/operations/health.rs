//! Whether this process does its work. Everybody learns the status; admins and the management port learn the parts.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use domain::Log;
use http_kit::{Caller, Right};
use serde_json::{Map, Value, json};

use crate::Gateway;

const UP: &str = "UP";
const WARN: &str = "WARN";
const DOWN: &str = "DOWN";

/// `GET /actuator/health`
pub async fn health(State(gateway): State<Gateway>, caller: Caller) -> Response {
    let see_all = caller.require(Right::Administer).is_ok();
    answer(&gateway, see_all).await
}

/// The same with every part, on the management port.
pub async fn full(State(gateway): State<Gateway>) -> Response {
    answer(&gateway, true).await
}

/// `GET /actuator/health/liveness`: the process answers.
pub async fn liveness() -> Response {
    Json(json!({"status": UP})).into_response()
}

/// `GET /actuator/health/readiness`: it can take requests.
pub async fn readiness(State(gateway): State<Gateway>) -> Response {
    answer(&gateway, false).await
}

/// `GET /actuator/info`
pub async fn info() -> Response {
    Json(json!({"app": {"name": "hyderabadinfra", "version": env!("CARGO_PKG_VERSION")}})).into_response()
}

async fn answer(gateway: &Gateway, parts: bool) -> Response {
    let (status, components) = examine(gateway).await;
    let code = if status == DOWN { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::OK };
    let shown = if status == WARN { UP } else { status };
    let mut body = json!({"status": shown});
    if parts {
        body["components"] = components.into();
    }
    (code, Json(body)).into_response()
}

/// A part that warns does not take the whole down.
async fn examine(gateway: &Gateway) -> (&'static str, Map<String, Value>) {
    let mut components = Map::new();
    let mut worst = UP;
    let mut add = |name: String, status: &'static str, details: Value| {
        if status == DOWN || (status == WARN && worst == UP) {
            worst = status;
        }
        components.insert(name, json!({"status": status, "details": details}));
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
