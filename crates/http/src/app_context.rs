//! What every service is given by the composition root.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use bus::{Asker, Generation, GroupStatus, Waited};
use domain::{Log, Position, TenantId, UserId};
use journal::{ActivityQueue, AggregateStore, OwnWrites};

use crate::caller::Caller;
use crate::daily::Daily;
use crate::jobs::Jobs;
use crate::quotas::Quotas;
use crate::reply::Reply;
use crate::tokens::Tokens;

/// A tenant's own settings.
#[derive(Clone, Debug)]
pub struct Tenant {
    /// Its name.
    pub id: TenantId,
    /// The city of a listing that names none.
    pub city: String,
    /// Whether a moderator looks at listings first.
    pub moderation: bool,
    /// Host names that lead to it.
    pub hosts: Vec<String>,
}

/// All tenants. A host name that is nobody's leads to the default one.
#[derive(Clone, Debug)]
pub struct Tenants {
    default: TenantId,
    all: BTreeMap<TenantId, Tenant>,
    hosts: BTreeMap<String, TenantId>,
}

impl Tenants {
    /// `all`, the first being the default.
    #[must_use]
    pub fn new(default: Tenant, others: Vec<Tenant>) -> Self {
        let id = default.id.clone();
        let all: Vec<_> = std::iter::once(default).chain(others).collect();
        let hosts = all.iter().flat_map(|t| t.hosts.iter().map(|host| (host.to_lowercase(), t.id.clone())));
        Self {
            default: id,
            hosts: hosts.collect(),
            all: all.into_iter().map(|t| (t.id.clone(), t)).collect(),
        }
    }

    /// The tenant a host name leads to, when it is somebody's own.
    #[must_use]
    pub fn by_host(&self, host: &str) -> Option<&TenantId> {
        if self.hosts.is_empty() { None } else { self.hosts.get(&host.to_lowercase()) }
    }

    /// The default tenant's name.
    #[must_use]
    pub fn default_id(&self) -> &TenantId {
        &self.default
    }

    /// All of them.
    pub fn ids(&self) -> impl Iterator<Item = &TenantId> {
        self.all.keys()
    }

    /// A tenant's settings.
    #[must_use]
    pub fn get(&self, id: &TenantId) -> Option<&Tenant> {
        self.all.get(id)
    }
}

/// Whether a reader sees everything they wrote.
#[derive(Clone, Debug)]
pub enum Freshness {
    /// Everything, whatever is read.
    Fresh,
    /// Everything, in this read model.
    In(Generation),
    /// Perhaps not the last of it: the answer is marked.
    Stale,
}

impl Freshness {
    /// For [`Reply::stale`]. To be asked when everything is read: a read model that took over meanwhile may hold back
    /// what the one before had.
    #[must_use]
    pub fn is_stale(&self) -> bool {
        match self {
            Self::Fresh => false,
            Self::In(generation) => !generation.is_current(),
            Self::Stale => true,
        }
    }
}

/// Shared by all services of a process: a clone is one count more.
#[derive(Clone, Debug)]
pub struct AppContext(Arc<AppContextParts>);

impl std::ops::Deref for AppContext {
    type Target = AppContextParts;

    fn deref(&self) -> &AppContextParts {
        &self.0
    }
}

impl From<AppContextParts> for AppContext {
    fn from(parts: AppContextParts) -> Self {
        Self(Arc::new(parts))
    }
}

/// What a [`AppContext`] is made of.
#[derive(Debug)]
pub struct AppContextParts {
    /// The journal, in types.
    pub aggregates: AggregateStore,
    /// Signs and verifies access tokens.
    pub tokens: Arc<Tokens>,
    /// What each person's next read must have reached.
    pub seen: Arc<OwnWrites>,
    /// Activity on its way to the journal.
    pub activity: Arc<ActivityQueue>,
    /// Whether activity is awaited before an answer.
    pub await_activity: bool,
    /// The tenants.
    pub tenants: Arc<Tenants>,
    /// How long a query waits for its reader's own writes.
    pub wait: Duration,
    /// How much people may hold.
    pub quotas: Quotas,
    /// Work beside the requests.
    pub jobs: Jobs,
    /// What somebody may do so often a day.
    pub daily: Daily,
}

impl AppContext {
    /// The history that versions belong to: a restore begins another one, in which they count on from the backup.
    #[must_use]
    pub fn epoch(&self) -> u32 {
        self.seen.epoch()
    }

    /// A 200 answer, stamped now.
    pub fn reply<T>(&self, message: &'static str, data: T) -> Reply<T> {
        Reply::new(message, data, (self.aggregates.clock().now(), self.epoch()))
    }

    /// An answer to a command: its position is remembered as the caller's own, and told.
    pub fn done<T>(
        &self,
        caller: &Caller,
        message: &'static str,
        data: T,
        position: Option<Position>,
    ) -> Reply<T> {
        if let (Some(user), Some(position)) = (caller.user(), position) {
            self.seen.remember(&caller.tenant, user, position);
        }
        self.reply(message, data).position(position)
    }

    /// Whether a read model has everything the caller wrote to `logs`, without waiting.
    #[must_use]
    pub fn freshness_now(&self, group: &GroupStatus, caller: &Caller, logs: &[Log]) -> Freshness {
        let Some(user) = caller.user() else { return Freshness::Fresh };
        let generation = group.generation();
        let seen = self.seen.of(&caller.tenant, user);
        let reached = logs.iter().all(|log| group.reached(seen[log.index()]));
        if reached && group.blocked_count() == 0 { Freshness::In(generation) } else { Freshness::Stale }
    }

    /// Waits, bounded, until a read model has everything the caller wrote to `logs`.
    pub async fn wait_for_own(&self, group: &GroupStatus, caller: &Caller, logs: &[Log]) -> Freshness {
        match caller.user() {
            Some(user) => self.wait_for(group, &caller.tenant, user, logs).await,
            None => Freshness::Fresh,
        }
    }

    /// The same for what `user` wrote, whoever asks.
    pub async fn wait_for(
        &self,
        group: &GroupStatus,
        tenant: &TenantId,
        user: UserId,
        logs: &[Log],
    ) -> Freshness {
        if logs.contains(&Log::Activity) && self.activity.holds(tenant, user) {
            self.activity.flush().await;
        }
        let seen = self.seen.of(tenant, user);
        let needed: Vec<Position> = logs.iter().map(|log| seen[log.index()]).collect();
        let asker = Asker { tenant, user };
        let generation = group.generation();
        match group.wait(&needed, asker, self.wait).await {
            Waited::Applied => Freshness::In(generation),
            Waited::Parked | Waited::TimedOut => Freshness::Stale,
        }
    }
}
