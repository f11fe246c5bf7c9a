//! Areas of the city with the figures of their homes, as the API reports them.

use serde::Deserialize;

use crate::numbers::Count;

/// A figure is absent when there are too few homes to tell it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Area {
    pub(crate) slug: String,
    pub(crate) name: String,
    pub(crate) homes_for_sale: Count,
    pub(crate) homes_for_rent: Count,
    pub(crate) median_price_per_sqft: Option<f64>,
    pub(crate) median_rent: Option<f64>,
    /// The change of the median price per sq ft in twelve months.
    pub(crate) change_percent: Option<f64>,
    pub(crate) series: Vec<MonthFigures>,
    pub(crate) latitude: Option<f64>,
    pub(crate) longitude: Option<f64>,
}

/// The figures of a month.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct MonthFigures {
    /// Such as `2026-01`.
    pub(crate) month: String,
    pub(crate) median_price_per_sqft: Option<f64>,
    pub(crate) median_price: Option<f64>,
    pub(crate) median_rent: Option<f64>,
    pub(crate) homes: Count,
}

/// An area with what is on offer there.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct AreaDetails {
    #[serde(flatten)]
    pub(crate) area: Area,
    pub(crate) kinds: Vec<OfferedKind>,
    pub(crate) near: Vec<NearArea>,
    pub(crate) computed_at: Option<String>,
}

/// The homes of one kind that are on offer.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct OfferedKind {
    pub(crate) property_type: String,
    pub(crate) listing_type: String,
    pub(crate) homes: Count,
    pub(crate) median_price: Option<f64>,
    pub(crate) lowest: Option<f64>,
    pub(crate) highest: Option<f64>,
    pub(crate) median_price_per_sqft: Option<f64>,
    pub(crate) distribution: Vec<PriceSpan>,
}

/// How many homes have a price from `from` up to `to`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct PriceSpan {
    pub(crate) from: f64,
    pub(crate) to: f64,
    pub(crate) homes: u32,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct NearArea {
    pub(crate) slug: String,
    pub(crate) name: String,
    /// Absent when it is not measured.
    pub(crate) distance_km: Option<f64>,
}

impl NearArea {
    /// An area that is offered without regard to how far it is.
    pub(crate) fn unmeasured(slug: &str, name: &str) -> Self {
        Self { slug: slug.to_owned(), name: name.to_owned(), distance_km: None }
    }
}

impl Area {
    pub(crate) fn homes(&self) -> Count {
        Count(self.homes_for_sale.0.saturating_add(self.homes_for_rent.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_not_told_is_absent_and_not_zero() {
        let told = json!({"slug": "kokapet", "name": "Kokapet", "homesForSale": 2, "homesForRent": 1,
            "series": [{"month": "2026-01", "homes": 1}, {"month": "2026-02", "medianPricePerSqft": 7000, "homes": 3}],
            "kinds": [], "near": [{"slug": "narsingi", "name": "Narsingi", "distanceKm": 3.25}]});
        let details: AreaDetails = serde_json::from_value(told).unwrap();
        assert_eq!(details.area.homes(), 3);
        assert_eq!((details.area.median_rent, details.area.series.len()), (None, 2));
        assert_eq!((details.near.len(), details.kinds.len()), (1, 0));
    }
}
