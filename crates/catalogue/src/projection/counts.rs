//! Counts how often products are viewed. These are sums, so the order of different people's events does not matter.
//! Nothing here depends on what the other log says, or rows would differ after a rebuild: the counts of a deleted product
//! stay, and so does the time at which an id that belongs to nobody any more was counted.

use ::projection::{ProjectionError, ViewTx};
use domain::activity::ActivityEvent;
use domain::product::popularity::{Popularity, Trend};
use domain::{Envelope, ProductId, Timestamp};

use super::VIEWED;

/// Within this time, a viewer's repeated views count once.
const VIEW_EVERY_MICROS: i64 = 30 * 60 * 1_000_000;

pub async fn apply(
    tx: &mut ViewTx<'_>,
    envelope: &Envelope,
    event: &ActivityEvent,
) -> Result<(), ProjectionError> {
    match event {
        ActivityEvent::ProductViewed { product_id, counted: true, .. } => {
            viewed(tx, envelope, *product_id).await
        }
        ActivityEvent::ProductViewsCounted { views } => {
            for counted in views {
                add(tx, envelope, counted.product_id, (counted.views, counted.visitors)).await?;
            }
            Ok(())
        }
        ActivityEvent::ProductViewsSynced { products } => {
            for synced in products {
                pass_on(tx, envelope, synced.product_id, synced.total_views).await?;
            }
            Ok(())
        }
        ActivityEvent::ProductViewed { .. }
        | ActivityEvent::Viewed { .. }
        | ActivityEvent::Shared { .. }
        | ActivityEvent::Searched { .. }
        | ActivityEvent::ContactRevealed { .. }
        | ActivityEvent::ViewsCounted { .. } => Ok(()),
    }
}

/// Counts a signed-in person's view: as a view at most once in 30 minutes, and as a visitor at most once a day.
async fn viewed(tx: &mut ViewTx<'_>, envelope: &Envelope, product: ProductId) -> Result<(), ProjectionError> {
    let tenant = envelope.stream.tenant.as_str();
    let user = &*envelope.stream.id;
    let at = envelope.timestamp;
    let id = product.to_string();
    let key = [tenant.into(), (&*id).into(), user.into()];
    let sql = "select counted_at from product_viewers where product_id = $2 and user_id = $3 and tenant = $1";
    let last = tx.query(sql, &key).await?.first().and_then(|row| row.int(0));
    if last.is_some_and(|last| at.micros() - last < VIEW_EVERY_MICROS) {
        return Ok(());
    }
    let day = |micros| Timestamp::from_micros(micros).india_day();
    let is_first = last.is_none_or(|last| day(last) != at.india_day());
    let [tenant, id, user] = key;
    tx.execute(
        "insert into product_viewers (tenant, product_id, user_id, counted_at) values ($1, $2, $3, $4)
         on conflict (product_id, user_id, tenant) do update set counted_at = excluded.counted_at",
        &[tenant, id, user, at.micros().into()],
    )
    .await?;
    add(tx, envelope, product, (1, u64::from(is_first))).await
}

async fn add(
    tx: &mut ViewTx<'_>,
    envelope: &Envelope,
    product: ProductId,
    (views, visitors): (u64, u64),
) -> Result<(), ProjectionError> {
    let tenant = envelope.stream.tenant.as_str();
    let id = product.to_string();
    let sql = "select click_trend from product_counts where product_id = $2 and tenant = $1";
    let rows = tx.query(sql, &[tenant.into(), (&*id).into()]).await?;
    let click_trend = Trend::of_level(rows.first().and_then(|row| row.real(0)));
    let before = Popularity { click_trend, ..Popularity::default() };
    if rows.is_empty() {
        tx.lengthen(&envelope.stream.tenant, (VIEWED, ""), 1).await?;
    }
    let trend = before.clicked(views, envelope.timestamp).click_trend.level();
    tx.execute(
        "insert into product_counts (tenant, product_id, views, visitors, synced, click_trend)
         values ($1, $2, $3, $4, 0, $5)
         on conflict (product_id, tenant) do update set views = product_counts.views + excluded.views,
         visitors = product_counts.visitors + excluded.visitors, click_trend = excluded.click_trend",
        &[tenant.into(), (&*id).into(), views.into(), visitors.into(), trend.into()],
    )
    .await?;
    let day = envelope.timestamp.india_day();
    tx.execute(
        "insert into product_days (tenant, product_id, day, views) values ($1, $2, $3, $4)
         on conflict (product_id, day, tenant) do update set views = product_days.views + excluded.views",
        &[tenant.into(), (&*id).into(), day.into(), views.into()],
    )
    .await?;
    Ok(())
}

/// So many views of a product were passed on. The sum only grows, so the same event twice changes nothing.
async fn pass_on(
    tx: &mut ViewTx<'_>,
    envelope: &Envelope,
    product: ProductId,
    total: u64,
) -> Result<(), ProjectionError> {
    let id = product.to_string();
    let key = [envelope.stream.tenant.as_str().into(), (&*id).into(), total.into()];
    let sql = "update product_counts set synced = $3 where product_id = $2 and tenant = $1 and synced < $3";
    if tx.execute(sql, &key).await? == 1 {
        let sql = "update products set popularity = 3 * $3 + 7 * purchases where id = $2 and tenant = $1";
        tx.execute(sql, &key).await?;
    }
    Ok(())
}
