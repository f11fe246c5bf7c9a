//! The tables of deliveries, and the transactions on them.

use std::path::Path;
use std::sync::Arc;

use bus::ApplyError;
use domain::{TenantId, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row, params};
use tokio::sync::{Notify, watch};

use super::{Order, Outcome};
use crate::store::{ViewError, ViewStore};

/// The tables, to stand before those of a read model that asks for deliveries. What was carried out cannot be read
/// again from the journal: commits wait for the disk.
pub const TABLES: &str = "
pragma synchronous = full;
create table if not exists delivery (
    id text primary key, tenant text not null, recipient text not null, channel text not null,
    template text not null, event_id text not null, seq integer not null, made_at integer not null
) strict, without rowid;
create index if not exists idx_delivery_recipient on delivery (recipient, tenant);
create index if not exists idx_delivery_made on delivery (tenant, made_at);
create table if not exists delivery_states (
    id text primary key, state text not null, at integer not null, lease integer not null, tries integer not null,
    error text, seq integer not null
) strict, without rowid;
create index if not exists idx_delivery_open on delivery_states (at, seq) where state in ('due', 'leased');
create index if not exists idx_delivery_state on delivery_states (state, seq);
create table if not exists delivery_owner (version integer not null) strict;
";

/// The tables that say what became of deliveries; a rebuild does not make them.
pub const STATE_TABLES: [&str; 2] = ["delivery_states", "delivery_owner"];

pub const ADD: &str =
    "insert into delivery (id, tenant, recipient, channel, template, event_id, seq, made_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (id) do nothing";
pub const ADD_STATE: &str = "insert into delivery_states (id, state, at, lease, tries, seq)
    values ($1, 'due', 0, 0, 0, $2) on conflict (id) do nothing";

const OPEN: &str =
    "select d.id, d.tenant, d.recipient, d.channel, d.template, d.event_id, d.seq, s.tries, s.lease,
    s.state = 'leased' from delivery_states s join delivery d on d.id = s.id
    where s.state in ('due', 'leased') and s.at <= ?1 order by s.at, s.seq limit ?2";

/// What became of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// To be carried out.
    Due,
    /// A courier has it.
    Leased,
    /// Carried out.
    Delivered,
    /// Not carried out: nobody wants it any more.
    NotWanted,
    /// Not carried out: the target will never take it.
    Refused,
    /// Not carried out, after all tries.
    Failed,
    /// Perhaps carried out.
    Unknown,
    /// A rebuild found it, which carries nothing out.
    LeftOut,
    /// An operator gave it up.
    GivenUp,
}

impl State {
    const ALL: [(&'static str, Self); 9] = [
        ("due", Self::Due),
        ("leased", Self::Leased),
        ("delivered", Self::Delivered),
        ("not_wanted", Self::NotWanted),
        ("refused", Self::Refused),
        ("failed", Self::Failed),
        ("unknown", Self::Unknown),
        ("left_out", Self::LeftOut),
        ("given_up", Self::GivenUp),
    ];

    /// Its word.
    #[must_use]
    pub fn word(self) -> &'static str {
        Self::ALL.iter().find(|(_, state)| *state == self).map_or("", |(word, _)| word)
    }

    fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == word).map(|(_, state)| *state)
    }
}

/// A delivery that waits for an operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tracked {
    /// What was to be carried.
    pub order: Order,
    /// What became of it.
    pub state: State,
    /// Since when.
    pub at: Timestamp,
    /// What went wrong.
    pub error: String,
}

/// The deliveries of one read model. Clones share them.
#[derive(Clone, Debug)]
pub struct Book {
    store: ViewStore,
    wake: Arc<Notify>,
    settled: watch::Sender<()>,
}

impl Book {
    /// The deliveries of `store`, which were nobody's before: a new read model owns what it asks for, one in the
    /// making owns nothing until it takes over. Its projection calls `wake` after every commit.
    ///
    /// # Errors
    /// When the database does not answer.
    pub fn open(store: &ViewStore, wake: Arc<Notify>) -> Result<Self, ViewError> {
        let database = store.database();
        let connection = database.writer();
        connection.execute(
            "insert into delivery_owner select 1 where not exists (select 1 from delivery_owner)",
            [],
        )?;
        Ok(Self { store: store.clone(), wake, settled: watch::Sender::default() })
    }

    /// There may be something to carry.
    pub(super) async fn woken(&self) {
        self.wake.notified().await;
    }

    /// Leases up to `limit` deliveries until `until`. Those of couriers whose lease is over are `in_doubt`.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn lease(
        &self,
        now: Timestamp,
        until: Timestamp,
        limit: usize,
    ) -> Result<Vec<Order>, ApplyError> {
        self.store
            .transaction(move |_, tx| {
                if !owns(tx).map_err(ViewError::from)? {
                    return Ok(Vec::new());
                }
                Ok(lease(tx, now, until, limit).map_err(ViewError::from)?)
            })
            .await
    }

    /// Nobody else carries anything: what is leased is in doubt at once.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn lapse(&self) -> Result<(), ApplyError> {
        let lapse = "update delivery_states set at = 0 where state = 'leased'";
        self.store
            .transaction(move |_, tx| Ok(tx.execute(lapse, []).map(|_| ()).map_err(ViewError::from)?))
            .await
    }

    /// Whether a delivery is still leased as in `order`.
    pub(super) async fn is_leased(&self, order: &Order) -> Result<bool, ViewError> {
        let sql = "select 1 from delivery_states where id = $1 and lease = $2 and state = 'leased'";
        let rows = self.store.query(sql, vec![order.id.as_str().into(), order.lease.into()]).await?;
        Ok(!rows.is_empty())
    }

    /// Writes down what came of deliveries; those leased again meanwhile are left alone. Gives how many those are.
    pub(super) async fn settle(&self, settled: Vec<(Order, Settled)>) -> Result<usize, ApplyError> {
        self.store
            .transaction(move |_, tx| {
                let mut lost = 0;
                for (order, settled) in &settled {
                    let changed = settle(tx, order, settled).map_err(ViewError::from)?;
                    lost += usize::from(changed == 0);
                }
                Ok(lost)
            })
            .await
            .inspect(|_| {
                self.settled.send_replace(());
            })
    }

    /// Deliveries in `states`, the oldest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn list(&self, states: &'static [State], limit: usize) -> Result<Vec<Tracked>, ApplyError> {
        let words: Vec<String> = states.iter().map(|state| format!("'{}'", state.word())).collect();
        let sql = format!(
            "select d.id, d.tenant, d.recipient, d.channel, d.template, d.event_id, d.seq, s.tries, s.lease,
             s.state = 'leased', s.state, s.at, s.error from delivery_states s join delivery d on d.id = s.id
             where s.state in ({}) order by s.seq limit ?1",
            words.join(", ")
        );
        self.store
            .transaction(move |_, tx| {
                let read = || -> rusqlite::Result<Vec<Tracked>> {
                    tx.prepare_cached(&sql)?.query_map([limit], tracked)?.collect()
                };
                Ok(read().map_err(ViewError::from)?)
            })
            .await
    }

    /// Every delivery to `recipient`.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn of(&self, tenant: &TenantId, recipient: impl ToString) -> Result<Vec<String>, ViewError> {
        let sql = "select id from delivery where recipient = $2 and tenant = $1";
        let rows = self.store.query(sql, vec![tenant.as_str().into(), recipient.to_string().into()]).await?;
        Ok(rows.iter().filter_map(|row| row.text(0)).map(str::to_owned).collect())
    }

    /// An operator wants a delivery that waits for one carried out, even if that makes it twice. False when none of
    /// that id waits.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn again(&self, id: &str) -> Result<bool, ApplyError> {
        self.decide(id, "state = 'due', at = 0, tries = 0").await
    }

    /// An operator gives up a delivery that waits for one. False when none of that id waits.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn give_up(&self, id: &str) -> Result<bool, ApplyError> {
        self.decide(id, "state = 'given_up'").await
    }

    async fn decide(&self, id: &str, set: &str) -> Result<bool, ApplyError> {
        let id = id.to_owned();
        let sql = format!(
            "update delivery_states set {set}, lease = lease + 1
             where id = ?1 and state in ('refused', 'failed', 'unknown')"
        );
        let decide = move |tx: &Connection| Ok(tx.execute(&sql, [id]).map_err(ViewError::from)? == 1);
        let decided = self.store.transaction(move |_, tx| decide(tx)).await;
        self.wake.notify_one();
        decided
    }

    /// Waits until every delivery asked for at or before `seq` was tried once.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn tried(&self, seq: u64) -> Result<(), ViewError> {
        let sql = "select 1 from delivery_states
            where state in ('due', 'leased') and tries = 0 and seq <= $1 limit 1";
        let mut settled = self.settled.subscribe();
        while !self.store.query(sql, vec![seq.into()]).await?.is_empty() {
            let _ = settled.changed().await;
        }
        Ok(())
    }
}

/// What is written down of a try.
#[derive(Clone, Debug)]
pub(super) enum Settled {
    /// It ended.
    Ended(State, Option<String>, Timestamp),
    /// It is tried again then.
    Again(String, Timestamp),
}

impl Settled {
    pub(super) fn of(outcome: Outcome, now: Timestamp) -> Self {
        match outcome {
            Outcome::Delivered => Self::Ended(State::Delivered, None, now),
            Outcome::NotWanted(why) => Self::Ended(State::NotWanted, Some(why), now),
            Outcome::Refused(why) => Self::Ended(State::Refused, Some(why), now),
            Outcome::Failed(why) => Self::Ended(State::Failed, Some(why), now),
            Outcome::Unknown(why) => Self::Ended(State::Unknown, Some(why), now),
        }
    }
}

fn owns(connection: &Connection) -> rusqlite::Result<bool> {
    connection.prepare_cached("select 1 from delivery_owner")?.exists([])
}

fn lease(
    connection: &Connection,
    now: Timestamp,
    until: Timestamp,
    limit: usize,
) -> rusqlite::Result<Vec<Order>> {
    let mut statement = connection.prepare_cached(OPEN)?;
    let orders: Vec<Order> =
        statement.query_map(params![now.micros(), limit], order)?.collect::<rusqlite::Result<_>>()?;
    let mut take = connection.prepare_cached(
        "update delivery_states set state = 'leased', lease = lease + 1, at = ?2 where id = ?1",
    )?;
    for order in &orders {
        take.execute(params![order.id, until.micros()])?;
    }
    Ok(orders.into_iter().map(|order| Order { lease: order.lease + 1, ..order }).collect())
}

fn settle(connection: &Connection, order: &Order, settled: &Settled) -> rusqlite::Result<usize> {
    let (state, error, at, failures) = match settled {
        Settled::Ended(state, error, at) => (*state, error.as_deref(), *at, 0),
        Settled::Again(error, at) => (State::Due, Some(error.as_str()), *at, 1),
    };
    connection
        .prepare_cached(
            "update delivery_states set state = ?3, error = ?4, at = ?5, tries = tries + ?6
             where id = ?1 and lease = ?2 and state = 'leased'",
        )?
        .execute(params![order.id, order.lease, state.word(), error, at.micros(), failures])
}

fn order(row: &Row<'_>) -> rusqlite::Result<Order> {
    let parsed = |column, error: uuid::Error| {
        rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, Box::new(error))
    };
    Ok(Order {
        id: row.get(0)?,
        tenant: TenantId::stored(&row.get::<_, String>(1)?),
        recipient: row.get::<_, String>(2)?.parse().map_err(|error| parsed(2, error))?,
        channel: row.get(3)?,
        template: row.get(4)?,
        event_id: row.get::<_, String>(5)?.parse().map_err(|error| parsed(5, error))?,
        seq: row.get(6)?,
        tries: row.get(7)?,
        lease: row.get(8)?,
        in_doubt: row.get(9)?,
    })
}

fn tracked(row: &Row<'_>) -> rusqlite::Result<Tracked> {
    let (word, error): (String, Option<String>) = (row.get(10)?, row.get(12)?);
    Ok(Tracked {
        order: order(row)?,
        state: State::from_word(&word).unwrap_or(State::Unknown),
        at: Timestamp::from_micros(row.get(11)?),
        error: error.unwrap_or_default(),
    })
}

/// Takes over, in one transaction of the new read model, what became of the old one's deliveries, and that they are
/// its own. Nobody may write to the old one meanwhile.
pub fn hand_over(old: &Path, new: &Connection) -> Result<(), ViewError> {
    if !has_deliveries(new)? {
        return Ok(());
    }
    new.execute("attach database ?1 as old", [old.to_string_lossy()])?;
    let copied = new.execute_batch(
        "begin immediate;
         delete from delivery_states;
         insert into delivery_states select s.* from old.delivery_states s join delivery d on d.id = s.id;
         insert into delivery_states select d.id, 'left_out', d.made_at, 0, 0, 'found by a rebuild', d.seq
             from delivery d where not exists (select 1 from old.delivery_states s where s.id = d.id);
         delete from delivery_owner;
         insert into delivery_owner select version + 1 from old.delivery_owner;
         commit;",
    );
    if copied.is_err() {
        let _ = new.execute_batch("rollback");
    }
    new.execute("detach database old", [])?;
    Ok(copied?)
}

/// The deliveries of a read model are another's now: whoever still writes to it carries nothing out any more.
pub fn lose(old: &Connection) -> Result<(), ViewError> {
    if has_deliveries(old)? {
        old.execute("delete from delivery_owner", [])?;
    }
    Ok(())
}

fn has_deliveries(connection: &Connection) -> rusqlite::Result<bool> {
    let sql = "select 1 from sqlite_master where type = 'table' and name = 'delivery_owner'";
    Ok(connection.query_row(sql, [], |_| Ok(())).optional()?.is_some())
}
