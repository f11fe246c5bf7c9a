//! The template: a sheet with every field as a column, and a few homes as examples.

use std::fmt::Write as _;

use domain::fields::{Member, MemberKind};

use super::fields::{fields, synonyms};
use super::words;
use crate::http::create::about_listing;

/// Homes of several kinds, as an owner would write them. A field that an example does not name is empty.
const EXAMPLES: [&[(&str, &str)]; 4] = [
    &[
        ("sourceReference", "A-101"),
        ("title", "Three bedrooms near the lake"),
        ("price", "85 lakh"),
        ("location", "Miyapur"),
        ("propertyType", "Apartment"),
        ("listingType", "Sale"),
        ("transactionType", "Resale"),
        ("bedrooms", "3"),
        ("bathrooms", "2"),
        ("area", "1650"),
        ("areaUnit", "sqft"),
        ("floorNumber", "4"),
        ("totalFloors", "9"),
        ("facing", "East"),
        ("furnishedStatus", "Semi furnished"),
        ("amenities", "Lift, Power backup"),
        ("contactPhone", "9876543210"),
    ],
    &[
        ("sourceReference", "A-102"),
        ("price", "32,000"),
        ("location", "Nizampet"),
        ("pincode", "500090"),
        ("propertyType", "Flat"),
        ("listingType", "Rent"),
        ("bedrooms", "2"),
        ("bathrooms", "2"),
        ("area", "1150"),
        ("areaUnit", "sqft"),
        ("furnishedStatus", "Furnished"),
        ("amenities", "Lift, Gym, Security"),
    ],
    &[
        ("sourceReference", "A-103"),
        ("price", "1.2 crore"),
        ("location", "Mokila"),
        ("propertyType", "Plot"),
        ("plotUse", "Agricultural"),
        ("listingType", "Sale"),
        ("area", "2"),
        ("areaUnit", "acre"),
        ("facing", "North"),
    ],
    &[
        ("sourceReference", "A-104"),
        ("title", "Beds for students near the metro"),
        ("price", "8,500"),
        ("location", "Ameerpet"),
        ("propertyType", "PG"),
        ("listingType", "PG"),
        ("furnishedStatus", "Furnished"),
        ("amenities", "Wi-Fi, Meals, Washing machine"),
    ],
];

/// The template as CSV.
#[must_use]
pub fn template() -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let names: Vec<&str> = fields().iter().map(|member| member.name.as_str()).collect();
    let rows = EXAMPLES.map(|example| {
        let cell =
            |name: &&str| example.iter().find(|(field, _)| field == name).map_or("", |(_, cell)| *cell);
        names.iter().map(cell).collect::<Vec<_>>()
    });
    // Writing into memory cannot fail.
    for row in std::iter::once(&names).chain(&rows) {
        let _ = writer.write_record(row);
    }
    String::from_utf8(writer.into_inner().unwrap_or_default()).unwrap_or_default()
}

/// Every field with what it takes and the other names of its column, as text with aligned columns.
#[must_use]
pub fn field_list() -> String {
    let mut text = String::new();
    for member in fields() {
        let needed = if member.required && member.name != "title" { "needed; " } else { "" };
        let _ = writeln!(text, "{:<18} {needed}{}", member.name, takes(member));
        let mut more: Vec<String> = about_listing(&member.name).map(str::to_owned).into_iter().collect();
        let names = synonyms(&member.name);
        if !names.is_empty() {
            more.push(format!("Also: {}.", names.join(", ")));
        }
        let words: Vec<String> =
            words::examples(&member.name).map(|(written, word)| format!("{written} = {word}")).collect();
        if !words.is_empty() {
            more.push(format!("Understood: {}.", words.join(", ")));
        }
        if member.name == "title" {
            more.push("Made from type, rooms and place when it is empty.".to_owned());
        }
        for line in more {
            let _ = writeln!(text, "{:<18} {line}", "");
        }
    }
    text
}

fn takes(member: &Member) -> String {
    match &member.kind {
        MemberKind::Text(length) if member.name.ends_with("Phone") => {
            format!("a phone number, at most {} characters", length.end())
        }
        MemberKind::Text(length) => format!("{} to {} characters", length.start(), length.end()),
        MemberKind::Whole(range) => format!("a whole number from {} to {}", range.start(), range.end()),
        MemberKind::Number(range) => format!("a number from {} to {}", range.start(), range.end()),
        MemberKind::Money => "an amount: 8500000, 85,00,000, 85 lakh, 1.2 crore".to_owned(),
        MemberKind::Choice(choices) => format!("one of {}", choices.join(", ")),
        MemberKind::List(most) => format!("at most {most} words, separated by commas"),
        MemberKind::Flag => "true or false".to_owned(),
        _ => "a value".to_owned(),
    }
}
