//! A product of the catalogue: its content, its status, its stock, and who bought it.

pub mod content;
pub mod document;
pub mod draft;
mod id;
pub mod popularity;
pub mod stock;
#[cfg(test)]
mod tests;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::aggregate::{Aggregate, EventKind};
use crate::fields::Choice;
use crate::id::{ReservationId, UserId};
use crate::money::Paise;
use crate::personal::Erasable;
use crate::time::Timestamp;
pub use content::{Currency, ProductContent, ProductStatus};
pub use document::{PriceRange, ProductDocument};
pub use draft::{NullMeans, ProductChanges, ProductDraft};
pub use id::{NotAProductId, ProductId};
pub use popularity::{Popularity, Trend};
pub use stock::{Reservation, Stock, StockChange};

/// The events of a product.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "eventType", content = "eventData", rename_all_fields = "camelCase")]
pub enum ProductEvent {
    /// The product came into the catalogue.
    #[serde(rename = "ProductCreated")]
    Created {
        /// The product's id.
        product_id: ProductId,
        /// Its content.
        #[serde(flatten)]
        content: ProductContent,
        /// Its status.
        status: ProductStatus,
        /// How many there are; absent if nobody counts them.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        stock: Option<u64>,
        /// When.
        created_at: Timestamp,
        /// Its seller.
        created_by: UserId,
    },
    /// The content or the status changed; the event carries all of it.
    #[serde(rename = "ProductUpdated")]
    Updated {
        /// The product's id.
        product_id: ProductId,
        /// The new content.
        #[serde(flatten)]
        content: ProductContent,
        /// The new status.
        status: ProductStatus,
        /// The fields that changed, named as in requests.
        changed_fields: Vec<String>,
        /// Their values before.
        previous_values: Erasable<Map<String, Value>>,
        /// When.
        updated_at: Timestamp,
        /// By whom.
        updated_by: UserId,
    },
    /// The product left the catalogue for good.
    #[serde(rename = "ProductDeleted")]
    Deleted {
        /// The product's id.
        product_id: ProductId,
        /// Its SKU, which is free again.
        sku: String,
        /// Its name, for readers of a history.
        name: Erasable<String>,
        /// When.
        deleted_at: Timestamp,
        /// By whom.
        deleted_by: UserId,
        /// Why, in their words.
        reason: Erasable<String>,
    },
    /// Somebody bought some.
    #[serde(rename = "ProductPurchased")]
    Purchased {
        /// The product's id.
        product_id: ProductId,
        /// Its SKU.
        sku: String,
        /// Its name, for readers of a history.
        name: Erasable<String>,
        /// The widest to the narrowest category.
        categories: Vec<String>,
        /// Its seller.
        seller_id: UserId,
        /// The buyer.
        user_id: UserId,
        /// The order, as the buyer's client calls it.
        order_id: String,
        /// How many.
        quantity: u64,
        /// The price of one.
        unit_price: Paise,
        /// The price of all.
        total_price: Paise,
        /// The currency.
        currency: Currency,
        /// When.
        purchased_at: Timestamp,
    },
    /// The stock changed.
    #[serde(rename = "ProductInventoryChanged")]
    InventoryChanged {
        /// The product's id.
        product_id: ProductId,
        /// Its SKU.
        sku: String,
        /// The stock before; absent if nobody counted it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        previous_quantity: Option<u64>,
        /// The stock now; absent if nobody counts it any more.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        new_quantity: Option<u64>,
        /// The difference; what was not counted counts as 0.
        quantity_change: i64,
        /// Why.
        change_reason: StockChange,
        /// When.
        changed_at: Timestamp,
        /// By whom.
        changed_by: UserId,
    },
    /// Somebody holds a part of the stock for a while; an earlier reservation of theirs is replaced.
    #[serde(rename = "ProductReserved")]
    Reserved {
        /// The product's id.
        product_id: ProductId,
        /// Its name, for readers of a history.
        name: Erasable<String>,
        /// The reservation.
        reservation_id: ReservationId,
        /// Who holds it.
        user_id: UserId,
        /// How many.
        quantity: u64,
        /// From then on it is void.
        expires_at: Timestamp,
    },
    /// They gave it back.
    #[serde(rename = "ProductReservationReleased")]
    ReservationReleased {
        /// The product's id.
        product_id: ProductId,
        /// Its name, for readers of a history.
        name: Erasable<String>,
        /// The reservation.
        reservation_id: ReservationId,
        /// Who held it.
        user_id: UserId,
    },
}

impl EventKind for ProductEvent {}

/// The commands of a product.
#[derive(Clone, Debug)]
pub enum ProductCommand {
    /// Put it into the catalogue.
    Create {
        /// Its id.
        id: ProductId,
        /// Its seller.
        seller: UserId,
        /// What it is.
        draft: ProductDraft,
    },
    /// Change what is given.
    Update(ProductChanges, UserId),
    /// Take it out of the catalogue for good.
    Delete {
        /// By whom.
        by: UserId,
        /// Why.
        reason: String,
    },
    /// Buy some.
    Purchase {
        /// The buyer.
        buyer: UserId,
        /// How many.
        quantity: u64,
        /// The order, as the buyer's client calls it.
        order: String,
    },
    /// Hold some for a while.
    Reserve {
        /// The reservation's id.
        id: ReservationId,
        /// For whom.
        user: UserId,
        /// How many.
        quantity: u64,
        /// For how long.
        minutes: i64,
    },
    /// Give a reservation back.
    Release(ReservationId, UserId),
}

/// Why a command is rejected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProductRejection {
    /// There is no such product.
    #[error("there is no such product")]
    Unknown,
    /// A product with this id exists already.
    #[error("the product exists already")]
    Exists,
    /// It is not on sale.
    #[error("the product is not on sale: it is {}", .0.word())]
    NotOnSale(ProductStatus),
    /// There are not enough.
    #[error("only {available} are left")]
    OutOfStock {
        /// How many the person can take.
        available: u64,
    },
    /// Nobody counts them, so there is nothing to hold.
    #[error("the stock of the product is not counted, so nothing can be reserved")]
    NotCounted,
    /// There is no such reservation of this person.
    #[error("there is no such reservation")]
    NoReservation,
    /// The price of all is more than an amount can be.
    #[error("the price of so many is too large")]
    TooDear,
}

/// The state of a product.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Product {
    /// Set once it is in the catalogue.
    pub details: Option<ProductDetails>,
    /// It has left the catalogue for good.
    pub deleted: bool,
}

/// The details of a product.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ProductDetails {
    /// The product's id.
    pub id: ProductId,
    /// Its seller.
    pub seller: UserId,
    /// Its content.
    pub content: ProductContent,
    /// Its status.
    pub status: ProductStatus,
    /// Its stock.
    pub stock: Stock,
    /// How many were bought.
    pub purchases: u64,
    /// When it came into the catalogue.
    pub created_at: Timestamp,
    /// When its content, status or stock last changed by its seller.
    pub updated_at: Timestamp,
}

impl ProductDetails {
    fn name(&self) -> Erasable<String> {
        self.content.name.clone().owned_by(self.seller)
    }

    fn update(&self, changes: ProductChanges, by: UserId, now: Timestamp) -> Vec<ProductEvent> {
        let status = changes.status.unwrap_or(self.status);
        let stock = changes.stock.filter(|stock| *stock != self.stock.quantity);
        let content = changes.applied_to(&self.content).owned_by(self.seller);
        let mut replaced = self.content.replaced_by(&content);
        if status != self.status {
            replaced.insert("status".to_owned(), self.status.word().into());
        }
        let sku = content.sku.clone();
        let updated = (!replaced.is_empty()).then(|| ProductEvent::Updated {
            product_id: self.id,
            content,
            status,
            changed_fields: replaced.keys().cloned().collect(),
            previous_values: Erasable::of(self.seller, replaced),
            updated_at: now,
            updated_by: by,
        });
        let counted = stock.map(|stock| self.counted(sku, stock, (StockChange::Adjusted, by, now)));
        updated.into_iter().chain(counted).collect()
    }

    fn counted(
        &self,
        sku: String,
        new_quantity: Option<u64>,
        (change_reason, changed_by, changed_at): (StockChange, UserId, Timestamp),
    ) -> ProductEvent {
        let signed = |quantity: Option<u64>| i64::try_from(quantity.unwrap_or_default()).unwrap_or(i64::MAX);
        ProductEvent::InventoryChanged {
            product_id: self.id,
            sku,
            previous_quantity: self.stock.quantity,
            new_quantity,
            quantity_change: signed(new_quantity) - signed(self.stock.quantity),
            change_reason,
            changed_at,
            changed_by,
        }
    }

    fn on_sale(&self) -> Result<(), ProductRejection> {
        if self.status == ProductStatus::Active {
            Ok(())
        } else {
            Err(ProductRejection::NotOnSale(self.status))
        }
    }

    fn purchase(
        &self,
        user_id: UserId,
        quantity: u64,
        order_id: String,
        now: Timestamp,
    ) -> Result<Vec<ProductEvent>, ProductRejection> {
        self.on_sale()?;
        self.stock.allows(user_id, quantity, now)?;
        let unit_price = self.content.price;
        let total =
            i64::try_from(quantity).ok().and_then(|quantity| unit_price.paise().checked_mul(quantity));
        let purchased = ProductEvent::Purchased {
            product_id: self.id,
            sku: self.content.sku.clone(),
            name: self.name(),
            categories: self.content.categories.clone(),
            seller_id: self.seller,
            user_id,
            order_id,
            quantity,
            unit_price,
            total_price: Paise::from_paise(total.ok_or(ProductRejection::TooDear)?),
            currency: self.content.currency,
            purchased_at: now,
        };
        let left = self.stock.quantity.map(|there| there.saturating_sub(quantity));
        let counted = left.map(|left| {
            self.counted(self.content.sku.clone(), Some(left), (StockChange::Purchased, user_id, now))
        });
        Ok([purchased].into_iter().chain(counted).collect())
    }

    fn reserve(
        &self,
        reservation_id: ReservationId,
        user_id: UserId,
        quantity: u64,
        expires_at: Timestamp,
        now: Timestamp,
    ) -> Result<Vec<ProductEvent>, ProductRejection> {
        self.on_sale()?;
        if self.stock.quantity.is_none() {
            return Err(ProductRejection::NotCounted);
        }
        self.stock.allows(user_id, quantity, now)?;
        let (product_id, name) = (self.id, self.name());
        Ok(vec![ProductEvent::Reserved { product_id, name, reservation_id, user_id, quantity, expires_at }])
    }

    fn release(
        &self,
        reservation_id: ReservationId,
        user_id: UserId,
        now: Timestamp,
    ) -> Result<Vec<ProductEvent>, ProductRejection> {
        match self.stock.held_by(user_id, now) {
            Some(held) if held.id == reservation_id => {
                let (product_id, name) = (self.id, self.name());
                Ok(vec![ProductEvent::ReservationReleased { product_id, name, reservation_id, user_id }])
            }
            _ => Err(ProductRejection::NoReservation),
        }
    }
}

impl Product {
    fn present(&self) -> Result<&ProductDetails, ProductRejection> {
        self.details.as_ref().filter(|_| !self.deleted).ok_or(ProductRejection::Unknown)
    }
}

impl Aggregate for Product {
    const TYPE: &'static str = "product";
    type Command = ProductCommand;
    type Event = ProductEvent;
    type Rejection = ProductRejection;

    fn decide(&self, command: ProductCommand, now: Timestamp) -> Result<Vec<ProductEvent>, ProductRejection> {
        match command {
            ProductCommand::Create { .. } if self.details.is_some() => Err(ProductRejection::Exists),
            ProductCommand::Create { id, seller, draft } => Ok(vec![ProductEvent::Created {
                product_id: id,
                content: draft.owned_by(seller),
                status: draft.status,
                stock: draft.stock,
                created_at: now,
                created_by: seller,
            }]),
            // To delete it twice is fine.
            ProductCommand::Delete { .. } if self.deleted => Ok(Vec::new()),
            ProductCommand::Update(changes, by) => Ok(self.present()?.update(changes, by, now)),
            ProductCommand::Delete { by, reason } => {
                let product = self.present()?;
                Ok(vec![ProductEvent::Deleted {
                    product_id: product.id,
                    sku: product.content.sku.clone(),
                    name: product.name(),
                    deleted_at: now,
                    deleted_by: by,
                    reason: Erasable::of(by, reason),
                }])
            }
            ProductCommand::Purchase { buyer, quantity, order } => {
                self.present()?.purchase(buyer, quantity, order, now)
            }
            ProductCommand::Reserve { id, user, quantity, minutes } => {
                self.present()?.reserve(id, user, quantity, now.plus_seconds(minutes * 60), now)
            }
            ProductCommand::Release(id, user) => self.present()?.release(id, user, now),
        }
    }

    fn evolve(&mut self, event: &ProductEvent, at: Timestamp) {
        if let ProductEvent::Created { product_id, content, status, stock, created_by, .. } = event {
            self.details = Some(ProductDetails {
                id: *product_id,
                seller: *created_by,
                content: content.clone(),
                status: *status,
                stock: Stock { quantity: *stock, reservations: Vec::new() },
                purchases: 0,
                created_at: at,
                updated_at: at,
            });
            return;
        }
        let Some(product) = &mut self.details else { return };
        match event {
            ProductEvent::Created { .. } => {}
            ProductEvent::Updated { content, status, .. } => {
                product.content = content.clone();
                product.status = *status;
                product.updated_at = at;
            }
            ProductEvent::Deleted { .. } => self.deleted = true,
            ProductEvent::Purchased { user_id, quantity, .. } => {
                product.purchases = product.purchases.saturating_add(*quantity);
                product.stock.release(*user_id, at);
            }
            ProductEvent::InventoryChanged { new_quantity, change_reason, .. } => {
                product.stock.quantity = *new_quantity;
                if *change_reason == StockChange::Adjusted {
                    product.updated_at = at;
                }
            }
            ProductEvent::Reserved { reservation_id, user_id, quantity, expires_at, .. } => {
                let held = Reservation {
                    id: *reservation_id,
                    user: *user_id,
                    quantity: *quantity,
                    expires_at: *expires_at,
                };
                product.stock.hold(held, at);
            }
            ProductEvent::ReservationReleased { user_id, .. } => product.stock.release(*user_id, at),
        }
    }
}
