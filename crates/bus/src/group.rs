//! Consumer groups, their retry policy and their blocked keys.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use domain::{Envelope, Log, Position, TenantId, Timestamp, UserId};
use uuid::Uuid;

/// A consumer group: the events it consumes and the key that orders them.
#[derive(Clone, Copy, Debug)]
pub struct Group {
    /// The group's name, as shown to operators.
    pub name: &'static str,
    /// The logs the group reads.
    pub logs: &'static [Log],
    /// The ordering key of an event: events with the same key are applied in order. `None` skips the event.
    pub key: fn(&Envelope) -> Option<String>,
}

/// How often and how fast a failing key is retried.
#[derive(Clone, Copy, Debug)]
pub struct Retry {
    /// Number of tries before the key is parked.
    pub tries: u32,
    /// The first back-off pause; each further pause is twice as long.
    pub base_ms: i64,
    /// The longest pause, before jitter.
    pub cap_ms: i64,
}

impl Default for Retry {
    fn default() -> Self {
        Self { tries: 5, base_ms: 1000, cap_ms: 3_600_000 }
    }
}

impl Retry {
    /// The pause after `tries` failures: it doubles, is capped, and gets up to a quarter of jitter on top
    /// (`jitter` 0–1).
    #[must_use]
    pub fn pause_ms(self, tries: u32, jitter: f64) -> i64 {
        let doubled = self
            .base_ms
            .saturating_mul(1_i64.checked_shl(tries.saturating_sub(1).min(40)).unwrap_or(i64::MAX));
        let pause = doubled.min(self.cap_ms);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_precision_loss,
            reason = "a quarter of at most an hour"
        )]
        let extra = (pause as f64 * jitter.clamp(0.0, 1.0) / 4.0) as i64;
        pause.saturating_add(extra)
    }

    /// Whether a try postponed until `next_try` is due. A `next_try` further ahead than the longest pause was
    /// computed before the clock was set back, so it counts as due.
    #[must_use]
    pub fn is_due(self, next_try: Timestamp, now: Timestamp) -> bool {
        let longest = self.cap_ms.saturating_add(self.cap_ms / 4);
        next_try <= now || next_try > now.plus_millis(longest)
    }

    /// The pause for `key`. The jitter is derived from the key: keys that failed together are retried at
    /// different times, and a run can be repeated exactly.
    #[must_use]
    pub fn pause_of(self, key: &str, tries: u32) -> i64 {
        let mut hasher = DefaultHasher::new();
        (key, tries).hash(&mut hasher);
        let [jitter, ..] = hasher.finish().to_le_bytes();
        self.pause_ms(tries, f64::from(jitter) / 255.0)
    }
}

/// What a group does with an event that still fails after all its tries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AfterTries {
    /// The key is blocked from its first failure on and parked after its last try. All other keys continue.
    #[default]
    Park,
    /// The whole group pauses until an operator resumes it. For groups whose keys depend on each other.
    Pause,
    /// The group stops. Only a restart tries again.
    Stop,
}

/// How a group handles failures.
#[derive(Clone, Copy, Debug)]
pub struct Policy {
    /// How often and how fast the group retries.
    pub retry: Retry,
    /// What happens when the tries are used up.
    pub after: AfterTries,
    /// Length of the lease in milliseconds. A runner that does not renew it within this time may be replaced by
    /// another.
    pub term_ms: i64,
}

impl Default for Policy {
    fn default() -> Self {
        Self { retry: Retry::default(), after: AfterTries::default(), term_ms: 10_000 }
    }
}

impl From<Retry> for Policy {
    fn from(retry: Retry) -> Self {
        Self { retry, ..Self::default() }
    }
}

/// Operators' decisions about a group that were made before this start.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GroupDecisions {
    /// The group is paused until an operator resumes it.
    pub paused: bool,
    /// Events that the group never applies.
    pub discarded: HashSet<Uuid>,
}

/// Whether a blocked key is still retried automatically.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlockedState {
    /// It is retried at `next_try`.
    Retrying,
    /// It waits for an operator.
    Parked,
}

/// A blocked key: its first unapplied event keeps failing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blocked {
    /// The dead letter's id, as shown to operators: `{group}-{number}`.
    pub id: String,
    /// The key.
    pub key: String,
    /// Position of the key's first unapplied event.
    pub first: Position,
    /// Failures so far.
    pub tries: u32,
    /// Time of the next try, while retrying.
    pub next_try: Timestamp,
    /// Retrying or parked.
    pub state: BlockedState,
    /// The error of the last try.
    pub error: String,
    /// When the key was blocked.
    pub since: Timestamp,
    /// People whose own events wait behind this key, with the first such event of each. Their reads are
    /// reported as stale.
    pub people: Vec<(TenantId, UserId, Position)>,
    /// Number of waiting events.
    pub waiting: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_cap() {
        let retry = Retry { tries: 5, base_ms: 1000, cap_ms: 5000 };
        assert_eq!([1, 2, 3, 4, 60].map(|n| retry.pause_ms(n, 0.0)), [1000, 2000, 4000, 5000, 5000]);
        assert_eq!(retry.pause_ms(1, 1.0), 1250);
    }

    #[test]
    fn a_clock_that_was_set_back_puts_no_try_off_for_long() {
        let retry = Retry { tries: 5, base_ms: 1000, cap_ms: 3_600_000 };
        let now = Timestamp::from_micros(1_790_000_000_000_000);
        let due = |seconds| retry.is_due(now.plus_seconds(seconds), now);
        assert_eq!([-1, 0, 1, 4500, 4501, 400 * 86_400].map(due), [true, true, false, false, true, true]);
    }
}
