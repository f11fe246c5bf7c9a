//! What every service is given by the composition root.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use domain::TenantId;
use journal::{ActivityQueue, AggregateStore, OwnWrites};

use crate::daily::DailyCounters;
use crate::jobs::Jobs;
use crate::quotas::Quotas;
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
    pub daily: DailyCounters,
}

impl AppContext {
    /// The history that versions belong to: a restore begins another one, in which they count on from the backup.
    #[must_use]
    pub fn epoch(&self) -> u32 {
        self.seen.epoch()
    }
}
