//! Carries the deliveries of webhooks out. A message has the id of its delivery, the same at every try.

use async_trait::async_trait;
use aws_lc_rs::digest::{SHA256, digest};
use domain::aggregate::Aggregate as _;
use domain::notification::{
    Notification, NotificationCommand, NotificationRejection, NotificationRequest, notification_of,
};
use domain::preferences::{Channel, Kind};
use domain::property::Property;
use domain::webhook::{DisabledReason, Webhook, WebhookCommand, WebhookDetails, WebhookRejection};
use domain::{Actor, Envelope, Metadata, NotificationId, Personal, WebhookId};
use http_kit::BreakerFamily;
use journal::{AggregateStore, ExecuteError, Options};
use projection::ViewStore;
use projection::deliveries::{DeliveryHandler, DeliveryLookup, DeliveryOutcome, LeasedDelivery};
use uuid::Uuid;

use super::client::{Message, Receipt, WebhookClient};
use super::settings::WebhookSettings;
use super::signature::SigningSecret;
use super::{events, failing, payload};
use crate::projection::TEST_CHANNEL;

/// Sends events to webhooks, and disables webhooks that fail for long.
#[derive(Debug)]
pub struct WebhookSender {
    pub aggregates: AggregateStore,
    pub store: ViewStore,
    pub client: WebhookClient,
    pub settings: WebhookSettings,
    /// Tells operators which receivers do not work. What leaves one alone is the order of its messages (ADR 53).
    pub receivers: BreakerFamily,
}

type Failed = Box<dyn std::error::Error + Send + Sync>;

#[async_trait]
impl DeliveryHandler for WebhookSender {
    async fn carry(&self, order: &LeasedDelivery) -> DeliveryOutcome {
        self.send(order).await.unwrap_or_else(|error| DeliveryOutcome::Failed(error.to_string()))
    }

    /// Always `Missing`, so that the delivery is carried again: receivers know a message by its id.
    async fn look_up(&self, _: &LeasedDelivery) -> DeliveryLookup {
        DeliveryLookup::Missing
    }
}

impl WebhookSender {
    /// Whether the event is about a home that visitors do not see, such as a draft.
    async fn is_hidden(&self, event: &Envelope) -> Result<bool, Failed> {
        if &*event.stream.kind != Property::TYPE {
            return Ok(false);
        }
        let (home, _) = self.aggregates.load::<Property>(&event.stream.tenant, &event.stream.id).await?;
        Ok(home.listing.is_some_and(|listing| !listing.status.is_public()))
    }

    async fn send(&self, order: &LeasedDelivery) -> Result<DeliveryOutcome, Failed> {
        let event = order.event(&**self.aggregates.journal()).await?;
        let id = WebhookId::from(order.recipient.uuid());
        let (webhook, _) = self.aggregates.load::<Webhook>(&order.tenant, id).await?;
        let Some(details) = webhook.present() else {
            self.receivers.forget(&id.to_string());
            return Ok(DeliveryOutcome::NotWanted("the webhook was deleted".into()));
        };
        if order.channel == TEST_CHANNEL {
            let body = payload::of_test(id, event.timestamp);
            return Ok(match self.post(order, details, body).await {
                Receipt::Accepted => DeliveryOutcome::Delivered,
                Receipt::Gone => DeliveryOutcome::Refused("the receiver answered 410".into()),
                // Whoever tests looks now, and not after the next tries.
                Receipt::Failed(why) => DeliveryOutcome::Refused(why),
            });
        }
        if details.disabled.is_some() {
            self.receivers.forget(&id.to_string());
            return Ok(DeliveryOutcome::Refused("the webhook is disabled".into()));
        }
        let Some(published) = events::published(&event.event_type) else {
            return Ok(DeliveryOutcome::NotWanted("webhooks do not carry this event any more".into()));
        };
        let hidden = self.is_hidden(&event).await?;
        let body = payload::of_event(&self.aggregates, &event, published, hidden);
        let receipt = self.post(order, details, body).await;
        match &receipt {
            Receipt::Accepted => self.receivers.succeeded(&id.to_string()),
            Receipt::Gone | Receipt::Failed(_) => self.receivers.failed(&id.to_string()),
        }
        match receipt {
            Receipt::Accepted => Ok(DeliveryOutcome::Delivered),
            Receipt::Gone => {
                if !self.disable(order, details, DisabledReason::Gone).await? {
                    return Ok(DeliveryOutcome::Failed("an earlier address answered 410".into()));
                }
                Ok(DeliveryOutcome::Refused("the receiver answered 410, so the webhook is disabled".into()))
            }
            Receipt::Failed(why) => {
                self.disable_if_failing(order, details, &event).await?;
                Ok(DeliveryOutcome::Failed(why))
            }
        }
    }

    async fn post(&self, order: &LeasedDelivery, details: &WebhookDetails, body: String) -> Receipt {
        let now = self.aggregates.clock().now();
        let keys = self.aggregates.keys();
        let secret = |nonce: &str| SigningSecret::derived(keys, &order.tenant, details.id, nonce);
        let secrets: Vec<SigningSecret> = details.nonces(now).map(secret).collect();
        let message = Message { id: &order.id, timestamp: now.seconds(), body };
        self.client.post(&details.subscription.url, message, &secrets).await
    }

    async fn disable_if_failing(
        &self,
        order: &LeasedDelivery,
        details: &WebhookDetails,
        event: &Envelope,
    ) -> Result<(), Failed> {
        let times = (event.timestamp, self.aggregates.clock().now());
        let reason = failing::reason_to_disable(&self.store, &self.settings, order, details, times).await?;
        if let Some(reason) = reason {
            self.disable(order, details, reason).await?;
        }
        Ok(())
    }

    /// Disables the webhook. Its creator is told first, so that a crash in between cannot keep it from them. Returns false,
    /// and does nothing, if it is not what it was before the try: the next try judges what somebody made of it.
    async fn disable(
        &self,
        order: &LeasedDelivery,
        details: &WebhookDetails,
        reason: DisabledReason,
    ) -> Result<bool, Failed> {
        let (webhook, version) = self.aggregates.load::<Webhook>(&order.tenant, details.id).await?;
        if webhook.present() != Some(details) {
            return Ok(false);
        }
        let metadata = Metadata { causation_id: Some(order.event_id), ..Metadata::default() };
        let actor = Actor { tenant: order.tenant.clone(), user: None, metadata };
        self.tell_creator(&actor, order, details, reason).await?;
        let command = WebhookCommand::Disable(reason);
        let options = Options { if_version: Some(vec![version]), ..Options::default() };
        match self.aggregates.execute::<Webhook>(&actor, details.id, command, options).await {
            Ok(_) => {}
            Err(ExecuteError::Precondition { .. } | ExecuteError::Rejected(WebhookRejection::Unknown)) => {
                return Ok(false);
            }
            Err(error) => return Err(error.into()),
        }
        tracing::error!(webhook.id = %details.id, reason = reason.word(), "a webhook is disabled");
        metrics::counter!("webhooks_disabled_total", "reason" => reason.word()).increment(1);
        Ok(true)
    }

    /// Asks for a notification to the admin who created the webhook, by e-mail and in the inbox; once for each time that
    /// the webhook was enabled.
    async fn tell_creator(
        &self,
        actor: &Actor,
        order: &LeasedDelivery,
        details: &WebhookDetails,
        reason: DisabledReason,
    ) -> Result<(), Failed> {
        let Some(id) = notification_id(order, details) else { return Ok(()) };
        let why = match reason {
            DisabledReason::ByAdmin => "an administrator disabled it",
            DisabledReason::Gone => "its receiver answered 410",
            DisabledReason::DeliveriesFailed => "several deliveries in a row failed",
            DisabledReason::Unreachable => "its receiver accepted nothing for days",
        };
        let message =
            format!("The webhook {} is disabled: {why}. Events are not sent to it now.", details.id);
        let creator = details.created_by;
        let variables = Personal::of(creator, [("message".to_owned(), message)].into());
        let (channel, kind) = (Channel::Email, Kind::General);
        let request =
            NotificationRequest { id, subject: Some(creator), channel, kind, address: None, variables };
        let command = NotificationCommand::Request(Box::new(request));
        match self.aggregates.execute::<Notification>(actor, id, command, Options::default()).await {
            // Whoever left cannot be told; others see it in the list of webhooks.
            Ok(_) | Err(ExecuteError::Rejected(NotificationRejection::Exists) | ExecuteError::Decode(_)) => {
                Ok(())
            }
            Err(error) => Err(error.into()),
        }
    }
}

/// The same at every try of a delivery. A delivery that is sent again may disable a webhook that was enabled meanwhile, and
/// that is news.
fn notification_id(order: &LeasedDelivery, details: &WebhookDetails) -> Option<NotificationId> {
    let text = format!("{}|{}", order.id, details.enabled_at.micros());
    let hash = digest(&SHA256, text.as_bytes());
    notification_of(&Uuid::from_bytes(*hash.as_ref().first_chunk()?).simple().to_string())
}
