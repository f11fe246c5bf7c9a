//! Publishes messages that mean nothing, to try out what the journal and its readers carry.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::aggregate::Aggregate as _;
use domain::synthetic::{self, PublishBatch, SyntheticLoad};
use domain::{Actor, Envelope, Fields, Metadata, StreamId};
use http_kit::docs::IdempotencyKey;
use http_kit::{ApiResponse, Caller, Conditions, Failure, Query, Request, refused};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::Gateway;

const MOST_MESSAGES: i64 = 1000;
const MESSAGES: i64 = 10;

/// The batch to publish.
pub struct BatchOrder {
    messages: u32,
    message_type: String,
    topic: String,
}

impl Request for BatchOrder {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let messages = f.whole("messageCount", 1..=MOST_MESSAGES).unwrap_or(MESSAGES);
        Some(Self {
            messages: u32::try_from(messages).ok()?,
            message_type: plain_name(f, "eventType").unwrap_or_else(|| "ProductCreated".into()),
            topic: plain_name(f, "topic").unwrap_or_else(|| "load".into()),
        })
    }

    fn about(member: &str) -> Option<&'static str> {
        Some(match member {
            "messageCount" => "10 if it is left out.",
            "eventType" => "The type that the messages name; `ProductCreated` if it is left out.",
            _ => "Goes after `synthetic.`; `load` if it is left out.",
        })
    }

    fn example() -> Value {
        json!({"messageCount": 5, "eventType": "TestEvent", "topic": "product-events"})
    }
}

fn plain_name(f: &mut Fields<'_>, field: &str) -> Option<String> {
    let name = f.text(field, 1..=100)?;
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    if name.chars().all(is_plain) {
        return Some(name);
    }
    f.wrong(field, "must be made of letters, digits, dots, hyphens and underscores");
    None
}

/// The published batch.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct PublishedBatch {
    topic: String,
    message_count: u32,
    event_type: String,
    first_event_id: Uuid,
    last_event_id: Uuid,
    /// Always true: the journal is the outbox.
    stored_in_outbox: bool,
}

/// `POST /api/v1/admin/publish-batch`
#[utoipa::path(
    post,
    path = "/api/v1/admin/publish-batch",
    summary = "Publish messages that mean nothing",
    description = "They are SYNTHETIC_LOAD events of a tenant of their own: the positions of the journal move on, all \
                   consumer groups pass them, and nobody's data changes. `stats/broker` counts them under `synthetic.load`, whatever \
                   the topic.",
    params(Query<BatchOrder>, IdempotencyKey),
    responses((status = 200, description = "They are in the journal", body = ApiResponse<PublishedBatch>)),
)]
pub async fn publish(
    State(gateway): State<Gateway>,
    caller: Caller,
    Query(order): Query<BatchOrder>,
    conditions: Conditions,
) -> Result<Response, Failure> {
    let operator = caller.operates(&gateway.context)?.person.user;
    let BatchOrder { messages, message_type, topic } = order?;
    let context = &gateway.context;
    let batch_id = context.aggregates.fresh();
    let command = PublishBatch { batch_id, messages, topic, message_type, requested_by: operator };
    let actor = sandbox(&caller);
    let options = conditions.options(context, &caller, &[], &batch_id).on_new_stream();
    let done = context.execute::<SyntheticLoad>(&actor, batch_id, command, options).await.map_err(refused)?;
    let last = done.state.last.ok_or_else(|| Failure::unavailable(&"the batch is empty"))?;
    let stream = StreamId::new(&actor.tenant, SyntheticLoad::TYPE, last.batch_id);
    let events = context.aggregates.journal().read_stream(&stream, 0).await?;
    let id = |event: Option<&Envelope>| {
        event
            .map(|event| event.event_id)
            .ok_or_else(|| Failure::unavailable(&"the batch is not in the journal"))
    };
    let batch = PublishedBatch {
        topic: last.topic,
        message_count: last.number,
        event_type: last.message_type,
        first_event_id: id(events.first())?,
        last_event_id: id(events.last())?,
        stored_in_outbox: true,
    };
    Ok(context.done(&caller, "Published", batch, done.position).into_response())
}

/// Nobody of any site: the messages are in nobody's history.
fn sandbox(caller: &Caller) -> Actor {
    let correlation_id = Some(caller.correlation.to_string());
    let metadata = Metadata { correlation_id, ..Metadata::default() };
    Actor { tenant: synthetic::tenant(), user: None, metadata }
}
