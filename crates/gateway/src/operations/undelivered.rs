//! Deliveries that wait for an operator, listed among the dead letters: those that failed, and those with an unknown
//! outcome.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use domain::StreamId;
use domain::audit::AuditEvent;
use http_kit::{Caller, Failure};
use journal::Idempotency;
use projection::deliveries::{DeliveryState, Outbox, Tracked};

use super::dead_letters::answers::{DeadLetter, Redriven, unknown};
use crate::Gateway;

const WAITING: &[DeliveryState] = &[DeliveryState::Refused, DeliveryState::Failed, DeliveryState::Unknown];
/// The most deliveries read per group; more than that have a common cause.
const SHOWN: usize = 1000;
const PREFIX: &str = "delivery-";

/// An undelivered message and its group.
pub struct Undelivered<'g> {
    group: &'static str,
    outbox: &'g Outbox,
    pub tracked: Tracked,
}

/// The undelivered messages of all groups, and whether a group has more than are read.
pub async fn all(gateway: &Gateway) -> Result<(Vec<Undelivered<'_>>, bool), Failure> {
    let (mut all, mut are_more) = (Vec::new(), false);
    for (group, outbox) in &gateway.deliveries {
        let waiting = outbox.list(WAITING, SHOWN).await.map_err(|error| Failure::unavailable(&error))?;
        are_more |= waiting.len() >= SHOWN;
        all.extend(waiting.into_iter().map(|tracked| Undelivered { group, outbox, tracked }));
    }
    Ok((all, are_more))
}

/// Finds the delivery with that id. Returns `None` if it is not the id of a delivery.
///
/// # Errors
/// 404 when no such delivery waits for an operator.
pub async fn find<'g>(gateway: &'g Gateway, id: &str) -> Result<Option<Undelivered<'g>>, Failure> {
    let Some(id) = id.strip_prefix(PREFIX) else { return Ok(None) };
    let found = all(gateway).await?.0.into_iter().find(|delivery| delivery.tracked.order.id == id);
    found.map(Some).ok_or_else(unknown)
}

impl Undelivered<'_> {
    pub fn told(&self) -> DeadLetter {
        let order = &self.tracked.order;
        let tracked = &self.tracked;
        DeadLetter {
            id: format!("{PREFIX}{}", order.id),
            group: self.group,
            key: self.key(),
            state: tracked.state.word().to_uppercase(),
            error: tracked.error.clone(),
            position: order.seq.to_string(),
            // `order.tries` does not include the attempt that ended it.
            tries: order.tries + 1,
            since: tracked.at,
            waiting: 0,
            next_try: None,
            channel: Some(order.channel.clone()),
            template: Some(order.template.clone()),
        }
    }

    fn key(&self) -> String {
        format!("{}/{}", self.tracked.order.tenant, self.tracked.order.recipient)
    }
}

/// Requeues the delivery, if `id` is the id of one.
pub async fn redrive(gateway: &Gateway, caller: &Caller, id: &str) -> Result<Option<Response>, Failure> {
    // Two operators decide one after the other.
    let _turn = gateway.deciding.lock().await;
    let Some(delivery) = find(gateway, id).await? else { return Ok(None) };
    let event = AuditEvent::DeadLetterRedriven { group: delivery.group.into(), key: delivery.key() };
    caller.write_down(&gateway.context, &event).await?;
    delivery.outbox.again(&delivery.tracked.order.id).await.map_err(|error| Failure::unavailable(&error))?;
    let reply = gateway.context.reply("To be delivered again", Redriven { applied: 0 });
    Ok(Some(reply.status(StatusCode::ACCEPTED).into_response()))
}

/// Gives the delivery up, if `id` is the id of one.
pub async fn discard(
    gateway: &Gateway,
    caller: &Caller,
    id: &str,
    reason: &str,
    once: Option<Idempotency>,
) -> Result<Option<Response>, Failure> {
    let _turn = gateway.deciding.lock().await;
    let Some(delivery) = find(gateway, id).await? else { return Ok(None) };
    let group = delivery.group.into();
    let key = delivery.key();
    let event_id = delivery.tracked.order.event_id;
    let event = AuditEvent::DeadLetterDiscarded { group, key, event_id, reason: reason.to_owned() };
    let stream = StreamId::new(&caller.tenant, "audit", caller.person()?.user);
    caller.write_down_once(&gateway.context, stream, &event, once).await?;
    delivery
        .outbox
        .give_up(&delivery.tracked.order.id)
        .await
        .map_err(|error| Failure::unavailable(&error))?;
    Ok(Some(gateway.context.reply("Discarded", ()).empty().into_response()))
}
