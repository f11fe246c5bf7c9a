//! Warnings to a person that somebody may be attacking their account. Each kind of warning is given at most
//! once a day, so an attacker cannot use it to flood a mailbox or the journal.

use std::convert::Infallible;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::aggregate::{Aggregate, EventKind};
use crate::id::UserId;
use crate::time::Timestamp;

/// The events of a person's warnings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "eventType", content = "eventData", rename_all_fields = "camelCase")]
pub enum WarningEvent {
    /// Somebody is guessing the password of an account. Recorded at most once a day; it has no acting user.
    #[serde(rename = "PASSWORD_GUESSING_NOTICED")]
    Guessing {
        /// The account's owner.
        subject_id: UserId,
        /// The counts so far.
        #[serde(flatten)]
        guesses: Guesses,
    },
    /// Somebody tried to register with the e-mail address of an account. Recorded at most once a day; it has no
    /// acting user.
    #[serde(rename = "REGISTRATION_ATTEMPTED")]
    Registration {
        /// The address's owner.
        subject_id: UserId,
    },
}

impl EventKind for WarningEvent {}

/// Wrong passwords tried at an account in one day, from devices that never signed in to it. Their networks are
/// counted but not stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Guesses {
    /// Number of tries.
    pub tries: u32,
    /// Number of networks (a /24 of IPv4, a /64 of IPv6).
    pub networks: u32,
    /// When the first try was made.
    pub since: Timestamp,
}

/// The commands of warnings.
#[derive(Clone, Copy, Debug)]
pub enum WarningCommand {
    /// Warn that somebody is guessing the password.
    OfGuessing(UserId, Guesses),
    /// Warn that somebody tried to register with the person's address.
    OfRegistration(UserId),
}

/// The state of one person's warnings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Warnings {
    /// The Indian calendar days of the last warnings.
    guessing: Option<i64>,
    registration: Option<i64>,
}

impl Aggregate for Warnings {
    const TYPE: &'static str = "warning";
    type Command = WarningCommand;
    type Event = WarningEvent;
    type Rejection = Infallible;

    /// Returns no event when the warning was already given today.
    fn decide(&self, command: WarningCommand, now: Timestamp) -> Result<Vec<WarningEvent>, Infallible> {
        let (last, event) = match command {
            WarningCommand::OfGuessing(subject_id, guesses) => {
                (self.guessing, WarningEvent::Guessing { subject_id, guesses })
            }
            WarningCommand::OfRegistration(subject_id) => {
                (self.registration, WarningEvent::Registration { subject_id })
            }
        };
        Ok(if last == Some(now.india_day()) { Vec::new() } else { vec![event] })
    }

    fn evolve(&mut self, event: &WarningEvent, at: Timestamp) {
        let last = match event {
            WarningEvent::Guessing { .. } => &mut self.guessing,
            WarningEvent::Registration { .. } => &mut self.registration,
        };
        *last = Some(at.india_day());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::Ids;

    #[test]
    fn each_warning_is_given_once_a_day() {
        let now = Timestamp::from_micros(1_768_473_000_000_000);
        let person: UserId = Ids.id(now);
        let guesses = Guesses { tries: 10, networks: 2, since: now };
        let guessing = WarningCommand::OfGuessing(person, guesses);
        let registration = WarningCommand::OfRegistration(person);
        let mut state = Warnings::default();
        let given = state.decide(guessing, now).unwrap();
        assert_eq!(given, [WarningEvent::Guessing { subject_id: person, guesses }]);
        state.evolve(&given[0], now);
        assert_eq!(state.decide(guessing, now.plus_seconds(3600)).unwrap(), []);
        let other = state.decide(registration, now).unwrap();
        assert_eq!(other, [WarningEvent::Registration { subject_id: person }]);
        state.evolve(&other[0], now);
        assert_eq!(state.decide(registration, now).unwrap(), []);
        assert_eq!(state.decide(guessing, now.plus_seconds(86_400)).unwrap(), given);
    }
}
