//! A person's history as the API sends it.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::numbers::Count;

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct History {
    /// Newest first.
    pub(crate) activities: Vec<Activity>,
    pub(crate) total_activities: Count,
    pub(crate) total_pages: u64,
    pub(crate) summary: Option<Summary>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[expect(clippy::struct_field_names, reason = "the names of the API")]
pub(crate) struct Activity {
    pub(crate) activity_type: String,
    pub(crate) description: Option<String>,
    pub(crate) timestamp: String,
    pub(crate) related_entity_id: Option<String>,
    pub(crate) related_entity_type: Option<String>,
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
