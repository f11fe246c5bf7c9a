//! Tells people and programs how a query was understood.

use std::collections::BTreeMap;

use domain::Paise;
use domain::fields::Choice;
use serde::Serialize;
use utoipa::ToSchema;

use super::join::is_overridden;
use super::measures::Measure;
use super::{Condition, Part, Understanding};
use domain::property::Rooms;

use crate::query::{Filters, Numbers, RoomSet};

/// How the words of a query were understood.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UnderstoodQuery {
    /// The words that became filters. Words in quotation marks never do.
    pub filters: Vec<UnderstoodFilter>,
    /// The words that the texts of a home must have.
    pub text: Vec<String>,
    /// The words that raise a home whose texts have them, and are not demanded.
    pub preferred: Vec<String>,
    /// The words that mean nothing for a search.
    pub ignored: Vec<String>,
}

/// A filter that words of a query became.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UnderstoodFilter {
    /// The words, as typed.
    pub words: String,
    /// What they were understood as, for people.
    pub label: String,
    /// The same filter as parameters of a search. Of what only some listings state, such as `ready to move`, the parameter
    /// also leaves out homes that state nothing; the words do not.
    pub parameters: BTreeMap<String, String>,
    /// The query without these words. Searching for it takes the filter away.
    pub without: String,
    /// Whether a parameter of the request says otherwise, which wins.
    pub is_overridden: bool,
}

impl Understanding {
    /// How the query was understood beside the filters `given` as parameters; `None` for a query without words.
    #[must_use]
    pub fn told(&self, given: &Filters) -> Option<UnderstoodQuery> {
        if self.is_empty() {
            return None;
        }
        let filters = self.parts.iter().filter_map(|part| {
            let (label, parameters) = part.condition.told()?;
            let parameters = parameters.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
            Some(UnderstoodFilter {
                words: self.written(part).to_owned(),
                label,
                parameters,
                without: self.without(part),
                is_overridden: is_overridden(part, given),
            })
        });
        let ignored = |part: &&Part| part.condition == Condition::Little;
        Some(UnderstoodQuery {
            filters: filters.collect(),
            text: self.demanded(),
            preferred: self.preferred(),
            ignored: self.parts.iter().filter(ignored).map(|part| self.written(part).to_owned()).collect(),
        })
    }
}

type Parameters = Vec<(&'static str, String)>;

impl Condition {
    /// What it is called, and the parameters that ask for the same; `None` for text.
    fn told(&self) -> Option<(String, Parameters)> {
        Some(match self {
            Self::Text | Self::Little | Self::Wish => return None,
            Self::Kinds(name, kinds) => {
                let words: Vec<&str> = kinds.iter().map(|kind| kind.word()).collect();
                ((*name).to_owned(), vec![("propertyType", words.join(","))])
            }
            Self::Deal(name, deal) => ((*name).to_owned(), vec![("listingType", deal.word().to_owned())]),
            Self::Furnished(name, status) => {
                ((*name).to_owned(), vec![("furnishedStatus", status.word().to_owned())])
            }
            Self::Verified => ("Verified".to_owned(), vec![("verified", "true".to_owned())]),
            Self::Detail(name, detail) => {
                let (parameter, value) = detail.parameter();
                ((*name).to_owned(), vec![(parameter, value.to_owned())])
            }
            Self::Locality(locality) => {
                (locality.name.to_owned(), vec![("location", locality.name.to_owned())])
            }
            Self::Measure(measure) => measure.told(),
        })
    }
}

impl Measure {
    fn told(&self) -> (String, Parameters) {
        match self {
            Self::Bedrooms(numbers) => {
                (format!("{} BHK", rooms_shown(*numbers)), vec![("bedrooms", rooms_listed(*numbers, ","))])
            }
            Self::Bathrooms(numbers) => {
                let listed = listed(*numbers, " or ");
                let plural = if listed == "1" { "" } else { "s" };
                (format!("{listed} bathroom{plural}"), of("bathrooms", *numbers))
            }
            Self::Price { least, most } => {
                let [least, most] = [least, most].map(|paise| paise.map(Paise::from_paise));
                let label = range(least.map(Paise::in_words), most.map(Paise::in_words));
                (label, bounds(["minPrice", "maxPrice"], [least, most]))
            }
            Self::Area { least, most } => {
                let shown = |sqft: &f64| format!("{sqft} sq ft");
                let label = range(least.as_ref().map(shown), most.as_ref().map(shown));
                (label, bounds(["minArea", "maxArea"], [*least, *most]))
            }
        }
    }
}

fn of(parameter: &'static str, numbers: Numbers) -> Parameters {
    vec![(parameter, listed(numbers, ","))]
}

fn bounds<T: ToString>(names: [&'static str; 2], values: [Option<T>; 2]) -> Parameters {
    let set = names.into_iter().zip(values);
    set.filter_map(|(name, value)| Some((name, value?.to_string()))).collect()
}

fn range(least: Option<String>, most: Option<String>) -> String {
    match (least, most) {
        (Some(least), Some(most)) => format!("{least} to {most}"),
        (Some(least), None) => format!("From {least}"),
        (None, Some(most)) => format!("Up to {most}"),
        (None, None) => String::new(),
    }
}

/// `2`, `2 or 3`, or `3+` for three and everything above it.
fn listed(numbers: Numbers, between: &str) -> String {
    let all: Vec<u8> = (0..=Numbers::MOST).filter(|number| numbers.hold(Some(*number))).collect();
    match all.as_slice() {
        [first, .., Numbers::MOST] => format!("{first}+"),
        all => all.iter().map(u8::to_string).collect::<Vec<_>>().join(between),
    }
}

/// `2`, `2 or 3`, `2 to 4`, or `3+`.
fn rooms_shown(rooms: RoomSet) -> String {
    let all: Vec<Rooms> = rooms.iter().collect();
    match all.as_slice() {
        [first, _, .., last]
            if last.halves() < 2 * Rooms::MOST
                && usize::from(last.halves() - first.halves()) + 1 == all.len() =>
        {
            format!("{first} to {last}")
        }
        _ => rooms_listed(rooms, " or "),
    }
}

/// `2`, `2.5,3`, or `3+` for three and everything above it.
fn rooms_listed(rooms: RoomSet, between: &str) -> String {
    let all: Vec<Rooms> = rooms.iter().collect();
    match all.as_slice() {
        [first, .., last] if last.halves() == 2 * Rooms::MOST => format!("{first}+"),
        all => all.iter().map(ToString::to_string).collect::<Vec<_>>().join(between),
    }
}
