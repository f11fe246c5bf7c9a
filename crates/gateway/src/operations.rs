//! Health, metrics, loggers, and the operators' view of the message bus, dead letters, jobs and events.

mod api_health;
mod asyncapi;
mod broker;
mod causation;
mod consumers;
mod dead_letters;
mod event_view;
mod events;
mod exposition;
mod health;
mod jobs;
mod loggers;
mod outbox;
mod process_metrics;
mod publish_batch;
mod publisher;
mod rebuild;
mod spring_metrics;
pub mod topics;
mod undelivered;

use axum::Router;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http_kit::{Caller, Failure};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Gateway;

/// The routes on the public port.
pub fn router(gateway: Gateway) -> Router {
    routes().with_state(gateway).into()
}

/// The routes with their OpenAPI documentation.
pub fn routes() -> OpenApiRouter<Gateway> {
    OpenApiRouter::new()
        .routes(routes!(health::health))
        .routes(routes!(health::liveness))
        .routes(routes!(health::readiness))
        .routes(routes!(health::info))
        .routes(routes!(api_health::short))
        .routes(routes!(api_health::detailed))
        .routes(routes!(api_health::metrics))
        .routes(routes!(prometheus))
        .routes(routes!(spring_metrics::names))
        .routes(routes!(spring_metrics::one))
        .routes(routes!(loggers::all))
        .routes(routes!(loggers::one, loggers::change))
        .routes(routes!(publish_batch::publish))
        .routes(routes!(publisher::stats))
        .routes(routes!(outbox::stats))
        .routes(routes!(broker::stats))
        .routes(routes!(dead_letters::list))
        .routes(routes!(dead_letters::show))
        .routes(routes!(dead_letters::redrive))
        .routes(routes!(dead_letters::discard))
        .routes(routes!(consumers::all))
        .routes(routes!(consumers::pause))
        .routes(routes!(consumers::resume))
        .routes(routes!(rebuild::group))
        .routes(routes!(events::list))
        .routes(routes!(events::stream))
        .routes(routes!(rebuild::history))
        .routes(routes!(jobs::show))
        .routes(routes!(asyncapi::document))
}

/// The routes on the management port, which only operators can reach; no tokens are needed.
pub fn management(gateway: Gateway) -> Router {
    Router::new()
        .route("/actuator/health", get(health::full))
        .route("/actuator/health/liveness", get(health::liveness))
        .route("/actuator/health/readiness", get(health::readiness))
        .route("/actuator/info", get(health::info))
        .route("/actuator/prometheus", get(metrics))
        .route("/actuator/metrics", get(spring_metrics::all_names))
        .route("/actuator/metrics/{name}", get(spring_metrics::any_one))
        .route("/actuator/loggers", get(loggers::every))
        .route("/actuator/loggers/{name}", get(loggers::any_one))
        .with_state(gateway)
}

#[utoipa::path(
    get,
    path = "/actuator/prometheus",
    summary = "Metrics",
    responses(
        (status = 200, description = "As Prometheus reads them", body = String, content_type = "text/plain"),
    ),
)]
async fn prometheus(state: State<Gateway>, caller: Caller) -> Result<Response, Failure> {
    caller.operates(&state.context)?;
    Ok(metrics(state).await)
}

async fn metrics(State(gateway): State<Gateway>) -> Response {
    let text = gateway.prometheus.render() + &process_metrics::text();
    ([(CONTENT_TYPE, "text/plain; version=0.0.4")], text).into_response()
}
