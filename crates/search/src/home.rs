//! A listing on the market as it is searched and shown. Nothing in it is anybody's personal data.

use domain::area::AreaUnit;
use domain::fields::Choice;
use domain::property::kinds::{FurnishedStatus, ListingType, PlotUse, PropertyType, TransactionType};
use domain::property::{Content, Image};
use domain::{Paise, PropertyId, TenantId, Timestamp, UserId, Version};
use serde::Serialize;
use utoipa::ToSchema;

use crate::query::{DESCRIPTION, LOCATION, REST, TITLE};
use crate::ranking::{Parts, RankingInputs};

/// A listing on the market.
#[derive(Clone, Debug)]
pub struct Home {
    /// Whose site it is on.
    pub tenant: TenantId,
    /// Its id.
    pub id: PropertyId,
    /// Who owns it.
    pub owner: UserId,
    /// What it says; without contact and address.
    pub content: Content,
    /// Among the featured.
    pub featured: bool,
    /// Confirmed as genuine.
    pub verified: bool,
    /// How many people saved it.
    pub favourites: u64,
    /// Its version.
    pub version: Version,
    /// Listed at.
    pub created_at: Timestamp,
    /// Changed at.
    pub updated_at: Timestamp,
    /// Its photos, the first one first.
    pub images: Vec<Image>,
}

impl Home {
    /// What can be found by its words, with what a word in it is worth.
    #[must_use]
    pub fn texts(&self) -> [(f32, String); 4] {
        let content = &self.content;
        [
            (TITLE, content.title().to_owned()),
            (LOCATION, content.location.area.text().to_owned()),
            (DESCRIPTION, content.description().unwrap_or_default().to_owned()),
            (REST, self.rest()),
        ]
    }

    fn rest(&self) -> String {
        let (location, facts) = (&self.content.location, &self.content.specifications);
        let mut rest = vec![
            facts.property_type.word().to_owned(),
            facts.listing_type.word().to_owned(),
            facts.furnished_status.map_or("", Choice::word).to_owned(),
            location.city.clone(),
            location.pincode.clone().unwrap_or_default(),
        ];
        rest.extend(facts.bedrooms.map(|number| format!("{number} BHK")));
        rest.extend(self.content.amenities().iter().chain(self.content.nearby_facilities()).cloned());
        rest.join(" ")
    }

    /// What orders go by.
    #[must_use]
    pub fn standing(&self) -> RankingInputs {
        let facts = &self.content.specifications;
        RankingInputs {
            price: self.content.price.paise(),
            area: facts.area.map_or(0.0, |area| area.sqft),
            bedrooms: small(facts.bedrooms),
            created_at: self.created_at,
            updated_at: self.updated_at,
            favourites: self.favourites,
            at: self.content.location.at(),
            featured: self.featured,
            verified: self.verified,
        }
    }

    /// How many bathrooms.
    #[must_use]
    pub fn bathrooms(&self) -> Option<u8> {
        small(self.content.specifications.bathrooms)
    }
}

fn small(number: Option<i64>) -> Option<u8> {
    number.and_then(|number| u8::try_from(number).ok())
}

/// A hit as clients see it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Hit)]
pub struct Document<'a> {
    id: PropertyId,
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
    #[serde(flatten)]
    facts: ListingAttributes<'a>,
    amenities: &'a [String],
    nearby_facilities: &'a [String],
    images: &'a [Image],
    owner_id: UserId,
    is_featured: bool,
    is_verified: bool,
    status: &'static str,
    favorites_count: u64,
    created_at: Timestamp,
    updated_at: Timestamp,
    version: Version,
    #[serde(flatten)]
    found: Finding,
}

/// The part that says what the property is.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = HitFacts)]
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

/// How a hit was found.
#[derive(Clone, Copy, Debug, Default, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// Its relevance.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub relevance_score: Option<f64>,
    /// How far it is from where was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub distance_km: Option<f64>,
    /// The parts of its relevance.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub explain: Option<Parts>,
}

impl<'a> Document<'a> {
    /// The document of a hit.
    #[must_use]
    pub fn of(home: &'a Home, found: Finding) -> Self {
        let (content, location) = (&home.content, &home.content.location);
        let facts = &content.specifications;
        Self {
            id: home.id,
            title: content.title(),
            description: content.description(),
            price: content.price,
            price_text: content.price.in_words(),
            location: location.area.text(),
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
            images: &home.images,
            owner_id: home.owner,
            is_featured: home.featured,
            is_verified: home.verified,
            status: "ACTIVE",
            favorites_count: home.favourites,
            created_at: home.created_at,
            updated_at: home.updated_at,
            version: home.version,
            found,
        }
    }
}
