//! Dead letters: keys whose events could not be applied. Operators see the events and the error, and retry or discard
//! them.

pub mod answers;

use std::collections::BTreeSet;

use axum::extract::{Path, State};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use bus::{Blocked, BlockedState, DeadLetterError, GroupHandle, ParkedEvent};
use domain::audit::AuditEvent;
use domain::{Fields, Log, Position, StreamId, UserId};
use http_kit::docs::IdempotencyKey;
use http_kit::{ApiResponse, Body, Caller, Conditions, Failure, Page, Paging, Query, Request, Total};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::causation::Chain;
use super::undelivered::{self, Undelivered};
use super::{consumers, event_view};
use crate::Gateway;
use answers::{DeadLetter, Redriven, unknown};

/// The most waiting events shown per key; there may be any number.
const SHOWN: usize = 100;
const SHOW: &str = "GET /api/v1/admin/dead-letters/{id}";

/// A dead letter with its details.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = OpenedDeadLetter)]
struct Opened {
    #[serde(flatten)]
    letter: DeadLetter,
    #[serde(flatten)]
    came: Came,
    waiting_events: Vec<Parked>,
}

/// The failing event, and how it came about.
#[derive(Debug, Default, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = DeadLetterEvent)]
struct Came {
    #[serde(skip_serializing_if = "Option::is_none")]
    event: Option<event_view::EventView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    caused_by: Option<Vec<event_view::EventView>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    same_request: Option<Vec<event_view::EventView>>,
    /// The people whose data is shown.
    #[serde(skip)]
    people: BTreeSet<UserId>,
}

/// An event waiting behind the failing one.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = WaitingEvent)]
struct Parked {
    event_id: Uuid,
    position: String,
}

/// A page, by its number.
pub struct Numbered(Paging);

impl Request for Numbered {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        Paging::by_number(f, 20).map(Self)
    }
}

/// `GET /api/v1/admin/dead-letters`: keys that are parked, and those still being retried automatically.
#[utoipa::path(
    get,
    path = "/api/v1/admin/dead-letters",
    summary = "What could not be applied or delivered",
    params(Query<Numbered>),
    responses((status = 200, description = "Dead letters", body = ApiResponse<Page<DeadLetter>>)),
)]
pub async fn list(
    State(gateway): State<Gateway>,
    caller: Caller,
    Query(page): Query<Numbered>,
    uri: Uri,
) -> Result<Response, Failure> {
    caller.operates(&gateway.context)?;
    let Numbered(paging) = page?;
    let mut all: Vec<DeadLetter> =
        gateway.letters().map(|(handle, blocked)| letter(handle, &blocked)).collect();
    let (undelivered, are_more) = undelivered::all(&gateway).await?;
    all.extend(undelivered.iter().map(Undelivered::told));
    let total = all.len() as u64;
    let total = if are_more { Total::AtLeast(total) } else { Total::Exactly(total) };
    let skip = usize::try_from(paging.offset()).unwrap_or(usize::MAX);
    let take = usize::try_from(paging.size).unwrap_or(usize::MAX);
    let content = all.into_iter().skip(skip).take(take).collect();
    let page = Page::new(&paging, content, total, None);
    let links = page.links(&uri);
    Ok(gateway.context.reply("Dead letters", page).links(&links).into_response())
}

/// `GET /api/v1/admin/dead-letters/{id}`: with the failing event, how it came about, and the events waiting behind
/// it.
#[utoipa::path(
    get,
    path = "/api/v1/admin/dead-letters/{id}",
    summary = "A dead letter",
    responses(
        (status = 200, description = "With its event, how that came about, and what waits behind it", body = ApiResponse<Opened>),
    ),
)]
pub async fn show(
    State(gateway): State<Gateway>,
    caller: Caller,
    Path(id): Path<String>,
    Query(nothing): Query<()>,
) -> Result<Response, Failure> {
    caller.operates(&gateway.context)?;
    nothing?;
    if let Some(delivery) = undelivered::find(&gateway, &id).await? {
        let head = gateway.context.aggregates.journal().head(Log::Facts).await?;
        let came = Came::about(&gateway, head.at(delivery.tracked.order.seq)).await?;
        let recipient = Some(delivery.tracked.order.recipient);
        caller.looks_at(&gateway.context, came.people.iter().copied().chain(recipient), SHOW).await?;
        let data = Opened { letter: delivery.told(), came, waiting_events: Vec::new() };
        return Ok(gateway.context.reply("Dead letter", data).into_response());
    }
    let (handle, blocked) = gateway.find(&id)?;
    let waiting = handle.waiting(&id).await.map_err(failure)?;
    let came = match waiting.first() {
        Some(first) => Came::about(&gateway, first.position).await?,
        None => Came::default(),
    };
    let people = came.people.iter().copied().chain(waiting.iter().filter_map(|event| event.user_id));
    caller.looks_at(&gateway.context, people, SHOW).await?;
    let waiting_events = waiting.iter().take(SHOWN).map(waits).collect();
    let data = Opened { letter: letter(&handle, &blocked), came, waiting_events };
    Ok(gateway.context.reply("Dead letter", data).into_response())
}

impl Came {
    /// Describes the event at `position`.
    async fn about(gateway: &Gateway, position: Position) -> Result<Self, Failure> {
        let journal = gateway.context.aggregates.journal().as_ref();
        let before = position.at(position.seq.saturating_sub(1));
        let found = journal.read_after(before, 1).await?;
        let Some(event) = found.first() else { return Ok(Self::default()) };
        let chain = Chain::of(journal, event).await?;
        let shown = |event| event_view::event(&gateway.context.aggregates, event);
        Ok(Self {
            people: event_view::people([event].into_iter().chain(&chain.causes).chain(&chain.related)),
            event: Some(shown(event)),
            caused_by: Some(chain.causes.iter().map(shown).collect()),
            same_request: Some(chain.related.iter().map(shown).collect()),
        })
    }
}

/// `POST /api/v1/admin/dead-letters/{id}/redrive`: applies the waiting events in order, read again from the journal.
#[utoipa::path(
    post,
    path = "/api/v1/admin/dead-letters/{id}/redrive",
    summary = "Try a dead letter again",
    responses(
        (status = 202, description = "It was tried", body = ApiResponse<Redriven>),
        (status = 409, description = "It fails still"),
    ),
)]
pub async fn redrive(
    State(gateway): State<Gateway>,
    caller: Caller,
    Path(id): Path<String>,
    Query(nothing): Query<()>,
) -> Result<Response, Failure> {
    caller.operates(&gateway.context)?;
    nothing?;
    if let Some(again) = undelivered::redrive(&gateway, &caller, &id).await? {
        return Ok(again);
    }
    let (handle, blocked) = gateway.find(&id)?;
    let event = AuditEvent::DeadLetterRedriven { group: handle.group.name.into(), key: blocked.key };
    caller.write_down(&gateway.context, &event).await?;
    let applied = handle.redrive(&id).await.map_err(failure)?;
    let reply = gateway.context.reply("Redriven", Redriven { applied });
    Ok(reply.status(StatusCode::ACCEPTED).into_response())
}

/// See [`Discard`].
pub type DiscardBody = Body<Discard>;

/// The body of `POST …/discard`.
pub struct Discard {
    reason: String,
}

impl Request for Discard {
    const NAME: &'static str = "Discard";

    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let reason = f.prose("reason", 3..=500);
        f.required("reason", reason).map(|reason| Self { reason })
    }

    fn example() -> serde_json::Value {
        json!({"reason": "nobody needs it"})
    }
}

/// `POST /api/v1/admin/dead-letters/{id}/discard`: skips the failing event for good and continues with those behind
/// it. The decision is durable before it takes effect, and holds in every rebuild.
#[utoipa::path(
    post,
    path = "/api/v1/admin/dead-letters/{id}/discard",
    summary = "Give a dead letter up",
    params(IdempotencyKey),
    request_body = DiscardBody,
    responses(
        (status = 204, description = "Given up"),
        (status = 409, description = "It moved on meanwhile"),
    ),
)]
pub async fn discard(
    State(gateway): State<Gateway>,
    caller: Caller,
    Path(id): Path<String>,
    Query(nothing): Query<()>,
    conditions: Conditions,
    body: DiscardBody,
) -> Result<Response, Failure> {
    caller.operates(&gateway.context)?;
    nothing?;
    let discarded = || gateway.context.reply("Discarded", ()).empty().into_response();
    // By now the key may fail at its next event; a repeated request must not discard that one, too.
    let once = conditions.once(&gateway.context, &caller, &body.bytes, &id);
    let letters = StreamId::new(gateway.context.tenants.default_id(), "consumer", &id);
    if gateway.context.answered(&letters, once.as_ref()).await?.is_some() {
        return Ok(discarded());
    }
    let Discard { reason } = body.value?;
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

#[expect(clippy::needless_pass_by_value, reason = "passed to map_err")]
fn failure(error: DeadLetterError) -> Failure {
    match error {
        DeadLetterError::Unknown => unknown(),
        DeadLetterError::Moved => Failure::conflict("MOVED", error.to_string()),
        DeadLetterError::Failed(_) => Failure::conflict("STILL_FAILING", error.to_string()),
        DeadLetterError::Undecided(_) | DeadLetterError::NotRunning => Failure::unavailable(&error),
    }
}

fn waits(parked: &ParkedEvent) -> Parked {
    Parked { event_id: parked.event_id, position: parked.position.to_string() }
}

fn letter(handle: &GroupHandle, blocked: &Blocked) -> DeadLetter {
    let state = match blocked.state {
        BlockedState::Retrying => "RETRYING",
        BlockedState::Parked => "PARKED",
    };
    DeadLetter {
        id: blocked.id.clone(),
        group: handle.group.name,
        key: blocked.key.clone(),
        state: state.to_owned(),
        error: blocked.error.clone(),
        position: blocked.first.to_string(),
        tries: blocked.tries,
        since: blocked.since,
        waiting: blocked.waiting,
        next_try: Some(blocked.next_try),
        channel: None,
        template: None,
    }
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
