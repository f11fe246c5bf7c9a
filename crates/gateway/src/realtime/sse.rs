//! The feed as server-sent events. `id:` is the position to resume from; browsers send it again by themselves when
//! they reconnect. The first event carries only the id, so that a client cut off before anything happened can resume,
//! too. It is a `reset` if the client cannot resume from the position it named.

use std::convert::Infallible;

use axum::extract::State;
use axum::http::HeaderName;
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::{StreamExt as _, stream};
use http_kit::Query;
use serde_json::json;
use supervisor::wake;

use super::entry::{ListenerEntry, Listening};
use super::{RESET, SIGN_OF_LIFE};
use crate::Gateway;

const UNBUFFERED: HeaderName = HeaderName::from_static("x-accel-buffering");

/// `GET /api/realtime/stream`: ends when the token does. The client then reconnects with a fresh token and its last
/// id. Opened with a ticket, it ends with the session, and an `EventSource` reconnects by itself.
#[utoipa::path(
    get,
    path = "/api/realtime/stream",
    summary = "The caller's own activity as server-sent events",
    params(Query<Listening>),
    responses(
        (status = 200, description = "Goes on until the token ends; by ticket, until the session ends", body = String, content_type = "text/event-stream"),
    ),
)]
pub async fn open(State(gateway): State<Gateway>, entry: ListenerEntry) -> Response {
    let opening = Event::default().id(entry.feed.place().encode());
    let opening = if entry.feed.is_reset() {
        opening.event("reset").data(json!({"reason": RESET}).to_string())
    } else {
        opening
    };
    let opening = stream::iter([Ok::<_, Infallible>(opening)]);
    let mut endings = gateway.context.tokens.endings();
    // The session may have ended while the connection was set up.
    endings.mark_changed();
    let events = stream::unfold((gateway, entry, endings), |(gateway, mut entry, mut endings)| async {
        let next = async {
            loop {
                tokio::select! {
                    next = entry.next() => return Some(next),
                    () = wake::moved(&mut endings) => entry.holds(&gateway.context.tokens).ok()?,
                }
            }
        };
        let next = match tokio::time::timeout(SIGN_OF_LIFE, next).await {
            Ok(None) => return None,
            Ok(Some(next)) => Ok(next),
            Err(waited) => Err(waited),
        };
        if entry.holds(&gateway.context.tokens).is_err() {
            return None;
        }
        let event = match next {
            Err(_) => Event::default().comment(""),
            Ok(Ok(Some(item))) => {
                Event::default().event("activity").id(entry.feed.place().encode()).data(&*item.body)
            }
            Ok(Ok(None)) => return None,
            Ok(Err(error)) => {
                tracing::warn!(%error, "a realtime connection ends, as the journal does not answer");
                return None;
            }
        };
        Some((Ok(event), (gateway, entry, endings)))
    });
    // Proxies such as nginx would otherwise gather events and hand them on in lumps.
    ([(UNBUFFERED, "no")], Sse::new(opening.chain(events))).into_response()
}
