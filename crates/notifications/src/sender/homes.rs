//! What people are told about enquiries and listings. It is read from the events when it is sent, so that nothing is
//! told that was erased when a person left.

use domain::fields::Choice;
use domain::lead::{Enquiry, LeadEvent, Purpose};
use domain::property::PropertyEvent;
use domain::user::User;
use domain::{Envelope, PropertyId};
use projection::deliveries::{DeliveryOutcome, LeasedDelivery};

use super::request::{Request, To};
use super::{Failed, NotificationSender, Step, ended};
use crate::channel::TEXTS;
use crate::email::words::{APPROVED, REJECTED, Variables, india};
use crate::projection::homes::INBOX;
use crate::template::Template;

/// Maximum length of one variable of a template approved under DLT.
const LONGEST_IN_TEXT: usize = 30;
/// The variables stored in an inbox. About other people they hold nothing but the title of the listing concerned.
const IN_INBOX: [&str; 5] = ["title", "propertyId", "purpose", "status", "decision"];

fn variables(home: PropertyId, title: &str, told: &[(&str, Option<String>)]) -> Variables {
    let told = told.iter().filter_map(|(name, text)| Some(((*name).to_owned(), text.clone()?)));
    let home = [("title".to_owned(), title.to_owned()), ("propertyId".to_owned(), home.to_string())];
    told.chain(home).collect()
}

impl NotificationSender {
    /// An enquiry to an owner, or the owner's follow-up for the person who asked.
    pub(super) async fn lead(&self, order: &LeasedDelivery, event: &Envelope) -> Step<Request> {
        let (template, told) = match self.aggregates.decode(event)? {
            LeadEvent::Made { property_id, snapshot, enquiry, .. } => {
                // The person who asked may have left while their key still exists.
                let (seeker, _) = self.aggregates.load::<User>(&order.tenant, enquiry.seeker_id).await?;
                let left = seeker.person.is_none_or(|person| person.account.as_ref().is_none());
                match asked(property_id, snapshot.title.text(), enquiry).filter(|_| !left) {
                    Some(told) => (Template::Lead, told),
                    None => return Ok(ended("who asked has left")),
                }
            }
            LeadEvent::Updated { property_id, title, to, .. } => {
                let Some(title) = title.as_ref() else { return Ok(ended("who was asked has left")) };
                let status = Some(to.word().to_owned());
                let mut told = variables(property_id, title, &[("status", status)]);
                // The words of somebody whose address is not confirmed go to nobody else. On this site they are seen
                // anyway.
                if order.channel != INBOX && !self.is_confirmed(order, event).await? {
                    told.remove("title");
                }
                (Template::LeadAnswer, told)
            }
        };
        Ok(Ok(addressed(order, template, told)))
    }

    /// Whether the person who caused the event has confirmed their address.
    async fn is_confirmed(&self, order: &LeasedDelivery, event: &Envelope) -> Result<bool, Failed> {
        let Some(user) = event.user_id else { return Ok(false) };
        let (user, _) = self.aggregates.load::<User>(&order.tenant, user).await?;
        Ok(user.person.is_some_and(|person| person.email_verified))
    }

    /// A moderator's decision about a person's listing.
    pub(super) fn decided(&self, order: &LeasedDelivery, event: &Envelope) -> Step<Request> {
        let (home, title, decision, reason) = match self.aggregates.decode(event)? {
            PropertyEvent::Approved { property_id, title } => (property_id, title, APPROVED, None),
            PropertyEvent::Rejected { property_id, title, reason, .. } => {
                (property_id, title, REJECTED, Some(reason.text().to_owned()))
            }
            _ => return Ok(Err(DeliveryOutcome::Refused("its event asks for no e-mail".into()))),
        };
        let told = variables(home, title.text(), &[("decision", Some(decision.into())), ("reason", reason)]);
        Ok(Ok(addressed(order, Template::Reviewed, told)))
    }
}

fn addressed(order: &LeasedDelivery, template: Template, mut told: Variables) -> Request {
    if order.channel == TEXTS {
        told.remove("message");
        for (_, text) in told.iter_mut().filter(|(name, _)| *name != "propertyId") {
            *text = text.chars().take(LONGEST_IN_TEXT).collect();
        }
    }
    if order.channel == INBOX {
        told.retain(|name, _| IN_INBOX.contains(&name.as_str()));
    }
    Request { template, token: None, told, to: To::Person(order.recipient) }
}

/// The variables of an enquiry; `None` if the person who asked was erased.
fn asked(home: PropertyId, title: &str, enquiry: Enquiry) -> Option<Variables> {
    let seeker = enquiry.seeker.into_value()?;
    let purpose = match enquiry.purpose {
        Purpose::Enquiry => None,
        Purpose::Visit => Some("would like to visit".to_owned()),
        Purpose::Callback => Some("would like to be called back about".to_owned()),
    };
    let told = [
        ("purpose", purpose),
        ("name", Some(seeker.name.unwrap_or_else(|| "Somebody".into()))),
        ("phone", seeker.phone),
        ("email", seeker.email),
        ("when", enquiry.visit_at.map(india)),
        ("message", enquiry.words.and_then(domain::Personal::into_value)),
    ];
    Some(variables(home, title, &told))
}
