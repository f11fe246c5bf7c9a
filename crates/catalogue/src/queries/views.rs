//! How often products are viewed, for operators.

use ::projection::list_lengths::length_of;
use domain::{ProductId, TenantId, Timestamp};
use http_kit::Failure;

use crate::AppParts;
use crate::projection::VIEWED;

/// The views of one product.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ViewsOfProduct {
    pub total: u64,
    pub today: u64,
}

/// What was counted, and not passed on yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PendingViews {
    pub products: u64,
    pub views: u64,
    /// How many products were ever viewed.
    pub tracked: u64,
}

impl AppParts {
    /// How often a product was viewed.
    pub async fn views_of(
        &self,
        tenant: &TenantId,
        id: ProductId,
        now: Timestamp,
    ) -> Result<ViewsOfProduct, Failure> {
        let sql = "select
            (select c.views from product_counts c where c.product_id = $2 and c.tenant = $1),
            (select d.views from product_days d where d.product_id = $2 and d.day = $3 and d.tenant = $1)";
        let params = vec![tenant.as_str().into(), id.to_string().into(), now.india_day().into()];
        let rows = self.store.query(sql, params).await?;
        let count = |column| rows.first().map_or(0, |row| row.count(column));
        Ok(ViewsOfProduct { total: count(0), today: count(1) })
    }

    /// What was counted, and not passed on yet.
    pub async fn pending_views(&self, tenant: &TenantId) -> Result<PendingViews, Failure> {
        let sql = format!(
            "select count(*), coalesce(sum(views - synced), 0), {} from product_counts
             where tenant = $1 and views > synced",
            length_of(VIEWED, "''")
        );
        let rows = self.store.query(&sql, vec![tenant.as_str().into()]).await?;
        let count = |column| rows.first().map_or(0, |row| row.count(column));
        Ok(PendingViews { products: count(0), views: count(1), tracked: count(2) })
    }
}
