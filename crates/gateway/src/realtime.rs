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
use axum::routing::{MethodFilter, on};
use http_kit::{ApiResponse, Caller, Failure, Query};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Gateway;
pub use hub::Hub;
pub use tickets::Tickets;

/// Nothing happens for so long: a sign of life, and a look whether the session still holds.
const SIGN_OF_LIFE: std::time::Duration = std::time::Duration::from_secs(15);

/// What a connection is told first when it cannot go on from the place it named.
const RESET: &str = "the place you named is not in this server's history, as after a restore from a backup: load again \
                     what you show, and go on from this id";

pub fn router(gateway: Gateway) -> Router {
    // Over HTTP/2, a WebSocket is asked for by CONNECT (RFC 8441).
    let over_http2 = Router::new().route("/api/realtime", on(MethodFilter::CONNECT, socket::open));
    Router::from(routes().with_state(gateway.clone())).merge(over_http2.with_state(gateway))
}

/// The operations, documented where they are answered.
pub fn routes() -> OpenApiRouter<Gateway> {
    OpenApiRouter::new().routes(routes!(socket::open)).routes(routes!(sse::open)).routes(routes!(ticket))
}

/// Opens one connection.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Ticket {
    ticket: String,
    /// Seconds.
    expires_in: i64,
}

/// `POST /api/realtime/ticket`
#[utoipa::path(
    post,
    path = "/api/realtime/ticket",
    summary = "A ticket for one connection",
    responses((status = 201, description = "Good for a minute, once", body = ApiResponse<Ticket>)),
)]
async fn ticket(
    State(gateway): State<Gateway>,
    caller: Caller,
    Query(nothing): Query<()>,
    entry: entry::Bearer,
) -> Result<Response, Failure> {
    caller.person()?;
    nothing?;
    let ticket = gateway.tickets.issue(entry.0, gateway.context.tokens.monotonic_clock().now());
    let data = Ticket { ticket, expires_in: tickets::SECONDS };
    Ok(gateway.context.reply("Ticket", data).status(StatusCode::CREATED).into_response())
}
