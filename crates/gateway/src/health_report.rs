//! What the monitor saw when it last looked at the process.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde::Serialize;
use serde_json::Value;
use tokio::time::Instant;
use utoipa::ToSchema;

/// A look comes every second: an older one says nothing of now.
pub const STALE_AFTER: Duration = Duration::from_secs(5);
/// Without a look for so long, the process stands still.
pub const LIVE_WITHIN: Duration = Duration::from_secs(30);

/// How a part stands; the worst is the greatest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "UPPERCASE")]
#[schema(as = HealthStatus)]
pub enum HealthStatus {
    /// It works.
    Up,
    /// It works, and somebody should look at it.
    Warn,
    /// It does not work.
    Down,
}

/// A part.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Component {
    /// How it stands.
    pub status: HealthStatus,
    /// For people who operate it.
    #[schema(value_type = BTreeMap<String, Value>)]
    pub details: Value,
}

/// One look.
#[derive(Clone, Debug)]
pub struct HealthReport {
    /// When.
    pub at: Instant,
    /// The parts, by name.
    pub components: BTreeMap<String, Component>,
    /// Consumer groups that have something to do and do not get on with it.
    pub stalled: BTreeSet<&'static str>,
}

impl HealthReport {
    /// Nobody has looked yet.
    #[must_use]
    pub fn none() -> Self {
        Self { at: Instant::now(), components: BTreeMap::new(), stalled: BTreeSet::new() }
    }

    /// How long ago it was.
    #[must_use]
    pub fn age(&self) -> Duration {
        self.at.elapsed()
    }
}
