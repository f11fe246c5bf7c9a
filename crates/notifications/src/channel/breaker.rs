//! A circuit breaker: a transport that keeps failing is left alone for a while, then tried with one parcel.
//!
//! ```text
//! working --n failures one after the other--> resting --rest is over: one may pass--> working, or resting again
//! ```

use domain::Timestamp;

/// When a circuit breaker opens, and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BreakerSettings {
    /// The number of consecutive failures that open it.
    pub failures: u32,
    /// The minimum number of seconds it stays open.
    pub rest_seconds: i64,
}

impl Default for BreakerSettings {
    fn default() -> Self {
        Self { failures: 5, rest_seconds: 60 }
    }
}

#[derive(Debug)]
pub struct Breaker {
    settings: BreakerSettings,
    failures: u32,
    rests_until: Option<Timestamp>,
}

impl Breaker {
    pub fn new(settings: BreakerSettings) -> Self {
        Self { settings, failures: 0, rests_until: None }
    }

    /// Whether a parcel may pass now; if not, when one may. After a rest, one parcel passes. The next ones wait for
    /// another rest, unless that parcel shows that the transport works.
    pub fn pass(&mut self, now: Timestamp) -> Result<(), Timestamp> {
        match self.rests_until {
            Some(until) if now < until => Err(until),
            Some(_) => {
                self.rests_until = Some(self.rest(now, None));
                Ok(())
            }
            None => Ok(()),
        }
    }

    /// Records a success. Returns whether the breaker is open: it never is after that.
    pub fn worked(&mut self) -> bool {
        self.failures = 0;
        self.rests_until = None;
        false
    }

    /// Records a failure. `pause` is the wait in seconds that the transport asked for. Returns whether the breaker is
    /// open.
    pub fn failed(&mut self, now: Timestamp, pause: Option<i64>) -> bool {
        self.failures = self.failures.saturating_add(1);
        if self.failures >= self.settings.failures || self.rests_until.is_some() {
            self.rests_until = Some(self.rest(now, pause));
        } else if let Some(pause) = pause {
            self.rests_until = Some(now.plus_seconds(pause.max(1)));
        }
        self.rests_until.is_some()
    }

    fn rest(&self, now: Timestamp, pause: Option<i64>) -> Timestamp {
        now.plus_seconds(self.settings.rest_seconds.max(pause.unwrap_or_default()).max(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(second: i64) -> Timestamp {
        Timestamp::from_micros(0).plus_seconds(second)
    }

    #[test]
    fn after_failures_one_after_the_other_it_rests_and_lets_one_try() {
        let mut breaker = Breaker::new(BreakerSettings { failures: 3, rest_seconds: 60 });
        assert!(!breaker.failed(at(0), None) && !breaker.failed(at(1), None));
        assert!(!breaker.worked());
        assert!(!breaker.failed(at(2), None) && !breaker.failed(at(3), None));
        assert_eq!(breaker.pass(at(4)), Ok(()));
        assert!(breaker.failed(at(4), None));
        assert_eq!(breaker.pass(at(5)), Err(at(64)));
        assert_eq!(breaker.pass(at(64)), Ok(()), "one may try");
        assert_eq!(breaker.pass(at(65)), Err(at(124)), "and no other until it is back");
        assert!(breaker.failed(at(66), None));
        assert_eq!(breaker.pass(at(67)), Err(at(126)));
        assert_eq!(breaker.pass(at(126)), Ok(()));
        assert!(!breaker.worked());
        assert_eq!(breaker.pass(at(127)), Ok(()));
    }

    #[test]
    fn whoever_asks_for_a_pause_gets_it_at_once() {
        let mut breaker = Breaker::new(BreakerSettings { failures: 3, rest_seconds: 60 });
        assert!(breaker.failed(at(0), Some(7)));
        assert_eq!(breaker.pass(at(6)), Err(at(7)));
        assert_eq!(breaker.pass(at(7)), Ok(()));
        assert!(breaker.failed(at(8), Some(300)));
        assert_eq!(breaker.pass(at(9)), Err(at(308)));
    }
}
