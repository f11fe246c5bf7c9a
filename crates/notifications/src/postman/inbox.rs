//! Puts what happened into an inbox: asks, by an event, that the person be told there.
//!
//! The event's stream follows from the delivery, so the journal itself says whether it was asked: no crash, rebuild or
//! lost read model asks twice.

use domain::notification::{
    Asked, Notification, NotificationCommand, NotificationRejection, notification_of,
};
use domain::preferences::{Channel, Preferences};
use domain::user::User;
use domain::{Actor, Metadata, Personal};
use journal::{ExecuteError, Options};
use projection::deliveries::{Found, Order, Outcome};

use super::request::{Request, To};
use super::{Failed, Postman};

impl Postman {
    /// Nothing is told to whoever left or wants none of it. Quiet hours are for what disturbs; an inbox waits.
    pub(super) async fn tell(&self, order: &Order, request: Request) -> Result<Outcome, Failed> {
        let (To::Person(user), Some(kind)) = (request.to, request.template.filed_under()) else {
            return Ok(Outcome::Refused("it is for nobody's inbox".into()));
        };
        let Some(id) = notification_of(&order.id) else {
            return Ok(Outcome::Refused("its id is none of a delivery".into()));
        };
        let (known, _) = self.ledger.load::<User>(&order.tenant, user).await?;
        if known.person.is_none_or(|person| person.account.as_ref().is_none()) {
            return Ok(Outcome::NotWanted("the person left".into()));
        }
        let (choices, _) = self.ledger.load::<Preferences>(&order.tenant, user).await?;
        // A warning is no kind of news that anybody switches off.
        if request.template.kind().is_some() && !choices.wants(kind, Channel::InApp) {
            return Ok(Outcome::NotWanted("the person switched it off".into()));
        }
        let (subject, channel) = (Some(user), Channel::InApp);
        let variables = Personal::of(user, request.told);
        let asked = Asked { id, subject, channel, kind, address: None, variables };
        let metadata = Metadata { causation_id: Some(order.event_id), ..Metadata::default() };
        let actor = Actor { tenant: order.tenant.clone(), user: None, metadata };
        let command = NotificationCommand::Request(Box::new(asked));
        match self.ledger.execute::<Notification>(&actor, id, command, Options::default()).await {
            Ok(_) | Err(ExecuteError::Rejected(NotificationRejection::Exists)) => Ok(Outcome::Delivered),
            Err(error) => Err(error.into()),
        }
    }

    /// Whether a delivery whose courier was lost had been asked for. To ask again is refused by the stream if it was.
    pub(super) async fn in_inbox(&self, order: &Order) -> Found {
        let Some(id) = notification_of(&order.id) else { return Found::Unknown };
        match self.ledger.load::<Notification>(&order.tenant, id).await {
            Ok((known, _)) if known.asked.is_some() => Found::Delivered,
            _ => Found::Missing,
        }
    }
}
