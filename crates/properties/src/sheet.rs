//! Sheets of homes: what they have beside the members of `POST /api/properties`.

mod examples;
mod synonyms;
#[cfg(test)]
mod tests;
mod title;
mod words;

use std::sync::LazyLock;

use aws_lc_rs::digest::{SHA256, digest};
use domain::fields::{Choice as _, Member, MemberKind};
use domain::property::kinds::PriceUnit;
use domain::{FieldErrors, Paise, text};
use http_kit::described_members;
use serde_json::{Map, Value};
use sheet::{RowIdentity, RowReading, SheetKind, Unit};

use crate::http::create::{NewListing, about_listing, kept_reference};
pub use title::made_title;

/// A home for sale for less, or for more, than this many rupees is a typing error or has another unit.
const SALE_PRICES: std::ops::RangeInclusive<i64> = 10_000..=10_000_000_000;

/// Sheets of homes.
pub static HOMES: SheetKind = SheetKind {
    thing: "listing",
    fields: LazyLock::new(fields),
    about: about_listing,
    written: &[],
    reference: "sourceReference",
    read_reference: reference,
    identity: Some(RowIdentity { fields: &IDENTITY, reference: identity }),
    made: &[("title", "Made from type, rooms and place when it is empty.")],
    synonyms: synonyms::SYNONYMS,
    words: words::WORDS,
    codes: &["pincode", "contactPhone"],
    behind_numbers: &["bhk", "rk", "beds", "bed", "bedrooms", "bedroom", "years", "yrs"],
    together: &[&["area", "areaSqft"]],
    read_cell,
    check_row: price_in_doubt,
    examples: examples::EXAMPLES,
    example_value: "propertyType = { value = \"APARTMENT\" }",
    presets: &[("metropolitan", include_str!("sheet/presets/metropolitan.toml"))],
};

/// Every member of a listing but those with members of their own.
fn fields() -> Vec<Member> {
    let mut fields = described_members::<NewListing>();
    let nested =
        |kind: &MemberKind| matches!(kind, MemberKind::Object(_) | MemberKind::Map(_) | MemberKind::Polygon);
    fields.retain(|member| !nested(&member.kind));
    fields
}

/// A path cannot have a part of dots only.
fn reference(text: &str) -> Result<String, String> {
    let told = |wrong: FieldErrors| match wrong.0.get("sourceReference") {
        Some(problem) => format!("the id {problem}"),
        None => wrong.to_string(),
    };
    let kept = kept_reference(text).map_err(told)?;
    if kept.trim_matches('.').is_empty() {
        return Err("an id needs a letter or a digit".to_owned());
    }
    Ok(kept)
}

fn read_cell(row: &mut RowReading<'_>, field: &'static Member, cell: &str, unit: Option<Unit>) -> bool {
    match field.name.as_str() {
        "areaUnit" => match sheet::unit(cell) {
            Some(Unit::Area(word)) => row.set("areaUnit", word),
            _ => return false,
        },
        "area" | "areaSqft" => read_area(row, field, cell, unit),
        _ => return false,
    }
    true
}

/// An area has one unit: that of its own cell, of its column, or of a column of units.
fn read_area(row: &mut RowReading<'_>, field: &Member, cell: &str, unit: Option<Unit>) {
    let in_sqft = field.name == "areaSqft";
    if in_sqft && row.members().contains_key("area") {
        return;
    }
    let (number, own) = sheet::area(cell).map_or((cell, None), |(number, own)| (number, Some(own)));
    row.set("area", row.number(field, number));
    match own.or(unit) {
        Some(Unit::Area(word)) => row.set("areaUnit", word),
        _ if in_sqft => row.set("areaUnit", "SQFT"),
        _ => {}
    }
}

/// A price of a sale that is too low or too high to be one.
fn price_in_doubt(row: &RowReading<'_>) -> Option<String> {
    let text = |name: &str| row.members().get(name).and_then(Value::as_str);
    if text("listingType").is_some_and(|kind| kind != "SALE") {
        return None;
    }
    let unit = text("priceUnit").and_then(PriceUnit::from_word).map_or("", PriceUnit::in_words);
    let price = Paise::from_text(&format!("{} {unit}", text("price")?)).ok()?;
    if SALE_PRICES.contains(&(price.paise() / 100)) {
        return None;
    }
    let (least, most) = (SALE_PRICES.start(), SALE_PRICES.end());
    Some(format!(
        "{} cannot be right: from {least} to {most} rupees are taken for a sale; a unit can be named, as Price (lakhs)",
        row.said("price")
    ))
}

/// What describes the home itself and not the offer: two rows that agree in these are about the same home.
const IDENTITY: [&str; 15] = [
    "listingType",
    "propertyType",
    "plotUse",
    "location",
    "address",
    "city",
    "pincode",
    "latitude",
    "longitude",
    "bedrooms",
    "bathrooms",
    "area",
    "areaSqft",
    "floorNumber",
    "totalFloors",
];

/// A digest of what identifies a home. The fields are separated by a control character, so that two fields never read
/// as one. Texts have one form: programs write the same letters in several.
fn identity(members: &Map<String, Value>) -> String {
    let mut all = String::new();
    for name in IDENTITY {
        let value = match members.get(name) {
            Some(Value::String(value)) => {
                text::cleaned(value).split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
            }
            _ if name == "listingType" => "sale".to_owned(),
            _ => String::new(),
        };
        let is_place = matches!(name, "location" | "address");
        all.extend(value.chars().filter(|c| !is_place || c.is_alphanumeric()));
        if name == "area"
            && let Some(Value::String(unit)) = members.get("areaUnit").filter(|unit| *unit != "SQFT")
        {
            all.push_str(unit);
        }
        all.push('\u{1f}');
    }
    let hash = digest(&SHA256, all.as_bytes());
    hash.as_ref().iter().take(16).fold("sheet-".to_owned(), |hex, byte| hex + &format!("{byte:02x}"))
}
