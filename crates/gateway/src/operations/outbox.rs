//! What is still to be done: events that a consumer group has not done, and deliveries that are not carried out. The
//! journal is the outbox, so nothing else waits to be published.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use bus::GroupHandle;
use domain::Position;
use http_kit::{ApiResponse, Caller, Failure, Query};
use projection::deliveries::DeliveryBacklog;
use serde::Serialize;
use utoipa::ToSchema;

use crate::Gateway;

/// The most waiting events of a log whose types are looked at.
const LOOKED_AT: usize = 1000;

/// What is still to be done.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OutboxStats {
    /// Events that the slowest group of their log has not done.
    unprocessed_events: u64,
    /// The number of types in `eventTypes`.
    total_event_types: usize,
    /// The types of these events; of each log, the first 1,000 are counted.
    #[schema(value_type = BTreeMap<String, u64>)]
    event_types: BTreeMap<Arc<str>, u64>,
    /// Deliveries that are to be carried out.
    deliveries_waiting: u64,
    /// Deliveries that wait for an operator.
    deliveries_parked: u64,
    outboxes: Vec<GroupDeliveries>,
}

/// The deliveries of one group.
#[derive(Debug, Serialize, ToSchema)]
struct GroupDeliveries {
    group: &'static str,
    waiting: u64,
    parked: u64,
}

/// The last position of a log that every group has done; its head when no group reads it.
pub fn done_by_all(groups: &[GroupHandle], head: Position) -> Position {
    let readers = groups.iter().filter(|handle| handle.group.logs.contains(&head.log));
    let slowest = readers.map(|handle| handle.status.watermark()[head.log.index()]).min();
    head.at(slowest.map_or(head.seq, |slowest| slowest.min(head.seq)))
}

/// The number of events that the slowest group of their log has not done.
pub fn unprocessed(groups: &[GroupHandle], heads: [Position; 2]) -> u64 {
    heads.map(|head| head.seq - done_by_all(groups, head).seq).iter().sum()
}

impl OutboxStats {
    /// What is to be done now.
    pub async fn of(gateway: &Gateway) -> Result<Self, Failure> {
        let aggregates = &gateway.context.aggregates;
        let heads = aggregates.heads().await?;
        // The groups go on meanwhile; all numbers are of this moment.
        let done = heads.map(|head| done_by_all(&gateway.groups, head));
        let mut unprocessed_events = 0;
        let mut event_types = BTreeMap::new();
        for (head, done) in heads.into_iter().zip(done) {
            let waiting = head.seq - done.seq;
            unprocessed_events += waiting;
            let most = usize::try_from(waiting).unwrap_or(LOOKED_AT).min(LOOKED_AT);
            if most == 0 {
                continue;
            }
            for event in aggregates.journal().read_after(done, most).await? {
                *event_types.entry(event.event_type).or_default() += 1;
            }
        }
        let mut outboxes = Vec::with_capacity(gateway.deliveries.len());
        for (group, outbox) in &gateway.deliveries {
            let DeliveryBacklog { waiting, parked } = outbox.backlog().await?;
            outboxes.push(GroupDeliveries { group, waiting, parked });
        }
        Ok(Self {
            unprocessed_events,
            total_event_types: event_types.len(),
            event_types,
            deliveries_waiting: outboxes.iter().map(|outbox| outbox.waiting).sum(),
            deliveries_parked: outboxes.iter().map(|outbox| outbox.parked).sum(),
            outboxes,
        })
    }
}

/// `GET /api/v1/admin/stats/outbox`
#[utoipa::path(
    get,
    path = "/api/v1/admin/stats/outbox",
    summary = "What is still to be done",
    description = "The journal is the outbox: an event is published when it is stored. Here are the events that some \
                   group has not done, and the deliveries that are not carried out.",
    responses((status = 200, description = "As of now", body = ApiResponse<OutboxStats>)),
)]
pub async fn stats(
    State(gateway): State<Gateway>,
    caller: Caller,
    Query(nothing): Query<()>,
) -> Result<Response, Failure> {
    caller.operates(&gateway.context)?;
    nothing?;
    let stats = OutboxStats::of(&gateway).await?;
    Ok(gateway.context.reply("Outbox", stats).into_response())
}
