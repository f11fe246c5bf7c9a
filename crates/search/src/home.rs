//! A listing on the market as it is searched and shown. Nothing in it is anybody's personal data.

use domain::fields::Choice;
use domain::property::attributes::ListingAttributes;
use domain::property::{Content, Image};
use domain::{PropertyId, TenantId, Timestamp, UserId, Version};
use serde::Serialize;
use utoipa::ToSchema;

use crate::ranking::{Parts, RankingInputs};

/// What a text is worth where it stands, title : location : description = 25 : 20 : 15.
pub const TITLE: f32 = 25.0;
/// See [`TITLE`].
pub const LOCATION: f32 = 20.0;
/// See [`TITLE`].
pub const DESCRIPTION: f32 = 15.0;
/// Of what else is said: the kind of home, its amenities, its city.
pub const REST: f32 = 5.0;

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
    #[serde(flatten)]
    attributes: ListingAttributes<'a>,
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
        Self {
            id: home.id,
            attributes: ListingAttributes::of(&home.content),
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
