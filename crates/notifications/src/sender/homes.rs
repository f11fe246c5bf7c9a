//! What is told of enquiries and listings, read from their events when it is carried: whatever its person's leaving took
//! is not told.

use domain::fields::Choice;
use domain::lead::{Enquiry, LeadEvent, Purpose};
use domain::property::PropertyEvent;
use domain::user::User;
use domain::{Envelope, PropertyId};
use projection::deliveries::{DeliveryOutcome, LeasedDelivery};

use super::request::{Request, To};
use super::{NotificationSender, Step, ended};
use crate::channel::TEXTS;
use crate::email::words::{APPROVED, REJECTED, Variables, india};
use crate::projection::homes::INBOX;
use crate::template::Template;

/// One variable of a template approved under DLT holds no more.
const LONGEST_IN_TEXT: usize = 30;
/// What an inbox is told: of other people nothing but the title of the home that it is about.
const IN_INBOX: [&str; 5] = ["title", "propertyId", "purpose", "status", "decision"];

fn variables(home: PropertyId, title: &str, told: &[(&str, Option<String>)]) -> Variables {
    let told = told.iter().filter_map(|(name, text)| Some(((*name).to_owned(), text.clone()?)));
    let home = [("title".to_owned(), title.to_owned()), ("propertyId".to_owned(), home.to_string())];
    told.chain(home).collect()
}

impl NotificationSender {
    /// An owner is asked, or whoever asked is answered.
    pub(super) async fn lead(&self, order: &LeasedDelivery, event: &Envelope) -> Step<Request> {
        let (template, told) = match self.aggregates.decode(event)? {
            LeadEvent::Made { property_id, snapshot, enquiry, .. } => {
                // Between their leaving and the end of their key.
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
                (Template::LeadAnswer, variables(property_id, title, &[("status", status)]))
            }
        };
        Ok(Ok(addressed(order, template, told)))
    }

    /// A moderator decided about somebody's listing.
    pub(super) fn decided(&self, order: &LeasedDelivery, event: &Envelope) -> Step<Request> {
        let (home, title, decision, reason) = match self.aggregates.decode(event)? {
            PropertyEvent::Approved { property_id, title } => (property_id, title, APPROVED, None),
            PropertyEvent::Rejected { property_id, title, reason, .. } => {
                (property_id, title, REJECTED, Some(reason.text().to_owned()))
            }
            _ => return Ok(Err(DeliveryOutcome::Refused("its event asks for no letter".into()))),
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

/// Nothing when who asked was erased.
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
