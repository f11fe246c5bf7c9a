//! Areas as they are sent.

use domain::locality::AreaName;
use domain::property::kinds::{ListingType, PropertyType};
use domain::{Paise, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use crate::figures::{AreaFigures, KindFigures, MonthFigures};
use crate::queries::AreaRow;
use crate::statistics::Bar;

/// An area, and what its homes cost. A median is about three homes at least.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = MarketArea)]
pub struct AreaDocument {
    #[schema(examples("hitec-city"))]
    slug: String,
    name: String,
    homes_for_sale: u64,
    homes_for_rent: u64,
    /// Of homes for sale, without land and commerce.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    median_price_per_sqft: Option<Paise>,
    /// A month.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    median_rent: Option<Paise>,
    /// How the last month's price per square foot differs from that of a year before, or from the oldest one there is, at
    /// least three months before.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    change_percent: Option<f64>,
    /// At most 24 months, the oldest first, with what was asked at the end of each.
    series: Vec<MonthFigures>,
    /// The middle of its homes.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    latitude: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    longitude: Option<f64>,
}

impl AreaDocument {
    pub fn of(area: AreaRow, figures: &AreaFigures) -> Self {
        Self {
            name: name(&area.slug),
            slug: area.slug,
            homes_for_sale: figures.homes_for_sale,
            homes_for_rent: figures.homes_for_rent,
            median_price_per_sqft: figures.median_price_per_sqft,
            median_rent: figures.median_rent,
            change_percent: figures.change_percent,
            series: figures.series.clone(),
            latitude: area.at.map(|at| at.lat),
            longitude: area.at.map(|at| at.lng),
        }
    }
}

/// The name of an area.
pub fn name(slug: &str) -> String {
    AreaName::of(slug, "").map_or_else(|| slug.to_owned(), |area| area.name)
}

/// The homes of one kind. Kinds with fewer than three homes are left out.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = MarketKind)]
pub struct KindDocument {
    property_type: PropertyType,
    listing_type: ListingType,
    homes: u64,
    median_price: Paise,
    lowest: Paise,
    highest: Paise,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    median_price_per_sqft: Option<Paise>,
    /// Of prices.
    distribution: Vec<Bar>,
}

impl KindDocument {
    pub fn of(kind: &KindFigures) -> Self {
        Self {
            property_type: kind.kind.property_type,
            listing_type: kind.kind.listing_type,
            homes: kind.homes,
            median_price: kind.median_price,
            lowest: kind.lowest,
            highest: kind.highest,
            median_price_per_sqft: kind.median_price_per_sqft,
            distribution: kind.distribution.clone(),
        }
    }
}

/// An area near another one.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = MarketNearArea)]
pub struct NearDocument {
    pub slug: String,
    pub name: String,
    pub distance_km: f64,
}

/// An area with its kinds of homes and its neighbours.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = MarketAreaDetail)]
pub struct AreaDetail {
    #[serde(flatten)]
    pub area: AreaDocument,
    pub kinds: Vec<KindDocument>,
    /// The nearest first.
    pub near: Vec<NearDocument>,
    pub computed_at: Timestamp,
}
