//! The outermost layer: a correlation id for every request, and a body for every failure.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::RANGE;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::app_context::AppContext;
use crate::caller::CorrelationId;
use crate::drain_body::Rest;
use crate::failure::Failure;
use crate::host;

const CORRELATION: HeaderName = HeaderName::from_static("x-correlation-id");

/// Headers with which a client might try to forge an identity. They are removed before anything reads them.
const IDENTITY: [HeaderName; 5] = [
    HeaderName::from_static("x-user-id"),
    HeaderName::from_static("x-user-email"),
    HeaderName::from_static("x-user-role"),
    HeaderName::from_static("x-tenant-id"),
    HeaderName::from_static("x-session-id"),
];

/// Assigns the correlation id, normalises the host, removes forged identity headers, drains the request body and
/// renders failures.
///
/// A layer shared by all routes takes its inner service as a function, so that the router needs only one layer. Each
/// router layer would add another box around every route.
pub async fn edge<F>(context: AppContext, mut request: Request, inner: impl FnOnce(Request) -> F) -> Response
where
    F: Future<Output = Response>,
{
    let correlation =
        given(request.headers()).unwrap_or_else(|| context.aggregates.fresh().to_string().into());
    for name in IDENTITY {
        request.headers_mut().remove(name);
    }
    // A part can be asked for with GET only (RFC 9110 14.2).
    if request.method() != Method::GET {
        request.headers_mut().remove(RANGE);
    }
    let settled = host::settle(&mut request);
    request.extensions_mut().insert(CorrelationId(Arc::clone(&correlation)));
    // Keep only what is cheap to clone for rendering a failure, because most requests succeed.
    let (uri, accept) = (request.uri().clone(), request.headers().get(axum::http::header::ACCEPT).cloned());
    let (request, rest) = Rest::of(request);
    let mut response = match settled {
        Ok(()) => inner(request).await,
        Err(error) => Failure::new(StatusCode::BAD_REQUEST, "BAD_HOST", error.to_string()).into_response(),
    };
    if let Some(rest) = rest {
        rest.pass_over().await;
    }
    let failure = response.extensions_mut().remove::<Arc<Failure>>();
    let bare = |r: &Response| {
        (r.status().is_client_error() || r.status().is_server_error())
            && !r.headers().contains_key(axum::http::header::CONTENT_TYPE)
    };
    let failure = match failure {
        Some(failure) => Some(failure),
        None if bare(&response) => Some(Arc::new(Failure::of_status(response.status()))),
        None => None,
    };
    if let Some(failure) = failure {
        failure.log(uri.path(), &correlation);
        let mut asked = HeaderMap::new();
        accept.map(|accept| asked.insert(axum::http::header::ACCEPT, accept));
        let rendered = failure.render(&asked, uri.path(), &correlation, context.aggregates.clock().now());
        let (parts, body) = rendered.into_parts();
        response.headers_mut().remove(axum::http::header::CONTENT_LENGTH);
        response.headers_mut().extend(parts.headers);
        *response.body_mut() = body;
    }
    if let Ok(value) = HeaderValue::from_str(&correlation) {
        response.headers_mut().insert(CORRELATION, value);
    }
    response
}

/// [`edge`] as a separate layer.
pub async fn edge_layer(State(context): State<AppContext>, request: Request, next: Next) -> Response {
    edge(context, request, |request| next.run(request)).await
}

/// A correlation id from the client is kept if it is short and plain.
fn given(headers: &HeaderMap) -> Option<Arc<str>> {
    let text = headers.get(CORRELATION)?.to_str().ok()?;
    let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    ((1..=64).contains(&text.len()) && text.bytes().all(plain)).then(|| text.into())
}
