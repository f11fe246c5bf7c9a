//! The HTTP gateway, the only public entry point of the process. It identifies callers, applies rate limits, sets
//! security headers, adds the history to the sign-in response, and serves health, metrics and the operators' view of
//! the consumer groups.

mod arrival;
mod compression;
mod devices;
mod door;
mod guard;
mod headers;
mod health_report;
mod limits;
mod login;
mod operations;
mod realtime;

use std::collections::HashMap;
use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRef, Request, State};
use axum::http::{HeaderName, HeaderValue, Method, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use bus::{Group, GroupHandle};
use http_kit::{AppContext, Documentation, Failure, InFlight, Receiving, RouteLimit};
use metrics_exporter_prometheus::PrometheusHandle;
use projection::ViewStore;
use projection::deliveries::Outbox;
use tokio::sync::watch;
use tower::util::option_layer;
use tower::{ServiceBuilder, ServiceExt};
use tower_http::cors::{AllowOrigin, CorsLayer};

pub use arrival::{Connection, Proxies};
pub use door::{CertificateError, Certificates, ConnectionSettings, Door, DoorSettings};
pub use health_report::{Component, HealthReport, HealthStatus};
pub use limits::{LimitSettings, Limits};
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
    pub management: Router,
    /// The requests that must run to completion. Wait for them before closing the journal.
    pub in_flight: InFlight,
    middleware: Middleware,
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
    async fn run<F>(self, request: Request, inner: impl FnOnce(Request) -> F) -> Response
    where
        F: Future<Output = Response> + Send + 'static,
    {
        let Self { context, receiving, in_flight } = self;
        let to_the_end = |request| http_kit::to_the_end(in_flight, request, inner);
        http_kit::edge(context, request, |request| http_kit::receive(receiving, request, to_the_end)).await
    }
}

async fn guarded(
    State((middleware, gateway)): State<(Middleware, Gateway)>,
    request: Request,
    next: Next,
) -> Response {
    middleware.run(request, |request| guard::guard(gateway, request, next)).await
}

async fn unguarded(State(middleware): State<Middleware>, request: Request, next: Next) -> Response {
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
    };
    let gateway = Gateway(Arc::new(parts));
    let middleware =
        Middleware { context: context.clone(), receiving: receiving.clone(), in_flight: in_flight.clone() };
    // One combined layer, outermost first: each separate layer of a router adds one more box around every route.
    let layers = ServiceBuilder::new()
        .map_response(move |response| headers::secure(response, https))
        .layer(option_layer((!origins.is_empty()).then(|| cors(&origins))))
        .layer(DefaultBodyLimit::max(body_limit))
        .layer(from_fn_with_state((middleware.clone(), gateway.clone()), guarded));
    let api = services
        .merge(operations::router(gateway.clone()))
        .merge(realtime::router(gateway.clone()))
        .layer(layers);
    let management = operations::management(gateway).layer(from_fn_with_state(middleware.clone(), unguarded));
    Routers { api, management, in_flight, middleware, https }
}

impl Routers {
    /// The public router: the API, with `pages` as the fallback for every other path.
    pub fn public(&self, pages: Router) -> Router {
        let pages = pages.layer(from_fn_with_state(self.middleware.clone(), unguarded));
        let https = self.https;
        let layers = ServiceBuilder::new()
            .map_response(move |response| headers::secure(response, https))
            .layer(from_fn_with_state(self.middleware.context.clone(), http_kit::edge_layer));
        let elsewhere =
            Router::new().fallback(move |request: Request| elsewhere(pages.clone(), request)).layer(layers);
        compression::compressed(self.api.clone().fallback_service(elsewhere))
    }
}

/// Answers an unknown API path with a JSON failure and passes every other path on to the pages.
async fn elsewhere(pages: Router, request: Request) -> Response {
    let path = request.uri().path();
    if ["/api/", "/actuator/", "/.well-known/"].iter().any(|prefix| path.starts_with(prefix)) {
        return Failure::not_found("NO_SUCH_ROUTE", "there is nothing at this address").into_response();
    }
    pages.oneshot(request).await.unwrap_or_else(|never| match never {})
}

fn cors(origins: &[String]) -> CorsLayer {
    let origins = origins.iter().filter_map(|origin| HeaderValue::from_str(origin).ok());
    let asked = [
        header::AUTHORIZATION,
        header::CACHE_CONTROL,
        header::CONTENT_TYPE,
        header::IF_MATCH,
        header::IF_NONE_MATCH,
        header::IF_RANGE,
        header::RANGE,
    ];
    let ours = [
        "idempotency-key",
        "last-event-id",
        "x-correlation-id",
        "x-requested-with",
        "traceparent",
        // Clients of the earlier systems send these. They are ignored: who calls is in the token.
        "x-session-id",
        "x-user-id",
    ]
    .map(HeaderName::from_static);
    let shown =
        ["x-event-position", "x-stale", "x-quota-left", "x-correlation-id", "ratelimit", "ratelimit-policy"]
            .map(HeaderName::from_static);
    CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins))
        .allow_methods([Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE])
        .allow_headers(asked.into_iter().chain(ours).collect::<Vec<_>>())
        .expose_headers(
            [
                header::ACCEPT_RANGES,
                header::CONTENT_DISPOSITION,
                header::CONTENT_RANGE,
                header::ETAG,
                header::LINK,
                header::LOCATION,
                header::RETRY_AFTER,
            ]
            .into_iter()
            .chain(shown)
            .collect::<Vec<_>>(),
        )
        .max_age(std::time::Duration::from_mins(10))
}
