//! The enumerations of a listing.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::fields::Choice;

/// The type of property.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(missing_docs, reason = "the words say it")]
pub enum PropertyType {
    Apartment,
    House,
    Villa,
    BuilderFloor,
    Penthouse,
    Studio,
    ServicedApartment,
    Farmhouse,
    Plot,
    Office,
    Shop,
    Warehouse,
    Coworking,
    Industrial,
    Commercial,
    PgHostel,
}

impl Choice for PropertyType {
    const ALL: &'static [(&'static str, Self)] = &[
        ("APARTMENT", Self::Apartment),
        ("HOUSE", Self::House),
        ("VILLA", Self::Villa),
        ("BUILDER_FLOOR", Self::BuilderFloor),
        ("PENTHOUSE", Self::Penthouse),
        ("STUDIO", Self::Studio),
        ("SERVICED_APARTMENT", Self::ServicedApartment),
        ("FARMHOUSE", Self::Farmhouse),
        ("PLOT", Self::Plot),
        ("OFFICE", Self::Office),
        ("SHOP", Self::Shop),
        ("WAREHOUSE", Self::Warehouse),
        ("COWORKING", Self::Coworking),
        ("INDUSTRIAL", Self::Industrial),
        ("COMMERCIAL", Self::Commercial),
        ("PG_HOSTEL", Self::PgHostel),
    ];
}

/// The permitted use of a plot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(missing_docs, reason = "the words say it")]
pub enum PlotUse {
    Residential,
    Commercial,
    Agricultural,
    Industrial,
}

impl Choice for PlotUse {
    const ALL: &'static [(&'static str, Self)] = &[
        ("RESIDENTIAL", Self::Residential),
        ("COMMERCIAL", Self::Commercial),
        ("AGRICULTURAL", Self::Agricultural),
        ("INDUSTRIAL", Self::Industrial),
    ];
}

/// The kind of deal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(missing_docs, reason = "the words say it")]
pub enum ListingType {
    #[default]
    Sale,
    Rent,
    Lease,
    Pg,
    Flatmate,
}

impl Choice for ListingType {
    const ALL: &'static [(&'static str, Self)] = &[
        ("SALE", Self::Sale),
        ("RENT", Self::Rent),
        ("LEASE", Self::Lease),
        ("PG", Self::Pg),
        ("FLATMATE", Self::Flatmate),
    ];
}

/// How a property is furnished.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(missing_docs, reason = "the words say it")]
pub enum FurnishedStatus {
    Furnished,
    SemiFurnished,
    Unfurnished,
}

impl Choice for FurnishedStatus {
    const ALL: &'static [(&'static str, Self)] = &[
        ("FURNISHED", Self::Furnished),
        ("SEMI_FURNISHED", Self::SemiFurnished),
        ("UNFURNISHED", Self::Unfurnished),
    ];
}

/// Whether it is bought from a builder or from a previous owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(missing_docs, reason = "the words say it")]
pub enum TransactionType {
    New,
    Resale,
}

impl Choice for TransactionType {
    const ALL: &'static [(&'static str, Self)] = &[("NEW", Self::New), ("RESALE", Self::Resale)];
}
