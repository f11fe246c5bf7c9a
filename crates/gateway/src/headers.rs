//! Security headers for browsers.

use axum::http::{HeaderName, HeaderValue, header};
use axum::response::Response;

const PAGES: &str =
    "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
const DATA: &str = "default-src 'none'; frame-ancestors 'none'";

/// One year, the minimum for the browsers' HSTS preload lists.
const ALWAYS_HTTPS: &str = "max-age=31536000";

/// Adds the headers that the response does not have yet.
pub fn secure(mut response: Response, https: bool) -> Response {
    let headers = response.headers_mut();
    let html =
        headers.get(header::CONTENT_TYPE).is_some_and(|media| media.as_bytes().starts_with(b"text/html"));
    let mut set = |name: HeaderName, value: &'static str| {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    };
    set(header::CONTENT_SECURITY_POLICY, if html { PAGES } else { DATA });
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::X_FRAME_OPTIONS, "DENY");
    set(header::REFERRER_POLICY, "same-origin");
    set(header::CACHE_CONTROL, "private, no-cache");
    set(HeaderName::from_static("permissions-policy"), "camera=(), microphone=(), geolocation=()");
    if https {
        set(header::STRICT_TRANSPORT_SECURITY, ALWAYS_HTTPS);
    }
    set(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    response
}
