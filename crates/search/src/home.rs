//! A listing on the market, as it is searched and shown. It contains no personal data.

use domain::fields::Choice;
use domain::property::attributes::ListingAttributes;
use domain::property::images::ListingImage;
use domain::property::{Content, EarlierPrice, Facing, Image};
use domain::{Paise, PropertyId, TenantId, Timestamp, UserId, Version};
use serde::Serialize;
use utoipa::ToSchema;

use crate::query::DetailBits;
use crate::ranking::{Parts, RankingInputs};

/// The relevance weight of a title. Title, location and description weigh 25 : 20 : 15.
pub const TITLE: f32 = 25.0;
/// See [`TITLE`].
pub const LOCATION: f32 = 20.0;
/// See [`TITLE`].
pub const DESCRIPTION: f32 = 15.0;
/// The relevance weight of the other texts: the kind of home, its amenities, its city.
pub const REST: f32 = 5.0;

/// A listing on the market.
#[derive(Clone, Debug)]
pub struct Home {
    /// The tenant on whose site it is listed.
    pub tenant: TenantId,
    /// Its id.
    pub id: PropertyId,
    /// Its owner.
    pub owner: UserId,
    /// Its content, without contact and address.
    pub content: Content,
    /// Whether it is featured.
    pub featured: bool,
    /// Whether it is verified as genuine.
    pub verified: bool,
    /// How many people saved it.
    pub favourites: u64,
    /// Its version.
    pub version: Version,
    /// When it was listed.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// What it cost before its price changed last.
    pub earlier_price: Option<EarlierPrice>,
    /// Its photos, in order.
    pub images: Vec<Image>,
}

impl Home {
    /// The searchable texts, each with the relevance weight of a word in it.
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
        rest.extend(facts.parking_spaces.filter(|number| *number > 0).map(|_| "Parking".to_owned()));
        rest.extend(facts.facing.as_ref().map(|facing| format!("{facing} facing")));
        rest.extend(self.details());
        rest.extend(self.content.amenities().iter().chain(self.content.nearby_facilities()).cloned());
        rest.join(" ")
    }

    /// The searchable words of the details.
    fn details(&self) -> Vec<String> {
        let details = &self.content.details;
        let mut texts: Vec<String> = details.approvals.iter().map(|it| it.word().to_owned()).collect();
        if let Some(project) = &details.project {
            texts.extend(
                [&project.name, &project.builder, &project.rera_id]
                    .into_iter()
                    .flatten()
                    .filter_map(|text| text.as_ref().cloned()),
            );
            texts.extend(project.configurations.iter().map(|rooms| format!("{rooms} BHK")));
            texts.extend(project.possession_status.map(|it| it.word().to_owned()));
        }
        let tenants = details.terms.iter().flat_map(|terms| &terms.preferred_tenants);
        texts.extend(tenants.map(|tenant| tenant.word().to_owned()));
        let whom = details.shared_living.as_ref().and_then(|shared| shared.for_whom);
        texts.extend(whom.map(|whom| whom.word().to_owned()));
        if details.terms.as_ref().is_some_and(|terms| terms.pets_allowed == Some(true)) {
            texts.push("pets allowed".to_owned());
        }
        if details.gated_community == Some(true) {
            texts.push("gated community".to_owned());
        }
        texts
    }

    /// The details, packed for filters.
    #[must_use]
    pub fn detail_bits(&self) -> DetailBits {
        DetailBits::of(&self.content.details)
    }

    /// The deposit in paise, if stated.
    #[must_use]
    pub fn deposit(&self) -> Option<i64> {
        self.content.details.terms.as_ref()?.deposit.map(Paise::paise)
    }

    /// The values that sorting and ranking use.
    #[must_use]
    pub fn standing(&self) -> RankingInputs {
        let facts = &self.content.specifications;
        RankingInputs {
            price: self.content.price.paise(),
            area: facts.area.map_or(0.0, |area| area.sqft),
            bedrooms: facts.bedrooms,
            created_at: self.created_at,
            updated_at: self.updated_at,
            favourites: self.favourites,
            at: self.content.location.at(),
            featured: self.featured,
            verified: self.verified,
        }
    }

    /// The direction that it faces, if its owner's words name one.
    #[must_use]
    pub fn facing(&self) -> Option<Facing> {
        Facing::of_text(self.content.specifications.facing.as_deref()?)
    }

    /// Whether it has a photo.
    #[must_use]
    pub fn has_photos(&self) -> bool {
        !self.images.is_empty()
    }

    /// The number of bathrooms, if given.
    #[must_use]
    pub fn bathrooms(&self) -> Option<u8> {
        small(self.content.specifications.bathrooms)
    }
}

fn small(number: Option<i64>) -> Option<u8> {
    number.and_then(|number| u8::try_from(number).ok())
}

/// A listing found by a search.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Hit)]
pub struct Document<'a> {
    id: PropertyId,
    #[serde(flatten)]
    attributes: ListingAttributes<'a>,
    /// What it cost before its price changed last, and `priceChangedAt`, when that was. Absent if it never changed, or
    /// if the listing was another kind of offer then.
    #[serde(skip_serializing_if = "Option::is_none")]
    previous_price: Option<Paise>,
    #[serde(skip_serializing_if = "Option::is_none")]
    price_changed_at: Option<Timestamp>,
    /// Its photos, in their owner's order.
    images: Vec<ListingImage>,
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

/// What a search adds to a listing it found: relevance and distance.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// The relevance score of the listing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub relevance_score: Option<f64>,
    /// The distance from the requested point, in kilometres.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub distance_km: Option<f64>,
    /// Whether the caller saved it, when `include=favorite` was requested.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_favorited: Option<bool>,
    /// Why the listing ranks where it does, when `explain` was requested.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub explain: Option<Explanation>,
}

/// Why a listing ranks where it does.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = RelevanceExplanation)]
pub struct Explanation {
    /// The factors of the relevance score.
    #[serde(flatten)]
    pub parts: Parts,
    /// The demanded and preferred words of the search that its texts have.
    pub words: Vec<String>,
}

impl<'a> Document<'a> {
    /// Builds the document of a hit. Its photos are at `base_url`.
    #[must_use]
    pub fn of(home: &'a Home, found: Finding, base_url: &str) -> Self {
        Self {
            id: home.id,
            attributes: ListingAttributes::of(&home.content),
            previous_price: home.earlier_price.map(|earlier| earlier.price),
            price_changed_at: home.earlier_price.map(|earlier| earlier.until),
            images: ListingImage::all(&home.images, base_url),
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
