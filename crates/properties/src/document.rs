//! The listing document that clients receive. It leaves out contact data, which has an operation of its own.

use domain::activity::Snapshot;
use domain::property::attributes::ListingAttributes;
use domain::property::images::ListingImage;
use domain::property::{Listing, Status};
use domain::{Paise, Personal, PropertyId, Timestamp, UserId, Version};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// How often a listing was viewed and saved.
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
    #[serde(flatten)]
    attributes: ListingAttributes<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<&'a str>,
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
    status: Status,
    /// It is a draft that goes on the market when its owner has confirmed their e-mail address.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    awaits_confirmation: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    source_reference: Option<&'a str>,
    views_count: u64,
    unique_viewers: u64,
    favorites_count: u64,
    /// Whether the caller saved it, where they asked for that. A list adds it to the document.
    #[serde(skip_serializing_if = "Option::is_none")]
    is_favorited: Option<bool>,
    created_at: Timestamp,
    updated_at: Timestamp,
    version: Version,
}

impl<'a> Document<'a> {
    /// Builds the document of a listing at a version. Its photos are at `base_url`.
    pub fn of(listing: &'a Listing, version: Version, counts: Counts, base_url: &str) -> Self {
        let address = listing.content.location.address.as_ref();
        Self {
            id: listing.id,
            attributes: ListingAttributes::of(&listing.content),
            address: address.and_then(Personal::as_ref).map(String::as_str),
            previous_price: listing.earlier_price.map(|earlier| earlier.price),
            price_changed_at: listing.earlier_price.map(|earlier| earlier.until),
            images: ListingImage::all(&listing.images, base_url),
            owner_id: listing.owner,
            is_featured: listing.featured,
            is_verified: listing.verified,
            status: listing.status,
            awaits_confirmation: listing.awaits_confirmation,
            source_reference: listing.source_reference.as_deref(),
            views_count: counts.views,
            unique_viewers: counts.visitors,
            favorites_count: counts.favourites,
            is_favorited: None,
            created_at: listing.created_at,
            updated_at: listing.updated_at,
            version,
        }
    }
}

/// A listing as the body of a request that would list it again.
pub fn as_request(listing: &Listing) -> Map<String, Value> {
    let content = &listing.content;
    let attributes = serde_json::to_value(ListingAttributes::of(content));
    let mut members = match attributes {
        Ok(Value::Object(members)) => members,
        _ => Map::new(),
    };
    let address = content.location.address.as_ref().and_then(Personal::as_ref);
    let contact = content.contact.as_ref().and_then(Personal::as_ref);
    let own = [
        ("address", address),
        ("contactName", contact.and_then(|contact| contact.name.as_ref())),
        ("contactPhone", contact.and_then(|contact| contact.phone.as_ref())),
        ("contactEmail", contact.and_then(|contact| contact.email.as_ref())),
    ];
    members.extend(own.into_iter().filter_map(|(name, text)| Some((name.to_owned(), text?.as_str().into()))));
    members
}

/// The entity tag, `{version}-{counters}`. A view changes the tag, but not the version, which is the part that
/// `If-Match` compares.
pub fn etag(version: Version, counts: Counts) -> String {
    format!("{version}-{}", counts.views + counts.favourites)
}

/// The facts about a listing that history events keep.
pub fn snapshot(listing: &Listing) -> Snapshot {
    let content = &listing.content;
    Snapshot::of(listing.owner, content.title(), content.price, content.location.area.text())
}
