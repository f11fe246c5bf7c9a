//! Operators' commands on failing events, and the failure handling of groups that do not skip failing keys.

use std::sync::PoisonError;
use std::time::Duration;

use uuid::Uuid;

use super::{GroupFailure, PAUSED, Runner};
use crate::group::{AfterTries, Blocked};
use crate::handle::{DeadLetterError, Decision};
use crate::target::ParkedEvent;

impl Runner {
    fn letter(&self, id: &str) -> Result<Blocked, DeadLetterError> {
        let blocked = self.blocked.read().unwrap_or_else(PoisonError::into_inner);
        blocked.iter().find(|b| b.id == id).cloned().ok_or(DeadLetterError::Unknown)
    }

    pub(super) async fn waiting(&self, id: &str) -> Result<Vec<ParkedEvent>, DeadLetterError> {
        let key = self.letter(id)?.key;
        self.target.parked(&key).await.map_err(|error| DeadLetterError::Failed(error.to_string()))
    }

    /// Retries a key at once, on an operator's request.
    pub(super) async fn redrive(&mut self, id: &str) -> Result<u64, DeadLetterError> {
        let blocked = self.letter(id)?;
        let failed = |trouble: GroupFailure| DeadLetterError::Failed(trouble.to_string());
        self.counters.retried();
        let (applied, outcome) = self.work_off(&blocked.key).await.map_err(failed)?;
        if let Err(error) = &outcome {
            self.note_failure(&blocked, error.clone()).await.map_err(failed)?;
        }
        self.reload().await.map_err(failed)?;
        outcome.map(|()| applied).map_err(DeadLetterError::Failed)
    }

    /// Skips an event for good, on an operator's decision, so that the events behind it continue.
    pub(super) async fn discard(
        &mut self,
        id: &str,
        event: Uuid,
        decision: Decision,
    ) -> Result<(), DeadLetterError> {
        self.must_not_stand_by()?;
        if self.waiting(id).await?.first().map(|first| first.event_id) != Some(event) {
            return Err(DeadLetterError::Moved);
        }
        decision.await.map_err(DeadLetterError::Undecided)?;
        self.means.discarded.write().unwrap_or_else(PoisonError::into_inner).insert(event);
        match self.redrive(id).await {
            // The next event fails; the dead letter shows that from now on.
            Ok(_) => Ok(()),
            Err(DeadLetterError::Failed(_)) => {
                self.in_doubt = true;
                Ok(())
            }
            Err(other) => Err(other),
        }
    }

    /// Pauses or resumes the group, on an operator's decision.
    pub(super) async fn pause(&mut self, paused: bool, decision: Decision) -> Result<(), DeadLetterError> {
        self.must_not_stand_by()?;
        decision.await.map_err(DeadLetterError::Undecided)?;
        self.failing = None;
        self.paused.send_replace(paused.then(|| PAUSED.to_owned()));
        Ok(())
    }

    pub(super) fn is_discarded(&self, event: Uuid) -> bool {
        self.means.discarded.read().unwrap_or_else(PoisonError::into_inner).contains(&event)
    }

    /// Applies discards that were decided before a crash but not carried out.
    pub(super) async fn strike_discarded(&mut self) -> Result<(), GroupFailure> {
        if self.struck {
            return Ok(());
        }
        let mut keys: Vec<String> = self.held.iter().cloned().collect();
        keys.sort_unstable();
        for key in keys {
            let first = self.target.parked(&key).await?.into_iter().next();
            if first.is_some_and(|first| self.is_discarded(first.event_id)) {
                let _ = self.work_off(&key).await?;
            }
        }
        self.reload().await?;
        self.struck = true;
        Ok(())
    }

    /// How long to wait before the failing event is retried; `None` when the group ends.
    pub(super) fn failed_again(&mut self, error: String) -> Option<Duration> {
        self.counters.failed();
        let tries = self.failing.map_or(0, |(tries, _)| tries) + 1;
        let pause = self.means.policy.retry.pause_of(self.group.name, tries);
        tracing::warn!(group = self.group.name, tries, error, "an event failed; the group waits for it");
        self.failing = Some((tries, self.means.clock.now().plus_millis(pause)));
        if tries < self.means.policy.retry.tries {
            return Some(self.until_next_try());
        }
        if self.means.policy.after == AfterTries::Stop {
            self.end(error);
            return None;
        }
        tracing::error!(group = self.group.name, tries, error, "the group is paused until it is resumed");
        self.failing = None;
        self.paused.send_replace(Some(error));
        Some(self.until_next_try())
    }
}
