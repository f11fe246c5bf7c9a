//! What a listing says, as events keep it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::kinds::{FurnishedStatus, ListingType, PlotUse, PropertyType, TransactionType};
use crate::area::Area;
use crate::money::Paise;
use crate::personal::Personal;

/// Everything an owner says about a property.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Content {
    /// 5–200 characters.
    pub title: String,
    /// 10–5,000 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Asked for, greater than zero.
    pub price: Paise,
    /// Where it is.
    pub location: Location,
    /// What it is.
    pub specifications: Specifications,
    /// Such as `Lift`, in the owner's order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub amenities: Vec<String>,
    /// Such as `Metro station`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub nearby_facilities: Vec<String>,
    /// Whom to ask; never in public answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<Personal<Contact>>,
}

/// Where a property is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Location {
    /// The locality.
    pub area: String,
    /// The street address, which is the owner's personal data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Personal<String>>,
    /// The city; the tenant's own unless given.
    pub city: String,
    /// The state.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// Six digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pincode: Option<String>,
    /// On the map.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub coordinates: Option<Coordinates>,
}

/// Degrees, WGS 84.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct Coordinates {
    /// −90 to 90.
    pub lat: f64,
    /// −180 to 180.
    pub lng: f64,
}

/// What a property is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Specifications {
    /// The kind of property.
    pub property_type: PropertyType,
    /// Of plots only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plot_use: Option<PlotUse>,
    /// The kind of deal.
    #[serde(default)]
    pub listing_type: ListingType,
    /// New or resale.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transaction_type: Option<TransactionType>,
    /// 0–50.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bedrooms: Option<i64>,
    /// 0–50.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bathrooms: Option<i64>,
    /// Built-up or plot area.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub area: Option<Area>,
    /// 0–1,000.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parking_spaces: Option<i64>,
    /// −5 (basement) to 200.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub floor_number: Option<i64>,
    /// 1–200.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total_floors: Option<i64>,
    /// Years, 0–300.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub age_of_property: Option<i64>,
    /// Such as `East`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub facing: Option<String>,
    /// How it is furnished.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub furnished_status: Option<FurnishedStatus>,
}

/// Whom to ask.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Contact {
    /// A name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// +91 and ten digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// In lower case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
}

impl Content {
    /// The names of the fields in which `other` differs.
    #[must_use]
    pub fn differences(&self, other: &Self) -> Vec<String> {
        let (a, b) = (&self.specifications, &other.specifications);
        [
            ("title", self.title == other.title),
            ("description", self.description == other.description),
            ("price", self.price == other.price),
            ("location", self.location == other.location),
            ("propertyType", a.property_type == b.property_type && a.plot_use == b.plot_use),
            ("listingType", a.listing_type == b.listing_type && a.transaction_type == b.transaction_type),
            ("bedrooms", a.bedrooms == b.bedrooms),
            ("bathrooms", a.bathrooms == b.bathrooms),
            ("area", a.area == b.area),
            ("parkingSpaces", a.parking_spaces == b.parking_spaces),
            ("floorNumber", (a.floor_number, a.total_floors) == (b.floor_number, b.total_floors)),
            ("ageOfProperty", a.age_of_property == b.age_of_property),
            ("facing", a.facing == b.facing),
            ("furnishedStatus", a.furnished_status == b.furnished_status),
            ("amenities", self.amenities == other.amenities),
            ("nearbyFacilities", self.nearby_facilities == other.nearby_facilities),
            ("contact", self.contact == other.contact),
        ]
        .into_iter()
        .filter(|(_, same)| !same)
        .map(|(name, _)| name.to_owned())
        .collect()
    }
}
