//! Times as people in India read them. All grouping depends on the times themselves. Ages are told as of a given time.

use jiff::civil::{Date, DateTime};
use jiff::{SignedDuration, Timestamp, tz::Offset};

use crate::messages::key;

/// India's offset: 5 h 30 min ahead of UTC, all year.
const INDIA: SignedDuration = SignedDuration::from_mins(330);

/// A moment: exact for machines, in Indian time for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Moment {
    exact: Timestamp,
    india: DateTime,
}

impl Moment {
    /// Parses RFC 3339; `None` for anything else.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let exact: Timestamp = text.parse().ok()?;
        let india = Offset::UTC.to_datetime(exact.checked_add(INDIA).ok()?);
        Some(Self { exact, india })
    }

    pub(crate) fn parse_some(text: Option<&String>) -> Option<Self> {
        Self::parse(text?)
    }

    pub(crate) fn timestamp(&self) -> Timestamp {
        self.exact
    }

    /// The exact time, for `<time datetime>`: HTML allows three decimals of a second at most.
    pub(crate) fn exact(&self) -> String {
        match self.exact.subsec_nanosecond() {
            0 => self.exact.to_string(),
            _ => format!("{:.3}", self.exact),
        }
    }

    /// The hours since 1970, to draw it on a line of time.
    pub(crate) fn hours(&self) -> i32 {
        i32::try_from(self.exact.as_second() / 3600).unwrap_or(i32::MAX)
    }

    /// The day in India.
    pub(crate) fn day(&self) -> Date {
        self.india.date()
    }

    /// The time of day in India, such as `7:05 am`.
    pub(crate) fn clock(&self) -> String {
        self.india.strftime("%-I:%M %P").to_string()
    }

    /// The date in India, such as `21 November 2026`.
    pub(crate) fn date(&self) -> String {
        self.india.strftime("%-d %B %Y").to_string()
    }

    /// Date and time in India, such as `21 November 2026, 7:05 am`.
    pub(crate) fn full(&self) -> String {
        format!("{}, {}", self.date(), self.clock())
    }

    /// Whole days from here to `now`; 0 also for what lies ahead.
    pub(crate) fn days_until(&self, now: &Self) -> u64 {
        self.seconds_until(now) / (24 * 60 * 60)
    }

    /// Its age at `now`: the key of the text, and how many of its unit.
    pub(crate) fn age(&self, now: &Self) -> (&'static str, u64) {
        let minutes = self.seconds_until(now) / 60;
        match (minutes, self.days_until(now)) {
            (0..60, _) => (key("card-age-minutes"), minutes),
            (_, 0) => (key("card-age-hours"), minutes / 60),
            (_, days @ 1..45) => (key("card-age-days"), days),
            (_, days @ 45..730) => (key("card-age-months"), days / 30),
            (_, days) => (key("card-age-years"), days / 365),
        }
    }

    fn seconds_until(&self, now: &Self) -> u64 {
        let seconds = now.exact.as_second().saturating_sub(self.exact.as_second());
        u64::try_from(seconds).unwrap_or_default()
    }
}

/// The heading of a day, such as `Saturday, 21 November 2026`.
pub(crate) fn day_heading(day: Date) -> String {
    day.strftime("%A, %-d %B %Y").to_string()
}

/// A day from the API in words: a date such as `2026-11-21` is written out, anything else is unchanged.
pub(crate) fn day_words(text: &str) -> String {
    text.parse::<Date>().map_or_else(|_| text.to_owned(), day_heading)
}

/// A date from the API in words, such as `21 November 2026`; anything else is unchanged.
pub(crate) fn date_words(text: &str) -> String {
    text.parse::<Date>().map_or_else(|_| text.to_owned(), |day| day.strftime("%-d %B %Y").to_string())
}

/// A month from the API, such as `2026-01`, in words: `January 2026`; anything else is unchanged.
pub(crate) fn month_words(text: &str) -> String {
    let first = format!("{text}-01").parse::<Date>();
    first.map_or_else(|_| text.to_owned(), |day| day.strftime("%B %Y").to_string())
}

#[cfg(test)]
mod tests {
    use super::{Moment, date_words, day_heading, day_words, month_words};

    #[test]
    fn the_day_changes_at_midnight_in_india() {
        let before = Moment::parse("2026-11-20T18:29:59Z").unwrap();
        let after = Moment::parse("2026-11-20T18:30:00Z").unwrap();
        assert_eq!(day_heading(before.day()), "Friday, 20 November 2026");
        assert_eq!(day_heading(after.day()), "Saturday, 21 November 2026");
        assert_eq!(after.clock(), "12:00 am");
    }

    #[test]
    fn an_offset_names_the_same_moment() {
        assert_eq!(Moment::parse("2026-11-21T07:05:00+05:30").unwrap().full(), "21 November 2026, 7:05 am");
        assert_eq!(Moment::parse("2026-11-21T07:05:00+05:30").unwrap().exact(), "2026-11-21T01:35:00Z");
        let fine = Moment::parse("2026-11-21T01:35:00.123456Z").unwrap();
        assert_eq!(fine.exact(), "2026-11-21T01:35:00.123Z");
        assert_eq!(Moment::parse("yesterday"), None);
    }

    #[test]
    fn an_age_is_told_in_its_largest_unit() {
        let now = Moment::parse("2026-11-21T12:00:00Z").unwrap();
        for (then, unit, n) in [
            ("2026-11-21T12:30:00Z", "minutes", 0),
            ("2026-11-21T11:01:00Z", "minutes", 59),
            ("2026-11-20T12:01:00Z", "hours", 23),
            ("2026-11-19T12:00:00Z", "days", 2),
            ("2026-09-01T12:00:00Z", "months", 2),
            ("2024-01-01T12:00:00Z", "years", 2),
        ] {
            let (key, count) = Moment::parse(then).unwrap().age(&now);
            assert_eq!((key.rsplit('-').next(), count), (Some(unit), n), "{then}");
        }
    }

    #[test]
    fn a_day_that_is_a_word_stays_it() {
        assert_eq!(day_words("2026-11-21"), "Saturday, 21 November 2026");
        assert_eq!(day_words("Monday"), "Monday");
    }

    #[test]
    fn dates_and_months_are_written_out() {
        assert_eq!(date_words("2026-11-21"), "21 November 2026");
        assert_eq!(date_words("soon"), "soon");
        assert_eq!(month_words("2026-01"), "January 2026");
        assert_eq!(month_words("<b>"), "<b>");
    }
}
