//! Circuit breakers: every call to a mail server, an SMS provider or a sign-in provider goes through one. A system that
//! keeps failing is left alone for a while, then tried with one call. Receivers of webhooks are left alone by the order of
//! their messages (ADR 53); [`BreakerFamily`] tells which.
//!
//! ```text
//! closed --failures in a row, or a pause asked for--> open --its time is over: one call--> half-open
//!    ^------------------------- that call succeeded ------------------------------------------'
//! ```
//! A breaker also has the time-out of its calls, so that no call lasts for ever. It measures time by the monotonic
//! clock, which nobody can set.

mod family;
mod state;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::Clock;

pub use family::{BreakerFamily, BreakerFamilyStatus};
use state::Circuit;
pub use state::{BreakerSettings, BreakerState};

/// The circuit breakers of a process, by the name of what is called. Clones share them.
#[derive(Clone, Debug)]
pub struct CircuitBreakers {
    settings: BreakerSettings,
    clock: Clock,
    all: Arc<Mutex<BTreeMap<String, CircuitBreaker>>>,
    families: Arc<Mutex<BTreeMap<&'static str, BreakerFamily>>>,
}

impl CircuitBreakers {
    /// No breakers yet; all of them will have these settings.
    #[must_use]
    pub fn new(settings: BreakerSettings, clock: Clock) -> Self {
        Self { settings, clock, all: Arc::default(), families: Arc::default() }
    }

    /// The breaker with this name. It is made, with this time-out of each call, when there is none. Names are labels of
    /// metrics, so there must be few.
    #[must_use]
    pub fn named(&self, name: &str, timeout: Duration) -> CircuitBreaker {
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        let made = || {
            let circuit = Mutex::new(Circuit::new(self.settings));
            let clock = self.clock.clone();
            let parts = BreakerParts { name: name.to_owned(), timeout, clock, circuit };
            CircuitBreaker(Arc::new(parts)).shown()
        };
        all.entry(name.to_owned()).or_insert_with(made).clone()
    }

    /// The family with this name. It is made when there is none.
    #[must_use]
    pub fn family(&self, name: &'static str) -> BreakerFamily {
        let mut families = self.families.lock().unwrap_or_else(PoisonError::into_inner);
        families.entry(name).or_insert_with(|| BreakerFamily::new(name)).clone()
    }

    /// The status of all families, sorted by name.
    #[must_use]
    pub fn families(&self) -> Vec<BreakerFamilyStatus> {
        let families = self.families.lock().unwrap_or_else(PoisonError::into_inner);
        families.values().map(BreakerFamily::status).collect()
    }

    /// The status of all breakers, sorted by name.
    #[must_use]
    pub fn statuses(&self) -> Vec<BreakerStatus> {
        let all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        all.values().map(CircuitBreaker::status).collect()
    }
}

impl Default for CircuitBreakers {
    fn default() -> Self {
        Self::new(BreakerSettings::default(), Clock::System)
    }
}

/// The circuit breaker of one other system. Clones share it.
#[derive(Clone, Debug)]
pub struct CircuitBreaker(Arc<BreakerParts>);

#[derive(Debug)]
struct BreakerParts {
    name: String,
    timeout: Duration,
    clock: Clock,
    circuit: Mutex<Circuit>,
}

/// The status of one breaker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BreakerStatus {
    /// Its name.
    pub name: String,
    /// Its state.
    pub state: BreakerState,
    /// The number of consecutive failures.
    pub failures: u32,
    /// The time until a call may be tried; zero unless it is open.
    pub retry_in: Duration,
}

/// A call was not made, because the breaker is open.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name} is left alone after failures")]
pub struct CircuitOpen {
    /// The breaker's name.
    pub name: String,
    /// The time after which a call may be tried.
    pub retry_in: Duration,
}

/// A call took longer than its time-out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it did not answer in time")]
pub struct CallTimedOut;

impl CircuitBreaker {
    /// Permits one call. The caller must report how it ended.
    ///
    /// # Errors
    /// When the breaker is open, or its one trial call is under way.
    pub fn admit(&self) -> Result<CallPermit<'_>, CircuitOpen> {
        let admitted = self.circuit().admit(self.0.clock.monotonic());
        match admitted {
            Ok(is_trial) => {
                self.show();
                Ok(CallPermit { breaker: self, is_trial, is_settled: false })
            }
            Err(retry_in) => {
                self.count("rejected");
                Err(CircuitOpen { name: self.0.name.clone(), retry_in })
            }
        }
    }

    /// Its status.
    #[must_use]
    pub fn status(&self) -> BreakerStatus {
        let circuit = self.circuit();
        BreakerStatus {
            name: self.0.name.clone(),
            state: circuit.state(),
            failures: circuit.failures(),
            retry_in: circuit.retry_in(self.0.clock.monotonic()),
        }
    }

    fn circuit(&self) -> MutexGuard<'_, Circuit> {
        self.0.circuit.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn shown(self) -> Self {
        self.show();
        self
    }

    fn show(&self) {
        let is = self.circuit().state();
        for state in BreakerState::ALL {
            let value = f64::from(u8::from(state == is));
            metrics::gauge!("circuit_breaker_state", "name" => self.0.name.clone(), "state" => state.word())
                .set(value);
        }
    }

    fn count(&self, outcome: &'static str) {
        metrics::counter!("circuit_breaker_calls_total", "name" => self.0.name.clone(), "outcome" => outcome)
            .increment(1);
    }
}

/// Permission for one call. A permit that is dropped says nothing about the other system.
#[derive(Debug)]
#[must_use = "the breaker must hear how the call ended"]
pub struct CallPermit<'a> {
    breaker: &'a CircuitBreaker,
    is_trial: bool,
    is_settled: bool,
}

impl CallPermit<'_> {
    /// Makes the call, and gives it up after the breaker's time-out.
    ///
    /// # Errors
    /// When it took too long.
    pub async fn in_time<T>(&self, call: impl Future<Output = T>) -> Result<T, CallTimedOut> {
        tokio::time::timeout(self.breaker.0.timeout, call).await.map_err(|_| CallTimedOut)
    }

    /// The other system works, whatever it answered.
    pub fn succeeded(self) {
        self.settle("succeeded", |circuit, _| circuit.succeeded());
    }

    /// The other system does not work. It may have asked to be left alone for some time.
    pub fn failed(self, retry_after: Option<Duration>) {
        self.settle("failed", |circuit, now| circuit.failed(now, retry_after));
    }

    fn settle(mut self, outcome: &'static str, change: impl FnOnce(&mut Circuit, Duration)) {
        self.is_settled = true;
        change(&mut self.breaker.circuit(), self.breaker.0.clock.monotonic());
        self.breaker.count(outcome);
        self.breaker.show();
    }
}

impl Drop for CallPermit<'_> {
    fn drop(&mut self) {
        if self.is_trial && !self.is_settled {
            self.breaker.circuit().abandoned(self.breaker.0.clock.monotonic());
            self.breaker.show();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use domain::Timestamp;

    use super::*;

    const MINUTE: Duration = Duration::from_mins(1);

    fn breaker() -> (CircuitBreakers, CircuitBreaker, Clock) {
        let clock = Clock::manual(Timestamp::from_micros(0));
        let settings = BreakerSettings { failures: 1, open_for: MINUTE };
        let all = CircuitBreakers::new(settings, clock.clone());
        let breaker = all.named("mail", Duration::from_secs(5));
        (all, breaker, clock)
    }

    #[test]
    fn it_opens_and_closes_and_says_so() {
        let (all, breaker, clock) = breaker();
        breaker.admit().unwrap().failed(None);
        let open = CircuitOpen { name: "mail".into(), retry_in: MINUTE };
        assert_eq!(breaker.admit().unwrap_err(), open);
        let status =
            |state, failures, retry_in| BreakerStatus { name: "mail".into(), state, failures, retry_in };
        assert_eq!(all.statuses(), [status(BreakerState::Open, 1, MINUTE)]);
        clock.advance(60);
        let trial = breaker.admit().unwrap();
        assert_eq!(all.statuses(), [status(BreakerState::HalfOpen, 1, Duration::ZERO)]);
        trial.succeeded();
        assert_eq!(all.statuses(), [status(BreakerState::Closed, 0, Duration::ZERO)]);
    }

    #[test]
    fn a_trial_that_is_given_up_leaves_room_for_another() {
        let (_, breaker, clock) = breaker();
        breaker.admit().unwrap().failed(None);
        clock.advance(60);
        let trial = breaker.admit().unwrap();
        assert!(breaker.admit().is_err(), "one at a time");
        drop(trial);
        breaker.admit().unwrap().succeeded();
    }

    #[tokio::test(start_paused = true)]
    async fn no_call_lasts_longer_than_its_time_out() {
        let (_, breaker, _) = breaker();
        let permit = breaker.admit().unwrap();
        let began = tokio::time::Instant::now();
        assert_eq!(permit.in_time(pending::<()>()).await, Err(CallTimedOut));
        assert_eq!(began.elapsed(), Duration::from_secs(5));
        assert_eq!(permit.in_time(async { 1 }).await, Ok(1));
        permit.succeeded();
    }

    #[test]
    fn the_same_name_is_the_same_breaker() {
        let (all, breaker, _) = breaker();
        breaker.admit().unwrap().failed(None);
        assert!(all.named("mail", MINUTE).admit().is_err());
        assert!(all.named("sms", MINUTE).admit().is_ok());
    }
}
