//! Projects which webhooks and API keys there are, and a delivery for each event and each webhook that asks for it.

use std::sync::Arc;

use ::projection::deliveries::{Delivery, hurry};
use ::projection::{Projection, ProjectionError, ViewTx};
use async_trait::async_trait;
use domain::aggregate::Aggregate as _;
use domain::api_key::{ApiKey, ApiKeyEvent};
use domain::webhook::{EVERY_EVENT, Webhook, WebhookEvent};
use domain::{Envelope, Log};
use http_kit::BreakerFamily;
use journal::AggregateStore;
use tokio::sync::Notify;

use crate::GROUP;
use crate::webhooks::events;
use crate::webhooks::payload::TEST_TYPE;

/// The channel of deliveries to webhooks.
pub const CHANNEL: &str = "webhook";
/// The channel of test messages, which wait for no other message.
pub const TEST_CHANNEL: &str = "webhook-test";
/// The kept length of a tenant's list of webhooks.
pub const WEBHOOKS: &str = "webhooks";
/// The kept length of a tenant's list of API keys.
pub const API_KEYS: &str = "api_keys";

const CREATE: &str =
    "insert into webhooks (tenant, id, created_at, enabled, events) values ($1, $2, $3, 1, $4)";
const CHANGE: &str = "update webhooks set events = $3 where tenant = $1 and id = $2";
const SWITCH: &str = "update webhooks set enabled = $3 where tenant = $1 and id = $2";
const DELETE: &str = "delete from webhooks where tenant = $1 and id = $2";
const FORGET_EVENTS: &str = "delete from webhook_events where tenant = $1 and webhook_id = $2";
const CURRENT: &str = "select events from webhooks where tenant = $1 and id = $2 and enabled = 1";
const CREATE_KEY: &str = "insert into api_keys (tenant, id, created_at) values ($1, $2, $3)";
const REVOKE_KEY: &str = "delete from api_keys where tenant = $1 and id = $2";
const ADD_EVENT: &str = "insert into webhook_events (tenant, event_type, webhook_id) values ($1, $2, $3)";
/// A webhook may name an event and ask for every event, too.
const ASKED_BY: &str = "select webhook_id from webhook_events where event_type = $2 and tenant = $1
    union select webhook_id from webhook_events where event_type = $3 and tenant = $1";

/// The consumer group. Events stay in order per tenant, because they do per webhook; those of a key by themselves.
pub const READS: bus::Group = bus::Group { name: GROUP, logs: &[Log::Facts], key: partition_key };

fn partition_key(envelope: &Envelope) -> Option<String> {
    if &*envelope.stream.kind == ApiKey::TYPE {
        return Some(envelope.stream.to_string());
    }
    let is_read =
        &*envelope.stream.kind == Webhook::TYPE || events::published(&envelope.event_type).is_some();
    is_read.then(|| envelope.stream.tenant.to_string())
}

/// Keeps the webhooks, and asks for their deliveries.
#[derive(Debug)]
pub struct PartnersProjection {
    pub aggregates: AggregateStore,
    /// Forgets the receivers that nothing is sent to.
    pub receivers: BreakerFamily,
    pub wake: Arc<Notify>,
    /// Notified when the API keys in memory must be read again.
    pub keys_changed: Arc<Notify>,
}

impl PartnersProjection {
    async fn webhook(&self, tx: &mut ViewTx<'_>, event: &Envelope) -> Result<(), ProjectionError> {
        let (tenant, id) = (event.stream.tenant.as_str(), &*event.stream.id);
        match self.aggregates.decode(event)? {
            WebhookEvent::Created { subscription, .. } => {
                let events = joined(&subscription.events);
                let row = [tenant.into(), id.into(), event.timestamp.micros().into(), events.into()];
                tx.execute(CREATE, &row).await?;
                tx.lengthen(&event.stream.tenant, (WEBHOOKS, ""), 1).await?;
                ask_for_events(tx, tenant, id).await?;
            }
            WebhookEvent::Changed { subscription, .. } => {
                let events = joined(&subscription.events);
                tx.execute(CHANGE, &[tenant.into(), id.into(), events.into()]).await?;
                ask_for_events(tx, tenant, id).await?;
                // Perhaps it leads to a server that works.
                hurry(tx, &event.stream.tenant, CHANNEL, id).await?;
            }
            WebhookEvent::Deleted { .. } => {
                tx.execute(FORGET_EVENTS, &[tenant.into(), id.into()]).await?;
                if tx.execute(DELETE, &[tenant.into(), id.into()]).await? == 1 {
                    tx.lengthen(&event.stream.tenant, (WEBHOOKS, ""), -1).await?;
                }
            }
            WebhookEvent::Disabled { .. } => switch(tx, tenant, id, false).await?,
            WebhookEvent::Enabled { .. } => {
                switch(tx, tenant, id, true).await?;
                hurry(tx, &event.stream.tenant, CHANNEL, id).await?;
            }
            WebhookEvent::Tested { .. } => {
                let delivery = Delivery { event, channel: TEST_CHANNEL, recipient: id, template: TEST_TYPE };
                delivery.add(tx).await?;
            }
            WebhookEvent::SecretRotated { .. } => {}
        }
        Ok(())
    }
}

impl PartnersProjection {
    async fn api_key(&self, tx: &mut ViewTx<'_>, event: &Envelope) -> Result<(), ProjectionError> {
        let (tenant, id) = (event.stream.tenant.as_str(), &*event.stream.id);
        match self.aggregates.decode(event)? {
            ApiKeyEvent::Created { .. } => {
                tx.execute(CREATE_KEY, &[tenant.into(), id.into(), event.timestamp.micros().into()]).await?;
                tx.lengthen(&event.stream.tenant, (API_KEYS, ""), 1).await?;
            }
            ApiKeyEvent::Revoked { .. } => {
                if tx.execute(REVOKE_KEY, &[tenant.into(), id.into()]).await? == 1 {
                    tx.lengthen(&event.stream.tenant, (API_KEYS, ""), -1).await?;
                }
            }
        }
        Ok(())
    }
}

/// Names of events contain no commas.
fn joined(events: &std::collections::BTreeSet<String>) -> String {
    events.iter().map(String::as_str).collect::<Vec<_>>().join(",")
}

async fn switch(tx: &mut ViewTx<'_>, tenant: &str, id: &str, enabled: bool) -> Result<(), ProjectionError> {
    tx.execute(SWITCH, &[tenant.into(), id.into(), enabled.into()]).await?;
    ask_for_events(tx, tenant, id).await
}

/// Writes the rows of the events that a webhook asks for, as its own row is now.
async fn ask_for_events(tx: &mut ViewTx<'_>, tenant: &str, id: &str) -> Result<(), ProjectionError> {
    tx.execute(FORGET_EVENTS, &[tenant.into(), id.into()]).await?;
    let current = tx.query(CURRENT, &[tenant.into(), id.into()]).await?;
    let events = current.first().and_then(|row| row.text(0)).unwrap_or_default();
    for name in events.split(',').filter(|name| !name.is_empty()) {
        tx.execute(ADD_EVENT, &[tenant.into(), name.into(), id.into()]).await?;
    }
    Ok(())
}

/// Asks for a delivery to each webhook of the tenant that wants `event`.
async fn deliver(tx: &mut ViewTx<'_>, event: &Envelope) -> Result<(), ProjectionError> {
    let tenant = event.stream.tenant.as_str();
    let which = [tenant.into(), (&*event.event_type).into(), EVERY_EVENT.into()];
    for row in tx.query(ASKED_BY, &which).await? {
        let Some(recipient) = row.text(0) else { continue };
        Delivery { event, channel: CHANNEL, recipient, template: &event.event_type }.add(tx).await?;
    }
    Ok(())
}

#[async_trait(?Send)]
impl Projection for PartnersProjection {
    fn name(&self) -> &'static str {
        GROUP
    }

    async fn apply(&self, tx: &mut ViewTx<'_>, event: &Envelope) -> Result<(), ProjectionError> {
        match &*event.stream.kind {
            Webhook::TYPE => self.webhook(tx, event).await,
            ApiKey::TYPE => self.api_key(tx, event).await,
            _ => deliver(tx, event).await,
        }
    }

    fn committed(&self, batch: &[Envelope]) {
        self.wake.notify_one();
        if batch.iter().any(|event| &*event.stream.kind == ApiKey::TYPE) {
            self.keys_changed.notify_one();
        }
        for event in batch.iter().filter(|event| &*event.stream.kind == Webhook::TYPE) {
            if ["WEBHOOK_DISABLED", "WEBHOOK_DELETED"].contains(&&*event.event_type) {
                self.receivers.forget(&event.stream.id);
            }
        }
    }

    fn replaced(&self) {
        self.keys_changed.notify_one();
    }
}
