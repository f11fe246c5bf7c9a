//! Retries blocked keys, automatically or on an operator's request.

use std::sync::PoisonError;

use domain::Envelope;

use super::{GroupFailure, Runner};
use crate::group::{Blocked, BlockedState};
use crate::target::{ApplyError, ParkedEvent};

impl Runner {
    /// Reloads the blocked keys from the store, so that readers see its current state.
    pub(super) async fn reload(&mut self) -> Result<(), GroupFailure> {
        let blocked = self.target.state().await?.blocked;
        self.hold(blocked);
        Ok(())
    }

    /// Asks the store for the outcome of a step whose reply was lost. If the step was committed, the group
    /// continues after it. A cursor at any other unexpected position means that another process runs the group.
    pub(super) async fn look_up(&mut self) -> Result<(), GroupFailure> {
        let state = self.target.state().await?;
        for found in &state.checkpoints {
            let log = found.position.log;
            let known = self.cursors[found.position.log.index()];
            if *found != known && Some(*found) != self.wanted {
                // The lease is requested after the cursor was read: if it is unchanged, nobody else can have
                // moved the cursor.
                if self.is_taken_over().await? {
                    return Err(ApplyError::Lost.into());
                }
                let expected = known.position.seq;
                let actual = found.position.seq;
                return Err(ApplyError::Fenced { log, expected, actual }.into());
            }
        }
        // Before the watermark: a reader who learns that a position is reached must also see the keys blocked
        // there.
        self.hold(state.blocked);
        state.checkpoints.into_iter().for_each(|found| self.moved(found));
        self.in_doubt = false;
        Ok(())
    }

    pub(super) fn hold(&mut self, blocked: Vec<Blocked>) {
        self.held = blocked.iter().map(|b| b.key.clone()).collect();
        let parked = blocked.iter().filter(|b| b.state == BlockedState::Parked).count();
        let gauge = metrics::gauge!("bus_keys_parked", "group" => self.group.name);
        gauge.set(u32::try_from(parked).unwrap_or(u32::MAX));
        *self.blocked.write().unwrap_or_else(PoisonError::into_inner) = blocked;
    }

    /// Retries every key that is due. Returns true when there was one.
    pub(super) async fn try_blocked(&mut self) -> Result<bool, GroupFailure> {
        let now = self.means.clock.now();
        let retry = self.means.policy.retry;
        let due = |b: &Blocked| b.state == BlockedState::Retrying && retry.is_due(b.next_try, now);
        let due: Vec<Blocked> = self
            .blocked
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .iter()
            .filter(|b| due(b))
            .cloned()
            .collect();
        for blocked in &due {
            self.counters.retried();
            let (_, outcome) = self.work_off(&blocked.key).await?;
            if let Err(error) = outcome {
                self.note_failure(blocked, error).await?;
            }
            self.reload().await?;
        }
        Ok(!due.is_empty())
    }

    /// Applies the events that wait behind `key`, in order, each in its own transaction, until one fails.
    pub(super) async fn work_off(&mut self, key: &str) -> Result<(u64, Result<(), String>), GroupFailure> {
        let mut applied = 0;
        for parked in self.target.parked(key).await? {
            if self.is_discarded(parked.event_id) {
                self.target.discard(self.holding.lease, key, parked.event_id).await?;
                continue;
            }
            let envelope = self.read_again(&parked).await?;
            match self.target.redo(self.holding.lease, key, envelope).await {
                Ok(()) => applied += 1,
                Err(ApplyError::Event(error)) => return Ok((applied, Err(error))),
                Err(other) => return Err(other.into()),
            }
        }
        tracing::info!(group = self.group.name, key, applied, "a blocked key goes on");
        Ok((applied, Ok(())))
    }

    async fn read_again(&self, parked: &ParkedEvent) -> Result<Envelope, GroupFailure> {
        let before = parked.position.at(parked.position.seq - 1);
        let found = self.means.journal.read_after(before, 1).await?.into_iter().next();
        let same = found.filter(|e| e.event_id == parked.event_id);
        same.ok_or_else(|| {
            GroupFailure::Fatal(format!("the journal does not hold the parked event {}", parked.event_id))
        })
    }

    pub(super) async fn note_failure(&self, blocked: &Blocked, error: String) -> Result<(), GroupFailure> {
        let tries = blocked.tries + 1;
        let pause = self.means.policy.retry.pause_of(&blocked.key, tries);
        let next_try = self.means.clock.now().plus_millis(pause);
        let parked = tries >= self.means.policy.retry.tries;
        if parked {
            tracing::error!(group = self.group.name, key = blocked.key, tries, error, "a key is parked");
        }
        let state = if parked { BlockedState::Parked } else { BlockedState::Retrying };
        let noted = Blocked { tries, next_try, state, error, ..blocked.clone() };
        self.target.note(self.holding.lease, &noted).await?;
        Ok(())
    }
}
