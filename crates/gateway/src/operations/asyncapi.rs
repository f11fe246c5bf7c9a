//! The committed event catalogue. A test generates it from the types again and compares.

use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};

const DOCUMENT: &str = include_str!("../../../../docs/asyncapi.yaml");

/// Returns the event catalogue, the same as `docs/asyncapi.yaml` in the source.
#[utoipa::path(
    get,
    path = "/asyncapi.yaml",
    summary = "The event catalogue",
    responses((status = 200, description = "AsyncAPI 3.0", body = BTreeMap<String, serde_json::Value>, content_type = "application/yaml")),
)]
pub async fn document() -> Response {
    ([(CONTENT_TYPE, "application/yaml")], DOCUMENT).into_response()
}
