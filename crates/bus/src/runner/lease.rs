//! Only one runner at a time writes for a group. The others are on stand-by: they follow its progress and take
//! over when it does not renew its lease in time. If it resumes after that, the store refuses its writes.

use std::time::Duration;

use uuid::Uuid;

use super::{GroupFailure, Runner};
use crate::handle::DeadLetterError;
use crate::target::{Candidate, Lease};

/// A runner's view of its lease.
pub(super) struct LeaseState {
    holder: Uuid,
    alone: bool,
    pub lease: Lease,
    /// When to renew the lease; `None` while another runner holds it.
    renew_at: Option<Duration>,
    /// Set while the runner runs. It stays set when the runner is cut off by a panic.
    running: bool,
}

impl LeaseState {
    pub fn new(holder: Uuid) -> Self {
        Self { holder, alone: false, lease: Lease::default(), renew_at: None, running: false }
    }

    pub fn alone(&mut self) {
        self.alone = true;
    }

    /// Becomes a new holder. A lease that this runner held itself is taken over at once.
    pub fn take_anew(&mut self, holder: Uuid) {
        let alone = self.alone || self.renew_at.is_some();
        *self = Self { alone, running: true, ..Self::new(holder) };
    }

    /// Marks the runner as running. Returns true when its last run was cut off.
    pub fn begins(&mut self) -> bool {
        std::mem::replace(&mut self.running, true)
    }

    pub fn ends(&mut self) {
        self.running = false;
    }
}

impl Runner {
    /// Takes or renews the lease. Returns false while another runner holds it.
    pub(super) async fn keep_hold(&mut self) -> Result<bool, GroupFailure> {
        // Renewals are timed on the monotonic clock, which nobody can set, so the holder renews in time. The
        // lease itself starts at the current wall-clock time.
        let now = self.means.clock.monotonic();
        let term_ms = self.means.policy.term_ms;
        // After a failure, ask early: the lease may be lost.
        if !self.in_doubt && self.holding.renew_at.is_some_and(|at| now < at) {
            return Ok(true);
        }
        let lease = self.ask_for_hold().await?;
        if lease != Some(self.holding.lease) {
            // Another runner held the lease in between or holds it now, so read its progress from the store.
            let state = self.target.state().await?;
            self.hold(state.blocked);
            state.checkpoints.into_iter().for_each(|found| self.moved(found));
            self.in_doubt = false;
            self.counters.standing_by(lease.is_none());
            if let Some(Lease { generation }) = lease {
                tracing::info!(group = self.group.name, generation, "holds the group");
            }
        }
        self.holding.alone &= lease.is_none();
        self.holding.lease = lease.unwrap_or_default();
        self.holding.renew_at = lease.map(|_| now + Duration::from_millis(term_ms.unsigned_abs() / 3));
        Ok(lease.is_some())
    }

    /// Refuses a decision about a group that another process runs, since that process would not learn of it.
    pub(super) fn must_not_stand_by(&self) -> Result<(), DeadLetterError> {
        if self.counters.now().standing_by {
            return Err(DeadLetterError::Undecided("another process runs this group; ask it there".into()));
        }
        Ok(())
    }

    async fn ask_for_hold(&self) -> Result<Option<Lease>, GroupFailure> {
        let now = self.means.clock.now();
        let term_ms = self.means.policy.term_ms;
        let LeaseState { holder, alone, .. } = self.holding;
        Ok(self.target.lease(Candidate { holder, now, term_ms, alone }).await?)
    }

    /// Whether another runner has held the lease since this runner last knew it held it.
    pub(super) async fn is_taken_over(&self) -> Result<bool, GroupFailure> {
        Ok(self.ask_for_hold().await? != Some(self.holding.lease))
    }

    /// Gives the lease back, so that the next runner need not wait for it to expire.
    pub(super) async fn let_go(&self) {
        if self.holding.renew_at.is_some()
            && let Err(error) = self.target.release(self.holding.lease).await
        {
            tracing::warn!(group = self.group.name, %error, "the group is not given back before its term");
        }
    }
}
