//! What an event asks to be sent.

use domain::notification::{Notification, NotificationEvent};
use domain::user::{IssuedToken, UserEvent};
use domain::{Envelope, UserId};
use projection::deliveries::{DeliveryOutcome, LeasedDelivery};

use super::{NotificationSender, Step, ended};
use crate::email::words::Variables;
use crate::projection::NOTIFICATION;
use crate::projection::homes::{LEAD, PROPERTY};
use crate::projection::warnings::WARNING;
use crate::template::Template;

/// What is to be sent, and to whom.
#[derive(Debug)]
pub struct Request {
    pub template: Template,
    /// Only for e-mails with a secret link.
    pub token: Option<IssuedToken>,
    pub told: Variables,
    pub to: To,
}

/// The recipient.
#[derive(Debug)]
pub enum To {
    /// A person; their address is looked up when it is sent.
    Person(UserId),
    /// An address that belongs to no account.
    Address(String),
}

impl NotificationSender {
    /// What `event` asks for, if it is still wanted.
    pub(super) async fn request(&self, order: &LeasedDelivery, event: &Envelope) -> Step<Request> {
        if &*event.stream.kind == NOTIFICATION {
            return self.notification(order, event).await;
        }
        match &*event.stream.kind {
            LEAD => return self.lead(order, event).await,
            PROPERTY => return self.decided(order, event),
            WARNING => return Ok(Ok(self.warning(order, event)?)),
            _ => {}
        }
        let (template, token) = match self.aggregates.decode(event)? {
            UserEvent::Registered { verification, .. } => (Template::VerifyEmail, Some(verification)),
            UserEvent::PasswordResetRequested { reset } => (Template::PasswordReset, Some(reset)),
            UserEvent::EmailVerified {} => (Template::Welcome, None),
            UserEvent::VerificationRequested { template, verification } => match Template::named(&template) {
                Some(template) => (template, Some(verification)),
                None => return Ok(Err(DeliveryOutcome::Refused(format!("there is no e-mail {template}")))),
            },
            _ => return Ok(Err(DeliveryOutcome::Refused("its event asks for no e-mail".into()))),
        };
        Ok(Ok(Request { template, token, told: Variables::new(), to: To::Person(order.recipient) }))
    }

    async fn notification(&self, order: &LeasedDelivery, event: &Envelope) -> Step<Request> {
        let NotificationEvent::Requested { subject_id, template, address, variables, .. } =
            self.aggregates.decode(event)?
        else {
            return Ok(Err(DeliveryOutcome::Refused("its event asks for no e-mail".into())));
        };
        let (now, _) = self.aggregates.load::<Notification>(&order.tenant, &event.stream.id).await?;
        if now.deleted {
            return Ok(ended("it was deleted before it was sent"));
        }
        let Some(told) = variables.into_value() else { return Ok(ended("the person was erased")) };
        let to = match (subject_id, address) {
            (Some(user), _) => To::Person(user),
            (None, Some(address)) => match address.into_value() {
                Some(address) => To::Address(address),
                None => return Ok(ended("the address was erased")),
            },
            (None, None) => return Ok(Err(DeliveryOutcome::Refused("it is to nobody".into()))),
        };
        Ok(Ok(Request { template: Template::of(template), token: None, told, to }))
    }
}
