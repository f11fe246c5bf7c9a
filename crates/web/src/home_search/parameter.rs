//! The filters that an address can say, and how their values are read and told.

use jiff::civil::Date;

use super::within;
use crate::labels::{self, Labels};
use crate::messages::{Language, key};
use crate::rupees;
use crate::when::date_words;

/// The longest text of a filter.
const LONGEST: usize = 60;
/// The most rooms that a home has.
const MOST_ROOMS: u16 = 50;
/// The largest area, in square feet.
const LARGEST: u64 = 1_000_000_000;

/// How a value is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reads {
    /// `2`, `2.5` or `4+`.
    Rooms,
    /// `2` or `4+`.
    Whole,
    Rupees,
    SquareFeet,
    Choice(Labels),
    Text,
    Yes,
    Day,
    Pincode,
    Box,
    Within,
}

/// A filter.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Parameter {
    /// Its name in an address.
    pub(crate) name: &'static str,
    /// Its name in the API.
    pub(crate) api: &'static str,
    /// The key of the text that tells its value.
    told: &'static str,
    reads: Reads,
    /// Whether it takes several values, any of which a home may have.
    pub(crate) many: bool,
}

impl Parameter {
    const fn one(name: &'static str, api: &'static str, told: &'static str, reads: Reads) -> Self {
        Self { name, api, told, reads, many: false }
    }

    const fn many(name: &'static str, api: &'static str, told: &'static str, reads: Reads) -> Self {
        Self { name, api, told, reads, many: true }
    }
}

/// Every filter, in the order in which addresses and chips have them.
pub(crate) static PARAMETERS: [Parameter; 26] = [
    Parameter::many("type", "propertyType", key("search-chip-plain"), Reads::Choice(labels::PROPERTY_TYPES)),
    Parameter::many("deal", "listingType", key("search-chip-deal"), Reads::Choice(labels::LISTING_TYPES)),
    Parameter::many("bedrooms", "bedrooms", key("search-chip-bedrooms"), Reads::Rooms),
    Parameter::many("bathrooms", "bathrooms", key("search-chip-bathrooms"), Reads::Whole),
    Parameter::one("minPrice", "minPrice", key("search-chip-min-price"), Reads::Rupees),
    Parameter::one("maxPrice", "maxPrice", key("search-chip-max-price"), Reads::Rupees),
    Parameter::one("minArea", "minArea", key("search-chip-min-area"), Reads::SquareFeet),
    Parameter::one("maxArea", "maxArea", key("search-chip-max-area"), Reads::SquareFeet),
    Parameter::many(
        "furnished",
        "furnishedStatus",
        key("search-chip-plain"),
        Reads::Choice(labels::FURNISHING),
    ),
    Parameter::many("facing", "facing", key("search-chip-facing"), Reads::Choice(labels::DIRECTIONS)),
    Parameter::many("amenities", "amenities", key("search-chip-plain"), Reads::Text),
    Parameter::many(
        "possession",
        "possessionStatus",
        key("search-chip-plain"),
        Reads::Choice(labels::POSSESSION),
    ),
    Parameter::many("forWhom", "forWhom", key("search-chip-for-whom"), Reads::Choice(labels::FOR_WHOM)),
    Parameter::many("approvals", "approvals", key("search-chip-approvals"), Reads::Choice(labels::APPROVALS)),
    Parameter::many("rera", "reraStatus", key("search-chip-rera"), Reads::Choice(labels::RERA_STATUSES)),
    Parameter::one("gated", "gatedCommunity", key("search-chip-gated"), Reads::Yes),
    Parameter::one("pets", "petsAllowed", key("search-chip-pets"), Reads::Yes),
    Parameter::one("availableBy", "availableBy", key("search-chip-available-by"), Reads::Day),
    Parameter::one("maxDeposit", "maxDeposit", key("search-chip-max-deposit"), Reads::Rupees),
    Parameter::one("verified", "verified", key("search-chip-verified"), Reads::Yes),
    Parameter::one("photos", "withPhotos", key("search-chip-photos"), Reads::Yes),
    Parameter::one("featured", "featured", key("search-chip-featured"), Reads::Yes),
    Parameter::one("pincode", "pincode", key("search-chip-pincode"), Reads::Pincode),
    Parameter::one("city", "city", key("search-chip-city"), Reads::Text),
    Parameter::one("bbox", "bbox", key("search-chip-bbox"), Reads::Box),
    Parameter::one("within", "polygon", key("search-chip-within"), Reads::Within),
];

impl Parameter {
    /// The parameter of this name, which must be ours.
    pub(crate) fn named(name: &str) -> Option<&'static Self> {
        PARAMETERS.iter().find(|parameter| parameter.name == name)
    }

    /// Reads a text of an address; `None` when a part of it means nothing. Several values may be separated by commas.
    pub(crate) fn values(&self, text: &str) -> Option<Vec<String>> {
        if !self.many {
            return Some(vec![self.value(text)?]);
        }
        text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(|part| self.value(part)).collect()
    }

    /// Reads one value, and writes it in the one form that addresses have.
    fn value(&self, text: &str) -> Option<String> {
        match self.reads {
            Reads::Rooms => rooms(text),
            Reads::Whole => {
                let (number, more) = text.strip_suffix('+').map_or((text, ""), |number| (number, "+"));
                let number = number.parse::<u16>().ok().filter(|number| *number <= MOST_ROOMS)?;
                Some(format!("{number}{more}"))
            }
            Reads::Rupees => rupees::read(text).map(|rupees| rupees.to_string()),
            Reads::SquareFeet => square_feet(text),
            Reads::Choice(labels) => {
                let same = |(code, _): &&(&str, &str)| code.eq_ignore_ascii_case(&text.replace('-', "_"));
                labels.iter().find(same).map(|(code, _)| (*code).to_owned())
            }
            Reads::Text => {
                let is_short = text.chars().count() <= LONGEST && !text.chars().any(char::is_control);
                is_short.then(|| text.to_owned())
            }
            Reads::Yes => {
                ["true", "yes", "on", "1"].contains(&text.to_lowercase().as_str()).then(|| "true".to_owned())
            }
            Reads::Day => text.parse::<Date>().ok().map(|day| day.to_string()),
            Reads::Pincode => {
                let is_code = text.len() == 6 && text.bytes().all(|byte| byte.is_ascii_digit());
                is_code.then(|| text.to_owned())
            }
            Reads::Box => within::Bounds::parse(text).map(|bounds| bounds.to_string()),
            Reads::Within => within::corners(text).map(|corners| within::written(&corners)),
        }
    }

    /// The value as the API takes it.
    pub(crate) fn for_api(&self, value: &str) -> String {
        match self.reads {
            Reads::Within => within::polygon(value),
            _ => value.to_owned(),
        }
    }

    /// The value, as a chip tells it: `2 BHK`, `Under ₹80 lakh`.
    pub(crate) fn told(&self, language: Language, value: &str) -> String {
        let number = value.parse::<u64>();
        let message = language.text(self.told);
        let message = match (self.reads, number) {
            // The number chooses the form of the plural.
            (Reads::Whole | Reads::SquareFeet, Ok(number)) => message.arg("value", number),
            (Reads::Rupees, Ok(number)) => message.arg("value", rupees::words(language, number)),
            (Reads::Choice(codes), _) => message.arg("value", labels::of(language, codes, value)),
            (Reads::Day, _) => message.arg("value", date_words(value)),
            _ => message.arg("value", value),
        };
        message.to_string()
    }
}

fn rooms(text: &str) -> Option<String> {
    let (number, more) = text.strip_suffix('+').map_or((text, ""), |number| (number, "+"));
    let (whole, half) = match number.split_once('.') {
        Some((whole, "5")) => (whole, ".5"),
        Some((whole, "0")) => (whole, ""),
        Some(_) => return None,
        None => (number, ""),
    };
    let whole = whole.parse::<u16>().ok().filter(|whole| *whole <= MOST_ROOMS)?;
    Some(format!("{whole}{half}{more}"))
}

fn square_feet(text: &str) -> Option<String> {
    let text = text.to_lowercase().replace(',', "");
    let number = text.trim_end_matches(|c: char| c.is_ascii_alphabetic() || c == ' ' || c == '.');
    let unit = text.get(number.len()..).unwrap_or_default().replace([' ', '.'], "");
    let is_feet = unit.is_empty() || ["sqft", "ft", "feet", "squarefeet"].contains(&unit.as_str());
    let number = number.parse::<u64>().ok().filter(|number| (1..=LARGEST).contains(number))?;
    is_feet.then(|| number.to_string())
}
