//! How often somebody may call: token buckets in process, on the clock of the application.

use std::hash::Hash;
use std::net::IpAddr;
use std::num::NonZeroU32;

use domain::{Clock, TenantId, UserId};
use governor::clock::Clock as _;
use governor::nanos::Nanos;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};
use http_kit::Failure;

/// The numbers of the settings.
#[derive(Clone, Copy, Debug)]
pub struct LimitSettings {
    /// Off for load tests on loopback.
    pub enabled: bool,
    /// Sign-ins a minute for one account.
    pub sign_in_per_account: NonZeroU32,
    /// Sign-ins a minute from one address.
    pub sign_in_per_address: NonZeroU32,
    /// Registrations a minute from one address.
    pub registrations_per_address: NonZeroU32,
    /// Contacts shown a minute to one person.
    pub contact_reveals_per_user: NonZeroU32,
    /// Calls a second by one person …
    pub user_per_second: NonZeroU32,
    /// … and how many at once.
    pub user_burst: NonZeroU32,
    /// Calls a second from one address without a token.
    pub anonymous_per_second: NonZeroU32,
}

/// Our clock, as the limiter reads it.
#[derive(Clone, Debug)]
struct LimitClock(Clock);

impl governor::clock::Clock for LimitClock {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        Nanos::from(u64::try_from(self.0.now().micros()).unwrap_or(0).saturating_mul(1000))
    }
}

type Buckets<K> =
    RateLimiter<K, DashMapStateStore<K>, LimitClock, governor::middleware::NoOpMiddleware<Nanos>>;

/// The buckets of one process.
#[derive(Debug)]
pub struct Limits {
    enabled: bool,
    clock: LimitClock,
    sign_in_account: Buckets<(TenantId, String)>,
    sign_in_address: Buckets<IpAddr>,
    registration: Buckets<IpAddr>,
    contact: Buckets<(TenantId, UserId)>,
    user: Buckets<(TenantId, UserId)>,
    anonymous: Buckets<IpAddr>,
}

fn buckets<K: Hash + Eq + Clone>(quota: Quota, clock: &LimitClock) -> Buckets<K> {
    RateLimiter::new(quota, DashMapStateStore::default(), clock.clone())
}

impl Limits {
    /// Empty buckets.
    #[must_use]
    pub fn new(settings: LimitSettings, clock: &Clock) -> Self {
        let clock = LimitClock(clock.clone());
        let minute = Quota::per_minute;
        Self {
            enabled: settings.enabled,
            sign_in_account: buckets(minute(settings.sign_in_per_account), &clock),
            sign_in_address: buckets(minute(settings.sign_in_per_address), &clock),
            registration: buckets(minute(settings.registrations_per_address), &clock),
            contact: buckets(minute(settings.contact_reveals_per_user), &clock),
            user: buckets(
                Quota::per_second(settings.user_per_second).allow_burst(settings.user_burst),
                &clock,
            ),
            anonymous: buckets(Quota::per_second(settings.anonymous_per_second), &clock),
            clock,
        }
    }

    fn take<K: Hash + Eq + Clone>(&self, buckets: &Buckets<K>, key: &K) -> Result<(), Failure> {
        if !self.enabled {
            return Ok(());
        }
        buckets.check_key(key).map_err(|wait| {
            let wait = wait.wait_time_from(self.clock.now());
            Failure::too_many(wait.as_secs().max(1))
        })
    }

    /// A sign-in attempt at an account.
    pub(crate) fn account(&self, tenant: &TenantId, name: &str) -> Result<(), Failure> {
        self.take(&self.sign_in_account, &(tenant.clone(), name.trim().to_lowercase()))
    }

    /// A sign-in attempt from an address.
    pub(crate) fn sign_in(&self, address: IpAddr) -> Result<(), Failure> {
        self.take(&self.sign_in_address, &network(address))
    }

    /// A registration from an address.
    pub(crate) fn registration(&self, address: IpAddr) -> Result<(), Failure> {
        self.take(&self.registration, &network(address))
    }

    /// A contact shown to a person.
    pub(crate) fn contact(&self, tenant: &TenantId, user: UserId) -> Result<(), Failure> {
        self.take(&self.contact, &(tenant.clone(), user))
    }

    /// Any call of a person.
    pub(crate) fn user(&self, tenant: &TenantId, user: UserId) -> Result<(), Failure> {
        self.take(&self.user, &(tenant.clone(), user))
    }

    /// Any call without a token.
    pub(crate) fn anonymous(&self, address: IpAddr) -> Result<(), Failure> {
        self.take(&self.anonymous, &network(address))
    }

    /// Forgets whoever has not called for so long that their buckets are full again.
    pub fn tidy(&self) {
        self.sign_in_account.retain_recent();
        self.sign_in_address.retain_recent();
        self.registration.retain_recent();
        self.contact.retain_recent();
        self.user.retain_recent();
        self.anonymous.retain_recent();
    }
}

/// One subscriber has a whole /64 of IPv6 addresses.
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(v6) => IpAddr::V6((v6.to_bits() >> 64 << 64).into()),
        v4 @ IpAddr::V4(_) => v4,
    }
}
