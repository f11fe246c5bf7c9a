//! What a warning tells: how often and since when, and nobody's address.

use domain::Envelope;
use domain::warning::WarningEvent;
use projection::deliveries::Order;

use super::request::{Request, To};
use super::{Failed, Postman};
use crate::letter::words::{Variables, india};
use crate::template::{Template, WARNING};

impl Postman {
    pub(super) fn warning(&self, order: &Order, event: &Envelope) -> Result<Request, Failed> {
        let (template, counted) = match self.ledger.decode(event)? {
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
