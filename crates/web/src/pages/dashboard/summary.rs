//! The last thirty days in numbers, most frequent activity first.

use std::cmp::Reverse;

use crate::api::Summary;
use crate::labels::{self, ACTIVITIES};
use crate::messages::Language;
use crate::numbers::Count;
use crate::when::{Moment, day_words};

pub(super) struct Month {
    pub(super) total: Count,
    /// Label, code and count.
    pub(super) counts: Vec<(String, String, Count)>,
    pub(super) largest: u64,
    pub(super) most_active_day: Option<String>,
    pub(super) last: Option<Moment>,
}

impl Month {
    pub(super) fn of(language: Language, summary: Summary) -> Self {
        let named = |(code, n): (String, u64)| (labels::of(language, ACTIVITIES, &code), code, Count(n));
        let mut counts: Vec<_> = summary.activity_counts.into_iter().map(named).collect();
        counts.sort_by_key(|(_, _, n)| Reverse(*n));
        let sum = counts.iter().map(|(_, _, n)| n.0).sum();
        Self {
            total: Count(summary.total_activities_last30_days.unwrap_or(sum)),
            largest: counts.first().map_or(1, |(_, _, n)| n.0.max(1)),
            counts,
            most_active_day: summary.most_active_day.as_deref().map(day_words),
            last: Moment::parse_some(summary.last_activity_timestamp.as_ref()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Month;
    use crate::api::Summary;
    use crate::messages::Language::English;

    #[test]
    fn the_longest_bar_is_the_first() {
        let counts = [("USER_LOGIN".to_owned(), 2), ("PROPERTY_VIEWED".to_owned(), 9)];
        let month = Month::of(English, Summary { activity_counts: counts.into(), ..Summary::default() });
        assert_eq!((month.total.0, month.largest, month.counts[0].0.as_str()), (11, 9, "Homes viewed"));
    }

    #[test]
    fn nothing_done_is_no_division_by_zero() {
        assert_eq!(Month::of(English, Summary::default()).largest, 1);
    }
}
