//! Deliveries that wait for an operator, among the dead letters: what could not be carried out, and what perhaps was.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use domain::audit::AuditEvent;
use http_kit::{Caller, Failure};
use projection::deliveries::{State, Tracked};
use serde_json::{Value, json};

use crate::Gateway;

const WAITING: &[State] = &[State::Refused, State::Failed, State::Unknown];
/// Deliveries looked at; whoever has more has one cause for all.
const SHOWN: usize = 1000;
const PREFIX: &str = "delivery-";

async fn waiting(gateway: &Gateway) -> Result<Vec<Tracked>, Failure> {
    let (_, book) = &gateway.deliveries;
    book.list(WAITING, SHOWN).await.map_err(|error| Failure::unavailable(&error))
}

pub async fn all(gateway: &Gateway) -> Result<Vec<Value>, Failure> {
    Ok(waiting(gateway).await?.iter().map(|delivery| told(gateway, delivery)).collect())
}

/// The delivery of that id, when it is the id of a delivery.
///
/// # Errors
/// 404 when it waits for nobody.
pub async fn find(gateway: &Gateway, id: &str) -> Result<Option<Tracked>, Failure> {
    let Some(id) = id.strip_prefix(PREFIX) else { return Ok(None) };
    let found = waiting(gateway).await?.into_iter().find(|delivery| delivery.order.id == id);
    found.map(Some).ok_or_else(super::dead_letters::unknown)
}

pub fn told(gateway: &Gateway, delivery: &Tracked) -> Value {
    let (group, order) = (gateway.deliveries.0, &delivery.order);
    json!({"id": format!("{PREFIX}{}", order.id), "group": group, "key": key(delivery),
        "state": delivery.state.word().to_uppercase(), "error": delivery.error, "tries": order.tries,
        "since": delivery.at, "channel": order.channel, "template": order.template, "waiting": 0})
}

fn key(delivery: &Tracked) -> String {
    format!("{}/{}", delivery.order.tenant, delivery.order.recipient)
}

/// Carries it out again, if `id` is a delivery's.
pub async fn redrive(gateway: &Gateway, caller: &Caller, id: &str) -> Result<Option<Response>, Failure> {
    // Two operators decide one after the other.
    let _turn = gateway.deciding.lock().await;
    let Some(delivery) = find(gateway, id).await? else { return Ok(None) };
    let (group, book) = &gateway.deliveries;
    let event = AuditEvent::DeadLetterRedriven { group: (*group).into(), key: key(&delivery) };
    caller.write_down(&gateway.kit, &event).await?;
    book.again(&delivery.order.id).await.map_err(|error| Failure::unavailable(&error))?;
    let reply = gateway.kit.reply("To be delivered again", json!({"applied": 0}));
    Ok(Some(reply.status(StatusCode::ACCEPTED).into_response()))
}

/// Gives it up, if `id` is a delivery's.
pub async fn discard(
    gateway: &Gateway,
    caller: &Caller,
    id: &str,
    reason: &str,
) -> Result<Option<Response>, Failure> {
    let _turn = gateway.deciding.lock().await;
    let Some(delivery) = find(gateway, id).await? else { return Ok(None) };
    let (group, book) = &gateway.deliveries;
    let (group, key, event_id) = ((*group).to_owned(), key(&delivery), delivery.order.event_id);
    let event = AuditEvent::DeadLetterDiscarded { group, key, event_id, reason: reason.to_owned() };
    caller.write_down(&gateway.kit, &event).await?;
    book.give_up(&delivery.order.id).await.map_err(|error| Failure::unavailable(&error))?;
    Ok(Some(gateway.kit.reply("Discarded", ()).empty().into_response()))
}
