//! A product as clients see it: in the catalogue, and in what a search found.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use super::content::{Currency, ProductStatus};
use super::popularity::Popularity;
use super::{ProductDetails, ProductId};
use crate::id::UserId;
use crate::money::Paise;
use crate::personal::Erasable;
use crate::time::Timestamp;

/// A range of prices that includes its start and excludes its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PriceRange {
    /// Its name.
    pub name: &'static str,
    /// Its start, in major units.
    pub from: u32,
    /// Its end; `None` for the last range.
    pub to: Option<u32>,
}

impl PriceRange {
    /// All ranges, from the cheapest.
    pub const ALL: [Self; 6] = [
        Self { name: "0-25", from: 0, to: Some(25) },
        Self { name: "25-50", from: 25, to: Some(50) },
        Self { name: "50-100", from: 50, to: Some(100) },
        Self { name: "100-250", from: 100, to: Some(250) },
        Self { name: "250-500", from: 250, to: Some(500) },
        Self { name: "500+", from: 500, to: None },
    ];

    /// The index in [`Self::ALL`] of the range that holds `price`.
    #[must_use]
    pub fn index_of(price: Paise) -> usize {
        let above = |range: &Self| range.to.is_some_and(|end| price.paise() >= i64::from(end) * 100);
        Self::ALL.iter().take_while(|range| above(range)).count()
    }

    /// The range that holds `price`.
    #[must_use]
    pub fn of(price: Paise) -> Self {
        Self::ALL.get(Self::index_of(price)).copied().unwrap_or(Self::ALL[5])
    }
}

/// Cheaper than this, in paise, is `budget`.
const BUDGET_BELOW: i64 = 10_000;
/// Dearer than this, in paise, is `premium`.
const PREMIUM_ABOVE: i64 = 50_000;
/// More popular than this is `popular`.
const POPULAR_ABOVE: f64 = 50.0;
/// Bought more often than this is a `bestseller`.
const BESTSELLER_ABOVE: u64 = 100;

impl ProductDetails {
    /// Whether it is on sale and not sold out. What others have reserved still counts as there.
    #[must_use]
    pub fn in_stock(&self) -> bool {
        self.status == ProductStatus::Active && self.stock.quantity != Some(0)
    }

    /// Its tags: its categories, then what follows from its price, its popularity and its stock.
    #[must_use]
    pub fn tags(&self, popularity: &Popularity) -> Vec<String> {
        let price = match self.content.price.paise() {
            ..BUDGET_BELOW => "budget",
            BUDGET_BELOW..=PREMIUM_ABOVE => "mid-range",
            _ => "premium",
        };
        let marks = [
            ("popular", popularity.score() > POPULAR_ABOVE),
            ("bestseller", popularity.purchases > BESTSELLER_ABOVE),
            ("available", self.in_stock()),
        ];
        let marks = marks.into_iter().filter(|(_, holds)| *holds).map(|(mark, _)| mark);
        let derived = std::iter::once(price).chain(marks).map(str::to_owned);
        self.content.categories.iter().cloned().chain(derived).collect()
    }
}

/// A product as clients see it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Product)]
pub struct ProductDocument<'a> {
    id: ProductId,
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    /// From the widest to the narrowest.
    categories: &'a [String],
    /// The price of one, in major units.
    price: Paise,
    currency: Currency,
    sku: &'a str,
    attributes: &'a BTreeMap<String, String>,
    images: &'a [String],
    status: ProductStatus,
    /// How many there are; absent if nobody counts them.
    #[serde(skip_serializing_if = "Option::is_none")]
    stock: Option<u64>,
    /// Whether it is on sale and not sold out.
    in_stock: bool,
    seller_id: UserId,
    created_at: Timestamp,
    updated_at: Timestamp,
    /// How often it was opened.
    click_count: u64,
    /// How many were bought.
    purchase_count: u64,
    /// `0.3 · clickCount + 0.7 · purchaseCount`.
    popularity_score: f64,
    /// The same, but a click or a purchase counts half as much every seven days.
    trending_score: f64,
    /// Its categories, and what follows from its price, its popularity and its stock.
    tags: Vec<String>,
    /// The range of prices that it is in, in major units.
    price_range: &'static str,
}

impl<'a> ProductDocument<'a> {
    /// The document of `product` at the time `now`.
    #[must_use]
    pub fn of(product: &'a ProductDetails, popularity: &Popularity, now: Timestamp) -> Self {
        let content = &product.content;
        Self {
            id: product.id,
            name: content.name.text(),
            description: content.description.as_ref().map(Erasable::text),
            categories: &content.categories,
            price: content.price,
            currency: content.currency,
            sku: &content.sku,
            attributes: content.attributes(),
            images: content.images(),
            status: product.status,
            stock: product.stock.quantity,
            in_stock: product.in_stock(),
            seller_id: product.seller,
            created_at: product.created_at,
            updated_at: product.updated_at,
            click_count: popularity.clicks,
            purchase_count: popularity.purchases,
            popularity_score: popularity.score(),
            trending_score: popularity.trending_score(now),
            tags: product.tags(popularity),
            price_range: PriceRange::of(content.price).name,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_is_in_the_range_that_begins_with_it() {
        let range = |paise| PriceRange::of(Paise::from_paise(paise)).name;
        assert_eq!(
            [1, 2_499, 2_500, 9_999, 10_000, 25_000, 49_999, 50_000].map(range),
            ["0-25", "0-25", "25-50", "50-100", "100-250", "250-500", "250-500", "500+"]
        );
    }
}
