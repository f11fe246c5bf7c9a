//! What became of a delivery.

use domain::Timestamp;

use super::LeasedDelivery;

/// What became of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeliveryState {
    /// To be carried out.
    Due,
    /// An outbox worker has it.
    Leased,
    /// Carried out.
    Delivered,
    /// Not carried out: nobody wants it any more.
    NotWanted,
    /// Not carried out: it would be more than its recipient is sent.
    NotSent,
    /// Not carried out: the target will never take it.
    Refused,
    /// Not carried out, after all tries.
    Failed,
    /// Perhaps carried out.
    Unknown,
    /// A rebuild found it, which carries nothing out.
    LeftOut,
    /// An operator gave it up.
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

    /// Its word.
    #[must_use]
    pub fn word(self) -> &'static str {
        Self::ALL.iter().find(|(_, state)| *state == self).map_or("", |(word, _)| word)
    }

    pub(super) fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == word).map(|(_, state)| *state)
    }
}

/// A delivery that waits for an operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tracked {
    /// What was to be carried.
    pub order: LeasedDelivery,
    /// What became of it.
    pub state: DeliveryState,
    /// Since when.
    pub at: Timestamp,
    /// What went wrong.
    pub error: String,
}
