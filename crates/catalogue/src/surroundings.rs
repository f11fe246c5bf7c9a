//! What the read model knows about a product beside the product's own events, kept in memory while nothing of it changes.

use std::sync::Arc;

use ::projection::DocumentCache;
use domain::product::popularity::{Popularity, Trend};
use domain::product::{Product, ProductDetails};
use domain::user::User;
use domain::{Aggregate as _, Envelope, ProductId, TenantId};
use http_kit::Failure;
use serde::Deserialize;

use crate::AppParts;

/// How often a product was viewed and bought, and whether its seller is there.
#[derive(Clone, Copy, Debug, Default)]
pub struct Surroundings {
    pub popularity: Popularity,
    pub seller_absent: bool,
}

/// Maximum number of products in memory.
const CAPACITY: u64 = 10_000;

/// The surroundings of products. An entry is dropped when an event that may change it is committed.
#[derive(Clone, Debug)]
pub struct SurroundingsCache(Arc<DocumentCache<(TenantId, ProductId), Surroundings>>);

impl SurroundingsCache {
    pub fn new() -> Self {
        Self(Arc::new(DocumentCache::new(CAPACITY)))
    }

    pub fn forget_all(&self) {
        self.0.forget_all();
    }

    /// Drops what the events of `batch` may have changed.
    pub fn committed(&self, batch: &[Envelope]) {
        for envelope in batch {
            match &*envelope.stream.kind {
                // Any product may be one of a seller who left or is back.
                User::TYPE => self.forget_all(),
                Product::TYPE => {
                    if let Ok(id) = envelope.stream.id.parse() {
                        self.forget(envelope, id);
                    }
                }
                _ => named(&envelope.data).into_iter().for_each(|id| self.forget(envelope, id)),
            }
        }
    }

    fn forget(&self, envelope: &Envelope, id: ProductId) {
        self.0.forget(&(envelope.stream.tenant.clone(), id));
    }
}

/// The products that an event of activity names.
fn named(data: &str) -> Vec<ProductId> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Names {
        product_id: Option<ProductId>,
        /// Not a number of views, but a list of them.
        #[serde(default)]
        views: serde_json::Value,
        #[serde(default)]
        products: serde_json::Value,
    }
    let Ok(names) = serde_json::from_str::<Names>(data) else { return Vec::new() };
    let lists = [names.views, names.products];
    let each = lists.iter().filter_map(serde_json::Value::as_array).flatten();
    let each = each.filter_map(|entry| serde_json::from_value(entry.get("productId")?.clone()).ok());
    names.product_id.into_iter().chain(each).collect()
}

impl AppParts {
    /// The surroundings of a product, as the read model has them now.
    pub async fn surroundings(
        &self,
        tenant: &TenantId,
        product: &ProductDetails,
    ) -> Result<Surroundings, Failure> {
        let (cache, key) = (&self.around.0, (tenant.clone(), product.id));
        let known = if let Some(known) = cache.get(&key) {
            known
        } else {
            let ticket = cache.ticket(&key);
            let loaded = Arc::new(self.loaded_surroundings(tenant, product).await?);
            cache.keep(&key, ticket, &loaded);
            loaded
        };
        let popularity = Popularity { purchases: product.purchases, ..known.popularity };
        Ok(Surroundings { popularity, ..*known })
    }

    async fn loaded_surroundings(
        &self,
        tenant: &TenantId,
        product: &ProductDetails,
    ) -> Result<Surroundings, Failure> {
        let sql = "select
            (select c.views from product_counts c where c.product_id = $2 and c.tenant = $1),
            (select c.click_trend from product_counts c where c.product_id = $2 and c.tenant = $1),
            (select p.purchase_trend from products p where p.id = $2 and p.tenant = $1),
            exists (select 1 from absent_sellers a where a.user_id = $3 and a.tenant = $1)";
        let params =
            vec![tenant.as_str().into(), product.id.to_string().into(), product.seller.to_string().into()];
        let rows = self.store.query(sql, params).await?;
        let Some(row) = rows.first() else { return Ok(Surroundings::default()) };
        let popularity = Popularity {
            clicks: row.count(0),
            purchases: product.purchases,
            click_trend: Trend::of_level(row.real(1)),
            purchase_trend: Trend::of_level(row.real(2)),
        };
        Ok(Surroundings { popularity, seller_absent: row.int(3) == Some(1) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_products_that_activity_names_are_found() {
        for (text, expected) in [
            (include_str!("../../domain/tests/golden/ProductViewed.v2.json"), 1),
            (include_str!("../../domain/tests/golden/PRODUCT_VIEWS_COUNTED.v2.json"), 1),
            (include_str!("../../domain/tests/golden/PRODUCT_VIEWS_SYNCED.v2.json"), 1),
            (include_str!("../../domain/tests/golden/PROPERTY_VIEWED.v2.json"), 0),
        ] {
            let written: serde_json::Value = serde_json::from_str(text).unwrap();
            assert_eq!(named(&written["eventData"].to_string()).len(), expected, "{text}");
        }
    }
}
