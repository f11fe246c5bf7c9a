//! One-time tickets: a WebSocket of a page elsewhere cannot send a header, and a token in an address ends up in logs.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use domain::Timestamp;
use http_kit::Claims;
use rand::distr::{Alphanumeric, SampleString};

/// A ticket is good for so long.
pub const SECONDS: i64 = 60;
/// 62^32: nobody guesses one.
const LENGTH: usize = 32;

/// The tickets of this process that nobody used yet.
#[derive(Debug, Default)]
pub struct Tickets(Mutex<HashMap<String, (Claims, Timestamp)>>);

impl Tickets {
    pub fn issue(&self, claims: Claims, now: Timestamp) -> String {
        let ticket = Alphanumeric.sample_string(&mut rand::rng(), LENGTH);
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|_, (_, until)| *until > now);
        open.insert(ticket.clone(), (claims, now.plus_seconds(SECONDS)));
        ticket
    }

    /// Uses a ticket up.
    pub fn take(&self, ticket: &str, now: Timestamp) -> Option<Claims> {
        let taken = self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(ticket);
        taken.filter(|(_, until)| *until > now).map(|(claims, _)| claims)
    }
}
