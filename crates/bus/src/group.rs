//! What a consumer group is, and what blocks one of its keys.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use domain::{Envelope, Log, Position, TenantId, Timestamp, UserId};
use uuid::Uuid;

/// A consumer group: which events it takes, and what keeps their order.
#[derive(Clone, Copy, Debug)]
pub struct Group {
    /// Its name, as operators know it.
    pub name: &'static str,
    /// The logs it reads.
    pub logs: &'static [Log],
    /// The lane of an event: events with one key are applied in order. Nothing when the group does not want it.
    pub key: fn(&Envelope) -> Option<String>,
}

/// How often and how fast a failing key is tried again.
#[derive(Clone, Copy, Debug)]
pub struct Retry {
    /// Tries in all before the key is parked.
    pub tries: u32,
    /// The first pause; each further one is twice as long.
    pub base_ms: i64,
    /// The longest pause.
    pub cap_ms: i64,
}

impl Default for Retry {
    fn default() -> Self {
        Self { tries: 5, base_ms: 1000, cap_ms: 3_600_000 }
    }
}

impl Retry {
    /// The pause after `tries` failures: doubling, capped, with up to a quarter of jitter on top (`jitter` 0–1).
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

    /// Whether a try that was put off until `next_try` is due. No pause is longer than the longest: what lies farther ahead
    /// was put off by a clock that was set back since.
    #[must_use]
    pub fn is_due(self, next_try: Timestamp, now: Timestamp) -> bool {
        let longest = self.cap_ms.saturating_add(self.cap_ms / 4);
        next_try <= now || next_try > now.plus_millis(longest)
    }

    /// The pause of `key`. Its jitter comes from the key: keys that failed together come back apart, and a run can
    /// be repeated exactly.
    #[must_use]
    pub fn pause_of(self, key: &str, tries: u32) -> i64 {
        let mut hasher = DefaultHasher::new();
        (key, tries).hash(&mut hasher);
        let [jitter, ..] = hasher.finish().to_le_bytes();
        self.pause_ms(tries, f64::from(jitter) / 255.0)
    }
}

/// What a group does about an event that still fails after all its tries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AfterTries {
    /// Its key is parked from the first failure on, and all other keys go on.
    #[default]
    Park,
    /// Nothing goes on until an operator resumes the group: for groups in which keys depend on each other.
    Pause,
    /// The group ends: only a restart tries again.
    Stop,
}

/// How a group bears failure.
#[derive(Clone, Copy, Debug)]
pub struct Policy {
    /// How often and how fast it tries.
    pub retry: Retry,
    /// And then.
    pub after: AfterTries,
    /// A runner that says nothing for so long, in milliseconds, may be replaced by another.
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

/// What operators decided about a group, before this start.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GroupDecisions {
    /// It waits to be resumed.
    pub paused: bool,
    /// Events it never applies.
    pub discarded: HashSet<Uuid>,
}

/// Whether a blocked key is still tried by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlockedState {
    /// Tried again at `next_try`.
    Retrying,
    /// Waits for an operator.
    Parked,
}

/// A key whose first unapplied event fails.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blocked {
    /// Identifies it to operators: `{group}-{number}`.
    pub id: String,
    /// The key.
    pub key: String,
    /// Where its first unapplied event stands.
    pub first: Position,
    /// Failures so far.
    pub tries: u32,
    /// Tried again then, while retrying.
    pub next_try: Timestamp,
    /// Tried again, or parked.
    pub state: BlockedState,
    /// What the last try said.
    pub error: String,
    /// Blocked since.
    pub since: Timestamp,
    /// People whose own events wait behind it, with the first of them: they are told that answers are stale.
    pub people: Vec<(TenantId, UserId, Position)>,
    /// Events that wait.
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
