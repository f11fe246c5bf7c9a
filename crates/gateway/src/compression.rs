//! Compresses answers, for clients that accept it: text of some length, and nothing that must not be.
//!
//! | Never compressed | Because |
//! |---|---|
//! | images, PDFs and other files | they are compressed already, and parts of them can be asked for (`Range`) |
//! | server-sent events | each must leave at once |
//! | answers of sign-in and of tickets | they hold a secret beside what the caller sent: their length would tell about it (BREACH) |
//!
//! The bytes of a compressed answer are others, so its entity tag is, too (RFC 9110 8.8.3): `"3"` becomes `"3-br"`. All
//! conditions accept either ([`http_kit::ClientTags`], [`http_kit::Conditions`]).

use std::convert::Infallible;

use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{
    ACCEPT_ENCODING, ACCEPT_RANGES, CONTENT_ENCODING, CONTENT_RANGE, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;
use http_kit::OF_CODINGS;
use tower::{Layer, Service, ServiceExt};
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{Predicate, SizeAbove};

/// Shorter answers fit into one packet anyway.
const SHORT: u64 = 1024;
/// Answers to these may hold tokens or codes.
const SECRETS: [&str; 2] = ["/api/auth/", "/api/realtime/ticket"];

/// The content types that are compressed.
const TEXT: [&str; 11] = [
    "application/javascript",
    "application/json",
    "application/problem+json",
    "application/xml",
    "application/yaml",
    "image/svg+xml",
    "text/css",
    "text/csv",
    "text/html",
    "text/javascript",
    "text/plain",
];

/// The answer of `inner`, compressed if it may be and the client accepts it.
pub async fn compressed<S>(mut request: Request, inner: S) -> Response
where
    S: Service<Request, Response = Response, Error = Infallible>,
{
    let path = request.uri().path();
    let is_secret = SECRETS.iter().any(|secret| path.starts_with(secret));
    let Some(coding) = accepted(request.headers()).filter(|_| !is_secret) else {
        let mut response = unfailing(inner.oneshot(request).await);
        if predicate().should_compress(&response) {
            response.headers_mut().append(VARY, HeaderValue::from_static("accept-encoding"));
        }
        return response;
    };
    request.headers_mut().insert(ACCEPT_ENCODING, HeaderValue::from_static(coding.name()));
    let held = request.headers().get(IF_NONE_MATCH).cloned();
    let layer = CompressionLayer::new().compress_when(predicate());
    let mut response = unfailing(layer.layer(inner).oneshot(request).await).map(Body::new);
    tag(&mut response, coding, held.as_ref());
    response
}

fn unfailing<T>(response: Result<T, Infallible>) -> T {
    response.unwrap_or_else(|never| match never {})
}

fn predicate() -> impl Predicate {
    let may = |_: StatusCode, _: http::Version, headers: &HeaderMap, _: &http::Extensions| is_text(headers);
    SizeAbove::new(SHORT).and(may)
}

fn is_text(headers: &HeaderMap) -> bool {
    let media = headers.get(CONTENT_TYPE).and_then(|media| media.to_str().ok()).unwrap_or_default();
    let media = media.split(';').next().unwrap_or_default().trim();
    let is_plain = |name| !headers.contains_key(name);
    TEXT.contains(&media) && [ACCEPT_RANGES, CONTENT_RANGE, CONTENT_ENCODING].iter().all(is_plain)
}

/// The codings that we write, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Coding {
    Brotli,
    Gzip,
}

impl Coding {
    fn name(self) -> &'static str {
        match self {
            Self::Brotli => "br",
            Self::Gzip => "gzip",
        }
    }

    fn of_tag(self) -> &'static str {
        let [brotli, gzip] = OF_CODINGS;
        match self {
            Self::Brotli => brotli,
            Self::Gzip => gzip,
        }
    }
}

/// The coding that the client likes best (RFC 9110 12.5.3); `None` for an answer as it is.
fn accepted(headers: &HeaderMap) -> Option<Coding> {
    let lines = headers.get_all(ACCEPT_ENCODING).iter().filter_map(|line| line.to_str().ok());
    let given: Vec<(String, f32)> = lines.flat_map(|line| line.split(',')).filter_map(weighted).collect();
    let weight = |coding: Coding| {
        let of = |wanted: &str| given.iter().find(|(name, _)| name == wanted).map(|(_, weight)| *weight);
        of(coding.name()).or_else(|| of("*")).unwrap_or_default()
    };
    let (brotli, gzip) = (weight(Coding::Brotli), weight(Coding::Gzip));
    match (brotli > 0.0, gzip > 0.0) {
        (true, _) if brotli >= gzip => Some(Coding::Brotli),
        (_, true) => Some(Coding::Gzip),
        _ => None,
    }
}

/// `gzip;q=0.5`. Without a weight, or with one that is no number, it is 1.
fn weighted(part: &str) -> Option<(String, f32)> {
    let (name, parameters) = part.split_once(';').unwrap_or((part, ""));
    let weight = parameters.split(';').find_map(|parameter| {
        let (key, value) = parameter.split_once('=')?;
        key.trim().eq_ignore_ascii_case("q").then(|| value.trim().parse().ok())?
    });
    let name = name.trim().to_ascii_lowercase();
    (!name.is_empty()).then_some((name, weight.unwrap_or(1.0)))
}

/// Marks the tag of a compressed answer. An answer without a body has the tag of the one that the client holds.
fn tag(response: &mut Response, coding: Coding, held: Option<&HeaderValue>) {
    let Some(tag) = response.headers().get(ETAG).and_then(|tag| tag.to_str().ok()) else { return };
    let Some(plain) = tag.strip_suffix('"') else { return };
    let marked = format!("{plain}{}\"", coding.of_tag());
    let is_held = || held.and_then(|held| held.to_str().ok()).is_some_and(|held| held.contains(&marked));
    let is_compressed = response.headers().contains_key(CONTENT_ENCODING);
    let is_of_compressed = response.status() == StatusCode::NOT_MODIFIED && is_held();
    if (is_compressed || is_of_compressed)
        && let Ok(marked) = HeaderValue::from_str(&marked)
    {
        response.headers_mut().insert(ETAG, marked);
    }
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::http::header::CONTENT_LENGTH;
    use axum::routing::get;
    use http_body_util::BodyExt as _;

    use super::*;

    #[test]
    fn the_best_accepted_coding_is_chosen() {
        let chosen = |accept: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT_ENCODING, accept.parse().unwrap());
            accepted(&headers)
        };
        for (accept, coding) in [
            ("", None),
            ("identity", None),
            ("deflate, zstd", None),
            ("gzip", Some(Coding::Gzip)),
            ("GZIP ; q=1", Some(Coding::Gzip)),
            ("gzip, deflate, br, zstd", Some(Coding::Brotli)),
            ("br;q=0.5, gzip", Some(Coding::Gzip)),
            ("br;q=0, *", Some(Coding::Gzip)),
            ("*", Some(Coding::Brotli)),
            ("gzip;q=0, identity;q=0", None),
            ("br;q=x", Some(Coding::Brotli)),
        ] {
            assert_eq!(chosen(accept), coding, "{accept}");
        }
    }

    fn site() -> Router {
        let text = "all work and no play ".repeat(200);
        let of = |media: &'static str, more: Option<(&'static str, &'static str)>| {
            let text = text.clone();
            get(async move || {
                let mut response = Response::new(Body::from(text));
                response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(media));
                response.headers_mut().insert(ETAG, HeaderValue::from_static("\"3-1\""));
                if let Some((name, value)) = more {
                    response.headers_mut().insert(name, HeaderValue::from_static(value));
                }
                response
            })
        };
        let unchanged = get(async || (StatusCode::NOT_MODIFIED, [(ETAG, "\"3-1\"")]));
        Router::new()
            .route("/json", of("application/json", None))
            .route("/html", of("text/html; charset=utf-8", None))
            .route("/short", get(async || "short"))
            .route("/image", of("image/webp", None))
            .route("/events", of("text/event-stream", None))
            .route("/file", of("text/plain", Some(("accept-ranges", "bytes"))))
            .route("/part", of("text/plain", Some(("content-range", "bytes 0-1/3"))))
            .route("/unchanged", unchanged)
            .route("/api/auth/login", of("application/json", None))
    }

    async fn answer(path: &str, accept: &str, held: &str) -> Response {
        let mut request = Request::get(path).header(ACCEPT_ENCODING, accept);
        if !held.is_empty() {
            request = request.header(IF_NONE_MATCH, held);
        }
        compressed(request.body(Body::empty()).unwrap(), site()).await
    }

    fn header(response: &Response, name: axum::http::HeaderName) -> &str {
        response.headers().get(name).map_or("-", |value| value.to_str().unwrap())
    }

    #[tokio::test]
    async fn text_is_compressed_and_has_a_tag_of_its_own() {
        for (accept, coding, tag) in
            [("br, gzip", "br", "\"3-1-br\""), ("gzip", "gzip", "\"3-1-gz\""), ("zstd", "-", "\"3-1\"")]
        {
            for path in ["/json", "/html"] {
                let response = answer(path, accept, "").await;
                assert_eq!(header(&response, CONTENT_ENCODING), coding, "{path} {accept}");
                assert_eq!(header(&response, ETAG), tag, "{path} {accept}");
                assert_eq!(header(&response, VARY), "accept-encoding", "{path} {accept}");
                assert_eq!(response.headers().contains_key(CONTENT_LENGTH), coding == "-");
                let bytes = response.into_body().collect().await.unwrap().to_bytes();
                assert_eq!(bytes.len() > 4000, coding == "-", "{path} {accept}: {}", bytes.len());
            }
        }
    }

    #[tokio::test]
    async fn what_gains_nothing_or_could_tell_a_secret_stays_as_it_is() {
        for path in ["/short", "/image", "/events", "/file", "/part", "/api/auth/login"] {
            let response = answer(path, "br, gzip", "").await;
            assert_eq!(header(&response, CONTENT_ENCODING), "-", "{path}");
            assert!(!header(&response, ETAG).contains("-br"), "{path}");
        }
    }

    #[tokio::test]
    async fn an_unchanged_answer_has_the_tag_that_the_client_holds() {
        for (held, tag) in
            [("\"3-1-br\"", "\"3-1-br\""), ("W/\"3-1-br\", \"x\"", "\"3-1-br\""), ("\"3-1\"", "\"3-1\"")]
        {
            let response = answer("/unchanged", "gzip, br", held).await;
            assert_eq!((header(&response, ETAG), response.status()), (tag, StatusCode::NOT_MODIFIED));
        }
    }
}
