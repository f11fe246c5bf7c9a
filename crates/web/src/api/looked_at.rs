//! The homes that a person looked at, from their history.

use serde::Deserialize;

use crate::key::Key;

/// One home that was looked at.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct LookedAt {
    related_entity_id: Option<String>,
    activity_data: AtThatTime,
}

/// The home as it was then.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct AtThatTime {
    title: Option<String>,
}

impl LookedAt {
    /// The home and its title, if both are known.
    pub(crate) fn into_home(self) -> Option<(Key, String)> {
        Some((Key::parse(&self.related_entity_id?)?, self.activity_data.title?))
    }
}

/// A page of a person's history of looking.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Looks {
    /// Newest first.
    pub(crate) activities: Vec<LookedAt>,
}
