//! Queries of the read model. Pages are found through an index; totals and skipped pages come from daily counts. So a
//! query costs the same after ten million events as after ten.

mod visits;

use std::collections::BTreeMap;
use std::fmt::Write;

use ::projection::{Row, Value, ViewError, ViewStore};
use domain::time::day_name;
use domain::{EventIds, TenantId, Timestamp, UserId};
use journal::AggregateStore;
use serde::Serialize;
use serde_json::{Map, Value as Json};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::describe::{DescribedEntry, sentence};
use crate::projection::owner;
pub use visits::LastVisit;

/// The number of days in a summary.
const SUMMARY_DAYS: i64 = 30;

const DAY_MICROS: i64 = 86_400_000_000;
/// Indian days begin 5:30 hours before UTC days.
const INDIA_OFFSET_MICROS: i64 = 19_800_000_000;

/// The start of a day as numbered by [`Timestamp::india_day`].
pub fn day_start(day: i64) -> Timestamp {
    Timestamp::from_micros(day.saturating_mul(DAY_MICROS).saturating_sub(INDIA_OFFSET_MICROS))
}

/// A history entry. Repeated views of a home are folded into one entry.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct HistoryEntry {
    /// The id of its first event.
    pub activity_id: String,
    event_id: String,
    user_id: UserId,
    activity_type: String,
    description: String,
    /// The time of its first event.
    pub timestamp: Timestamp,
    #[schema(value_type = BTreeMap<String, Json>)]
    activity_data: Json,
    related_entity_id: Option<String>,
    related_entity_type: Option<String>,
    session_id: Option<String>,
    count: u64,
    /// The time of its last event.
    #[serde(skip)]
    pub last_at: Timestamp,
}

impl HistoryEntry {
    fn read(person: &Person<'_>, row: &Row) -> Self {
        let user = person.user;
        let text = |column| row.text(column).map(str::to_owned);
        let at = |column| Timestamp::from_micros(row.int(column).unwrap_or_default());
        let id = text(0).unwrap_or_default();
        let activity_type = text(1).unwrap_or_default();
        let data = person.opened(id.parse().unwrap_or_default(), row.text(3).unwrap_or_default());
        let (related_entity_id, related_entity_type) = (text(4), text(5));
        let about_person = related_entity_type.as_deref() == Some("user");
        let to_another =
            about_person && related_entity_id.as_deref().is_some_and(|id| id != user.to_string());
        let count = row.count(7);
        Self {
            description: sentence(DescribedEntry { kind: &activity_type, data: &data, to_another, count }),
            activity_id: id.clone(),
            event_id: id,
            user_id: user,
            activity_type,
            timestamp: at(2),
            activity_data: data.into(),
            related_entity_id,
            related_entity_type,
            session_id: text(6),
            count,
            last_at: at(8),
        }
    }
}

/// Selects entries, newest first. The order is the one in which they happened, even if the clock was changed.
#[derive(Clone, Debug)]
pub struct EntryFilter {
    /// Only these types; `None` means all.
    pub types: Option<Vec<String>>,
    /// Only entries from this time on.
    pub since: Timestamp,
    /// Only entries older than this one.
    pub before: Uuid,
    /// The number of entries to skip.
    pub skip: u64,
    /// The most entries to return.
    pub limit: u64,
}

impl EntryFilter {
    /// The newest `limit` entries of all.
    pub fn newest(limit: u64) -> Self {
        let since = Timestamp::from_micros(i64::MIN);
        Self { types: None, since, before: Uuid::max(), skip: 0, limit }
    }

    /// Whether the first result is the newest entry of all.
    pub fn is_from_the_newest(&self) -> bool {
        self.types.is_none() && self.before == Uuid::max() && self.skip == 0
    }
}

/// The history of one person.
#[derive(Clone, Copy, Debug)]
pub struct Person<'a> {
    /// The read model.
    pub store: &'a ViewStore,
    /// The tenant.
    pub tenant: &'a TenantId,
    /// The person.
    pub user: UserId,
    /// Decrypts what other people wrote.
    pub aggregates: &'a AggregateStore,
}

const COLUMNS: &str = "event_id, activity_type, timestamp, activity_data, related_entity_id,
    related_entity_type, session_id, count, last_at";

/// The rows of one person. The index finds them by owner; the rest excludes other people with the same eight-byte
/// hash.
const THEIRS: &str = "owner = $1 and tenant = $2 and user_id = $3";

impl Person<'_> {
    /// The stored data of an event, including what other people wrote, unless it was erased since.
    fn opened(&self, event: Uuid, kept: &str) -> Map<String, Json> {
        let Json::Object(mut data) = self.aggregates.masked_part(self.tenant, event, "data", kept) else {
            return Map::new();
        };
        if let Some(Json::Object(mut location)) = data.remove("location")
            && let Some(area) = location.remove("area")
        {
            data.insert("area".into(), area);
        }
        data.retain(|_, value| !value.is_null());
        data
    }

    fn owner(&self) -> i64 {
        owner(self.tenant, self.user)
    }

    fn key(&self) -> Vec<Value<'static>> {
        vec![self.owner().into(), self.tenant.to_string().into(), self.user.to_string().into()]
    }

    /// Returns entries, newest first. A filter by type and pages further back use the daily counts, so only the rows
    /// of matching days are read.
    pub async fn entries(&self, wanted: &EntryFilter) -> Result<Vec<HistoryEntry>, ViewError> {
        // The time in an event's id is never before the event happened.
        let oldest = EventIds::first_of(wanted.since);
        if wanted.types.is_none() && wanted.skip == 0 {
            return self.range(wanted, (oldest, wanted.before), 0, wanted.limit).await;
        }
        let mut found = Vec::new();
        let mut skip = wanted.skip;
        for (day, count) in self.days(wanted).await? {
            let left = wanted.limit - found.len() as u64;
            if left == 0 {
                break;
            }
            if skip >= count {
                skip -= count;
                continue;
            }
            let [from, to] = [day, day + 1].map(|day| EventIds::first_of(day_start(day)));
            let to = to.min(wanted.before);
            if wanted.types.is_none() {
                return self.range(wanted, (oldest, to), skip, left).await;
            }
            found.extend(self.range(wanted, (from.max(oldest), to), skip, left).await?);
            skip = 0;
        }
        Ok(found)
    }

    /// The number of matching entries per day, newest first.
    async fn days(&self, wanted: &EntryFilter) -> Result<Vec<(i64, u64)>, ViewError> {
        let sql = "select place, activity_type, count from activity_days
            where owner = $1 and place >= $2 and place <= $3 order by place desc";
        let from = wanted.since.india_day();
        let to = EventIds::time_of(wanted.before).india_day();
        let rows = self.store.query(sql, vec![self.owner().into(), from.into(), to.into()]).await?;
        let mut days: Vec<(i64, u64)> = Vec::new();
        for row in &rows {
            let kind = row.text(1).unwrap_or_default();
            if wanted.types.as_ref().is_some_and(|types| !types.iter().any(|wanted| wanted == kind)) {
                continue;
            }
            let (day, count) = (row.int(0).unwrap_or_default(), row.count(2));
            match days.last_mut() {
                Some((last, sum)) if *last == day => *sum += count,
                _ => days.push((day, count)),
            }
        }
        Ok(days)
    }

    /// Matching entries from `from` (inclusive) to `to` (exclusive), newest first.
    async fn range(
        &self,
        wanted: &EntryFilter,
        (from, to): (Uuid, Uuid),
        skip: u64,
        limit: u64,
    ) -> Result<Vec<HistoryEntry>, ViewError> {
        let mut params = self.key();
        params.extend([from, to].map(|id| id.to_string().into()));
        params.extend([wanted.since.micros().into(), limit.into(), skip.into()]);
        let mut kinds = String::new();
        for kind in wanted.types.iter().flatten() {
            params.push(kind.clone().into());
            let comma = if kinds.is_empty() { "" } else { ", " };
            let _ = write!(kinds, "{comma}${}", params.len());
        }
        let kinds =
            wanted.types.as_ref().map(|_| format!("and activity_type in ({kinds})")).unwrap_or_default();
        let sql = format!(
            "select {COLUMNS} from user_activity where {THEIRS} and event_id >= $4 and event_id < $5
             and timestamp >= $6 {kinds} order by event_id desc limit $7 offset $8"
        );
        let rows = self.store.query(&sql, params).await?;
        Ok(rows.iter().map(|row| HistoryEntry::read(self, row)).collect())
    }

    /// The oldest entry.
    pub async fn first(&self) -> Result<Option<HistoryEntry>, ViewError> {
        let sql = format!("select {COLUMNS} from user_activity where {THEIRS} order by event_id limit 1");
        let rows = self.store.query(&sql, self.key()).await?;
        Ok(rows.first().map(|row| HistoryEntry::read(self, row)))
    }

    /// Whether an entry belongs to this person, and whether it is visible.
    pub async fn standing(&self, entry: Uuid) -> Result<Visibility, ViewError> {
        let entry = entry.to_string();
        let hidden = "select 1 from hidden_entries where event_id = $1 and owner = $2";
        let params = vec![entry.as_str().into(), self.owner().into()];
        if !self.store.query(hidden, params).await?.is_empty() {
            return Ok(Visibility::Hidden);
        }
        let mut params = self.key();
        params.push(entry.into());
        let seen = format!("select 1 from user_activity where {THEIRS} and event_id = $4");
        let none = self.store.query(&seen, params).await?.is_empty();
        Ok(if none { Visibility::None } else { Visibility::Visible })
    }

    /// The counts of all time, and of the last thirty days up to `now`.
    pub async fn counts(&self, now: Timestamp) -> Result<Counts, ViewError> {
        let from = now.india_day() - (SUMMARY_DAYS - 1);
        // All earlier days are counted together as one.
        let sql = "select activity_type, case when day >= $2 then day else $2 - 1 end as recent_day, sum(count) from activity_days
            where owner = $1 group by activity_type, recent_day";
        let found = self.store.query(sql, vec![self.owner().into(), from.into()]).await?;
        let (mut all, mut recent) = (BTreeMap::<String, u64>::new(), BTreeMap::<String, u64>::new());
        let mut days = BTreeMap::<i64, u64>::new();
        for row in &found {
            let (kind, day) = (row.text(0).unwrap_or_default(), row.int(1).unwrap_or_default());
            let count = row.count(2);
            *all.entry(kind.to_owned()).or_default() += count;
            if day >= from {
                *recent.entry(kind.to_owned()).or_default() += count;
                *days.entry(day).or_default() += count;
            }
        }
        let count_of = |day| days.get(&day).copied().unwrap_or_default();
        let days = (from..from + SUMMARY_DAYS).map(|day| Day { day: day_name(day), count: count_of(day) });
        Ok(Counts { days: days.collect(), all, recent })
    }

    /// The newest entry.
    pub async fn last(&self) -> Result<Option<HistoryEntry>, ViewError> {
        Ok(self.entries(&EntryFilter::newest(1)).await?.pop())
    }

    /// The summary of the last thirty days. `last` is the time of the newest entry.
    pub fn summary(&self, counts: &Counts, last: Option<Timestamp>) -> Summary {
        Summary {
            user_id: self.user,
            activity_counts: counts.recent.clone(),
            total_activities_last30_days: counts.recent.values().sum(),
            most_active_day: counts.most_active_day(),
            last_activity_timestamp: last,
        }
    }
}

/// Whether a person has an entry and can see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Visibility {
    /// In the person's history, and visible.
    Visible,
    /// In the person's history, but hidden.
    Hidden,
    /// Not in the person's history.
    None,
}

/// The number of entries on one Indian day.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = HistoryDay)]
pub struct Day {
    day: String,
    count: u64,
}

/// The numbers of entries.
#[derive(Clone, Debug)]
pub struct Counts {
    /// By type, of all time.
    pub all: BTreeMap<String, u64>,
    /// By type, in the last thirty days.
    pub recent: BTreeMap<String, u64>,
    /// The last thirty days, oldest first.
    pub days: Vec<Day>,
}

impl Counts {
    /// The day with the most entries among the last thirty; the latest if several have as many.
    pub fn most_active_day(&self) -> Option<String> {
        let most = self.days.iter().max_by_key(|day| day.count).filter(|day| day.count > 0);
        most.map(|day| day.day.clone())
    }
}

/// The summary of a person's last thirty days.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = HistorySummary)]
pub struct Summary {
    user_id: UserId,
    activity_counts: BTreeMap<String, u64>,
    total_activities_last30_days: u64,
    most_active_day: Option<String>,
    last_activity_timestamp: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_starts_where_the_day_before_ends() {
        for day in [0, 20_000, 20_001] {
            let end = Timestamp::from_micros(day_start(day + 1).micros() - 1);
            assert_eq!([day_start(day), end].map(Timestamp::india_day), [day, day]);
        }
    }
}
