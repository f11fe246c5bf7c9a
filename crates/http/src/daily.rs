//! Daily limits, counted in this process: a restart resets the counts. Limits that must survive a restart, such as
//! e-mails per day, are counted where they are recorded.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::failure::Failure;
use crate::monotonic_clock::MonotonicClock;
use crate::network::Network;

/// The configured limits, each per day.
#[derive(Clone, Copy, Debug)]
pub struct DailyLimits {
    /// Contacts shown to one person.
    pub contacts_per_person: u32,
    /// Contacts shown to all people of one network.
    pub contacts_per_network: u32,
    /// The number of contacts after which moderators are notified about the person.
    pub unusual_contacts: u32,
    /// Enquiries of one person.
    pub enquiries_per_person: u32,
    /// Repeated confirmation e-mails per account, and password reset e-mails requested for one address from one
    /// network.
    pub letters_again: u32,
    /// Registrations from one network with an address or a name that is already taken.
    pub taken_per_network: u32,
}

/// Wrong passwords of a signed-in person who wants to close the account.
const WRONG_PASSWORDS: u32 = 10;
/// The maximum number of keys kept. Beyond it, keys counted only once are dropped first.
const MOST_KEYS: usize = 200_000;

/// A counted action and whose it is. People are named by tenant and id, so that no two share a count.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum CountedAction {
    /// A contact shown to a person.
    ContactOf(String),
    /// A contact shown, counted by the viewer's network.
    ContactFrom(Network),
    /// An enquiry of a person.
    Enquiry(String),
    /// Another confirmation e-mail.
    Confirmation(String),
    /// A password reset e-mail for an address. Also counted by the requesting network, so that a stranger cannot keep
    /// the owner from requesting one.
    Reset(String, Option<Network>),
    /// A registration with an address or name that is taken.
    Taken(Network),
    /// A wrong password of a signed-in person.
    WrongPassword(String),
}

/// The counters of this process.
#[derive(Debug, Default)]
pub struct DailyCounters(Option<Counting>);

#[derive(Debug)]
struct Counting {
    limits: DailyLimits,
    time: Arc<MonotonicClock>,
    counts: Mutex<DailyCounts>,
}

#[derive(Debug, Default)]
struct DailyCounts {
    /// The current day in India.
    day: i64,
    of: HashMap<CountedAction, u32>,
}

impl DailyCounters {
    /// Creates empty counters. [`Self::default`] counts nothing and refuses nothing.
    #[must_use]
    pub fn new(limits: DailyLimits, time: Arc<MonotonicClock>) -> Self {
        Self(Some(Counting { limits, time, counts: Mutex::default() }))
    }

    /// Counts `deed` once more and returns how often it was done today.
    ///
    /// # Errors
    /// 429 with the time until tomorrow if the limit is reached; nothing is counted then.
    pub fn take(&self, deed: CountedAction) -> Result<u32, Failure> {
        self.counted(deed, true)
    }

    /// Checks whether `deed` may be done once more, without counting it.
    ///
    /// # Errors
    /// As for [`Self::take`].
    pub fn check(&self, deed: CountedAction) -> Result<(), Failure> {
        self.counted(deed, false).map(|_| ())
    }

    /// Whether moderators must be notified about this number of contacts per day. It is true for exactly one number,
    /// so once a day.
    #[must_use]
    pub fn is_unusual(&self, contacts: u32) -> bool {
        self.0.as_ref().is_some_and(|counting| counting.limits.unusual_contacts == contacts)
    }

    fn counted(&self, deed: CountedAction, count: bool) -> Result<u32, Failure> {
        let Some(Counting { limits, time, counts }) = &self.0 else { return Ok(0) };
        let now = time.now();
        let mut counts = counts.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.day != now.india_day() {
            *counts = DailyCounts { day: now.india_day(), of: HashMap::new() };
        }
        let done = counts.of.get(&deed).copied().unwrap_or_default();
        if done >= limits.most(&deed) {
            let left = u64::try_from(86_400 - now.india_second()).unwrap_or(1);
            return Err(Failure::too_many(left.max(1)));
        }
        if !count {
            return Ok(done);
        }
        if counts.of.len() >= MOST_KEYS {
            counts.of.retain(|_, done| *done > 1);
        }
        counts.of.insert(deed, done + 1);
        Ok(done + 1)
    }
}

impl DailyLimits {
    fn most(&self, deed: &CountedAction) -> u32 {
        match deed {
            CountedAction::ContactOf(_) => self.contacts_per_person,
            CountedAction::ContactFrom(_) => self.contacts_per_network,
            CountedAction::Enquiry(_) => self.enquiries_per_person,
            CountedAction::Confirmation(_) | CountedAction::Reset(..) => self.letters_again,
            CountedAction::Taken(_) => self.taken_per_network,
            CountedAction::WrongPassword(_) => WRONG_PASSWORDS,
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::{Clock, Timestamp};

    use super::*;

    #[test]
    fn what_was_done_often_enough_is_refused_until_the_day_is_over_in_india() {
        // 16:00 in India.
        let clock = Clock::manual(Timestamp::from_micros(1_768_473_000_000_000));
        let limits = DailyLimits {
            contacts_per_person: 2,
            contacts_per_network: 3,
            unusual_contacts: 2,
            enquiries_per_person: 1,
            letters_again: 1,
            taken_per_network: 1,
        };
        let daily = DailyCounters::new(limits, Arc::new(MonotonicClock::new(clock.clone())));
        let contact = |who: &str| daily.take(CountedAction::ContactOf(who.to_owned()));
        assert_eq!((contact("asha").unwrap(), contact("asha").unwrap()), (1, 2));
        assert!(daily.is_unusual(2) && !daily.is_unusual(1) && !daily.is_unusual(3));
        let refused = contact("asha").unwrap_err();
        assert_eq!((refused.code, refused.retry_after), ("RATE_LIMITED", Some(8 * 3600)));
        assert!(daily.check(CountedAction::ContactOf("asha".into())).is_err());
        assert_eq!(contact("ravi").unwrap(), 1, "everybody has their own");
        assert!(daily.take(CountedAction::Enquiry("asha".into())).is_ok(), "and for everything another");
        clock.advance(8 * 3600);
        assert_eq!(contact("asha").unwrap(), 1);
        assert!(
            (0..50).all(|_| DailyCounters::default().take(CountedAction::Enquiry("asha".into())).is_ok())
        );
    }
}
