//! Waiting until a group has applied a position. The answer is "applied" only when that is true.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use domain::{Position, TenantId, UserId};
use supervisor::Demand;
use tokio::sync::watch;

use crate::group::{Blocked, BlockedState};
use crate::stats::{Stats, StatsSnapshot};

/// The reader who waits. Their own parked events are taken into account.
#[derive(Clone, Copy, Debug)]
pub struct Asker<'a> {
    /// The reader's tenant.
    pub tenant: &'a TenantId,
    /// The reader.
    pub user: UserId,
}

/// How a wait ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaitOutcome {
    /// Everything up to the positions is applied, including the reader's own events.
    Applied,
    /// The reader's own events wait behind a parked key. Waiting longer does not help.
    Parked,
    /// Not applied within the time limit.
    TimedOut,
}

/// Identifies the read model that a group fills at one moment. Events waited for in this one may be missing in
/// the next, where other events may have failed.
#[derive(Clone, Debug)]
pub struct Generation {
    current: Arc<AtomicU64>,
    number: u64,
}

impl Generation {
    /// Whether no other read model has taken over since.
    #[must_use]
    pub fn is_current(&self) -> bool {
        self.current.load(Ordering::SeqCst) == self.number
    }
}

/// A group's progress, shared by its runner and all readers.
#[derive(Clone, Debug)]
pub struct GroupStatus {
    watermark: watch::Receiver<[u64; 2]>,
    blocked: Arc<RwLock<Vec<Blocked>>>,
    stopped: watch::Receiver<Option<String>>,
    paused: watch::Receiver<Option<String>>,
    demand: Arc<Demand>,
    stats: Arc<Stats>,
    generation: Arc<AtomicU64>,
}

impl GroupStatus {
    pub(crate) fn new(
        watermark: watch::Receiver<[u64; 2]>,
        blocked: Arc<RwLock<Vec<Blocked>>>,
        stopped: watch::Receiver<Option<String>>,
        paused: watch::Receiver<Option<String>>,
        (demand, stats, generation): (Arc<Demand>, Arc<Stats>, Arc<AtomicU64>),
    ) -> Self {
        Self { watermark, blocked, stopped, paused, demand, stats, generation }
    }

    /// Whether the cursor has passed `position`. The event's key may still be blocked.
    #[must_use]
    pub fn reached(&self, position: Position) -> bool {
        self.watermark.borrow()[position.log.index()] >= position.seq
    }

    /// The cursors of both logs.
    #[must_use]
    pub fn watermark(&self) -> [u64; 2] {
        *self.watermark.borrow()
    }

    /// The blocked keys.
    #[must_use]
    pub fn blocked(&self) -> Vec<Blocked> {
        self.blocked.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Number of blocked keys.
    #[must_use]
    pub fn blocked_count(&self) -> usize {
        self.blocked.read().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Why the group stopped for good, if it did.
    #[must_use]
    pub fn stopped(&self) -> Option<String> {
        self.stopped.borrow().clone()
    }

    /// Why the group is paused, if it is. It waits for an operator to resume it.
    #[must_use]
    pub fn paused(&self) -> Option<String> {
        self.paused.borrow().clone()
    }

    /// The generation of the read model that the group fills now. Get it before [`Self::wait`]. A read after
    /// the wait includes the awaited events if this generation is still current after the read.
    #[must_use]
    pub fn generation(&self) -> Generation {
        Generation { current: Arc::clone(&self.generation), number: self.generation.load(Ordering::SeqCst) }
    }

    /// The group's counters.
    #[must_use]
    pub fn counts(&self) -> StatsSnapshot {
        self.stats.now()
    }

    /// Waits until the group has applied all of `positions`, for at most `limit`.
    pub async fn wait(&self, positions: &[Position], asker: Asker<'_>, limit: Duration) -> WaitOutcome {
        if positions.iter().all(|position| self.reached(*position)) {
            return self.applied(positions, asker);
        }
        // No use in waiting: only an operator or a restart can make the group continue.
        if self.paused.borrow().is_some() || self.stopped.borrow().is_some() {
            return WaitOutcome::TimedOut;
        }
        let _counted = self.demand.wait();
        let mut watermark = self.watermark.clone();
        let reached = watermark.wait_for(|seqs| positions.iter().all(|p| seqs[p.log.index()] >= p.seq));
        match tokio::time::timeout(limit, reached).await {
            Ok(Ok(_)) => self.applied(positions, asker),
            Ok(Err(_)) | Err(_) => WaitOutcome::TimedOut,
        }
    }

    /// The outcome once the cursor has passed: a reader's own event at or before it may still wait behind a
    /// blocked key.
    fn applied(&self, positions: &[Position], asker: Asker<'_>) -> WaitOutcome {
        let blocked = self.blocked.read().unwrap_or_else(PoisonError::into_inner);
        let own = |b: &&Blocked| {
            b.people.iter().any(|(tenant, user, first)| {
                tenant == asker.tenant
                    && *user == asker.user
                    && positions.iter().any(|p| p.log == first.log && first.seq <= p.seq)
            })
        };
        match blocked.iter().filter(own).map(|b| b.state).max_by_key(|s| *s == BlockedState::Parked) {
            None => WaitOutcome::Applied,
            Some(BlockedState::Parked) => WaitOutcome::Parked,
            Some(BlockedState::Retrying) => WaitOutcome::TimedOut,
        }
    }
}
