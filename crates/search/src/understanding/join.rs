//! Joins what was understood to the filters that a request gives as parameters. A parameter always wins.

use super::measures::Measure;
use super::{Condition, Part, Understanding};
use crate::query::{Facet, Filters, NamedDetails, Numbers, RoomSet};
use crate::words::key;

/// The filters of a query and its parameters together.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Joined {
    /// All filters.
    pub filters: Filters,
    /// The facets whose filter comes from the query alone, one bit each.
    pub understood: u16,
}

impl Condition {
    fn facet(&self) -> Option<Facet> {
        Some(match self {
            Self::Text | Self::Little | Self::Wish => return None,
            Self::Kinds(..) => Facet::PropertyType,
            Self::Deal(..) => Facet::ListingType,
            Self::Furnished(..) => Facet::Furnished,
            Self::Verified => Facet::Verified,
            Self::Detail(..) => Facet::Details,
            Self::Locality(_) => Facet::Locality,
            Self::Measure(Measure::Bedrooms(_)) => Facet::Bedrooms,
            Self::Measure(Measure::Bathrooms(_)) => Facet::Bathrooms,
            Self::Measure(Measure::Price { .. }) => Facet::Price,
            Self::Measure(Measure::Area { .. }) => Facet::Area,
        })
    }
}

impl Understanding {
    /// `given` with what the query adds.
    #[must_use]
    pub fn joined(&self, given: &Filters) -> Joined {
        let mut joined = Joined { filters: given.clone(), understood: 0 };
        for part in self.parts.iter().filter(|part| !is_overridden(part, given)) {
            let Some(facet) = part.condition.facet() else { continue };
            self.add(part, given, &mut joined.filters);
            if !given.is_asked(facet) {
                joined.understood |= facet.bit();
            }
        }
        joined
    }

    /// The words of the parts whose facets are among `facets`.
    #[must_use]
    pub fn words_about(&self, facets: u16) -> Vec<String> {
        let about = |part: &&Part| part.condition.facet().is_some_and(|facet| facet.bit() & facets != 0);
        self.parts.iter().filter(about).map(|part| self.written(part).to_owned()).collect()
    }

    fn add(&self, part: &Part, given: &Filters, filters: &mut Filters) {
        match &part.condition {
            Condition::Text | Condition::Little | Condition::Wish => {}
            Condition::Kinds(_, kinds) => extend(&mut filters.property_types, kinds.iter().copied()),
            Condition::Deal(_, deal) => extend(&mut filters.listing_types, [*deal]),
            Condition::Furnished(_, status) => extend(&mut filters.furnished, [*status]),
            Condition::Verified => filters.verified = Some(true),
            Condition::Detail(_, detail) => filters.named.add(*detail),
            Condition::Locality(locality) => {
                // Also as typed: a name like a known one may be the name of another place.
                let typed = key(self.written(part));
                extend(&mut filters.localities, locality.keys.iter().cloned().chain([typed]));
            }
            Condition::Measure(Measure::Bedrooms(numbers)) => filters.bedrooms.add_all(*numbers),
            Condition::Measure(Measure::Bathrooms(numbers)) => filters.bathrooms.add_all(*numbers),
            Condition::Measure(Measure::Price { least, most }) => {
                filters.min_price = given.min_price.or(*least).or(filters.min_price);
                filters.max_price = given.max_price.or(*most).or(filters.max_price);
            }
            Condition::Measure(Measure::Area { least, most }) => {
                filters.min_area = given.min_area.or(*least).or(filters.min_area);
                filters.max_area = given.max_area.or(*most).or(filters.max_area);
            }
        }
    }
}

fn extend<T: PartialEq>(all: &mut Vec<T>, more: impl IntoIterator<Item = T>) {
    for one in more {
        if !all.contains(&one) {
            all.push(one);
        }
    }
}

/// Whether a parameter says something else about the same, so that the part counts for nothing.
pub fn is_overridden(part: &Part, given: &Filters) -> bool {
    match &part.condition {
        Condition::Measure(Measure::Price { least, most }) => {
            !(least.is_some() && given.min_price.is_none() || most.is_some() && given.max_price.is_none())
        }
        Condition::Measure(Measure::Area { least, most }) => {
            !(least.is_some() && given.min_area.is_none() || most.is_some() && given.max_area.is_none())
        }
        Condition::Detail(_, detail) => given.details.is_about(*detail),
        condition => condition.facet().is_some_and(|facet| given.is_asked(facet)),
    }
}

impl Filters {
    /// Whether the filter of the facet is set.
    #[must_use]
    pub fn is_asked(&self, facet: Facet) -> bool {
        match facet {
            Facet::City => !self.cities.is_empty(),
            Facet::Locality => !self.localities.is_empty(),
            Facet::Amenities => !self.amenities.is_empty(),
            Facet::PropertyType => !self.property_types.is_empty(),
            Facet::ListingType => !self.listing_types.is_empty(),
            Facet::Furnished => !self.furnished.is_empty(),
            Facet::Bedrooms => self.bedrooms.is_asked(),
            Facet::Bathrooms => self.bathrooms.is_asked(),
            Facet::Price => self.min_price.is_some() || self.max_price.is_some(),
            Facet::Area => self.min_area.is_some() || self.max_area.is_some(),
            Facet::Featured => self.featured.is_some(),
            Facet::Verified => self.verified.is_some(),
            Facet::Facing => !self.facing.is_empty(),
            Facet::Details => self.named != NamedDetails::default(),
        }
    }

    /// Removes the filter of the facet.
    pub fn clear(&mut self, facet: Facet) {
        match facet {
            Facet::City => self.cities.clear(),
            Facet::Locality => self.localities.clear(),
            Facet::Amenities => self.amenities.clear(),
            Facet::PropertyType => self.property_types.clear(),
            Facet::ListingType => self.listing_types.clear(),
            Facet::Furnished => self.furnished.clear(),
            Facet::Bedrooms => self.bedrooms = RoomSet::default(),
            Facet::Bathrooms => self.bathrooms = Numbers::default(),
            Facet::Price => (self.min_price, self.max_price) = (None, None),
            Facet::Area => (self.min_area, self.max_area) = (None, None),
            Facet::Featured => self.featured = None,
            Facet::Verified => self.verified = None,
            Facet::Facing => self.facing.clear(),
            Facet::Details => self.named = NamedDetails::default(),
        }
    }
}
