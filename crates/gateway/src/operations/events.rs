//! Inspecting the journal: events by filter, and an aggregate at any version or time.

use axum::extract::{Path, State};
use axum::http::Uri;
use axum::response::{IntoResponse, Response};
use domain::aggregate::Aggregate;
use domain::favourites::Favourites;
use domain::fields::MemberKind;
use domain::property::Property;
use domain::session::Session;
use domain::user::User;
use domain::{Envelope, Fields, Log, StreamId, TenantId, Timestamp, UserId, Version};
use http_kit::ApiResponse;
use http_kit::docs::IfNoneMatch;
use http_kit::{Caller, ClientTags, Cursor, Failure, Links, Paging, Query, Request, Right};
use journal::{AggregateStore, EventQuery};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::event_view;
use crate::Gateway;

/// `GET /api/v1/admin/events`: newest first.
#[utoipa::path(
    get,
    path = "/api/v1/admin/events",
    summary = "Look into the journal",
    params(Query<EventFilter>),
    responses((status = 200, description = "The newest first", body = ApiResponse<Events>)),
)]
pub async fn list(
    State(gateway): State<Gateway>,
    caller: Caller,
    Query(filter): Query<EventFilter>,
    uri: Uri,
) -> Result<Response, Failure> {
    caller.require(Right::Administer)?;
    let query = filter?.of(&caller.tenant);
    let found = gateway.context.aggregates.journal().find(&query).await?;
    caller.looks_at(&gateway.context, event_view::people(&found), "GET /api/v1/admin/events").await?;
    let full = found.len() == query.limit;
    let next = found.last().filter(|_| full).map(|last| Cursor(vec![last.position.seq.into()]).encode());
    let content: Vec<event_view::EventView> =
        found.iter().map(|event| event_view::event(&gateway.context.aggregates, event)).collect();
    let links = Links::by_cursor(&uri, next.as_deref());
    let data = Events { number_of_elements: content.len(), content, next };
    Ok(gateway.context.reply("Events", data).links(&links).into_response())
}

/// A page of events, with the cursor of the next page.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Events {
    content: Vec<event_view::EventView>,
    number_of_elements: usize,
    next: Option<String>,
}

/// The filter and the page.
pub struct EventFilter {
    log: Log,
    kind: Option<String>,
    id: Option<String>,
    event_type: Option<String>,
    user: Option<UserId>,
    from: Option<Timestamp>,
    to: Option<Timestamp>,
    paging: Paging,
}

impl EventFilter {
    fn of(self, tenant: &TenantId) -> EventQuery {
        let Self { log, kind, id, event_type, user, from, to, paging } = self;
        let before = paging.cursor.as_ref().and_then(|Cursor(parts)| parts.first()?.as_u64());
        let limit = usize::try_from(paging.size).unwrap_or(usize::MAX);
        EventQuery { before, kind, id, event_type, user, from, to, ..EventQuery::newest(tenant, log, limit) }
    }
}

impl Request for EventFilter {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        f.asks("log", || MemberKind::Choice(vec!["facts", "activity"]));
        let log = match f.text("log", 1..=20).as_deref() {
            None | Some("facts") => Log::Facts,
            Some("activity") => Log::Activity,
            Some(_) => {
                f.wrong("log", "must be facts or activity");
                Log::Facts
            }
        };
        let (from, to) = (time(f, "from"), time(f, "to"));
        if from.zip(to).is_some_and(|(from, to)| from > to) {
            f.wrong("to", "must not be before from");
        }
        Some(Self {
            log,
            kind: f.text("aggregateType", 1..=50),
            id: f.text("aggregateId", 1..=200),
            event_type: f.text("eventType", 1..=100),
            user: f.parsed("userId", |text| text.parse().map_err(|_| "must be the id of a person")),
            from,
            to,
            paging: Paging::onward(f, 50, 1)?,
        })
    }

    fn about(member: &str) -> Option<&'static str> {
        Some(match member {
            "from" | "to" => "RFC 3339, included.",
            "eventType" => "Such as `PROPERTY_CREATED`.",
            _ => return None,
        })
    }

    fn example() -> Value {
        json!({"log": "facts", "size": 5})
    }
}

/// The version or time at which to show an aggregate.
pub struct Moment {
    version: Option<i64>,
    at: Option<Timestamp>,
}

impl Request for Moment {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        Some(Self { version: f.whole("version", 0..=i64::MAX), at: time(f, "at") })
    }

    fn about(member: &str) -> Option<&'static str> {
        Some(if member == "at" { "As it was then, RFC 3339." } else { "As of this version." })
    }

    fn example() -> Value {
        json!({"version": 1})
    }
}

fn time(fields: &mut Fields<'_>, name: &str) -> Option<Timestamp> {
    fields.parsed(name, |text| text.parse().map_err(|_| "must be a time such as 2026-01-15T10:30:00Z"))
}

/// `GET /api/v1/admin/streams/{type}/{id}`: an aggregate now, or as of `?version=` or `?at=`, with its events up to
/// then. Access to people's data is recorded.
#[utoipa::path(
    get,
    path = "/api/v1/admin/streams/{type}/{id}",
    summary = "An aggregate, now or as it was",
    params(Query<Moment>, IfNoneMatch),
    responses((status = 200, description = "State and events", body = ApiResponse<Stream>)),
)]
pub async fn stream(
    State(gateway): State<Gateway>,
    caller: Caller,
    Path((kind, id)): Path<(String, String)>,
    held: ClientTags,
    Query(moment): Query<Moment>,
) -> Result<Response, Failure> {
    caller.require(Right::Administer)?;
    let Moment { version, at } = moment?;
    let stream = StreamId::new(&caller.tenant, &kind, &id);
    let aggregates = &gateway.context.aggregates;
    let whole = aggregates.journal().read_stream(&stream, 0).await?;
    if whole.is_empty() {
        return Err(Failure::not_found("STREAM_NOT_FOUND", "there is no such stream"));
    }
    let operation = "GET /api/v1/admin/streams/{type}/{id}";
    caller.looks_at(&gateway.context, event_view::people(&whole), operation).await?;
    let latest = whole.last().map_or(0, |event| event.version);
    let most: Version = version.and_then(|version| u64::try_from(version).ok()).unwrap_or(Version::MAX);
    let then: Vec<Envelope> = whole
        .into_iter()
        .filter(|event| event.version <= most && at.is_none_or(|at| event.timestamp <= at))
        .collect();
    let version = then.last().map_or(0, |event| event.version);
    let data = Stream {
        latest_version: latest,
        version,
        as_of: then.last().map(|event| event.timestamp),
        state: state(aggregates, &kind, &then)?,
        events: then.iter().map(|event| event_view::event(aggregates, event)).collect(),
        aggregate_type: kind,
        aggregate_id: id,
    };
    let tag = format!("{version}-{latest}");
    Ok(gateway.context.reply("Stream", data).etag(&tag).unless(&held).into_response())
}

/// An aggregate at a version or time.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Stream {
    aggregate_type: String,
    aggregate_id: String,
    latest_version: Version,
    version: Version,
    as_of: Option<Timestamp>,
    /// The state after these events, in the aggregate's own shape; null for streams that only record events.
    state: Value,
    events: Vec<event_view::EventView>,
}

/// The state after these events; null for streams that only record events.
fn state(aggregates: &AggregateStore, kind: &str, events: &[Envelope]) -> Result<Value, Failure> {
    match kind {
        Property::TYPE => folded::<Property>(aggregates, events),
        User::TYPE => folded::<User>(aggregates, events),
        Session::TYPE => folded::<Session>(aggregates, events),
        Favourites::TYPE => folded::<Favourites>(aggregates, events),
        _ => Ok(Value::Null),
    }
}

fn folded<A: Aggregate + Serialize>(
    aggregates: &AggregateStore,
    events: &[Envelope],
) -> Result<Value, Failure> {
    let mut state = A::default();
    for envelope in events {
        let event = aggregates.decode::<A::Event>(envelope)?;
        state.evolve(&event, envelope.timestamp);
    }
    let mut value = serde_json::to_value(&state).map_err(|error| Failure::unavailable(&error))?;
    journal::masked(&mut value);
    Ok(value)
}
