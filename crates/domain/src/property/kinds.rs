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

    const SYNONYMS: &'static [(&'static str, Self)] = &[
        ("FLAT", Self::Apartment),
        ("INDEPENDENT_HOUSE", Self::House),
        ("INDEPENDENT_VILLA", Self::Villa),
        ("RETAIL", Self::Shop),
        ("SHOWROOM", Self::Shop),
        ("CO_WORKING", Self::Coworking),
        ("LAND", Self::Plot),
        ("RESIDENTIAL_PLOT", Self::Plot),
        ("COMMERCIAL_PLOT", Self::Plot),
        ("INDUSTRIAL_PLOT", Self::Plot),
        ("AGRICULTURAL", Self::Plot),
        ("AGRICULTURAL_LAND", Self::Plot),
        ("PG", Self::PgHostel),
        ("HOSTEL", Self::PgHostel),
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

    const SYNONYMS: &'static [(&'static str, Self)] = &[
        ("SELL", Self::Sale),
        ("BUY", Self::Sale),
        ("RENTAL", Self::Rent),
        ("TO_LET", Self::Rent),
        ("PAYING_GUEST", Self::Pg),
        ("FLATMATES", Self::Flatmate),
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

    const SYNONYMS: &'static [(&'static str, Self)] = &[
        ("FULLY_FURNISHED", Self::Furnished),
        ("FULL", Self::Furnished),
        ("SEMI", Self::SemiFurnished),
        ("PARTLY_FURNISHED", Self::SemiFurnished),
        ("NONE", Self::Unfurnished),
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

/// Tenants an owner prefers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(missing_docs, reason = "the words say it")]
pub enum PreferredTenant {
    Family,
    Bachelors,
    Company,
}

impl Choice for PreferredTenant {
    const ALL: &'static [(&'static str, Self)] =
        &[("FAMILY", Self::Family), ("BACHELORS", Self::Bachelors), ("COMPANY", Self::Company)];

    const SYNONYMS: &'static [(&'static str, Self)] =
        &[("FAMILIES", Self::Family), ("BACHELOR", Self::Bachelors)];
}

/// A meal that is included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(missing_docs, reason = "the words say it")]
pub enum Meal {
    Breakfast,
    Lunch,
    Dinner,
}

impl Choice for Meal {
    const ALL: &'static [(&'static str, Self)] =
        &[("BREAKFAST", Self::Breakfast), ("LUNCH", Self::Lunch), ("DINNER", Self::Dinner)];
}

/// Who may live in a shared home.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(missing_docs, reason = "the words say it")]
pub enum ForWhom {
    Men,
    Women,
    Anyone,
}

impl Choice for ForWhom {
    const ALL: &'static [(&'static str, Self)] =
        &[("MEN", Self::Men), ("WOMEN", Self::Women), ("ANYONE", Self::Anyone)];

    const SYNONYMS: &'static [(&'static str, Self)] = &[
        ("BOYS", Self::Men),
        ("GENTS", Self::Men),
        ("MALE", Self::Men),
        ("GIRLS", Self::Women),
        ("LADIES", Self::Women),
        ("FEMALE", Self::Women),
        ("COLIVING", Self::Anyone),
        ("CO_LIVING", Self::Anyone),
        ("UNISEX", Self::Anyone),
    ];
}

/// An authority, or a scheme, that has approved a plot or a building.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(missing_docs, reason = "the words say it")]
pub enum Approval {
    Hmda,
    Dtcp,
    Ghmc,
    Lrs,
    Brs,
    TgBpass,
    GramPanchayat,
}

impl Choice for Approval {
    const ALL: &'static [(&'static str, Self)] = &[
        ("HMDA", Self::Hmda),
        ("DTCP", Self::Dtcp),
        ("GHMC", Self::Ghmc),
        ("LRS", Self::Lrs),
        ("BRS", Self::Brs),
        ("TG_BPASS", Self::TgBpass),
        ("GRAM_PANCHAYAT", Self::GramPanchayat),
    ];
}

/// Whether one can move in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(missing_docs, reason = "the words say it")]
pub enum PossessionStatus {
    ReadyToMove,
    UnderConstruction,
    NewLaunch,
}

impl Choice for PossessionStatus {
    const ALL: &'static [(&'static str, Self)] = &[
        ("READY_TO_MOVE", Self::ReadyToMove),
        ("UNDER_CONSTRUCTION", Self::UnderConstruction),
        ("NEW_LAUNCH", Self::NewLaunch),
    ];

    const SYNONYMS: &'static [(&'static str, Self)] =
        &[("READY", Self::ReadyToMove), ("PRE_LAUNCH", Self::NewLaunch), ("COMING_SOON", Self::NewLaunch)];
}

/// Whether a project is registered with the regulator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(missing_docs, reason = "the words say it")]
pub enum ReraStatus {
    Registered,
    Applied,
    Exempt,
}

impl Choice for ReraStatus {
    const ALL: &'static [(&'static str, Self)] =
        &[("REGISTERED", Self::Registered), ("APPLIED", Self::Applied), ("EXEMPT", Self::Exempt)];
}

/// The unit of a price that is given as a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(missing_docs, reason = "the words say it")]
pub enum PriceUnit {
    Rupees,
    Thousand,
    Lakh,
    Crore,
}

impl Choice for PriceUnit {
    const ALL: &'static [(&'static str, Self)] = &[
        ("RUPEES", Self::Rupees),
        ("THOUSAND", Self::Thousand),
        ("LAKH", Self::Lakh),
        ("CRORE", Self::Crore),
    ];

    const SYNONYMS: &'static [(&'static str, Self)] = &[
        ("RUPEE", Self::Rupees),
        ("INR", Self::Rupees),
        ("K", Self::Thousand),
        ("LAC", Self::Lakh),
        ("LAKHS", Self::Lakh),
        ("LACS", Self::Lakh),
        ("CR", Self::Crore),
        ("CRORES", Self::Crore),
    ];
}

impl PriceUnit {
    /// The unit as an amount in words names it.
    #[must_use]
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Rupees => "",
            Self::Thousand => "thousand",
            Self::Lakh => "lakh",
            Self::Crore => "crore",
        }
    }
}

/// The category of a property, as earlier clients' forms ask for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the words say it")]
pub enum PropertyCategory {
    Residential,
    Commercial,
    Land,
}

impl Choice for PropertyCategory {
    const ALL: &'static [(&'static str, Self)] =
        &[("RESIDENTIAL", Self::Residential), ("COMMERCIAL", Self::Commercial), ("LAND", Self::Land)];
}

impl PropertyCategory {
    /// The category of a type of property.
    #[must_use]
    pub const fn of(property: PropertyType) -> Self {
        match property {
            PropertyType::Plot => Self::Land,
            PropertyType::Office
            | PropertyType::Shop
            | PropertyType::Warehouse
            | PropertyType::Coworking
            | PropertyType::Industrial
            | PropertyType::Commercial => Self::Commercial,
            PropertyType::Apartment
            | PropertyType::House
            | PropertyType::Villa
            | PropertyType::BuilderFloor
            | PropertyType::Penthouse
            | PropertyType::Studio
            | PropertyType::ServicedApartment
            | PropertyType::Farmhouse
            | PropertyType::PgHostel => Self::Residential,
        }
    }
}
