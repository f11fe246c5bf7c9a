//! The counts beside results: links that choose one thing more.

use crate::api::{FacetCount, Facets};
use crate::labels::{self, Labels};
use crate::localities::Locality;
use crate::messages::Language;
use crate::numbers::Count;
use crate::rupees;
use crate::wanted::Wanted;

/// The most values that a filter shows.
const MOST: usize = 10;

/// A filter, with what can be chosen.
pub(super) struct FacetGroup {
    pub(super) filter: Filter,
    pub(super) choices: Vec<FacetLink>,
}

/// What a group of links chooses; the template names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Filter {
    Kind,
    Deal,
    Locality,
    Bedrooms,
    Price,
    Area,
    Furnishing,
    Facing,
    Amenities,
    Verified,
}

/// A value of a filter.
pub(super) struct FacetLink {
    pub(super) label: String,
    pub(super) count: Count,
    pub(super) href: String,
    /// Whether it is chosen, so that the link takes it away.
    pub(super) is_chosen: bool,
}

/// Every filter with its name in the answer of the API.
const FILTERS: [(&str, Filter); 10] = [
    ("propertyType", Filter::Kind),
    ("listingType", Filter::Deal),
    ("location", Filter::Locality),
    ("bedrooms", Filter::Bedrooms),
    ("price", Filter::Price),
    ("area", Filter::Area),
    ("furnishedStatus", Filter::Furnishing),
    ("facing", Filter::Facing),
    ("amenities", Filter::Amenities),
    ("verified", Filter::Verified),
];

/// The groups that have something to choose.
pub(super) fn groups(language: Language, wanted: &Wanted, facets: &Facets) -> Vec<FacetGroup> {
    let group = |(name, filter): (&str, Filter)| {
        let counts = facets.get(name)?.iter().filter(|count| count.count.0 > 0);
        let choices: Vec<FacetLink> =
            counts.filter_map(|count| filter.link(language, wanted, count)).take(MOST).collect();
        (!choices.is_empty()).then_some(FacetGroup { filter, choices })
    };
    FILTERS.into_iter().filter_map(group).collect()
}

impl Filter {
    fn link(self, language: Language, wanted: &Wanted, count: &FacetCount) -> Option<FacetLink> {
        let value = count.value.as_str();
        let coded = |labels: Labels| labels::of(language, labels, value);
        let (label, chosen, is_chosen) = match self {
            Self::Kind => (coded(labels::PROPERTY_TYPES), wanted.of_type(value), wanted.has_type(value)),
            Self::Deal => (coded(labels::LISTING_TYPES), wanted.of_deal(value), wanted.has_deal(value)),
            Self::Locality => {
                let locality = Locality::named(value)?;
                let is_chosen = wanted.place.locality.as_ref() == Some(&locality);
                (locality.name.clone(), wanted.in_locality(locality), is_chosen)
            }
            Self::Bedrooms => {
                let label = language.text("card-bhk").arg("count", value).to_string();
                toggle(wanted, "bedrooms", value, label)
            }
            Self::Price => {
                let label = range(language, count, |sum| rupees::words(language, sum))?;
                between(wanted, count, ["minPrice", "maxPrice"], label)
            }
            Self::Area => {
                let feet = |area: u64| language.text("fact-size-sqft").arg("area", area).to_string();
                between(wanted, count, ["minArea", "maxArea"], range(language, count, feet)?)
            }
            Self::Furnishing => toggle(wanted, "furnished", value, coded(labels::FURNISHING)),
            Self::Facing => toggle(wanted, "facing", value, coded(labels::DIRECTIONS)),
            Self::Amenities => toggle(wanted, "amenities", value, labels::capitalised(value.to_owned())),
            Self::Verified if value == "true" => {
                toggle(wanted, "verified", value, language.text("card-verified").to_string())
            }
            Self::Verified => return None,
        };
        Some(FacetLink { label, count: count.count, href: chosen.address(), is_chosen })
    }
}

fn toggle(wanted: &Wanted, name: &str, value: &str, label: String) -> (String, Wanted, bool) {
    (label, wanted.toggled(name, value), wanted.has(name, value))
}

/// A range of prices or areas in words; `None` for one without bounds.
fn range(language: Language, count: &FacetCount, words: impl Fn(u64) -> String) -> Option<String> {
    let message = match ends(count) {
        [Some(least), Some(most)] => {
            language.text("search-range").arg("least", words(least)).arg("most", words(most))
        }
        [Some(least), None] => language.text("search-range-from").arg("least", words(least)),
        [None, Some(most)] => language.text("search-range-under").arg("most", words(most)),
        [None, None] => return None,
    };
    Some(message.to_string())
}

/// What a range of prices or areas chooses; `names` are those of its bounds.
fn between(wanted: &Wanted, count: &FacetCount, names: [&str; 2], label: String) -> (String, Wanted, bool) {
    let ([least, most], [low, high]) = (ends(count), names);
    let bounds = [(low, least), (high, most)];
    let is_chosen = wanted.is_bounded(bounds);
    let chosen = if is_chosen { [(low, None), (high, None)] } else { bounds };
    (label, wanted.bounded(chosen), is_chosen)
}

/// The bounds of a range.
fn ends(count: &FacetCount) -> [Option<u64>; 2] {
    [whole(count.from).filter(|from| *from > 0), whole(count.to)]
}

/// A bound of a range, which is a whole number.
fn whole(bound: Option<f64>) -> Option<u64> {
    bound
        .filter(|bound| bound.is_finite() && *bound >= 0.0)
        .and_then(|bound| format!("{bound:.0}").parse().ok())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Filter, groups};
    use crate::api::Facets;
    use crate::form::Form;
    use crate::messages::Language::English;
    use crate::place_path::PlacePath;
    use crate::wanted::Wanted;

    #[test]
    fn every_count_leads_to_what_it_counts() {
        let facets: Facets = serde_json::from_value(json!({
            "propertyType": [{"value": "APARTMENT", "count": 9}, {"value": "VILLA", "count": 2}],
            "bedrooms": [{"value": "2", "count": 5}, {"value": "9", "count": 0}],
            "price": [{"value": "50-lakh-to-1-crore", "count": 4, "from": 5_000_000.0, "to": 10_000_000.0},
                {"value": "over-5-crore", "count": 1, "from": 50_000_000.0}],
            "location": [{"value": "hitec city", "count": 3}, {"value": "కొండాపూర్", "count": 1}],
            "facing": [{"value": "NORTH_EAST", "count": 2}],
            "verified": [{"value": "true", "count": 1}, {"value": "false", "count": 8}],
            "unheard": [{"value": "x", "count": 1}],
        }))
        .unwrap();
        let place = PlacePath::parse("/hyderabad/apartments-for-sale").unwrap();
        let wanted = Wanted::read(place, &Form::parse(b"bedrooms=2")).wanted;
        let groups = groups(English, &wanted, &facets);
        let links: Vec<(Filter, &str, &str, bool)> = groups
            .iter()
            .flat_map(|group| {
                group.choices.iter().map(|it| (group.filter, &*it.label, &*it.href, it.is_chosen))
            })
            .collect();
        let base = "/hyderabad/apartments-for-sale?bedrooms=2";
        assert_eq!(
            links,
            [
                (Filter::Kind, "Apartment", "/hyderabad/homes-for-sale?bedrooms=2", true),
                (Filter::Kind, "Villa", "/hyderabad/villas-for-sale?bedrooms=2", false),
                (
                    Filter::Locality,
                    "HITEC City",
                    "/hyderabad/hitec-city/apartments-for-sale?bedrooms=2",
                    false
                ),
                (Filter::Bedrooms, "2 BHK", "/hyderabad/apartments-for-sale", true),
                (
                    Filter::Price,
                    "₹50 lakh to ₹1 crore",
                    &*format!("{base}&minPrice=5000000&maxPrice=10000000"),
                    false
                ),
                (Filter::Price, "From ₹5 crore", &*format!("{base}&minPrice=50000000"), false),
                (Filter::Facing, "North-east", &*format!("{base}&facing=NORTH_EAST"), false),
                (Filter::Verified, "Verified", &*format!("{base}&verified=true"), false),
            ]
        );
    }
}
