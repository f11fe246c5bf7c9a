//! Computes when daily and weekly digests go out.

use domain::Timestamp;
use domain::saved_search::Frequency;

const DAY: i64 = 86_400;
/// Eight o'clock, in seconds after midnight.
const MORNING: i64 = 8 * 3600;
/// Day 0 was a Thursday; weeks begin on Monday.
const MONDAY: i64 = 4;

/// The first morning after `at`, in Indian time, that belongs to the frequency: the next morning, or the next Monday
/// morning.
pub fn after(at: Timestamp, frequency: Frequency) -> Timestamp {
    let midnight = at.seconds() - at.india_second();
    let mut day = at.india_day();
    let mut morning = midnight + MORNING;
    let late = |morning: i64| morning * 1_000_000 <= at.micros();
    let wanted = |day: i64| frequency != Frequency::Weekly || day.rem_euclid(7) == MONDAY;
    while late(morning) || !wanted(day) {
        (day, morning) = (day + 1, morning + DAY);
    }
    Timestamp::from_micros(morning * 1_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_morning_is_indian_and_a_week_begins_on_monday() {
        // 2026-11-21 is a Saturday; 8 o'clock in India is 02:30 in UTC.
        for (at, daily, weekly) in [
            ("2026-11-21T02:29:59.999999Z", "2026-11-21T02:30:00Z", "2026-11-23T02:30:00Z"),
            ("2026-11-21T02:30:00Z", "2026-11-22T02:30:00Z", "2026-11-23T02:30:00Z"),
            ("2026-11-22T19:00:00Z", "2026-11-23T02:30:00Z", "2026-11-23T02:30:00Z"),
            ("2026-11-23T02:30:00Z", "2026-11-24T02:30:00Z", "2026-11-30T02:30:00Z"),
        ] {
            let at: Timestamp = at.parse().unwrap();
            assert_eq!(after(at, Frequency::Daily), daily.parse().unwrap());
            assert_eq!(after(at, Frequency::Weekly), weekly.parse().unwrap());
        }
    }
}
