//! Queries on the catalogue's read model.

pub mod lists;
mod portions;
pub mod views;

use ::projection::list_lengths::length_of;
use ::projection::{Row, ViewError, ViewStore};
use domain::fields::Choice;
use domain::product::popularity::{Popularity, Trend};
use domain::product::{ProductDetails, ProductDocument, ProductStatus, Stock};
use domain::{ProductId, TenantId, Timestamp, Version};
use http_kit::Failure;

use crate::AppParts;
use crate::projection::ON_SALE;

/// The columns that [`StoredProduct::read`] reads.
pub const COLUMNS: &str =
    "p.number, p.seller_id, p.seller_absent, p.status, p.content, p.stock, p.reservations, p.purchases,
    p.version, p.created_at, p.updated_at, p.purchase_trend, c.views, c.click_trend";
pub const FROM: &str = "products p left join product_counts c on c.product_id = p.id and c.tenant = p.tenant";
/// The index of the first column after [`COLUMNS`].
pub const AFTER: usize = 14;

/// A product as its row has it.
#[derive(Clone, Debug)]
pub struct StoredProduct {
    pub details: ProductDetails,
    pub popularity: Popularity,
    pub version: Version,
    pub seller_absent: bool,
}

impl StoredProduct {
    /// Reads a row of [`COLUMNS`]; `None` if it is damaged.
    pub fn read(row: &Row) -> Option<Self> {
        let purchases = row.count(7);
        let details = ProductDetails {
            id: ProductId::of(row.count(0))?,
            seller: row.text(1)?.parse().ok()?,
            content: serde_json::from_str(row.text(4)?).ok()?,
            status: row.text(3).and_then(ProductStatus::from_word)?,
            stock: Stock {
                quantity: row.int(5).map(i64::cast_unsigned),
                reservations: serde_json::from_str(row.text(6)?).ok()?,
            },
            purchases,
            created_at: row.int(9).map(Timestamp::from_micros)?,
            updated_at: row.int(10).map(Timestamp::from_micros)?,
        };
        let popularity = Popularity {
            clicks: row.count(12),
            purchases,
            click_trend: Trend::of_level(row.real(13)),
            purchase_trend: Trend::of_level(row.real(11)),
        };
        Some(Self { details, popularity, version: row.count(8), seller_absent: row.int(2) == Some(1) })
    }

    pub fn is_on_sale(&self) -> bool {
        self.details.status == ProductStatus::Active && !self.seller_absent
    }

    pub fn document(&self, now: Timestamp) -> ProductDocument<'_> {
        ProductDocument::of(&self.details, &self.popularity, now)
    }
}

/// How many products are on sale.
pub async fn on_sale(store: &ViewStore, tenant: &TenantId) -> Result<u64, ViewError> {
    let sql = format!("select {}", length_of(ON_SALE, "''"));
    let rows = store.query(&sql, vec![tenant.as_str().into()]).await?;
    Ok(rows.first().map_or(0, |row| row.count(0)))
}

impl AppParts {
    /// The greatest number of a product that the read model knows.
    pub async fn last_number(&self, tenant: &TenantId) -> Result<Option<ProductId>, Failure> {
        let sql = "select last from product_numbers where tenant = $1";
        let rows = self.store.query(sql, vec![tenant.as_str().into()]).await?;
        Ok(rows.first().and_then(|row| ProductId::of(row.count(0))))
    }
}
