//! How often somebody may call: token buckets in process, on the clock of the application.

mod guesses;
mod state;

use std::hash::Hash;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use domain::warning::Guesses;
use domain::{Clock, TenantId, Timestamp, UserId};
use governor::clock::Clock as _;
use governor::middleware::StateInformationMiddleware;
use governor::nanos::Nanos;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};
use http_kit::{Failure, Network};
use serde::Deserialize;

use crate::devices::Device;
use guesses::WrongPasswords;
pub(crate) use state::Allowance;
use state::{RateLimitState, seconds};

/// All strangers at an account together have so many times what each has.
const STRANGERS: NonZeroU32 = NonZeroU32::new(5).unwrap();
/// A /48 of IPv6 has so many times what each /64 has.
const SITE: NonZeroU32 = NonZeroU32::new(8).unwrap();

/// The settings of limits. Those of a day are counted by the services.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LimitSettings {
    /// Off for load tests on loopback.
    pub enabled: bool,
    /// Sign-ins a minute to one account, from one device or network.
    pub sign_in_per_account: NonZeroU32,
    /// Sign-ins a minute from one address.
    pub sign_in_per_address: NonZeroU32,
    /// Wrong passwords at one account in a day, by strangers, after which its owner is told.
    pub wrong_passwords_told: NonZeroU32,
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
    /// MiB a second of long bodies, from everybody together.
    pub received_mib_per_second: NonZeroU32,
    /// Contacts shown a day to one person.
    pub contacts_per_person_and_day: u32,
    /// Contacts shown a day to one network.
    pub contacts_per_network_and_day: u32,
    /// Contacts shown a day to one person, after which moderators are told.
    pub unusual_contacts_a_day: u32,
    /// Enquiries a day by one person.
    pub enquiries_per_person_and_day: u32,
    /// E-mails that one account may ask for again in a day.
    pub letters_again_a_day: u32,
    /// Registrations a day from one network with a name that is taken.
    pub taken_names_per_network_and_day: u32,
}

/// Our clock, as the limiter reads it: how long ago something was is nothing that anybody can set.
#[derive(Clone, Debug)]
struct LimitClock(Clock);

impl governor::clock::Clock for LimitClock {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        Nanos::from(self.0.monotonic_clock())
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

    fn standing(&self, remaining: u32, reset: Duration) -> RateLimitState {
        let quota = self.quota.burst_size();
        RateLimitState {
            policy: self.policy,
            quota: quota.get(),
            window: self.quota.replenish_interval() * quota.get(),
            remaining,
            reset,
        }
    }
}

/// One limit for callers by their address. A site of IPv6 holds many networks: it may call so many times as often as one of
/// them.
#[derive(Debug)]
struct ByAddress {
    subscriber: Buckets<Network>,
    site: Buckets<Network>,
}

impl ByAddress {
    fn new(
        [subscriber, site]: [&'static str; 2],
        quota: impl Fn(NonZeroU32) -> Quota,
        most: NonZeroU32,
        clock: &LimitClock,
    ) -> Self {
        let of_site = quota(most.saturating_mul(SITE));
        Self {
            subscriber: Buckets::new(subscriber, quota(most), clock),
            site: Buckets::new(site, of_site, clock),
        }
    }

    fn tidy(&self) {
        self.subscriber.limiter.retain_recent();
        self.site.limiter.retain_recent();
    }
}

/// Who tries to sign in to an account.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Guesser {
    /// A browser that did before.
    Known(Device),
    /// Anybody else at an address; requests of this process have none.
    Stranger(Option<Network>),
}

/// Its tenant, and its id or, where there is no such account, the name that was typed.
pub(crate) type Account = (TenantId, String);

/// The buckets of one process.
#[derive(Debug)]
pub struct Limits {
    enabled: bool,
    clock: LimitClock,
    sign_in_account: Buckets<(Account, Guesser)>,
    /// All strangers together.
    sign_in_strangers: Buckets<Account>,
    sign_in_address: ByAddress,
    wrong_passwords: WrongPasswords,
    registration: ByAddress,
    contact: Buckets<(TenantId, UserId)>,
    user: Buckets<(TenantId, UserId)>,
    anonymous: ByAddress,
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
            sign_in_strangers: Buckets::new(
                "sign-in-strangers",
                minute(settings.sign_in_per_account.saturating_mul(STRANGERS)),
                &clock,
            ),
            sign_in_address: ByAddress::new(
                ["sign-in-address", "sign-in-site"],
                minute,
                settings.sign_in_per_address,
                &clock,
            ),
            wrong_passwords: WrongPasswords::new(settings.wrong_passwords_told),
            registration: ByAddress::new(
                ["registration", "registration-site"],
                minute,
                settings.registrations_per_address,
                &clock,
            ),
            contact: Buckets::new("contact", minute(settings.contact_reveals_per_user), &clock),
            user: Buckets::new(
                "person",
                Quota::per_second(settings.user_per_second).allow_burst(settings.user_burst),
                &clock,
            ),
            anonymous: ByAddress::new(
                ["address", "site"],
                Quota::per_second,
                settings.anonymous_per_second,
                &clock,
            ),
            clock,
        }
    }

    fn take<K: Hash + Eq + Clone>(
        &self,
        buckets: &Buckets<K>,
        key: &K,
        allowance: &mut Allowance,
    ) -> Result<(), Failure> {
        if let Some(left) = self.take_quietly(buckets, key, allowance)? {
            allowance.note(left);
        }
        Ok(())
    }

    /// The same for a limit that is told only when it refuses: another one is nearer. Nothing is left of limits that are off.
    fn take_quietly<K: Hash + Eq + Clone>(
        &self,
        buckets: &Buckets<K>,
        key: &K,
        allowance: &mut Allowance,
    ) -> Result<Option<RateLimitState>, Failure> {
        if !self.enabled {
            return Ok(None);
        }
        self.draw(buckets, key).map(Some).map_err(|empty| refuse(empty, allowance))
    }

    fn take_at(&self, limit: &ByAddress, address: IpAddr, allowance: &mut Allowance) -> Result<(), Failure> {
        self.take(&limit.subscriber, &Network::subscriber(address), allowance)?;
        if let Some(site) = Network::site(address) {
            self.take_quietly(&limit.site, &site, allowance)?;
        }
        Ok(())
    }

    /// Takes one of a bucket. What is left then, or how long it is empty.
    fn draw<K: Hash + Eq + Clone>(
        &self,
        buckets: &Buckets<K>,
        key: &K,
    ) -> Result<RateLimitState, RateLimitState> {
        match buckets.limiter.check_key(key) {
            Ok(left) => {
                let remaining = left.remaining_burst_capacity();
                let full = remaining >= buckets.quota.burst_size().get();
                let reset = if full { Duration::ZERO } else { buckets.quota.replenish_interval() };
                Ok(buckets.standing(remaining, reset))
            }
            Err(wait) => Err(buckets.standing(0, wait.wait_time_from(self.clock.now()))),
        }
    }

    /// A sign-in attempt at an account. Strangers hold up those who were there before as little as each other at another
    /// address, however long they go on; all of them together are slowed down, too.
    pub(crate) fn account(
        &self,
        account: &Account,
        guesser: Guesser,
        address: Option<IpAddr>,
        allowance: &mut Allowance,
    ) -> Result<(), Failure> {
        let stranger = matches!(guesser, Guesser::Stranger(_));
        self.take(&self.sign_in_account, &(account.clone(), guesser), allowance)?;
        if !stranger {
            return Ok(());
        }
        self.take_quietly(&self.sign_in_strangers, account, allowance)?;
        // After the others: whoever guesses at one account uses up little of what all have at an address together.
        address.map_or(Ok(()), |address| self.sign_in(address, allowance))
    }

    /// A stranger's wrong password at an account. Gives what was counted, when its owner is to be told.
    pub(crate) fn wrong_password(
        &self,
        account: &Account,
        address: Option<IpAddr>,
        now: Timestamp,
    ) -> Option<Guesses> {
        self.enabled.then(|| self.wrong_passwords.count(account, address.map(Network::of), now)).flatten()
    }

    /// Its owner could not be told.
    pub(crate) fn not_told(&self, account: &Account) {
        self.wrong_passwords.not_told(account);
    }

    /// A sign-in attempt from an address.
    pub(crate) fn sign_in(&self, address: IpAddr, allowance: &mut Allowance) -> Result<(), Failure> {
        self.take_at(&self.sign_in_address, address, allowance)
    }

    /// A registration from an address.
    pub(crate) fn registration(&self, address: IpAddr, allowance: &mut Allowance) -> Result<(), Failure> {
        self.take_at(&self.registration, address, allowance)
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
        self.take_at(&self.anonymous, address, allowance)
    }

    /// Forgets whoever has not called for so long that their buckets are full again.
    pub fn tidy(&self) {
        self.sign_in_account.limiter.retain_recent();
        self.sign_in_strangers.limiter.retain_recent();
        self.sign_in_address.tidy();
        self.registration.tidy();
        self.contact.limiter.retain_recent();
        self.user.limiter.retain_recent();
        self.anonymous.tidy();
    }
}

fn refuse(empty: RateLimitState, allowance: &mut Allowance) -> Failure {
    allowance.note(empty);
    Failure::too_many(seconds(empty.reset).max(1))
}
