//! What a consumer group is, and what blocks one of its keys.

use domain::{Envelope, Log, Position, TenantId, Timestamp, UserId};

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
}
