//! Keys whose events could not be applied: what they are, why, another try, or the decision to go on without.

use axum::extract::{Path, State};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use bus::{Blocked, BlockedState, GroupHandle, LetterError, ParkedEvent};
use domain::audit::AuditEvent;
use domain::{Log, Position, StreamId};
use http_kit::{Caller, Conditions, Failure, JsonObject, Page, Paging, Params};
use serde_json::{Value, json};

use super::chain::Chain;
use super::undelivered::{self, Undelivered};
use super::{consumers, shown};
use crate::Gateway;

/// Waiting events that are shown of a key; there may be any number.
const SHOWN: usize = 100;

/// `GET /api/v1/admin/dead-letters`: keys that are parked, and those still being tried again by themselves.
pub async fn list(State(gateway): State<Gateway>, caller: Caller, uri: Uri) -> Result<Response, Failure> {
    caller.operates(&gateway.kit)?;
    let params = Params::read(&uri, &["page", "size"])?;
    let mut fields = params.fields();
    let paging = Paging::read(&mut fields, 20, 1);
    let paging = fields.finish(paging)?;
    let mut all: Vec<Value> = gateway.letters().map(|(handle, blocked)| letter(handle, &blocked)).collect();
    all.extend(undelivered::all(&gateway).await?.iter().map(Undelivered::told));
    let total = all.len() as u64;
    let skip = usize::try_from(paging.offset()).unwrap_or(usize::MAX);
    let take = usize::try_from(paging.size).unwrap_or(usize::MAX);
    let content = all.into_iter().skip(skip).take(take).collect();
    let page = Page::new(&paging, content, total, None);
    let links = page.links(&uri);
    Ok(gateway.kit.reply("Dead letters", page).links(&links).into_response())
}

/// `GET /api/v1/admin/dead-letters/{id}`: with the event that fails, how it came about, and what waits behind it.
pub async fn show(
    State(gateway): State<Gateway>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    caller.operates(&gateway.kit)?;
    if let Some(delivery) = undelivered::find(&gateway, &id).await? {
        let mut data = delivery.told();
        let head = gateway.kit.ledger.journal().head(Log::Facts).await?;
        add_event(&gateway, &mut data, head.at(delivery.tracked.order.seq)).await?;
        data["waitingEvents"] = json!([]);
        return Ok(gateway.kit.reply("Dead letter", data).into_response());
    }
    let (handle, blocked) = gateway.find(&id)?;
    let waiting = handle.waiting(&id).await.map_err(failure)?;
    let mut data = letter(&handle, &blocked);
    if let Some(first) = waiting.first() {
        add_event(&gateway, &mut data, first.position).await?;
    }
    data["waitingEvents"] = waiting.iter().take(SHOWN).map(waits).collect();
    Ok(gateway.kit.reply("Dead letter", data).into_response())
}

/// Tells of the event at `position`, and how it came about.
async fn add_event(gateway: &Gateway, data: &mut Value, position: Position) -> Result<(), Failure> {
    let journal = gateway.kit.ledger.journal().as_ref();
    let before = position.at(position.seq.saturating_sub(1));
    if let Some(event) = journal.read_after(before, 1).await?.first() {
        let chain = Chain::of(journal, event).await?;
        data["event"] = shown::event(event);
        data["causedBy"] = chain.causes.iter().map(shown::event).collect();
        data["sameRequest"] = chain.related.iter().map(shown::event).collect();
    }
    Ok(())
}

/// `POST /api/v1/admin/dead-letters/{id}/redrive`: applies what waits, in order, read again from the journal.
pub async fn redrive(
    State(gateway): State<Gateway>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    caller.operates(&gateway.kit)?;
    if let Some(again) = undelivered::redrive(&gateway, &caller, &id).await? {
        return Ok(again);
    }
    let (handle, blocked) = gateway.find(&id)?;
    let event = AuditEvent::DeadLetterRedriven { group: handle.group.name.into(), key: blocked.key };
    caller.write_down(&gateway.kit, &event).await?;
    let applied = handle.redrive(&id).await.map_err(failure)?;
    let reply = gateway.kit.reply("Redriven", json!({"applied": applied}));
    Ok(reply.status(StatusCode::ACCEPTED).into_response())
}

/// `POST /api/v1/admin/dead-letters/{id}/discard`: the failing event is never applied, those behind it go on. The
/// decision is durable before it takes effect, and holds in every rebuild.
pub async fn discard(
    State(gateway): State<Gateway>,
    caller: Caller,
    Path(id): Path<String>,
    conditions: Conditions,
    body: JsonObject,
) -> Result<Response, Failure> {
    caller.operates(&gateway.kit)?;
    let discarded = || gateway.kit.reply("Discarded", ()).empty().into_response();
    // The key of the letter may fail at its next event by now: a repeat must not give that up, too.
    let once = conditions.once(&gateway.kit, &caller, &body.bytes, &id);
    let letters = StreamId::new(gateway.kit.tenants.default_id(), "consumer", &id);
    if gateway.kit.answered(&letters, once.as_ref()).await?.is_some() {
        return Ok(discarded());
    }
    let mut fields = domain::Fields::new(&body.members);
    let reason = fields.text("reason", 3..=500);
    let reason = fields.required("reason", reason);
    let reason = fields.finish(reason)?;
    if let Some(given_up) = undelivered::discard(&gateway, &caller, &id, &reason, once.clone()).await? {
        return Ok(given_up);
    }
    let (handle, blocked) = gateway.find(&id)?;
    let waiting = handle.waiting(&id).await.map_err(failure)?;
    let event_id = waiting.first().ok_or_else(unknown)?.event_id;
    let group = handle.group.name.to_owned();
    let event = AuditEvent::DeadLetterDiscarded { group, key: blocked.key, event_id, reason };
    let decision = consumers::decision(&gateway, &caller, &handle, event, once);
    handle.discard(&id, event_id, decision).await.map_err(failure)?;
    Ok(discarded())
}

pub fn unknown() -> Failure {
    Failure::not_found("DEAD_LETTER_NOT_FOUND", "there is no such dead letter")
}

#[expect(clippy::needless_pass_by_value, reason = "passed to map_err")]
fn failure(error: LetterError) -> Failure {
    match error {
        LetterError::Unknown => unknown(),
        LetterError::Moved => Failure::conflict("MOVED", error.to_string()),
        LetterError::Failed(_) => Failure::conflict("STILL_FAILING", error.to_string()),
        LetterError::Undecided(_) | LetterError::NotRunning => Failure::unavailable(&error),
    }
}

fn waits(parked: &ParkedEvent) -> Value {
    json!({"eventId": parked.event_id, "position": parked.position.to_string()})
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

    fn find(&self, id: &str) -> Result<(GroupHandle, Blocked), Failure> {
        let found = self.letters().find(|(_, blocked)| blocked.id == id);
        found.map(|(handle, blocked)| (handle.clone(), blocked)).ok_or_else(unknown)
    }
}
