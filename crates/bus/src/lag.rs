//! How far a group is behind, in events and in time: silence must not look like health.

use domain::{Log, Timestamp};
use journal::JournalError;

use crate::handle::GroupHandle;

/// How far a group is in one log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lag {
    /// The log.
    pub log: Log,
    /// Done or parked up to here.
    pub position: u64,
    /// The newest event.
    pub head: u64,
    /// When the oldest event that is not done happened.
    pub oldest: Option<Timestamp>,
}

impl Lag {
    /// Events that are not done.
    #[must_use]
    pub fn events(&self) -> u64 {
        self.head.saturating_sub(self.position)
    }

    /// How long the oldest of them has waited.
    #[must_use]
    pub fn micros(&self, now: Timestamp) -> u64 {
        self.oldest.map_or(0, |oldest| u64::try_from(now.micros() - oldest.micros()).unwrap_or(0))
    }
}

impl GroupHandle {
    /// How far the group is in each of its logs.
    ///
    /// # Errors
    /// When the journal does not answer.
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
