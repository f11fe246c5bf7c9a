//! What one event adds besides itself: the localities, categories and searches that it is about.

use std::collections::BTreeSet;

use ::projection::ProjectionError;
use domain::activity::{ActivityEvent, Snapshot};
use domain::lead::LeadEvent;
use domain::product::ProductEvent;
use domain::{Envelope, Fields, UserId, search_text};
use journal::AggregateStore;
use serde_json::{Map, Value};

use super::topics::TopicKind;

/// The longest text that is counted. Hardly anybody else would write a longer one.
const LONGEST: usize = 100;
/// The digits of a telephone number, without those of its country.
const TELEPHONE: usize = 10;
/// The most localities of a search.
const MOST_LOCALITIES: usize = 10;
/// The members of a search that name localities, and those that hold its words.
const LOCALITIES: [&str; 2] = ["location", "locality"];
const WORDS: [&str; 2] = ["query", "q"];

/// A topic that an event is about.
#[derive(Debug, PartialEq, Eq)]
pub struct TopicUse {
    pub kind: TopicKind,
    pub text: String,
    /// Whose text it is, if it goes when they leave.
    pub owner: Option<UserId>,
    pub events: u64,
}

impl TopicUse {
    pub fn once(kind: TopicKind, text: String) -> Self {
        Self { kind, text, owner: None, events: 1 }
    }
}

/// The topics of an event. What belonged to somebody who left cannot be read any more, and is no topic.
pub fn read(aggregates: &AggregateStore, event: &Envelope) -> Result<Vec<TopicUse>, ProjectionError> {
    Ok(match &*event.event_type {
        "PROPERTY_VIEWED" | "PROPERTY_SEARCHED" | "ProductViewed" => activity(aggregates.decode(event)?),
        "LEAD_CREATED" => match aggregates.decode(event)? {
            LeadEvent::Made { snapshot, .. } => locality(TopicKind::LocalityLeads, &snapshot, 1),
            LeadEvent::Updated { .. } => Vec::new(),
        },
        "ProductPurchased" => match aggregates.decode(event)? {
            ProductEvent::Purchased { categories, .. } => {
                of_categories(TopicKind::CategoryPurchases, categories, 1)
            }
            _ => Vec::new(),
        },
        _ => Vec::new(),
    })
}

fn activity(event: ActivityEvent) -> Vec<TopicUse> {
    match event {
        ActivityEvent::Viewed { snapshot, views, counted: true, .. } => {
            locality(TopicKind::LocalityViews, &snapshot, views)
        }
        ActivityEvent::Searched { filters, results_count } => {
            filters.as_ref().map_or_else(Vec::new, |filters| searched(filters, results_count))
        }
        ActivityEvent::ProductViewed { snapshot, views, counted: true, .. } => {
            of_categories(TopicKind::CategoryViews, snapshot.categories, views)
        }
        _ => Vec::new(),
    }
}

/// A product belongs to each of its categories, the wide and the narrow ones.
fn of_categories(kind: TopicKind, categories: Vec<String>, events: u64) -> Vec<TopicUse> {
    let distinct = BTreeSet::from_iter(categories);
    distinct.into_iter().map(|text| TopicUse { kind, text, owner: None, events }).collect()
}

fn locality(kind: TopicKind, Snapshot { area, .. }: &Snapshot, events: u64) -> Vec<TopicUse> {
    let owner = area.subject().filter(|owner| *owner != UserId::default());
    compared(area.text()).map(|text| TopicUse { kind, text, owner, events }).into_iter().collect()
}

fn searched(filters: &Map<String, Value>, results_count: u64) -> Vec<TopicUse> {
    let mut fields = Fields::new(filters);
    let mut localities: Vec<String> = LOCALITIES
        .iter()
        .flat_map(|member| fields.list(member, MOST_LOCALITIES))
        .filter_map(|text| compared(&text))
        .take(MOST_LOCALITIES)
        .collect();
    localities.sort_unstable();
    localities.dedup();
    let nothing = (results_count == 0).then(|| spoken(filters)).flatten();
    let found = localities.into_iter().map(|text| TopicUse::once(TopicKind::LocalitySearches, text));
    found.chain(nothing.map(|text| TopicUse::once(TopicKind::NothingFound, text))).collect()
}

/// A text as it is compared; `None` if nothing is left of it, if it is too long, or if it tells how to reach somebody.
fn compared(text: &str) -> Option<String> {
    let words = search_text::words(text).join(" ");
    let is_fit = !words.is_empty() && words.chars().count() <= LONGEST && !reaches_somebody(text);
    is_fit.then_some(words)
}

/// Whether a text holds an e-mail address or a telephone number. Five people who look for the same number are enough to
/// hide who they are, but not whose it is.
fn reaches_somebody(text: &str) -> bool {
    let mut digits = 0;
    search_text::fold(text).chars().any(|c| {
        if c.is_ascii_digit() {
            digits += 1;
        } else if c.is_alphabetic() {
            digits = 0;
        }
        c == '@' || digits >= TELEPHONE
    })
}

/// The same of a member of a search. A number alone is a price or an area.
fn names_somebody(value: &Value) -> bool {
    match value {
        Value::String(text) => reaches_somebody(text),
        Value::Array(items) => items.iter().any(names_somebody),
        _ => false,
    }
}

/// A search in one line: its words, then its filters by name.
fn spoken(filters: &Map<String, Value>) -> Option<String> {
    if filters.values().any(names_somebody) {
        return None;
    }
    let words = WORDS.iter().find_map(|member| compared(filters.get(*member)?.as_str()?));
    let mut narrowed: Vec<String> = filters
        .iter()
        .filter(|(name, _)| !WORDS.contains(&name.as_str()))
        .filter_map(|(name, value)| Some(format!("{name}={}", compared(&value_text(value))?)))
        .collect();
    narrowed.sort_unstable();
    let all: Vec<String> = words.into_iter().chain(narrowed).collect();
    let text = all.join("; ");
    (!text.is_empty() && text.chars().count() <= LONGEST).then_some(text)
}

fn value_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(value_text).collect::<Vec<_>>().join(" "),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn topics(filters: &Value, results_count: u64) -> Vec<(TopicKind, String)> {
        let topics = searched(filters.as_object().unwrap(), results_count);
        topics.into_iter().map(|topic| (topic.kind, topic.text)).collect()
    }

    #[test]
    fn a_search_names_localities_and_says_what_found_nothing() {
        let asked = json!({"location": "Kondapur, HITEC City", "locality": ["kondapur"], "query": "Lake  View",
            "maxPrice": 5_000_000, "bedrooms": ["2", "3"], "petsAllowed": true});
        let localities =
            ["hitec city", "kondapur"].map(|name| (TopicKind::LocalitySearches, name.to_owned()));
        assert_eq!(topics(&asked, 3), localities);
        let nothing = "lake view; bedrooms=2 3; locality=kondapur; location=kondapur hitec city; \
                       maxPrice=5000000; petsAllowed=true";
        let found = topics(&asked, 0);
        assert_eq!(found.len(), 2, "too long for anybody else: {}", nothing.len());
        let asked = json!({"q": "Lake  View!", "bedrooms": ["2", "3"], "location": "Miyapur"});
        let text = "lake view; bedrooms=2 3; location=miyapur".to_owned();
        assert_eq!(topics(&asked, 0)[1], (TopicKind::NothingFound, text));
        assert_eq!(topics(&json!({}), 0), []);
        assert_eq!(topics(&json!({"query": "— !"}), 0), []);
    }

    #[test]
    fn a_text_that_tells_how_to_reach_somebody_is_no_topic() {
        for text in [
            "9876543210",
            "owner +91 98765-43210 villa",
            "(040) 2345 6789",
            "९८७६५ ४३२१०",
            "asha@example.com",
            "asha＠example.com",
        ] {
            assert_eq!(topics(&json!({"query": text}), 0), [], "{text}");
            assert_eq!(
                topics(&json!({"query": "villa", "location": ["Miyapur", text]}), 0).len(),
                1,
                "{text}"
            );
            assert_eq!(compared(text), None, "{text}");
        }
        for text in ["plot 12345 sector 67890", "pin 500081 under 7500000", "2 3 bhk 1500 sqft"] {
            assert_eq!(topics(&json!({"query": text, "maxPrice": 95_000_000_000_i64}), 0).len(), 1, "{text}");
        }
    }
}
