//! Fills a new read model beside the one in use, and switches to it.

use std::collections::HashSet;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError, RwLock};

use domain::Log;
use uuid::Uuid;

use super::{BATCH, GroupFailure, Runner};
use crate::handle::{RebuildError, TakeOver};

/// Progress of a rebuild, in events of all its logs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Events done.
    pub done: u64,
    /// Events to do, as known now. The journal keeps growing.
    pub total: u64,
}

/// A rebuild within this many events of the head is handed over. The rest is applied while the group in use
/// waits.
const NEAR: u64 = BATCH as u64;

impl Runner {
    pub(crate) fn in_the_making(mut self, discarded: Arc<RwLock<HashSet<Uuid>>>) -> Self {
        (self.live, self.means.discarded) = (false, discarded);
        self
    }

    /// Applies events until the head of the journal is near. Calls `progress` before each batch and at the end.
    ///
    /// # Errors
    /// When the target or the journal fails.
    pub async fn catch_up(&mut self, mut progress: impl FnMut(Progress) + Send) -> Result<(), RebuildError> {
        let failed = |trouble: GroupFailure| RebuildError::Failed(trouble.to_string());
        loop {
            let now = self.progress().await.map_err(failed)?;
            progress(now);
            if now.total - now.done < NEAR {
                return Ok(());
            }
            for log in self.group.logs {
                self.step(*log, BATCH).await.map_err(failed)?;
            }
        }
    }

    /// Applies events exactly up to the positions `to` of the logs. Calls `progress` before each batch and at
    /// the end. Returns the number of events.
    ///
    /// # Errors
    /// When the target or the journal fails, or the journal ends before those positions.
    pub async fn follow(
        &mut self,
        to: [u64; 2],
        mut progress: impl FnMut(Progress) + Send,
    ) -> Result<u64, RebuildError> {
        let total = self.group.logs.iter().map(|log| to[log.index()]).sum();
        loop {
            let done = self.group.logs.iter().map(|log| self.at(*log)).sum();
            progress(Progress { done, total });
            if done >= total {
                return Ok(total);
            }
            for log in self.group.logs {
                let next = to[log.index()].min(self.at(*log) + BATCH as u64);
                self.reach(*log, next).await.map_err(|trouble| RebuildError::Failed(trouble.to_string()))?;
            }
        }
    }

    async fn progress(&self) -> Result<Progress, GroupFailure> {
        let mut progress = Progress::default();
        for log in self.group.logs {
            let done = self.at(*log);
            let head = self.means.journal.head(*log).await?.seq;
            progress.done += done;
            progress.total += head.max(done);
        }
        Ok(progress)
    }

    /// Brings `fresh` to the same position in every log, then continues with the read model it filled. Returns
    /// the number of events up to there.
    pub(super) async fn switch(&mut self, mut fresh: Self, take_over: TakeOver) -> Result<u64, GroupFailure> {
        if self.paused.borrow().is_some() {
            return Err(GroupFailure::Passing("the group is paused; resume it and try again".into()));
        }
        if !self.keep_hold().await? {
            return Err(GroupFailure::Passing("another process runs this group; rebuild it there".into()));
        }
        for log in self.group.logs {
            self.reach(*log, fresh.at(*log)).await?;
            fresh.reach(*log, self.at(*log)).await?;
        }
        let held_back = fresh.target.state().await?.blocked;
        // During the takeover a reader may see either read model. So no reader is told "applied" about events
        // that are blocked in either, and readers who were told so before ask again.
        self.blocked.write().unwrap_or_else(PoisonError::into_inner).extend_from_slice(&held_back);
        self.generation.fetch_add(1, Ordering::SeqCst);
        take_over.await?;
        self.hold(held_back);
        Ok(self.group.logs.iter().map(|log| self.at(*log)).sum())
    }

    fn at(&self, log: Log) -> u64 {
        self.cursors[log.index()].position.seq
    }

    async fn reach(&mut self, log: Log, seq: u64) -> Result<(), GroupFailure> {
        while self.at(log) < seq {
            let left = usize::try_from(seq - self.at(log)).unwrap_or(BATCH);
            if !self.step(log, left.min(BATCH)).await? {
                return Err(GroupFailure::Fatal(format!("the {} log ends before {seq}", log.as_str())));
            }
        }
        Ok(())
    }
}
