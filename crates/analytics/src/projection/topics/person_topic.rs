//! The days of one person with one topic.

use ::projection::{ProjectionError, Row, Value, ViewTx};
use domain::TenantId;

use super::TopicKind;
use crate::anonymity;
use crate::projection::changes::{Changes, TopicDay};

const MORE: &str = "update person_days set events = events + $7
    where person = $1 and tenant = $2 and kind = $3 and topic = $4 and day = $5 and owner = $6";
const FIRST: &str = "insert into person_days (person, tenant, kind, topic, day, owner, events)
    values ($1, $2, $3, $4, $5, $6, $7)";
const REMOVE: &str = "delete from person_days
    where person = $1 and tenant = $2 and kind = $3 and topic = $4 and day = $5 and owner = $6";
const AROUND: &str = "select
    exists (select 1 from person_days
        where person = $1 and tenant = $2 and kind = $3 and topic = $4 and day = $5),
    (select max(day) from person_days
        where person = $1 and tenant = $2 and kind = $3 and topic = $4 and day < $5),
    (select min(day) from person_days
        where person = $1 and tenant = $2 and kind = $3 and topic = $4 and day > $5)";
const KNOW_WORDS: &str = "insert into topic_words (tenant, kind, topic, people, words)
    values ($1, $2, $3, 1, null) on conflict (tenant, kind, topic) do update set
    people = topic_words.people + 1, words = case when topic_words.people + 1 >= $5 then $4 end";
const FORGET_WORDS: &str = "update topic_words set people = people - 1,
    words = case when people - 1 >= $4 then words end where tenant = $1 and kind = $2 and topic = $3";
const NO_WORDS: &str =
    "delete from topic_words where tenant = $1 and kind = $2 and topic = $3 and people <= 0";

/// A topic of a person.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PersonTopic {
    pub person: i64,
    pub tenant: TenantId,
    pub kind: TopicKind,
    pub topic: String,
}

/// What is around a day: whether the person had the topic on it, and the nearest days before and after it.
#[derive(Clone, Copy, Debug, Default)]
struct Around {
    is_on: bool,
    before: Option<i64>,
    after: Option<i64>,
}

impl Around {
    fn read(row: &Row) -> Self {
        Self { is_on: row.int(0) == Some(1), before: row.int(1), after: row.int(2) }
    }
}

impl PersonTopic {
    fn columns(&self) -> [Value<'_>; 4] {
        [
            self.person.into(),
            self.tenant.as_str().into(),
            self.kind.as_str().into(),
            self.topic.as_str().into(),
        ]
    }

    fn on(&self, day: i64) -> TopicDay {
        TopicDay { tenant: self.tenant.clone(), kind: self.kind, day, topic: self.topic.clone() }
    }

    async fn around(&self, tx: &mut ViewTx<'_>, day: i64) -> Result<Around, ProjectionError> {
        let [person, tenant, kind, topic] = self.columns();
        let rows = tx.query(AROUND, &[person, tenant, kind, topic, day.into()]).await?;
        Ok(rows.first().map_or_else(Around::default, Around::read))
    }

    /// Counts `events` more on a day. `owner` is whose text the topic is, and `words` are what it is the digest of.
    pub async fn add(
        &self,
        tx: &mut ViewTx<'_>,
        changes: &mut Changes,
        (day, owner): (i64, i64),
        events: u64,
        words: Option<&str>,
    ) -> Result<(), ProjectionError> {
        let [person, tenant, kind, topic] = self.columns();
        let row = [person, tenant, kind, topic, day.into(), owner.into(), events.into()];
        if tx.execute(MORE, &row).await? == 0 {
            let around = self.around(tx, day).await?;
            tx.execute(FIRST, &row).await?;
            if !around.is_on {
                self.link(tx, changes, day, around, words).await?;
            }
        }
        changes.count_events(self.on(day), events.cast_signed());
        Ok(())
    }

    /// Counts one event on a day, unless the day has one.
    pub async fn add_once(
        &self,
        tx: &mut ViewTx<'_>,
        changes: &mut Changes,
        day: i64,
        owner: i64,
    ) -> Result<(), ProjectionError> {
        if self.around(tx, day).await?.is_on {
            return Ok(());
        }
        self.add(tx, changes, (day, owner), 1, None).await
    }

    /// Takes away the events of a day, and the day if nothing else is on it.
    pub async fn remove(
        &self,
        tx: &mut ViewTx<'_>,
        changes: &mut Changes,
        (day, owner): (i64, i64),
        events: i64,
    ) -> Result<(), ProjectionError> {
        let [person, tenant, kind, topic] = self.columns();
        tx.execute(REMOVE, &[person, tenant, kind, topic, day.into(), owner.into()]).await?;
        changes.count_events(self.on(day), -events);
        let around = self.around(tx, day).await?;
        if !around.is_on {
            self.unlink(tx, changes, day, around).await?;
        }
        Ok(())
    }

    /// The person has the topic on one more day.
    async fn link(
        &self,
        tx: &mut ViewTx<'_>,
        changes: &mut Changes,
        day: i64,
        Around { before, after, .. }: Around,
        words: Option<&str>,
    ) -> Result<(), ProjectionError> {
        changes.count_people(self.on(day), before, 1);
        if let Some(after) = after {
            changes.count_people(self.on(after), before, -1);
            changes.count_people(self.on(after), Some(day), 1);
        }
        if let (None, None, Some(words)) = (before, after, words) {
            let [_, tenant, kind, topic] = self.columns();
            let row = [tenant, kind, topic, words.into(), anonymity::FEWEST.into()];
            tx.execute(KNOW_WORDS, &row).await?;
        }
        Ok(())
    }

    /// The person does not have the topic on that day any more.
    async fn unlink(
        &self,
        tx: &mut ViewTx<'_>,
        changes: &mut Changes,
        day: i64,
        Around { before, after, .. }: Around,
    ) -> Result<(), ProjectionError> {
        changes.count_people(self.on(day), before, -1);
        if let Some(after) = after {
            changes.count_people(self.on(after), Some(day), -1);
            changes.count_people(self.on(after), before, 1);
        }
        if let (None, None) = (before, after) {
            let [_, tenant, kind, topic] = self.columns();
            let row = [tenant, kind, topic, anonymity::FEWEST.into()];
            tx.execute(FORGET_WORDS, &row).await?;
            let [tenant, kind, topic, _] = row;
            tx.execute(NO_WORDS, &[tenant, kind, topic]).await?;
        }
        Ok(())
    }
}
