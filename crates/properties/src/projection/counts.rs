//! Counts how often listings are saved and viewed. These are sums, so the order of different people's events does not
//! matter.

use ::projection::{ProjectionError, ViewTx};
use domain::activity::ActivityEvent;
use domain::favourites::FavouritesEvent;
use domain::{Envelope, PropertyId};

/// Within this time, a viewer's repeated views count once.
const VIEW_EVERY_MICROS: i64 = 30 * 60 * 1_000_000;

pub async fn favourite(
    tx: &mut ViewTx<'_>,
    envelope: &Envelope,
    event: &FavouritesEvent,
) -> Result<(), ProjectionError> {
    let tenant = envelope.stream.tenant.as_str();
    let user = &*envelope.stream.id;
    let (property, change) = match event {
        FavouritesEvent::Saved { property_id, snapshot } => {
            let property = property_id.to_string();
            let row = [
                tenant.into(),
                user.into(),
                property.as_str().into(),
                envelope.timestamp.micros().into(),
                snapshot.price.paise().into(),
            ];
            let sql = "insert into favourites (tenant, user_id, property_id, saved_at, saved_price)
                 values ($1, $2, $3, $4, $5) on conflict do nothing";
            let added = tx.execute(sql, &row).await?;
            (property, i64::from(added > 0))
        }
        FavouritesEvent::Unsaved { property_id, .. } => {
            let property = property_id.to_string();
            let row = [tenant.into(), user.into(), property.as_str().into()];
            let sql = "delete from favourites where user_id = $2 and property_id = $3 and tenant = $1";
            let removed = tx.execute(sql, &row).await?;
            (property, -i64::from(removed > 0))
        }
    };
    add(tx, tenant, &property, Sums { favourites: change, ..Sums::default() }).await
}

pub async fn activity(
    tx: &mut ViewTx<'_>,
    envelope: &Envelope,
    event: &ActivityEvent,
) -> Result<(), ProjectionError> {
    match event {
        ActivityEvent::Viewed { property_id, counted: true, .. } => viewed(tx, envelope, *property_id).await,
        ActivityEvent::ViewsCounted { views } => {
            for counted in views {
                let property = counted.property_id.to_string();
                seen(tx, envelope, &property, counted.views, counted.visitors).await?;
            }
            Ok(())
        }
        ActivityEvent::Viewed { .. }
        | ActivityEvent::Shared { .. }
        | ActivityEvent::Searched { .. }
        | ActivityEvent::ContactRevealed { .. }
        | ActivityEvent::ProductViewed { .. }
        | ActivityEvent::ProductViewsCounted { .. }
        | ActivityEvent::ProductViewsSynced { .. } => Ok(()),
    }
}

/// Counts a signed-in person's view: as a view at most once in 30 minutes, and as a visitor at most once a day.
async fn viewed(
    tx: &mut ViewTx<'_>,
    envelope: &Envelope,
    property: PropertyId,
) -> Result<(), ProjectionError> {
    let tenant = envelope.stream.tenant.as_str();
    let user = &*envelope.stream.id;
    let at = envelope.timestamp;
    let property = property.to_string();
    let key = [tenant.into(), property.as_str().into(), user.into()];
    let found = tx
        .query(
            "select counted_at from counted_viewers where property_id = $2 and user_id = $3 and tenant = $1",
            &key,
        )
        .await?;
    let last = found.first().and_then(|row| row.int(0));
    if last.is_some_and(|last| at.micros() - last < VIEW_EVERY_MICROS) {
        return Ok(());
    }
    let day = |micros| domain::Timestamp::from_micros(micros).india_day();
    let visitor = last.is_none_or(|last| day(last) != at.india_day());
    let [tenant_value, property_value, user_value] = key;
    tx.execute(
        "insert into counted_viewers (tenant, property_id, user_id, counted_at) values ($1, $2, $3, $4)
         on conflict (property_id, user_id, tenant) do update set counted_at = excluded.counted_at",
        &[tenant_value, property_value, user_value, at.micros().into()],
    )
    .await?;
    seen(tx, envelope, &property, 1, u64::from(visitor)).await
}

async fn seen(
    tx: &mut ViewTx<'_>,
    envelope: &Envelope,
    property: &str,
    views: u64,
    visitors: u64,
) -> Result<(), ProjectionError> {
    let tenant = envelope.stream.tenant.as_str();
    let row = [
        tenant.into(),
        property.into(),
        envelope.timestamp.india_day().into(),
        views.into(),
        visitors.into(),
    ];
    tx.execute(
        "insert into property_views_daily (tenant, property_id, day, views, visitors) values ($1, $2, $3, $4, $5)
         on conflict (property_id, day, tenant)
         do update set views = views + excluded.views, visitors = visitors + excluded.visitors",
        &row,
    )
    .await?;
    let count = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    add(tx, tenant, property, Sums { views: count(views), visitors: count(visitors), favourites: 0 }).await
}

#[derive(Default)]
struct Sums {
    views: i64,
    visitors: i64,
    favourites: i64,
}

async fn add(tx: &mut ViewTx<'_>, tenant: &str, property: &str, sums: Sums) -> Result<(), ProjectionError> {
    tx.note_changed(tenant, property);
    let row =
        [tenant.into(), property.into(), sums.views.into(), sums.visitors.into(), sums.favourites.into()];
    tx.execute(
        "insert into property_counts (tenant, property_id, views, visitors, favourites) values ($1, $2, $3, $4, $5)
         on conflict (property_id, tenant) do update set views = views + excluded.views,
         visitors = visitors + excluded.visitors, favourites = favourites + excluded.favourites",
        &row,
    )
    .await?;
    Ok(())
}
