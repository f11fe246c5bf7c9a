//! What a person does, told to their open pages while it happens: over a WebSocket or as server-sent events, and from
//! any place on, so that a broken connection loses nothing.

mod entry;
mod feed;
mod hub;
mod item;
mod place;
mod socket;
mod sse;
#[cfg(test)]
mod tests;
mod tickets;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use http_kit::{Caller, Failure};
use serde_json::json;

use crate::Gateway;
pub use hub::Hub;
pub use tickets::Tickets;

/// Nothing happens for so long: a sign of life, and a look whether the session still holds.
const SIGN_OF_LIFE: std::time::Duration = std::time::Duration::from_secs(15);

pub fn router(gateway: Gateway) -> Router {
    Router::new()
        .route("/api/realtime", get(socket::open))
        .route("/api/realtime/stream", get(sse::open))
        .route("/api/realtime/ticket", post(ticket))
        .with_state(gateway)
}

/// `POST /api/realtime/ticket`
async fn ticket(
    State(gateway): State<Gateway>,
    caller: Caller,
    entry: entry::Bearer,
) -> Result<Response, Failure> {
    caller.person()?;
    let ticket = gateway.tickets.issue(entry.0, gateway.kit.ledger.clock().now());
    let data = json!({"ticket": ticket, "expiresIn": tickets::SECONDS});
    Ok(gateway.kit.reply("Ticket", data).status(StatusCode::CREATED).into_response())
}
