//! The address of the results of a saved search.

use serde_json::{Map, Value};

/// Filters of the API that an address names otherwise.
const NAMES: [(&str, &str); 11] = [
    ("query", "q"),
    ("location", "locality"),
    ("propertyType", "type"),
    ("listingType", "deal"),
    ("furnishedStatus", "furnished"),
    ("possessionStatus", "possession"),
    ("reraStatus", "rera"),
    ("gatedCommunity", "gated"),
    ("petsAllowed", "pets"),
    ("polygon", "within"),
    ("q", "q"),
];

/// The results of a search with these filters of the API, the newest first. What the page of results does not
/// understand of its address, it says.
pub(crate) fn search_address(filters: &Map<String, Value>) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in filters {
        let name = NAMES.iter().find(|(api, _)| api == name).map_or(name.as_str(), |(_, name)| *name);
        if let Some(text) = text(value) {
            query.append_pair(name, &text);
        }
    }
    query.append_pair("sort", "newest");
    format!("/homes?{}", query.finish())
}

fn text(value: &Value) -> Option<String> {
    Some(match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Bool(flag) => flag.to_string(),
        Value::Array(items) => items.iter().filter_map(text).collect::<Vec<_>>().join(","),
        // A drawn area is an object, and an address carries its text.
        Value::Object(_) => value.to_string(),
        Value::Null => return None,
    })
    .filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::search_address;

    #[test]
    fn filters_become_parameters_of_the_page_of_results() {
        let filters = json!({"query": "lake & <view>", "bedrooms": ["2", "3"], "maxPrice": 9_000_000,
            "location": "Kondapur", "petsAllowed": true, "city": null});
        let address = search_address(filters.as_object().unwrap());
        for part in
            ["q=lake+%26+%3Cview%3E", "bedrooms=2%2C3", "maxPrice=9000000", "locality=Kondapur", "pets=true"]
        {
            assert!(address.contains(part), "{part} in {address}");
        }
        assert!(
            address.starts_with("/homes?") && address.ends_with("sort=newest") && !address.contains("city")
        );
    }
}
