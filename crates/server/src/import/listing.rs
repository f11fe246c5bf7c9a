//! Converts one row of the sheet to the body of `POST /api/properties`, or says what is wrong with it.
//!
//! Only mistakes of the file itself are checked here. The API checks the rules of a listing.

use std::ops::RangeInclusive;

use aws_lc_rs::digest::{SHA256, digest};
use serde_json::{Value, json};

use super::amenities::AMENITIES;

pub(super) const COLUMNS: [&str; 5] = ["Price", "Area", "Location", "No. of Bedrooms", "Resale"];

/// A number outside these ranges is a typing error or has a wrong unit.
const PRICES: RangeInclusive<u64> = 10_000..=10_000_000_000;
const AREAS: RangeInclusive<u64> = 50..=100_000;
const BEDROOMS: RangeInclusive<u64> = 1..=50;
const LONGEST_LOCATION: usize = 150;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    pub location: String,
    /// Rupees.
    pub price: u64,
    /// Square feet.
    pub area: u64,
    pub bedrooms: u64,
    pub resale: bool,
    /// The amenities that the row states. Denied and unstated amenities are both left out.
    pub amenities: Vec<&'static str>,
    /// SHA-256 in hex of the trimmed fields, in the order of the expected columns. Rows with the same content
    /// have the same reference.
    pub reference: String,
}

impl Listing {
    /// `fields`: the values of [`COLUMNS`], then those of [`AMENITIES`].
    pub(super) fn read(fields: &[&[u8]]) -> Result<Self, String> {
        let mut row = RowReader { fields, mistakes: Vec::new() };
        let listing = Self {
            price: row.number(0, PRICES, "rupees"),
            area: row.number(1, AREAS, "square feet"),
            location: row.location(2),
            bedrooms: row.number(3, BEDROOMS, "bedrooms"),
            resale: row.one_of(4, &["0", "1"]) == "1",
            amenities: row.amenities(),
            reference: reference(fields),
        };
        if row.mistakes.is_empty() { Ok(listing) } else { Err(row.mistakes.join("; ")) }
    }

    #[must_use]
    pub fn title(&self) -> String {
        format!("{} BHK apartment in {}", self.bedrooms, self.location)
    }

    #[must_use]
    pub fn body(&self) -> Value {
        json!({
            "title": self.title(),
            "description": self.description(),
            "location": self.location,
            "price": self.price,
            "propertyType": "APARTMENT",
            "listingType": "SALE",
            "transactionType": if self.resale { "RESALE" } else { "NEW" },
            "bedrooms": self.bedrooms,
            "areaSqft": self.area,
            "amenities": self.amenities,
            "sourceReference": self.reference,
        })
    }

    /// A field error of the API, in terms of the sheet.
    pub(super) fn explain(&self, field: &str, text: &str) -> String {
        match field {
            "price" => format!("{} \"{}\" {text}", COLUMNS[0], self.price),
            "areaSqft" => format!("{} \"{}\" {text}", COLUMNS[1], self.area),
            "location" => format!("{} \"{}\" {text}", COLUMNS[2], self.location),
            "bedrooms" => format!("{} \"{}\" {text}", COLUMNS[3], self.bedrooms),
            "transactionType" => format!("{} \"{}\" {text}", COLUMNS[4], u8::from(self.resale)),
            "title" => format!("the title \"{}\", made of bedrooms and location, {text}", self.title()),
            "amenities" => format!("the amenity columns \"{}\" {text}", self.amenities.join(", ")),
            other => format!("{other} {text}"),
        }
    }

    fn description(&self) -> String {
        let kind = if self.resale { "Resale" } else { "New" };
        let plural = if self.bedrooms == 1 { "" } else { "s" };
        let (bedrooms, area, location) = (self.bedrooms, self.area, &self.location);
        let home =
            format!("{kind} apartment with {bedrooms} bedroom{plural} and {area} sq ft in {location}.");
        if self.amenities.is_empty() {
            return home;
        }
        format!("{home} It has: {}.", self.amenities.join(", "))
    }
}

/// Joins the fields with a control character, so that two fields never read as one.
fn reference(fields: &[&[u8]]) -> String {
    let trimmed: Vec<&[u8]> = fields.iter().map(|field| field.trim_ascii()).collect();
    let hash = digest(&SHA256, &trimmed.join(&0x1f));
    hash.as_ref().iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
}

/// Continues after a mistake, so that one run reports all of them.
struct RowReader<'a> {
    fields: &'a [&'a [u8]],
    mistakes: Vec<String>,
}

impl<'a> RowReader<'a> {
    fn text(&mut self, place: usize) -> Option<&'a str> {
        let field = self.fields.get(place).copied().unwrap_or_default().trim_ascii();
        let text = std::str::from_utf8(field).ok();
        if text.is_none() {
            self.mistake(place, &String::from_utf8_lossy(field), "is not UTF-8");
        }
        text.map(str::trim)
    }

    fn number(&mut self, place: usize, range: RangeInclusive<u64>, unit: &str) -> u64 {
        let Some(text) = self.text(place) else { return 0 };
        let (least, most) = (range.start(), range.end());
        match text.parse::<i128>() {
            Err(_) if text.is_empty() => self.mistake(place, text, "is empty"),
            Err(_) => self.mistake(place, text, "is not a whole number"),
            Ok(..=0) => self.mistake(place, text, "must be greater than 0"),
            Ok(number) => match u64::try_from(number) {
                Ok(number) if range.contains(&number) => return number,
                _ => self.mistake(
                    place,
                    text,
                    &format!("cannot be right: from {least} to {most} {unit} are taken"),
                ),
            },
        }
        0
    }

    fn location(&mut self, place: usize) -> String {
        let Some(text) = self.text(place) else { return String::new() };
        if text.is_empty() {
            self.mistake(place, text, "is empty");
        } else if text.chars().count() > LONGEST_LOCATION {
            self.mistake(place, text, &format!("has more than {LONGEST_LOCATION} characters"));
        } else if text.contains(char::is_control) {
            self.mistake(place, text, "has a line break or another control character");
        }
        text.to_owned()
    }

    fn one_of(&mut self, place: usize, allowed: &[&str]) -> &'a str {
        let Some(text) = self.text(place) else { return "" };
        if !allowed.contains(&text) {
            self.mistake(place, text, &format!("is none of {}", allowed.join(", ")));
        }
        text
    }

    fn amenities(&mut self) -> Vec<&'static str> {
        let mut present = Vec::new();
        for (index, (_, name)) in AMENITIES.into_iter().enumerate() {
            if self.one_of(COLUMNS.len() + index, &["0", "1", "9"]) == "1" {
                present.push(name);
            }
        }
        present
    }

    fn mistake(&mut self, place: usize, value: &str, problem: &str) {
        const SHOWN: usize = 60;
        let column = COLUMNS.into_iter().chain(AMENITIES.map(|(column, _)| column)).nth(place).unwrap_or("?");
        let shown: String = value.chars().take(SHOWN).flat_map(char::escape_debug).collect();
        let more = if value.chars().count() > SHOWN { "…" } else { "" };
        self.mistakes.push(format!("{column} \"{shown}{more}\" {problem}"));
    }
}
