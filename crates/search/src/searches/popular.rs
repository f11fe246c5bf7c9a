//! Queries that many people searched for. A query of fewer than [`PEOPLE`] people is shown to nobody and stored
//! nowhere in clear. It is stored as a keyed digest; each person who searched for it is stored as a digest of query
//! and person, so that a person's digests differ from query to query.

use std::fmt::Write;

use ::projection::{ProjectionError, ViewError, ViewStore, ViewTx};
use domain::{Envelope, TenantId, UserId};
use journal::KeyRing;
use serde_json::{Map, Value};

use crate::words::key;

/// The number of people who must have searched for a query before it is suggested to others.
const PEOPLE: u64 = 5;
/// The longest text that is counted; nobody else would search for a longer one.
const LONGEST: usize = 60;
/// The maximum number of queries considered for one answer.
const MOST: u64 = 1000;

/// The words of a search, normalised for counting; `None` when there are none or the text is too long.
pub fn text(filters: &Map<String, Value>) -> Option<String> {
    let text = filters.get("query").or_else(|| filters.get("q"))?.as_str()?;
    Some(key(text)).filter(|key| !key.is_empty() && key.chars().count() <= LONGEST)
}

/// A digest of 16 bytes, in hexadecimal, that only this installation can compute.
fn digest(keys: &KeyRing, tenant: &TenantId, parts: [&str; 2]) -> String {
    let mut all: Vec<&[u8]> = vec![b"searches"];
    all.extend(parts.map(str::as_bytes));
    let digest = keys.fingerprint(tenant, &all);
    digest[..16].iter().fold(String::with_capacity(32), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Counts `user` among those who searched for `text`, at most once.
pub async fn count(
    tx: &mut ViewTx<'_>,
    keys: &KeyRing,
    envelope: &Envelope,
    user: UserId,
    text: &str,
) -> Result<(), ProjectionError> {
    let tenant = &envelope.stream.tenant;
    let query = digest(keys, tenant, ["query", text]);
    let person = digest(keys, tenant, [&query, &user.to_string()]);
    let row = [tenant.as_str().into(), query.as_str().into(), person.into()];
    let sql = "insert into query_people (tenant, query, person) values ($1, $2, $3) on conflict do nothing";
    if tx.execute(sql, &row).await? == 0 {
        return Ok(());
    }
    let row = [tenant.as_str().into(), query.into(), text.into(), PEOPLE.into()];
    let sql = "insert into queries (tenant, query, people, text) values ($1, $2, 1, null)
        on conflict (tenant, query) do update set people = queries.people + 1,
        text = case when queries.people + 1 >= $4 then $3 end";
    tx.execute(sql, &row).await?;
    Ok(())
}

/// Removes `user` from all counts. Nothing records what they searched for, so every stored query is checked.
pub async fn forget(
    tx: &mut ViewTx<'_>,
    keys: &KeyRing,
    tenant: &TenantId,
    user: UserId,
) -> Result<(), ProjectionError> {
    let queries = tx.query("select query from queries where tenant = $1", &[tenant.as_str().into()]).await?;
    for query in queries.iter().filter_map(|row| row.text(0)) {
        let person = digest(keys, tenant, [query, &user.to_string()]);
        let row = [tenant.as_str().into(), query.into(), person.into()];
        let sql = "delete from query_people where tenant = $1 and query = $2 and person = $3";
        if tx.execute(sql, &row).await? == 0 {
            continue;
        }
        let row = [tenant.as_str().into(), query.into(), PEOPLE.into()];
        let sql = "update queries set people = people - 1, text = case when people - 1 >= $3 then text end
            where tenant = $1 and query = $2";
        tx.execute(sql, &row).await?;
        let none = "delete from queries where tenant = $1 and query = $2 and people <= 0";
        tx.execute(none, &row[..2]).await?;
    }
    Ok(())
}

/// The most popular queries with their numbers of people; only those that enough people used.
///
/// # Errors
/// When the read model does not answer.
pub async fn popular(store: &ViewStore, tenant: &TenantId) -> Result<Vec<(String, u64)>, ViewError> {
    let sql = "select text, people from queries where tenant = $1 and text is not null
        order by people desc, text limit $2";
    let rows = store.query(sql, vec![tenant.as_str().into(), MOST.into()]).await?;
    Ok(rows.iter().filter_map(|row| Some((row.text(0)?.to_owned(), row.count(1)))).collect())
}
