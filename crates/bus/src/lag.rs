//! How far a group is behind, in events and in time, so that a silent group is not mistaken for a healthy one.

use domain::{Log, Timestamp};
use journal::JournalError;

use crate::handle::GroupHandle;

/// A group's lag in one log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lag {
    /// The log.
    pub log: Log,
    /// Every event up to here is done or parked.
    pub position: u64,
    /// Position of the newest event.
    pub head: u64,
    /// Timestamp of the oldest event that is not done.
    pub oldest: Option<Timestamp>,
}

impl Lag {
    /// Number of events that are not done.
    #[must_use]
    pub fn events(&self) -> u64 {
        self.head.saturating_sub(self.position)
    }

    /// How long the oldest of those events has waited.
    #[must_use]
    pub fn micros(&self, now: Timestamp) -> u64 {
        self.oldest.map_or(0, |oldest| u64::try_from(now.micros() - oldest.micros()).unwrap_or(0))
    }
}

impl GroupHandle {
    /// The group's lag in each of its logs.
    ///
    /// # Errors
    /// When the journal is unavailable.
    pub async fn lag(&self) -> Result<Vec<Lag>, JournalError> {
        let mut all = Vec::with_capacity(self.group.logs.len());
        for log in self.group.logs {
            let head = self.journal().head(*log).await?;
            let position = self.status.watermark()[log.index()].min(head.seq);
            let oldest = if position < head.seq {
                self.journal().read_after(head.at(position), 1).await?.first().map(|event| event.timestamp)
            } else {
                None
            };
            all.push(Lag { log: *log, position, head: head.seq, oldest });
        }
        Ok(all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_is_behind_by_events_and_since_the_oldest_of_them() {
        let at = Timestamp::from_micros;
        let lag = Lag { log: Log::Facts, position: 3, head: 10, oldest: Some(at(2_000)) };
        assert_eq!((lag.events(), lag.micros(at(5_000))), (7, 3_000));
        assert_eq!(lag.micros(at(1_000)), 0, "the clock was set back");
        let done = Lag { position: 10, oldest: None, ..lag };
        assert_eq!((done.events(), done.micros(at(5_000))), (0, 0));
    }
}
