//! JSON bodies: an object, whatever else a client sends is a clear 4xx.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use domain::FieldErrors;
use serde_json::{Map, Value};

use crate::failure::Failure;

/// The members of a JSON object body. An empty body is an empty object.
#[derive(Clone, Debug, Default)]
pub struct JsonObject {
    /// The members.
    pub members: Map<String, Value>,
    /// The bytes as they came: what an idempotency key is bound to.
    pub bytes: Bytes,
}

impl<S: Send + Sync> FromRequest<S> for JsonObject {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        let media =
            request.headers().get(CONTENT_TYPE).and_then(|media| media.to_str().ok()).map(str::to_lowercase);
        let bytes = Bytes::from_request(request, state).await.map_err(|rejection| {
            Failure::of_status(axum::response::IntoResponse::into_response(rejection).status())
        })?;
        if bytes.is_empty() {
            return Ok(Self::default());
        }
        if !media.is_some_and(|media| media.contains("json")) {
            return Err(Failure::of_status(StatusCode::UNSUPPORTED_MEDIA_TYPE));
        }
        let invalid = |message: String| Failure::invalid(FieldErrors::one("body", message));
        match serde_json::from_slice(&bytes) {
            Ok(Value::Object(members)) => Ok(Self { members, bytes }),
            Ok(_) => Err(invalid("must be a JSON object".into())),
            Err(error) => Err(invalid(format!("is not valid JSON: {error}"))),
        }
    }
}
