//! The counts beside the filters: how many homes each choice finds.

use crate::api::{FacetCount, Facets};
use crate::home_search::HomeSearch;
use crate::labels;
use crate::localities::Locality;
use crate::numbers::Count;
use crate::place_path::Kind;

/// The most localities that are suggested, and the most amenities that are offered.
const MOST: usize = 20;

/// The counts of every filter, by the names that the API gives them.
pub(super) struct Counts(Facets);

/// An amenity that can be chosen.
pub(super) struct Amenity {
    pub(super) value: String,
    pub(super) label: String,
    /// How many homes have it; `None` for one that was chosen and that no home of this list has.
    pub(super) count: Option<Count>,
    pub(super) is_chosen: bool,
}

impl Counts {
    pub(super) fn new(facets: Facets) -> Self {
        Self(facets)
    }

    fn values(&self, filter: &str) -> impl Iterator<Item = &FacetCount> {
        self.0.get(filter).into_iter().flatten().filter(|count| count.count.0 > 0)
    }

    /// How many homes have this value of a filter; `None` without any.
    pub(super) fn of(&self, filter: &str, value: &str) -> Option<Count> {
        self.values(filter).find(|count| count.value == value).map(|count| count.count)
    }

    /// How many homes have this many bedrooms, such as `2` or `5+`.
    pub(super) fn of_rooms(&self, rooms: &str) -> Option<Count> {
        let Some(least) = rooms.strip_suffix('+').and_then(|least| least.parse::<f64>().ok()) else {
            return self.of("bedrooms", rooms);
        };
        let has_as_many = |count: &&FacetCount| count.value.parse::<f64>().is_ok_and(|rooms| rooms >= least);
        total(self.values("bedrooms").filter(has_as_many))
    }

    /// How many homes are of this kind.
    pub(super) fn of_kind(&self, kind: &Kind) -> Option<Count> {
        if let Some((filter, value)) = kind.also {
            return self.of(filter, value);
        }
        let is_of_kind = |count: &&FacetCount| kind.types.contains(&count.value.as_str());
        total(self.values("propertyType").filter(is_of_kind))
    }

    /// The localities with homes, as people write them.
    pub(super) fn localities(&self) -> Vec<(String, Count)> {
        let named = |count: &FacetCount| Some((Locality::named(&count.value)?.name, count.count));
        self.values("location").filter_map(named).take(MOST).collect()
    }

    /// The amenities: those that were chosen come first, so that none of them is out of sight.
    pub(super) fn amenities(&self, wanted: &HomeSearch) -> Vec<Amenity> {
        let amenity = |value: &str, is_chosen: bool| Amenity {
            value: value.to_owned(),
            label: labels::capitalised(value.to_owned()),
            count: self.of("amenities", value),
            is_chosen,
        };
        let others = self.values("amenities").map(|count| count.value.as_str());
        let others = others.filter(|value| !wanted.has("amenities", value)).take(MOST);
        let chosen = wanted.values("amenities").map(|value| amenity(value, true));
        chosen.chain(others.map(|value| amenity(value, false))).collect()
    }
}

fn total<'a>(counts: impl Iterator<Item = &'a FacetCount>) -> Option<Count> {
    let total = counts.map(|count| count.count.0).sum::<u64>();
    (total > 0).then_some(Count(total))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Counts;
    use crate::form::Form;
    use crate::home_search::HomeSearch;
    use crate::numbers::Count;
    use crate::place_path::{KINDS, PlacePath};

    fn counts() -> Counts {
        let facets = json!({
            "propertyType": [{"value": "SHOP", "count": 9}, {"value": "OFFICE", "count": 2}],
            "listingType": [{"value": "PG", "count": 3}],
            "bedrooms": [{"value": "2", "count": 5}, {"value": "5", "count": 1}, {"value": "6.5", "count": 2},
                {"value": "9", "count": 0}],
            "location": [{"value": "hitec city", "count": 3}, {"value": "కొండాపూర్", "count": 1}],
            "amenities": [{"value": "lift", "count": 4}, {"value": "Gym", "count": 2}],
        });
        Counts::new(serde_json::from_value(facets).unwrap())
    }

    #[test]
    fn a_choice_counts_everything_that_it_finds() {
        let counts = counts();
        let kind = |slug: &str| counts.of_kind(KINDS.iter().find(|kind| kind.slug == slug).unwrap());
        assert_eq!(kind("commercial"), Some(Count(11)));
        assert_eq!(kind("shops"), Some(Count(9)));
        assert_eq!(kind("pg"), Some(Count(3)));
        assert_eq!(kind("villas"), None);
        assert_eq!(
            ["2", "5+", "9"].map(|rooms| counts.of_rooms(rooms)),
            [Some(Count(5)), Some(Count(3)), None]
        );
        assert_eq!(counts.localities(), [("HITEC City".to_owned(), Count(3))]);
    }

    #[test]
    fn an_amenity_that_was_chosen_is_there_although_no_home_has_it() {
        let place = PlacePath::parse("/hyderabad").unwrap();
        let wanted = HomeSearch::read(place, &Form::parse(b"amenities=Helipad&amenities=Gym")).wanted;
        let amenities = counts().amenities(&wanted);
        let told: Vec<(&str, &str, Option<Count>, bool)> =
            amenities.iter().map(|it| (&*it.value, &*it.label, it.count, it.is_chosen)).collect();
        let chosen = [("Helipad", "Helipad", None, true), ("Gym", "Gym", Some(Count(2)), true)];
        assert_eq!(told[..2], chosen);
        assert_eq!(told[2..], [("lift", "Lift", Some(Count(4)), false)]);
    }
}
