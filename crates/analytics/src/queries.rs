//! The counts of a tenant in a range of days. Each answer is read from rows that hold counts, by their index.

use std::collections::BTreeMap;

use ::projection::{Row, Value, ViewError, ViewStore};
use domain::TenantId;

use crate::projection::topics::TopicKind;

const HOURS: &str = "select event_type, day, hour, people, events from hour_counts
    where tenant = $1 and day between $2 and $3";
const ACTIVE: &str = "select day, sum(people) from topic_people
    where tenant = $1 and kind = $2 and day between $3 and $4 group by day";
const PEOPLE: &str = "select topic, sum(people) from topic_people
    where tenant = $1 and kind = $2 and day between $3 and $4 and previous < $3 group by day, topic";
const EVENTS: &str = "select topic, events from topic_days
    where tenant = $1 and kind = $2 and day between $3 and $4";
// What people write has no bounds: one person can search for a million things in a day. Of such topics only those are
// read that have words, which five people wrote.
const TOLD_PEOPLE: &str = "select t.topic, sum(t.people) from topic_people t
    where t.tenant = $1 and t.kind = $2 and t.day between $3 and $4 and t.previous < $3
        and (select count(*) from topic_words w where w.tenant = t.tenant and w.kind in ($5, $6, $7)
            and w.topic = t.topic and w.words is not null) > 0
    group by t.day, t.topic";
const TOLD_EVENTS: &str = "select t.topic, t.events from topic_days t
    where t.tenant = $1 and t.kind = $2 and t.day between $3 and $4
        and (select count(*) from topic_words w where w.tenant = t.tenant and w.kind in ($5, $6, $7)
            and w.topic = t.topic and w.words is not null) > 0";
const WORDS: &str = "select words from topic_words where tenant = $1 and kind = $2 and topic = $3";

/// A tenant, and a range of days that includes both ends.
#[derive(Clone, Copy, Debug)]
pub struct Counts<'a> {
    pub store: &'a ViewStore,
    pub tenant: &'a TenantId,
    pub from: i64,
    pub to: i64,
}

/// Events of one type within an hour.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HourOfEvents {
    pub event_type: String,
    pub day: i64,
    pub hour: i64,
    /// None for events of the system.
    pub people: u64,
    pub events: u64,
}

impl HourOfEvents {
    fn read(row: &Row) -> Option<Self> {
        let (event_type, day, hour) = (row.text(0)?.to_owned(), row.int(1)?, row.int(2)?);
        Some(Self { event_type, day, hour, people: row.count(3), events: row.count(4) })
    }
}

/// How often a topic occurred, and how many people it was about, each counted once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TopicCount {
    pub people: u64,
    pub events: u64,
}

impl Counts<'_> {
    /// Events by type and hour.
    pub async fn hours(&self) -> Result<Vec<HourOfEvents>, ViewError> {
        let range = vec![self.tenant.as_str().into(), self.from.into(), self.to.into()];
        let rows = self.store.query(HOURS, range).await?;
        Ok(rows.iter().filter_map(HourOfEvents::read).collect())
    }

    /// The active people of each day that has any.
    pub async fn active_days(&self) -> Result<BTreeMap<i64, u64>, ViewError> {
        let rows = self.of_kind(ACTIVE, TopicKind::Active).await?;
        Ok(rows.iter().filter_map(|row| Some((row.int(0)?, row.count(1)))).collect())
    }

    /// The topics of a kind; of those that people wrote, the ones that may be told.
    pub async fn topics(&self, kind: TopicKind) -> Result<BTreeMap<String, TopicCount>, ViewError> {
        let mut topics: BTreeMap<String, TopicCount> = BTreeMap::new();
        for row in self.of_topics([EVENTS, TOLD_EVENTS], kind).await? {
            let Some(topic) = row.text(0) else { continue };
            topics.entry(topic.to_owned()).or_default().events += row.count(1);
        }
        for row in self.of_topics([PEOPLE, TOLD_PEOPLE], kind).await? {
            let Some(topic) = row.text(0) else { continue };
            topics.entry(topic.to_owned()).or_default().people += row.count(1);
        }
        Ok(topics)
    }

    /// The words behind a topic, if enough people had it.
    pub async fn words(&self, kind: TopicKind, topic: &str) -> Result<Option<String>, ViewError> {
        let row = vec![self.tenant.as_str().into(), kind.as_str().into(), topic.into()];
        let rows = self.store.query(WORDS, row).await?;
        Ok(rows.first().and_then(|row| row.text(0)).map(str::to_owned))
    }

    /// The rows of a kind; by the second statement if people wrote its topics.
    async fn of_topics(&self, [all, told]: [&str; 2], kind: TopicKind) -> Result<Vec<Row>, ViewError> {
        let Some(kinds) = kind.told_together() else { return self.of_kind(all, kind).await };
        let mut values: Vec<Value<'_>> =
            vec![self.tenant.as_str().into(), kind.as_str().into(), self.from.into(), self.to.into()];
        values.extend(kinds.map(|kind| Value::from(kind.as_str())));
        self.store.query(told, values).await
    }

    async fn of_kind(&self, sql: &str, kind: TopicKind) -> Result<Vec<Row>, ViewError> {
        let range = vec![self.tenant.as_str().into(), kind.as_str().into(), self.from.into(), self.to.into()];
        self.store.query(sql, range).await
    }
}
