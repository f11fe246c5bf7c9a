//! The fields of a sheet: every member of `POST /api/properties`, and the names that people give to their columns.
//!
//! There is no second list of fields: a member that a listing gets is a field of a sheet at once.

use std::sync::LazyLock;

use domain::fields::{Member, MemberKind};
use http_kit::described_members;

use super::units::{self, Unit};
use crate::http::create::NewListing;

/// Columns by other names, as [`column_key`] makes them.
const SYNONYMS: [(&str, &[&str]); 25] = [
    (
        "sourceReference",
        &[
            "id",
            "ref",
            "refno",
            "reference",
            "referenceno",
            "listingid",
            "propertyid",
            "propertycode",
            "code",
            "fileno",
        ],
    ),
    ("title", &["headline", "heading", "name", "propertyname", "listingtitle", "propertytitle"]),
    ("description", &["details", "about", "propertydescription"]),
    (
        "price",
        &[
            "amount",
            "cost",
            "askingprice",
            "expectedprice",
            "saleprice",
            "sellingprice",
            "totalprice",
            "rent",
            "monthlyrent",
            "rentpermonth",
            "rentpm",
        ],
    ),
    (
        "location",
        &["locality", "locationname", "place", "neighbourhood", "neighborhood", "sublocality", "village"],
    ),
    ("address", &["fulladdress", "streetaddress", "street"]),
    ("city", &["town"]),
    ("pincode", &["pin", "postalcode", "postcode", "zip", "zipcode"]),
    ("latitude", &["lat"]),
    ("longitude", &["lng", "lon", "long"]),
    ("propertyType", &["type", "kind", "propertykind", "hometype", "buildingtype", "subtype"]),
    (
        "listingType",
        &["for", "purpose", "deal", "dealtype", "saleorrent", "rentorsale", "salerent", "listingfor"],
    ),
    ("transactionType", &["transaction", "neworresale", "newresale"]),
    (
        "bedrooms",
        &["bhk", "beds", "bedroom", "noofbedrooms", "numberofbedrooms", "bedroomcount", "rooms", "noofrooms"],
    ),
    ("bathrooms", &["baths", "bathroom", "noofbathrooms", "numberofbathrooms", "toilets", "washrooms"]),
    (
        "area",
        &[
            "size",
            "extent",
            "builtuparea",
            "superbuiltuparea",
            "sbua",
            "builtup",
            "plotarea",
            "plotsize",
            "landarea",
            "carpetarea",
            "totalarea",
            "areasize",
        ],
    ),
    ("areaUnit", &["unit", "units", "uom", "sizeunit", "unitofarea"]),
    ("areaSqft", &["sqft", "sft", "squarefeet", "areasft", "areainsqft", "sizesqft"]),
    ("parkingSpaces", &["parking", "parkings", "carparking", "carparks"]),
    ("floorNumber", &["floor", "floorno", "onfloor"]),
    ("totalFloors", &["floors", "nooffloors", "totalfloor", "storeys"]),
    ("ageOfProperty", &["age", "propertyage", "buildingage"]),
    ("furnishedStatus", &["furnishing", "furnished", "furnishingstatus"]),
    ("amenities", &["facilities", "features"]),
    (
        "contactPhone",
        &["phone", "mobile", "phoneno", "phonenumber", "mobileno", "mobilenumber", "contactnumber"],
    ),
];

/// What describes the home itself and not the offer: two rows that agree in these are about the same home.
pub(super) const IDENTITY: [&str; 15] = [
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

static FIELDS: LazyLock<Vec<Member>> = LazyLock::new(|| {
    let mut fields = described_members::<NewListing>();
    let nested =
        |kind: &MemberKind| matches!(kind, MemberKind::Object(_) | MemberKind::Map(_) | MemberKind::Polygon);
    fields.retain(|member| !nested(&member.kind));
    fields
});

/// Every field of a listing, in the order of the template.
#[must_use]
pub fn fields() -> &'static [Member] {
    &FIELDS
}

/// The field of this name.
pub(super) fn field(name: &str) -> Option<&'static Member> {
    FIELDS.iter().find(|member| member.name == name)
}

/// The field whose name is written like `name`, or else the most similar one.
pub(super) fn similar<'a>(name: &str, among: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = column_key(name).0;
    let scored = among.map(|other| (strsim::jaro_winkler(&wanted, &column_key(other).0), other));
    let best = scored.max_by(|(a, _), (b, _)| a.total_cmp(b))?;
    (best.0 > 0.75).then_some(best.1)
}

/// A column's name without case, spaces and punctuation, and the unit that stands in it: `Price (in Lakhs)` is `price`
/// in lakh.
pub(super) fn column_key(name: &str) -> (String, Option<Unit>) {
    let lower = name.to_lowercase();
    let (mut before, mut within) = match lower.split_once(['(', '[']) {
        Some((before, rest)) => (before.to_owned(), rest.split([')', ']']).next().unwrap_or("").to_owned()),
        None => (lower.clone(), String::new()),
    };
    if within.is_empty()
        && let Some((name, unit)) = lower.rsplit_once(" in ")
        && units::unit(unit).is_some()
    {
        (before, within) = (name.to_owned(), unit.to_owned());
    }
    let key: String = before.chars().filter(|c| c.is_alphanumeric()).collect();
    if key.is_empty() {
        return (lower.chars().filter(|c| c.is_alphanumeric()).collect(), None);
    }
    (key, units::unit(within.trim_start_matches("in ")))
}

/// The other names of a field's column.
#[must_use]
pub fn synonyms(field: &str) -> &'static [&'static str] {
    SYNONYMS.iter().find(|(name, _)| *name == field).map_or(&[], |(_, others)| *others)
}

/// The field that a column is about, how certain that is (0 is most certain), and the unit in its name.
pub(super) fn recognised(column: &str) -> Option<(&'static Member, usize, Option<Unit>)> {
    let (key, unit) = column_key(column);
    let own = |member: &&Member| column_key(&member.name).0 == key;
    if let Some(member) = FIELDS.iter().find(own) {
        return Some((member, 0, unit));
    }
    FIELDS.iter().find_map(|member| {
        let rank = synonyms(&member.name).iter().position(|other| *other == key)?;
        Some((member, rank + 1, unit))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_synonym_is_of_a_field_and_means_one() {
        let mut seen = std::collections::HashSet::new();
        for (name, others) in SYNONYMS {
            assert!(field(name).is_some(), "{name} is no field");
            for other in others {
                assert!(seen.insert(*other), "{other} means two fields");
                assert_eq!(column_key(other).0, *other);
                assert!(
                    !FIELDS.iter().any(|member| column_key(&member.name).0 == *other),
                    "{other} is a field"
                );
            }
        }
        for name in IDENTITY {
            assert!(field(name).is_some(), "{name} is no field");
        }
    }

    #[test]
    fn columns_are_recognised_however_they_are_written() {
        for (column, name) in [
            ("Price", "price"),
            ("PRICE (in Lakhs)", "price"),
            ("Rent per month", "price"),
            ("property_type", "propertyType"),
            ("Property Type", "propertyType"),
            ("No. of Bedrooms", "bedrooms"),
            ("BHK", "bedrooms"),
            ("Area (sq. yds)", "area"),
            ("Extent in acres", "area"),
            ("Locality", "location"),
            ("Pin-code", "pincode"),
            ("Contact Phone", "contactPhone"),
        ] {
            assert_eq!(recognised(column).map(|(member, ..)| &*member.name), Some(name), "{column}");
        }
        assert!(recognised("Corner").is_none() && recognised("").is_none());
        assert_eq!(column_key("Area (sq. yds)").1, Some(Unit::area("SQYD")));
        assert_eq!(column_key("Price (in Lakhs)").1, Some(Unit::money("lakh")));
        assert_eq!(column_key("Extent in acres"), ("extent".to_owned(), Some(Unit::area("ACRE"))));
    }
}
