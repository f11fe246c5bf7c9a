//! Describes homes by the traits people have a taste for.

use std::collections::HashMap;

use domain::fields::Choice;
use domain::property::kinds::{ListingType, PropertyType};
use domain::{PropertyId, Timestamp, UserId};

use crate::home::Home;
use crate::words::key;

/// The number of traits of a home.
pub const TRAITS: usize = 5;
/// The locality, as its number in the catalogue.
pub const PLACE: usize = 0;
/// The kind of home.
pub const KIND: usize = 1;
/// The number of bedrooms.
pub const BEDROOMS: usize = 2;
/// The price, in steps of roughly a quarter.
pub const PRICE: usize = 3;
/// The offer, such as sale or rent.
pub const OFFER: usize = 4;

/// A number for each trait; `None` when not given.
pub type Traits = [Option<u32>; TRAITS];

/// A home on the market.
#[derive(Clone, Debug)]
pub struct MarketHome {
    /// Its id.
    pub id: PropertyId,
    /// Its owner.
    pub owner: UserId,
    /// Its traits.
    pub traits: Traits,
    /// When it was listed.
    pub listed: Timestamp,
}

/// The homes of one tenant that can be recommended.
#[derive(Clone, Debug, Default)]
pub struct Catalogue {
    /// The homes, sorted by id.
    pub items: Vec<MarketHome>,
    places: HashMap<String, u32>,
}

impl Catalogue {
    /// Builds the catalogue from homes on the market.
    pub fn of<'a>(homes: impl IntoIterator<Item = &'a Home>) -> Self {
        let mut catalogue = Self::default();
        for home in homes {
            catalogue.add(home);
        }
        catalogue.finish();
        catalogue
    }

    /// Adds `home`.
    pub fn add(&mut self, home: &Home) {
        let traits = self.traits(home);
        let (id, owner, listed) = (home.id, home.owner, home.created_at);
        self.items.push(MarketHome { id, owner, traits, listed });
    }

    /// Sorts the catalogue once all homes are added.
    pub fn finish(&mut self) {
        self.items.sort_unstable_by_key(|item| item.id);
    }

    fn traits(&mut self, home: &Home) -> Traits {
        let facts = &home.content.specifications;
        let next = u32::try_from(self.places.len()).unwrap_or(u32::MAX);
        let place = *self.places.entry(key(home.content.location.area.text())).or_insert(next);
        [
            Some(place),
            Some(kind(facts.property_type)),
            facts.bedrooms.map(|rooms| u32::from(rooms.halves())),
            Some(price(home.content.price.paise())),
            Some(offer(facts.listing_type)),
        ]
    }

    /// The number of a locality, if any home is there. `words` is its key.
    #[must_use]
    pub fn place(&self, words: &str) -> Option<u32> {
        self.places.get(words).copied()
    }

    /// The home with this id, if it is in the catalogue.
    #[must_use]
    pub fn item(&self, id: PropertyId) -> Option<&MarketHome> {
        let at = self.items.binary_search_by_key(&id, |item| item.id).ok()?;
        self.items.get(at)
    }
}

fn number<T: Choice>(value: T) -> u32 {
    let at = T::ALL.iter().position(|(_, other)| *other == value);
    at.and_then(|at| u32::try_from(at).ok()).unwrap_or_default()
}

/// The number of a kind of home.
#[must_use]
pub fn kind(kind: PropertyType) -> u32 {
    number(kind)
}

/// The number of an offer.
#[must_use]
pub fn offer(offer: ListingType) -> u32 {
    number(offer)
}

/// The price step; three steps double the price.
#[must_use]
pub fn price(paise: i64) -> u32 {
    let doublings = paise.max(1).ilog2();
    let base = 1_i64 << doublings;
    let third = (paise - base).max(0).saturating_mul(3) / base;
    doublings * 3 + u32::try_from(third).unwrap_or_default()
}
