//! The API client of the command line. It calls a running server over HTTP or, when no server holds the data
//! directory, this process's own router. Both behave alike, so callers need not distinguish them.
//!
//! A call is retried only when a retry cannot repeat an effect: the server was not reached, it refused before
//! doing anything (429), or the request is idempotent by its method or by an `Idempotency-Key`.

mod answer;
mod content;
mod download;

use std::path::Path;
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use http::{Method, Request, header};
use http_body_util::BodyExt as _;
use serde_json::Value;
use thiserror::Error;
use tower::ServiceExt as _;

pub use answer::{Answer, Refusal};
use content::Content;
pub use content::FormFile;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const ANSWER_TIMEOUT: Duration = Duration::from_mins(1);
/// Back-off before each retry, unless the server names a wait.
const BACK_OFF: [Duration; 4] =
    [Duration::from_millis(200), Duration::from_millis(500), Duration::from_secs(1), Duration::from_secs(2)];
/// The longest wait a server may ask for. If it asks for more, its response is returned instead.
const LONGEST_WAIT: Duration = Duration::from_secs(90);

/// Cheap to clone; clones share connections.
#[derive(Clone)]
pub enum ApiClient {
    /// `base` has no trailing slash.
    Remote {
        http: reqwest::Client,
        base: String,
        token: String,
    },
    Local {
        router: axum::Router,
        token: String,
    },
}

#[derive(Debug, Error)]
pub enum ClientError {
    #[error("{given:?} is no server address; write one such as http://127.0.0.1:8080")]
    BadServer { given: String },

    #[error(
        "no server answers at {base} ({cause}): start one with `hyderabadinfra serve`, or name another with --server"
    )]
    NotRunning { base: String, cause: String },

    /// It is unknown whether the request took effect.
    #[error("{method} {base}{path} was cut off before its answer came ({cause})")]
    CutOff { method: Method, base: String, path: String, cause: String },

    #[error("the request {method} {path} cannot be built: {reason}")]
    BadRequest { method: Method, path: String, reason: String },

    #[error("{0}")]
    Refused(Refusal),

    #[error("the output cannot be written: {0}")]
    Output(std::io::Error),
}

impl ApiClient {
    /// # Errors
    /// When `server` is not an http or https address.
    pub fn remote(server: &str, token: &str) -> Result<Self, ClientError> {
        let bad_server = || ClientError::BadServer { given: server.to_owned() };
        let base = server.trim_end_matches('/');
        let right = base
            .parse::<http::Uri>()
            .is_ok_and(|uri| matches!(uri.scheme_str(), Some("http" | "https")) && uri.query().is_none());
        if !right {
            return Err(bad_server());
        }
        let http =
            reqwest::Client::builder().connect_timeout(CONNECT_TIMEOUT).timeout(ANSWER_TIMEOUT).build();
        Ok(Self::Remote {
            http: http.map_err(|_| bad_server())?,
            base: base.to_owned(),
            token: token.to_owned(),
        })
    }

    /// The server that listens at the socket of this data directory.
    ///
    /// # Errors
    /// When an HTTP client cannot be made.
    pub fn at_socket(path: &Path, token: &str) -> Result<Self, ClientError> {
        let base = "http://localhost".to_owned();
        let http = reqwest::Client::builder().unix_socket(path).timeout(ANSWER_TIMEOUT).build();
        let http = http.map_err(|_| ClientError::BadServer { given: path.display().to_string() })?;
        Ok(Self::Remote { http, base, token: token.to_owned() })
    }

    #[must_use]
    pub fn local(router: axum::Router, token: &str) -> Self {
        Self::Local { router, token: token.to_owned() }
    }

    /// The same server with another caller's token. An empty token means an anonymous caller.
    #[must_use]
    pub fn with_token(&self, token: &str) -> Self {
        let mut other = self.clone();
        let (Self::Remote { token: own, .. } | Self::Local { token: own, .. }) = &mut other;
        token.clone_into(own);
        other
    }

    /// One response, whatever its status. Callers that want successes only use [`Answer::data`]. `path` begins
    /// with a slash and is already encoded.
    ///
    /// # Errors
    /// When there is no response after a few tries.
    pub async fn call(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
        headers: &[(&str, &str)],
    ) -> Result<Answer, ClientError> {
        self.call_with(&BACK_OFF, (method, path), body.map(|body| Content::json(&body)), headers, &|| {})
            .await
    }

    /// Sends files as a form, in its field `files`.
    ///
    /// # Errors
    /// As for [`Self::call`].
    pub async fn send_files(
        &self,
        path: &str,
        files: &[FormFile],
        headers: &[(&str, &str)],
    ) -> Result<Answer, ClientError> {
        let form = Content::form(files);
        self.call_with(&BACK_OFF, (Method::POST, path), Some(form), headers, &|| {}).await
    }

    /// As [`Self::call`]. `limited` is called each time the server says that too many requests come.
    ///
    /// # Errors
    /// As for [`Self::call`].
    pub async fn call_limited(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
        limited: &(dyn Fn() + Sync),
    ) -> Result<Answer, ClientError> {
        self.call_with(&BACK_OFF, (method, path), body.map(|body| Content::json(&body)), &[], limited).await
    }

    async fn call_with(
        &self,
        back_off: &[Duration],
        (method, path): (Method, &str),
        body: Option<Content>,
        headers: &[(&str, &str)],
        limited: &(dyn Fn() + Sync),
    ) -> Result<Answer, ClientError> {
        let repeatable = method.is_idempotent()
            || headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("idempotency-key"));
        let mut waits = back_off.iter();
        loop {
            let request = self.request(&method, path, body.as_ref(), headers)?;
            let result = self.send(request, &method, path).await;
            let Some(wait) = waits.next().and_then(|wait| repeat_after(&result, repeatable, *wait)) else {
                return result;
            };
            if result.as_ref().is_ok_and(|answer| answer.status == 429) {
                limited();
            }
            tracing::debug!(%method, path, wait_ms = wait.as_millis(), "the call is repeated");
            tokio::time::sleep(wait).await;
        }
    }

    fn request(
        &self,
        method: &Method,
        path: &str,
        body: Option<&Content>,
        headers: &[(&str, &str)],
    ) -> Result<Request<Bytes>, ClientError> {
        let (base, token) = match self {
            Self::Remote { base, token, .. } => (base.as_str(), token),
            Self::Local { token, .. } => ("", token),
        };
        let mut request = Request::builder().method(method.clone()).uri(format!("{base}{path}"));
        request = request.header(header::ACCEPT, "application/json");
        if !token.is_empty() {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        if let Some(content) = body {
            request = request.header(header::CONTENT_TYPE, content.media.as_str());
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let bytes = body.map(|content| content.bytes.clone()).unwrap_or_default();
        request.body(bytes).map_err(|error| ClientError::BadRequest {
            method: method.clone(),
            path: path.to_owned(),
            reason: error.to_string(),
        })
    }

    async fn send(
        &self,
        request: Request<Bytes>,
        method: &Method,
        path: &str,
    ) -> Result<Answer, ClientError> {
        match self {
            Self::Local { router, .. } => {
                let answer = router.clone().oneshot(request.map(Body::from)).await;
                let (parts, body) = answer.unwrap_or_else(|never| match never {}).into_parts();
                let bytes = body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
                Ok(Answer::new(parts.status, parts.headers, &bytes))
            }
            Self::Remote { http, base, .. } => {
                let failed = |error: reqwest::Error| {
                    let base = base.clone();
                    let cause = root_cause(&error);
                    if error.is_connect() {
                        ClientError::NotRunning { base, cause }
                    } else {
                        ClientError::CutOff { method: method.clone(), base, path: path.to_owned(), cause }
                    }
                };
                let request = reqwest::Request::try_from(request).map_err(failed)?;
                let answer = http.execute(request).await.map_err(failed)?;
                let (status, headers) = (answer.status(), answer.headers().clone());
                let bytes = answer.bytes().await.map_err(failed)?;
                Ok(Answer::new(status, headers, &bytes))
            }
        }
    }
}

/// The innermost cause; the outer errors only say that a request failed.
fn root_cause(error: &reqwest::Error) -> String {
    let causes = std::iter::successors(Some(error as &dyn std::error::Error), |error| error.source());
    causes.last().map(ToString::to_string).unwrap_or_default()
}

/// How long to wait before the retry. `None`: the result is final.
fn repeat_after(result: &Result<Answer, ClientError>, repeatable: bool, wait: Duration) -> Option<Duration> {
    match result {
        Err(ClientError::NotRunning { .. }) => Some(wait),
        Err(ClientError::CutOff { .. }) => repeatable.then_some(wait),
        Ok(answer) if answer.status == 429 || (answer.status == 503 && repeatable) => {
            let asked = answer.headers.get(header::RETRY_AFTER).and_then(|value| value.to_str().ok());
            let asked = asked.and_then(|text| text.trim().parse().ok()).map(Duration::from_secs);
            Some(asked.unwrap_or(wait)).filter(|wait| *wait <= LONGEST_WAIT)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};

    use axum::Router;
    use axum::routing::any;
    use http::{HeaderMap, StatusCode};
    use serde_json::json;

    use super::*;

    const AT_ONCE: [Duration; 3] = [Duration::ZERO; 3];

    /// Responds with `status` and `Retry-After: 0` the first `times` times, then with 200. Counts the calls.
    fn flaky(status: u16, times: u32) -> (ApiClient, Arc<AtomicU32>) {
        let calls = Arc::new(AtomicU32::new(0));
        let counter = Arc::clone(&calls);
        let router = Router::new().fallback(any(move || {
            let call = counter.fetch_add(1, Ordering::SeqCst);
            let status = if call < times { status } else { 200 };
            async move {
                (StatusCode::from_u16(status).unwrap(), [(header::RETRY_AFTER, "0")], r#"{"data":{"id":7}}"#)
            }
        }));
        (ApiClient::local(router, "token"), calls)
    }

    #[tokio::test]
    async fn a_busy_server_is_asked_again_after_the_time_it_names() {
        for status in [429, 503] {
            let (client, calls) = flaky(status, 2);
            let answer = client.call(Method::GET, "/x", None, &[]).await.unwrap();
            assert_eq!((answer.status, calls.load(Ordering::SeqCst)), (200, 3));
            assert_eq!(answer.data().unwrap(), json!({"id": 7}));
        }
    }

    #[tokio::test]
    async fn the_tries_are_bounded_and_the_last_answer_is_returned() {
        let (client, calls) = flaky(503, 99);
        let answer = client.call(Method::GET, "/x", None, &[]).await.unwrap();
        assert_eq!((answer.status, calls.load(Ordering::SeqCst)), (503, 5));
    }

    #[tokio::test]
    async fn a_command_is_repeated_only_with_an_idempotency_key() {
        let (client, calls) = flaky(503, 1);
        let answer = client.call(Method::POST, "/x", Some(json!({})), &[]).await.unwrap();
        assert_eq!((answer.status, calls.load(Ordering::SeqCst)), (503, 1));

        let (client, calls) = flaky(503, 1);
        let key = [("Idempotency-Key", "one")];
        let answer = client.call(Method::POST, "/x", Some(json!({})), &key).await.unwrap();
        assert_eq!((answer.status, calls.load(Ordering::SeqCst)), (200, 2));
    }

    #[test]
    fn a_server_that_asks_for_too_long_a_wait_is_not_waited_for() {
        let headers = HeaderMap::from_iter([(header::RETRY_AFTER, "3600".parse().unwrap())]);
        let answer = Ok(Answer { status: 429, body: Value::Null, headers });
        assert_eq!(repeat_after(&answer, true, Duration::ZERO), None);
    }

    #[tokio::test]
    async fn a_server_that_is_not_there_is_named() {
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let client = ApiClient::remote(&format!("http://127.0.0.1:{port}/"), "").unwrap();
        let error = client.call_with(&AT_ONCE, (Method::GET, "/x"), None, &[], &|| {}).await.unwrap_err();
        let text = error.to_string();
        assert!(text.starts_with(&format!("no server answers at http://127.0.0.1:{port} (Conn")), "{text}");
    }

    #[tokio::test]
    async fn over_http_as_within_the_process() {
        let router = Router::new().route(
            "/echo",
            any(|headers: HeaderMap, body: String| async move {
                let text = |name| headers.get(name).map(|value| value.to_str().unwrap().to_owned());
                let seen =
                    json!({"data": {"auth": text("authorization"), "own": text("x-own"), "body": body}});
                (StatusCode::CREATED, seen.to_string())
            }),
        );
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let mut tasks = tokio::task::JoinSet::new();
        tasks.spawn(axum::serve(listener, router.clone()).into_future());
        for client in [ApiClient::local(router, "old"), ApiClient::remote(&base, "old").unwrap()] {
            let client = client.with_token("new");
            let call = client.call(Method::PUT, "/echo", Some(json!([1])), &[("X-Own", "yes")]);
            let answer = call.await.unwrap();
            assert_eq!(answer.status, 201);
            assert_eq!(answer.data().unwrap(), json!({"auth": "Bearer new", "own": "yes", "body": "[1]"}));
        }
    }

    #[tokio::test]
    async fn files_go_out_as_a_form() {
        let router = Router::new().route(
            "/photos",
            any(|headers: HeaderMap, body: String| async move {
                let media = headers[header::CONTENT_TYPE].to_str().unwrap().to_owned();
                let boundary = media.split_once("boundary=").unwrap().1.to_owned();
                let parts = body.split(&format!("--{boundary}")).count();
                json!({"data": {"parts": parts, "ends": body.ends_with("--\r\n"), "body": body}}).to_string()
            }),
        );
        let client = ApiClient::local(router, "token");
        let file = |name: &str, text: &str| FormFile {
            name: name.to_owned(),
            media: "image/jpeg",
            bytes: text.as_bytes().to_vec(),
        };
        let files = [file("one.jpg", "first"), file("two.jpg", "second")];
        let seen = client.send_files("/photos", &files, &[]).await.unwrap().data().unwrap();
        assert_eq!((&seen["parts"], &seen["ends"]), (&json!(4), &json!(true)));
        let body = seen["body"].as_str().unwrap();
        let second = "name=\"files\"; filename=\"two.jpg\"\r\nContent-Type: image/jpeg\r\n\r\nsecond\r\n";
        assert!(body.contains(second), "{body}");
    }

    #[test]
    fn only_web_addresses_are_servers() {
        for given in ["localhost:8080", "ftp://x", "", "http://"] {
            let error = ApiClient::remote(given, "").err().unwrap();
            assert!(matches!(error, ClientError::BadServer { .. }), "{given}");
        }
    }
}
