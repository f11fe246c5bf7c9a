//! What the market service tells about the price of one home.

use serde::Deserialize;

/// A home's own prices, and those of the homes it can be compared with.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct PriceContext {
    /// Oldest first.
    pub(crate) price_history: Vec<PricePoint>,
    pub(crate) days_listed: Option<u64>,
    pub(crate) area: Option<NamedArea>,
    pub(crate) comparable: Option<Comparable>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct PricePoint {
    pub(crate) at: String,
    pub(crate) price: f64,
    /// `LISTED` or `PRICE_CHANGED`.
    pub(crate) reason: String,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct NamedArea {
    pub(crate) slug: String,
    pub(crate) name: String,
}

/// The homes of the same kind in the same area. Prices are per square foot.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Comparable {
    pub(crate) homes: u64,
    pub(crate) median_price_per_sqft: Option<f64>,
    pub(crate) lowest: Option<f64>,
    pub(crate) highest: Option<f64>,
    pub(crate) price_per_sqft: Option<f64>,
    /// How many of a hundred cost less.
    pub(crate) percentile: Option<f64>,
    pub(crate) distribution: Vec<PriceBin>,
}

#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(default)]
pub(crate) struct PriceBin {
    pub(crate) from: f64,
    pub(crate) to: f64,
    pub(crate) homes: u32,
}
