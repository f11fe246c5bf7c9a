//! Writes the rows of saved searches.

use ::projection::{ProjectionError, Value, ViewTx};
use domain::Envelope;
use domain::fields::Choice;
use domain::saved_search::{SavedSearchEvent, Wish};

use super::matching::{Narrow, keys};
use super::query;

const UPSERT: &str =
    "insert into saved_searches (tenant, id, user_id, name, filters, channels, frequency, enabled,
     version, created_at, updated_at) select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10
     where not exists (select 1 from erased_people where user_id = $3 and tenant = $1)
     on conflict (id, tenant) do update set name = excluded.name, filters = excluded.filters,
     channels = excluded.channels, frequency = excluded.frequency, enabled = excluded.enabled,
     version = excluded.version, updated_at = excluded.updated_at";
const FILE: &str =
    "insert into saved_keys (tenant, key, id, version, min_price, max_price, listing_types, bedrooms)
     values ($1, $2, $3, $4, $5, $6, $7, $8)";

/// Applies an event of a saved search. A search whose contents were erased with its owner gets no row.
pub async fn apply(
    tx: &mut ViewTx<'_>,
    envelope: &Envelope,
    event: SavedSearchEvent,
) -> Result<(), ProjectionError> {
    let key = [envelope.stream.tenant.as_str().into(), (&*envelope.stream.id).into()];
    match event {
        SavedSearchEvent::Saved { owner_id, wish, .. } | SavedSearchEvent::Changed { owner_id, wish, .. } => {
            tx.execute("delete from saved_keys where id = $2 and tenant = $1", &key).await?;
            keep(tx, envelope, &owner_id.to_string(), &wish).await
        }
        SavedSearchEvent::Deleted { .. } => drop_one(tx, &key).await,
    }
}

async fn keep(
    tx: &mut ViewTx<'_>,
    envelope: &Envelope,
    owner: &str,
    wish: &Wish,
) -> Result<(), ProjectionError> {
    let (Some(name), Some(filters)) = (wish.name.as_ref(), wish.filters.as_ref()) else { return Ok(()) };
    let [tenant, id]: [Value<'_>; 2] =
        [envelope.stream.tenant.as_str().into(), (&*envelope.stream.id).into()];
    let json = serde_json::to_string(filters).map_err(|error| ProjectionError::Event(error.to_string()))?;
    let channels: Vec<&str> = wish.channels.iter().map(|channel| channel.word()).collect();
    let row = [
        tenant.clone(),
        id.clone(),
        owner.into(),
        name.as_str().into(),
        json.into(),
        channels.join(",").into(),
        wish.frequency.word().into(),
        wish.enabled.into(),
        envelope.version.into(),
        envelope.timestamp.micros().into(),
    ];
    let kept = tx.execute(UPSERT, &row).await? == 1;
    // A search that today's stricter rules refuse finds nothing, but does not block the projection.
    let Ok(asked) = query(&envelope.stream.tenant, filters.clone(), envelope.timestamp) else {
        return Ok(());
    };
    if !kept || !wish.enabled {
        return Ok(());
    }
    let Narrow { min_price, max_price, listing_types, bedrooms } = Narrow::of(&asked);
    for key in keys(&asked) {
        let row = [
            tenant.clone(),
            key.into(),
            id.clone(),
            envelope.version.into(),
            min_price.into(),
            max_price.into(),
            listing_types.into(),
            bedrooms.into(),
        ];
        tx.execute(FILE, &row).await?;
    }
    Ok(())
}

/// Deletes a saved search with everything belonging to it, pending deliveries included.
async fn drop_one(tx: &mut ViewTx<'_>, key: &[Value<'_>; 2]) -> Result<(), ProjectionError> {
    for table in ["saved_keys", "saved_matches", "saved_searches"] {
        tx.execute(&format!("delete from {table} where id = $2 and tenant = $1"), key).await?;
    }
    let theirs = "id in (select id from delivery where recipient = $2 and tenant = $1)";
    for table in ["delivery_states", "delivery"] {
        tx.execute(&format!("delete from {table} where {theirs}"), key).await?;
    }
    Ok(())
}

/// Deletes the saved searches of a person who left.
pub async fn owner_gone(tx: &mut ViewTx<'_>, envelope: &Envelope) -> Result<(), ProjectionError> {
    let owner = [envelope.stream.tenant.as_str().into(), (&*envelope.stream.id).into()];
    let sql = "select id from saved_searches where user_id = $2 and tenant = $1";
    for row in tx.query(sql, &owner).await? {
        let Some(id) = row.text(0) else { continue };
        drop_one(tx, &[envelope.stream.tenant.as_str().into(), id.into()]).await?;
    }
    Ok(())
}
