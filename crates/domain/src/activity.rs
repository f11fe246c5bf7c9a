//! What people look at and pass on. Never folded: a visitor touches no listing's version (event rule 24).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::aggregate::EventKind;
use crate::id::{PropertyId, UserId};
use crate::money::Paise;
use crate::personal::{Erasable, Personal};

/// An event of the activity log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "eventType", content = "eventData", rename_all_fields = "camelCase")]
pub enum ActivityEvent {
    /// A signed-in person opened a listing.
    #[serde(rename = "PROPERTY_VIEWED")]
    Viewed {
        /// Which.
        property_id: PropertyId,
        /// What it was then.
        #[serde(flatten)]
        snapshot: Snapshot,
        /// How often since the last such event was written: at least 1.
        views: u64,
        /// Whether it may count for the listing (not the owner, not a robot).
        counted: bool,
    },
    /// A person passed a listing on.
    #[serde(rename = "PROPERTY_SHARED")]
    Shared {
        /// Which.
        property_id: PropertyId,
        /// What it was then.
        #[serde(flatten)]
        snapshot: Snapshot,
    },
    /// A person was shown whom to ask.
    #[serde(rename = "CONTACT_REVEALED")]
    ContactRevealed {
        /// Which.
        property_id: PropertyId,
        /// What it was then.
        #[serde(flatten)]
        snapshot: Snapshot,
        /// Whose contact data.
        owner_id: UserId,
    },
    /// A signed-in person searched.
    #[serde(rename = "PROPERTY_SEARCHED")]
    Searched {
        /// What for, by the names of the request: people search for themselves, so it is theirs.
        filters: Personal<Map<String, Value>>,
        /// How many listings there were.
        results_count: u64,
    },
    /// Views by people who are not signed in, as sums: nothing of the people is kept.
    #[serde(rename = "VIEWS_COUNTED")]
    ViewsCounted {
        /// One entry a listing.
        views: Vec<CountedViews>,
    },
}

/// What a listing was when something was done with it, so that a history can tell it for ever.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Snapshot {
    /// Its title.
    pub title: Erasable<String>,
    /// Its price.
    pub price: Paise,
    /// Its locality.
    pub area: Erasable<String>,
}

impl Snapshot {
    /// What `owner`'s listing was.
    #[must_use]
    pub fn of(owner: UserId, title: &str, price: Paise, area: &str) -> Self {
        let [title, area] = [title, area].map(|text| Erasable::of(owner, text.to_owned()));
        Self { title, price, area }
    }
}

/// Views of one listing since the last sum.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CountedViews {
    /// Which.
    pub property_id: PropertyId,
    /// Views, one a viewer per 30 minutes.
    pub views: u64,
    /// Viewers not seen before on that day.
    pub visitors: u64,
}

impl EventKind for ActivityEvent {
    const SCHEMA_VERSION: u16 = 2;
}
