//! What happened to the sample homes within the last year, and who did it. Days are counted back from today.

use serde_json::{Value, json};

use super::homes::Home;

/// The sample year begins this many days ago, when everybody joins.
pub const BEGINS: i64 = 365;

/// The demo account views every second home of other people, and every sixth becomes a favourite.
const VIEWED: usize = 2;
const SAVED: usize = 6;
/// On these days; homes that are newer are still to be seen.
const LOOKED: [i64; 4] = [14, 9, 5, 3];
/// Each other seeker looks at every third home, each beginning with another one.
const OTHERS: [(&str, usize); 2] = [("ravi", 0), ("leela", 1)];
const OTHERS_LOOKED: i64 = 21;

/// An enquiry, and how the owner followed it up.
pub struct StoryEnquiry {
    pub who: &'static str,
    pub home: &'static str,
    pub ago: i64,
    pub purpose: &'static str,
    pub message: &'static str,
    pub answered: Option<Answered>,
}

pub struct Answered {
    pub ago: i64,
    pub status: &'static str,
    pub note: &'static str,
}

const fn answered(ago: i64, status: &'static str, note: &'static str) -> Answered {
    Answered { ago, status, note }
}

pub static ASKED: [StoryEnquiry; 8] = [
    StoryEnquiry {
        who: "leela",
        home: "sample-flat-20",
        ago: 45,
        purpose: "VISIT",
        message: "May I see it with my parents at the weekend? (sample)",
        answered: Some(answered(21, "VISIT_PLANNED", "Comes on Sunday with her parents (sample)")),
    },
    StoryEnquiry {
        who: "ravi",
        home: "sample-plot-1",
        ago: 30,
        purpose: "ENQUIRY",
        message: "Is the road in front finished? (sample)",
        answered: Some(answered(21, "CONTACTED", "Told him about the road (sample)")),
    },
    StoryEnquiry {
        who: "ravi",
        home: "sample-pg-1",
        ago: 14,
        purpose: "ENQUIRY",
        message: "Is one bed free from next week? (sample)",
        answered: Some(answered(9, "LOST", "Took a room elsewhere (sample)")),
    },
    StoryEnquiry {
        who: "ravi",
        home: "sample-buy-3",
        ago: 9,
        purpose: "VISIT",
        message: "Could I come on a weekday after six? (sample)",
        answered: None,
    },
    StoryEnquiry {
        who: "demo",
        home: "sample-buy-1",
        ago: 5,
        purpose: "VISIT",
        message: "Could I see it on Saturday? (sample)",
        answered: Some(answered(2, "VISIT_PLANNED", "Comes on Saturday at ten (sample)")),
    },
    StoryEnquiry {
        who: "demo",
        home: "sample-rent-1",
        ago: 3,
        purpose: "CALLBACK",
        message: "Please call in the evening about the deposit. (sample)",
        answered: Some(answered(2, "CONTACTED", "Called, thinks about it (sample)")),
    },
    StoryEnquiry {
        who: "demo",
        home: "sample-flat-4",
        ago: 3,
        purpose: "ENQUIRY",
        message: "Which parking spaces belong to the flat? (sample)",
        answered: None,
    },
    StoryEnquiry {
        who: "leela",
        home: "sample-buy-3",
        ago: 2,
        purpose: "ENQUIRY",
        message: "Is the price open to discussion? (sample)",
        answered: None,
    },
];

/// Something that a person does. Numbers are places in the list of homes and in [`ASKED`].
pub enum Act {
    List(usize),
    Reprice(usize, u64),
    Sell(usize),
    View(&'static str, usize),
    Save(&'static str, usize),
    Search(&'static str, &'static str),
    SaveSearch(&'static str, Value),
    Ask(usize),
    Answer(usize),
}

/// Everything that happens, the oldest first, each with how many days ago it happened.
pub fn acts(homes: &[Home]) -> Vec<(i64, Act)> {
    let mut acts = Vec::new();
    for (number, home) in homes.iter().enumerate() {
        acts.push((home.listed, Act::List(number)));
        acts.extend(home.changes.iter().map(|change| (change.ago, Act::Reprice(number, change.price))));
        acts.extend(home.sold.map(|ago| (ago, Act::Sell(number))));
    }
    acts.extend(looks(homes));
    acts.extend(searches());
    for (number, asked) in ASKED.iter().enumerate() {
        acts.push((asked.ago, Act::Ask(number)));
        acts.extend(asked.answered.as_ref().map(|answer| (answer.ago, Act::Answer(number))));
    }
    // What happens on one day keeps this order, so a home is listed before anybody looks at it.
    acts.sort_by_key(|(ago, _)| -ago);
    acts
}

fn looks(homes: &[Home]) -> Vec<(i64, Act)> {
    let mut acts = Vec::new();
    let of_others = homes.iter().enumerate().filter(|(_, home)| home.owner != "demo");
    for (place, (number, home)) in of_others.enumerate() {
        let is_there = |ago: i64| home.listed > ago && home.sold.is_none_or(|sold| sold < ago);
        let ago = LOOKED.iter().cycle().nth(place / VIEWED).copied().unwrap_or_default();
        if place % VIEWED == 0 && is_there(ago) {
            acts.push((ago, Act::View("demo", number)));
        }
        if place % SAVED == 0 && is_there(ago) {
            acts.push((ago, Act::Save("demo", number)));
        }
        for (who, first) in OTHERS {
            if place % 3 == first && is_there(OTHERS_LOOKED) {
                acts.push((OTHERS_LOOKED, Act::View(who, number)));
            }
        }
    }
    acts
}

fn searches() -> [(i64, Act); 6] {
    let saved = |name: &str, frequency: &str, filters: Value| json!({"name": name, "frequency": frequency, "channels": ["IN_APP"], "filters": filters});
    let flats = json!({"propertyType": ["APARTMENT"], "listingType": ["SALE"], "maxPrice": 9_000_000});
    let lets = json!({"propertyType": ["APARTMENT"], "listingType": ["RENT"], "location": ["Gachibowli"],
        "maxPrice": 40_000});
    [
        (14, Act::Search("demo", "location=Gachibowli")),
        (9, Act::SaveSearch("demo", saved("Flats up to 90 lakh", "DAILY", flats))),
        (9, Act::SaveSearch("demo", saved("To rent in Gachibowli up to 40,000", "INSTANT", lets))),
        (5, Act::Search("demo", "query=villa%20garden")),
        (5, Act::Search("ravi", "query=2%20bhk%20in%20kondapur%20under%2090%20lakh")),
        (3, Act::Search("demo", "query=2%20bhk%20for%20rent%20in%20gachibowli")),
    ]
}
