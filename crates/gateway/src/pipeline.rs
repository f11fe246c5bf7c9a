//! What every public request passes before it is routed.
//!
//! ```text
//! compression -> security headers -> CORS -> router -> guard -> handler
//! ```
//! This is one function around the router, and not layers of it: a router clones its layers for each request, and each
//! layer clones those inside it once more.

use std::convert::Infallible;
use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, Method, header};
use axum::response::Response;
use tower::{Layer, ServiceExt, service_fn};
use tower_http::cors::{AllowOrigin, CorsLayer};

use crate::{compression, headers};

/// The paths of the API begin with one of these.
const API: [&str; 3] = ["/api/", "/actuator/", "/.well-known/"];

/// The documents about the API, which tools on other origins read, too.
const DOCUMENTS: [&str; 2] = ["/v3/api-docs", "/asyncapi.yaml"];

/// Whether the path is one of the API, and not a page.
pub fn is_api(path: &str) -> bool {
    API.iter().any(|prefix| path.starts_with(prefix))
}

/// A router behind what every request passes. Cloning bumps one `Arc`.
#[derive(Clone, Debug)]
pub struct Pipeline(Arc<PipelineParts>);

#[derive(Debug)]
struct PipelineParts {
    router: Router,
    /// Answers browsers on other origins; `None` when none is allowed.
    cors: Option<CorsLayer>,
    https: bool,
}

impl Pipeline {
    /// Requests from pages of `origins` are allowed. With `https`, browsers are told to use nothing else.
    #[must_use]
    pub fn new(router: Router, origins: &[String], https: bool) -> Self {
        let cors = (!origins.is_empty()).then(|| cors(origins));
        Self(Arc::new(PipelineParts { router, cors, https }))
    }

    /// A router that passes every request to this.
    pub fn into_router(self) -> Router {
        Router::new().fallback(async move |request: Request| self.answer(request).await)
    }

    /// The response to a request.
    pub async fn answer(&self, request: Request) -> Response {
        let secured = service_fn(async |request| -> Result<Response, Infallible> {
            Ok(headers::secure(self.shared(request).await?, self.0.https))
        });
        compression::compressed(request, secured).await
    }

    /// With the headers of CORS, for the API and its documents.
    async fn shared(&self, request: Request) -> Result<Response, Infallible> {
        let router = self.0.router.clone();
        let path = request.uri().path();
        let is_shared = is_api(path) || DOCUMENTS.contains(&path);
        let Some(cors) = self.0.cors.as_ref().filter(|_| is_shared) else {
            return router.oneshot(request).await;
        };
        if request.method() == Method::OPTIONS || request.headers().contains_key(header::ORIGIN) {
            return cors.layer(router).oneshot(request).await;
        }
        let mut response = router.oneshot(request).await?;
        response.headers_mut().append(header::VARY, VARIES);
        Ok(response)
    }
}

/// What answers to browsers on other origins depend on.
const VARIES: HeaderValue =
    HeaderValue::from_static("origin, access-control-request-method, access-control-request-headers");

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
    let shown = [
        "x-event-position",
        "x-stale",
        "x-total-count",
        "x-quota-left",
        "x-correlation-id",
        "ratelimit",
        "ratelimit-policy",
    ]
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
