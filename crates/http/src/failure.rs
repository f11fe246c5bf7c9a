//! Failures as clients see them: status, code, invalid fields and how to report them.

use std::sync::Arc;

use axum::body::Body;
use axum::http::header::{ACCEPT, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use domain::{FieldErrors, Timestamp};
use serde_json::{Value, json};

/// A failed request and its reason. Rendered by [`crate::edge`], which knows the path and the correlation id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The HTTP status.
    pub status: StatusCode,
    /// A stable code for programs.
    pub code: &'static str,
    /// A message for people.
    pub message: String,
    /// Error messages by field.
    pub fields: FieldErrors,
    /// After how many seconds a retry makes sense.
    pub retry_after: Option<u64>,
    /// The cause, for operators. It is logged once when the response is written and never sent to the client.
    pub cause: Option<String>,
}

/// For logs and operators; shows the cause if there is one.
impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.cause.as_deref().unwrap_or(&self.message))
    }
}

impl std::error::Error for Failure {}

impl Failure {
    /// A failure with any status.
    #[must_use]
    pub fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
            fields: FieldErrors::default(),
            retry_after: None,
            cause: None,
        }
    }

    /// 400 with error messages by field.
    #[must_use]
    pub fn invalid(fields: FieldErrors) -> Self {
        let message = format!("the request is not valid: {fields}");
        Self { fields, ..Self::new(StatusCode::BAD_REQUEST, "VALIDATION_FAILED", message) }
    }

    /// 401: no token, or an invalid one.
    #[must_use]
    pub fn unauthenticated(message: &str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "UNAUTHENTICATED", message)
    }

    /// 403: signed in, but not allowed.
    #[must_use]
    pub fn forbidden(message: &str) -> Self {
        Self::new(StatusCode::FORBIDDEN, "FORBIDDEN", message)
    }

    /// 404.
    #[must_use]
    pub fn not_found(code: &'static str, message: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, code, message)
    }

    /// 409.
    #[must_use]
    pub fn conflict(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, code, message)
    }

    /// 404 for a person.
    #[must_use]
    pub fn no_such_person() -> Self {
        Self::not_found("USER_NOT_FOUND", "there is no such person")
    }

    /// 410.
    #[must_use]
    pub fn gone(code: &'static str, message: &str) -> Self {
        Self::new(StatusCode::GONE, code, message)
    }

    /// 429.
    #[must_use]
    pub fn too_many(seconds: u64) -> Self {
        let message = format!("too many requests; try again in {seconds} s");
        let failure = Self::new(StatusCode::TOO_MANY_REQUESTS, "RATE_LIMITED", message);
        Self { retry_after: Some(seconds), ..failure }
    }

    /// 503: a component is unavailable.
    #[must_use]
    pub fn unavailable(cause: &dyn std::fmt::Display) -> Self {
        let failure = Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "UNAVAILABLE",
            "the service cannot answer now; nothing you sent is lost if you send it again",
        );
        Self { retry_after: Some(1), cause: Some(cause.to_string()), ..failure }
    }

    /// 500: stored data cannot be read, so a retry does not help.
    #[must_use]
    pub fn unreadable(cause: &dyn std::fmt::Display) -> Self {
        let message =
            "stored data cannot be read; trying again does not help, tell the operators the correlationId";
        let failure = Self::new(StatusCode::INTERNAL_SERVER_ERROR, "UNREADABLE", message);
        Self { cause: Some(cause.to_string()), ..failure }
    }

    /// Logs the cause, if there is one.
    pub fn log(&self, operation: &str, correlation: &str) {
        if let Some(cause) = &self.cause {
            tracing::error!(
                cause,
                code = self.code,
                operation,
                correlation.id = correlation,
                "a request failed"
            );
        }
    }

    /// A failure from axum's own routing, by status.
    pub(crate) fn of_status(status: StatusCode) -> Self {
        let (code, message) = match status {
            StatusCode::NOT_FOUND => ("NO_SUCH_ROUTE", "there is nothing at this address"),
            StatusCode::METHOD_NOT_ALLOWED => {
                ("METHOD_NOT_ALLOWED", "this address does not take this method")
            }
            StatusCode::PAYLOAD_TOO_LARGE => ("PAYLOAD_TOO_LARGE", "the body is too large"),
            StatusCode::UNSUPPORTED_MEDIA_TYPE => ("UNSUPPORTED_MEDIA_TYPE", "send application/json"),
            StatusCode::INTERNAL_SERVER_ERROR => ("INTERNAL", "something went wrong on our side"),
            _ => ("REFUSED", "the request cannot be answered"),
        };
        Self::new(status, code, message)
    }

    /// The response: our envelope, or RFC 9457 for clients that ask for it.
    pub(crate) fn render(
        &self,
        request: &HeaderMap,
        path: &str,
        correlation: &str,
        now: Timestamp,
    ) -> Response {
        let problem = request
            .get_all(ACCEPT)
            .iter()
            .any(|accept| accept.to_str().is_ok_and(|text| text.contains("application/problem+json")));
        let (media, body) = if problem {
            ("application/problem+json", self.problem(path, correlation))
        } else {
            ("application/json", self.envelope(path, correlation, now))
        };
        let mut response = Response::new(Body::from(body.to_string()));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(media));
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(seconds) = self.retry_after {
            headers.insert(RETRY_AFTER, seconds.into());
        }
        response
    }

    fn envelope(&self, path: &str, correlation: &str, now: Timestamp) -> Value {
        let mut error = json!({"code": self.code, "detail": self.message});
        if !self.fields.0.is_empty() {
            error["fieldErrors"] = json!(self.fields.0);
        }
        json!({"success": false, "message": self.message, "error": error, "timestamp": now, "path": path,
            "correlationId": correlation})
    }

    fn problem(&self, path: &str, correlation: &str) -> Value {
        let mut problem = json!({"type": "about:blank", "title": self.status.canonical_reason(),
            "status": self.status.as_u16(), "detail": self.message, "instance": path, "code": self.code,
            "correlationId": correlation});
        if !self.fields.0.is_empty() {
            let one = |(field, detail)| json!({"pointer": format!("/{field}"), "detail": detail});
            problem["errors"] = self.fields.0.iter().map(one).collect();
        }
        problem
    }
}

impl From<FieldErrors> for Failure {
    fn from(fields: FieldErrors) -> Self {
        Self::invalid(fields)
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = self.status;
        response.extensions_mut().insert(Arc::new(self));
        response
    }
}
