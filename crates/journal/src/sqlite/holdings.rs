//! How much of each quota every person holds. The sums are derived from the events and updated in the same
//! transaction. Concurrent requests therefore cannot exceed a quota together, and no command has to maintain a
//! counter.

use std::collections::{HashMap, HashSet};

use domain::quota::{HELD, Quota, QuotaUse};
use domain::{StreamId, TenantId, UserId};
use rusqlite::{Connection, OptionalExtension, params};

use crate::{Append, Refused};

pub const TABLE: &str = "
create table holdings (
    tenant text not null, owner text not null, quota text not null, held integer not null,
    primary key (owner, quota, tenant)
) strict, without rowid;
";

/// Refuses an append that would exceed one of its limits.
pub fn refused(tx: &Connection, append: &Append) -> rusqlite::Result<Option<Refused>> {
    if append.limits.is_empty() {
        return Ok(None);
    }
    for event in &append.events {
        let Some(holding) = QuotaUse::of(&event.event_type, &event.data) else { continue };
        for (quota, amount) in holding.amounts {
            let Some((_, most)) = append.limits.iter().find(|(limited, _)| *limited == quota) else {
                continue;
            };
            let held = held(tx, &append.stream.tenant, holding.owner, quota)?;
            if held.saturating_add(amount) > *most {
                return Ok(Some(Refused::OverQuota { quota, held, most: *most }));
            }
        }
    }
    Ok(None)
}

/// Applies the changes of an append's events to the sums. Must run before the events are inserted.
pub fn note(tx: &Connection, append: &Append) -> rusqlite::Result<()> {
    let stream = &append.stream;
    for event in &append.events {
        if let Some(holding) = QuotaUse::of(&event.event_type, &event.data) {
            add(tx, &stream.tenant, &holding, 1)?;
        }
        if let Some((made, _)) = HELD.iter().find(|(_, ended)| *ended == &*event.event_type)
            && let Some(holding) = first(tx, stream, made)?
        {
            add(tx, &stream.tenant, &holding, -1)?;
        }
    }
    Ok(())
}

fn first(tx: &Connection, stream: &StreamId, made: &str) -> rusqlite::Result<Option<QuotaUse>> {
    let data: Option<String> = tx
        .prepare_cached(
            "select event_data from event_store where aggregate_id = ?1 and version = 1 and aggregate_type = ?2
             and tenant_id = ?3 and event_type = ?4",
        )?
        .query_row(params![&*stream.id, &*stream.kind, stream.tenant.as_str(), made], |row| row.get(0))
        .optional()?;
    Ok(data.and_then(|data| QuotaUse::of(made, &data)))
}

fn add(tx: &Connection, tenant: &TenantId, holding: &QuotaUse, sign: i64) -> rusqlite::Result<()> {
    for (quota, amount) in &holding.amounts {
        change(
            tx,
            (tenant.as_str(), &holding.owner.to_string(), quota.word()),
            sign.saturating_mul(whole(*amount)),
        )?;
    }
    Ok(())
}

fn whole(amount: u64) -> i64 {
    i64::try_from(amount).unwrap_or(i64::MAX)
}

fn change(tx: &Connection, (tenant, owner, quota): (&str, &str, &str), by: i64) -> rusqlite::Result<usize> {
    tx.prepare_cached(
        "insert into holdings (tenant, owner, quota, held) values (?1, ?2, ?3, max(?4, 0))
         on conflict (owner, quota, tenant) do update set held = max(held + ?4, 0)",
    )?
    .execute(params![tenant, owner, quota, by])
}

/// How much of a quota a person holds.
pub fn held(
    connection: &Connection,
    tenant: &TenantId,
    owner: UserId,
    quota: Quota,
) -> rusqlite::Result<u64> {
    let held = connection
        .prepare_cached("select held from holdings where owner = ?1 and quota = ?2 and tenant = ?3")?
        .query_row(params![owner.to_string(), quota.word(), tenant.as_str()], |row| row.get(0))
        .optional()?;
    Ok(held.unwrap_or(0))
}

/// Recalculates all sums from the events: for a log file without sums, and for one restored from copies.
pub fn derive(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute("delete from holdings", [])?;
    let mut sums: HashMap<(String, UserId, Quota), u64> = HashMap::new();
    for (made, ended) in HELD {
        let mut gone: HashSet<(String, String)> = HashSet::new();
        let mut select =
            connection.prepare("select tenant_id, aggregate_id from event_store where event_type = ?1")?;
        for stream in select.query_map([ended], |row| Ok((row.get(0)?, row.get(1)?)))? {
            gone.insert(stream?);
        }
        let mut select = connection
            .prepare("select tenant_id, aggregate_id, event_data from event_store where event_type = ?1")?;
        let mut rows = select.query([made])?;
        while let Some(row) = rows.next()? {
            let (tenant, id): (String, String) = (row.get(0)?, row.get(1)?);
            let Some(holding) = QuotaUse::of(made, row.get_ref(2)?.as_str()?) else { continue };
            let stream = (tenant, id);
            if gone.contains(&stream) {
                continue;
            }
            for (quota, amount) in holding.amounts {
                let sum = sums.entry((stream.0.clone(), holding.owner, quota)).or_default();
                *sum = sum.saturating_add(amount);
            }
        }
    }
    for ((tenant, owner, quota), sum) in sums {
        change(connection, (&tenant, &owner.to_string(), quota.word()), whole(sum))?;
    }
    Ok(())
}
