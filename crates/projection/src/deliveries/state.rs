//! The states of a delivery.

use domain::Timestamp;

use super::LeasedDelivery;

/// The state of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeliveryState {
    /// To be carried out.
    Due,
    /// Leased by an outbox worker.
    Leased,
    /// Carried out.
    Delivered,
    /// Not carried out: no longer wanted.
    NotWanted,
    /// Not carried out: the recipient's limit is reached.
    NotSent,
    /// Not carried out: the target rejects it for good.
    Refused,
    /// Not carried out: all tries failed.
    Failed,
    /// Perhaps carried out.
    Unknown,
    /// Found by a rebuild, which carries nothing out.
    LeftOut,
    /// Given up by an operator.
    GivenUp,
}

impl DeliveryState {
    const ALL: [(&'static str, Self); 10] = [
        ("due", Self::Due),
        ("leased", Self::Leased),
        ("delivered", Self::Delivered),
        ("not_wanted", Self::NotWanted),
        ("not_sent", Self::NotSent),
        ("refused", Self::Refused),
        ("failed", Self::Failed),
        ("unknown", Self::Unknown),
        ("left_out", Self::LeftOut),
        ("given_up", Self::GivenUp),
    ];

    /// The state's name in the database.
    #[must_use]
    pub fn word(self) -> &'static str {
        Self::ALL.iter().find(|(_, state)| *state == self).map_or("", |(word, _)| word)
    }

    pub(super) fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == word).map(|(_, state)| *state)
    }
}

/// The deliveries that are not done yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DeliveryBacklog {
    /// To be carried out, or being carried out.
    pub waiting: u64,
    /// Waiting for an operator.
    pub parked: u64,
}

/// A delivery and its state, as shown to operators.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tracked {
    /// The delivery.
    pub order: LeasedDelivery,
    /// Its state.
    pub state: DeliveryState,
    /// Since when, or until when while it waits.
    pub at: Timestamp,
    /// The last error.
    pub error: String,
}
