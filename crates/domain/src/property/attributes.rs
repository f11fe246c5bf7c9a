//! The public attributes of a property: part of its document and of search hits.

use serde::Serialize;
use utoipa::ToSchema;

use super::content::Content;
use super::details::DetailAttributes;
use super::kinds::{FurnishedStatus, ListingType, PlotUse, PropertyType, TransactionType};
use super::rooms::Rooms;
use crate::Paise;
use crate::area::AreaUnit;

/// The public attributes of a property, to be flattened into a document.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ListingAttributes<'a> {
    title: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    price: Paise,
    price_text: String,
    location: &'a str,
    city: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pincode: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    latitude: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    longitude: Option<f64>,
    property_type: PropertyType,
    listing_type: ListingType,
    #[serde(skip_serializing_if = "Option::is_none")]
    plot_use: Option<PlotUse>,
    #[serde(skip_serializing_if = "Option::is_none")]
    transaction_type: Option<TransactionType>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bedrooms: Option<Rooms>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bathrooms: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    area_sqft: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    area: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    area_unit: Option<AreaUnit>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parking_spaces: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    floor_number: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    total_floors: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    age_of_property: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    facing: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    furnished_status: Option<FurnishedStatus>,
    amenities: &'a [String],
    nearby_facilities: &'a [String],
    #[serde(flatten)]
    details: DetailAttributes<'a>,
}

impl<'a> ListingAttributes<'a> {
    /// The attributes of `content`.
    #[must_use]
    pub fn of(content: &'a Content) -> Self {
        let location = &content.location;
        let specifications = &content.specifications;
        let area = specifications.area;
        let at = location.at();
        Self {
            title: content.title(),
            description: content.description(),
            price: content.price,
            price_text: content.price.in_words(),
            location: location.area.text(),
            city: &location.city,
            state: location.state.as_deref(),
            pincode: location.pincode.as_deref(),
            latitude: at.map(|at| at.lat),
            longitude: at.map(|at| at.lng),
            property_type: specifications.property_type,
            listing_type: specifications.listing_type,
            plot_use: specifications.plot_use,
            transaction_type: specifications.transaction_type,
            bedrooms: specifications.bedrooms,
            bathrooms: specifications.bathrooms,
            area_sqft: area.map(|area| area.sqft),
            area: area.map(|area| area.value),
            area_unit: area.map(|area| area.unit),
            parking_spaces: specifications.parking_spaces,
            floor_number: specifications.floor_number,
            total_floors: specifications.total_floors,
            age_of_property: specifications.age_of_property,
            facing: specifications.facing.as_deref(),
            furnished_status: specifications.furnished_status,
            amenities: content.amenities(),
            nearby_facilities: content.nearby_facilities(),
            details: DetailAttributes::of(&content.details),
        }
    }
}
