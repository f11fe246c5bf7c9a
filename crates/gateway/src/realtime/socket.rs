//! The feed over a WebSocket. Each item is one text message, `{"id": position, "activity": …}`. The first message has
//! only the id. If the client cannot resume from the position it named, it also has the reason: `{"id": …, "reset":
//! …}`.

use std::time::Duration;

use axum::extract::State;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade, close_code};
use axum::http::StatusCode;
use axum::response::Response;
use http_kit::{Failure, Query};
use serde_json::json;
use supervisor::wake;

use super::entry::{ListenerEntry, Listening};
use super::{RESET, SIGN_OF_LIFE};
use crate::Gateway;

/// Clients have nothing to send; a longer message ends the connection.
const LONGEST: usize = 1024;
/// How long the client may take to take a message.
const TAKEN: Duration = Duration::from_mins(1);
/// How long the other side may take to close.
const CLOSING: Duration = Duration::from_secs(5);

/// `GET /api/realtime`
#[utoipa::path(
    get,
    path = "/api/realtime",
    summary = "The caller's own activity over a WebSocket",
    params(Query<Listening>),
    responses(
        (status = 101, description = "It is open"),
        (status = 426, description = "This is a WebSocket: ask for an upgrade"),
    ),
)]
pub async fn open(
    State(gateway): State<Gateway>,
    entry: ListenerEntry,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, Failure> {
    let upgrade = upgrade.map_err(|_| {
        let message = "this address speaks WebSocket; for server-sent events use /api/realtime/stream";
        Failure::new(StatusCode::UPGRADE_REQUIRED, "UPGRADE_REQUIRED", message)
    })?;
    Ok(upgrade.max_message_size(LONGEST).on_upgrade(move |socket| talk(gateway, entry, socket)))
}

async fn talk(gateway: Gateway, mut entry: ListenerEntry, mut socket: WebSocket) {
    let mut opening = json!({"id": entry.feed.place().encode()});
    if entry.feed.is_reset() {
        opening["reset"] = RESET.into();
    }
    if give(&mut socket, Message::Text(opening.to_string().into())).await.is_none() {
        return;
    }
    let mut endings = gateway.context.tokens.endings();
    // The session may have ended while the connection was set up.
    endings.mark_changed();
    let reason = loop {
        let message = tokio::select! {
            said = socket.recv() => match said {
                // The closing handshake is answered while the rest is read.
                Some(Ok(Message::Close(_))) => return closed(socket).await,
                Some(Err(_)) => break (close_code::POLICY, "send nothing here, or at most 1 KiB in valid frames"),
                Some(Ok(_)) => None,
                None => return,
            },
            () = wake::moved(&mut endings) => None,
            next = entry.next() => match next {
                Ok(Some(item)) => {
                    let id = entry.feed.place().encode();
                    Some(Message::Text(format!(r#"{{"id":"{id}","activity":{}}}"#, item.body).into()))
                }
                Ok(None) => break (close_code::AWAY, "the server stops, or your ticket is used elsewhere; come back"),
                Err(error) => {
                    tracing::warn!(%error, "a realtime connection ends, as the journal does not answer");
                    break (close_code::AGAIN, "try again later");
                }
            },
            () = tokio::time::sleep(SIGN_OF_LIFE) => Some(Message::Ping(Vec::new().into())),
        };
        if entry.holds(&gateway.context.tokens).is_err() {
            break (close_code::POLICY, "the access token does not hold any more; come back with another");
        }
        if let Some(message) = message
            && give(&mut socket, message).await.is_none()
        {
            return;
        }
    };
    let (code, reason) = reason;
    let frame = CloseFrame { code, reason: reason.into() };
    // The client may be gone already.
    if give(&mut socket, Message::Close(Some(frame))).await.is_some() {
        closed(socket).await;
    }
}

/// Sends a message. `None` when the client is gone, or takes nothing.
async fn give(socket: &mut WebSocket, message: Message) -> Option<()> {
    tokio::time::timeout(TAKEN, socket.send(message)).await.ok()?.ok()
}

/// Completes the closing handshake (RFC 6455 7.1.1): reads on until the client has closed, too.
async fn closed(mut socket: WebSocket) {
    let rest = async { while let Some(Ok(_)) = socket.recv().await {} };
    let _ = tokio::time::timeout(CLOSING, rest).await;
}
