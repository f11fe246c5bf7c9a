//! Deliveries in the order of their events, for each recipient on each channel by themselves.
//!
//! ```text
//! recipient A   1 tried again at 10:05   2 3 4 wait until 10:05, too
//! recipient B   5 6 7                    carried out meanwhile, one after the other
//! ```

use std::collections::BTreeMap;

use domain::Timestamp;
use journal::statements;
use rusqlite::{Connection, params};

use super::LeasedDelivery;
use super::rows::{self, FARTHEST_SECONDS};

/// The most deliveries leased at once for one recipient. Others come before its second one.
const TURN: usize = 64;
/// One recipient's turn ends after this time, so that its place is free for others.
pub const TURN_SECONDS: i64 = 5;
/// Why a delivery is not begun.
pub const WAITS: &str = "an earlier one is not delivered yet";

const IS_ANY_DUE: &str = "select 1 from delivery_states s
    where s.state in ('due', 'leased') and (s.at <= ?1 or s.at > ?2) limit 1";

/// Each recipient's deliveries behind one that waits for its time wait for the same time.
const HOLD_BACK: &str = "
    with waiting as materialized (
        select d.tenant, d.recipient, d.channel, min(s.seq) as seq, s.at
        from delivery_states s cross join delivery d on d.id = s.id
        where s.state = 'due' and s.at > ?1 and s.at <= ?2 group by d.tenant, d.recipient, d.channel
    ), behind as materialized (
        select s.id, w.at from delivery_states s cross join delivery d on d.id = s.id
        join waiting w on w.recipient = d.recipient and w.tenant = d.tenant and w.channel = d.channel and w.seq < s.seq
        where s.state in ('due', 'leased') and (s.at <= ?1 or s.at > ?2)
    )
    update delivery_states set at = behind.at, error = coalesce(error, ?3)
    from behind where behind.id = delivery_states.id";

/// The first few of each recipient of whom none is under way, and the first of everybody before anybody's second.
const NEXT: &str = "
    with busy as materialized (
        select distinct d.tenant, d.recipient, d.channel
        from delivery_states s cross join delivery d on d.id = s.id
        where s.state = 'leased' and s.at > ?1 and s.at <= ?2
    ), next as (
        select s.id, s.seq, row_number() over (partition by d.tenant, d.recipient, d.channel order by s.seq) as turn
        from delivery_states s cross join delivery d on d.id = s.id
        where s.state in ('due', 'leased') and (s.at <= ?1 or s.at > ?2) and not exists (
            select 1 from busy b where b.recipient = d.recipient and b.tenant = d.tenant and b.channel = d.channel)
    )
    select d.id, d.tenant, d.recipient, d.channel, d.template, d.event_id, d.seq, s.tries, s.lease, s.state = 'leased'
    from next cross join delivery d on d.id = next.id cross join delivery_states s on s.id = next.id
    where next.turn <= ?3 order by next.turn, next.seq limit ?4";

/// Leases the deliveries that are due, up to `limit`, except those behind an earlier one of their recipient that
/// waits for its time or is under way. Every recipient's deliveries are leased in the order of their events.
pub fn lease(
    connection: &Connection,
    now: Timestamp,
    until: Timestamp,
    limit: usize,
) -> rusqlite::Result<Vec<LeasedDelivery>> {
    // What is further ahead was postponed before the clock was set back.
    let (now, farthest) = (now.micros(), now.plus_seconds(FARTHEST_SECONDS).micros());
    for sql in [IS_ANY_DUE, HOLD_BACK, NEXT] {
        statements::note(connection, sql);
    }
    if !connection.prepare_cached(IS_ANY_DUE)?.exists([now, farthest])? {
        return Ok(Vec::new());
    }
    connection.prepare_cached(HOLD_BACK)?.execute(params![now, farthest, WAITS])?;
    let mut next = connection.prepare_cached(NEXT)?;
    let orders = next.query_map(params![now, farthest, TURN, limit], rows::order)?;
    rows::take(connection, orders.collect::<rusqlite::Result<_>>()?, until)
}

/// What is carried out one after the other: each recipient's deliveries, or every delivery by itself.
pub fn queues(orders: Vec<LeasedDelivery>, by_recipient: bool) -> Vec<Vec<LeasedDelivery>> {
    if !by_recipient {
        return orders.into_iter().map(|order| vec![order]).collect();
    }
    let mut queues: BTreeMap<_, Vec<LeasedDelivery>> = BTreeMap::new();
    for order in orders {
        queues.entry((order.tenant.clone(), order.recipient, order.channel.clone())).or_default().push(order);
    }
    queues.into_values().collect()
}
