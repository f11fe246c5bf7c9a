//! Counters of a group since the process started. They tell a group that has caught up from one that is dead.

use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};

use domain::Timestamp;

/// Counters of one group, shared by its runner and all readers.
#[derive(Debug, Default)]
pub struct Stats {
    events: AtomicU64,
    batches: AtomicU64,
    failed: AtomicU64,
    retried: AtomicU64,
    busy_micros: AtomicU64,
    last_progress: AtomicI64,
    standing_by: AtomicBool,
}

/// A snapshot of [`Stats`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StatsSnapshot {
    /// Events the cursor has passed: applied, parked or not for this group.
    pub events: u64,
    /// Batches they were handled in.
    pub batches: u64,
    /// Failures of events at the cursor; retries of blocked keys are not counted here.
    pub failed: u64,
    /// Retries of blocked keys.
    pub retried: u64,
    /// Time spent on batches.
    pub busy_micros: u64,
    /// When the cursor last moved, or when the group started if it has not moved yet.
    pub last_progress: Timestamp,
    /// Another process runs the group. This one is on stand-by.
    pub standing_by: bool,
}

impl Stats {
    pub(crate) fn started(&self, at: Timestamp) {
        self.last_progress.store(at.micros(), Ordering::Relaxed);
    }

    pub(crate) fn stepped(&self, events: u64, micros: u64, at: Timestamp) {
        self.events.fetch_add(events, Ordering::Relaxed);
        self.batches.fetch_add(1, Ordering::Relaxed);
        self.busy_micros.fetch_add(micros, Ordering::Relaxed);
        self.last_progress.store(at.micros(), Ordering::Relaxed);
    }

    pub(crate) fn failed(&self) {
        self.failed.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn retried(&self) {
        self.retried.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn standing_by(&self, other_runs: bool) {
        self.standing_by.store(other_runs, Ordering::Relaxed);
    }

    /// The current values.
    #[must_use]
    pub fn now(&self) -> StatsSnapshot {
        let get = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        StatsSnapshot {
            events: get(&self.events),
            batches: get(&self.batches),
            failed: get(&self.failed),
            retried: get(&self.retried),
            busy_micros: get(&self.busy_micros),
            last_progress: Timestamp::from_micros(self.last_progress.load(Ordering::Relaxed)),
            standing_by: self.standing_by.load(Ordering::Relaxed),
        }
    }
}
