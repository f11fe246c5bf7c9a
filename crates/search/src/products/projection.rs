//! Folds the journal into the rows of products.

use std::sync::Arc;

use ::projection::{IndexProgress, Projection, ProjectionError, Value, ViewTx};
use async_trait::async_trait;
use bus::Group;
use domain::activity::{ActivityEvent, SyncedViews};
use domain::product::{Popularity, Product, ProductEvent, Trend};
use domain::user::{DELETED, User, UserEvent};
use domain::{Aggregate as _, Envelope, Log};
use journal::AggregateStore;

use super::row::{COLUMNS, FoldedProduct, JOINED, NEXT, StoredProduct};

/// The consumer group of the read model. Order is kept per product; all totals of views are in one order.
pub const GROUP: Group =
    Group { name: "elasticsearch-sync", logs: &[Log::Facts, Log::Activity], key: partition_key };

const VIEWS_SYNCED: &str = "PRODUCT_VIEWS_SYNCED";

fn partition_key(envelope: &Envelope) -> Option<String> {
    let stream = &envelope.stream;
    match &*stream.kind {
        Product::TYPE => Some(product_key(envelope)),
        User::TYPE if [DELETED, "USER_STATUS_CHANGED"].contains(&&*envelope.event_type) => {
            Some(format!("{}/{}/{}", stream.tenant, stream.kind, stream.id))
        }
        _ if &*envelope.event_type == VIEWS_SYNCED => Some(format!("{}/product-views", stream.tenant)),
        _ => None,
    }
}

fn product_key(envelope: &Envelope) -> String {
    blocked_key(envelope.stream.tenant.as_str(), &envelope.stream.id)
}

/// The key under which the events of a product wait when one of them cannot be applied.
pub fn blocked_key(tenant: &str, id: &str) -> String {
    format!("{tenant}/{}/{id}", Product::TYPE)
}

/// The projection of products.
#[derive(Debug)]
pub struct ProductRows {
    aggregates: AggregateStore,
    progress: Arc<IndexProgress>,
}

impl ProductRows {
    pub fn new(aggregates: AggregateStore, progress: Arc<IndexProgress>) -> Self {
        Self { aggregates, progress }
    }
}

#[async_trait(?Send)]
impl Projection for ProductRows {
    fn name(&self) -> &'static str {
        GROUP.name
    }

    async fn apply(&self, tx: &mut ViewTx<'_>, envelope: &Envelope) -> Result<(), ProjectionError> {
        match &*envelope.stream.kind {
            Product::TYPE => product(tx, envelope, &self.aggregates.decode::<ProductEvent>(envelope)?).await,
            User::TYPE => match self.aggregates.decode::<UserEvent>(envelope)? {
                UserEvent::Deleted { .. } => seller(tx, envelope, "seller_gone = 1, content = null").await,
                UserEvent::StatusChanged { to, .. } if to.may_sign_in() => back(tx, envelope).await,
                UserEvent::StatusChanged { .. } => away(tx, envelope).await,
                UserEvent::Registered { .. }
                | UserEvent::Updated { .. }
                | UserEvent::VerificationRequested { .. }
                | UserEvent::EmailVerified {}
                | UserEvent::PasswordResetRequested { .. }
                | UserEvent::PasswordChanged { .. }
                | UserEvent::RoleChanged { .. }
                | UserEvent::PropertyCountChanged { .. }
                | UserEvent::IdentityLinked { .. } => Ok(()),
            },
            _ => {
                let event = self.aggregates.decode::<ActivityEvent>(envelope)?;
                let ActivityEvent::ProductViewsSynced { products } = event else { return Ok(()) };
                for views in &products {
                    clicked(tx, envelope, views).await?;
                }
                Ok(())
            }
        }
    }

    /// Runs before waiting readers continue, so they also wait for the index to contain this batch.
    fn committed(&self, batch: &[Envelope]) {
        if batch.is_empty() {
            return;
        }
        let facts = batch.iter().map(|envelope| envelope.position).filter(|at| at.log == Log::Facts);
        // Readers wait for positions in the facts only; 0 for a batch without any.
        self.progress.rows_changed(facts.map(|at| at.seq).max().unwrap_or_default());
    }

    fn replaced(&self) {
        self.progress.rows_changed(0);
    }
}

async fn product(
    tx: &mut ViewTx<'_>,
    envelope: &Envelope,
    event: &ProductEvent,
) -> Result<(), ProjectionError> {
    let stream = &envelope.stream;
    let sql = format!("select null, {COLUMNS} from products r {JOINED} where r.tenant = $1 and r.id = $2");
    let number: i64 =
        stream.id.parse().map_err(|_| ProjectionError::Event(format!("{stream} is no product")))?;
    let rows = tx.query(&sql, &[stream.tenant.as_str().into(), number.into()]).await?;
    let stored = rows.first().map(StoredProduct::read).transpose();
    let stored = stored.map_err(|error| ProjectionError::Event(error.to_string()))?;
    let seller_gone = stored.as_ref().is_some_and(|stored| stored.seller_gone);
    let mut folded = stored.map_or_else(FoldedProduct::default, StoredProduct::folded);
    if folded.version + 1 != envelope.version {
        let message = format!("{stream} is at version {}, not before {}", folded.version, envelope.version);
        return Err(ProjectionError::Event(message));
    }
    folded.apply(envelope, event);
    write(tx, envelope, &folded, seller_gone).await
}

async fn write(
    tx: &mut ViewTx<'_>,
    envelope: &Envelope,
    folded: &FoldedProduct,
    seller_gone: bool,
) -> Result<(), ProjectionError> {
    let tenant = &envelope.stream.tenant;
    let seller = folded.seller().unwrap_or_default();
    // An event of a product may arrive after its seller was erased.
    let gone = seller_gone || tx.is_erased(tenant, &seller).await?;
    let Some(values) = folded.values(tenant, gone)? else { return Ok(()) };
    let sql = "select 1 from absent_sellers where tenant = $1 and user_id = $2";
    let absent = !tx.query(sql, &[tenant.as_str().into(), seller.into()]).await?.is_empty();
    let values: Vec<Value<'_>> = values.into_iter().chain([gone.into(), absent.into()]).collect();
    tx.execute(&upsert(), &values).await?;
    Ok(())
}

/// Writes [`FoldedProduct::values`], and whether the seller is gone or absent.
pub fn upsert() -> String {
    format!(
        "insert into products (tenant, id, seller_id, status, deleted, content, stock, purchases, purchase_trend,
         created_at, updated_at, version, seller_gone, seller_absent, changed)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, {NEXT})
         on conflict (tenant, id) do update set seller_id = excluded.seller_id, status = excluded.status,
         deleted = excluded.deleted, content = excluded.content, stock = excluded.stock,
         purchases = excluded.purchases, purchase_trend = excluded.purchase_trend,
         created_at = excluded.created_at, updated_at = excluded.updated_at, version = excluded.version,
         seller_gone = excluded.seller_gone, seller_absent = excluded.seller_absent, changed = excluded.changed"
    )
}

async fn clicked(
    tx: &mut ViewTx<'_>,
    envelope: &Envelope,
    views: &SyncedViews,
) -> Result<(), ProjectionError> {
    let key: [Value<'_>; 2] = [envelope.stream.tenant.as_str().into(), views.product_id.number().into()];
    let sql = "select clicks, click_trend from product_clicks where tenant = $1 and id = $2";
    let rows = tx.query(sql, &key).await?;
    let before = rows.first().map_or_else(Popularity::default, |row| Popularity {
        clicks: row.count(0),
        click_trend: Trend::of_level(row.real(1)),
        ..Popularity::default()
    });
    let now = before.clicked(views.total_views.saturating_sub(before.clicks), envelope.timestamp);
    let [tenant, id] = key.clone();
    tx.execute(
        "insert into product_clicks (tenant, id, clicks, click_trend) values ($1, $2, $3, $4)
         on conflict (tenant, id) do update set clicks = excluded.clicks, click_trend = excluded.click_trend",
        &[tenant, id, now.clicks.into(), now.click_trend.level().into()],
    )
    .await?;
    let sql = format!("update products set changed = {NEXT} where tenant = $1 and id = $2");
    tx.execute(&sql, &key).await?;
    Ok(())
}

async fn away(tx: &mut ViewTx<'_>, envelope: &Envelope) -> Result<(), ProjectionError> {
    let key = [envelope.stream.tenant.as_str().into(), (&*envelope.stream.id).into()];
    let sql = "insert into absent_sellers (tenant, user_id) values ($1, $2) on conflict do nothing";
    tx.execute(sql, &key).await?;
    seller(tx, envelope, "seller_absent = 1").await
}

async fn back(tx: &mut ViewTx<'_>, envelope: &Envelope) -> Result<(), ProjectionError> {
    let key = [envelope.stream.tenant.as_str().into(), (&*envelope.stream.id).into()];
    tx.execute("delete from absent_sellers where tenant = $1 and user_id = $2", &key).await?;
    seller(tx, envelope, "seller_absent = 0").await
}

/// Sets columns of everything that the event's person sells.
async fn seller(tx: &mut ViewTx<'_>, envelope: &Envelope, set: &str) -> Result<(), ProjectionError> {
    let tenant: Value<'_> = envelope.stream.tenant.as_str().into();
    let owned = "select id from products where tenant = $1 and seller_id = $2 order by id";
    let sql = format!("update products set {set}, changed = {NEXT} where tenant = $1 and id = $2");
    for row in tx.query(owned, &[tenant.clone(), (&*envelope.stream.id).into()]).await? {
        // One by one, because every row gets a `changed` number of its own.
        tx.execute(&sql, &[tenant.clone(), row.int(0).into()]).await?;
    }
    Ok(())
}
