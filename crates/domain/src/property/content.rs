//! The content of a listing, as stored in events.

use std::ops::RangeInclusive;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::details::Details;
use super::kinds::{FurnishedStatus, ListingType, PlotUse, PropertyType, TransactionType};
use super::rooms::Rooms;
use crate::area::Area;
use crate::id::UserId;
use crate::money::Paise;
use crate::personal::{Erasable, Personal};

/// Everything an owner states about a property.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Content {
    /// 5–200 characters.
    pub title: Erasable<String>,
    /// 10–5,000 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<Erasable<String>>,
    /// The asking price, greater than zero.
    pub price: Paise,
    /// Where the property is.
    pub location: Location,
    /// Its properties, such as type and size.
    pub specifications: Specifications,
    /// Such as `Lift`, in the owner's order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amenities: Option<Erasable<Vec<String>>>,
    /// Such as `Metro station`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nearby_facilities: Option<Erasable<Vec<String>>>,
    /// What only some kinds of listing have.
    #[serde(default, skip_serializing_if = "Details::is_empty")]
    pub details: Details,
    /// Contact data; never part of public responses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<Personal<Contact>>,
}

/// The location of a property.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Location {
    /// The locality, in the owner's words.
    pub area: Erasable<String>,
    /// The street address, which is the owner's personal data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Personal<String>>,
    /// The city; the tenant's own city unless given.
    pub city: String,
    /// The state.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// Six digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pincode: Option<String>,
    /// Its coordinates on the map.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub coordinates: Option<Erasable<Coordinates>>,
}

impl Location {
    /// The coordinates, unless erased.
    #[must_use]
    pub fn at(&self) -> Option<Coordinates> {
        self.coordinates.as_ref().and_then(Erasable::as_ref).copied()
    }
}

/// The degrees between which India lies.
const LATITUDES: RangeInclusive<f64> = 6.0..=38.0;
const LONGITUDES: RangeInclusive<f64> = 68.0..=98.0;

/// The message about swapped coordinates.
pub const SWAPPED: &str = "looks like a longitude; latitude and longitude seem to be swapped";

impl Coordinates {
    /// Whether they are in India only when latitude and longitude change places.
    #[must_use]
    pub fn are_swapped(self) -> bool {
        LONGITUDES.contains(&self.lat) && LATITUDES.contains(&self.lng)
    }

    /// Checks that these coordinates are in India.
    ///
    /// # Errors
    /// The name of the wrong one, `latitude` or `longitude`, with a message for the person.
    pub fn in_india(self) -> Result<Self, (&'static str, &'static str)> {
        let Self { lat, lng } = self;
        match (LATITUDES.contains(&lat), LONGITUDES.contains(&lng)) {
            (true, true) => Ok(self),
            _ if lat == 0.0 && lng == 0.0 => {
                Err(("latitude", "0, 0 is in the sea; leave both out if you do not know the place"))
            }
            _ if self.are_swapped() => Err(("latitude", SWAPPED)),
            (false, _) => Err(("latitude", "is not in India: must be between 6 and 38")),
            (true, false) => Err(("longitude", "is not in India: must be between 68 and 98")),
        }
    }
}

/// Degrees, WGS 84.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct Coordinates {
    /// −90 to 90.
    pub lat: f64,
    /// −180 to 180.
    pub lng: f64,
}

/// The specifications of a property.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Specifications {
    /// The kind of property.
    pub property_type: PropertyType,
    /// The use of a plot; for plots only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plot_use: Option<PlotUse>,
    /// The kind of deal.
    #[serde(default)]
    pub listing_type: ListingType,
    /// New or resale.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transaction_type: Option<TransactionType>,
    /// 0–50; half rooms exist.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bedrooms: Option<Rooms>,
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
    /// How the property is furnished.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub furnished_status: Option<FurnishedStatus>,
}

/// The contact data of a listing.
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
    /// The title; empty when it is erased.
    #[must_use]
    pub fn title(&self) -> &str {
        self.title.text()
    }

    /// The description, unless erased.
    #[must_use]
    pub fn description(&self) -> Option<&str> {
        self.description.as_ref().and_then(Erasable::as_ref).map(String::as_str)
    }

    /// The amenities, unless erased.
    #[must_use]
    pub fn amenities(&self) -> &[String] {
        self.amenities.as_ref().and_then(Erasable::as_ref).map_or(&[], Vec::as_slice)
    }

    /// The nearby facilities, unless erased.
    #[must_use]
    pub fn nearby_facilities(&self) -> &[String] {
        self.nearby_facilities.as_ref().and_then(Erasable::as_ref).map_or(&[], Vec::as_slice)
    }

    /// The same content, belonging to `owner`.
    #[must_use]
    pub fn owned_by(self, owner: UserId) -> Self {
        fn owned<T>(value: Option<Erasable<T>>, owner: UserId) -> Option<Erasable<T>> {
            value.map(|value| value.owned_by(owner))
        }
        Self {
            title: self.title.owned_by(owner),
            description: owned(self.description, owner),
            location: Location {
                area: self.location.area.owned_by(owner),
                address: self.location.address.map(|address| address.owned_by(owner)),
                coordinates: owned(self.location.coordinates, owner),
                ..self.location
            },
            amenities: owned(self.amenities, owner),
            nearby_facilities: owned(self.nearby_facilities, owner),
            details: self.details.owned_by(owner),
            contact: self.contact.map(|contact| contact.owned_by(owner)),
            ..self
        }
    }

    /// Erases everything its owner wrote. The result is the same as when it is read without the owner's key.
    pub fn erase(&mut self) {
        fn gone<T>(value: &mut Option<Erasable<T>>) {
            *value = value.take().map(|_| Erasable::Erased);
        }
        self.title = Erasable::Erased;
        gone(&mut self.description);
        gone(&mut self.amenities);
        gone(&mut self.nearby_facilities);
        self.location.area = Erasable::Erased;
        gone(&mut self.location.coordinates);
        self.details.erase();
        self.contact = self.contact.take().map(|_| Personal::Erased);
        self.location.address = self.location.address.take().map(|_| Personal::Erased);
    }

    /// The names of the fields that differ in `other`.
    #[must_use]
    pub fn differences(&self, other: &Self) -> Vec<String> {
        let a = &self.specifications;
        let b = &other.specifications;
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
        .chain(self.details.same(&other.details))
        .filter(|(_, same)| !same)
        .map(|(name, _)| name.to_owned())
        .collect()
    }
}
