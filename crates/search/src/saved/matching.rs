//! Matches one home with many searches, with the same result as the index.

use std::collections::{BTreeSet, HashMap};

use domain::fields::Choice;
use domain::property::Rooms;
use domain::property::kinds::ListingType;

use crate::home::Home;
use crate::query::Query;
use crate::words::{edits, key, matched, stands_in, words};

/// A home prepared for matching with many searches.
#[derive(Debug)]
pub struct PreparedHome<'a> {
    home: &'a Home,
    city: String,
    locality: String,
    state: Option<String>,
    amenities: BTreeSet<String>,
    /// The distinct words of its texts.
    words: Vec<String>,
    /// Caches whether a searched word matches; many searches use the same words.
    met: HashMap<(String, bool), bool>,
}

impl<'a> PreparedHome<'a> {
    /// Prepares `home`.
    #[must_use]
    pub fn of(home: &'a Home) -> Self {
        let location = &home.content.location;
        let all: BTreeSet<String> = home.texts().iter().flat_map(|(_, text)| words(text)).collect();
        Self {
            home,
            city: key(&location.city),
            locality: key(location.area.text()),
            state: location.state.as_deref().map(key),
            amenities: home.content.amenities().iter().map(|amenity| key(amenity)).collect(),
            words: all.into_iter().collect(),
            met: HashMap::new(),
        }
    }

    /// Whether a search for `query` finds the home.
    pub fn fits(&mut self, query: &Query) -> bool {
        self.stands(query) && self.is_of_the_kind(query) && self.says(query)
    }

    /// Whether the conditions on tenant, place and location hold.
    fn stands(&self, query: &Query) -> bool {
        let filters = &query.filters;
        let location = &self.home.content.location;
        query.tenant == self.home.tenant
            && query.exclude != Some(self.home.id)
            && query.since.is_none_or(|since| self.home.created_at > since)
            && (filters.cities.is_empty() || filters.cities.contains(&self.city))
            && (filters.localities.is_empty()
                || filters.localities.iter().any(|wanted| stands_in(wanted, &self.locality)))
            && filters.state.as_ref().is_none_or(|state| self.state.as_ref() == Some(state))
            && filters.pincode.as_ref().is_none_or(|pincode| location.pincode.as_ref() == Some(pincode))
            && query.geo.holds(location.at())
    }

    /// Whether the filters on the home itself hold.
    fn is_of_the_kind(&self, query: &Query) -> bool {
        let filters = &query.filters;
        let standing = self.home.standing();
        let facts = &self.home.content.specifications;
        let facing = || self.home.facing().is_some_and(|facing| filters.facing.contains(&facing));
        let furnished = || facts.furnished_status.is_some_and(|status| filters.furnished.contains(&status));
        filters.price_fits(standing.price)
            && filters.area_fits(standing.area)
            && filters.bedrooms.hold(standing.bedrooms)
            && filters.bathrooms.hold(self.home.bathrooms())
            && (filters.property_types.is_empty() || filters.property_types.contains(&facts.property_type))
            && (filters.listing_types.is_empty() || filters.listing_types.contains(&facts.listing_type))
            && (filters.furnished.is_empty() || furnished())
            && (filters.facing.is_empty() || facing())
            && filters.amenities.iter().all(|wanted| self.amenities.contains(wanted))
            && filters.featured.is_none_or(|asked| asked == self.home.featured)
            && filters.verified.is_none_or(|asked| asked == self.home.verified)
            && filters.with_photos.is_none_or(|asked| asked == self.home.has_photos())
            && filters.details.hold(self.home.detail_bits(), || self.home.deposit())
            && filters.named.fit(self.home.detail_bits())
    }

    /// Whether every word of the search matches a word of the home.
    fn says(&mut self, query: &Query) -> bool {
        let count = query.words.len();
        query.words.iter().enumerate().all(|(index, word)| self.meets(word, index + 1 == count))
    }

    fn meets(&mut self, word: &str, last: bool) -> bool {
        let asked = (word.to_owned(), last);
        if let Some(met) = self.met.get(&asked) {
            return *met;
        }
        let long = word.chars().count();
        let met = self.words.iter().any(|there| {
            // Words whose lengths differ by more than the allowed edits cannot match, except as a prefix.
            let near = there.chars().count().abs_diff(long) <= usize::from(edits(word));
            (near || (last && there.starts_with(word))) && matched(word, last, there).is_some()
        });
        self.met.insert(asked, met);
        met
    }

    /// The keys of every search that may match: see [`keys`].
    #[must_use]
    pub fn keys(&self) -> BTreeSet<String> {
        let facts = &self.home.content.specifications;
        let mut keys: BTreeSet<String> = self.locality.split(' ').map(|word| format!("l:{word}")).collect();
        keys.extend(self.home.content.location.pincode.iter().map(|pincode| format!("p:{pincode}")));
        keys.extend(self.amenities.iter().map(|amenity| format!("a:{amenity}")));
        keys.insert(format!("t:{}", facts.property_type.word()));
        keys.insert(format!("c:{}", self.city));
        keys.insert(ANY.to_owned());
        keys
    }

    /// The home's values that are compared with [`Narrow`] to reduce the candidates.
    #[must_use]
    pub fn narrow(&self) -> (i64, i64, i64) {
        let standing = self.home.standing();
        let listing_type = listing_bit(self.home.content.specifications.listing_type);
        (standing.price, listing_type, standing.bedrooms.map_or(0, room_bit))
    }
}

/// The key of a search without any of the other keys.
const ANY: &str = "*";

/// The keys that a search is filed under. A home that matches the search has at least one of them. The most selective
/// filter provides them: localities by their first words, else the pin code, the kinds of home, an amenity, the
/// cities.
#[must_use]
pub fn keys(query: &Query) -> BTreeSet<String> {
    let filters = &query.filters;
    if !filters.localities.is_empty() {
        let first = |wanted: &String| format!("l:{}", wanted.split(' ').next().unwrap_or_default());
        return filters.localities.iter().map(first).collect();
    }
    if let Some(pincode) = &filters.pincode {
        return [format!("p:{pincode}")].into();
    }
    if !filters.property_types.is_empty() {
        return filters.property_types.iter().map(|kind| format!("t:{}", kind.word())).collect();
    }
    if let Some(amenity) = filters.amenities.first() {
        return [format!("a:{amenity}")].into();
    }
    if !filters.cities.is_empty() {
        return filters.cities.iter().map(|city| format!("c:{city}")).collect();
    }
    [ANY.to_owned()].into()
}

/// Columns stored with the keys. They rule out most candidates before these are read.
#[derive(Clone, Copy, Debug)]
pub struct Narrow {
    /// In paise.
    pub min_price: Option<i64>,
    /// In paise.
    pub max_price: Option<i64>,
    /// One bit for each value; 0 accepts any.
    pub listing_types: i64,
    /// One bit for each value; 0 accepts any.
    pub bedrooms: i64,
}

impl Narrow {
    /// The columns of a search.
    #[must_use]
    pub fn of(query: &Query) -> Self {
        let filters = &query.filters;
        Self {
            min_price: filters.min_price,
            max_price: filters.max_price,
            listing_types: filters.listing_types.iter().fold(0, |bits, kind| bits | listing_bit(*kind)),
            bedrooms: filters.bedrooms.iter().fold(0, |bits, rooms| bits | room_bit(rooms)),
        }
    }
}

/// Half a room has the bit of the whole number below: a candidate too many is found out later.
fn room_bit(rooms: Rooms) -> i64 {
    1 << (rooms.halves() / 2)
}

fn listing_bit(kind: ListingType) -> i64 {
    let place = ListingType::ALL.iter().position(|(_, other)| *other == kind);
    place.map_or(0, |place| 1 << place)
}
