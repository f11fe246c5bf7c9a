//! A listing as clients see it. Contact data is not in it: that has an operation of its own.

use domain::activity::Snapshot;
use domain::area::AreaUnit;
use domain::property::Status;
use domain::property::kinds::{FurnishedStatus, ListingType, PlotUse, PropertyType, TransactionType};
use domain::property::{Image, Listing};
use domain::{Paise, Personal, PropertyId, Timestamp, UserId, Version};
use serde::Serialize;
use utoipa::ToSchema;

/// How often a listing was seen and saved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub views: u64,
    pub visitors: u64,
    pub favourites: u64,
}

/// The public document of a listing.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Listing)]
pub struct Document<'a> {
    id: PropertyId,
    title: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    price: Paise,
    price_text: String,
    location: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<&'a str>,
    city: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pincode: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    latitude: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    longitude: Option<f64>,
    #[serde(flatten)]
    facts: ListingAttributes<'a>,
    amenities: &'a [String],
    nearby_facilities: &'a [String],
    images: &'a [Image],
    owner_id: UserId,
    is_featured: bool,
    is_verified: bool,
    status: Status,
    #[serde(skip_serializing_if = "Option::is_none")]
    source_reference: Option<&'a str>,
    views_count: u64,
    unique_viewers: u64,
    favorites_count: u64,
    created_at: Timestamp,
    updated_at: Timestamp,
    version: Version,
}

/// The part that says what the property is.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ListingFacts)]
struct ListingAttributes<'a> {
    property_type: PropertyType,
    listing_type: ListingType,
    #[serde(skip_serializing_if = "Option::is_none")]
    plot_use: Option<PlotUse>,
    #[serde(skip_serializing_if = "Option::is_none")]
    transaction_type: Option<TransactionType>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bedrooms: Option<i64>,
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
}

impl<'a> Document<'a> {
    /// The document of a listing at a version.
    pub fn of(listing: &'a Listing, version: Version, counts: Counts) -> Self {
        let content = &listing.content;
        let (location, facts) = (&content.location, &content.specifications);
        Self {
            id: listing.id,
            title: content.title(),
            description: content.description(),
            price: content.price,
            price_text: content.price.in_words(),
            location: location.area.text(),
            address: location.address.as_ref().and_then(Personal::as_ref).map(String::as_str),
            city: &location.city,
            state: location.state.as_deref(),
            pincode: location.pincode.as_deref(),
            latitude: location.at().map(|at| at.lat),
            longitude: location.at().map(|at| at.lng),
            facts: ListingAttributes {
                property_type: facts.property_type,
                listing_type: facts.listing_type,
                plot_use: facts.plot_use,
                transaction_type: facts.transaction_type,
                bedrooms: facts.bedrooms,
                bathrooms: facts.bathrooms,
                area_sqft: facts.area.map(|area| area.sqft),
                area: facts.area.map(|area| area.value),
                area_unit: facts.area.map(|area| area.unit),
                parking_spaces: facts.parking_spaces,
                floor_number: facts.floor_number,
                total_floors: facts.total_floors,
                age_of_property: facts.age_of_property,
                facing: facts.facing.as_deref(),
                furnished_status: facts.furnished_status,
            },
            amenities: content.amenities(),
            nearby_facilities: content.nearby_facilities(),
            images: &listing.images,
            owner_id: listing.owner,
            is_featured: listing.featured,
            is_verified: listing.verified,
            status: listing.status,
            source_reference: listing.source_reference.as_deref(),
            views_count: counts.views,
            unique_viewers: counts.visitors,
            favorites_count: counts.favourites,
            created_at: listing.created_at,
            updated_at: listing.updated_at,
            version,
        }
    }
}

/// `{version}-{counters}`: a view changes the tag, but not the part that `If-Match` compares.
pub fn etag(version: Version, counts: Counts) -> String {
    format!("{version}-{}", counts.views + counts.favourites)
}

/// What a history keeps of a listing.
pub fn snapshot(listing: &Listing) -> Snapshot {
    let content = &listing.content;
    Snapshot::of(listing.owner, content.title(), content.price, content.location.area.text())
}
