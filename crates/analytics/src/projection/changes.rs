//! Changes of counts, summed up over a batch: a count that many events change is written once.

use std::collections::BTreeMap;
use std::sync::Arc;

use ::projection::{ProjectionError, Value, ViewTx};
use domain::TenantId;

use super::topics::{NEVER, TopicKind};

const HOURS: &str = "insert into hour_counts (tenant, day, hour, event_type, people, events)
    values ($1, $2, $3, $4, $5, $6) on conflict (tenant, day, hour, event_type) do update set
    people = hour_counts.people + excluded.people, events = hour_counts.events + excluded.events";
const NO_HOURS: &str = "delete from hour_counts
    where tenant = $1 and day = $2 and hour = $3 and event_type = $4 and events <= 0";
const EVENTS: &str = "insert into topic_days (tenant, kind, day, topic, events)
    values ($1, $2, $3, $4, $5) on conflict (tenant, kind, day, topic) do update set
    events = topic_days.events + excluded.events";
const NO_EVENTS: &str = "delete from topic_days
    where tenant = $1 and kind = $2 and day = $3 and topic = $4 and events <= 0";
const PEOPLE: &str = "insert into topic_people (tenant, kind, day, topic, previous, people)
    values ($1, $2, $3, $4, $5, $6) on conflict (tenant, kind, day, topic, previous) do update set
    people = topic_people.people + excluded.people";
const NO_PEOPLE: &str = "delete from topic_people
    where tenant = $1 and kind = $2 and day = $3 and topic = $4 and previous = $5 and people <= 0";

/// Events of one type within an hour.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct HourCell {
    pub tenant: TenantId,
    pub day: i64,
    pub hour: i64,
    pub event_type: Arc<str>,
}

/// A topic on a day.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TopicDay {
    pub tenant: TenantId,
    pub kind: TopicKind,
    pub day: i64,
    pub topic: String,
}

/// By how much counts change.
#[derive(Debug, Default)]
pub struct Changes {
    /// People and events.
    hours: BTreeMap<HourCell, (i64, i64)>,
    events: BTreeMap<TopicDay, i64>,
    people: BTreeMap<(TopicDay, i64), i64>,
}

impl Changes {
    pub fn count_hour(&mut self, cell: HourCell, people: i64, events: i64) {
        let change = self.hours.entry(cell).or_default();
        *change = (change.0 + people, change.1 + events);
    }

    pub fn count_events(&mut self, day: TopicDay, by: i64) {
        *self.events.entry(day).or_default() += by;
    }

    /// Counts people of a topic on a day under the day before on which they had it.
    pub fn count_people(&mut self, day: TopicDay, previous: Option<i64>, by: i64) {
        *self.people.entry((day, previous.unwrap_or(NEVER))).or_default() += by;
    }

    /// In the order of the indexes. Counts that reach zero have no row.
    pub async fn write(self, tx: &mut ViewTx<'_>) -> Result<(), ProjectionError> {
        let hours = self.hours.iter().map(|(cell, (people, events))| {
            let HourCell { tenant, day, hour, event_type } = cell;
            let key: Vec<Value<'_>> =
                vec![tenant.as_str().into(), (*day).into(), (*hour).into(), (&**event_type).into()];
            (key, vec![(*people).into(), (*events).into()], *events < 0)
        });
        write(tx, [HOURS, NO_HOURS], hours).await?;
        let events =
            self.events.iter().map(|(day, events)| (day.columns(), vec![(*events).into()], *events < 0));
        write(tx, [EVENTS, NO_EVENTS], events).await?;
        // A day that a person has between two others takes their place under the day before: no change in the end.
        let people =
            self.people.iter().filter(|(_, people)| **people != 0).map(|((day, previous), people)| {
                let mut key = day.columns();
                key.push((*previous).into());
                (key, vec![(*people).into()], *people < 0)
            });
        write(tx, [PEOPLE, NO_PEOPLE], people).await
    }
}

impl TopicDay {
    fn columns(&self) -> Vec<Value<'_>> {
        let Self { tenant, kind, day, topic } = self;
        vec![tenant.as_str().into(), kind.as_str().into(), (*day).into(), topic.as_str().into()]
    }
}

/// Adds the values to the row of each key; then deletes the rows that became less and have nothing left.
async fn write<'a>(
    tx: &mut ViewTx<'_>,
    [add, delete]: [&str; 2],
    changes: impl Iterator<Item = (Vec<Value<'a>>, Vec<Value<'a>>, bool)>,
) -> Result<(), ProjectionError> {
    let (mut rows, mut less) = (Vec::new(), Vec::new());
    for (key, values, is_less) in changes {
        if is_less {
            less.push(key.clone());
        }
        rows.push(key.into_iter().chain(values).collect());
    }
    tx.execute_each(add, &rows).await?;
    tx.execute_each(delete, &less).await?;
    Ok(())
}
