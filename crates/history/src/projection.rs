//! Folds events into history entries.
//!
//! The rows depend only on the events of each log in their order, not on batch boundaries or on how the two logs
//! interleave. Views are folded within one log. Hiding removes an existing entry and also keeps out one that has not
//! arrived yet, so it may be applied before or after the entry.

mod entry;

use std::collections::{BTreeMap, HashMap, btree_map};

use ::projection::{Projection, ProjectionError, Row, Value, ViewTx};
use async_trait::async_trait;
use domain::{Envelope, StreamId, TenantId, Timestamp, UserId};
use serde::Deserialize;
use uuid::Uuid;

use crate::GROUP;
use entry::Entry;

/// A view within this time of the last view of the same home is folded into the same entry.
const FOLD_MICROS: i64 = 30 * 60 * 1_000_000;
const HIDDEN: &str = "HISTORY_ENTRY_HIDDEN";

const INSERT: &str = "insert into user_activity (owner, tenant, user_id, timestamp, event_id, log, position,
    activity_type, related_entity_id, related_entity_type, activity_data, session_id, count, last_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";
const FOLD: &str = "update user_activity set count = count + $3, last_at = $4
    where owner = $1 and event_id = $2";
const COUNT: &str = "insert into activity_days (owner, place, day, activity_type, count) values ($1, $2, $3, $4, $5)
    on conflict (owner, place, day, activity_type) do update set count = activity_days.count + excluded.count";
const UNCOUNT: &str = "update activity_days set count = count - 1
    where owner = $1 and place = $2 and day = $3 and activity_type = $4";
const NONE_LEFT: &str = "delete from activity_days
    where owner = $1 and place = $2 and day = $3 and activity_type = $4 and count <= 0";
const LAST_VIEW: &str = "select event_id, last_at from last_views where owner = $1 and home = $2";
const SET_LAST_VIEW: &str = "insert into last_views (owner, home, event_id, last_at)
    values ($1, $2, $3, $4) on conflict (owner, home) do update set
    event_id = excluded.event_id, last_at = excluded.last_at";
const HIDE: &str = "insert into hidden_entries (event_id, owner) values ($1, $2) on conflict do nothing";
const IS_HIDDEN: &str = "select 1 from hidden_entries where event_id = $1 and owner = $2";
const FIND: &str = "select timestamp, activity_type from user_activity where event_id = $1 and owner = $2";
const REMOVE: &str = "delete from user_activity where event_id = $1 and owner = $2";

/// The projection that fills `user_activity` and its companion tables.
#[derive(Debug)]
pub struct UserActivity;

#[async_trait(?Send)]
impl Projection for UserActivity {
    fn name(&self) -> &'static str {
        GROUP
    }

    async fn apply(&self, tx: &mut ViewTx<'_>, event: &Envelope) -> Result<(), ProjectionError> {
        self.apply_batch(tx, std::slice::from_ref(event)).await
    }

    async fn apply_batch(&self, tx: &mut ViewTx<'_>, batch: &[Envelope]) -> Result<(), ProjectionError> {
        let mut step = Step::default();
        for envelope in batch {
            if self.erases(envelope) {
                tx.remember_erased(envelope).await?;
            }
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

/// An entry that somebody hides.
#[derive(Debug)]
struct Hide {
    owner: i64,
    event_id: String,
}

impl Hide {
    fn read(envelope: &Envelope) -> Result<Self, ProjectionError> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Data {
            activity_id: Uuid,
        }
        let data: Data = serde_json::from_str(&envelope.data).map_err(|e| entry::unreadable(envelope, &e))?;
        let StreamId { tenant, id, .. } = &envelope.stream;
        let user: UserId = id.parse().map_err(|_| ProjectionError::Event(format!("{id} is no person")))?;
        Ok(Self { owner: owner(tenant, user), event_id: data.activity_id.to_string() })
    }
}

/// The entry that holds the latest views of a home, and the time of the last one.
#[derive(Clone, Debug)]
struct LastView {
    event_id: String,
    last_at: i64,
}

impl LastView {
    fn read(row: &Row) -> Option<Self> {
        Some(Self { event_id: row.text(0)?.to_owned(), last_at: row.int(1)? })
    }
}

/// The changes made by one batch.
#[derive(Debug, Default)]
struct Step<'a> {
    entries: Vec<Entry<'a>>,
    /// The indexes in `entries` of the entries that views may fold into.
    foldable: HashMap<String, usize>,
    /// Views to fold into entries of earlier batches, by owner and entry: the number of views, and the time of the
    /// last.
    more: BTreeMap<(i64, String), (i64, i64)>,
    /// The last views, by owner and home.
    last_views: BTreeMap<(i64, i64), Option<LastView>>,
    hides: Vec<Hide>,
}

impl<'a> Step<'a> {
    async fn add(&mut self, tx: &mut ViewTx<'_>, entry: Entry<'a>) -> Result<(), ProjectionError> {
        let Some(home) = entry.viewed else {
            self.entries.push(entry);
            return Ok(());
        };
        let last = match self.last_views.entry((entry.owner, home)) {
            btree_map::Entry::Occupied(known) => known.into_mut(),
            btree_map::Entry::Vacant(unknown) => {
                let stored = tx.query(LAST_VIEW, &[entry.owner.into(), home.into()]).await?;
                unknown.insert(stored.first().and_then(LastView::read))
            }
        };
        // On either side: after the clock was set back, a view more than half an hour earlier belongs to another
        // time.
        let near = |view: &&mut LastView| (entry.timestamp - view.last_at).abs() <= FOLD_MICROS;
        let Some(LastView { event_id, last_at }) = last.as_mut().filter(near) else {
            let event_id = entry.event_id.clone();
            self.foldable.insert(event_id.clone(), self.entries.len());
            *last = Some(LastView { event_id, last_at: entry.timestamp });
            self.entries.push(entry);
            return Ok(());
        };
        *last_at = entry.timestamp.max(*last_at);
        if let Some(index) = self.foldable.get(event_id) {
            let first = &mut self.entries[*index];
            first.count += entry.count;
            first.last_at = *last_at;
        } else {
            let more = self.more.entry((entry.owner, event_id.clone())).or_default();
            *more = (more.0 + entry.count, *last_at);
        }
        Ok(())
    }

    /// Removes hidden entries from this batch and from the stored rows.
    async fn hide(&mut self, tx: &mut ViewTx<'_>) -> Result<(), ProjectionError> {
        for Hide { owner, event_id } in &self.hides {
            let entry = [(&**event_id).into(), (*owner).into()];
            tx.execute(HIDE, &entry).await?;
            for stored in tx.query(FIND, &entry).await? {
                let day = Timestamp::from_micros(stored.int(0).unwrap_or_default()).india_day();
                let kind = stored.text(1).unwrap_or_default();
                let count = [(*owner).into(), entry::day_of(event_id).into(), day.into(), kind.into()];
                tx.execute(UNCOUNT, &count).await?;
                tx.execute(NONE_LEFT, &count).await?;
                tx.execute(REMOVE, &entry).await?;
            }
        }
        if tx.query("select 1 from hidden_entries limit 1", &[]).await?.is_empty() {
            return Ok(());
        }
        let mut visible = Vec::with_capacity(self.entries.len());
        for entry in self.entries.drain(..) {
            let row = [(&*entry.event_id).into(), entry.owner.into()];
            if tx.query(IS_HIDDEN, &row).await?.is_empty() {
                visible.push(entry);
            }
        }
        self.entries = visible;
        Ok(())
    }

    async fn write(mut self, tx: &mut ViewTx<'_>) -> Result<(), ProjectionError> {
        // Sorted, so that neighbours in the indexes are written one after the other.
        self.entries.sort_unstable_by(|one, other| one.place().cmp(&other.place()));
        let mut days: BTreeMap<(i64, i64, i64, &str), i64> = BTreeMap::new();
        for entry in &self.entries {
            let day = Timestamp::from_micros(entry.timestamp).india_day();
            *days.entry((entry.owner, entry::day_of(&entry.event_id), day, entry.kind)).or_default() += 1;
        }
        let rows: Vec<_> = self.entries.iter().map(Entry::row).collect();
        tx.execute_each(INSERT, &rows).await?;
        let mut rows: Vec<Vec<Value<'_>>> = Vec::with_capacity(days.len());
        for ((owner, place, day, kind), count) in days {
            rows.push(vec![owner.into(), place.into(), day.into(), kind.into(), count.into()]);
        }
        tx.execute_each(COUNT, &rows).await?;
        let mut rows: Vec<Vec<Value<'_>>> = Vec::with_capacity(self.more.len());
        for ((owner, event_id), (views, last_at)) in &self.more {
            rows.push(vec![(*owner).into(), (&**event_id).into(), (*views).into(), (*last_at).into()]);
        }
        tx.execute_each(FOLD, &rows).await?;
        let mut rows: Vec<Vec<Value<'_>>> = Vec::with_capacity(self.last_views.len());
        for ((owner, home), last) in &self.last_views {
            let Some(LastView { event_id, last_at }) = last else { continue };
            rows.push(vec![(*owner).into(), (*home).into(), (&**event_id).into(), (*last_at).into()]);
        }
        tx.execute_each(SET_LAST_VIEW, &rows).await?;
        Ok(())
    }
}

/// FNV-1a. It only has to tell tenants apart within a few bits.
fn short(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, b| (hash ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3))
}

/// A hash of tenant and person in eight bytes.
pub fn owner(tenant: &TenantId, user: UserId) -> i64 {
    let (high, low) = user.uuid().as_u64_pair();
    (low ^ high.rotate_left(32) ^ short(tenant.as_str())).cast_signed()
}
