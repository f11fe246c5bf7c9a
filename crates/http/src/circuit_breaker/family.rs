//! Systems of one kind that other people name, such as the receivers of webhooks. There are too many of them to
//! give each a breaker with a name. The caller pauses each of them by itself, for longer and longer. A family shows operators
//! which are paused: in the metrics and the part of the health in which breakers are.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::BreakerState;

/// Which of many systems are left alone. Clones share it.
#[derive(Clone, Debug)]
pub struct BreakerFamily(Arc<FamilyParts>);

#[derive(Debug)]
struct FamilyParts {
    name: &'static str,
    /// The members whose last call failed.
    open: Mutex<HashSet<String>>,
}

/// The status of a family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BreakerFamilyStatus {
    /// Its name.
    pub name: &'static str,
    /// The number of members that are left alone, because their last call failed.
    pub open: usize,
}

impl BreakerFamilyStatus {
    /// Open while a member is.
    #[must_use]
    pub fn state(self) -> BreakerState {
        if self.open == 0 { BreakerState::Closed } else { BreakerState::Open }
    }
}

impl BreakerFamily {
    pub(super) fn new(name: &'static str) -> Self {
        let family = Self(Arc::new(FamilyParts { name, open: Mutex::default() }));
        family.show();
        family
    }

    fn open(&self) -> MutexGuard<'_, HashSet<String>> {
        self.0.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// This member works.
    pub fn succeeded(&self, member: &str) {
        self.open().remove(member);
        self.count("succeeded");
        self.show();
    }

    /// This member does not work.
    pub fn failed(&self, member: &str) {
        self.open().insert(member.to_owned());
        self.count("failed");
        self.show();
    }

    /// Nobody calls this member any more.
    pub fn forget(&self, member: &str) {
        if self.open().remove(member) {
            self.show();
        }
    }

    /// Its status.
    #[must_use]
    pub fn status(&self) -> BreakerFamilyStatus {
        BreakerFamilyStatus { name: self.0.name, open: self.open().len() }
    }

    fn show(&self) {
        let status = self.status();
        for state in BreakerState::ALL {
            let value = f64::from(u8::from(state == status.state()));
            metrics::gauge!("circuit_breaker_state", "name" => self.0.name, "state" => state.word())
                .set(value);
        }
        let open = u32::try_from(status.open).unwrap_or(u32::MAX);
        metrics::gauge!("circuit_breaker_open_members", "name" => self.0.name).set(f64::from(open));
    }

    fn count(&self, outcome: &'static str) {
        metrics::counter!("circuit_breaker_calls_total", "name" => self.0.name, "outcome" => outcome)
            .increment(1);
    }
}

#[cfg(test)]
mod tests {
    use super::super::CircuitBreakers;
    use super::*;

    #[test]
    fn a_family_is_open_while_a_member_is() {
        let all = CircuitBreakers::default();
        let family = all.family("webhooks");
        let open =
            || all.families().into_iter().map(|family| (family.open, family.state())).collect::<Vec<_>>();
        assert_eq!(open(), [(0, BreakerState::Closed)]);
        family.failed("a");
        family.failed("a");
        family.failed("b");
        assert_eq!(open(), [(2, BreakerState::Open)]);
        all.family("webhooks").succeeded("a");
        assert_eq!(open(), [(1, BreakerState::Open)], "the same name is the same family");
        family.forget("b");
        assert_eq!(open(), [(0, BreakerState::Closed)]);
    }
}
