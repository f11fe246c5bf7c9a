//! Waiting until a group has applied a position: it says "applied" only when that is so.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use domain::{Position, TenantId, UserId};
use supervisor::Demand;
use tokio::sync::watch;

use crate::group::{Blocked, BlockedState};
use crate::stats::{Stats, StatsSnapshot};

/// Who waits, so that their own parked events are noticed.
#[derive(Clone, Copy, Debug)]
pub struct Asker<'a> {
    /// Their tenant.
    pub tenant: &'a TenantId,
    /// Themselves.
    pub user: UserId,
}

/// How a wait ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaitOutcome {
    /// Everything up to the positions is applied, the asker's own events included.
    Applied,
    /// The asker's own events wait behind a failing key: waiting longer does not help.
    Parked,
    /// Not yet.
    TimedOut,
}

/// The read model that a group fills at one moment. What was waited for in this one may be missing in the next, where
/// another event failed.
#[derive(Clone, Debug)]
pub struct Generation {
    current: Arc<AtomicU64>,
    number: u64,
}

impl Generation {
    /// Whether no other one took over since.
    #[must_use]
    pub fn is_current(&self) -> bool {
        self.current.load(Ordering::SeqCst) == self.number
    }
}

/// How far a group has come, shared by the runner and everybody who asks.
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

    /// Whether the cursor has passed `position`; its own key may still be parked.
    #[must_use]
    pub fn reached(&self, position: Position) -> bool {
        self.watermark.borrow()[position.log.index()] >= position.seq
    }

    /// The cursors of both logs.
    #[must_use]
    pub fn watermark(&self) -> [u64; 2] {
        *self.watermark.borrow()
    }

    /// The keys that are held back.
    #[must_use]
    pub fn blocked(&self) -> Vec<Blocked> {
        self.blocked.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How many keys are held back.
    #[must_use]
    pub fn blocked_count(&self) -> usize {
        self.blocked.read().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Why the group stopped for good, if it did.
    #[must_use]
    pub fn stopped(&self) -> Option<String> {
        self.stopped.borrow().clone()
    }

    /// Why the group waits, if it does: for an operator to resume it.
    #[must_use]
    pub fn paused(&self) -> Option<String> {
        self.paused.borrow().clone()
    }

    /// The read model that it fills now. To be asked before [`Self::wait`]; what is read after the wait is what was
    /// waited for if this is current still when it was read.
    #[must_use]
    pub fn generation(&self) -> Generation {
        Generation { current: Arc::clone(&self.generation), number: self.generation.load(Ordering::SeqCst) }
    }

    /// What it has done.
    #[must_use]
    pub fn counts(&self) -> StatsSnapshot {
        self.stats.now()
    }

    /// Waits until the group has applied every one of `positions`, at most `limit`.
    pub async fn wait(&self, positions: &[Position], asker: Asker<'_>, limit: Duration) -> WaitOutcome {
        if positions.iter().all(|position| self.reached(*position)) {
            return self.applied(positions, asker);
        }
        // Nothing to wait for: it goes on when somebody says so.
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

    /// The cursor has passed; an own event at or before it that waits behind a key is not applied.
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
