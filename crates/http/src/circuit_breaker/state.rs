//! The state of a circuit breaker. It is pure: the time is an argument.

use std::time::Duration;

/// When circuit breakers open, and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BreakerSettings {
    /// The number of consecutive failures that open one.
    pub failures: u32,
    /// The minimum time that it stays open.
    pub open_for: Duration,
}

impl Default for BreakerSettings {
    fn default() -> Self {
        Self { failures: 5, open_for: Duration::from_mins(1) }
    }
}

/// What a circuit breaker does with calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BreakerState {
    /// It lets them pass.
    Closed,
    /// Its one trial call is under way.
    HalfOpen,
    /// It rejects them.
    Open,
}

impl BreakerState {
    /// All states.
    pub const ALL: [Self; 3] = [Self::Closed, Self::HalfOpen, Self::Open];

    /// Its name in metrics.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::HalfOpen => "half_open",
            Self::Open => "open",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Closed,
    Open { until: Duration },
    HalfOpen,
}

#[derive(Debug)]
pub struct Circuit {
    settings: BreakerSettings,
    failures: u32,
    phase: Phase,
}

impl Circuit {
    pub fn new(settings: BreakerSettings) -> Self {
        Self { settings, failures: 0, phase: Phase::Closed }
    }

    pub fn state(&self) -> BreakerState {
        match self.phase {
            Phase::Closed => BreakerState::Closed,
            Phase::Open { .. } => BreakerState::Open,
            Phase::HalfOpen => BreakerState::HalfOpen,
        }
    }

    pub fn failures(&self) -> u32 {
        self.failures
    }

    /// The time until a call may be tried.
    pub fn retry_in(&self, now: Duration) -> Duration {
        match self.phase {
            Phase::Open { until } => until.saturating_sub(now),
            Phase::Closed | Phase::HalfOpen => Duration::ZERO,
        }
    }

    /// Whether a call may pass now, and whether it is the trial; if it may not, after which time to ask again.
    pub fn admit(&mut self, now: Duration) -> Result<bool, Duration> {
        match self.phase {
            Phase::Closed => Ok(false),
            Phase::Open { until } if now < until => Err(until.saturating_sub(now)),
            Phase::Open { .. } => {
                self.phase = Phase::HalfOpen;
                Ok(true)
            }
            Phase::HalfOpen => Err(self.settings.open_for),
        }
    }

    /// A call succeeded. If it is open, the call began before, and does not end a pause that was asked for since.
    pub fn succeeded(&mut self) {
        self.failures = 0;
        if let Phase::Closed | Phase::HalfOpen = self.phase {
            self.phase = Phase::Closed;
        }
    }

    /// A call failed. `retry_after` is the pause that the other system asked for: it gets it at once, and all of it.
    pub fn failed(&mut self, now: Duration, retry_after: Option<Duration>) {
        self.failures = self.failures.saturating_add(1);
        let asked = retry_after.unwrap_or_default();
        let promised = match self.phase {
            Phase::Open { until } => until,
            Phase::Closed | Phase::HalfOpen => Duration::ZERO,
        };
        if self.failures >= self.settings.failures || self.phase != Phase::Closed {
            let until = now.saturating_add(self.settings.open_for.max(asked));
            self.phase = Phase::Open { until: until.max(promised) };
        } else if !asked.is_zero() {
            self.phase = Phase::Open { until: now.saturating_add(asked) };
        }
    }

    /// Nobody will hear how the trial ended, so another one may begin.
    pub fn abandoned(&mut self, now: Duration) {
        if self.phase == Phase::HalfOpen {
            self.phase = Phase::Open { until: now };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(second: u64) -> Duration {
        Duration::from_secs(second)
    }

    fn circuit() -> Circuit {
        Circuit::new(BreakerSettings { failures: 3, open_for: at(60) })
    }

    #[test]
    fn failures_in_a_row_open_it() {
        let mut circuit = circuit();
        circuit.failed(at(0), None);
        circuit.failed(at(1), None);
        circuit.succeeded();
        circuit.failed(at(2), None);
        circuit.failed(at(3), None);
        assert_eq!((circuit.state(), circuit.admit(at(4))), (BreakerState::Closed, Ok(false)));
        circuit.failed(at(4), None);
        assert_eq!((circuit.state(), circuit.retry_in(at(5))), (BreakerState::Open, at(59)));
        assert_eq!(circuit.admit(at(5)), Err(at(59)));
    }

    #[test]
    fn one_trial_decides() {
        let mut circuit = circuit();
        for second in 0..3 {
            circuit.failed(at(second), None);
        }
        assert_eq!(circuit.admit(at(62)), Ok(true));
        assert_eq!((circuit.state(), circuit.admit(at(63))), (BreakerState::HalfOpen, Err(at(60))));
        circuit.failed(at(64), None);
        assert_eq!(circuit.admit(at(65)), Err(at(59)), "one failure is enough");
        assert_eq!(circuit.admit(at(124)), Ok(true));
        circuit.succeeded();
        assert_eq!((circuit.state(), circuit.failures()), (BreakerState::Closed, 0));
        assert_eq!(circuit.admit(at(125)), Ok(false));
    }

    #[test]
    fn a_trial_without_an_end_is_followed_by_another() {
        let mut circuit = circuit();
        for second in 0..3 {
            circuit.failed(at(second), None);
        }
        assert_eq!(circuit.admit(at(62)), Ok(true));
        circuit.abandoned(at(63));
        assert_eq!(circuit.admit(at(63)), Ok(true));
        circuit.succeeded();
        circuit.abandoned(at(64));
        assert_eq!(circuit.state(), BreakerState::Closed);
    }

    #[test]
    fn whoever_asks_for_a_pause_gets_it_at_once() {
        let mut circuit = circuit();
        circuit.failed(at(0), Some(at(7)));
        assert_eq!(circuit.admit(at(6)), Err(at(1)));
        assert_eq!(circuit.admit(at(7)), Ok(true));
        circuit.failed(at(8), Some(at(300)));
        assert_eq!(circuit.admit(at(9)), Err(at(299)));
    }

    #[test]
    fn calls_that_began_before_a_pause_do_not_cut_it_short() {
        let mut circuit = circuit();
        circuit.failed(at(0), Some(at(300)));
        circuit.failed(at(1), None);
        assert_eq!(circuit.admit(at(2)), Err(at(298)), "another one failed");
        circuit.succeeded();
        assert_eq!(circuit.admit(at(3)), Err(at(297)), "another one succeeded");
        assert_eq!((circuit.admit(at(300)), circuit.failures()), (Ok(true), 0));
        circuit.succeeded();
        assert_eq!(circuit.admit(at(301)), Ok(false));
    }
}
