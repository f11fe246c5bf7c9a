//! The rows of a comparison: sums first, then every fact that any of the homes has.

use crate::api::Property;
use crate::rupees;
use crate::visit::Visit;

/// One row: a value of each home, in their order.
pub(super) struct Row {
    pub(super) name: String,
    pub(super) values: Vec<Option<String>>,
    /// Whether the homes differ in it. What is not known differs from what is.
    pub(super) differs: bool,
}

impl Row {
    fn of(name: impl Into<String>, values: Vec<Option<String>>) -> Self {
        let first = values.first();
        let differs = values.iter().any(|value| Some(value) != first);
        Self { name: name.into(), values, differs }
    }
}

/// The rows of a table of these homes. What is known of none of them has no row.
pub(super) fn rows(visit: &Visit, homes: &[Property]) -> Vec<Row> {
    let each = |value: fn(&Property) -> Option<String>| homes.iter().map(value).collect::<Vec<_>>();
    let sum = |sum: Option<f64>| sum.map(rupees::whole);
    let mut rows = vec![
        Row::of(visit.text("listing-compare-price").to_string(), each(|home| Some(home.price_words()))),
        Row::of(
            visit.text("listing-compare-per-sqft").to_string(),
            homes.iter().map(|home| sum(home.rupees_per_sqft())).collect(),
        ),
        Row::of(
            visit.text("listing-compare-monthly").to_string(),
            homes.iter().map(|home| sum(home.monthly())).collect(),
        ),
        Row::of(visit.text("listing-compare-place").to_string(), each(|home| Some(home.place()))),
        Row::of(visit.text("listing-compare-area").to_string(), each(area_in_sqft)),
    ];
    rows.extend(facts(homes));
    rows.push(Row::of(visit.text("listing-compare-amenities").to_string(), each(amenities)));
    rows.retain(|row| row.values.iter().any(Option::is_some));
    rows
}

/// All facts, in the order in which they first come. Homes share the order of their kinds.
fn facts(homes: &[Property]) -> Vec<Row> {
    let known: Vec<Vec<(String, String)>> = homes.iter().map(Property::facts).collect();
    let mut names: Vec<&String> = Vec::new();
    for (name, _) in known.iter().flatten() {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let value = |facts: &Vec<(String, String)>, name: &str| {
        facts.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone())
    };
    let row = |name: &String| Row::of(name, known.iter().map(|facts| value(facts, name)).collect());
    names.into_iter().map(row).collect()
}

/// The area on the one basis on which areas are compared.
fn area_in_sqft(home: &Property) -> Option<String> {
    home.area_sqft.as_ref().map(|sqft| home.language.text("fact-size-sqft").arg("area", sqft).to_string())
}

fn amenities(home: &Property) -> Option<String> {
    let mut names: Vec<&str> = home.amenities.iter().flatten().map(String::as_str).collect();
    names.sort_unstable();
    Some(names.join(", ")).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Row, facts};
    use crate::api::Property;

    fn home(facts: Value) -> Property {
        let mut home = json!({"id": "h"});
        let Value::Object(facts) = facts else { panic!("members are wanted") };
        home.as_object_mut().unwrap().extend(facts);
        serde_json::from_value(home).unwrap()
    }

    #[test]
    fn a_row_differs_when_any_value_does() {
        let row = |values: &[Option<&str>]| {
            Row::of("Facing", values.iter().map(|value| value.map(str::to_owned)).collect()).differs
        };
        assert!(!row(&[Some("East"), Some("East")]));
        assert!(row(&[Some("East"), Some("West")]));
        assert!(row(&[Some("East"), None]));
        assert!(!row(&[Some("East")]));
    }

    #[test]
    fn what_only_one_home_has_is_a_row_all_the_same() {
        let rows = facts(&[home(json!({"bathrooms": 2})), home(json!({"bathrooms": 2, "facing": "East"}))]);
        let told: Vec<(&str, usize, bool)> = rows
            .iter()
            .map(|row| (row.name.as_str(), row.values.iter().flatten().count(), row.differs))
            .collect();
        assert_eq!(told, [("Bathrooms", 2, false), ("Facing", 1, true)]);
    }
}
