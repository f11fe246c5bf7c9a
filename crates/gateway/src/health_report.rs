//! The result of the health monitor's latest check of the process.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde::Serialize;
use serde_json::Value;
use tokio::time::Instant;
use utoipa::ToSchema;

/// The monitor checks every second. A report older than this says nothing about the present state.
pub const STALE_AFTER: Duration = Duration::from_secs(5);
/// Without a check for this long, the process counts as hung.
pub const LIVE_WITHIN: Duration = Duration::from_secs(30);

/// The health of a component. The greatest value is the worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "UPPERCASE")]
#[schema(as = HealthStatus)]
pub enum HealthStatus {
    /// It works.
    Up,
    /// It works, but somebody should look at it.
    Warn,
    /// It does not work.
    Down,
}

/// The health of one component.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Component {
    /// Its status.
    pub status: HealthStatus,
    /// Details for operators.
    #[schema(value_type = BTreeMap<String, Value>)]
    pub details: Value,
}

/// The result of one check.
#[derive(Clone, Debug)]
pub struct HealthReport {
    /// When the check was made.
    pub at: Instant,
    /// The components, by name.
    pub components: BTreeMap<String, Component>,
    /// Consumer groups that have events to process but make no progress.
    pub stalled: BTreeSet<&'static str>,
}

impl HealthReport {
    /// The report before the first check.
    #[must_use]
    pub fn none() -> Self {
        Self { at: Instant::now(), components: BTreeMap::new(), stalled: BTreeSet::new() }
    }

    /// The time since the check.
    #[must_use]
    pub fn age(&self) -> Duration {
        self.at.elapsed()
    }
}
