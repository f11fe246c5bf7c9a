//! A day of the calendar, as people enter it.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A day of the calendar, without a time and a zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CalendarDate(Date);

impl CalendarDate {
    /// Reads `2026-12-31`, or day, month and year as people in India write them: `31/12/2026`, `31-12-2026`,
    /// `31.12.2026`. A month alone, `2026-12` or `12/2026`, is its first day.
    ///
    /// # Errors
    /// With a message for the person.
    pub fn from_text(text: &str) -> Result<Self, &'static str> {
        const MESSAGE: &str = "must be a date such as 2026-12-31 or 31/12/2026";
        let parts: Vec<&str> = text.trim().split(['-', '/', '.']).collect();
        let year_first = parts.first().is_some_and(|part| part.len() == 4);
        let (year, month, day) = match (&parts[..], year_first) {
            ([year, month, day], true) | ([day, month, year], false) => (*year, *month, *day),
            ([year, month], true) | ([month, year], false) => (*year, *month, "1"),
            _ => return Err(MESSAGE),
        };
        let number = |text: &str, longest: usize| {
            let plain = (1..=longest).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
            text.parse::<i16>().ok().filter(|_| plain)
        };
        let (Some(year), Some(month), Some(day)) = (number(year, 4), number(month, 2), number(day, 2)) else {
            return Err(MESSAGE);
        };
        if !(1900..=2200).contains(&year) {
            return Err("must be a date between 1900 and 2200");
        }
        let (month, day) = (i8::try_from(month).ok(), i8::try_from(day).ok());
        let date = month.zip(day).and_then(|(month, day)| Date::new(year, month, day).ok());
        date.map(Self).ok_or("must be a day that exists")
    }

    /// The days since 1970-01-01.
    #[must_use]
    pub fn days(self) -> i32 {
        let epoch = jiff::civil::date(1970, 1, 1);
        // `until` in days between dates of these centuries always fits.
        self.0.since(epoch).map_or(0, |span| span.get_days())
    }
}

impl fmt::Display for CalendarDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for CalendarDate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for CalendarDate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Date::from_str(&text).map(Self).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_dates_with_the_day_before_the_month() {
        for (text, date) in [
            ("2026-12-31", "2026-12-31"),
            ("31/12/2026", "2026-12-31"),
            ("1-2-2027", "2027-02-01"),
            ("01.02.2027", "2027-02-01"),
            ("2027-06", "2027-06-01"),
            ("06/2027", "2027-06-01"),
            (" 2024-02-29 ", "2024-02-29"),
        ] {
            assert_eq!(CalendarDate::from_text(text).unwrap().to_string(), date, "{text}");
        }
        for text in
            ["", "soon", "2026", "31/31/2026", "2025-02-29", "12/31/2026", "99-1-1", "2026-1-1-1", "1/1/3000"]
        {
            assert!(CalendarDate::from_text(text).is_err(), "{text}");
        }
    }

    #[test]
    fn counts_days() {
        assert_eq!(CalendarDate::from_text("1970-01-02").unwrap().days(), 1);
        assert_eq!(CalendarDate::from_text("2026-11-29").unwrap().days(), 20_786);
        let json = serde_json::to_string(&CalendarDate::from_text("2027-06").unwrap()).unwrap();
        assert_eq!(json, "\"2027-06-01\"");
        assert_eq!(serde_json::from_str::<CalendarDate>(&json).unwrap().days(), 20_970);
    }
}
