//! What listings must be.

use domain::property::kinds::{FurnishedStatus, ListingType, PropertyType};

/// What is counted, and what has a filter of its own that its counts leave out.
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
}

impl Facet {
    /// Every facet under its name in answers.
    pub const ALL: [(&'static str, Self); 12] = [
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
    ];

    /// One bit a facet.
    #[must_use]
    pub const fn bit(self) -> u16 {
        1 << self as u16
    }
}

/// A set of whole numbers from 0 to 50; empty for any number at all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Numbers(u64);

impl Numbers {
    /// The largest number a listing can have.
    pub const MOST: u8 = 50;

    /// With `number`, too.
    pub fn add(&mut self, number: u8) {
        self.0 |= 1 << number.min(Self::MOST);
    }

    /// With `number` and everything above it, too.
    pub fn add_from(&mut self, number: u8) {
        for number in number..=Self::MOST {
            self.add(number);
        }
    }

    /// Whether anything is asked.
    #[must_use]
    pub const fn is_asked(self) -> bool {
        self.0 != 0
    }

    /// Whether a listing with `number` fits; one that names none fits no condition.
    #[must_use]
    pub fn hold(self, number: Option<u8>) -> bool {
        !self.is_asked() || number.is_some_and(|number| number <= Self::MOST && self.0 >> number & 1 == 1)
    }
}

/// The filters; an empty one lets everything through.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Filters {
    /// Any of these, as [`crate::words::key`].
    pub cities: Vec<String>,
    /// Any of these, as [`crate::words::key`]s that stand in the locality.
    pub localities: Vec<String>,
    /// All of these, as [`crate::words::key`]s.
    pub amenities: Vec<String>,
    /// As [`crate::words::key`].
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
    pub bedrooms: Numbers,
    /// Any of these.
    pub bathrooms: Numbers,
    /// At least, in paise.
    pub min_price: Option<i64>,
    /// At most, in paise.
    pub max_price: Option<i64>,
    /// At least, in square feet.
    pub min_area: Option<f64>,
    /// At most, in square feet.
    pub max_area: Option<f64>,
    /// Among the featured, or not.
    pub featured: Option<bool>,
    /// Confirmed as genuine, or not.
    pub verified: Option<bool>,
}

impl Filters {
    /// Whether a price fits.
    #[must_use]
    pub fn price_fits(&self, paise: i64) -> bool {
        self.min_price.is_none_or(|least| paise >= least) && self.max_price.is_none_or(|most| paise <= most)
    }

    /// Whether an area fits; 0 is an area nobody told, which fits no condition.
    #[must_use]
    pub fn area_fits(&self, sqft: f64) -> bool {
        let asked = self.min_area.is_some() || self.max_area.is_some();
        !asked
            || sqft > 0.0
                && self.min_area.is_none_or(|least| sqft >= least)
                && self.max_area.is_none_or(|most| sqft <= most)
    }
}
