//! A kind of sheet for the tests of this crate.

use std::sync::LazyLock;

use domain::fields::{Member, MemberKind};
use serde_json::{Map, Value};

use crate::{RowIdentity, SheetKind};

fn fields() -> Vec<Member> {
    let member =
        |(name, kind, required): (&str, MemberKind, bool)| Member { name: name.to_owned(), kind, required };
    let fields = [
        ("title", MemberKind::Text(5..=150), true),
        ("price", MemberKind::Money, true),
        ("location", MemberKind::Text(1..=60), true),
        ("propertyType", MemberKind::Choice(vec!["APARTMENT", "VILLA", "PLOT"]), true),
        ("listingType", MemberKind::Choice(vec!["SALE", "RENT"]), false),
        ("city", MemberKind::Text(1..=60), false),
        ("pincode", MemberKind::Text(6..=6), false),
        ("bedrooms", MemberKind::Whole(0..=50), false),
        ("area", MemberKind::Number(0.0..=9e9), false),
        ("amenities", MemberKind::List(30), false),
        ("attributes", MemberKind::Map(Box::new(MemberKind::Text(1..=500))), false),
        ("sourceReference", MemberKind::Text(1..=100), false),
    ];
    fields.map(member).into()
}

fn digest(members: &Map<String, Value>) -> String {
    format!("made-{}", members.get("location").unwrap_or(&Value::Null))
}

pub(crate) static SAMPLE: SheetKind = SheetKind {
    thing: "listing",
    fields: LazyLock::new(fields),
    about: |_| None,
    written: &[],
    reference: "sourceReference",
    read_reference: |text| Ok(text.to_owned()),
    identity: Some(RowIdentity { fields: &["location", "area"], reference: digest }),
    made: &[("title", "Made from the others when it is empty.")],
    synonyms: &[
        ("sourceReference", &["id", "ref"]),
        ("price", &["cost", "rent", "rentpermonth"]),
        ("location", &["locality"]),
        ("propertyType", &["type"]),
        ("bedrooms", &["bhk", "noofbedrooms"]),
        ("area", &["extent"]),
    ],
    words: &[("propertyType", &[("APARTMENT", &["flat", "ind flat"])])],
    codes: &["pincode"],
    behind_numbers: &["bhk", "beds"],
    together: &[],
    read_cell: |_, _, _, _| false,
    check_row: |_| None,
    examples: &[&[("price", "85 lakh"), ("location", "Miyapur"), ("propertyType", "Flat")]],
    example_value: "propertyType = { value = \"APARTMENT\" }",
    presets: &[(
        "published",
        "price = \"Rate\"\nlocation = \"Village\"\npropertyType = { column = \"Kind\", words = { F = \"APARTMENT\" } }",
    )],
};

#[test]
fn the_sample_holds_together() {
    assert_eq!(SAMPLE.inconsistencies(), [""; 0]);
}
