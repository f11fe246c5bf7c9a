//! The days that a report is about.

use domain::Fields;
use domain::date::CalendarDate;
use http_kit::Request;
use serde_json::{Value, json};

/// The most days of a report.
const MOST_DAYS: i32 = 31;

/// Days in the reporting time zone, both ends included. One end alone is that day; none is today.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DayRange(Option<(i32, i32)>);

impl DayRange {
    /// The first and the last day.
    #[must_use]
    pub fn days(self, today: i64) -> (i64, i64) {
        self.0.map_or((today, today), |(from, to)| (from.into(), to.into()))
    }
}

impl Request for DayRange {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let [from, to] = ["from", "to"].map(|name| f.parsed(name, CalendarDate::from_text));
        let days = from.or(to).zip(to.or(from)).map(|(from, to)| (from.days(), to.days()));
        if let Some((from, to)) = days {
            if to < from {
                f.wrong("to", "must not be before from");
            } else if to - from >= MOST_DAYS {
                f.wrong("to", format!("must be within {MOST_DAYS} days from from"));
            }
        }
        Some(Self(days))
    }

    fn about(member: &str) -> Option<&'static str> {
        Some(match member {
            "from" => {
                "The first day, such as 2026-11-21, in the time zone of the site, which the report names."
            }
            "to" => "The last day, included. At most 31 days.",
            _ => return None,
        })
    }

    fn example() -> Value {
        json!({"from": "2026-11-01", "to": "2026-11-21"})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(value: &Value) -> Result<(i64, i64), Vec<String>> {
        let read = http_kit::read::<DayRange>(value.as_object().unwrap().clone());
        read.map(|range| range.days(7)).map_err(|invalid| invalid.errors.0.into_keys().collect())
    }

    #[test]
    fn one_end_alone_is_that_day() {
        assert_eq!(read(&json!({})), Ok((7, 7)));
        assert_eq!(read(&json!({"from": "1970-01-03"})), Ok((2, 2)));
        assert_eq!(read(&json!({"to": "1970-01-03"})), Ok((2, 2)));
        assert_eq!(read(&json!({"from": "1970-01-03", "to": "1970-02-02"})), Ok((2, 32)));
    }

    #[test]
    fn every_wrong_end_is_named() {
        assert_eq!(read(&json!({"from": "1970-01-03", "to": "1970-02-03"})), Err(vec!["to".to_owned()]));
        assert_eq!(read(&json!({"from": "1970-01-03", "to": "1970-01-02"})), Err(vec!["to".to_owned()]));
        let both = vec!["from".to_owned(), "to".to_owned()];
        assert_eq!(read(&json!({"from": "soon", "to": "31/31/2026"})), Err(both));
    }
}
