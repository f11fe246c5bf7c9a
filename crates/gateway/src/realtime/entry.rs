//! Authenticates a connection by token, one-time ticket, or the cookie of our own pages, and finds its start
//! position.

use axum::extract::FromRequestParts;
use axum::http::header::{COOKIE, ORIGIN};
use axum::http::request::Parts;
use axum::http::uri::Scheme;
use axum::http::{HeaderMap, StatusCode};
use domain::{FieldErrors, Fields};
use http_kit::{Claims, Failure, Host, Query, Request, bearer};

use super::feed::Feed;
use super::hub::Full;
use super::place::RealtimePosition;
use crate::Gateway;

/// The cookie in which our pages keep the access token.
const ACCESS: &str = "hyd_access";
/// The name under HTTPS; its prefix keeps other hosts from setting it.
const HOST_ACCESS: &str = "__Host-hyd_access";
/// `Retry-After` in seconds when all connections are in use.
const TRY_AGAIN: u64 = 30;

/// The claims of the verified bearer token of a request.
#[derive(Debug)]
pub struct Bearer(pub Claims);

impl FromRequestParts<Gateway> for Bearer {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, gateway: &Gateway) -> Result<Self, Failure> {
        let token = bearer(&parts.headers).ok_or_else(|| Failure::unauthenticated("sign in first"))?;
        Claims::of_person(&gateway.context, parts, token).map(Self)
    }
}

/// An authenticated listener and the feed of events it has not received yet.
#[derive(Debug)]
pub struct ListenerEntry {
    pub claims: Claims,
    pub feed: Feed,
}

impl FromRequestParts<Gateway> for ListenerEntry {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, gateway: &Gateway) -> Result<Self, Failure> {
        let Listening { ticket, after } = Query::of(&parts.uri).0?;
        let claims = match (bearer(&parts.headers), ticket) {
            (Some(token), _) => Claims::of_person(&gateway.context, parts, token)?,
            (None, Some(ticket)) => {
                let found = gateway.tickets.take(&ticket, gateway.context.tokens.monotonic_clock().now());
                let claims =
                    found.ok_or_else(|| Failure::unauthenticated("the ticket is used or too old"))?;
                let held = gateway.context.tokens.holds(&claims);
                held.map_err(|error| Failure::unauthenticated(&error.to_string()))?;
                claims
            }
            (None, None) => {
                let https = gateway.https || parts.extensions.get() == Some(&Scheme::HTTPS);
                let token =
                    cookie(&parts.headers, https).ok_or_else(|| Failure::unauthenticated("sign in first"))?;
                if !from_here(&parts.headers) {
                    return Err(Failure::forbidden("another site may not listen with your cookie"));
                }
                Claims::of_person(&gateway.context, parts, token)?
            }
        };
        let last = parts.headers.get("last-event-id").and_then(|id| id.to_str().ok()).map(str::to_owned);
        let place = match last.or(after) {
            None => None,
            Some(text) => Some(RealtimePosition::decode(&text).ok_or_else(|| {
                FieldErrors::one("after", "is not one of ours; take the id of the last message you got")
            })?),
        };
        let whose = (claims.tid.clone(), claims.sub);
        let feed = Feed::of(&gateway.hub, whose, place).map_err(too_many)?;
        Ok(Self { claims, feed })
    }
}

fn too_many(full: Full) -> Failure {
    match full {
        Full::Own => {
            let message = "you listen on too many connections; close one of them";
            Failure::new(StatusCode::TOO_MANY_REQUESTS, "TOO_MANY_CONNECTIONS", message)
        }
        Full::All => {
            let message = "too many people listen; try again in a moment";
            let busy = Failure::new(StatusCode::SERVICE_UNAVAILABLE, "BUSY", message);
            Failure { retry_after: Some(TRY_AGAIN), ..busy }
        }
    }
}

/// A ticket, and the position to resume after.
pub struct Listening {
    ticket: Option<String>,
    after: Option<String>,
}

impl Request for Listening {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        Some(Self { ticket: f.text("ticket", 1..=100), after: f.text("after", 1..=200) })
    }

    fn about(member: &str) -> Option<&'static str> {
        Some(if member == "ticket" { "Instead of a token." } else { "The id of the last message that came." })
    }
}

fn cookie(headers: &HeaderMap, https: bool) -> Option<&str> {
    let wanted = if https { HOST_ACCESS } else { ACCESS };
    let all = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = all.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == wanted).map(|(_, value)| value)
}

/// Whether the request comes from a page of this site. Browsers send `Origin` with every WebSocket, and `Origin` or
/// `Sec-Fetch-Site` with cross-site requests.
fn from_here(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    match (text(ORIGIN.as_str()), text("sec-fetch-site")) {
        (Some(origin), _) => Host::of(headers).is_some_and(|host| host.is_origin(origin)),
        (None, site) => site == Some("same-origin"),
    }
}
