//! The report: every part of it is made from counts, by the rule of [`crate::anonymity`].

use std::collections::BTreeMap;

use domain::time::day_name;
use projection::ViewError;
use serde::Serialize;
use utoipa::ToSchema;

use super::report_parts::{
    ActivePeople, BusyCategory, BusyLocality, EventTypeHours, Funnels, SearchWithoutResult,
};
use crate::ReportingZone;
use crate::anonymity::{self, FEWEST};
use crate::process::SinceStart;
use crate::projection::topics::TopicKind;
use crate::queries::{Counts, TopicCount};

/// What happened on the site.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AnalyticsReport {
    /// The time zone of all days and hours.
    #[schema(examples("Asia/Kolkata"))]
    time_zone: String,
    /// The first day.
    #[schema(examples("2026-11-21"))]
    from: String,
    /// The last day, included.
    #[schema(examples("2026-11-21"))]
    to: String,
    /// The fewest people that a number is about. Others are suppressed.
    fewest_people: u64,
    events: Vec<EventTypeHours>,
    active_people: ActivePeople,
    funnels: Funnels,
    /// The localities with the most views, searches and enquiries of signed-in people.
    localities: Vec<BusyLocality>,
    /// The product categories with the most views and purchases of signed-in people.
    categories: Vec<BusyCategory>,
    /// Searches that found nothing, by how many people tried.
    nothing_found: Vec<SearchWithoutResult>,
    /// What this process measured since it started; null for those who do not operate it.
    since_start: Option<SinceStart>,
}

impl AnalyticsReport {
    /// The report of a range of days.
    ///
    /// # Errors
    /// When the read model does not answer.
    pub async fn read(
        counts: &Counts<'_>,
        zone: &ReportingZone,
        since_start: Option<SinceStart>,
    ) -> Result<Self, ViewError> {
        Ok(Self {
            time_zone: zone.name().to_owned(),
            from: day_name(counts.from),
            to: day_name(counts.to),
            fewest_people: FEWEST,
            events: EventTypeHours::all(counts.hours().await?),
            active_people: ActivePeople::read(counts).await?,
            funnels: Funnels::read(counts).await?,
            localities: BusyLocality::busiest(counts).await?,
            categories: BusyCategory::busiest(counts).await?,
            nothing_found: SearchWithoutResult::commonest(counts).await?,
            since_start,
        })
    }
}

/// The topics of a kind that enough people had.
pub async fn with_enough_people(
    counts: &Counts<'_>,
    kind: TopicKind,
) -> Result<BTreeMap<String, TopicCount>, ViewError> {
    let mut topics = counts.topics(kind).await?;
    topics.retain(|_, count| anonymity::are_enough(count.people));
    Ok(topics)
}
