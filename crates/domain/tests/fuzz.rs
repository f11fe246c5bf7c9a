//! Any fields a client sends are either accepted or rejected with the names of the fields; nothing panics.
//! `BOLERO_RANDOM_TEST_TIME_MS` sets how long to try.

use bolero::{TypeGenerator, check};
use domain::property::Content;
use domain::property::draft::Draft;
use domain::{Fields, Ids, Paise, Timestamp};
use serde_json::{Map, Value, json};

/// The members of a listing, and some others.
const NAMES: [&str; 24] = [
    "title",
    "description",
    "price",
    "location",
    "city",
    "locality",
    "pincode",
    "latitude",
    "longitude",
    "address",
    "propertyType",
    "listingType",
    "plotUse",
    "bedrooms",
    "bathrooms",
    "area",
    "areaUnit",
    "amenities",
    "nearbyFacilities",
    "furnishedStatus",
    "contactPhone",
    "contactEmail",
    "availableFrom",
    "isFeatured",
];
/// Texts that are almost valid.
const TEXTS: [&str; 14] = [
    "3BHK in Kondapur",
    "A home with a garden",
    "APARTMENT",
    "SALE",
    "1.2 Cr",
    "85L",
    "98765 43210",
    "a@b.example",
    "2026-01-15",
    "17.4399",
    "sqft",
    "Lift, Gym",
    "\u{202e}\0\u{feff}",
    "500084",
];

#[derive(Clone, Debug, TypeGenerator)]
enum Scalar {
    Null,
    Flag(bool),
    Whole(i64),
    Number(f64),
    Text(String),
    Known(u8),
}

#[derive(Clone, Debug, TypeGenerator)]
enum Member {
    One(Scalar),
    List(Vec<Scalar>),
    Object(Vec<(u8, Scalar)>),
}

fn scalar(scalar: &Scalar) -> Value {
    match scalar {
        Scalar::Null => Value::Null,
        Scalar::Flag(flag) => json!(flag),
        Scalar::Whole(number) => json!(number),
        Scalar::Number(number) => json!(number),
        Scalar::Text(text) => json!(text),
        Scalar::Known(number) => json!(TEXTS[usize::from(*number) % TEXTS.len()]),
    }
}

fn name(number: u8) -> String {
    NAMES[usize::from(number) % NAMES.len()].to_owned()
}

fn member(member: &Member) -> Value {
    match member {
        Member::One(one) => scalar(one),
        Member::List(list) => list.iter().map(scalar).collect(),
        Member::Object(members) => {
            members.iter().map(|(number, value)| (name(*number), scalar(value))).collect()
        }
    }
}

#[test]
fn fuzz_request_fields() {
    let owner = Ids.id(Timestamp::from_micros(1_768_473_000_000_000));
    check!().with_type::<Vec<(u8, Member)>>().for_each(|members| {
        let mut body: Map<String, Value> =
            members.iter().map(|(number, value)| (name(*number), member(value))).collect();
        // Half of the bodies get past the required members.
        if members.len() % 2 == 0 {
            let needed = json!({"title": "3BHK in Kondapur", "location": "Kondapur", "price": "85L",
                "propertyType": "APARTMENT"});
            body.extend(needed.as_object().unwrap().clone());
        }
        match Fields::read(&body, Draft::read).map(|draft| draft.owned_by(owner, "Hyderabad")) {
            // Accepted content can be written and read back.
            Ok(content) => {
                let written = serde_json::to_string(&content).unwrap();
                assert_eq!(serde_json::from_str::<Content>(&written).unwrap(), content);
            }
            Err(errors) => assert!(!errors.0.is_empty() && errors.0.values().all(|why| !why.is_empty())),
        }
    });
}

#[test]
fn fuzz_money() {
    let digits = |number: u64, tail: &str| format!("{number}{tail}");
    check!().with_type::<(String, u64, u8, u8)>().for_each(|(text, number, shift, unit)| {
        let units = ["", "L", " cr", "k", " lakhs", ".5", ".05 Cr", "e3", "-", "₹"];
        let likely = digits(number >> (shift % 64), units[usize::from(*unit) % units.len()]);
        for text in [text.as_str(), &likely] {
            let Ok(amount) = Paise::from_text(text) else { continue };
            assert!(amount.paise() > 0, "{text:?}");
            assert!(amount.in_words().starts_with('₹'));
            let json = Value::Number(amount.to_json());
            let plain = amount.to_string();
            assert_eq!(Paise::parse(&json), Ok(amount), "{text:?} as {json}");
            assert_eq!(Paise::from_text(&plain), Ok(amount), "{text:?} as {plain}");
        }
    });
}
