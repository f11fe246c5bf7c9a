//! Time as an argument: points in time, and the clock that the composition root passes on.

use std::fmt;
use std::str::FromStr;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Microseconds since 1970-01-01T00:00:00Z; an RFC 3339 string in UTC in JSON.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// India Standard Time is UTC+5:30 all year. Days in statistics are Indian days.
const INDIA_OFFSET_MICROS: i64 = (5 * 60 + 30) * 60 * 1_000_000;
const DAY_MICROS: i64 = 86_400 * 1_000_000;

impl Timestamp {
    /// Creates a timestamp from microseconds since the epoch.
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

    /// Later by `seconds` (earlier if negative); saturates.
    #[must_use]
    pub const fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds.saturating_mul(1_000_000)))
    }

    /// Later by `millis` milliseconds; saturates.
    #[must_use]
    pub const fn plus_millis(self, millis: i64) -> Self {
        Self(self.0.saturating_add(millis.saturating_mul(1000)))
    }

    /// The number of its calendar day in India, counted from 1970-01-01.
    #[must_use]
    pub const fn india_day(self) -> i64 {
        self.0.saturating_add(INDIA_OFFSET_MICROS).div_euclid(DAY_MICROS)
    }

    /// The second of its calendar day in India, counted from midnight.
    #[must_use]
    pub const fn india_second(self) -> i64 {
        self.0.saturating_add(INDIA_OFFSET_MICROS).rem_euclid(DAY_MICROS) / 1_000_000
    }

    /// The first moment of its calendar month, in UTC.
    #[must_use]
    pub fn month(self) -> Self {
        Self::midnight(jiff::tz::Offset::UTC.to_datetime(self.jiff()).date().first_of_month())
    }

    /// The first moment of the next calendar month, in UTC; saturates.
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

/// The date (`2026-11-21`) of a day number as given by [`Timestamp::india_day`].
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

/// Tells the time. The composition root creates it; everything else gets it as an argument.
///
/// Its time may jump forwards or backwards when somebody sets the clock. Use [`Clock::monotonic`] to
/// measure durations.
#[derive(Clone, Debug)]
pub enum Clock {
    /// The system clock.
    System,
    /// A clock that stands still until it is set, for tests and simulations.
    Manual(Arc<Hands>),
    /// Like `Manual`, but each reading advances it by a microsecond, so that no two readings are equal.
    Ticking(Arc<Hands>),
    /// The system clock, some time ago. It can only catch up, and is never ahead of the system clock. Once it has
    /// caught up, it is the system clock. For the past of sample data (ADR 59).
    Late(Arc<Delay>),
}

/// How far a late clock is behind the system clock, in microseconds.
#[derive(Debug)]
pub struct Delay {
    at_first: i64,
    left: AtomicI64,
}

impl Delay {
    fn left(&self) -> i64 {
        self.left.load(Ordering::SeqCst)
    }
}

/// The current time of a test clock, in microseconds.
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

    /// A clock that starts at `at` and advances by a microsecond at each reading.
    #[must_use]
    pub fn ticking(at: Timestamp) -> Self {
        Self::Ticking(Hands::at(at))
    }

    /// The system clock as it was `seconds` ago.
    #[must_use]
    pub fn late(seconds: i64) -> Self {
        let at_first = seconds.saturating_mul(1_000_000).max(0);
        Self::Late(Arc::new(Delay { at_first, left: AtomicI64::new(at_first) }))
    }

    /// Moves a late clock forwards, until it is `seconds` behind the system clock. It never moves backwards. Does
    /// nothing to other clocks.
    pub fn catch_up(&self, seconds: i64) {
        if let Self::Late(delay) = self {
            delay.left.fetch_min(seconds.saturating_mul(1_000_000).max(0), Ordering::SeqCst);
        }
    }

    /// The current time.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        match self {
            Self::System => system_now(),
            Self::Manual(hands) => Timestamp(hands.wall.load(Ordering::SeqCst)),
            Self::Ticking(hands) => Timestamp(hands.advance(1)),
            Self::Late(delay) => Timestamp(system_now().0.saturating_sub(delay.left())),
        }
    }

    /// Monotonic time since some moment of this process. Nobody can set it.
    #[must_use]
    pub fn monotonic(&self) -> Duration {
        match self {
            Self::System => steady_now(),
            Self::Manual(hands) | Self::Ticking(hands) => {
                let micros = hands.monotonic_clock.load(Ordering::SeqCst);
                Duration::from_micros(u64::try_from(micros).unwrap_or_default())
            }
            Self::Late(delay) => {
                let caught_up = u64::try_from(delay.at_first - delay.left()).unwrap_or_default();
                steady_now().saturating_add(Duration::from_micros(caught_up))
            }
        }
    }

    /// Advances a manual or ticking clock; does nothing to the others.
    pub fn advance(&self, seconds: i64) {
        self.advance_micros(seconds * 1_000_000);
    }

    /// Like [`Self::advance`], in microseconds.
    pub fn advance_micros(&self, micros: i64) {
        if let Self::Manual(hands) | Self::Ticking(hands) = self {
            hands.advance(micros);
        }
    }

    /// Sets a manual or ticking clock forwards or backwards, as an operator might, without time passing. Does
    /// nothing to the others.
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
    /// The start does not matter: only differences count.
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
            assert_eq!((clock.now().seconds(), clock.monotonic().as_secs()), (-3595, 5));
        }
        let before = Clock::System.monotonic();
        assert!(Clock::System.monotonic() >= before);
    }

    #[test]
    fn a_late_clock_only_catches_up_and_is_never_ahead() {
        const DAY: i64 = 86_400;
        let clock = Clock::late(30 * DAY);
        let behind = || {
            let late = clock.now().micros();
            (Clock::System.now().micros() - late) / 1_000_000 / DAY
        };
        assert_eq!(behind(), 30);
        let before = clock.monotonic();
        clock.catch_up(9 * DAY);
        assert_eq!(behind(), 9);
        assert!(clock.monotonic().checked_sub(before).unwrap().as_secs() >= 21 * 86_400);
        for ignored in [20 * DAY, 9 * DAY] {
            clock.catch_up(ignored);
            clock.advance(5 * DAY);
            clock.jump(-5 * DAY);
            assert_eq!(behind(), 9);
        }
        clock.catch_up(-DAY);
        assert_eq!(behind(), 0);
        assert!(clock.now() <= Clock::System.now());
        Clock::System.catch_up(DAY);
        assert!(Clock::System.now() >= clock.now());
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
