//! Views, shares and searches. These events are never folded, so a visitor changes no listing's version (event
//! rule 24).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::aggregate::EventKind;
use crate::id::{PropertyId, UserId};
use crate::money::Paise;
use crate::personal::{Erasable, Personal};
use crate::product::ProductId;

/// An event of the activity log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "eventType", content = "eventData", rename_all_fields = "camelCase")]
pub enum ActivityEvent {
    /// A signed-in person opened a listing.
    #[serde(rename = "PROPERTY_VIEWED")]
    Viewed {
        /// The listing.
        property_id: PropertyId,
        /// The listing at that time.
        #[serde(flatten)]
        snapshot: Snapshot,
        /// Number of views since the last such event: at least 1.
        views: u64,
        /// Whether the views count for the listing (not those of its owner or of robots).
        counted: bool,
    },
    /// A person shared a listing.
    #[serde(rename = "PROPERTY_SHARED")]
    Shared {
        /// The listing.
        property_id: PropertyId,
        /// The listing at that time.
        #[serde(flatten)]
        snapshot: Snapshot,
    },
    /// A person was shown a listing's contact data.
    #[serde(rename = "CONTACT_REVEALED")]
    ContactRevealed {
        /// The listing.
        property_id: PropertyId,
        /// The listing at that time.
        #[serde(flatten)]
        snapshot: Snapshot,
        /// The listing's owner, whose contact data it is.
        owner_id: UserId,
    },
    /// A signed-in person searched.
    #[serde(rename = "PROPERTY_SEARCHED")]
    Searched {
        /// The filters, named as in the request. They are the searcher's personal data.
        filters: Personal<Map<String, Value>>,
        /// Number of listings found.
        results_count: u64,
    },
    /// Views by visitors who are not signed in, as totals. No data about the visitors is kept.
    #[serde(rename = "VIEWS_COUNTED")]
    ViewsCounted {
        /// One entry per listing.
        views: Vec<CountedViews>,
    },
    /// A signed-in person opened a product.
    #[serde(rename = "ProductViewed")]
    ProductViewed {
        /// The product.
        product_id: ProductId,
        /// The product at that time.
        #[serde(flatten)]
        snapshot: ProductSnapshot,
        /// Number of views since the last such event: at least 1.
        views: u64,
        /// Whether the views count for the product (not those of its seller or of robots).
        counted: bool,
    },
    /// Views of products by visitors who are not signed in, as totals. No data about the visitors is kept.
    #[serde(rename = "PRODUCT_VIEWS_COUNTED")]
    ProductViewsCounted {
        /// One entry per product.
        views: Vec<CountedProductViews>,
    },
    /// The views of some products since the last such event. What is ranked by them reads these sums, so that it need not
    /// change with each view.
    #[serde(rename = "PRODUCT_VIEWS_SYNCED")]
    ProductViewsSynced {
        /// One entry per product.
        products: Vec<SyncedViews>,
    },
}

/// The state of a product when something was done with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ProductSnapshot {
    /// Its SKU.
    pub sku: String,
    /// Its name.
    pub name: Erasable<String>,
    /// Its categories.
    pub categories: Vec<String>,
    /// Its price.
    pub price: Paise,
}

/// Views of one product since the last total.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CountedProductViews {
    /// The product.
    pub product_id: ProductId,
    /// Number of views, at most one per viewer in 30 minutes.
    pub views: u64,
    /// Number of viewers not seen before on that day.
    pub visitors: u64,
}

/// Views of one product that were counted before, and are passed on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SyncedViews {
    /// The product.
    pub product_id: ProductId,
    /// Views that were not passed on before.
    pub view_increment: u64,
    /// All views so far.
    pub total_views: u64,
}

/// The state of a listing when something was done with it, so that a history can always show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Snapshot {
    /// The listing's title.
    pub title: Erasable<String>,
    /// The listing's price.
    pub price: Paise,
    /// The listing's locality.
    pub area: Erasable<String>,
}

impl Snapshot {
    /// A snapshot of a listing that belongs to `owner`.
    #[must_use]
    pub fn of(owner: UserId, title: &str, price: Paise, area: &str) -> Self {
        let [title, area] = [title, area].map(|text| Erasable::of(owner, text.to_owned()));
        Self { title, price, area }
    }
}

/// Views of one listing since the last total.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CountedViews {
    /// The listing.
    pub property_id: PropertyId,
    /// Number of views, at most one per viewer in 30 minutes.
    pub views: u64,
    /// Number of viewers not seen before on that day.
    pub visitors: u64,
}

impl EventKind for ActivityEvent {
    const SCHEMA_VERSION: u16 = 2;
}

/// The type of an event in a person's activity, which is what clients of the earlier systems call it.
#[must_use]
pub fn activity_type(event_type: &str) -> &str {
    match event_type {
        "USER_UPDATED" => "PROFILE_UPDATED",
        "ProductCreated" => "PRODUCT_CREATED",
        "ProductUpdated" => "PRODUCT_UPDATED",
        "ProductDeleted" => "PRODUCT_DELETED",
        "ProductViewed" => "PRODUCT_VIEWED",
        "ProductPurchased" => "PRODUCT_PURCHASED",
        "ProductInventoryChanged" => "PRODUCT_INVENTORY_CHANGED",
        "ProductReserved" => "PRODUCT_RESERVED",
        "ProductReservationReleased" => "PRODUCT_RESERVATION_RELEASED",
        other => other,
    }
}
