//! The HTTP gateway, the only public entry point of the process. It identifies callers, applies rate limits, sets
//! security headers, adds the history to the sign-in response, and serves health, metrics and the operators' view of
//! the consumer groups.

mod api_keys;
mod arrival;
mod compression;
mod devices;
mod door;
mod guard;
mod headers;
mod health_report;
mod limits;
mod log_levels;
mod login;
mod operations;
mod pipeline;
mod realtime;

use std::collections::HashMap;
use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRef, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use bus::{Group, GroupHandle};
use http_kit::{AppContext, Documentation, Failure, InFlight, Receiving, RouteLimit, ServiceCount};
use metrics_exporter_prometheus::PrometheusHandle;
use projection::ViewStore;
use projection::deliveries::Outbox;
use tokio::sync::watch;
use tower::{ServiceBuilder, ServiceExt};

pub use api_keys::api_key_operations;
pub use arrival::{Connection, Proxies};
pub use door::{CertificateError, Certificates, ConnectionSettings, Door, DoorSettings};
pub use health_report::{Component, HealthReport, HealthStatus};
pub use limits::{LimitSettings, Limits};
pub use log_levels::{ApplyFilter, LogLevel, LogLevels};
pub use operations::topics::{TOPICS, Topic};
pub use pipeline::Pipeline;
pub use realtime::Hub;
use realtime::Tickets;

/// What the composition root passes to the gateway.
#[derive(Debug)]
pub struct Parts {
    /// Shared application state.
    pub context: AppContext,
    /// The routes of all services, merged.
    pub services: Router,
    /// Paths with a rate limit of their own.
    pub limits_of_routes: HashMap<&'static str, RouteLimit>,
    /// Paths whose safe methods (`GET`, `HEAD`) change state.
    pub changing_reads: Vec<&'static str>,
    /// The consumer groups of this process.
    pub groups: Vec<GroupHandle>,
    /// The read models, with the group that fills each.
    pub views: Vec<(Group, ViewStore)>,
    /// The outboxes, each with the name of its consumer group.
    pub deliveries: Vec<(&'static str, Outbox)>,
    /// Pushes people's own activity to their open connections as it happens.
    pub hub: Arc<Hub>,
    /// The rate limits.
    pub limits: Arc<Limits>,
    /// The request bodies currently being received.
    pub receiving: Receiving,
    /// Origins allowed to call from a browser (CORS).
    pub origins: Vec<String>,
    /// The largest accepted request body, in bytes.
    pub body_limit: usize,
    /// The server is reached over HTTPS only.
    pub https: bool,
    /// Renders the metrics.
    pub prometheus: PrometheusHandle,
    /// The latest report of the health monitor.
    pub looks: watch::Receiver<HealthReport>,
    /// How many things the services have.
    pub counts: Vec<ServiceCount>,
    /// The levels of the loggers.
    pub log_levels: LogLevels,
    /// What this instance is for, such as `production`.
    pub environment: String,
}

/// Shared handler state; cloning bumps one `Arc`.
#[derive(Clone, Debug)]
struct Gateway(Arc<GatewayParts>);

impl std::ops::Deref for Gateway {
    type Target = GatewayParts;

    fn deref(&self) -> &GatewayParts {
        &self.0
    }
}

#[derive(Debug)]
struct GatewayParts {
    context: AppContext,
    services: Router,
    groups: Vec<GroupHandle>,
    views: Vec<(Group, ViewStore)>,
    deliveries: Vec<(&'static str, Outbox)>,
    /// Held while an operator decides about a delivery, so that decisions are made one at a time.
    deciding: tokio::sync::Mutex<()>,
    hub: Arc<Hub>,
    tickets: Tickets,
    limits: Arc<Limits>,
    limits_of_routes: HashMap<&'static str, RouteLimit>,
    https: bool,
    prometheus: PrometheusHandle,
    looks: watch::Receiver<HealthReport>,
    counts: Vec<ServiceCount>,
    log_levels: LogLevels,
    environment: String,
}

impl FromRef<Gateway> for AppContext {
    fn from_ref(gateway: &Gateway) -> Self {
        gateway.context.clone()
    }
}

/// The routes of the gateway.
#[derive(Clone, Debug)]
pub struct Routers {
    /// The API: everything under `/api`, `/actuator` and `/.well-known`.
    pub api: Router,
    /// The management port: health and metrics, without authentication.
    management: Router,
    /// The requests that must run to completion. Wait for them before closing the journal.
    pub in_flight: InFlight,
    middleware: Arc<Middleware>,
    /// Origins allowed to call from a browser (CORS).
    origins: Vec<String>,
    https: bool,
}

/// The middleware that every request passes, whatever its route.
#[derive(Clone, Debug)]
struct Middleware {
    context: AppContext,
    receiving: Receiving,
    in_flight: InFlight,
}

impl Middleware {
    async fn run<F>(&self, request: Request, inner: impl FnOnce(Request) -> F) -> Response
    where
        F: Future<Output = Response> + Send + 'static,
    {
        let Self { context, receiving, in_flight } = self.clone();
        let to_the_end = |request| http_kit::to_the_end(in_flight, request, inner);
        http_kit::edge(context, request, |request| http_kit::receive(receiving, request, to_the_end)).await
    }
}

/// The state of the layer of the API's routes. A router clones it for each request.
type Guarded = Arc<(Middleware, Gateway)>;

async fn guarded(State(state): State<Guarded>, request: Request, next: Next) -> Response {
    let (middleware, gateway) = &*state;
    middleware.run(request, |request| guard::guard(gateway.clone(), request, next)).await
}

async fn unguarded(State(middleware): State<Arc<Middleware>>, request: Request, next: Next) -> Response {
    middleware.run(request, |request| next.run(request)).await
}

/// The OpenAPI documentation of the gateway's own routes.
#[must_use]
pub fn documentation() -> Documentation {
    let mut operations = operations::routes().into_openapi();
    operations.merge(realtime::routes().into_openapi());
    Documentation { operations, exported: Vec::new() }
}

/// Builds the public and the management routers.
#[must_use]
pub fn doors(parts: Parts) -> Routers {
    let Parts { context, services, receiving, origins, body_limit, https, .. } = parts;
    let in_flight = InFlight::with_changing_reads(parts.changing_reads);
    let parts = GatewayParts {
        context: context.clone(),
        services: services.clone(),
        groups: parts.groups,
        views: parts.views,
        deliveries: parts.deliveries,
        deciding: tokio::sync::Mutex::default(),
        hub: parts.hub,
        tickets: Tickets::default(),
        limits: parts.limits,
        limits_of_routes: parts.limits_of_routes,
        https,
        prometheus: parts.prometheus,
        looks: parts.looks,
        counts: parts.counts,
        log_levels: parts.log_levels,
        environment: parts.environment,
    };
    let gateway = Gateway(Arc::new(parts));
    let middleware = Arc::new(Middleware { context, receiving, in_flight: in_flight.clone() });
    let state: Guarded = Arc::new(((*middleware).clone(), gateway.clone()));
    // One combined layer: each separate layer of a router adds one more box around every route.
    let layers = ServiceBuilder::new()
        .layer(DefaultBodyLimit::max(body_limit))
        .layer(from_fn_with_state(state, guarded));
    let api = services
        .merge(operations::router(gateway.clone()))
        .merge(realtime::router(gateway.clone()))
        .layer(layers);
    let management =
        operations::management(gateway).layer(from_fn_with_state(Arc::clone(&middleware), unguarded));
    Routers { api, management, in_flight, middleware, origins, https }
}

impl Routers {
    /// What the management port serves.
    #[must_use]
    pub fn management(&self) -> Pipeline {
        Pipeline::new(self.management.clone(), &[], false)
    }

    /// What the public port serves: the API, and `pages` for every other path.
    pub fn public(&self, pages: Router) -> Pipeline {
        let pages = pages.layer(from_fn_with_state(Arc::clone(&self.middleware), unguarded));
        let context = self.middleware.context.clone();
        let elsewhere = move |request: Request| elsewhere(pages.clone(), context.clone(), request);
        Pipeline::new(self.api.clone().fallback(elsewhere), &self.origins, self.https)
    }
}

/// Answers an unknown API path with a JSON failure and passes every other path on to the pages.
async fn elsewhere(pages: Router, context: AppContext, request: Request) -> Response {
    if pipeline::is_api(request.uri().path()) {
        let nothing = Failure::not_found("NO_SUCH_ROUTE", "there is nothing at this address");
        return http_kit::edge(context, request, async |_| nothing.into_response()).await;
    }
    pages.oneshot(request).await.unwrap_or_else(|never| match never {})
}
