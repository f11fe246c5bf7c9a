//! Calendar months in India.

use domain::Timestamp;

/// India Standard Time is UTC+5:30 all year.
const INDIA_SECONDS: i64 = (5 * 60 + 30) * 60;

/// A month, by its first moment on a clock that shows Indian time as if it were UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Month(Timestamp);

impl Month {
    /// The month of a moment.
    pub fn of(at: Timestamp) -> Self {
        Self(at.plus_seconds(INDIA_SECONDS).month())
    }

    /// The month before.
    pub fn before(self) -> Self {
        Self(self.0.plus_seconds(-1).month())
    }

    /// The month after.
    pub fn after(self) -> Self {
        Self(self.0.next_month())
    }

    /// Its first moment.
    pub fn begins(self) -> Timestamp {
        self.0.plus_seconds(-INDIA_SECONDS)
    }

    /// The first moment after it.
    pub fn ends(self) -> Timestamp {
        self.after().begins()
    }

    /// `2026-11`
    pub fn name(self) -> String {
        self.0.month_name()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_begins_at_midnight_in_india() {
        let last: Timestamp = "2026-10-31T18:29:59Z".parse().unwrap();
        let first: Timestamp = "2026-10-31T18:30:00Z".parse().unwrap();
        let (october, november) = (Month::of(last), Month::of(first));
        assert_eq!((october.name(), november.name()), ("2026-10".to_owned(), "2026-11".to_owned()));
        assert_eq!((october.after(), november.before()), (november, october));
        assert_eq!((october.ends(), november.begins()), (first, first));
    }

    #[test]
    fn a_year_has_twelve_months() {
        let january = Month::of("2026-01-15T00:00:00Z".parse().unwrap());
        let year = std::iter::successors(Some(january), |month| Some(month.before())).nth(12).unwrap();
        assert_eq!(year.name(), "2025-01");
    }
}
