//! Sellers whose accounts are suspended or closed: their products are not on sale.

use ::projection::{ProjectionError, ViewTx};
use domain::Envelope;
use domain::product::ProductContent;
use journal::without_values;

use super::ON_SALE;

/// A person's account was closed: nothing that they wrote stays.
pub async fn gone(tx: &mut ViewTx<'_>, envelope: &Envelope) -> Result<(), ProjectionError> {
    let tenant = envelope.stream.tenant.as_str();
    let key = [tenant.into(), (&*envelope.stream.id).into()];
    let insert = "insert into absent_sellers (tenant, user_id) values ($1, $2) on conflict do nothing";
    tx.execute(insert, &key).await?;
    absent(tx, envelope, true).await?;
    let owned = "select id, content from products where seller_id = $2 and tenant = $1";
    for row in tx.query(owned, &key).await? {
        let (Some(id), Some(content)) = (row.text(0), row.text(1)) else { continue };
        let mut content: ProductContent =
            serde_json::from_str(content).map_err(|error| ProjectionError::Event(without_values(&error)))?;
        content.erase();
        let content =
            serde_json::to_string(&content).map_err(|error| ProjectionError::Event(error.to_string()))?;
        let sql = "update products set content = $3, name = '' where id = $2 and tenant = $1";
        tx.execute(sql, &[tenant.into(), id.into(), content.into()]).await?;
    }
    Ok(())
}

/// A person's account was suspended, deactivated or restored.
pub async fn moved(
    tx: &mut ViewTx<'_>,
    envelope: &Envelope,
    may_sign_in: bool,
) -> Result<(), ProjectionError> {
    let key = [envelope.stream.tenant.as_str().into(), (&*envelope.stream.id).into()];
    let sql = if may_sign_in {
        "delete from absent_sellers where user_id = $2 and tenant = $1
         and not exists (select 1 from erased_people g where g.user_id = $2 and g.tenant = $1)"
    } else {
        "insert into absent_sellers (tenant, user_id) values ($1, $2) on conflict do nothing"
    };
    tx.execute(sql, &key).await?;
    let sql = "select 1 from absent_sellers where user_id = $2 and tenant = $1";
    let is_absent = !tx.query(sql, &key).await?.is_empty();
    absent(tx, envelope, is_absent).await
}

/// The event's person is absent from now on, or back.
async fn absent(tx: &mut ViewTx<'_>, envelope: &Envelope, absent: bool) -> Result<(), ProjectionError> {
    let (tenant, seller) = (&envelope.stream.tenant, &*envelope.stream.id);
    let change = [tenant.as_str().into(), seller.into(), absent.into()];
    let sql = "select count(*) from products
        where seller_id = $2 and tenant = $1 and status = 'ACTIVE' and seller_absent <> $3";
    let moved = tx.query(sql, &change).await?;
    let moved = moved.first().and_then(|row| row.int(0)).unwrap_or_default();
    tx.lengthen(tenant, (ON_SALE, ""), if absent { -moved } else { moved }).await?;
    let sql =
        "update products set seller_absent = $3 where seller_id = $2 and tenant = $1 and seller_absent <> $3";
    tx.execute(sql, &change).await?;
    Ok(())
}
