//! The `OpenAPI` document and the page that shows it. Both are built from what is in the binary.

mod page;

use std::sync::LazyLock;

use axum::Router;
use axum::http::HeaderValue;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use bytes::Bytes;
use http_kit::Documentation;
use http_kit::docs::{EndpointSpec, api_keys, complete, lists, without_unused_schemas};
use serde_json::Value;
use utoipa::OpenApi as _;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Method, path, service and permitted callers of every operation.
const ENDPOINTS: &str = include_str!("../../../docs/endpoints.tsv");

#[derive(utoipa::OpenApi)]
#[openapi(info(
    title = "HyderabadInfra",
    description = "Homes in and around Hyderabad: posting, finding, asking, and everything a person did.\n\n\
        Answers come in an envelope: `success`, `message`, `data`, `timestamp`; failures have `error` with a stable \
        `code`, and with `Accept: application/problem+json` the form of RFC 9457. The document shows the strict form \
        of each request. More is understood: numbers as texts, lists as texts with commas, prices such as 85 lakh. In \
        a query an empty value is no value, and an unknown parameter is refused; in a body unknown members are \
        ignored, unless they would change the meaning of others.",
    license(name = "Apache-2.0", identifier = "Apache-2.0"),
))]
struct Api;

static DOCUMENT: LazyLock<Bytes> = LazyLock::new(|| text().into());

/// The documentation of each service.
#[must_use]
pub fn services() -> Vec<Documentation> {
    let own = |operations| Documentation { operations, exported: Vec::new() };
    let mut all: Vec<_> = crate::app::DOCUMENTATION.iter().map(|of_service| of_service()).collect();
    all.extend([
        gateway::documentation(),
        own(crate::backup::http::routes().into_openapi()),
        own(routes().into_openapi()),
    ]);
    all
}

/// The complete document.
#[must_use]
pub fn document() -> Value {
    let mut all = Api::openapi();
    let mut exported = Vec::new();
    for service in services() {
        all.merge(service.operations);
        exported.extend(service.exported);
    }
    let facts: Vec<EndpointSpec> = ENDPOINTS.lines().skip(1).filter_map(EndpointSpec::read).collect();
    let mut document = complete(&all, &facts);
    lists(&mut document, "Export", exported);
    api_keys(&mut document, gateway::api_key_operations());
    without_unused_schemas(&mut document);
    document
}

/// The document as text, as it is committed and served.
#[must_use]
pub fn text() -> String {
    serde_json::to_string_pretty(&document()).unwrap_or_default() + "\n"
}

/// Routes of the document and its page.
pub(crate) fn router() -> Router {
    routes().route("/swagger-ui/{file}", get(page::asset)).into()
}

fn routes() -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(api_docs)).routes(routes!(page::page))
}

/// The same as `docs/openapi.json` in the source.
#[utoipa::path(
    get,
    path = "/v3/api-docs",
    summary = "This document",
    responses((status = 200, description = "OpenAPI 3.1", body = std::collections::BTreeMap<String, Value>)),
)]
async fn api_docs() -> Response {
    ([(CONTENT_TYPE, HeaderValue::from_static("application/json"))], DOCUMENT.clone()).into_response()
}
