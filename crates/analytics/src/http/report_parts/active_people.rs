//! People who did anything.

use domain::time::day_name;
use projection::ViewError;
use serde::Serialize;
use utoipa::ToSchema;

use crate::anonymity::PeopleCount;
use crate::projection::topics::TopicKind;
use crate::queries::Counts;

/// Signed-in people who did anything, each counted once.
#[derive(Debug, Serialize, ToSchema)]
pub struct ActivePeople {
    /// Within all days together.
    total: PeopleCount,
    days: Vec<ActiveDay>,
}

/// The active people of a day.
#[derive(Debug, Serialize, ToSchema)]
pub struct ActiveDay {
    #[schema(examples("2026-11-21"))]
    day: String,
    #[serde(flatten)]
    active: PeopleCount,
}

impl ActivePeople {
    pub async fn read(counts: &Counts<'_>) -> Result<Self, ViewError> {
        let total = counts.topics(TopicKind::Active).await?.values().map(|topic| topic.people).sum::<u64>();
        let by_day = counts.active_days().await?;
        let active = |day: &i64| by_day.get(day).copied().unwrap_or_default();
        let days = (counts.from..=counts.to)
            .map(|day| ActiveDay { day: day_name(day), active: active(&day).into() })
            .collect();
        Ok(Self { total: total.into(), days })
    }
}
