//! Calls the public API in process, through the same router, checks and envelope as over the network.

mod account;
mod answer;
mod history;
mod look;
mod operations;
mod paging;
mod property;
mod search;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, COOKIE, HOST, IF_MATCH, USER_AGENT};
use axum::http::request::Parts;
use axum::http::uri::Scheme;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Request};
use serde_json::Value;
use std::net::SocketAddr;
use tower::ServiceExt as _;

use crate::cookies::{self, DEVICE};
pub(crate) use account::{Contact, MailboxEmail, Preferences, Profile, SignedInAt, Subscription, Tokens};
pub(crate) use answer::{Answer, ApiError, Refusal};
pub(crate) use history::{Activity, History, Summary};
pub(crate) use look::ContactLook;
pub(crate) use operations::{DeadLetter, Event, Events, Group, Groups, Job, Started};
pub(crate) use paging::{Listed, Page};
pub(crate) use property::{Image, Property};
pub(crate) use search::{FoundHomes, Relaxed};

/// The public API, called in process. Pages are a client of it like any other.
#[derive(Clone)]
pub struct Api {
    router: Router,
}

/// What an API call copies from the page's request, so that rate limits, logs and traces see the person's machine and
/// not this process.
#[derive(Clone, Default)]
pub(crate) struct Caller {
    peer: Option<ConnectInfo<SocketAddr>>,
    /// The scheme by which the request reached the first server, ours or a trusted proxy.
    scheme: Option<Scheme>,
    headers: HeaderMap,
}

/// One request to the API. `path` must consist of literals and [`crate::key::Key`]s.
pub(crate) struct Call {
    method: Method,
    target: String,
    body: Option<Value>,
    /// A form with files, as the browser sent it, instead of a body.
    files: Option<(HeaderValue, Body)>,
    if_match: Option<String>,
    once: Option<String>,
}

impl Api {
    #[must_use]
    pub fn new(router: Router) -> Self {
        Self { router }
    }

    /// Sends a call. `Err` means that the API refused it, or that the answer is not a valid envelope.
    pub(crate) async fn send(
        &self,
        caller: &Caller,
        access: Option<&str>,
        call: Call,
    ) -> Result<Answer, ApiError> {
        let request = call.into_request(caller, access)?;
        let response = match self.router.clone().oneshot(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        };
        Answer::read(response).await
    }
}

impl Caller {
    /// The caller that sent `parts`. `https` says that people reach this site by HTTPS only.
    pub(crate) fn of(parts: &Parts, https: bool) -> Self {
        let kept = [
            HOST,
            USER_AGENT,
            HeaderName::from_static("x-correlation-id"),
            HeaderName::from_static("traceparent"),
        ];
        let headers = kept.into_iter().filter_map(|name| {
            let value = parts.headers.get(&name)?.clone();
            Some((name, value))
        });
        // The only cookie of the API itself: it recognises a browser that signed in before.
        let scheme = if https { Some(Scheme::HTTPS) } else { parts.extensions.get().cloned() };
        let secure = scheme == Some(Scheme::HTTPS);
        let device = cookies::read(&parts.headers, DEVICE, secure).map(|value| format!("{DEVICE}={value}"));
        let device = device.and_then(|cookie| Some((COOKIE, HeaderValue::try_from(cookie).ok()?)));
        Self { peer: parts.extensions.get().copied(), scheme, headers: headers.chain(device).collect() }
    }

    /// Whether the browser uses TLS, with this server or with a trusted proxy.
    pub(crate) fn is_encrypted(&self) -> bool {
        self.scheme == Some(Scheme::HTTPS)
    }
}

impl Call {
    fn new(method: Method, path: impl Into<String>, body: Option<Value>) -> Self {
        Self { method, target: path.into(), body, files: None, if_match: None, once: None }
    }

    pub(crate) fn get(path: impl Into<String>) -> Self {
        Self::new(Method::GET, path, None)
    }

    pub(crate) fn post(path: impl Into<String>, body: Value) -> Self {
        Self::new(Method::POST, path, Some(body))
    }

    /// Passes a form with files on. `media` is its `Content-Type`.
    pub(crate) fn send_files(path: impl Into<String>, media: HeaderValue, form: Body) -> Self {
        Self { files: Some((media, form)), ..Self::new(Method::POST, path, None) }
    }

    pub(crate) fn put(path: impl Into<String>, body: Value) -> Self {
        Self::new(Method::PUT, path, Some(body))
    }

    pub(crate) fn patch(path: impl Into<String>, body: Value) -> Self {
        Self::new(Method::PATCH, path, Some(body))
    }

    pub(crate) fn delete(path: impl Into<String>) -> Self {
        Self::new(Method::DELETE, path, None)
    }

    pub(crate) fn delete_with(path: impl Into<String>, body: Value) -> Self {
        Self::new(Method::DELETE, path, Some(body))
    }

    pub(crate) fn query(mut self, pairs: &[(&str, &str)]) -> Self {
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        self.target = format!("{}?{query}", self.target);
        self
    }

    /// Makes the API refuse the change when the resource is no longer at this version.
    pub(crate) fn if_version(mut self, version: Option<&str>) -> Self {
        self.if_match = version.map(|version| format!("\"{version}\""));
        self
    }

    /// Sets an idempotency key: however often the call is sent with this key, it is carried out once.
    pub(crate) fn once(mut self, key: &str) -> Self {
        self.once = Some(key.to_owned());
        self
    }

    fn into_request(self, caller: &Caller, access: Option<&str>) -> Result<Request<Body>, ApiError> {
        let (media, body) = match (self.body, self.files) {
            (Some(body), _) => (HeaderValue::from_static("application/json"), Body::from(body.to_string())),
            (None, Some(files)) => files,
            (None, None) => (HeaderValue::from_static(""), Body::empty()),
        };
        let mut request = Request::builder()
            .method(self.method)
            .uri(self.target)
            .body(body)
            .map_err(|error| ApiError::Unusable(error.to_string()))?;
        let headers = request.headers_mut();
        *headers = caller.headers.clone();
        if !media.is_empty() {
            headers.insert(CONTENT_TYPE, media);
        }
        if let Some(access) = access {
            headers.insert(AUTHORIZATION, header(&format!("Bearer {access}"))?);
        }
        if let Some(version) = &self.if_match {
            headers.insert(IF_MATCH, header(version)?);
        }
        if let Some(key) = &self.once {
            headers.insert(HeaderName::from_static("idempotency-key"), header(key)?);
        }
        if let Some(peer) = caller.peer {
            request.extensions_mut().insert(peer);
        }
        if let Some(scheme) = &caller.scheme {
            request.extensions_mut().insert(scheme.clone());
        }
        Ok(request)
    }
}

fn header(value: &str) -> Result<HeaderValue, ApiError> {
    HeaderValue::from_str(value).map_err(|error| ApiError::Unusable(error.to_string()))
}
