//! Health, metrics, and the operators' view of what consumer groups could not apply.

mod asyncapi;
mod chain;
mod consumers;
mod dead_letters;
mod events;
mod health;
mod jobs;
mod rebuild;
mod shown;
mod undelivered;

use axum::Router;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use http_kit::{Caller, Failure, Right};

use crate::Gateway;

/// Behind the public door.
pub fn router(gateway: Gateway) -> Router {
    Router::new()
        .route("/actuator/health", get(health::health))
        .route("/actuator/health/liveness", get(health::liveness))
        .route("/actuator/health/readiness", get(health::readiness))
        .route("/actuator/info", get(health::info))
        .route("/actuator/prometheus", get(prometheus))
        .route("/api/v1/admin/dead-letters", get(dead_letters::list))
        .route("/api/v1/admin/dead-letters/{id}", get(dead_letters::show))
        .route("/api/v1/admin/dead-letters/{id}/redrive", post(dead_letters::redrive))
        .route("/api/v1/admin/dead-letters/{id}/discard", post(dead_letters::discard))
        .route("/api/v1/admin/stats/consumers", get(consumers::all))
        .route("/api/v1/admin/consumers/{group}/pause", post(consumers::pause))
        .route("/api/v1/admin/consumers/{group}/resume", post(consumers::resume))
        .route("/api/v1/admin/consumers/{group}/rebuild", post(rebuild::group))
        .route("/api/v1/admin/events", get(events::list))
        .route("/api/v1/admin/streams/{type}/{id}", get(events::stream))
        .route("/api/user-history/replay", post(rebuild::history))
        .route("/api/jobs/{id}", get(jobs::show))
        .route("/asyncapi.yaml", get(asyncapi::document))
        .with_state(gateway)
}

/// On the management port, which listens where only operators are: no tokens.
pub fn management(gateway: Gateway) -> Router {
    Router::new()
        .route("/actuator/health", get(health::full))
        .route("/actuator/health/liveness", get(health::liveness))
        .route("/actuator/health/readiness", get(health::readiness))
        .route("/actuator/info", get(health::info))
        .route("/actuator/prometheus", get(metrics))
        .with_state(gateway)
}

async fn prometheus(state: State<Gateway>, caller: Caller) -> Result<Response, Failure> {
    caller.require(Right::Administer)?;
    Ok(metrics(state).await)
}

async fn metrics(State(gateway): State<Gateway>) -> Response {
    ([(CONTENT_TYPE, "text/plain; version=0.0.4")], gateway.prometheus.render()).into_response()
}
