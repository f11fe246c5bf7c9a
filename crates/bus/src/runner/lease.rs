//! One runner at a time writes for a group. The others stand by: they see how far it is, and take over when it says
//! nothing for its term. What it writes when it wakes up after that is refused by the store.

use std::time::Duration;

use uuid::Uuid;

use super::{GroupFailure, Runner};
use crate::handle::DeadLetterError;
use crate::target::{Candidate, Lease};

/// What a runner knows of its right to write.
pub(super) struct LeaseState {
    holder: Uuid,
    alone: bool,
    pub lease: Lease,
    /// Asked for again then; nothing while another runner holds the group.
    renew_at: Option<Duration>,
    /// The runner runs, or broke off.
    running: bool,
}

impl LeaseState {
    pub fn new(holder: Uuid) -> Self {
        Self { holder, alone: false, lease: Lease::default(), renew_at: None, running: false }
    }

    pub fn alone(&mut self) {
        self.alone = true;
    }

    /// Becomes another holder. What it held itself, nobody else needs to give back.
    pub fn take_anew(&mut self, holder: Uuid) {
        let alone = self.alone || self.renew_at.is_some();
        *self = Self { alone, running: true, ..Self::new(holder) };
    }

    /// The runner runs; true when it did before, and broke off.
    pub fn begins(&mut self) -> bool {
        std::mem::replace(&mut self.running, true)
    }

    pub fn ends(&mut self) {
        self.running = false;
    }
}

impl Runner {
    /// Takes or keeps the right to write; false while another runner has it.
    pub(super) async fn keep_hold(&mut self) -> Result<bool, GroupFailure> {
        // On a clock that nobody sets: whoever holds the group asks in time, and its lease is of the time that it is now.
        let (now, term_ms) = (self.means.clock.monotonic_clock(), self.means.policy.term_ms);
        // After trouble it is asked for early: perhaps it is lost.
        if !self.in_doubt && self.holding.renew_at.is_some_and(|at| now < at) {
            return Ok(true);
        }
        let lease = self.ask_for_hold().await?;
        if lease != Some(self.holding.lease) {
            // Somebody else had it since, or has it now: the store knows how far they are.
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

    /// Refuses to decide about a group that another process runs: that one would not hear of it.
    pub(super) fn must_not_stand_by(&self) -> Result<(), DeadLetterError> {
        if self.counters.now().standing_by {
            return Err(DeadLetterError::Undecided("another process runs this group; ask it there".into()));
        }
        Ok(())
    }

    async fn ask_for_hold(&self) -> Result<Option<Lease>, GroupFailure> {
        let (now, term_ms) = (self.means.clock.now(), self.means.policy.term_ms);
        let LeaseState { holder, alone, .. } = self.holding;
        Ok(self.target.lease(Candidate { holder, now, term_ms, alone }).await?)
    }

    /// Whether somebody else has held the group since this runner last knew that it does.
    pub(super) async fn is_taken_over(&self) -> Result<bool, GroupFailure> {
        Ok(self.ask_for_hold().await? != Some(self.holding.lease))
    }

    /// The next one need not wait for the end of the term.
    pub(super) async fn let_go(&self) {
        if self.holding.renew_at.is_some()
            && let Err(error) = self.target.release(self.holding.lease).await
        {
            tracing::warn!(group = self.group.name, %error, "the group is not given back before its term");
        }
    }
}
