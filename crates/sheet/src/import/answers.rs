//! What requests about sheets take and answer, as the API's document shows it.

use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use domain::Fields;
use http_kit::Request;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

/// Whether to write.
#[derive(Debug)]
pub struct CheckOnly {
    /// Write nothing, and say what would be done.
    pub check: bool,
}

impl Request for CheckOnly {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        Some(Self { check: f.flag("check").unwrap_or(false) })
    }

    fn about(_: &str) -> Option<&'static str> {
        Some("Write nothing, and say what would be done.")
    }

    fn example() -> Value {
        json!({"check": true})
    }
}

/// A sheet of at most 5 MB, and a map of its columns.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "a form is read part by part, never as a whole")]
pub struct SheetForm {
    /// The sheet as CSV.
    #[schema(value_type = String, format = Binary)]
    file: (),
    /// Which column is which field, as TOML.
    map: Option<String>,
}

/// The job that was started.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ImportStarted<'a> {
    /// The job.
    #[schema(value_type = Uuid)]
    pub job_id: &'a str,
    /// What the owner should know, such as columns that are left out. Empty for a repeated request.
    pub notes: Vec<String>,
}

/// A CSV file to be kept.
#[must_use]
pub fn csv_attachment(name: &str, bytes: Bytes, cached: &'static str) -> Response {
    let disposition = HeaderValue::from_str(&format!("attachment; filename=\"{name}\""));
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(cached));
    if let Ok(disposition) = disposition {
        headers.insert(CONTENT_DISPOSITION, disposition);
    }
    response
}
