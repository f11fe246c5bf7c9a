//! The tables of deliveries and the statements on them.

use domain::{TenantId, Timestamp};
use journal::statements;
use rusqlite::{Connection, Row, params};

use super::{DeliveryOutcome, DeliveryState, LeasedDelivery, Tracked};

/// The delivery tables, to be put before the tables of a read model that asks for deliveries. Outcomes cannot
/// be read again from the journal, so commits wait for the disk.
pub const TABLES: &str = "
pragma synchronous = full;
create table if not exists delivery (
    id text primary key, tenant text not null, recipient text not null, channel text not null,
    template text not null, event_id text not null, seq integer not null, made_at integer not null
) strict, without rowid;
create index if not exists idx_delivery_recipient on delivery (recipient, tenant, made_at, id);
create index if not exists idx_delivery_event on delivery (event_id, recipient);
create index if not exists idx_delivery_made on delivery (tenant, made_at, id);
create table if not exists delivery_states (
    id text primary key, state text not null, at integer not null, lease integer not null, tries integer not null,
    error text, seq integer not null
) strict, without rowid;
create index if not exists idx_delivery_open on delivery_states (at, seq) where state in ('due', 'leased');
create index if not exists idx_delivery_state on delivery_states (state, seq);
create table if not exists delivery_owner (version integer not null) strict;
";

/// The tables that hold the outcomes of deliveries; a rebuild does not reproduce them.
pub const STATE_TABLES: [&str; 2] = ["delivery_states", "delivery_owner"];

pub const ADD: &str =
    "insert into delivery (id, tenant, recipient, channel, template, event_id, seq, made_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (id) do nothing";
pub const ADD_STATE: &str = "insert into delivery_states (id, state, at, lease, tries, seq)
    values ($1, 'due', 0, 0, 0, $2) on conflict (id) do nothing";

pub const REFUSE: &str =
    "update delivery_states set state = 'not_sent', at = $2, error = $3 where id = $1 and state = 'due'";

pub const HURRY: &str = "update delivery_states set at = 0 where id in (
    select s.id from delivery_states s cross join delivery d on d.id = s.id
    where s.state = 'due' and s.at > 0 and d.recipient = $1 and d.tenant = $2 and d.channel = $3)";

const OPEN: &str =
    "select d.id, d.tenant, d.recipient, d.channel, d.template, d.event_id, d.seq, s.tries, s.lease,
    s.state = 'leased' from delivery_states s join delivery d on d.id = s.id
    where s.state in ('due', 'leased') and s.at between ?1 and ?2 order by s.at, s.seq limit ?3";

/// No delivery waits longer than a week. One further ahead than this was postponed before the clock was set
/// back, so it is due.
pub const FARTHEST_SECONDS: i64 = 8 * 24 * 3600;

/// What is recorded about a try.
#[derive(Clone, Debug)]
pub enum Settled {
    /// It ended in this state.
    Ended(DeliveryState, Option<String>, Timestamp),
    /// It failed and is tried again at this time.
    Again(String, Timestamp),
    /// It was not begun and waits until this time.
    Later(String, Timestamp),
}

impl Settled {
    pub fn of(outcome: DeliveryOutcome, now: Timestamp) -> Self {
        match outcome {
            DeliveryOutcome::Delivered => Self::Ended(DeliveryState::Delivered, None, now),
            DeliveryOutcome::NotWanted(why) => Self::Ended(DeliveryState::NotWanted, Some(why), now),
            DeliveryOutcome::Refused(why) => Self::Ended(DeliveryState::Refused, Some(why), now),
            DeliveryOutcome::Failed(why) => Self::Ended(DeliveryState::Failed, Some(why), now),
            DeliveryOutcome::Unknown(why) => Self::Ended(DeliveryState::Unknown, Some(why), now),
            // A time in the past would mean no wait at all, and the delivery would look as if it had not been
            // tried yet.
            DeliveryOutcome::Later(why, until) => Self::Later(why, until.max(now)),
        }
    }
}

pub fn owns(connection: &Connection) -> rusqlite::Result<bool> {
    connection.prepare_cached("select 1 from delivery_owner")?.exists([])
}

pub fn lease(
    connection: &Connection,
    now: Timestamp,
    until: Timestamp,
    limit: usize,
) -> rusqlite::Result<Vec<LeasedDelivery>> {
    statements::note(connection, OPEN);
    let mut statement = connection.prepare_cached(OPEN)?;
    let mut orders: Vec<LeasedDelivery> = Vec::new();
    for (from, to) in [(i64::MIN, now.micros()), (now.plus_seconds(FARTHEST_SECONDS).micros(), i64::MAX)] {
        for order in statement.query_map(params![from, to, limit - orders.len()], order)? {
            orders.push(order?);
        }
    }
    take(connection, orders, until)
}

/// Writes the leases of `orders` until `until`.
pub fn take(
    connection: &Connection,
    orders: Vec<LeasedDelivery>,
    until: Timestamp,
) -> rusqlite::Result<Vec<LeasedDelivery>> {
    let mut take = connection.prepare_cached(
        "update delivery_states set state = 'leased', lease = lease + 1, at = ?2 where id = ?1",
    )?;
    for order in &orders {
        take.execute(params![order.id, until.micros()])?;
    }
    Ok(orders.into_iter().map(|order| LeasedDelivery { lease: order.lease + 1, ..order }).collect())
}

pub fn settle(connection: &Connection, order: &LeasedDelivery, settled: &Settled) -> rusqlite::Result<usize> {
    let (state, error, at, failures) = match settled {
        Settled::Ended(state, error, at) => (*state, error.as_deref(), *at, 0),
        Settled::Again(error, at) => (DeliveryState::Due, Some(error.as_str()), *at, 1),
        Settled::Later(error, at) => (DeliveryState::Due, Some(error.as_str()), *at, 0),
    };
    connection
        .prepare_cached(
            "update delivery_states set state = ?3, error = ?4, at = ?5, tries = tries + ?6
             where id = ?1 and lease = ?2 and state = 'leased'",
        )?
        .execute(params![order.id, order.lease, state.word(), error, at.micros(), failures])
}

pub fn order(row: &Row<'_>) -> rusqlite::Result<LeasedDelivery> {
    let parsed = |column, error: uuid::Error| {
        rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, Box::new(error))
    };
    Ok(LeasedDelivery {
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

pub fn tracked(row: &Row<'_>) -> rusqlite::Result<Tracked> {
    let (word, error): (String, Option<String>) = (row.get(10)?, row.get(12)?);
    Ok(Tracked {
        order: order(row)?,
        state: DeliveryState::from_word(&word).unwrap_or(DeliveryState::Unknown),
        at: Timestamp::from_micros(row.get(11)?),
        error: error.unwrap_or_default(),
    })
}
