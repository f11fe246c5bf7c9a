//! Counts wrong passwords at each account, so that its owner can be warned. The counts are in memory and per Indian
//! day. A restart resets them; the journal ensures that nobody is warned twice a day.
//!
//! A name without an account is counted in the same way as one with an account, so that the work does not reveal
//! which it was.

use std::collections::{BTreeSet, HashMap};
use std::num::NonZeroU32;
use std::sync::{Mutex, PoisonError};

use domain::Timestamp;
use domain::warning::Guesses;
use http_kit::Network;

use super::Account;

/// The most accounts counted at once. Beyond it, accounts with a single wrong password are dropped first: most are
/// typing mistakes.
const MOST_ACCOUNTS: usize = 50_000;
/// The most networks counted at one account; further ones are not added.
const MOST_NETWORKS: usize = 100;

#[derive(Debug)]
pub struct WrongPasswords {
    told_at: NonZeroU32,
    counts: Mutex<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    day: i64,
    of: HashMap<Account, Tally>,
}

#[derive(Debug)]
struct Tally {
    tries: u32,
    networks: BTreeSet<Network>,
    since: Timestamp,
    told: bool,
}

impl WrongPasswords {
    pub fn new(told_at: NonZeroU32) -> Self {
        Self { told_at, counts: Mutex::default() }
    }

    /// Counts a wrong password. Returns today's counts when the owner is to be warned: once, unless recording the
    /// warning failed.
    pub fn count(&self, account: &Account, network: Option<Network>, now: Timestamp) -> Option<Guesses> {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.day != now.india_day() {
            *counts = Counts { day: now.india_day(), of: HashMap::new() };
        }
        if counts.of.len() >= MOST_ACCOUNTS && !counts.of.contains_key(account) {
            counts.of.retain(|_, tally| tally.tries > 1);
            if counts.of.len() > MOST_ACCOUNTS / 2 {
                counts.of.clear();
            }
        }
        let fresh = || Tally { tries: 0, networks: BTreeSet::new(), since: now, told: false };
        let tally = counts.of.entry(account.clone()).or_insert_with(fresh);
        tally.tries = tally.tries.saturating_add(1);
        if tally.networks.len() < MOST_NETWORKS {
            tally.networks.extend(network);
        }
        if tally.told || tally.tries < self.told_at.get() {
            return None;
        }
        tally.told = true;
        let networks = u32::try_from(tally.networks.len()).unwrap_or(u32::MAX);
        Some(Guesses { tries: tally.tries, networks, since: tally.since })
    }

    /// The warning could not be recorded: the next wrong password tries again.
    pub fn not_told(&self, account: &Account) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(tally) = counts.of.get_mut(account) {
            tally.told = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::TenantId;

    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(1_768_473_000_000_000).plus_seconds(seconds)
    }

    fn network(last: u8) -> Option<Network> {
        Network::of_text(&format!("203.0.{last}.7"))
    }

    #[test]
    fn the_owner_is_told_once_a_day_and_again_only_if_that_failed() {
        let passwords = WrongPasswords::new(NonZeroU32::new(3).unwrap());
        let asha = (TenantId::stored("hyderabad"), "asha".to_owned());
        let ravi = (TenantId::stored("hyderabad"), "ravi".to_owned());
        assert_eq!(passwords.count(&asha, network(1), at(0)), None);
        assert_eq!(passwords.count(&asha, network(1), at(1)), None);
        assert_eq!(passwords.count(&ravi, network(1), at(1)), None, "everybody's own");
        let told = Guesses { tries: 3, networks: 2, since: at(0) };
        assert_eq!(passwords.count(&asha, network(2), at(2)), Some(told));
        assert_eq!(passwords.count(&asha, network(3), at(3)), None);
        passwords.not_told(&asha);
        let told = Guesses { tries: 5, networks: 3, since: at(0) };
        assert_eq!(passwords.count(&asha, None, at(4)), Some(told));
        for second in 0..2 {
            assert_eq!(passwords.count(&asha, network(1), at(86_400 + second)), None, "a new day");
        }
        assert_eq!(passwords.count(&asha, network(1), at(86_500)).map(|told| told.tries), Some(3));
    }

    #[test]
    fn a_crowd_of_names_is_kept_within_bounds() {
        let passwords = WrongPasswords::new(NonZeroU32::new(3).unwrap());
        let asha = (TenantId::stored("hyderabad"), "asha".to_owned());
        passwords.count(&asha, None, at(0));
        passwords.count(&asha, None, at(0));
        for number in 0..=MOST_ACCOUNTS {
            let name = (TenantId::stored("hyderabad"), format!("name-{number}"));
            passwords.count(&name, None, at(1));
            assert!(passwords.counts.lock().unwrap().of.len() <= MOST_ACCOUNTS);
        }
        assert!(passwords.count(&asha, None, at(2)).is_some(), "whoever is guessed at is remembered");
        for _ in 0..300 {
            for last in 0..=255 {
                passwords.count(&asha, network(last), at(3));
            }
        }
        assert_eq!(passwords.counts.lock().unwrap().of[&asha].networks.len(), MOST_NETWORKS);
    }
}
