//! The filters of a search.

use domain::property::kinds::{FurnishedStatus, ListingType, PropertyType};
use domain::property::{Facing, Rooms};

use super::details::{DetailFilters, NamedDetails};

/// A filter that a search can miss. All but [`Self::Details`] are counted, and their counts ignore their own filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the words say it")]
pub enum Facet {
    City,
    Locality,
    Amenities,
    PropertyType,
    ListingType,
    Furnished,
    Bedrooms,
    Bathrooms,
    Price,
    Area,
    Featured,
    Verified,
    Facing,
    /// What words of a query name.
    Details,
}

impl Facet {
    /// Every facet that is counted, with its name in answers.
    pub const ALL: [(&'static str, Self); 13] = [
        ("city", Self::City),
        ("location", Self::Locality),
        ("amenities", Self::Amenities),
        ("propertyType", Self::PropertyType),
        ("listingType", Self::ListingType),
        ("furnishedStatus", Self::Furnished),
        ("bedrooms", Self::Bedrooms),
        ("bathrooms", Self::Bathrooms),
        ("price", Self::Price),
        ("area", Self::Area),
        ("featured", Self::Featured),
        ("verified", Self::Verified),
        ("facing", Self::Facing),
    ];

    /// Every facet.
    pub fn every() -> impl Iterator<Item = Self> {
        Self::ALL.iter().map(|(_, facet)| *facet).chain([Self::Details])
    }

    /// The facet's bit.
    #[must_use]
    pub const fn bit(self) -> u16 {
        1 << self as u16
    }
}

/// A set of whole numbers from 0 to 50. An empty set accepts any number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Numbers(u64);

impl Numbers {
    /// The largest number a listing can have.
    pub const MOST: u8 = 50;

    /// Adds `number`.
    pub fn add(&mut self, number: u8) {
        self.0 |= 1 << number.min(Self::MOST);
    }

    /// Adds all of `others`.
    pub fn add_all(&mut self, others: Self) {
        self.0 |= others.0;
    }

    /// Adds `number` and everything above it.
    pub fn add_from(&mut self, number: u8) {
        for number in number..=Self::MOST {
            self.add(number);
        }
    }

    /// Whether any number is set.
    #[must_use]
    pub const fn is_asked(self) -> bool {
        self.0 != 0
    }

    /// Whether a listing with `number` passes. A listing without a number passes only if none is set.
    #[must_use]
    pub fn hold(self, number: Option<u8>) -> bool {
        !self.is_asked() || number.is_some_and(|number| number <= Self::MOST && self.0 >> number & 1 == 1)
    }
}

/// A set of numbers of rooms, with half rooms. An empty set accepts any number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RoomSet(u128);

impl RoomSet {
    /// Adds `rooms`.
    pub fn add(&mut self, rooms: Rooms) {
        self.0 |= 1 << rooms.halves();
    }

    /// Adds all of `others`.
    pub fn add_all(&mut self, others: Self) {
        self.0 |= others.0;
    }

    /// Adds `rooms` and everything above.
    pub fn add_from(&mut self, rooms: Rooms) {
        self.add_between(rooms, Rooms::whole(Rooms::MOST));
    }

    /// Adds everything from `least` to `most`, half rooms included.
    pub fn add_between(&mut self, least: Rooms, most: Rooms) {
        for halves in least.halves()..=most.halves() {
            self.0 |= 1 << halves;
        }
    }

    /// Whether any number is set.
    #[must_use]
    pub const fn is_asked(self) -> bool {
        self.0 != 0
    }

    /// Whether a listing with `rooms` passes. A listing without a number passes only if none is set.
    #[must_use]
    pub fn hold(self, rooms: Option<Rooms>) -> bool {
        !self.is_asked() || rooms.is_some_and(|rooms| self.0 >> rooms.halves() & 1 == 1)
    }

    /// Its numbers.
    pub fn iter(self) -> impl Iterator<Item = Rooms> {
        (0..=2 * Rooms::MOST).filter(move |halves| self.0 >> halves & 1 == 1).map(Rooms::from_halves)
    }
}

/// The filters. One that is not set lets everything through.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Filters {
    /// Any of these, as [`crate::words::key`]s.
    pub cities: Vec<String>,
    /// Any of these, as [`crate::words::key`]s contained in the locality.
    pub localities: Vec<String>,
    /// All of these, as [`crate::words::key`]s.
    pub amenities: Vec<String>,
    /// As a [`crate::words::key`].
    pub state: Option<String>,
    /// Six digits.
    pub pincode: Option<String>,
    /// Any of these.
    pub property_types: Vec<PropertyType>,
    /// Any of these.
    pub listing_types: Vec<ListingType>,
    /// Any of these.
    pub furnished: Vec<FurnishedStatus>,
    /// Any of these.
    pub bedrooms: RoomSet,
    /// Any of these.
    pub bathrooms: Numbers,
    /// The lowest price, in paise.
    pub min_price: Option<i64>,
    /// The highest price, in paise.
    pub max_price: Option<i64>,
    /// The smallest area, in square feet.
    pub min_area: Option<f64>,
    /// The largest area, in square feet.
    pub max_area: Option<f64>,
    /// Featured or not.
    pub featured: Option<bool>,
    /// Verified or not.
    pub verified: Option<bool>,
    /// Any of these.
    pub facing: Vec<Facing>,
    /// With photos or without.
    pub with_photos: Option<bool>,
    /// What only some kinds of listing have.
    pub details: DetailFilters,
    /// The details that the words of the search name.
    pub named: NamedDetails,
}

impl Filters {
    /// Whether a price passes.
    #[must_use]
    pub fn price_fits(&self, paise: i64) -> bool {
        self.min_price.is_none_or(|least| paise >= least) && self.max_price.is_none_or(|most| paise <= most)
    }

    /// Whether an area passes. 0 means not given, and passes only if no bound is set.
    #[must_use]
    pub fn area_fits(&self, sqft: f64) -> bool {
        let asked = self.min_area.is_some() || self.max_area.is_some();
        !asked
            || sqft > 0.0
                && self.min_area.is_none_or(|least| sqft >= least)
                && self.max_area.is_none_or(|most| sqft <= most)
    }
}
