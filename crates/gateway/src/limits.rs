//! How often somebody may call: token buckets in process, on the clock of the application.

mod standing;

use std::hash::Hash;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use domain::{Clock, TenantId, UserId};
use governor::clock::Clock as _;
use governor::middleware::StateInformationMiddleware;
use governor::nanos::Nanos;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};
use http_kit::Failure;

pub(crate) use standing::Allowance;
use standing::{Standing, seconds};

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

/// Our clock, as the limiter reads it: how long ago something was is nothing that anybody can set.
#[derive(Clone, Debug)]
struct LimitClock(Clock);

impl governor::clock::Clock for LimitClock {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        Nanos::from(self.0.steady())
    }
}

/// One limit, and how each caller stands with it.
#[derive(Debug)]
struct Buckets<K: Hash + Eq + Clone> {
    policy: &'static str,
    quota: Quota,
    limiter: RateLimiter<K, DashMapStateStore<K>, LimitClock, StateInformationMiddleware>,
}

impl<K: Hash + Eq + Clone> Buckets<K> {
    fn new(policy: &'static str, quota: Quota, clock: &LimitClock) -> Self {
        let limiter = RateLimiter::new(quota, DashMapStateStore::default(), clock.clone());
        Self { policy, quota, limiter }
    }

    fn standing(&self, remaining: u32, reset: Duration) -> Standing {
        let quota = self.quota.burst_size();
        Standing {
            policy: self.policy,
            quota: quota.get(),
            window: self.quota.replenish_interval() * quota.get(),
            remaining,
            reset,
        }
    }
}

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

impl Limits {
    /// Empty buckets.
    #[must_use]
    pub fn new(settings: LimitSettings, clock: &Clock) -> Self {
        let clock = LimitClock(clock.clone());
        let minute = Quota::per_minute;
        Self {
            enabled: settings.enabled,
            sign_in_account: Buckets::new("sign-in-account", minute(settings.sign_in_per_account), &clock),
            sign_in_address: Buckets::new("sign-in-address", minute(settings.sign_in_per_address), &clock),
            registration: Buckets::new("registration", minute(settings.registrations_per_address), &clock),
            contact: Buckets::new("contact", minute(settings.contact_reveals_per_user), &clock),
            user: Buckets::new(
                "person",
                Quota::per_second(settings.user_per_second).allow_burst(settings.user_burst),
                &clock,
            ),
            anonymous: Buckets::new("address", Quota::per_second(settings.anonymous_per_second), &clock),
            clock,
        }
    }

    fn take<K: Hash + Eq + Clone>(
        &self,
        buckets: &Buckets<K>,
        key: &K,
        allowance: &mut Allowance,
    ) -> Result<(), Failure> {
        if !self.enabled {
            return Ok(());
        }
        match buckets.limiter.check_key(key) {
            Ok(left) => {
                let remaining = left.remaining_burst_capacity();
                let reset = if remaining < buckets.quota.burst_size().get() {
                    buckets.quota.replenish_interval()
                } else {
                    Duration::ZERO
                };
                allowance.note(buckets.standing(remaining, reset));
                Ok(())
            }
            Err(wait) => {
                let wait = wait.wait_time_from(self.clock.now());
                allowance.note(buckets.standing(0, wait));
                Err(Failure::too_many(seconds(wait).max(1)))
            }
        }
    }

    /// A sign-in attempt at an account.
    pub(crate) fn account(
        &self,
        tenant: &TenantId,
        name: &str,
        allowance: &mut Allowance,
    ) -> Result<(), Failure> {
        self.take(&self.sign_in_account, &(tenant.clone(), name.trim().to_lowercase()), allowance)
    }

    /// A sign-in attempt from an address.
    pub(crate) fn sign_in(&self, address: IpAddr, allowance: &mut Allowance) -> Result<(), Failure> {
        self.take(&self.sign_in_address, &network(address), allowance)
    }

    /// A registration from an address.
    pub(crate) fn registration(&self, address: IpAddr, allowance: &mut Allowance) -> Result<(), Failure> {
        self.take(&self.registration, &network(address), allowance)
    }

    /// A contact shown to a person.
    pub(crate) fn contact(
        &self,
        tenant: &TenantId,
        user: UserId,
        allowance: &mut Allowance,
    ) -> Result<(), Failure> {
        self.take(&self.contact, &(tenant.clone(), user), allowance)
    }

    /// Any call of a person.
    pub(crate) fn user(
        &self,
        tenant: &TenantId,
        user: UserId,
        allowance: &mut Allowance,
    ) -> Result<(), Failure> {
        self.take(&self.user, &(tenant.clone(), user), allowance)
    }

    /// Any call without a token.
    pub(crate) fn anonymous(&self, address: IpAddr, allowance: &mut Allowance) -> Result<(), Failure> {
        self.take(&self.anonymous, &network(address), allowance)
    }

    /// Forgets whoever has not called for so long that their buckets are full again.
    pub fn tidy(&self) {
        self.sign_in_account.limiter.retain_recent();
        self.sign_in_address.limiter.retain_recent();
        self.registration.limiter.retain_recent();
        self.contact.limiter.retain_recent();
        self.user.limiter.retain_recent();
        self.anonymous.limiter.retain_recent();
    }
}

/// One subscriber has a whole /64 of IPv6 addresses.
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(v6) => IpAddr::V6((v6.to_bits() >> 64 << 64).into()),
        v4 @ IpAddr::V4(_) => v4,
    }
}
