//! The request bodies of saved searches.

use std::collections::BTreeSet;

use domain::fields::{Choice, Member, MemberKind};
use domain::preferences::Channel;
use domain::saved_search::{self, Frequency, Wish};
use domain::{Fields, Personal, UserId};
use http_kit::{Body, Request, described_members, renamed};
use serde_json::{Map, Value, json};

use crate::request::{SearchRequest, is_filter};

/// See [`NewSavedSearch`].
pub type NewSavedSearchBody = Body<NewSavedSearch>;

/// The body that saves a search.
pub struct NewSavedSearch {
    name: String,
    filters: Map<String, Value>,
    channels: Option<BTreeSet<Channel>>,
    frequency: Option<Frequency>,
    enabled: Option<bool>,
}

impl NewSavedSearch {
    /// Turns the body into a wish of `owner`, with defaults for what was left out.
    pub fn owned_by(self, owner: UserId) -> Wish {
        Wish {
            name: Personal::of(owner, self.name),
            filters: Personal::of(owner, self.filters),
            channels: self.channels.unwrap_or_else(|| [Channel::Email, Channel::InApp].into()),
            frequency: self.frequency.unwrap_or(Frequency::Daily),
            enabled: self.enabled.unwrap_or(true),
        }
    }
}

impl Request for NewSavedSearch {
    const NAME: &'static str = "NewSavedSearch";

    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let saved_search::SavedSearchChange { name, filters, channels, frequency, enabled } = change(f);
        let name = f.required("name", name);
        f.required("filters", f.raw("filters"));
        Some(Self { name: name?, filters: filters?, channels, frequency, enabled })
    }

    fn about(member: &str) -> Option<&'static str> {
        about(member)
    }

    fn example() -> Value {
        example()
    }
}

/// See [`SavedSearchChange`].
pub type SavedSearchChangeBody = Body<SavedSearchChange>;

/// The body that changes a saved search. Members left out keep their values.
pub struct SavedSearchChange(pub saved_search::SavedSearchChange);

impl Request for SavedSearchChange {
    const NAME: &'static str = "SavedSearchChange";

    fn read(f: &mut Fields<'_>) -> Option<Self> {
        Some(Self(change(f)))
    }

    fn about(member: &str) -> Option<&'static str> {
        about(member)
    }

    fn example() -> Value {
        example()
    }
}

fn about(member: &str) -> Option<&'static str> {
    Some(match member {
        "filters" => {
            "As in the body of a search, without `page`, `size`, `cursor`, `facets`, `explain`, `include` and `record`."
        }
        "channels" => "Ways to be told: `EMAIL`, `SMS`, `IN_APP`.",
        "frequency" => "At once, every morning or every Monday.",
        "enabled" => "Whether anybody is told.",
        _ => return None,
    })
}

fn example() -> Value {
    json!({"name": "Three bedrooms by the lake", "filters": {"query": "lake", "bedrooms": ["3"], "maxPrice": 12_000_000},
        "channels": ["EMAIL", "IN_APP"], "frequency": "DAILY"})
}

fn change(f: &mut Fields<'_>) -> saved_search::SavedSearchChange {
    f.asks("filters", || MemberKind::Object(filter_members()));
    let frequency = f.choice("frequency");
    saved_search::SavedSearchChange {
        name: f.text("name", 1..=100),
        filters: filters(f),
        channels: channels(f),
        frequency,
        enabled: f.flag("enabled"),
    }
}

/// The members of a search that say what is searched for.
fn filter_members() -> Vec<Member> {
    described_members::<SearchRequest>().into_iter().filter(|member| is_filter(&member.name)).collect()
}

fn filters(f: &mut Fields<'_>) -> Option<Map<String, Value>> {
    let Value::Object(given) = f.raw("filters")? else {
        f.wrong("filters", "must be an object of the filters of a search");
        return None;
    };
    let read = f.inside("filters", &renamed(given.clone()), SavedFilters::read);
    read.map(|SavedFilters(request)| request.told)
}

fn channels(f: &mut Fields<'_>) -> Option<BTreeSet<Channel>> {
    let words = f.list("channels", Channel::ALL.len());
    f.raw("channels")?;
    let channels: Option<BTreeSet<Channel>> = words.iter().map(|word| Channel::from_word(word)).collect();
    let channels = channels.filter(|channels| !channels.is_empty());
    if channels.is_none() {
        f.wrong("channels", format!("{}, or several of them", Channel::choices()));
    }
    channels
}

/// A search that can be saved: it has at least one condition, and no parameters for how results are shown.
pub struct SavedFilters(pub SearchRequest);

impl Request for SavedFilters {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        for name in f.names().filter(|name| !is_filter(name)) {
            f.wrong(name, "is no filter of a search");
        }
        let request = SearchRequest::read(f)?;
        if f.is_right() && request.finds_everything() {
            f.wrong("query", "or another filter is required: every home would fit");
        }
        Some(Self(request))
    }
}
