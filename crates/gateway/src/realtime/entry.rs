//! Authenticates a connection by token, ticket, or the cookie of our own pages, and finds its start position.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::header::{COOKIE, ORIGIN};
use axum::http::request::Parts;
use axum::http::uri::Scheme;
use axum::http::{HeaderMap, StatusCode};
use domain::{FieldErrors, Fields};
use http_kit::{Claims, Failure, Host, Query, Request, TokenError, Tokens, bearer};
use journal::JournalError;

use super::feed::Feed;
use super::hub::Full;
use super::item::Item;
use super::place::RealtimePosition;
use super::tickets::{Channel, TicketUse};
use crate::Gateway;
use crate::door::OpenRequest;

/// The path of the server-sent events.
const STREAM: &str = "/api/realtime/stream";

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
    claims: Claims,
    pub feed: Feed,
    /// Set when a ticket opened the connection, which then may outlive the token.
    ticket: Option<TicketUse>,
    /// Keeps the connection from counting as idle.
    _request: Option<OpenRequest>,
}

impl ListenerEntry {
    /// Checks that the connection may go on.
    ///
    /// # Errors
    /// When its token, its ticket or its session has ended.
    pub fn holds(&self, tokens: &Tokens) -> Result<(), TokenError> {
        match &self.ticket {
            None => tokens.holds(&self.claims),
            Some(ticket) if ticket.holds(tokens.monotonic_clock().now()) => {
                tokens.session_holds(&self.claims)
            }
            Some(_) => Err(TokenError::Expired),
        }
    }

    /// The next item of the feed; see [`Feed::next`]. Also `None` when another connection took over the ticket.
    pub async fn next(&mut self) -> Result<Option<Arc<Item>>, JournalError> {
        let Self { feed, ticket, .. } = self;
        let Some(ticket) = ticket else { return feed.next().await };
        tokio::select! {
            next = feed.next() => next,
            () = ticket.replaced() => Ok(None),
        }
    }
}

impl FromRequestParts<Gateway> for ListenerEntry {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, gateway: &Gateway) -> Result<Self, Failure> {
        let Listening { ticket, after } = Query::of(&parts.uri).0?;
        let (claims, ticket) = match (bearer(&parts.headers), ticket) {
            (Some(token), _) => (Claims::of_person(&gateway.context, parts, token)?, None),
            (None, Some(ticket)) => {
                let channel = if parts.uri.path() == STREAM { Channel::Events } else { Channel::Socket };
                let (claims, used) = gateway.tickets.take(&gateway.context.tokens, &ticket, channel)?;
                (claims, Some(used))
            }
            (None, None) => {
                let https = gateway.https || parts.extensions.get() == Some(&Scheme::HTTPS);
                let token =
                    cookie(&parts.headers, https).ok_or_else(|| Failure::unauthenticated("sign in first"))?;
                if !from_here(&parts.headers) {
                    return Err(Failure::forbidden("another site may not listen with your cookie"));
                }
                (Claims::of_person(&gateway.context, parts, token)?, None)
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
        Ok(Self { claims, feed, ticket, _request: parts.extensions.get().cloned() })
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
