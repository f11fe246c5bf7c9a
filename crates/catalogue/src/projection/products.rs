//! Projects the events of products. A row is the product as its own events fold it: `Product::evolve` is used here, too.

use ::projection::{ProjectionError, Value, ViewTx};
use domain::aggregate::Aggregate as _;
use domain::fields::Choice;
use domain::product::popularity::Trend;
use domain::product::{Product, ProductDetails, ProductEvent, ProductStatus};
use domain::search_text::fold;
use domain::{Envelope, TenantId};

use super::{ON_SALE, OWN};
use crate::queries::{COLUMNS, FROM, StoredProduct};

pub async fn apply(
    tx: &mut ViewTx<'_>,
    envelope: &Envelope,
    event: &ProductEvent,
) -> Result<(), ProjectionError> {
    let tenant = &envelope.stream.tenant;
    let before = read(tx, tenant, &envelope.stream.id).await?;
    let version = before.as_ref().map_or(0, |stored| stored.version);
    if version + 1 != envelope.version {
        let message = format!("{} is at version {version}, not before {}", envelope.stream, envelope.version);
        return Err(ProjectionError::Event(message));
    }
    let mut product =
        Product { details: before.as_ref().map(|stored| stored.details.clone()), deleted: false };
    product.evolve(event, envelope.timestamp);
    let details = product.details.filter(|_| !product.deleted);
    leave(tx, tenant, before.as_ref()).await?;
    match details {
        Some(details) => {
            let popularity = before.map(|stored| stored.popularity).unwrap_or_default();
            let bought = match event {
                ProductEvent::Purchased { quantity, .. } => *quantity,
                _ => 0,
            };
            let trend = popularity.purchased(bought, envelope.timestamp).purchase_trend;
            write(tx, envelope, details, trend).await
        }
        None => delete(tx, envelope).await,
    }
}

async fn read(
    tx: &mut ViewTx<'_>,
    tenant: &TenantId,
    id: &str,
) -> Result<Option<StoredProduct>, ProjectionError> {
    let sql = format!("select {COLUMNS} from {FROM} where p.id = $2 and p.tenant = $1");
    let rows = tx.query(&sql, &[tenant.as_str().into(), id.into()]).await?;
    let broken = || ProjectionError::Event(format!("the row of product {id} cannot be read"));
    rows.first().map(|row| StoredProduct::read(row).ok_or_else(broken)).transpose()
}

/// A product leaves the lists that it is in.
async fn leave(
    tx: &mut ViewTx<'_>,
    tenant: &TenantId,
    before: Option<&StoredProduct>,
) -> Result<(), ProjectionError> {
    let Some(before) = before else { return Ok(()) };
    if before.is_on_sale() {
        tx.lengthen(tenant, (ON_SALE, ""), -1).await?;
    }
    tx.lengthen(tenant, (OWN, &before.details.seller.to_string()), -1).await?;
    Ok(())
}

async fn write(
    tx: &mut ViewTx<'_>,
    envelope: &Envelope,
    mut product: ProductDetails,
    trend: Trend,
) -> Result<(), ProjectionError> {
    let tenant = &envelope.stream.tenant;
    let seller = product.seller.to_string();
    // The event may be read after the one that erases its seller.
    if tx.is_erased(tenant, &seller).await? {
        product.content.erase();
    }
    let json = |written: serde_json::Result<String>| {
        written.map_err(|error| ProjectionError::Event(error.to_string()))
    };
    let number = i64::try_from(product.id.number()).unwrap_or(i64::MAX);
    let row: [Value<'_>; 15] = [
        tenant.as_str().into(),
        (&*envelope.stream.id).into(),
        number.into(),
        (&*seller).into(),
        (&*product.content.sku).into(),
        fold(product.content.name.text()).into(),
        product.content.price.paise().into(),
        product.status.word().into(),
        json(serde_json::to_string(&product.content))?.into(),
        product.stock.quantity.map(u64::cast_signed).into(),
        json(serde_json::to_string(&product.stock.reservations))?.into(),
        product.purchases.into(),
        envelope.version.into(),
        product.updated_at.micros().into(),
        trend.level().into(),
    ];
    let absent = "(select count(*) from absent_sellers a where a.user_id = $4 and a.tenant = $1)";
    let clicks =
        "coalesce((select c.synced from product_counts c where c.product_id = $2 and c.tenant = $1), 0)";
    let sql = format!(
        "insert into products (tenant, id, number, seller_id, seller_absent, sku, name, price, status, content, stock,
         reservations, purchases, popularity, version, created_at, updated_at, purchase_trend)
         values ($1, $2, $3, $4, {absent}, $5, $6, $7, $8, $9, $10, $11, $12, 3 * {clicks} + 7 * $12, $13, $14, $14,
         $15)
         on conflict (id, tenant) do update set sku = excluded.sku, name = excluded.name, price = excluded.price,
         status = excluded.status, content = excluded.content, stock = excluded.stock,
         reservations = excluded.reservations, purchases = excluded.purchases, popularity = excluded.popularity,
         version = excluded.version, updated_at = excluded.updated_at, purchase_trend = excluded.purchase_trend"
    );
    tx.execute(&sql, &row).await?;
    if envelope.version == 1 {
        let last = "insert into product_numbers (tenant, last) values ($1, $2)
            on conflict (tenant) do update set last = max(product_numbers.last, excluded.last)";
        tx.execute(last, &[tenant.as_str().into(), number.into()]).await?;
    }
    let absent = "select 1 from absent_sellers where user_id = $2 and tenant = $1";
    let is_absent = !tx.query(absent, &[tenant.as_str().into(), (&*seller).into()]).await?.is_empty();
    if product.status == ProductStatus::Active && !is_absent {
        tx.lengthen(tenant, (ON_SALE, ""), 1).await?;
    }
    tx.lengthen(tenant, (OWN, &seller), 1).await?;
    Ok(())
}

async fn delete(tx: &mut ViewTx<'_>, envelope: &Envelope) -> Result<(), ProjectionError> {
    let key = [envelope.stream.tenant.as_str().into(), (&*envelope.stream.id).into()];
    tx.execute("delete from products where id = $2 and tenant = $1", &key).await?;
    Ok(())
}
