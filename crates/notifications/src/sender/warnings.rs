//! What a warning says: how often and since when, without anybody's address.

use domain::Envelope;
use domain::warning::WarningEvent;
use projection::deliveries::LeasedDelivery;

use super::request::{Request, To};
use super::{Failed, NotificationSender};
use crate::email::words::{Variables, india};
use crate::template::{Template, WARNING};

impl NotificationSender {
    pub(super) fn warning(&self, order: &LeasedDelivery, event: &Envelope) -> Result<Request, Failed> {
        let (template, counted) = match self.aggregates.decode(event)? {
            WarningEvent::Guessing { guesses, .. } => (Template::Guessing, Some(guesses)),
            WarningEvent::Registration { .. } => (Template::Registration, None),
        };
        let mut told = Variables::from([(WARNING.to_owned(), template.name().to_owned())]);
        if let Some(guesses) = counted {
            told.insert("tries".into(), guesses.tries.to_string());
            told.insert("networks".into(), guesses.networks.to_string());
            told.insert("since".into(), india(guesses.since));
        }
        Ok(Request { template, token: None, told, to: To::Person(order.recipient) })
    }
}
