//! The listing that every row sends.

use std::cell::Cell;

use serde_json::{Map, Value, json};

/// A body of `POST /api/properties`, as the portal's form sends it. `number` makes the title unique.
pub fn members(number: u64) -> Map<String, Value> {
    let body = json!({
        "title": format!("Sunny three bedroom flat, number {number}"),
        "description": "East facing flat on a quiet street, ten minutes on foot from the metro, with covered parking, \
            a lift with power backup, piped gas and water from both the river scheme and a bore well.",
        "location": "Kondapur",
        "price": 9_500_000 + number % 100_000,
        "propertyType": "APARTMENT",
        "bedrooms": 3,
        "bathrooms": 2,
        "areaSqft": 1650.0,
        "amenities": ["Lift", "Covered parking", "Power backup", "Gym"],
        "contactName": "Sample Owner",
        "contactPhone": "9876543210",
    });
    match body {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

/// The same as text, each with the next number. The text is prepared, to avoid serialisation under load.
#[derive(Debug)]
pub struct Bodies {
    before: String,
    after: String,
    next: Cell<u64>,
}

impl Bodies {
    /// Counts from `first`.
    pub fn from(first: u64) -> Self {
        let text = Value::Object(members(0)).to_string();
        let (before, after) = text.split_once("number 0").unwrap_or((&text, ""));
        Self { before: format!("{before}number "), after: after.to_owned(), next: Cell::new(first) }
    }

    pub fn next(&self) -> String {
        let number = self.next.get();
        self.next.set(number + 1);
        format!("{}{number}{}", self.before, self.after)
    }
}
