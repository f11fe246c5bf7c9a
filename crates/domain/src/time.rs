//! Time as an argument: a point in time, and the clock that a composition root hands out.

use std::fmt;
use std::str::FromStr;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Microseconds since 1970-01-01T00:00:00Z; on the wire an RFC 3339 string in UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// India Standard Time is UTC+5:30 all year; days in statistics are Indian days.
const INDIA_OFFSET_MICROS: i64 = (5 * 60 + 30) * 60 * 1_000_000;
const DAY_MICROS: i64 = 86_400 * 1_000_000;

impl Timestamp {
    /// From microseconds since the epoch.
    #[must_use]
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Microseconds since the epoch.
    #[must_use]
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// Whole seconds since the epoch, rounded down.
    #[must_use]
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    /// Later by so many seconds (earlier when negative); saturates.
    #[must_use]
    pub const fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds.saturating_mul(1_000_000)))
    }

    /// Later by so many milliseconds; saturates.
    #[must_use]
    pub const fn plus_millis(self, millis: i64) -> Self {
        Self(self.0.saturating_add(millis.saturating_mul(1000)))
    }

    /// The number of the Indian calendar day, counted from 1970-01-01.
    #[must_use]
    pub const fn india_day(self) -> i64 {
        self.0.saturating_add(INDIA_OFFSET_MICROS).div_euclid(DAY_MICROS)
    }

    /// The second of its Indian calendar day, counted from midnight there.
    #[must_use]
    pub const fn india_second(self) -> i64 {
        self.0.saturating_add(INDIA_OFFSET_MICROS).rem_euclid(DAY_MICROS) / 1_000_000
    }

    /// The first moment of its calendar month, in UTC.
    #[must_use]
    pub fn month(self) -> Self {
        Self::midnight(jiff::tz::Offset::UTC.to_datetime(self.jiff()).date().first_of_month())
    }

    /// The first moment of the calendar month after its own, in UTC; saturates.
    #[must_use]
    pub fn next_month(self) -> Self {
        let last = jiff::tz::Offset::UTC.to_datetime(self.jiff()).date().last_of_month();
        last.tomorrow().map_or(Self(i64::MAX), Self::midnight)
    }

    fn midnight(date: jiff::civil::Date) -> Self {
        let at = jiff::tz::Offset::UTC.to_timestamp(date.to_datetime(jiff::civil::Time::midnight()));
        at.map_or(Self(i64::MIN), |at| Self(at.as_microsecond()))
    }

    /// The name of its calendar month in UTC: `2026-11`.
    #[must_use]
    pub fn month_name(self) -> String {
        self.jiff().strftime("%Y-%m").to_string()
    }

    fn jiff(self) -> jiff::Timestamp {
        jiff::Timestamp::from_microsecond(self.0).unwrap_or_default()
    }
}

/// The date (`2026-11-21`) of a day number of [`Timestamp::india_day`].
#[must_use]
pub fn day_name(day: i64) -> String {
    let at = jiff::Timestamp::from_microsecond(day.saturating_mul(DAY_MICROS)).unwrap_or_default();
    at.strftime("%Y-%m-%d").to_string()
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.6}", self.jiff())
    }
}

/// The text is not an RFC 3339 time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be a time such as 2026-11-21T10:30:00Z")]
pub struct NotATime;

impl FromStr for Timestamp {
    type Err = NotATime;

    fn from_str(text: &str) -> Result<Self, NotATime> {
        text.parse::<jiff::Timestamp>().map(|at| Self(at.as_microsecond())).map_err(|_| NotATime)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// Tells the time. The composition root makes it; everything else takes it as an argument.
///
/// What it says may jump, ahead or back, when somebody sets it. How long something takes is told by [`Clock::monotonic_clock`].
#[derive(Clone, Debug)]
pub enum Clock {
    /// The machine's own clock.
    System,
    /// A clock that stands still until it is set: for tests and the simulation.
    Manual(Arc<Hands>),
    /// The same, but each look at it takes a microsecond, so that no two things happen at once.
    Ticking(Arc<Hands>),
}

/// Where a clock stands that a test sets, in microseconds.
#[derive(Debug)]
pub struct Hands {
    wall: AtomicI64,
    monotonic_clock: AtomicI64,
}

impl Hands {
    fn at(at: Timestamp) -> Arc<Self> {
        Arc::new(Self { wall: AtomicI64::new(at.micros()), monotonic_clock: AtomicI64::new(0) })
    }

    fn advance(&self, micros: i64) -> i64 {
        self.monotonic_clock.fetch_add(micros, Ordering::SeqCst);
        self.wall.fetch_add(micros, Ordering::SeqCst)
    }
}

impl Clock {
    /// A clock that stands at `at`.
    #[must_use]
    pub fn manual(at: Timestamp) -> Self {
        Self::Manual(Hands::at(at))
    }

    /// A clock that stands at `at` but for a microsecond a look.
    #[must_use]
    pub fn ticking(at: Timestamp) -> Self {
        Self::Ticking(Hands::at(at))
    }

    /// The time now.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        match self {
            Self::System => system_now(),
            Self::Manual(hands) => Timestamp(hands.wall.load(Ordering::SeqCst)),
            Self::Ticking(hands) => Timestamp(hands.advance(1)),
        }
    }

    /// Time that only goes on, since some moment of this process: nobody can set it.
    #[must_use]
    pub fn monotonic_clock(&self) -> Duration {
        match self {
            Self::System => steady_now(),
            Self::Manual(hands) | Self::Ticking(hands) => {
                let micros = hands.monotonic_clock.load(Ordering::SeqCst);
                Duration::from_micros(u64::try_from(micros).unwrap_or_default())
            }
        }
    }

    /// Moves a manual or ticking clock forward; the machine's own clock ignores it.
    pub fn advance(&self, seconds: i64) {
        self.advance_micros(seconds * 1_000_000);
    }

    /// The same by microseconds.
    pub fn advance_micros(&self, micros: i64) {
        if let Self::Manual(hands) | Self::Ticking(hands) = self {
            hands.advance(micros);
        }
    }

    /// Sets a manual or ticking clock ahead, or back, as somebody sets a machine's: no time passes. The machine's own
    /// clock ignores it.
    pub fn jump(&self, seconds: i64) {
        if let Self::Manual(hands) | Self::Ticking(hands) = self {
            hands.wall.fetch_add(seconds * 1_000_000, Ordering::SeqCst);
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place that reads the machine's clock")]
fn system_now() -> Timestamp {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    Timestamp(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
}

#[expect(clippy::disallowed_methods, reason = "the one place that reads the machine's steady clock")]
fn steady_now() -> Duration {
    /// Any moment will do: only differences count.
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    START.elapsed()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_back_what_it_writes() {
        let at = Timestamp::from_micros(1_700_000_000_123_456);
        assert_eq!(at.to_string().parse(), Ok(at));
        assert_eq!(at.to_string(), "2023-11-14T22:13:20.123456Z");
        assert_eq!("yesterday".parse::<Timestamp>(), Err(NotATime));
    }

    #[test]
    fn a_clock_that_is_set_lets_no_time_pass() {
        for clock in [Clock::manual(Timestamp(0)), Clock::ticking(Timestamp(0))] {
            clock.advance(5);
            clock.jump(-3600);
            assert_eq!((clock.now().seconds(), clock.monotonic_clock().as_secs()), (-3595, 5));
        }
        let before = Clock::System.monotonic_clock();
        assert!(Clock::System.monotonic_clock() >= before);
    }

    #[test]
    fn a_month_begins_at_midnight_in_utc() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let (first, last) = (at("2026-12-01T00:00:00Z"), at("2026-12-31T23:59:59.999999Z"));
        assert_eq!((first.month(), last.month()), (first, first));
        assert_eq!(
            (first.next_month(), last.next_month()),
            (at("2027-01-01T00:00:00Z"), at("2027-01-01T00:00:00Z"))
        );
        assert_eq!(at("2028-02-29T12:00:00Z").next_month(), at("2028-03-01T00:00:00Z"));
        assert_eq!((first.month_name(), last.month_name()), ("2026-12".to_owned(), "2026-12".to_owned()));
        assert_eq!(at("1969-12-31T23:00:00Z").next_month(), Timestamp::from_micros(0));
    }

    #[test]
    fn a_day_begins_at_midnight_in_india() {
        let late: Timestamp = "2026-11-20T18:29:59Z".parse().unwrap();
        let next: Timestamp = "2026-11-20T18:30:00Z".parse().unwrap();
        assert_eq!(day_name(late.india_day()), "2026-11-20");
        assert_eq!(day_name(next.india_day()), "2026-11-21");
    }
}
