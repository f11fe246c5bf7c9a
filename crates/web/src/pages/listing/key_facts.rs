//! The facts that people look for first, each with its icon.

use crate::api::Property;
use crate::icon::{Icon, icon};

pub(super) struct KeyFact {
    pub(super) icon: Icon,
    pub(super) name: &'static str,
    pub(super) value: String,
}

/// The names of facts, in the order in which they are shown.
const FIRST: [(&str, &str); 6] = [
    ("Bedrooms", "bed"),
    ("Bathrooms", "bath"),
    ("Area", "area"),
    ("Floor", "floor"),
    ("Facing", "compass"),
    ("Furnishing", "sofa"),
];

pub(super) fn of(home: &Property) -> Vec<KeyFact> {
    let facts = home.facts();
    let first = |(name, drawn): (&'static str, &'static str)| {
        let (_, value) = facts.iter().find(|(known, _)| *known == name)?;
        Some(KeyFact { icon: icon(drawn), name, value: value.clone() })
    };
    FIRST.into_iter().filter_map(first).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::of;

    #[test]
    fn what_is_not_known_is_left_out() {
        let home = json!({"id": "h", "bathrooms": 2, "facing": "East", "propertyAge": 4});
        let told: Vec<(&str, String)> =
            of(&serde_json::from_value(home).unwrap()).into_iter().map(|it| (it.name, it.value)).collect();
        assert_eq!(told, [("Bathrooms", "2".to_owned()), ("Facing", "East".to_owned())]);
    }
}
