//! Folds events into entries.
//!
//! The rows depend on the events of each log in their order, and on nothing else: not on how batches were cut,
//! nor on how the two logs met. Folding views happens within one log; hiding takes out what is there and keeps
//! out what is still to come, so it may arrive first or last.

mod entry;

use std::collections::{BTreeMap, HashMap};

use ::projection::{Projection, ProjectionError, Value, ViewTx};
use async_trait::async_trait;
use domain::{Envelope, Timestamp};

use crate::GROUP;
use entry::Entry;

/// Views of one home within this time of the last one are one entry.
const FOLD_MICROS: i64 = 30 * 60 * 1_000_000;
const HIDDEN: &str = "HISTORY_ENTRY_HIDDEN";

const INSERT: &str = "insert into user_activity (tenant, user_id, timestamp, event_id, log, position, activity_type,
    related_entity_id, related_entity_type, activity_data, session_id, count, last_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
const FOLD: &str = "update user_activity set count = count + $5, last_at = $6
    where tenant = $1 and user_id = $2 and timestamp = $3 and event_id = $4";
const COUNT: &str = "insert into activity_days (tenant, user_id, day, activity_type, count)
    values ($1, $2, $3, $4, $5) on conflict (tenant, user_id, day, activity_type)
    do update set count = activity_days.count + excluded.count";
const UNCOUNT: &str = "update activity_days set count = count - 1
    where tenant = $1 and user_id = $2 and day = $3 and activity_type = $4";
const NONE_LEFT: &str = "delete from activity_days
    where tenant = $1 and user_id = $2 and day = $3 and activity_type = $4 and count <= 0";
/// Tells which entry a view belongs to, and remembers it for the next one, in one go.
const VIEW: &str = "insert into last_views as l (tenant, user_id, property_id, event_id, timestamp, last_at)
    values ($1, $2, $3, $4, $5, $5) on conflict (tenant, user_id, property_id) do update set
    event_id = case when excluded.last_at - l.last_at <= $6 then l.event_id else excluded.event_id end,
    timestamp = case when excluded.last_at - l.last_at <= $6 then l.timestamp else excluded.timestamp end,
    last_at = case when excluded.last_at > l.last_at then excluded.last_at else l.last_at end
    returning event_id, timestamp, last_at";
const HIDE: &str = "insert into hidden_entries (tenant, user_id, event_id) values ($1, $2, $3)
    on conflict (tenant, user_id, event_id) do nothing";
const IS_HIDDEN: &str = "select 1 from hidden_entries where tenant = $1 and user_id = $2 and event_id = $3";
const FIND: &str = "select timestamp, activity_type from user_activity
    where tenant = $1 and user_id = $2 and event_id = $3";
const REMOVE: &str = "delete from user_activity
    where tenant = $1 and user_id = $2 and timestamp = $3 and event_id = $4";

/// The projection behind `user_activity` and its companions.
#[derive(Debug)]
pub struct UserActivity;

#[async_trait(?Send)]
impl Projection for UserActivity {
    fn name(&self) -> &'static str {
        GROUP
    }

    async fn apply(&self, tx: &mut ViewTx<'_>, batch: &[Envelope]) -> Result<(), ProjectionError> {
        let mut step = Step::default();
        for envelope in batch {
            if &*envelope.event_type == HIDDEN {
                step.hides.push(Hide::read(envelope)?);
            } else if let Some(entry) = Entry::read(envelope)? {
                step.add(tx, entry).await?;
            }
        }
        step.hide(tx).await?;
        step.write(tx).await
    }

    fn committed(&self, _: &[Envelope]) {}
}

/// An entry somebody wants out of sight.
#[derive(Debug)]
struct Hide<'a> {
    tenant: &'a str,
    user: &'a str,
    event_id: String,
}

impl<'a> Hide<'a> {
    fn read(envelope: &'a Envelope) -> Result<Self, ProjectionError> {
        #[derive(serde::Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Data {
            activity_id: uuid::Uuid,
        }
        let data: Data = serde_json::from_str(&envelope.data).map_err(|e| entry::unreadable(envelope, &e))?;
        let stream = &envelope.stream;
        let (tenant, user) = (stream.tenant.as_str(), &*stream.id);
        Ok(Self { tenant, user, event_id: data.activity_id.to_string() })
    }
}

/// More views of an entry that earlier batches wrote.
#[derive(Debug)]
struct MoreViews<'a> {
    tenant: &'a str,
    user: String,
    timestamp: i64,
    views: i64,
    last_at: i64,
}

/// What one batch comes to.
#[derive(Debug, Default)]
struct Step<'a> {
    entries: Vec<Entry<'a>>,
    /// Where the entries that views may fold into stand in `entries`, by event id.
    foldable: HashMap<String, usize>,
    more: BTreeMap<String, MoreViews<'a>>,
    hides: Vec<Hide<'a>>,
}

impl<'a> Step<'a> {
    async fn add(&mut self, tx: &mut ViewTx<'_>, entry: Entry<'a>) -> Result<(), ProjectionError> {
        let Some(property) = &entry.viewed else {
            self.entries.push(entry);
            return Ok(());
        };
        let row = [
            entry.tenant.into(),
            (&*entry.user).into(),
            (&**property).into(),
            (&*entry.event_id).into(),
            entry.timestamp.into(),
            FOLD_MICROS.into(),
        ];
        let found = tx.query(VIEW, &row).await?;
        let Some(found) = found.first() else { return Ok(()) };
        let (id, timestamp) = (found.text(0).unwrap_or_default(), found.int(1).unwrap_or_default());
        let last_at = found.int(2).unwrap_or_default();
        if id == entry.event_id {
            self.foldable.insert(entry.event_id.clone(), self.entries.len());
            self.entries.push(entry);
        } else if let Some(index) = self.foldable.get(id) {
            let first = &mut self.entries[*index];
            first.count += entry.count;
            first.last_at = last_at;
        } else {
            let (tenant, user) = (entry.tenant, entry.user);
            let fresh = MoreViews { tenant, user, timestamp, views: 0, last_at };
            let more = self.more.entry(id.to_owned()).or_insert(fresh);
            more.views += entry.count;
            more.last_at = last_at;
        }
        Ok(())
    }

    /// Takes hidden entries out, from this batch and from what is stored.
    async fn hide(&mut self, tx: &mut ViewTx<'_>) -> Result<(), ProjectionError> {
        for Hide { tenant, user, event_id } in &self.hides {
            let row = [(*tenant).into(), (*user).into(), (&**event_id).into()];
            tx.execute(HIDE, &row).await?;
            for stored in tx.query(FIND, &row).await? {
                let timestamp = stored.int(0).unwrap_or_default();
                let kind = stored.text(1).unwrap_or_default().to_owned();
                let stored = [(*tenant).into(), (*user).into(), timestamp.into(), (&**event_id).into()];
                tx.execute(REMOVE, &stored).await?;
                let day = Timestamp::from_micros(timestamp).india_day();
                let row = [(*tenant).into(), (*user).into(), day.into(), (&*kind).into()];
                tx.execute(UNCOUNT, &row).await?;
                tx.execute(NONE_LEFT, &row).await?;
            }
        }
        if tx.query("select 1 from hidden_entries limit 1", &[]).await?.is_empty() {
            return Ok(());
        }
        let mut visible = Vec::with_capacity(self.entries.len());
        for entry in self.entries.drain(..) {
            let row = [entry.tenant.into(), (&*entry.user).into(), (&*entry.event_id).into()];
            if tx.query(IS_HIDDEN, &row).await?.is_empty() {
                visible.push(entry);
            }
        }
        self.entries = visible;
        Ok(())
    }

    async fn write(mut self, tx: &mut ViewTx<'_>) -> Result<(), ProjectionError> {
        // Neighbours in the indexes one after the other.
        self.entries.sort_unstable_by(|a, b| a.place().cmp(&b.place()));
        let mut days: BTreeMap<(&str, &str, i64, &str), i64> = BTreeMap::new();
        for entry in &self.entries {
            let day = Timestamp::from_micros(entry.timestamp).india_day();
            *days.entry((entry.tenant, &entry.user, day, entry.kind)).or_default() += 1;
        }
        let rows: Vec<_> = self.entries.iter().map(Entry::row).collect();
        tx.execute_each(INSERT, &rows).await?;
        let mut rows: Vec<Vec<Value<'_>>> = Vec::with_capacity(days.len());
        for ((tenant, user, day, kind), count) in days {
            rows.push(vec![tenant.into(), user.into(), day.into(), kind.into(), count.into()]);
        }
        tx.execute_each(COUNT, &rows).await?;
        let mut rows: Vec<Vec<Value<'_>>> = Vec::with_capacity(self.more.len());
        for (id, more) in &self.more {
            let (tenant, user, id) = (more.tenant.into(), (&*more.user).into(), (&**id).into());
            rows.push(vec![tenant, user, more.timestamp.into(), id, more.views.into(), more.last_at.into()]);
        }
        tx.execute_each(FOLD, &rows).await?;
        Ok(())
    }
}
