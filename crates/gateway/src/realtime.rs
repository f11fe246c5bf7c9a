//! Pushes a person's activity to their open pages as it happens, over a WebSocket or as server-sent events. A client
//! can resume from any position, so a broken connection loses nothing.

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

/// After this long without an event, a keep-alive is sent and the session is checked again.
const SIGN_OF_LIFE: std::time::Duration = std::time::Duration::from_secs(15);

/// The first message to a connection that cannot resume from the position it named.
const RESET: &str = "the place you named is not in this server's history, as after a restore from a backup: load again \
                     what you show, and go on from this id";

pub fn router(gateway: Gateway) -> Router {
    // Over HTTP/2, a client requests a WebSocket with CONNECT (RFC 8441).
    let over_http2 = Router::new().route("/api/realtime", on(MethodFilter::CONNECT, socket::open));
    Router::from(routes().with_state(gateway.clone())).merge(over_http2.with_state(gateway))
}

/// The routes with their OpenAPI documentation.
pub fn routes() -> OpenApiRouter<Gateway> {
    OpenApiRouter::new().routes(routes!(socket::open)).routes(routes!(sse::open)).routes(routes!(ticket))
}

/// A ticket that opens one connection, and opens it again when it breaks.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Ticket {
    ticket: String,
    /// Seconds until the ticket must be used.
    expires_in: i64,
}

/// `POST /api/realtime/ticket`
#[utoipa::path(
    post,
    path = "/api/realtime/ticket",
    summary = "A ticket for one connection",
    responses((status = 201, description = "To be used within a minute, for one connection, and to open that again within five minutes after it \
                       broke. It ends with its session, and after twelve hours", body = ApiResponse<Ticket>)),
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
