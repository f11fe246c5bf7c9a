//! One-time tickets for WebSocket connections. A page on another site cannot set a header on a WebSocket, and a token
//! in the URL would end up in logs.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use domain::Timestamp;
use http_kit::Claims;
use rand::distr::{Alphanumeric, SampleString};

/// Lifetime of a ticket in seconds.
pub const SECONDS: i64 = 60;
/// 62^32 possibilities: tickets cannot be guessed.
const LENGTH: usize = 32;

/// The unused tickets of this process.
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

    /// Takes a ticket out, so that it cannot be used again.
    pub fn take(&self, ticket: &str, now: Timestamp) -> Option<Claims> {
        let taken = self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(ticket);
        taken.filter(|(_, until)| *until > now).map(|(claims, _)| claims)
    }
}
