//! Reads the API's envelope: the data of an answer, or the details of a refusal.

use std::collections::BTreeMap;

use axum::body::{Body, to_bytes};
use axum::http::header::{ETAG, RETRY_AFTER, SET_COOKIE};
use axum::http::{HeaderValue, Response, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use thiserror::Error;

use crate::labels::capitalised;
use crate::messages::Language;
use crate::when::Moment;

/// The largest answer accepted. The API's answers are far smaller; a larger one is a fault.
const LARGEST_ANSWER: usize = 8 * 1024 * 1024;

/// A successful answer, with its `data` not yet deserialised.
pub(crate) struct Answer {
    /// Whether the read model had not yet caught up with the caller's own last change.
    pub(crate) stale: bool,
    /// The version in its entity tag, without the counters; used for [`super::Call::if_version`].
    pub(crate) version: Option<String>,
    /// The device cookie for a browser that signed in, as the API wrote it.
    pub(crate) device: Option<HeaderValue>,
    /// When it was given, as it says.
    pub(crate) at: Option<Moment>,
    data: Value,
}

/// Why the API refused, in words that may be shown.
#[derive(Debug, Clone)]
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    pub(crate) code: String,
    /// A sentence for people, from the API's own message; never empty.
    pub(crate) sentence: String,
    pub(crate) field_errors: BTreeMap<String, String>,
    /// The time to wait before a retry, in seconds.
    pub(crate) retry_after: Option<u64>,
}

#[derive(Debug, Clone, Error)]
pub(crate) enum ApiError {
    #[error("the API refused with {} {}", .0.status.as_u16(), .0.code)]
    Refused(Box<Refusal>),
    #[error("the API could not be used: {0}")]
    Unusable(String),
}

#[derive(Deserialize)]
struct ApiResponse {
    #[serde(default)]
    message: Option<String>,
    #[serde(default)]
    data: Value,
    #[serde(default)]
    error: Option<EnvelopeError>,
    #[serde(default)]
    timestamp: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct EnvelopeError {
    code: Option<String>,
    detail: Option<String>,
    field_errors: Option<BTreeMap<String, String>>,
}

impl Answer {
    pub(crate) async fn read(response: Response<Body>) -> Result<Self, ApiError> {
        let (parts, body) = response.into_parts();
        let bytes =
            to_bytes(body, LARGEST_ANSWER).await.map_err(|error| ApiError::Unusable(error.to_string()))?;
        if !parts.status.is_success() {
            let retry_after =
                parts.headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
            return Err(ApiError::Refused(Box::new(Refusal::read(parts.status, retry_after, &bytes))));
        }
        let (data, at) = if bytes.is_empty() {
            (Value::Null, None)
        } else {
            let envelope = serde_json::from_slice::<ApiResponse>(&bytes)
                .map_err(|error| ApiError::Unusable(error.to_string()))?;
            (envelope.data, Moment::parse_some(envelope.timestamp.as_ref()))
        };
        let tag = parts.headers.get(ETAG).and_then(|tag| tag.to_str().ok());
        let version = tag.and_then(|tag| tag.trim_matches('"').split('-').next()).map(str::to_owned);
        let device = parts.headers.get(SET_COOKIE).cloned();
        Ok(Self { stale: parts.headers.contains_key("x-stale"), version, device, at, data })
    }

    pub(crate) fn data<T: DeserializeOwned>(self) -> Result<T, ApiError> {
        serde_json::from_value(self.data).map_err(|error| ApiError::Unusable(error.to_string()))
    }
}

impl Refusal {
    fn read(status: StatusCode, retry_after: Option<u64>, body: &[u8]) -> Self {
        let envelope = serde_json::from_slice::<ApiResponse>(body).ok();
        let (message, error) = envelope.map_or((None, None), |it| (it.message, it.error));
        let error = error.unwrap_or_default();
        let said = [error.detail, message].into_iter().flatten().find(|text| !text.trim().is_empty());
        Self {
            status,
            code: error.code.unwrap_or_default(),
            sentence: said.map_or_else(unsaid, capitalised),
            field_errors: error.field_errors.unwrap_or_default(),
            retry_after,
        }
    }

    /// Whether the caller's input is at fault. The form is then shown again, and nothing is logged.
    pub(crate) fn blames_input(&self) -> bool {
        matches!(
            self.status,
            StatusCode::BAD_REQUEST
                | StatusCode::CONFLICT
                | StatusCode::PAYLOAD_TOO_LARGE
                | StatusCode::UNPROCESSABLE_ENTITY
        )
    }
}

/// The sentence of a refusal without one. The API's own ones are in this language, too.
fn unsaid() -> String {
    Language::default().text("failure-refused-text").to_string()
}
