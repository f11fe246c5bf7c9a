//! The row of a product: how it follows from the product's own events, and how it is read.

use std::collections::HashMap;

use ::projection::{ProjectionError, Row, Value, ViewStore};
use domain::fields::Choice;
use domain::product::{
    Currency, Popularity, Product, ProductContent, ProductDetails, ProductEvent, ProductStatus, Stock, Trend,
};
use domain::{Aggregate, Envelope, Erasable, Paise, ProductId, TenantId, Timestamp, Version};

use super::listed_product::ListedProduct;
use crate::engine::changes::RowsError;

/// The first columns follow from a product's own events, in the order of [`FoldedProduct::values`]: so many.
pub const FOLDED_COLUMNS: usize = 12;
/// What [`StoredProduct::read`] reads, from the second column on.
pub const COLUMNS: &str = "r.tenant, r.id, r.seller_id, r.status, r.deleted, r.content, r.stock, r.purchases,
    r.purchase_trend, r.created_at, r.updated_at, r.version, r.seller_gone, r.seller_absent, c.clicks, c.click_trend";
/// What is joined to the rows for them.
pub const JOINED: &str = "left join product_clicks c on c.tenant = r.tenant and c.id = r.id";
/// The index of the column after them, `changed`.
pub const CHANGED: usize = 17;
/// The next number for the `changed` column.
pub const NEXT: &str = "(select coalesce(max(changed), 0) + 1 from products)";

/// What the events of a product say.
#[derive(Clone, Debug, Default)]
pub struct FoldedProduct {
    product: Product,
    purchase_trend: Trend,
    /// Its version.
    pub version: Version,
}

impl FoldedProduct {
    /// Applies the next event.
    pub fn apply(&mut self, envelope: &Envelope, event: &ProductEvent) {
        self.product.evolve(event, envelope.timestamp);
        if let ProductEvent::Purchased { quantity, .. } = event {
            let before = Popularity { purchase_trend: self.purchase_trend, ..Popularity::default() };
            self.purchase_trend = before.purchased(*quantity, envelope.timestamp).purchase_trend;
        }
        self.version = envelope.version;
    }

    /// Its seller, as a row has it.
    pub fn seller(&self) -> Option<String> {
        self.product.details.as_ref().map(|details| details.seller.to_string())
    }

    /// The values of its row; nothing before its first event. The content goes with the product, and with its seller.
    ///
    /// # Errors
    /// When its content cannot be written as JSON.
    pub fn values(
        &self,
        tenant: &TenantId,
        seller_gone: bool,
    ) -> Result<Option<Vec<Value<'static>>>, ProjectionError> {
        let Some(details) = &self.product.details else { return Ok(None) };
        let content = serde_json::to_string(&details.content);
        let content = content.map_err(|error| ProjectionError::Event(error.to_string()))?;
        let content = (!seller_gone && !self.product.deleted).then_some(content);
        Ok(Some(vec![
            tenant.as_str().to_owned().into(),
            details.id.number().into(),
            details.seller.to_string().into(),
            details.status.word().into(),
            self.product.deleted.into(),
            content.into(),
            details.stock.quantity.into(),
            details.purchases.into(),
            self.purchase_trend.level().into(),
            details.created_at.micros().into(),
            details.updated_at.micros().into(),
            self.version.into(),
        ]))
    }
}

/// The row of a product.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a column")]
pub struct StoredProduct {
    tenant: TenantId,
    /// Its id.
    pub id: ProductId,
    /// Whether its seller closed their account.
    pub seller_gone: bool,
    seller_absent: bool,
    /// Whether its content is still there.
    has_content: bool,
    deleted: bool,
    details: ProductDetails,
    popularity: Popularity,
    version: Version,
}

impl StoredProduct {
    /// Reads a row of [`COLUMNS`].
    pub fn read(row: &Row) -> Result<Self, RowsError> {
        let name = || RowsError::Unreadable(row.int(2).map_or_else(|| "?".to_owned(), |id| id.to_string()));
        let at = |column| row.int(column).map(Timestamp::from_micros).ok_or_else(name);
        let id = ProductId::of(row.count(2)).ok_or_else(name)?;
        let content = row.text(6).map(serde_json::from_str).transpose().map_err(|_| name())?;
        let quantity = row.int(7).and_then(|number| u64::try_from(number).ok());
        let details = ProductDetails {
            id,
            seller: row.text(3).and_then(|id| id.parse().ok()).ok_or_else(name)?,
            status: row.text(4).and_then(ProductStatus::from_word).ok_or_else(name)?,
            stock: Stock { quantity, reservations: Vec::new() },
            purchases: row.count(8),
            created_at: at(10)?,
            updated_at: at(11)?,
            content: content.clone().unwrap_or_else(no_content),
        };
        let popularity = Popularity {
            clicks: row.count(15),
            purchases: row.count(8),
            click_trend: Trend::of_level(row.real(16)),
            purchase_trend: Trend::of_level(row.real(9)),
        };
        Ok(Self {
            tenant: TenantId::stored(row.text(1).ok_or_else(name)?),
            id,
            seller_gone: row.int(13) == Some(1),
            seller_absent: row.int(14) == Some(1),
            has_content: content.is_some(),
            deleted: row.int(5) == Some(1),
            details,
            popularity,
            version: row.count(12),
        })
    }

    /// What its events said so far; nothing for what healing leaves of a row that should not be there.
    pub fn folded(self) -> FoldedProduct {
        if self.version == 0 {
            return FoldedProduct::default();
        }
        let product = Product { details: Some(self.details), deleted: self.deleted };
        FoldedProduct { product, purchase_trend: self.popularity.purchase_trend, version: self.version }
    }

    /// The product, if it can be found.
    pub fn on_sale(self) -> Option<ListedProduct> {
        let is_active = self.details.status == ProductStatus::Active && !self.deleted;
        let is_on_sale = is_active && self.has_content && !self.seller_gone && !self.seller_absent;
        let Self { tenant, details, popularity, version, .. } = self;
        is_on_sale.then_some(ListedProduct { tenant, details, popularity, version })
    }

    /// Its tenant and id.
    pub fn identity(&self) -> (TenantId, ProductId) {
        (self.tenant.clone(), self.id)
    }
}

/// Stands for the content of somebody who left. It is never shown.
fn no_content() -> ProductContent {
    ProductContent {
        name: Erasable::Erased,
        description: None,
        categories: Vec::new(),
        price: Paise::from_paise(0),
        currency: Currency::default(),
        sku: String::new(),
        attributes: None,
        images: None,
    }
}

/// The products of `ids` that can be found, by id.
pub async fn on_sale(
    store: &ViewStore,
    tenant: &TenantId,
    ids: &[ProductId],
) -> Result<HashMap<ProductId, ListedProduct>, RowsError> {
    let mut found = HashMap::with_capacity(ids.len());
    for row in of_ids(store, tenant, ids, "").await? {
        if let Some(product) = StoredProduct::read(&row)?.on_sale() {
            found.insert(product.details.id, product);
        }
    }
    Ok(found)
}

/// The rows of `ids` in one snapshot, with `more` columns after `changed`.
pub async fn of_ids(
    store: &ViewStore,
    tenant: &TenantId,
    ids: &[ProductId],
    more: &str,
) -> Result<Vec<Row>, RowsError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut params: Vec<Value<'_>> = vec![tenant.as_str().into()];
    params.extend(ids.iter().map(|id| Value::from(id.number())));
    let places: Vec<String> = (2..=params.len()).map(|number| format!("${number}")).collect();
    let places = places.join(", ");
    let sql = format!(
        "select null, {COLUMNS}, r.changed{more} from products r {JOINED} where r.tenant = $1 and r.id in ({places})"
    );
    Ok(store.query(&sql, params).await?)
}
