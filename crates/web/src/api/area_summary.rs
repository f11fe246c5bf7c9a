//! What is computed about an area from its homes, as the API sends it.

use serde::Deserialize;

use crate::numbers::Count;

/// An area in a list of areas. A figure from too few homes is absent.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct AreaSummary {
    pub(crate) slug: String,
    pub(crate) name: String,
    pub(crate) homes_for_sale: Count,
    pub(crate) median_price_per_sqft: Option<f64>,
    /// By how much the median changed within a year.
    pub(crate) change_percent: Option<f64>,
    pub(crate) series: Vec<MonthOfArea>,
}

/// One month of an area.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct MonthOfArea {
    pub(crate) median_price_per_sqft: Option<f64>,
}
