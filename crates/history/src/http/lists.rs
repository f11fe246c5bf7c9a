//! Entries in pages, by day, and in numbers.

use std::collections::BTreeMap;

use axum::extract::State;
use domain::time::day_name;
use domain::{EventIds, Timestamp, UserId};
use http_kit::{ApiResponse, Failure, First, Links, Paging, Query, Reply};
use serde::Serialize;
use utoipa::ToSchema;

use super::paging::{Part, PartByNumber, TimelinePart, cursor};
use super::{App, HistoryRequest};
use crate::queries::{Counts, Day, EntryFilter, HistoryEntry, Summary, day_start};

/// A page of entries, with the person's summary.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct HistoryPage {
    user_id: UserId,
    activities: Vec<HistoryEntry>,
    total_activities: u64,
    current_page: u64,
    total_pages: u64,
    summary: Summary,
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

type Answer<T> = Result<Reply<T>, Failure>;

#[utoipa::path(
    get,
    path = "/api/user-history/{userId}",
    summary = "A person's history",
    params(Query<PartByNumber>),
    responses(
        (status = 200, description = "The newest first, with a summary of the last 30 days", body = ApiResponse<HistoryPage>),
    ),
)]
pub async fn all(
    State(site): State<App>,
    asked: HistoryRequest,
    Query(part): Query<PartByNumber>,
) -> Answer<HistoryPage> {
    page(&site, &asked, part?.0, "GET /api/user-history/{userId}", |_| None).await
}

#[utoipa::path(
    get,
    path = "/api/user-history/{userId}/properties",
    summary = "What a person did about homes",
    params(Query<PartByNumber>),
    responses((status = 200, description = "The newest first", body = ApiResponse<Vec<HistoryEntry>>)),
)]
pub async fn properties(
    State(site): State<App>,
    asked: HistoryRequest,
    Query(part): Query<PartByNumber>,
) -> Answer<Vec<HistoryEntry>> {
    let types = |counts: &Counts| {
        Some(counts.all.keys().filter(|kind| kind.starts_with("PROPERTY_")).cloned().collect())
    };
    Ok(page(&site, &asked, part?.0, "GET /api/user-history/{userId}/properties", types)
        .await?
        .map(|page| page.activities))
}

#[utoipa::path(
    get,
    path = "/api/user-history/{userId}/searches",
    summary = "What a person searched for",
    params(Query<PartByNumber>),
    responses((status = 200, description = "The newest first", body = ApiResponse<Vec<HistoryEntry>>)),
)]
pub async fn searches(
    State(site): State<App>,
    asked: HistoryRequest,
    Query(part): Query<PartByNumber>,
) -> Answer<Vec<HistoryEntry>> {
    let types = |_: &Counts| Some(vec!["PROPERTY_SEARCHED".to_owned()]);
    Ok(page(&site, &asked, part?.0, "GET /api/user-history/{userId}/searches", types)
        .await?
        .map(|page| page.activities))
}

#[utoipa::path(
    get,
    path = "/api/user-history/{userId}/activities/{activityType}",
    summary = "Activities of one kind",
    params(Query<PartByNumber>),
    responses(
        (status = 200, description = "The newest first, with a summary of the last 30 days", body = ApiResponse<HistoryPage>),
    ),
)]
pub async fn of_type(
    State(site): State<App>,
    asked: HistoryRequest,
    Query(part): Query<PartByNumber>,
) -> Answer<HistoryPage> {
    let kind = asked.names.get("activityType").cloned().unwrap_or_default();
    let operation = "GET /api/user-history/{userId}/activities/{activityType}";
    page(&site, &asked, part?.0, operation, move |_| Some(vec![kind])).await
}

async fn page(
    site: &App,
    asked: &HistoryRequest,
    Part { paging, after }: Part,
    operation: &str,
    types: impl FnOnce(&Counts) -> Option<Vec<String>>,
) -> Answer<HistoryPage> {
    let freshness = asked.open(site, operation).await?;
    let person = asked.person(site);
    let counts = person.counts(site.history.context.aggregates.clock().now()).await?;
    let types = types(&counts);
    let total = match &types {
        None => counts.all.values().sum(),
        Some(types) => types.iter().filter_map(|kind| counts.all.get(kind)).sum(),
    };
    let mut wanted = EntryFilter { types, skip: paging.offset(), ..EntryFilter::newest(paging.size + 1) };
    if let Some((_, id)) = after {
        wanted.before = id;
    }
    let from_the_newest = wanted.is_from_the_newest();
    let (activities, next) = cut(person.entries(&wanted).await?, &paging);
    let last = if from_the_newest {
        activities.first().map(|entry| entry.last_at)
    } else {
        person.last().await?.map(|entry| entry.last_at)
    };
    let links = Links::by_cursor(&asked.uri, next.as_deref());
    let data = HistoryPage {
        user_id: asked.user,
        activities,
        total_activities: total,
        current_page: paging.page,
        total_pages: total.div_ceil(paging.size),
        summary: person.summary(&counts, last),
        next,
    };
    Ok(site.history.context.reply("History", data).links(&links).stale(freshness.is_stale()))
}

/// Cuts the one extra entry that was requested beyond the page. If it is there, there is a next page.
fn cut(mut entries: Vec<HistoryEntry>, paging: &Paging) -> (Vec<HistoryEntry>, Option<String>) {
    let size = usize::try_from(paging.size).unwrap_or(usize::MAX);
    let more = entries.len() > size;
    entries.truncate(size);
    let last = entries.last().filter(|_| more);
    let next = last.map(|entry| cursor(entry.timestamp, &entry.activity_id));
    (entries, next)
}

#[utoipa::path(
    get,
    path = "/api/user-history/{userId}/recent",
    summary = "The last 24 hours",
    params(Query<First<10>>),
    responses((status = 200, description = "The newest first", body = ApiResponse<Vec<HistoryEntry>>)),
)]
pub async fn recent(
    State(site): State<App>,
    asked: HistoryRequest,
    Query(first): Query<First<10>>,
) -> Answer<Vec<HistoryEntry>> {
    let First(paging) = first?;
    let freshness = asked.open(&site, "GET /api/user-history/{userId}/recent").await?;
    let context = &site.history.context;
    let since = context.aggregates.clock().now().plus_seconds(-24 * 3600);
    let wanted = EntryFilter { since, ..EntryFilter::newest(paging.size) };
    let entries = asked.person(&site).entries(&wanted).await?;
    Ok(context.reply("The last 24 hours", entries).stale(freshness.is_stale()))
}

/// The entries of one Indian day. A page may end within a day; the next page then continues that day.
#[derive(Debug, Serialize, ToSchema)]
pub struct DayOfEntries {
    day: String,
    activities: Vec<HistoryEntry>,
}

/// A page of days.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TimelinePage {
    user_id: UserId,
    timeline: Vec<DayOfEntries>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

#[utoipa::path(
    get,
    path = "/api/user-history/{userId}/timeline",
    summary = "A history by Indian days",
    params(Query<TimelinePart>),
    responses((status = 200, description = "The newest day first", body = ApiResponse<TimelinePage>)),
)]
pub async fn timeline(
    State(site): State<App>,
    asked: HistoryRequest,
    Query(part): Query<TimelinePart>,
) -> Answer<TimelinePage> {
    let TimelinePart { part: Part { paging, after }, from, to, kind } = part?;
    let freshness = asked.open(&site, "GET /api/user-history/{userId}/timeline").await?;
    let types = kind.map(|kind| vec![kind]);
    let mut wanted = EntryFilter { types, ..EntryFilter::newest(paging.size + 1) };
    if let Some(from) = from {
        wanted.since = day_start(from.days().into());
    }
    if let Some(to) = to {
        wanted.before = EventIds::first_of(day_start(i64::from(to.days()) + 1));
    }
    if let Some((_, id)) = after {
        wanted.before = wanted.before.min(id);
    }
    let (entries, next) = cut(asked.person(&site).entries(&wanted).await?, &paging);
    let links = Links::by_cursor(&asked.uri, next.as_deref());
    let mut timeline: Vec<DayOfEntries> = Vec::new();
    for entry in entries {
        let day = day_name(entry.timestamp.india_day());
        match timeline.last_mut() {
            Some(last) if last.day == day => last.activities.push(entry),
            _ => timeline.push(DayOfEntries { day, activities: vec![entry] }),
        }
    }
    let data = TimelinePage { user_id: asked.user, timeline, next };
    Ok(site.history.context.reply("Timeline", data).links(&links).stale(freshness.is_stale()))
}

/// A history in numbers: totals, counts per activity type, and counts per day.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = HistoryStats)]
pub struct Stats {
    user_id: UserId,
    total_activities: u64,
    activity_counts: BTreeMap<String, u64>,
    days: Vec<Day>,
    most_active_day: Option<String>,
    first_activity: Option<HistoryEntry>,
    last_activity: Option<HistoryEntry>,
    last_activity_timestamp: Option<Timestamp>,
}

#[utoipa::path(
    get,
    path = "/api/user-history/{userId}/stats",
    summary = "A history in numbers",
    responses((status = 200, description = "Numbers", body = ApiResponse<Stats>)),
)]
pub async fn stats(
    State(site): State<App>,
    asked: HistoryRequest,
    Query(nothing): Query<()>,
) -> Answer<Stats> {
    nothing?;
    let freshness = asked.open(&site, "GET /api/user-history/{userId}/stats").await?;
    let context = &site.history.context;
    let person = asked.person(&site);
    let counts = person.counts(context.aggregates.clock().now()).await?;
    let last_activity = person.entries(&EntryFilter::newest(1)).await?.pop();
    let data = Stats {
        user_id: asked.user,
        total_activities: counts.all.values().sum(),
        most_active_day: counts.most_active_day(),
        activity_counts: counts.all,
        days: counts.days,
        first_activity: person.first().await?,
        last_activity_timestamp: last_activity.as_ref().map(|entry| entry.last_at),
        last_activity,
    };
    Ok(context.reply("History in numbers", data).stale(freshness.is_stale()))
}
