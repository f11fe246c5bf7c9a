//! The baseline: what this machine can do without our code. The server is compared with these rows, which use the
//! same framework, runtime and allocator. Each row adds one thing to the row before.

mod append;

use std::sync::Arc;

use anyhow::Context as _;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::serve::ListenerExt as _;
use axum::{Json, Router};
use domain::user::Role;
use domain::{Clock, Ids, TenantId};
use http_kit::Tokens;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::net::TcpListener;

use crate::terminal::say;
use append::Appender;

#[derive(Clone)]
struct Site {
    tokens: Arc<Tokens>,
    appender: Appender,
    /// What the server answered, to be sent again.
    same: Arc<Vec<Bytes>>,
}

/// The body of `POST /api/properties`, with the members that the benchmark sends.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
struct Listing {
    title: String,
    description: String,
    location: String,
    price: u64,
    property_type: String,
    bedrooms: u8,
    bathrooms: u8,
    area_sqft: f64,
    amenities: Vec<String>,
    contact_name: String,
    contact_phone: String,
}

impl Listing {
    fn wrong(&self) -> Option<&'static str> {
        let long =
            |text: &str, least: usize, most: usize| (least..=most).contains(&text.trim().chars().count());
        let phone = self.contact_phone.len() == 10 && self.contact_phone.bytes().all(|b| b.is_ascii_digit());
        let right = [
            ("title", long(&self.title, 5, 200)),
            ("description", long(&self.description, 10, 5000)),
            ("location", long(&self.location, 2, 200)),
            ("price", self.price > 0),
            ("propertyType", long(&self.property_type, 4, 20)),
            ("bedrooms", self.bedrooms <= 50 && self.bathrooms <= 50),
            ("areaSqft", (1.0..1e7).contains(&self.area_sqft)),
            ("amenities", self.amenities.len() <= 60),
            ("contactName", long(&self.contact_name, 1, 100)),
            ("contactPhone", phone),
        ];
        right.iter().find(|(_, right)| !right).map(|(field, _)| *field)
    }
}

/// Serves until it is killed. Prints its address and a token.
pub fn serve(data_dir: &std::path::Path) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Runtime::new().context("the runtime cannot start")?;
    runtime.block_on(run(data_dir))
}

async fn run(data_dir: &std::path::Path) -> anyhow::Result<()> {
    let clock = Clock::System;
    let tokens = Tokens::new(&Tokens::generate_key()?, clock.clone(), 24 * 3600)?;
    let now = clock.now();
    let token = tokens.issue(&TenantId::stored("hyderabad"), Ids.id(now), Ids.id(now), Role::User, 0)?;
    let recorded = (0..).map_while(|number| std::fs::read(data_dir.join(format!("same-{number}.json"))).ok());
    let same = Arc::new(recorded.map(Bytes::from).collect());
    let site =
        Site { tokens: Arc::new(tokens), appender: Appender::start(&data_dir.join("events.db"))?, same };
    let router = Router::new()
        .route("/hello", get(hello))
        .route("/same/{number}", get(sent_again))
        .route("/checked", post(checked))
        .route("/stored", post(stored))
        .with_state(site);
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    say(&format!("the baseline is ready at http://{} token {token}", listener.local_addr()?));
    let listener = listener.tap_io(|connection| {
        let _ = connection.set_nodelay(true);
    });
    Ok(axum::serve(listener, router).await?)
}

async fn hello() -> Response {
    Json(json!({"success": true, "message": "hello"})).into_response()
}

async fn sent_again(State(site): State<Site>, Path(number): Path<usize>) -> Response {
    match site.same.get(number) {
        Some(bytes) => ([(CONTENT_TYPE, "application/json")], bytes.clone()).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn checked(State(site): State<Site>, headers: HeaderMap, body: Bytes) -> Response {
    match admit(&site, &headers, &body) {
        Ok(listing) => Json(json!({"success": true, "data": {"title": listing.title}})).into_response(),
        Err(refusal) => refusal,
    }
}

async fn stored(State(site): State<Site>, headers: HeaderMap, body: Bytes) -> Response {
    let listing = match admit(&site, &headers, &body) {
        Ok(listing) => listing,
        Err(refusal) => return refusal,
    };
    let Ok(data) = serde_json::to_string(&listing) else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    match site.appender.append(data).await {
        Some(position) => {
            (StatusCode::CREATED, Json(json!({"success": true, "data": {"position": position}})))
                .into_response()
        }
        None => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

#[expect(clippy::result_large_err, reason = "a refusal is an answer")]
fn admit(site: &Site, headers: &HeaderMap, body: &[u8]) -> Result<Listing, Response> {
    let token = headers.get(AUTHORIZATION).and_then(|given| given.to_str().ok()?.strip_prefix("Bearer "));
    if token.is_none_or(|token| site.tokens.verify(token).is_err()) {
        return Err(StatusCode::UNAUTHORIZED.into_response());
    }
    let refused = |why: String| (StatusCode::BAD_REQUEST, why).into_response();
    let listing: Listing = serde_json::from_slice(body).map_err(|error| refused(error.to_string()))?;
    match listing.wrong() {
        Some(field) => Err(refused(format!("{field} is wrong"))),
        None => Ok(listing),
    }
}
