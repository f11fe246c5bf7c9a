//! A stub of the API: it gives the answers that a test sets, and records every call.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, Request};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use std::net::SocketAddr;

/// One call, as the API saw it.
#[derive(Debug, Clone)]
pub struct Seen {
    /// Method, path and query, such as `GET /api/properties?page=0`.
    pub line: String,
    pub headers: HeaderMap,
    pub body: Value,
    pub bytes: Vec<u8>,
    /// The body that is not JSON.
    pub text: String,
    pub peer: Option<SocketAddr>,
}

type Answers = HashMap<String, (StatusCode, HeaderMap, Value)>;

#[derive(Clone, Default)]
pub struct Stub {
    answers: Arc<Mutex<Answers>>,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Seen {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

impl Stub {
    /// Sets the data of an answer. `line` is `GET /path`; with a query, it is the answer to that query only.
    pub fn says(&self, line: &str, data: Value) {
        let body =
            json!({"success": true, "message": "Done", "data": data, "timestamp": "2026-11-21T00:00:00Z"});
        self.answers(line, StatusCode::OK, &[], body);
    }

    /// The same, with an entity tag that names the version.
    pub fn says_at(&self, line: &str, tag: &'static str, data: Value) {
        let body = json!({"success": true, "message": "Done", "data": data});
        self.answers(line, StatusCode::OK, &[("etag", tag)], body);
    }

    pub fn done(&self, line: &str) {
        self.answers(line, StatusCode::NO_CONTENT, &[], Value::Null);
    }

    pub fn refuses(&self, line: &str, status: u16, fields: Value) {
        let body = json!({"success": false, "message": "Refused as told",
            "error": {"code": "TOLD", "detail": "refused as told", "fieldErrors": fields}});
        self.answers(line, StatusCode::from_u16(status).unwrap(), &[], body);
    }

    pub fn answers(
        &self,
        line: &str,
        status: StatusCode,
        headers: &[(&'static str, &'static str)],
        body: Value,
    ) {
        let headers = headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
        self.answers.lock().unwrap().insert(line.to_owned(), (status, headers.collect(), body));
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    /// The calls as method and path with query.
    pub fn lines(&self) -> Vec<String> {
        self.seen().into_iter().map(|seen| seen.line).collect()
    }

    pub fn last(&self, line: &str) -> Seen {
        self.seen().into_iter().rev().find(|seen| seen.line == line).unwrap_or_else(|| panic!("no {line}"))
    }

    pub fn router(&self) -> Router {
        let stub = self.clone();
        Router::new().fallback(async move |request: Request| stub.answer(request).await)
    }

    async fn answer(&self, request: Request) -> Response {
        let (parts, body) = request.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0);
        self.seen.lock().unwrap().push(Seen {
            line: format!("{} {}", parts.method, parts.uri),
            body: serde_json::from_slice(&bytes).unwrap_or_default(),
            bytes: bytes.to_vec(),
            text: String::from_utf8_lossy(&bytes).into_owned(),
            headers: parts.headers,
            peer,
        });
        let exactly = format!("{} {}", parts.method, parts.uri);
        let line = format!("{} {}", parts.method, parts.uri.path());
        let answers = self.answers.lock().unwrap().clone();
        let Some((status, headers, body)) = answers.get(&exactly).or_else(|| answers.get(&line)).cloned()
        else {
            return (StatusCode::NOT_FOUND, "{}").into_response();
        };
        let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
        (status, headers, body).into_response()
    }
}

pub fn tokens(access: &str, refresh: &str) -> Value {
    json!({"accessToken": access, "refreshToken": refresh, "tokenType": "Bearer", "expiresIn": 600,
        "user": {"id": "u1"}})
}

pub fn page_of(items: &[Value]) -> Value {
    json!({"content": items, "page": 0, "number": 0, "size": 12, "numberOfElements": items.len(),
        "totalElements": items.len(), "totalPages": 1, "first": true, "last": true,
        "empty": items.is_empty(), "next": null})
}

pub fn listing(id: &str, title: &str) -> Value {
    json!({"id": id, "title": title, "price": 9_500_000, "priceText": "₹95 Lakh", "location": "Kondapur",
        "city": "Hyderabad", "propertyType": "APARTMENT", "listingType": "SALE", "bedrooms": 3,
        "areaSqft": 1450, "ownerId": "u1", "status": "ACTIVE", "nextStatuses": ["SOLD"], "version": 3, "viewsCount": 1,
        "amenities": ["Lift"], "createdAt": "2026-11-20T20:00:00Z", "contactPhone": "9000000000"})
}

/// A record that the contact of `h1` was shown.
pub fn look(kind: &str, name: &str) -> Value {
    let mut by = json!({"kind": kind, "emailConfirmed": kind != "LEFT"});
    if !name.is_empty() {
        by["firstName"] = name.into();
    }
    json!({"id": "e1", "propertyId": "h1", "title": "Flat", "lookedAt": "2026-11-20T20:00:00Z", "lookedBy": by})
}
