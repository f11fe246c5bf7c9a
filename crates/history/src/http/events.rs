//! The raw events behind a history, oldest first, read from the journal.

use axum::extract::State;
use domain::{Envelope, Log, Timestamp, UserId, Version};
use http_kit::ApiResponse;
use http_kit::{Failure, Links, Query, Reply};
use journal::AggregateStore;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::paging::{Onward, Part, cursor};
use super::{App, HistoryRequest};

/// Members that nobody may read, at any depth.
const SECRETS: [&str; 3] = ["passwordHash", "tokenHash", "nonce"];

/// A page of events.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EventsPage {
    user_id: UserId,
    events: Vec<RawEvent>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// An event envelope.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct RawEvent {
    event_id: Uuid,
    tenant_id: String,
    aggregate_type: String,
    aggregate_id: String,
    user_id: Option<UserId>,
    event_type: String,
    schema_version: u16,
    timestamp: Timestamp,
    version: Version,
    log: &'static str,
    epoch: u32,
    position: u64,
    #[schema(value_type = std::collections::BTreeMap<String, Value>)]
    event_data: Value,
    #[schema(value_type = std::collections::BTreeMap<String, Value>)]
    metadata: Value,
}

impl RawEvent {
    fn read(aggregates: &AggregateStore, envelope: &Envelope) -> Result<Self, Failure> {
        let readable = aggregates.readable(envelope);
        let (mut event_data, metadata) = readable.map_err(|error| Failure::unavailable(&error))?;
        redact(&mut event_data);
        Ok(Self {
            event_id: envelope.event_id,
            tenant_id: envelope.stream.tenant.to_string(),
            aggregate_type: envelope.stream.kind.to_string(),
            aggregate_id: envelope.stream.id.to_string(),
            user_id: envelope.user_id,
            event_type: envelope.event_type.to_string(),
            schema_version: envelope.schema_version,
            timestamp: envelope.timestamp,
            version: envelope.version,
            log: envelope.position.log.as_str(),
            epoch: envelope.position.epoch,
            position: envelope.position.seq,
            event_data,
            metadata,
        })
    }
}

fn redact(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                if SECRETS.contains(&name.as_str()) {
                    *member = "[redacted]".into();
                } else {
                    redact(member);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(redact),
        _ => {}
    }
}

#[utoipa::path(
    get,
    path = "/api/user-history/{userId}/events",
    summary = "The events behind a history",
    params(Query<Onward>),
    responses((status = 200, description = "The oldest first", body = ApiResponse<EventsPage>)),
)]
pub async fn events(
    State(site): State<App>,
    asked: HistoryRequest,
    Query(part): Query<Onward>,
) -> Result<Reply<EventsPage>, Failure> {
    let Onward(Part { paging, after }) = part?;
    let freshness = asked.open(&site, "GET /api/user-history/{userId}/events").await?;
    let context = &site.history.context;
    let after = after.unwrap_or((Timestamp::from_micros(i64::MIN), Uuid::nil()));
    let limit = usize::try_from(paging.size).unwrap_or(usize::MAX);
    let tenant = &asked.caller.tenant;
    let journal = context.aggregates.journal();
    let mut found = journal.read_user(tenant, asked.user, Log::Facts, after, limit + 1).await?;
    found.extend(journal.read_user(tenant, asked.user, Log::Activity, after, limit + 1).await?);
    found.sort_by_key(|envelope| (envelope.timestamp, envelope.event_id));
    let more = found.len() > limit;
    found.truncate(limit);
    let last = found.last().filter(|_| more);
    let next = last.map(|envelope| cursor(envelope.timestamp, &envelope.event_id.to_string()));
    let events = found
        .iter()
        .map(|envelope| RawEvent::read(&context.aggregates, envelope))
        .collect::<Result<_, _>>()?;
    let links = Links::by_cursor(&asked.uri, next.as_deref());
    let data = EventsPage { user_id: asked.user, events, next };
    Ok(context.reply("Events", data).links(&links).stale(freshness.is_stale()))
}
