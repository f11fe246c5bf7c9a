//! Groups activities by their day in India, in the order given.

use jiff::civil::Date;

use crate::api::Activity;
use crate::icon::{Icon, icon};
use crate::key::Key;
use crate::messages::Language;
use crate::when::{Moment, day_heading};

pub(super) struct Day {
    pub(super) heading: String,
    pub(super) entries: Vec<Entry>,
}

/// What the person did, once or several times on end.
pub(super) struct Entry {
    /// For taking it out of sight.
    pub(super) ids: Vec<Key>,
    pub(super) icon: Icon,
    /// How often it was done on end.
    pub(super) times: u64,
    /// When it was done last.
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
            Some((last, day)) if *last == date => day.add(entry),
            _ => {
                let heading =
                    date.map_or_else(|| language.text("personal-timeline-undated").to_string(), day_heading);
                days.push((date, Day { heading, entries: vec![entry] }));
            }
        }
    }
    days.into_iter().map(|(_, day)| day).collect()
}

impl Day {
    /// Adds what was done before. The same once more is one entry.
    fn add(&mut self, before: Entry) {
        match self.entries.last_mut() {
            Some(entry) if entry.text == before.text && entry.home == before.home => {
                entry.times += before.times;
                entry.ids.extend(before.ids);
            }
            _ => self.entries.push(before),
        }
    }
}

/// The icon of a kind of activity.
fn sign(kind: &str) -> Icon {
    icon(match kind {
        "PROPERTY_VIEWED" | "PRODUCT_VIEWED" => "eye",
        "PROPERTY_FAVORITED" => "heart-full",
        "PROPERTY_UNFAVORITED" => "heart",
        "PROPERTY_SEARCHED" => "search",
        "SEARCH_SAVED" | "SAVED_SEARCH_UPDATED" | "SAVED_SEARCH_DELETED" => "bell",
        "PROPERTY_SHARED" => "share",
        "CONTACT_REVEALED" => "phone",
        "LEAD_CREATED" | "LEAD_UPDATED" => "mail",
        "PROPERTY_IMAGES_ADDED" | "FILE_UPLOADED" => "camera",
        kind if kind.starts_with("PROPERTY_") => "home",
        kind if kind.starts_with("USER_") || kind.starts_with("SESSION_") => "user",
        _ => "clock",
    })
}

impl Entry {
    fn of(language: Language, activity: Activity) -> Self {
        Self {
            ids: Key::parse(&activity.activity_id).into_iter().collect(),
            icon: sign(&activity.activity_type),
            times: 1,
            when: Moment::parse(&activity.timestamp),
            home: activity.home(),
            text: activity.words(language),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{by_day, sign};
    use crate::api::Activity;
    use crate::icon;
    use crate::labels::ACTIVITIES;
    use crate::messages::Language::English;

    fn at(timestamp: &str) -> Activity {
        Activity { timestamp: timestamp.to_owned(), ..Activity::default() }
    }

    #[test]
    fn the_day_is_the_one_in_india_and_the_order_stays() {
        let times = ["20T19:00:00Z", "20T18:30:00Z", "20T18:29:59Z", "19T18:30:00Z"];
        let days = by_day(English, times.map(|time| at(&format!("2026-11-{time}"))).into());
        let seen: Vec<_> = days.iter().map(|day| (day.heading.as_str(), day.entries[0].times)).collect();
        assert_eq!(seen, [("Saturday, 21 November 2026", 2), ("Friday, 20 November 2026", 2)]);
    }

    #[test]
    fn the_same_on_end_is_one_entry_with_all_its_ids() {
        let did = |id: &str, words: &str| Activity {
            activity_id: id.to_owned(),
            description: Some(words.to_owned()),
            ..at("2026-11-20T19:00:00Z")
        };
        let days = by_day(
            English,
            vec![did("a1", "Looked"), did("a2", "Looked"), did("a3", "Asked"), did("a4", "Looked")],
        );
        let seen: Vec<_> = days[0].entries.iter().map(|entry| (entry.times, entry.ids.len())).collect();
        assert_eq!(seen, [(2, 2), (1, 1), (1, 1)]);
    }

    #[test]
    fn every_kind_has_an_icon_that_is_drawn() {
        let drawn: Vec<_> = icon::all().iter().map(|icon| icon.name()).collect();
        for (kind, _) in ACTIVITIES {
            assert!(drawn.contains(&sign(kind).name()), "{kind}");
        }
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
