//! A person's history as the API sends it.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::key::Key;
use crate::labels::{self, ACTIVITIES};
use crate::messages::Language;

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct History {
    /// Newest first.
    pub(crate) activities: Vec<Activity>,
    pub(crate) total_pages: u64,
    pub(crate) summary: Option<Summary>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[expect(clippy::struct_field_names, reason = "the names of the API")]
pub(crate) struct Activity {
    pub(crate) activity_id: String,
    pub(crate) activity_type: String,
    pub(crate) description: Option<String>,
    pub(crate) timestamp: String,
    pub(crate) related_entity_id: Option<String>,
    pub(crate) related_entity_type: Option<String>,
    pub(crate) activity_data: Map<String, Value>,
}

impl Activity {
    /// The home that it is about, unless it is the home's removal.
    pub(crate) fn home(&self) -> Option<Key> {
        let kind = self.related_entity_type.as_deref().unwrap_or_default();
        let is_shown = kind.eq_ignore_ascii_case("property") && self.activity_type != "PROPERTY_DELETED";
        self.related_entity_id.as_deref().filter(|_| is_shown).and_then(Key::parse)
    }

    /// The title of that home, as it was then.
    pub(crate) fn title(&self) -> Option<&str> {
        self.activity_data.get("title")?.as_str()
    }

    /// What was done.
    pub(crate) fn words(self, language: Language) -> String {
        self.description.unwrap_or_else(|| labels::of(language, ACTIVITIES, &self.activity_type))
    }
}

/// A part of a history by days, newest first.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Timeline {
    pub(crate) timeline: Vec<DayOfActivities>,
    /// The cursor of the next part.
    pub(crate) next: Option<String>,
}

/// What somebody did on one day.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct DayOfActivities {
    pub(crate) activities: Vec<Activity>,
}

/// A summary of the last thirty days.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Summary {
    pub(crate) activity_counts: BTreeMap<String, u64>,
    pub(crate) total_activities_last30_days: Option<u64>,
    pub(crate) most_active_day: Option<String>,
    pub(crate) last_activity_timestamp: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::Summary;

    #[test]
    fn the_thirty_day_total_has_the_name_of_the_api() {
        let summary: Summary =
            serde_json::from_str(r#"{"totalActivitiesLast30Days": 7, "mostActiveDay": null}"#).unwrap();
        assert_eq!(summary.total_activities_last30_days, Some(7));
    }
}
