//! The event catalogue, as committed: a test makes it anew from the types and compares.

use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};

const DOCUMENT: &str = include_str!("../../../../docs/asyncapi.yaml");

/// `GET /asyncapi.yaml`
pub async fn document() -> Response {
    ([(CONTENT_TYPE, "application/yaml")], DOCUMENT).into_response()
}
