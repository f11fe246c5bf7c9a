//! Success responses: `{"success":true,"message":…,"data":…,"timestamp":…}`.

use std::cell::RefCell;

use axum::body::{Body, Bytes};
use axum::http::header::{CONTENT_TYPE, ETAG, LINK, LOCATION};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use domain::{Position, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use crate::conditions::{self, ClientTags};
use crate::failure::Failure;
use crate::links::Links;

/// The position of the caller's write.
const POSITION: HeaderName = HeaderName::from_static("x-event-position");
/// The response may miss the caller's own latest writes.
const STALE: HeaderName = HeaderName::from_static("x-stale");

/// The remaining quotas: `homes;left=7;limit=20`.
const QUOTA_LEFT: HeaderName = HeaderName::from_static("x-quota-left");

/// The number of entries of a whole list.
const TOTAL_COUNT: HeaderName = HeaderName::from_static("x-total-count");

/// A response has about as many headers in the end.
const HEADERS: usize = 24;

/// A success response.
#[derive(Debug)]
pub struct Reply<T> {
    status: StatusCode,
    message: &'static str,
    data: T,
    timestamp: Timestamp,
    /// The epoch that its version belongs to.
    epoch: u32,
    headers: HeaderMap,
}

/// The body of a successful answer.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Envelope)]
pub struct ApiResponse<T> {
    /// False only in a report that something does not work, which has status 503.
    #[schema(examples(true))]
    success: bool,
    /// For people.
    message: &'static str,
    /// What was asked for.
    data: T,
    /// When it was answered.
    timestamp: Timestamp,
}

impl<T> Reply<T> {
    /// A 200 response; see [`crate::AppContext::reply`].
    pub(crate) fn new(message: &'static str, data: T, (timestamp, epoch): (Timestamp, u32)) -> Self {
        let headers = HeaderMap::with_capacity(HEADERS);
        Self { status: StatusCode::OK, message, data, timestamp, epoch, headers }
    }

    /// Sets another status.
    #[must_use]
    pub fn status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// 201 with `Location`.
    #[must_use]
    pub fn created(self, location: &str) -> Self {
        self.status(StatusCode::CREATED).header(LOCATION, location)
    }

    /// 202: the work continues and reports its status at `location`.
    #[must_use]
    pub fn accepted(self, location: &str) -> Self {
        self.status(StatusCode::ACCEPTED).header(LOCATION, location)
    }

    /// Adds a strong entity tag of this epoch.
    #[must_use]
    pub fn etag(self, tag: &str) -> Self {
        let tag = conditions::tag(self.epoch, tag);
        self.header(ETAG, &format!("\"{tag}\""))
    }

    /// 304 without a body if the client already has the tag set by [`Self::etag`].
    #[must_use]
    pub fn unless(self, held: &ClientTags) -> Self {
        let tag = self.headers.get(ETAG).and_then(|tag| tag.to_str().ok());
        let same = tag.is_some_and(|tag| held.is(tag.trim_matches('"')));
        if same { self.status(StatusCode::NOT_MODIFIED) } else { self }
    }

    /// Adds the position of the caller's write.
    #[must_use]
    pub fn position(self, position: Option<Position>) -> Self {
        match position {
            Some(position) => self.header(POSITION, &position.to_string()),
            None => self,
        }
    }

    /// Adds the remaining quotas that the caller's write counts towards.
    #[must_use]
    pub fn quota_left(self, left: &str) -> Self {
        if left.is_empty() { self } else { self.header(QUOTA_LEFT, left) }
    }

    /// Adds the number of entries of the whole list, where the body has the entries of a page only.
    #[must_use]
    pub fn total_count(self, total: u64) -> Self {
        self.header(TOTAL_COUNT, &total.to_string())
    }

    /// Adds the links to the pages around this one.
    #[must_use]
    pub fn links(self, links: &Links<'_>) -> Self {
        self.header(LINK, links.text())
    }

    /// The same response with other data, made from its own.
    #[must_use]
    pub fn map<U>(self, other: impl FnOnce(T) -> U) -> Reply<U> {
        let Self { status, message, data, timestamp, epoch, headers } = self;
        Reply { status, message, data: other(data), timestamp, epoch, headers }
    }

    /// Marks a response that may miss the caller's own latest writes.
    #[must_use]
    pub fn stale(self, stale: bool) -> Self {
        if stale { self.header(STALE, "true") } else { self }
    }

    /// The response without a body, plus its message and time.
    pub(crate) fn bare(self) -> (Response, &'static str, Timestamp) {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers;
        (response, self.message, self.timestamp)
    }

    fn header(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.insert(name, value);
        }
        self
    }
}

impl Reply<()> {
    /// 204 without a body.
    #[must_use]
    pub fn empty(self) -> Self {
        self.status(StatusCode::NO_CONTENT)
    }
}

thread_local! {
    /// Where answers are written, so that a long one does not grow by reallocation.
    static WRITTEN: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// A longer answer does not leave its buffer behind.
const KEPT_BUFFER: usize = 64 * 1024;

fn json(value: &impl Serialize) -> serde_json::Result<Bytes> {
    WRITTEN.with_borrow_mut(|buffer| {
        buffer.clear();
        serde_json::to_writer(&mut *buffer, value)?;
        let body = Bytes::copy_from_slice(buffer);
        buffer.shrink_to(KEPT_BUFFER);
        Ok(body)
    })
}

impl<T: Serialize> IntoResponse for Reply<T> {
    fn into_response(self) -> Response {
        let Self { status, message, data, timestamp, headers, .. } = self;
        let bare = matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED);
        let mut response = if bare {
            Response::new(Body::empty())
        } else {
            let success = !status.is_server_error();
            match json(&ApiResponse { success, message, data: &data, timestamp }) {
                Ok(body) => Response::new(Body::from(body)),
                Err(error) => return Failure::unavailable(&error).into_response(),
            }
        };
        *response.status_mut() = status;
        *response.headers_mut() = headers;
        if !bare {
            response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        response
    }
}
