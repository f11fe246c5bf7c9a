//! Groups activities by their day in India, in the order given.

use jiff::civil::Date;

use crate::api::Activity;
use crate::key::Key;
use crate::messages::Language;
use crate::when::{Moment, day_heading};

pub(super) struct Day {
    pub(super) heading: String,
    pub(super) entries: Vec<Entry>,
}

pub(super) struct Entry {
    /// For taking it out of sight.
    pub(super) id: Option<Key>,
    pub(super) when: Option<Moment>,
    pub(super) text: String,
    /// The home it is about, unless the activity is the home's removal.
    pub(super) home: Option<Key>,
}

pub(super) fn by_day(language: Language, activities: Vec<Activity>) -> Vec<Day> {
    let mut days: Vec<(Option<Date>, Day)> = Vec::new();
    for activity in activities {
        let entry = Entry::of(language, activity);
        let date = entry.when.map(|when| when.day());
        match days.last_mut() {
            Some((last, day)) if *last == date => day.entries.push(entry),
            _ => {
                let heading =
                    date.map_or_else(|| language.text("personal-timeline-undated").to_string(), day_heading);
                days.push((date, Day { heading, entries: vec![entry] }));
            }
        }
    }
    days.into_iter().map(|(_, day)| day).collect()
}

impl Entry {
    fn of(language: Language, activity: Activity) -> Self {
        Self {
            id: Key::parse(&activity.activity_id),
            when: Moment::parse(&activity.timestamp),
            home: activity.home(),
            text: activity.words(language),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::by_day;
    use crate::api::Activity;
    use crate::messages::Language::English;

    fn at(timestamp: &str) -> Activity {
        Activity { timestamp: timestamp.to_owned(), ..Activity::default() }
    }

    #[test]
    fn the_day_is_the_one_in_india_and_the_order_stays() {
        let days = by_day(
            English,
            vec![
                at("2026-11-20T19:00:00Z"),
                at("2026-11-20T18:30:00Z"),
                at("2026-11-20T18:29:59Z"),
                at("2026-11-19T18:30:00Z"),
            ],
        );
        let seen: Vec<_> = days.iter().map(|day| (day.heading.as_str(), day.entries.len())).collect();
        assert_eq!(seen, [("Saturday, 21 November 2026", 2), ("Friday, 20 November 2026", 2)]);
    }

    #[test]
    fn a_removed_home_has_no_link() {
        let about = |activity_type: &str| Activity {
            activity_type: activity_type.to_owned(),
            related_entity_id: Some("h1".to_owned()),
            related_entity_type: Some("PROPERTY".to_owned()),
            ..at("2026-11-20T19:00:00Z")
        };
        let days = by_day(English, vec![about("PROPERTY_VIEWED"), about("PROPERTY_DELETED")]);
        let linked: Vec<_> = days[0].entries.iter().map(|entry| entry.home.is_some()).collect();
        assert_eq!(linked, [true, false]);
    }
}
