//! Calls the public API in process, through the same router, checks and envelope as over the network.

mod account;
mod analytics;
mod answer;
mod area;
mod coming_back;
mod enquiry;
mod estimate;
mod history;
mod lead;
mod look;
mod looked_at;
mod member;
mod moderation;
mod notification;
mod operations;
mod paging;
mod price_context;
mod property;
mod search;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, COOKIE, HOST, IF_MATCH, USER_AGENT};
use axum::http::request::Parts;
use axum::http::uri::Scheme;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response};
use serde_json::Value;
use std::net::SocketAddr;
use tower::ServiceExt as _;

use crate::cookies::{self, DEVICE};
pub(crate) use account::{Contact, MailboxEmail, Preferences, Profile, SignedInAt, Subscription, Tokens};
pub(crate) use analytics::{Busy, EmptySearch, EventCounts, Figure, FunnelStep, OperationTimes, Report};
pub(crate) use answer::{Answer, ApiError, Refusal};
pub(crate) use area::{Area, AreaDetails, MonthFigures, NearArea, OfferedKind};
pub(crate) use coming_back::{
    HomeNews, LastVisit, LeadAnswer, Matches, NewLead, SavedHome, SavedHomeChange, SearchMatches, SentLead,
};
pub(crate) use enquiry::Enquiry;
pub(crate) use estimate::{ComparableHome, CostSheet, Estimate, Measured, SheetLine};
pub(crate) use history::{Activity, History, Summary, Timeline};
pub(crate) use lead::ReceivedLead;
pub(crate) use look::ContactLook;
pub(crate) use looked_at::{LookedAt, Looks};
pub(crate) use member::Member;
pub(crate) use moderation::{OpenReport, QueueEntry};
pub(crate) use notification::{Inbox, Notification};
pub(crate) use operations::{DeadLetter, Event, Events, Group, Groups, Job, Started};
pub(crate) use paging::{Listed, Page};
pub(crate) use price_context::{Comparable, PriceContext, PricePoint};
pub(crate) use property::{Image, Property};
pub(crate) use search::{
    Choices, FacetCount, Facets, FoundHomes, PastSearch, Relaxed, Suggestion, Understood, UnderstoodFilter,
};

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
    body: Option<Content>,
    if_match: Option<String>,
    once: Option<String>,
}

/// The body of a call.
enum Content {
    Json(Value),
    /// A multipart form: its boundary and its bytes.
    Form(String, String),
    /// A form with files, as the browser sent it, with its media type.
    Sent(HeaderValue, Body),
}

impl Content {
    fn into_parts(self) -> Result<(HeaderValue, Body), ApiError> {
        Ok(match self {
            Self::Json(value) => {
                (HeaderValue::from_static("application/json"), Body::from(value.to_string()))
            }
            Self::Form(boundary, text) => {
                (header(&format!("multipart/form-data; boundary={boundary}"))?, Body::from(text))
            }
            Self::Sent(media, form) => (media, form),
        })
    }
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
        Answer::read(self.response(caller, access, call).await?).await
    }

    /// The response to a call whose answer is a file.
    pub(crate) async fn file(
        &self,
        caller: &Caller,
        access: Option<&str>,
        call: Call,
    ) -> Result<Response<Body>, ApiError> {
        let response = self.response(caller, access, call).await?;
        if response.status().is_success() {
            return Ok(response);
        }
        match Answer::read(response).await {
            Ok(_) => Err(ApiError::Unusable("a refusal is no success".to_owned())),
            Err(refusal) => Err(refusal),
        }
    }

    async fn response(
        &self,
        caller: &Caller,
        access: Option<&str>,
        call: Call,
    ) -> Result<Response<Body>, ApiError> {
        let request = call.into_request(caller, access)?;
        match self.router.clone().oneshot(request).await {
            Ok(response) => Ok(response),
            Err(never) => match never {},
        }
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

    /// The host that was asked for; empty if it is not a text.
    pub(crate) fn host(&self) -> &str {
        self.headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default()
    }

    /// This process itself, on behalf of nobody, at the site that was asked for. Its calls are not limited.
    pub(crate) fn ourselves(&self) -> Self {
        let host = self.headers.get(HOST).map(|host| (HOST, host.clone()));
        Self { peer: None, scheme: self.scheme.clone(), headers: host.into_iter().collect() }
    }

    /// Whether the browser uses TLS, with this server or with a trusted proxy.
    pub(crate) fn is_encrypted(&self) -> bool {
        self.scheme == Some(Scheme::HTTPS)
    }
}

impl Call {
    fn new(method: Method, path: impl Into<String>, body: Option<Value>) -> Self {
        Self { method, target: path.into(), body: body.map(Content::Json), if_match: None, once: None }
    }

    pub(crate) fn get(path: impl Into<String>) -> Self {
        Self::new(Method::GET, path, None)
    }

    pub(crate) fn post(path: impl Into<String>, body: Value) -> Self {
        Self::new(Method::POST, path, Some(body))
    }

    /// Passes a form with files on, as the browser sent it. `media` is its `Content-Type`.
    pub(crate) fn send_files(path: impl Into<String>, media: HeaderValue, form: Body) -> Self {
        Self { body: Some(Content::Sent(media, form)), ..Self::new(Method::POST, path, None) }
    }

    /// Posts a form of texts, each as a file of its name.
    pub(crate) fn post_form(path: impl Into<String>, parts: &[(&str, &str)]) -> Self {
        // The boundary must not be in any text.
        let boundaries = (0..).map(|number| format!("part-{number}-of-a-form"));
        let free = |boundary: &String| !parts.iter().any(|(_, text)| text.contains(boundary.as_str()));
        let boundary = boundaries.take(1 << 20).find(free).unwrap_or_default();
        let mut text = String::new();
        for (name, part) in parts {
            let head = [
                "--",
                boundary.as_str(),
                "\r\nContent-Disposition: form-data; name=\"",
                name,
                "\"; filename=\"",
                name,
            ];
            text.extend(head.into_iter().chain(["\"\r\n\r\n", part, "\r\n"]));
        }
        text.extend(["--", boundary.as_str(), "--\r\n"]);
        Self { body: Some(Content::Form(boundary, text)), ..Self::new(Method::POST, path, None) }
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
        let between = if self.target.contains('?') { '&' } else { '?' };
        self.target = format!("{}{between}{query}", self.target);
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
        let (media, body) = match self.body.map(Content::into_parts).transpose()? {
            Some((media, body)) => (Some(media), body),
            None => (None, Body::empty()),
        };
        let mut request = Request::builder()
            .method(self.method)
            .uri(self.target)
            .body(body)
            .map_err(|error| ApiError::Unusable(error.to_string()))?;
        let headers = request.headers_mut();
        *headers = caller.headers.clone();
        if let Some(media) = media {
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
