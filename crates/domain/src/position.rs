//! The position of an event in its log.

use std::fmt;
use std::str::FromStr;

/// One of the two logs. Decisions are made from `Facts`; `Activity` records what people looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Log {
    /// Commands, sign-ins and audit records.
    Facts,
    /// Views, shares, contact reveals and view totals; perhaps a hundred times the volume.
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

    /// The log's name: `facts` or `activity`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Facts => "facts",
            Self::Activity => "activity",
        }
    }

    /// 0 or 1: the index into arrays with one entry per log.
    #[must_use]
    pub const fn index(self) -> usize {
        self as usize
    }
}

/// A position in one log. `seq` counts 1, 2, 3 … in commit order without gaps; 0 is before the first event. A
/// restore or failover raises `epoch`, so positions of different histories are never equal. Opaque to clients
/// (`facts:1:4711`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Position {
    /// The log.
    pub log: Log,
    /// The epoch of its history.
    pub epoch: u32,
    /// The sequence number.
    pub seq: u64,
}

impl Position {
    /// The position before the first event of a log.
    #[must_use]
    pub const fn start(log: Log, epoch: u32) -> Self {
        Self { log, epoch, seq: 0 }
    }

    /// Another position in the same history.
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
