//! What the market says about one home.

use std::sync::Arc;

use axum::extract::{Path, State};
use domain::{Paise, PropertyId, Timestamp};
use http_kit::{ApiResponse, Caller, Failure, Query, Reply};
use serde::Serialize;
use utoipa::ToSchema;

use super::{App, areas};
use crate::caches::PricesPerSqft;
use crate::figures::enough;
use crate::home::Home;
use crate::queries::SeenHome;
use crate::statistics::{Bar, distribution, one_decimal};

/// The most homes that one is compared with: the newest.
const MOST_COMPARED: u64 = 500;

/// Why a price began.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[schema(as = MarketPriceReason)]
pub enum PriceReason {
    Listed,
    PriceChanged,
}

/// A price that was asked from a moment on.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MarketPrice)]
pub struct PriceDocument {
    at: Timestamp,
    price: Paise,
    reason: PriceReason,
}

/// The area of a home.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MarketHomeArea)]
pub struct HomeArea {
    slug: String,
    name: String,
}

/// The homes of the same kind in the same area, by price per square foot.
#[derive(Debug, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = MarketComparison)]
pub struct Comparison {
    /// Without the home itself; at least three.
    homes: u64,
    median_price_per_sqft: Paise,
    lowest: Paise,
    highest: Paise,
    /// Of the home itself.
    price_per_sqft: Paise,
    /// How many percent of the others are cheaper.
    percentile: f64,
    distribution: Vec<Bar>,
}

/// A home on the market.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = MarketHome)]
pub struct HomeDocument {
    /// From the day on which it came on the market, the oldest first.
    price_history: Vec<PriceDocument>,
    /// Whole days, until it was sold or rented, or expired.
    days_listed: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    area: Option<HomeArea>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    comparable: Option<Comparison>,
}

impl Comparison {
    /// Compares a home with `others`; `None` when they are too few, or its area is not known.
    fn of(home: &Home, others: &[(PropertyId, Paise)]) -> Option<Self> {
        let own = home.price_per_sqft()?;
        let others = others.iter().filter(|(id, _)| *id != home.id);
        let prices: Vec<Paise> = others.map(|(_, price)| *price).collect();
        let cheaper = prices.iter().filter(|price| **price < own).count();
        Some(Self {
            homes: prices.len() as u64,
            lowest: *prices.iter().min()?,
            highest: *prices.iter().max()?,
            price_per_sqft: own,
            percentile: share_percent(cheaper, prices.len()),
            distribution: distribution(&prices),
            median_price_per_sqft: enough(prices)?,
        })
    }
}

#[expect(clippy::cast_precision_loss, reason = "at most 500")]
fn share_percent(part: usize, whole: usize) -> f64 {
    one_decimal(part as f64 * 100.0 / whole as f64)
}

impl App {
    /// The prices per square foot of the newest homes of the same kind in the same area: from memory, unless one of
    /// them changed.
    async fn prices_beside(&self, caller: &Caller, home: &Home) -> Result<Arc<PricesPerSqft>, Failure> {
        let cache = &self.market.caches.prices;
        let key = (caller.tenant.clone(), home.area.clone(), home.kind.words());
        if let Some(prices) = cache.get(&key) {
            return Ok(prices);
        }
        let _turn = cache.turn(&key).await;
        if let Some(prices) = cache.get(&key) {
            return Ok(prices);
        }
        let ticket = cache.ticket(&key);
        let newest = self.of(&caller.tenant).newest_of_area(&home.area, home.kind, MOST_COMPARED).await?;
        let prices = newest.iter().filter_map(|home| Some((home.id, home.price_per_sqft()?)));
        let prices = Arc::new(prices.collect::<PricesPerSqft>());
        cache.keep(&key, ticket, &prices);
        Ok(prices)
    }
}

fn history(prices: Vec<(Timestamp, Paise)>) -> Vec<PriceDocument> {
    let reasons = std::iter::once(PriceReason::Listed).chain(std::iter::repeat(PriceReason::PriceChanged));
    prices.into_iter().zip(reasons).map(|((at, price), reason)| PriceDocument { at, price, reason }).collect()
}

/// For every home that anybody may see.
#[utoipa::path(
    get,
    path = "/api/market/properties/{id}",
    summary = "The price history of a home, and how its price compares",
    responses((status = 200, description = "The home on the market", body = ApiResponse<HomeDocument>)),
)]
pub async fn detail(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    Query(nothing): Query<()>,
) -> Result<Reply<HomeDocument>, Failure> {
    nothing?;
    let unknown = || Failure::not_found("PROPERTY_NOT_FOUND", "there is no such listing");
    let id: PropertyId = id.parse().map_err(|_| unknown())?;
    let fresh = app.wait(&caller).await;
    let market = app.of(&caller.tenant);
    let SeenHome { home, prices } = market.seen(id).await?.ok_or_else(unknown)?;
    let others =
        if home.area.is_empty() { Arc::default() } else { app.prices_beside(&caller, &home).await? };
    let until = home.ended_at.unwrap_or_else(|| app.market.context.aggregates.clock().now());
    let area =
        (!home.area.is_empty()).then(|| HomeArea { name: areas::name(&home.area), slug: home.area.clone() });
    let document = HomeDocument {
        price_history: history(prices),
        days_listed: ((until.seconds() - home.listed_at.seconds()) / 86_400).max(0),
        area,
        comparable: Comparison::of(&home, &others),
    };
    Ok(app.market.context.reply("Home found", document).stale(fresh.is_stale()))
}
