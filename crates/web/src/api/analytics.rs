//! What happens on the site, in numbers, as the API sends it.

use serde::Deserialize;

use crate::numbers::Count;

/// The report of some days.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Report {
    pub(crate) time_zone: String,
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) fewest_people: u64,
    pub(crate) events: Vec<EventCounts>,
    pub(crate) active_people: ActivePeople,
    pub(crate) funnels: Funnels,
    pub(crate) localities: Vec<Busy>,
    pub(crate) categories: Vec<Busy>,
    pub(crate) nothing_found: Vec<EmptySearch>,
    /// Only for those who operate the machine.
    pub(crate) since_start: Option<SinceStart>,
}

/// The events of one type.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct EventCounts {
    pub(crate) event_type: String,
    pub(crate) events: Count,
    pub(crate) hours: Vec<EventHour>,
    /// There were hours with too few people.
    pub(crate) suppressed: bool,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct EventHour {
    pub(crate) hour: usize,
    pub(crate) events: Count,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ActivePeople {
    pub(crate) total: PeopleFigure,
    pub(crate) days: Vec<ActiveDay>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ActiveDay {
    pub(crate) day: String,
    pub(crate) people: Option<Count>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Funnels {
    pub(crate) homes: Vec<FunnelStep>,
    pub(crate) products: Vec<FunnelStep>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct FunnelStep {
    pub(crate) step: String,
    pub(crate) people: Option<Count>,
}

/// How many people; none if there are too few to tell.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(default)]
pub(crate) struct PeopleFigure {
    pub(crate) people: Option<Count>,
}

/// How often something was done; none if it was done by too few people to tell.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Figure {
    pub(crate) count: Option<Count>,
}

/// A locality or a category, with what is counted of it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Busy {
    pub(crate) name: String,
    pub(crate) views: Option<Figure>,
    pub(crate) searches: Option<Figure>,
    pub(crate) leads: Option<Figure>,
    pub(crate) purchases: Option<Figure>,
}

/// A search that found nothing.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct EmptySearch {
    pub(crate) search: String,
    pub(crate) people: Count,
    pub(crate) searches: Count,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct SinceStart {
    pub(crate) operations: Vec<OperationTimes>,
}

/// How long an operation takes.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct OperationTimes {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) requests: Count,
    pub(crate) p50_ms: f64,
    pub(crate) p95_ms: f64,
    pub(crate) p99_ms: f64,
}
