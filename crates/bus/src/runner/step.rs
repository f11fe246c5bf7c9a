//! Moves the cursor over the next events.

use std::sync::PoisonError;

use domain::{Envelope, Log, Timestamp};

use super::{GroupFailure, Runner};
use crate::group::AfterTries;
use crate::target::{Advance, ApplyError, BlockedKey, Checkpoint, ParkedEvent};

impl Runner {
    /// Applies the next events of `log`, at most `limit`. Returns true when there were any.
    pub(super) async fn step(&mut self, log: Log, limit: usize) -> Result<bool, GroupFailure> {
        let cursor = self.cursors[log.index()].position;
        let batch = self.means.journal.read_after(cursor, limit).await?;
        let Some(last) = batch.last() else { return Ok(false) };
        self.taken += batch.len();
        let to = Checkpoint { position: last.position, event_id: Some(last.event_id) };
        let (due, parked) = self.sort(&batch);
        let newly_parked = !parked.is_empty();
        let began = self.means.clock.now();
        let advance = Advance { log, from: cursor.seq, to, due, parked, block: None };
        match self.advance(advance).await {
            Ok(()) => {
                if newly_parked {
                    self.reload().await?;
                }
                self.moved(to);
                self.count(batch.len(), began);
            }
            // An event of the batch fails: apply them one by one, so that only its own key is set aside.
            Err(ApplyError::Event(_)) => {
                for envelope in batch {
                    self.single(log, envelope).await?;
                    self.count(1, began);
                }
            }
            Err(other) => return Err(other.into()),
        }
        Ok(true)
    }

    fn count(&self, events: usize, began: Timestamp) {
        let now = self.means.clock.now();
        let micros = u64::try_from(now.micros() - began.micros()).unwrap_or(0);
        self.counters.stepped(events as u64, micros, now);
    }

    async fn advance(&mut self, step: Advance) -> Result<(), ApplyError> {
        self.wanted = Some(step.to);
        self.target.advance(self.holding.lease, step).await
    }

    /// Splits a batch into events to apply and events that wait behind a blocked key.
    fn sort(&self, batch: &[Envelope]) -> (Vec<Envelope>, Vec<ParkedEvent>) {
        let discarded = self.means.discarded.read().unwrap_or_else(PoisonError::into_inner);
        let wanted = batch.iter().filter(|e| !discarded.contains(&e.event_id));
        let wanted = wanted.filter_map(|e| (self.group.key)(e).map(|key| (key, e)));
        let mut due = Vec::with_capacity(batch.len());
        let mut parked = Vec::new();
        for (key, envelope) in wanted {
            if self.held.contains(&key) {
                parked.push(parked_event(key, envelope));
            } else {
                due.push(envelope.clone());
            }
        }
        (due, parked)
    }

    async fn single(&mut self, log: Log, envelope: Envelope) -> Result<(), GroupFailure> {
        let from = self.cursors[log.index()].position.seq;
        let to = Checkpoint { position: envelope.position, event_id: Some(envelope.event_id) };
        let (due, parked) = self.sort(std::slice::from_ref(&envelope));
        let was_parked = !parked.is_empty();
        let step = Advance { log, from, to, due, parked, block: None };
        match self.advance(step).await {
            Ok(()) if was_parked => self.reload().await?,
            Ok(()) => {}
            Err(ApplyError::Event(error)) if self.means.policy.after == AfterTries::Park => {
                self.block(from, to, &envelope, error).await?;
            }
            Err(ApplyError::Event(error)) => return Err(GroupFailure::Failing(error)),
            Err(other) => return Err(other.into()),
        }
        self.moved(to);
        Ok(())
    }

    /// Sets the key of a failing event aside and moves on.
    async fn block(
        &mut self,
        from: u64,
        to: Checkpoint,
        envelope: &Envelope,
        error: String,
    ) -> Result<(), GroupFailure> {
        let Some(key) = (self.group.key)(envelope) else { return Ok(()) };
        let at = self.means.clock.now();
        let next_try = at.plus_millis(self.means.policy.retry.pause_of(&key, 1));
        tracing::warn!(group = self.group.name, key, event.id = %envelope.event_id, error, "an event failed; its key waits");
        metrics::counter!("bus_events_failed_total", "group" => self.group.name).increment(1);
        self.counters.failed();
        let parked = self.means.policy.retry.tries <= 1;
        let block = BlockedKey { key: key.clone(), first: to.position, error, at, next_try, parked };
        let waiting = vec![parked_event(key, envelope)];
        let log = to.position.log;
        let advance = Advance { log, from, to, due: Vec::new(), parked: waiting, block: Some(block) };
        self.advance(advance).await?;
        self.reload().await
    }
}

fn parked_event(key: String, envelope: &Envelope) -> ParkedEvent {
    ParkedEvent {
        key,
        position: envelope.position,
        event_id: envelope.event_id,
        tenant: envelope.stream.tenant.clone(),
        user_id: envelope.user_id,
    }
}
