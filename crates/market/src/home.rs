//! A home as figures see it.

use domain::fields::Choice;
use domain::property::Rooms;
use domain::property::kinds::{ListingType, PropertyCategory, PropertyType};
use domain::{Paise, PropertyId, Timestamp};

use crate::statistics::per_sqft;

/// The words of a kind: property type and listing type.
pub type KindWords = (&'static str, &'static str);

/// A kind of listing. Only homes of one kind are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind {
    pub property_type: PropertyType,
    pub listing_type: ListingType,
}

impl Kind {
    pub fn words(self) -> KindWords {
        (self.property_type.word(), self.listing_type.word())
    }

    pub fn from_words(property_type: &str, listing_type: &str) -> Option<Self> {
        Some(Self {
            property_type: PropertyType::from_word(property_type)?,
            listing_type: ListingType::from_word(listing_type)?,
        })
    }

    /// Whether it is a building to live in that is for sale. Land and commerce have other prices per square foot, and
    /// would only blur those of homes.
    pub fn is_home_for_sale(self) -> bool {
        self.listing_type == ListingType::Sale
            && PropertyCategory::of(self.property_type) == PropertyCategory::Residential
    }
}

/// A home that is, or was, on the market.
#[derive(Clone, Debug, PartialEq)]
pub struct Home {
    pub id: PropertyId,
    /// The slug of its area; empty when there is none.
    pub area: String,
    pub kind: Kind,
    pub bedrooms: Option<Rooms>,
    pub price: Paise,
    /// 0 when it is not stated.
    pub sqft: f64,
    /// In years.
    pub age: Option<i64>,
    pub title: String,
    pub listed_at: Timestamp,
    /// When it was sold or rented, or expired.
    pub ended_at: Option<Timestamp>,
}

impl Home {
    pub fn price_per_sqft(&self) -> Option<Paise> {
        per_sqft(self.price, self.sqft)
    }
}
