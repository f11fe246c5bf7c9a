//! Trying blocked keys again, by themselves or because an operator asks.

use std::sync::PoisonError;

use domain::Envelope;
use rand::RngExt;

use super::{Runner, Trouble};
use crate::group::{Blocked, BlockedState};
use crate::handle::RedriveError;
use crate::target::{ApplyError, ParkedEvent};

impl Runner {
    /// Reads again what is blocked, so that everybody who asks sees what the store holds.
    pub(super) async fn reload(&mut self) -> Result<(), Trouble> {
        let blocked = self.target.state().await?.blocked;
        self.held = blocked.iter().map(|b| b.key.clone()).collect();
        let parked = blocked.iter().filter(|b| b.state == BlockedState::Parked).count();
        let gauge = metrics::gauge!("bus_keys_parked", "group" => self.group.name);
        gauge.set(u32::try_from(parked).unwrap_or(u32::MAX));
        *self.blocked.write().unwrap_or_else(PoisonError::into_inner) = blocked;
        Ok(())
    }

    /// Tries every key whose time has come; true when one was tried.
    pub(super) async fn try_blocked(&mut self) -> Result<bool, Trouble> {
        let now = self.clock.now();
        let due = |b: &Blocked| b.state == BlockedState::Retrying && b.next_try <= now;
        let due: Vec<Blocked> = self
            .blocked
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .iter()
            .filter(|b| due(b))
            .cloned()
            .collect();
        for blocked in &due {
            let (_, outcome) = self.work_off(&blocked.key).await?;
            if let Err(error) = outcome {
                self.note_failure(blocked, error).await?;
            }
            self.reload().await?;
        }
        Ok(!due.is_empty())
    }

    /// An operator wants a key tried now.
    pub(super) async fn redrive(&mut self, id: &str) -> Result<u64, RedriveError> {
        let found =
            self.blocked.read().unwrap_or_else(PoisonError::into_inner).iter().find(|b| b.id == id).cloned();
        let blocked = found.ok_or(RedriveError::Unknown)?;
        let failed = |trouble: Trouble| RedriveError::Failed(trouble.to_string());
        let (applied, outcome) = self.work_off(&blocked.key).await.map_err(failed)?;
        if let Err(error) = &outcome {
            self.note_failure(&blocked, error.clone()).await.map_err(failed)?;
        }
        self.reload().await.map_err(failed)?;
        outcome.map(|()| applied).map_err(RedriveError::Failed)
    }

    /// Applies what waits behind `key`, in order, each event in its own transaction, until one fails.
    async fn work_off(&mut self, key: &str) -> Result<(u64, Result<(), String>), Trouble> {
        let mut applied = 0;
        for parked in self.target.parked(key).await? {
            let envelope = self.read_again(&parked).await?;
            match self.target.redo(key, envelope).await {
                Ok(()) => applied += 1,
                Err(ApplyError::Event(error)) => return Ok((applied, Err(error))),
                Err(other) => return Err(other.into()),
            }
        }
        tracing::info!(group = self.group.name, key, applied, "a blocked key goes on");
        Ok((applied, Ok(())))
    }

    async fn read_again(&self, parked: &ParkedEvent) -> Result<Envelope, Trouble> {
        let before = parked.position.at(parked.position.seq - 1);
        let found = self.journal.read_after(before, 1).await?.into_iter().next();
        let same = found.filter(|e| e.event_id == parked.event_id);
        same.ok_or_else(|| {
            Trouble::Fatal(format!("the journal does not hold the parked event {}", parked.event_id))
        })
    }

    async fn note_failure(&self, blocked: &Blocked, error: String) -> Result<(), Trouble> {
        let tries = blocked.tries + 1;
        let next_try = self.clock.now().plus_millis(self.retry.pause_ms(tries, rand::rng().random()));
        let parked = tries >= self.retry.tries;
        if parked {
            tracing::error!(group = self.group.name, key = blocked.key, tries, error, "a key is parked");
        }
        let state = if parked { BlockedState::Parked } else { BlockedState::Retrying };
        self.target.note(&Blocked { tries, next_try, state, error, ..blocked.clone() }).await?;
        Ok(())
    }
}
