//! Whether a read model includes its reader's own writes.

use bus::{Asker, Generation, GroupStatus, WaitOutcome};
use domain::{Log, Position, TenantId, UserId};

use crate::app_context::AppContext;
use crate::caller::Caller;

/// Whether a reader sees everything they wrote.
#[derive(Clone, Debug)]
pub enum Freshness {
    /// Everything, in every read model.
    Fresh,
    /// Everything, in this generation of the read model.
    In(Generation),
    /// Possibly not the latest writes; the response is marked as stale.
    Stale,
}

impl Freshness {
    /// For [`crate::Reply::stale`]. Call it after reading: if a new generation of the read model took over meanwhile,
    /// it may lack writes that the previous one had.
    #[must_use]
    pub fn is_stale(&self) -> bool {
        match self {
            Self::Fresh => false,
            Self::In(generation) => !generation.is_current(),
            Self::Stale => true,
        }
    }
}

impl AppContext {
    /// Whether a read model includes everything the caller wrote to `logs`, without waiting.
    #[must_use]
    pub fn freshness_now(&self, group: &GroupStatus, caller: &Caller, logs: &[Log]) -> Freshness {
        let Some(user) = caller.user() else { return Freshness::Fresh };
        let generation = group.generation();
        let seen = self.seen.of(&caller.tenant, user);
        let reached = logs.iter().all(|log| group.reached(seen[log.index()]));
        if reached && group.blocked_count() == 0 { Freshness::In(generation) } else { Freshness::Stale }
    }

    /// Waits, with a timeout, until a read model includes everything the caller wrote to `logs`.
    pub async fn wait_for_own(&self, group: &GroupStatus, caller: &Caller, logs: &[Log]) -> Freshness {
        match caller.user() {
            Some(user) => self.wait_for(group, &caller.tenant, user, logs).await,
            None => Freshness::Fresh,
        }
    }

    /// As [`Self::wait_for_own`] for what `user` wrote, whoever the caller is.
    pub async fn wait_for(
        &self,
        group: &GroupStatus,
        tenant: &TenantId,
        user: UserId,
        logs: &[Log],
    ) -> Freshness {
        if logs.contains(&Log::Activity) && self.activity.holds(tenant, user) && !self.activity.flush().await
        {
            return Freshness::Stale;
        }
        let seen = self.seen.of(tenant, user);
        let needed: Vec<Position> = logs.iter().map(|log| seen[log.index()]).collect();
        let asker = Asker { tenant, user };
        let generation = group.generation();
        match group.wait(&needed, asker, self.wait).await {
            WaitOutcome::Applied => Freshness::In(generation),
            WaitOutcome::Parked | WaitOutcome::TimedOut => Freshness::Stale,
        }
    }
}
