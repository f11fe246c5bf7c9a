//! Moving the cursor over the next events.

use domain::{Envelope, Log};
use rand::RngExt;

use super::{Runner, Trouble};
use crate::target::{Advance, ApplyError, Block, Checkpoint, ParkedEvent};

impl Runner {
    /// Applies the next events of `log`, at most `limit`; true when there were any.
    pub(super) async fn step(&mut self, log: Log, limit: usize) -> Result<bool, Trouble> {
        let cursor = self.cursors[log.index()].position;
        let batch = self.journal.read_after(cursor, limit).await?;
        let Some(last) = batch.last() else { return Ok(false) };
        self.taken += batch.len();
        let to = Checkpoint { position: last.position, event_id: Some(last.event_id) };
        let (due, parked) = self.sort(&batch);
        let newly_parked = !parked.is_empty();
        let advance = Advance { log, from: cursor.seq, to, due, parked, block: None };
        match self.target.advance(advance).await {
            Ok(()) => {
                if newly_parked {
                    self.reload().await?;
                }
                self.moved(to);
            }
            // Some event of the batch fails: one by one, so that only its own key is set aside.
            Err(ApplyError::Event(_)) => {
                for envelope in batch {
                    self.single(log, envelope).await?;
                }
            }
            Err(other) => return Err(other.into()),
        }
        Ok(true)
    }

    /// Splits a batch into what can be applied and what waits behind a blocked key.
    fn sort(&self, batch: &[Envelope]) -> (Vec<Envelope>, Vec<ParkedEvent>) {
        let wanted = batch.iter().filter_map(|e| (self.group.key)(e).map(|key| (key, e)));
        let (mut due, mut parked) = (Vec::with_capacity(batch.len()), Vec::new());
        for (key, envelope) in wanted {
            if self.held.contains(&key) {
                parked.push(parked_event(key, envelope));
            } else {
                due.push(envelope.clone());
            }
        }
        (due, parked)
    }

    async fn single(&mut self, log: Log, envelope: Envelope) -> Result<(), Trouble> {
        let from = self.cursors[log.index()].position.seq;
        let to = Checkpoint { position: envelope.position, event_id: Some(envelope.event_id) };
        let (due, parked) = self.sort(std::slice::from_ref(&envelope));
        let was_parked = !parked.is_empty();
        let step = Advance { log, from, to, due, parked, block: None };
        match self.target.advance(step).await {
            Ok(()) if was_parked => self.reload().await?,
            Ok(()) => {}
            Err(ApplyError::Event(error)) => self.block(from, to, &envelope, error).await?,
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
    ) -> Result<(), Trouble> {
        let Some(key) = (self.group.key)(envelope) else { return Ok(()) };
        let at = self.clock.now();
        let next_try = at.plus_millis(self.retry.pause_ms(1, rand::rng().random()));
        tracing::warn!(group = self.group.name, key, event.id = %envelope.event_id, error, "an event failed; its key waits");
        metrics::counter!("bus_events_failed", "group" => self.group.name).increment(1);
        let parked = self.retry.tries <= 1;
        let block = Block { key: key.clone(), first: to.position, error, at, next_try, parked };
        let waiting = vec![parked_event(key, envelope)];
        let log = to.position.log;
        let advance = Advance { log, from, to, due: Vec::new(), parked: waiting, block: Some(block) };
        self.target.advance(advance).await?;
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
