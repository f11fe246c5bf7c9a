//! Tickets for realtime connections. A page on another site cannot set a header on a WebSocket or an `EventSource`,
//! and a token in the URL would end up in logs.
//!
//! A ticket opens one connection. When that breaks, the ticket opens it again, because an `EventSource` reconnects by
//! itself, always with the same URL.
//!
//! ```text
//! issued -> within SECONDS -> open -> broken -> within AGAIN -> open …      at most LONGEST, and never beyond its session
//! ```

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use domain::Timestamp;
use http_kit::{Claims, Failure, Tokens};
use rand::distr::{Alphanumeric, SampleString};
use tokio::sync::watch;

/// Seconds until a ticket must be used for the first time.
pub const SECONDS: i64 = 60;
/// Seconds in which a broken connection must be opened again. Ended sessions are remembered for longer than a token
/// lives, so this is never longer than that.
const AGAIN: i64 = 300;
/// The longest life of a ticket in seconds. A session lives a day at least.
const LONGEST: i64 = 12 * 3600;
/// 62^32 possibilities: tickets cannot be guessed.
const LENGTH: usize = 32;

/// What a connection speaks. A ticket is good for one of them, the one it was used for first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channel {
    Events,
    Socket,
}

/// The tickets of this process. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct Tickets(Arc<Mutex<HashMap<String, Issued>>>);

#[derive(Debug)]
struct Issued {
    claims: Claims,
    /// When it must be used. Moves ahead with every connection.
    until: Timestamp,
    /// Whatever happens, it ends then.
    at_latest: Timestamp,
    channel: Option<Channel>,
    /// The number of its newest connection.
    newest: watch::Sender<u64>,
}

/// The use of a ticket by one connection.
#[derive(Debug)]
pub struct TicketUse {
    tickets: Tickets,
    tokens: Arc<Tokens>,
    ticket: String,
    number: u64,
    at_latest: Timestamp,
    newest: watch::Receiver<u64>,
}

impl Tickets {
    fn open(&self) -> MutexGuard<'_, HashMap<String, Issued>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A new ticket with these claims.
    pub fn issue(&self, claims: Claims, now: Timestamp) -> String {
        let ticket = Alphanumeric.sample_string(&mut rand::rng(), LENGTH);
        let (until, at_latest) = (now.plus_seconds(SECONDS), now.plus_seconds(LONGEST));
        let issued = Issued { claims, until, at_latest, channel: None, newest: watch::Sender::new(0) };
        let mut open = self.open();
        open.retain(|_, issued| issued.until > now);
        open.insert(ticket.clone(), issued);
        ticket
    }

    /// Opens a connection with a ticket. An earlier connection of that ticket ends: its client has gone, or somebody
    /// else has it.
    ///
    /// # Errors
    /// When the ticket is unknown, too old, of another channel, or its session has ended.
    pub fn take(
        &self,
        tokens: &Arc<Tokens>,
        ticket: &str,
        channel: Channel,
    ) -> Result<(Claims, TicketUse), Failure> {
        let now = tokens.monotonic_clock().now();
        let unknown = || {
            Failure::unauthenticated("the ticket is unknown or too old; get another at /api/realtime/ticket")
        };
        let mut open = self.open();
        let issued = open.get_mut(ticket).filter(|issued| issued.until > now).ok_or_else(unknown)?;
        if issued.channel.is_some_and(|first| first != channel) {
            return Err(Failure::unauthenticated("the ticket was used for a connection of another kind"));
        }
        if let Err(error) = tokens.session_holds(&issued.claims) {
            open.remove(ticket);
            return Err(Failure::unauthenticated(&error.to_string()));
        }
        issued.channel = Some(channel);
        issued.until = issued.at_latest;
        let number = *issued.newest.borrow() + 1;
        issued.newest.send_replace(number);
        let (tickets, tokens) = (self.clone(), Arc::clone(tokens));
        let (at_latest, newest) = (issued.at_latest, issued.newest.subscribe());
        let ticket = ticket.to_owned();
        Ok((issued.claims.clone(), TicketUse { tickets, tokens, ticket, number, at_latest, newest }))
    }
}

impl TicketUse {
    /// Whether the connection may go on at `now`.
    pub fn holds(&self, now: Timestamp) -> bool {
        now < self.at_latest && *self.newest.borrow() == self.number
    }

    /// Waits until another connection uses the ticket.
    pub async fn replaced(&mut self) {
        let number = self.number;
        if self.newest.wait_for(|newest| *newest != number).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

impl Drop for TicketUse {
    fn drop(&mut self) {
        let now = self.tokens.monotonic_clock().now();
        let again = AGAIN.min(self.tokens.lifetime());
        let mut open = self.tickets.open();
        if let Some(issued) =
            open.get_mut(&self.ticket).filter(|issued| *issued.newest.borrow() == self.number)
        {
            issued.until = now.plus_seconds(again).min(issued.at_latest);
        }
    }
}
