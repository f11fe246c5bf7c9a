//! How e-mails and text messages are sent, and what is known of one after each try.
//!
//! ```text
//! postman -> Line (circuit breaker) -> Way: mailbox | smtp | twilio
//! ```
//! ADR 13 distinguishes outcomes by what is certain: a refused or failed parcel certainly did not arrive, an unknown
//! one may have. The circuit breaker of a line opens when its transport keeps failing: the deliveries then wait, and
//! use up no retries.

pub mod smtp;
pub mod twilio;

use std::fmt::Write as _;
use std::time::Duration;

use domain::Clock;
use http_kit::{CallPermit, CircuitBreaker, CircuitBreakers};
use projection::deliveries::{DeliveryLookup, DeliveryOutcome};

use crate::email::WrittenEmail;
use crate::email::words::Variables;
use crate::mailbox::Mailbox;
use crate::template::Template;
use smtp::SmtpServer;
use twilio::Twilio;

/// The channel of text messages.
pub const TEXTS: &str = "sms";

/// An e-mail or a text message to send.
#[derive(Clone, Debug)]
pub enum Parcel {
    Email(WrittenEmail),
    Text(Text),
}

/// A text message: a template approved under DLT, and the values to fill it with.
#[derive(Clone, Debug)]
pub struct Text {
    /// The phone number: +91 and ten digits.
    pub to: String,
    pub template: Template,
    pub variables: Variables,
}

impl Parcel {
    /// The parcel as a file of the mailbox.
    fn file(&self) -> Vec<u8> {
        match self {
            Self::Email(letter) => letter.bytes.clone(),
            Self::Text(text) => {
                let mut file = format!(
                    "To: {}\r\nSubject: SMS {}\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n",
                    text.to,
                    text.template.name()
                );
                for (name, value) in &text.variables {
                    let _ = write!(file, "{name}: {}\r\n", value.replace(['\r', '\n'], " "));
                }
                file.into_bytes()
            }
        }
    }
}

/// The result of one try to send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sent {
    /// It arrived, or somebody has taken responsibility for it.
    Done,
    /// Certainly not accepted, and never will be. The transport itself works.
    Refused(String),
    /// Nothing that can be sent, so nobody was called.
    Unsendable(String),
    /// Certainly not accepted, but a retry may help. The transport itself works.
    Later(String),
    /// Certainly not accepted, because the transport does not work. It may say for how long.
    Down(String, Option<Duration>),
    /// Possibly accepted.
    Unknown(String),
}

/// How a channel reaches people.
#[derive(Debug)]
pub enum Transport {
    /// Files in the local mailbox, shown on a page.
    Mailbox(Mailbox),
    /// A mail server.
    Smtp(SmtpServer),
    /// Twilio, or a provider with the same protocol.
    Twilio(Twilio),
}

impl Transport {
    /// The longest time that one send may take.
    fn timeout(&self) -> Duration {
        match self {
            Self::Mailbox(_) => Duration::MAX,
            Self::Smtp(server) => server.timeout,
            Self::Twilio(_) => twilio::TIMEOUT,
        }
    }

    async fn send(&self, id: &str, parcel: &Parcel, permit: &CallPermit<'_>) -> Sent {
        match (self, parcel) {
            (Self::Mailbox(mailbox), parcel) => {
                let mailbox = mailbox.clone();
                let name = file(id);
                let file = parcel.file();
                match tokio::task::spawn_blocking(move || mailbox.put(&name, &file)).await {
                    Ok(Ok(())) => Sent::Done,
                    Ok(Err(error)) => Sent::Down(error.to_string(), None),
                    Err(error) => Sent::Down(error.to_string(), None),
                }
            }
            (Self::Smtp(server), Parcel::Email(letter)) => server.send(letter, permit).await,
            (Self::Twilio(twilio), Parcel::Text(text)) => twilio.send(id, text, permit).await,
            (Self::Smtp(_), Parcel::Text(_)) | (Self::Twilio(_), Parcel::Email(_)) => {
                Sent::Unsendable("its channel does not carry such a thing".into())
            }
        }
    }
}

/// The name of a delivery's file in the mailbox.
pub fn file(id: &str) -> String {
    format!("{id}.eml")
}

/// A channel: its transport, and a circuit breaker for it.
#[derive(Debug)]
pub struct Line {
    name: &'static str,
    way: Transport,
    breaker: CircuitBreaker,
    clock: Clock,
}

impl Line {
    /// Creates the channel called `name`.
    pub fn new(name: &'static str, way: Transport, breakers: &CircuitBreakers, clock: Clock) -> Self {
        let breaker = breakers.named(name, way.timeout());
        Self { name, way, breaker, clock }
    }

    /// Whether it sends to another machine, so that the fate of a delivery cannot be looked up.
    pub fn is_remote(&self) -> bool {
        !matches!(self.way, Transport::Mailbox(_))
    }

    /// Whether messages from `template` can be sent at all.
    pub fn has_template(&self, template: Template) -> bool {
        match &self.way {
            Transport::Twilio(twilio) => twilio.template(template).is_some(),
            Transport::Mailbox(_) | Transport::Smtp(_) => true,
        }
    }

    /// Sends a parcel under its delivery's id, or lets it wait while the circuit breaker is open.
    pub async fn send(&self, id: &str, parcel: &Parcel) -> DeliveryOutcome {
        let permit = match self.breaker.admit() {
            Ok(permit) => permit,
            Err(open) => {
                let millis = i64::try_from(open.retry_in.as_millis()).unwrap_or(i64::MAX);
                return DeliveryOutcome::Later(open.to_string(), self.clock.now().plus_millis(millis));
            }
        };
        let sent = self.way.send(id, parcel, &permit).await;
        match &sent {
            Sent::Down(_, pause) => permit.failed(*pause),
            Sent::Unknown(_) => permit.failed(None),
            Sent::Done | Sent::Refused(_) | Sent::Later(_) => permit.succeeded(),
            // Nobody was called, which says nothing about the other system.
            Sent::Unsendable(_) => drop(permit),
        }
        match sent {
            Sent::Done => DeliveryOutcome::Delivered,
            Sent::Refused(why) | Sent::Unsendable(why) => DeliveryOutcome::Refused(why),
            Sent::Later(why) | Sent::Down(why, _) => DeliveryOutcome::Failed(why),
            Sent::Unknown(why) => DeliveryOutcome::Unknown(why),
        }
    }

    /// Looks up what became of a delivery whose outbox worker was lost. Only the mailbox can tell.
    pub async fn look_up(&self, mailbox: &Mailbox, id: &str) -> DeliveryLookup {
        let mailbox = mailbox.clone();
        let name = file(id);
        match tokio::task::spawn_blocking(move || mailbox.read(&name)).await {
            Ok(Some(_)) => DeliveryLookup::Delivered,
            _ if self.is_remote() => DeliveryLookup::Unknown,
            _ => DeliveryLookup::Missing,
        }
    }
}

/// All channels.
#[derive(Debug)]
pub struct Lines {
    pub letters: Line,
    pub texts: Line,
}

impl Lines {
    /// The channel of that name.
    pub fn of(&self, channel: &str) -> Option<&Line> {
        [&self.letters, &self.texts].into_iter().find(|line| line.name == channel)
    }

    /// Whether anything leaves this machine.
    pub fn are_remote(&self) -> bool {
        self.letters.is_remote() || self.texts.is_remote()
    }
}
