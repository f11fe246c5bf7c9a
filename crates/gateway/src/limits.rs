//! Rate limits: token buckets in memory, driven by the application's clock.

mod guesses;
mod state;

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use domain::warning::Guesses;
use domain::{ApiKeyId, Clock, TenantId, Timestamp, UserId};
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

/// All strangers together may try this many times as often at an account as each of them.
const STRANGERS: NonZeroU32 = NonZeroU32::new(5).unwrap();
/// An IPv6 /48 may call this many times as often as each /64 in it.
const SITE: NonZeroU32 = NonZeroU32::new(8).unwrap();

/// The settings of the limits. The services count the daily ones.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LimitSettings {
    /// Turned off for load tests on loopback.
    pub enabled: bool,
    /// Sign-ins per minute to one account from one device or network.
    pub sign_in_per_account: NonZeroU32,
    /// Sign-ins per minute from one address.
    pub sign_in_per_address: NonZeroU32,
    /// The owner is warned after this many wrong passwords by strangers at one account in a day.
    pub wrong_passwords_told: NonZeroU32,
    /// Registrations per minute from one address.
    pub registrations_per_address: NonZeroU32,
    /// Contacts shown per minute to one person.
    pub contact_reveals_per_user: NonZeroU32,
    /// Calls per second by one person …
    pub user_per_second: NonZeroU32,
    /// … and how many of them at once.
    pub user_burst: NonZeroU32,
    /// Calls per second from one address without a token.
    pub anonymous_per_second: NonZeroU32,
    /// MiB per second of long request bodies, from all clients together.
    pub received_mib_per_second: NonZeroU32,
    /// Contacts shown per day to one person.
    pub contacts_per_person_and_day: u32,
    /// Contacts shown per day to one network.
    pub contacts_per_network_and_day: u32,
    /// Moderators are alerted after this many contacts shown to one person in a day.
    pub unusual_contacts_a_day: u32,
    /// Enquiries per day by one person.
    pub enquiries_per_person_and_day: u32,
    /// Repeat e-mails that one account may request per day.
    pub letters_again_a_day: u32,
    /// Registrations per day from one network with a name that is already taken.
    pub taken_names_per_network_and_day: u32,
}

/// Our clock for the limiter. It is monotonic: nobody can set the time that has passed.
#[derive(Clone, Debug)]
struct LimitClock(Clock);

impl governor::clock::Clock for LimitClock {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        Nanos::from(self.0.monotonic())
    }
}

/// One limit, with a bucket for each caller.
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

/// One limit by address. An IPv6 site (/48) holds many networks (/64) and has a bucket of its own, [`SITE`] times as
/// large.
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
    /// A browser that signed in to the account before.
    Known(Device),
    /// Anyone else, by network. Requests made by this process itself have none.
    Stranger(Option<Network>),
}

/// A tenant, and the id of the account or, if there is no such account, the name that was typed.
pub(crate) type Account = (TenantId, String);

/// The rate limits of one process.
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
    /// Each key has a quota of its own.
    api_keys: Mutex<HashMap<ApiKeyId, Arc<Buckets<ApiKeyId>>>>,
    anonymous: ByAddress,
}

impl Limits {
    /// Limits with full buckets.
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
            api_keys: Mutex::default(),
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

    /// Like [`Self::take`], but the limit is reported only when it refuses, because another limit is usually reached
    /// first. Returns `None` when limits are off.
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

    /// Limits the requests with an API key. Its quota never changes.
    pub(crate) fn api_key(
        &self,
        id: ApiKeyId,
        per_minute: u32,
        allowance: &mut Allowance,
    ) -> Result<(), Failure> {
        let quota = Quota::per_minute(NonZeroU32::new(per_minute).unwrap_or(NonZeroU32::MIN));
        let mut all = self.api_keys.lock().unwrap_or_else(PoisonError::into_inner);
        let new = || Arc::new(Buckets::new("api-key", quota, &self.clock));
        let buckets = Arc::clone(all.entry(id).or_insert_with(new));
        drop(all);
        self.take(&buckets, &id, allowance)
    }

    fn take_at(&self, limit: &ByAddress, address: IpAddr, allowance: &mut Allowance) -> Result<(), Failure> {
        self.take(&limit.subscriber, &Network::subscriber(address), allowance)?;
        if let Some(site) = Network::site(address) {
            self.take_quietly(&limit.site, &site, allowance)?;
        }
        Ok(())
    }

    /// Takes one token from a bucket. Returns what is left or, as an error, how long the bucket stays empty.
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

    /// Limits a sign-in attempt at an account. However long strangers guess, they do not hold up known browsers, nor
    /// strangers at other addresses. All strangers together are limited, too.
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
        // Checked last, so that guessing at one account uses up little of the limit that all share at an address.
        address.map_or(Ok(()), |address| self.sign_in(address, allowance))
    }

    /// Counts a stranger's wrong password at an account. Returns the counts when the owner is to be warned.
    pub(crate) fn wrong_password(
        &self,
        account: &Account,
        address: Option<IpAddr>,
        now: Timestamp,
    ) -> Option<Guesses> {
        self.enabled.then(|| self.wrong_passwords.count(account, address.map(Network::of), now)).flatten()
    }

    /// Notes that the warning to the owner could not be recorded.
    pub(crate) fn not_told(&self, account: &Account) {
        self.wrong_passwords.not_told(account);
    }

    /// Limits a sign-in attempt from an address.
    pub(crate) fn sign_in(&self, address: IpAddr, allowance: &mut Allowance) -> Result<(), Failure> {
        self.take_at(&self.sign_in_address, address, allowance)
    }

    /// Limits a registration from an address.
    pub(crate) fn registration(&self, address: IpAddr, allowance: &mut Allowance) -> Result<(), Failure> {
        self.take_at(&self.registration, address, allowance)
    }

    /// Limits the contacts shown to a person.
    pub(crate) fn contact(
        &self,
        tenant: &TenantId,
        user: UserId,
        allowance: &mut Allowance,
    ) -> Result<(), Failure> {
        self.take(&self.contact, &(tenant.clone(), user), allowance)
    }

    /// Limits all calls by a person.
    pub(crate) fn user(
        &self,
        tenant: &TenantId,
        user: UserId,
        allowance: &mut Allowance,
    ) -> Result<(), Failure> {
        self.take(&self.user, &(tenant.clone(), user), allowance)
    }

    /// Limits all calls without a token.
    pub(crate) fn anonymous(&self, address: IpAddr, allowance: &mut Allowance) -> Result<(), Failure> {
        self.take_at(&self.anonymous, address, allowance)
    }

    /// Drops the buckets that are full again because their caller has not called for a while.
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
