//! Events by type and hour.

use std::collections::BTreeMap;

use domain::time::day_name;
use serde::Serialize;
use utoipa::ToSchema;

use crate::anonymity;
use crate::queries::HourOfEvents;

/// The events of one type.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EventTypeHours {
    #[schema(examples("PROPERTY_VIEWED"))]
    event_type: String,
    /// The sum of the hours below.
    events: u64,
    hours: Vec<HourCount>,
    /// There were more hours, each with fewer than five people.
    suppressed: bool,
}

/// The events of one type within an hour.
#[derive(Debug, Serialize, ToSchema)]
pub struct HourCount {
    #[schema(examples("2026-11-21"))]
    day: String,
    /// 0 to 23.
    #[schema(minimum = 0, maximum = 23)]
    hour: i64,
    events: u64,
}

impl EventTypeHours {
    /// By type. An hour is given if enough people caused its events, or if they are of the system.
    pub fn all(hours: Vec<HourOfEvents>) -> Vec<Self> {
        let mut types: BTreeMap<String, Self> = BTreeMap::new();
        for HourOfEvents { event_type, day, hour, people, events } in hours {
            let of_type = types.entry(event_type.clone()).or_insert_with(|| Self {
                event_type,
                events: 0,
                hours: Vec::new(),
                suppressed: false,
            });
            if people == 0 || anonymity::are_enough(people) {
                of_type.events += events;
                of_type.hours.push(HourCount { day: day_name(day), hour, events });
            } else {
                of_type.suppressed = true;
            }
        }
        types.into_values().collect()
    }
}
