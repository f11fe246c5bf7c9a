//! Puts news into an inbox, by recording an event that requests a notification.
//!
//! The event's stream id is derived from the delivery, so the journal itself knows whether the notification was
//! requested: no crash, rebuild or lost read model requests it twice.

use domain::notification::{
    Notification, NotificationCommand, NotificationRejection, NotificationRequest, notification_of,
};
use domain::preferences::{Channel, Preferences};
use domain::user::User;
use domain::{Actor, Metadata, Personal};
use journal::{ExecuteError, Options};
use projection::deliveries::{DeliveryLookup, DeliveryOutcome, LeasedDelivery};

use super::request::{Request, To};
use super::{Failed, NotificationSender};

impl NotificationSender {
    /// Requests a notification, unless the person left or does not want it. Quiet hours do not apply, since an inbox
    /// disturbs nobody.
    pub(super) async fn tell(
        &self,
        order: &LeasedDelivery,
        request: Request,
    ) -> Result<DeliveryOutcome, Failed> {
        let (To::Person(user), Some(kind)) = (request.to, request.template.filed_under()) else {
            return Ok(DeliveryOutcome::Refused("it is for nobody's inbox".into()));
        };
        let Some(id) = notification_of(&order.id) else {
            return Ok(DeliveryOutcome::Refused("its id is none of a delivery".into()));
        };
        let (known, _) = self.aggregates.load::<User>(&order.tenant, user).await?;
        if known.person.is_none_or(|person| person.account.as_ref().is_none()) {
            return Ok(DeliveryOutcome::NotWanted("the person left".into()));
        }
        let (choices, _) = self.aggregates.load::<Preferences>(&order.tenant, user).await?;
        // Nobody can switch warnings off.
        if request.template.kind().is_some() && !choices.wants(kind, Channel::InApp) {
            return Ok(DeliveryOutcome::NotWanted("the person switched it off".into()));
        }
        let subject = Some(user);
        let channel = Channel::InApp;
        let variables = Personal::of(user, request.told);
        let asked = NotificationRequest { id, subject, channel, kind, address: None, variables };
        let metadata = Metadata { causation_id: Some(order.event_id), ..Metadata::default() };
        let actor = Actor { tenant: order.tenant.clone(), user: None, metadata };
        let command = NotificationCommand::Request(Box::new(asked));
        match self.aggregates.execute::<Notification>(&actor, id, command, Options::default()).await {
            Ok(_) | Err(ExecuteError::Rejected(NotificationRejection::Exists)) => {
                Ok(DeliveryOutcome::Delivered)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Whether a delivery whose outbox worker was lost had been requested. If it was, the stream refuses a second
    /// request.
    pub(super) async fn in_inbox(&self, order: &LeasedDelivery) -> DeliveryLookup {
        let Some(id) = notification_of(&order.id) else { return DeliveryLookup::Unknown };
        match self.aggregates.load::<Notification>(&order.tenant, id).await {
            Ok((known, _)) if known.asked.is_some() => DeliveryLookup::Delivered,
            _ => DeliveryLookup::Missing,
        }
    }
}
