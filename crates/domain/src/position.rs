//! Where an event stands in its log.

use std::fmt;
use std::str::FromStr;

/// Which of the two logs: decisions are made from `Facts`; `Activity` holds what people looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Log {
    /// Commands, sign-ins, audit.
    Facts,
    /// Views, shares, reveals and counted deltas; perhaps a hundred times the volume.
    Activity,
}

impl Log {
    /// Both logs.
    pub const ALL: [Self; 2] = [Self::Facts, Self::Activity];

    /// The log that holds streams of this aggregate type.
    #[must_use]
    pub fn of(aggregate_type: &str) -> Self {
        match aggregate_type {
            "activity" | "counts" => Self::Activity,
            _ => Self::Facts,
        }
    }

    /// `facts` or `activity`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Facts => "facts",
            Self::Activity => "activity",
        }
    }

    /// 0 or 1: an index into arrays that hold something per log.
    #[must_use]
    pub const fn index(self) -> usize {
        self as usize
    }
}

/// A place in one log: `seq` counts 1, 2, 3 … without a hole in commit order; a restore or failover raises
/// `epoch`, so positions of different histories never compare as equal. `seq` 0 is before the first event.
/// Opaque to clients (`facts:1:4711`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Position {
    /// The log.
    pub log: Log,
    /// The history it belongs to.
    pub epoch: u32,
    /// The place in it.
    pub seq: u64,
}

impl Position {
    /// Before the first event of a log.
    #[must_use]
    pub const fn start(log: Log, epoch: u32) -> Self {
        Self { log, epoch, seq: 0 }
    }

    /// The same history at another place.
    #[must_use]
    pub const fn at(self, seq: u64) -> Self {
        Self { seq, ..self }
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.log.as_str(), self.epoch, self.seq)
    }
}

/// The text is not a position.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be a position such as facts:1:4711")]
pub struct NotAPosition;

impl FromStr for Position {
    type Err = NotAPosition;

    fn from_str(text: &str) -> Result<Self, NotAPosition> {
        let mut parts = text.split(':');
        let log = match parts.next() {
            Some("facts") => Log::Facts,
            Some("activity") => Log::Activity,
            _ => return Err(NotAPosition),
        };
        let epoch = parts.next().and_then(|p| p.parse().ok()).ok_or(NotAPosition)?;
        let seq = parts.next().and_then(|p| p.parse().ok()).ok_or(NotAPosition)?;
        if parts.next().is_some() { Err(NotAPosition) } else { Ok(Self { log, epoch, seq }) }
    }
}
