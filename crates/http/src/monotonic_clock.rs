//! A clock that never goes back, for everything that expires: sessions, tokens, limits. It follows the machine's
//! clock while that moves forward. When the machine's clock is set back, this clock continues from where it was. From
//! then on it stays ahead, so that whatever is created afterwards lives as long as it should.
//!
//! ```text
//! clock    10:00  10:01 | set to  9:02   9:03 | set to 12:00
//! this     10:00  10:01 |        10:01  10:02 |        12:59
//! ```

use std::sync::{Mutex, MutexGuard, PoisonError};

use domain::{Clock, Timestamp};
use tokio::time::Instant;

/// If the machine's clock goes back by less than this, in microseconds, it is being adjusted gradually. This clock
/// then waits for it.
const STEERED: i64 = 1_000_000;
/// The maximum time in microseconds between a [`ClockMark`] and the end of the process that stored it.
const UNMARKED: i64 = 60_000_000;

/// See the module. It is never behind any clock value it has read.
#[derive(Debug)]
pub struct MonotonicClock {
    clock: Clock,
    state: Mutex<ClockState>,
}

#[derive(Debug)]
struct ClockState {
    /// Microseconds ahead of the machine's clock.
    ahead: i64,
    /// The last time returned, and when.
    last: i64,
    told: Instant,
}

/// The state of this clock, to be stored for the next process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClockMark {
    /// The time of this clock.
    pub at: Timestamp,
    /// Microseconds by which it is ahead of the machine's clock.
    pub ahead: i64,
}

impl MonotonicClock {
    /// Starts with the time of `clock`.
    #[must_use]
    pub fn new(clock: Clock) -> Self {
        let state = ClockState { ahead: 0, last: clock.now().micros(), told: Instant::now() };
        Self { clock, state: Mutex::new(state) }
    }

    /// The machine's clock, for times shown to people or sent to other systems.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    fn state(&self) -> MutexGuard<'_, ClockState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The current time, never earlier than any time returned before.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.mark().at
    }

    /// The current state, to be stored.
    #[must_use]
    pub fn mark(&self) -> ClockMark {
        let mut state = self.state();
        // Read the clock under the lock. Otherwise two concurrent readers could look like a clock that goes back.
        let clock = self.clock.now().micros();
        let behind = state.last - clock.saturating_add(state.ahead);
        if behind > STEERED {
            let passed = i64::try_from(state.told.elapsed().as_micros()).unwrap_or(i64::MAX);
            let now = state.last.saturating_add(passed);
            state.ahead = now.saturating_sub(clock);
            tracing::warn!(
                seconds = behind / 1_000_000,
                "the clock was set back; what had ended stays ended"
            );
        }
        let now = clock.saturating_add(state.ahead);
        if now >= state.last {
            (state.last, state.told) = (now, Instant::now());
        }
        ClockMark { at: Timestamp::from_micros(state.last), ahead: state.ahead }
    }

    /// Continues from what an earlier process stored. If the machine's clock was set back since, this clock starts
    /// far enough after the mark that nothing that expired during that process is valid again.
    pub fn resume(&self, mark: ClockMark) {
        let mut state = self.state();
        let clock = self.clock.now().micros();
        let ahead = if clock.saturating_add(mark.ahead) < mark.at.micros() {
            tracing::warn!("the clock was set back while no process ran; what had ended stays ended");
            mark.at.micros().saturating_add(UNMARKED).saturating_sub(clock)
        } else {
            mark.ahead
        };
        state.ahead = state.ahead.max(ahead);
        state.last = state.last.max(clock.saturating_add(state.ahead));
        state.told = Instant::now();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);
    const HOUR: i64 = 3600;

    /// Seconds since the start, if only the clock moves the time.
    fn seconds(monotonic_clock: &MonotonicClock) -> i64 {
        (monotonic_clock.now().micros() - START.micros()) / 1_000_000
    }

    #[test]
    fn it_follows_the_clock_forward_and_never_back() {
        let clock = Clock::manual(START);
        let monotonic_clock = MonotonicClock::new(clock.clone());
        clock.advance(HOUR);
        assert_eq!(seconds(&monotonic_clock), HOUR);
        clock.advance(-HOUR);
        assert_eq!(seconds(&monotonic_clock), HOUR);
        // It continues at once, without waiting for the clock to catch up.
        clock.advance(10);
        assert_eq!(seconds(&monotonic_clock), HOUR + 10);
        clock.advance(400 * 24 * HOUR);
        let far = seconds(&monotonic_clock);
        assert_eq!(far, 400 * 24 * HOUR + HOUR + 10);
        clock.advance(-400 * 24 * HOUR);
        clock.advance(5);
        assert_eq!(seconds(&monotonic_clock), far, "a step is not told from what passed since the last look");
        clock.advance(5);
        assert_eq!(seconds(&monotonic_clock), far + 5);
    }

    #[test]
    fn a_clock_that_is_steered_is_waited_for() {
        let clock = Clock::manual(START);
        let monotonic_clock = MonotonicClock::new(clock.clone());
        clock.advance(10);
        assert_eq!(seconds(&monotonic_clock), 10);
        clock.advance(-1);
        assert_eq!((seconds(&monotonic_clock), monotonic_clock.mark().ahead), (10, 0));
        clock.advance(2);
        assert_eq!(seconds(&monotonic_clock), 11);
    }

    #[test]
    fn another_process_goes_on_where_the_last_one_was() {
        let clock = Clock::manual(START);
        let first = MonotonicClock::new(clock.clone());
        clock.advance(HOUR);
        let _ = first.now();
        clock.advance(-HOUR);
        let mark = first.mark();
        // The clock moves on, and so does this time.
        clock.advance(30);
        let second = MonotonicClock::new(clock.clone());
        second.resume(mark);
        assert_eq!(seconds(&second), HOUR + 30);
        // The clock is set back while no process runs. The time is then after everything the last process may have
        // returned.
        clock.advance(-2 * HOUR);
        let third = MonotonicClock::new(clock);
        third.resume(mark);
        assert!((HOUR + 60..HOUR + 61).contains(&seconds(&third)), "{}", seconds(&third));
    }
}
