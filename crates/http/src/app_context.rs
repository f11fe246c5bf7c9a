//! What the composition root provides to every service.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use domain::TenantId;
use journal::{ActivityQueue, AggregateStore, OwnWrites};

use crate::api_keys::ApiKeys;
use crate::circuit_breaker::CircuitBreakers;
use crate::daily::DailyCounters;
use crate::failure::Failure;
use crate::jobs::Jobs;
use crate::photos::Photos;
use crate::quotas::Quotas;
use crate::tokens::Tokens;

/// A tenant and its settings.
#[derive(Clone, Debug)]
pub struct Tenant {
    /// The tenant's id.
    pub id: TenantId,
    /// The default city of its listings.
    pub city: String,
    /// Whether listings need approval by a moderator.
    pub moderation: bool,
    /// Whether listings of owners who have not confirmed their e-mail address wait until they have.
    pub hold_unconfirmed: bool,
    /// The host names of this tenant.
    pub hosts: Vec<String>,
}

/// All tenants. An unknown host name leads to the default tenant.
#[derive(Clone, Debug)]
pub struct Tenants {
    default: TenantId,
    all: BTreeMap<TenantId, Tenant>,
    hosts: BTreeMap<String, TenantId>,
}

impl Tenants {
    /// Creates the set of tenants with the given default.
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

    /// The tenant with this host name, if there is one.
    #[must_use]
    pub fn by_host(&self, host: &str) -> Option<&TenantId> {
        if self.hosts.is_empty() { None } else { self.hosts.get(&host.to_lowercase()) }
    }

    /// The default tenant's id.
    #[must_use]
    pub fn default_id(&self) -> &TenantId {
        &self.default
    }

    /// The ids of all tenants.
    pub fn ids(&self) -> impl Iterator<Item = &TenantId> {
        self.all.keys()
    }

    /// A tenant's settings.
    #[must_use]
    pub fn get(&self, id: &TenantId) -> Option<&Tenant> {
        self.all.get(id)
    }
}

/// Context shared by all services of a process; cloning bumps one `Arc`.
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

/// The parts of an [`AppContext`].
#[derive(Debug)]
pub struct AppContextParts {
    /// The typed interface to the journal.
    pub aggregates: AggregateStore,
    /// Signs and verifies access tokens.
    pub tokens: Arc<Tokens>,
    /// The positions that each person's next read must have reached.
    pub seen: Arc<OwnWrites>,
    /// The queue of activity on its way to the journal.
    pub activity: Arc<ActivityQueue>,
    /// Whether responses wait until activity is durable.
    pub await_activity: bool,
    /// The tenants.
    pub tenants: Arc<Tenants>,
    /// The maximum time a query waits for its reader's own writes.
    pub wait: Duration,
    /// The quotas of people.
    pub quotas: Quotas,
    /// Background jobs.
    pub jobs: Jobs,
    /// Daily limits.
    pub daily: DailyCounters,
    /// The photos of listings.
    pub photos: Photos,
    /// The circuit breakers around calls to other systems.
    pub breakers: CircuitBreakers,
    /// The API keys in use.
    pub api_keys: ApiKeys,
}

impl AppContext {
    /// Waits until what people did just now is durable, if the settings ask for that (`await_activity`).
    ///
    /// # Errors
    /// 503 when it cannot be written now. It stays queued.
    pub async fn activity_kept(&self) -> Result<(), Failure> {
        if self.await_activity && !self.activity.flush().await {
            return Err(Failure::unavailable(&"activity could not be written"));
        }
        Ok(())
    }

    /// The epoch that versions belong to. A restore begins a new one, in which versions continue from the backup.
    #[must_use]
    pub fn epoch(&self) -> u32 {
        self.seen.epoch()
    }
}
