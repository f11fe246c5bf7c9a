//! Keys whose events could not be applied: what they are, why, and another try.

use axum::extract::{Path, State};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use bus::{Blocked, BlockedState, GroupHandle, RedriveError};
use domain::audit::AuditEvent;
use http_kit::{Caller, Failure, Page, Paging, Params, Right};
use serde_json::{Value, json};

use crate::Gateway;

/// `GET /api/v1/admin/dead-letters`: keys that are parked, and those still being tried again by themselves.
pub async fn list(State(gateway): State<Gateway>, caller: Caller, uri: Uri) -> Result<Response, Failure> {
    caller.require(Right::Administer)?;
    let params = Params::read(&uri, &["page", "size"])?;
    let mut fields = params.fields();
    let paging = Paging::read(&mut fields, 20, 1);
    let paging = fields.finish(paging)?;
    let all: Vec<Value> = gateway.letters().map(|(handle, blocked)| letter(handle, &blocked)).collect();
    let total = all.len() as u64;
    let skip = usize::try_from(paging.offset()).unwrap_or(usize::MAX);
    let take = usize::try_from(paging.size).unwrap_or(usize::MAX);
    let content = all.into_iter().skip(skip).take(take).collect();
    Ok(gateway.kit.reply("Dead letters", Page::new(&paging, content, total, None)).into_response())
}

/// `GET /api/v1/admin/dead-letters/{id}`: with the event that fails: what it is, not what it says.
pub async fn show(
    State(gateway): State<Gateway>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    caller.require(Right::Administer)?;
    let (handle, blocked) = gateway.letters().find(|(_, b)| b.id == id).ok_or_else(unknown)?;
    let mut data = letter(handle, &blocked);
    let before = blocked.first.at(blocked.first.seq.saturating_sub(1));
    let found = gateway.kit.ledger.journal().read_after(before, 1).await?;
    if let Some(envelope) = found.first() {
        data["event"] = json!({
            "eventId": envelope.event_id, "eventType": envelope.event_type, "schemaVersion": envelope.schema_version,
            "aggregateType": &*envelope.stream.kind, "aggregateId": &*envelope.stream.id,
            "version": envelope.version, "timestamp": envelope.timestamp,
        });
    }
    Ok(gateway.kit.reply("Dead letter", data).into_response())
}

/// `POST /api/v1/admin/dead-letters/{id}/redrive`: applies what waits, in order, read again from the journal.
pub async fn redrive(
    State(gateway): State<Gateway>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    caller.require(Right::Administer)?;
    let (handle, blocked) = gateway.letters().find(|(_, b)| b.id == id).ok_or_else(unknown)?;
    let event = AuditEvent::DeadLetterRedriven { group: handle.group.name.into(), key: blocked.key };
    caller.write_down(&gateway.kit, &event).await?;
    match handle.redrive(&id).await {
        Ok(applied) => {
            let reply = gateway.kit.reply("Redriven", json!({"applied": applied}));
            Ok(reply.status(StatusCode::ACCEPTED).into_response())
        }
        Err(RedriveError::Unknown) => Err(unknown()),
        Err(error @ RedriveError::Failed(_)) => Err(Failure::conflict("STILL_FAILING", error.to_string())),
        Err(error @ RedriveError::NotRunning) => Err(Failure::unavailable(&error)),
    }
}

fn unknown() -> Failure {
    Failure::not_found("DEAD_LETTER_NOT_FOUND", "there is no such dead letter")
}

fn letter(handle: &GroupHandle, blocked: &Blocked) -> Value {
    let state = match blocked.state {
        BlockedState::Retrying => "RETRYING",
        BlockedState::Parked => "PARKED",
    };
    json!({"id": blocked.id, "group": handle.group.name, "key": blocked.key, "state": state, "error": blocked.error,
        "position": blocked.first.to_string(), "tries": blocked.tries, "nextTry": blocked.next_try,
        "since": blocked.since, "waiting": blocked.waiting})
}

impl Gateway {
    fn letters(&self) -> impl Iterator<Item = (&GroupHandle, Blocked)> {
        self.groups.iter().flat_map(|handle| handle.status.blocked().into_iter().map(move |b| (handle, b)))
    }
}
