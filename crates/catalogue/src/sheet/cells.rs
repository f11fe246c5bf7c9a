//! Cells that hold several things: how they are read, and how they are written so that they are read as the same.
//!
//! Each has a way that people write, and JSON for what cannot be written so.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// `Electronics > Audio`, or with commas, semicolons, bars or lines.
#[must_use]
pub fn categories(cell: &str) -> Value {
    json_list(cell).unwrap_or_else(|| {
        let parts: Vec<&str> = if cell.contains('>') {
            cell.split('>').collect()
        } else {
            cell.split([',', ';', '|', '\n']).collect()
        };
        filled(parts)
    })
}

/// Addresses with white space between them, and perhaps commas.
#[must_use]
pub fn images(cell: &str) -> Value {
    let plain = |part| str::trim_end_matches(part, [',', ';', '|']);
    json_list(cell).unwrap_or_else(|| filled(cell.split_whitespace().map(plain).collect()))
}

/// `color: black; size: M`, or with bars or lines, or with equals signs. What has no name, or
/// has two values for one, stays a text, so that the API tells what it takes and no value is lost.
pub fn attributes(cell: &str) -> Value {
    if let Some(Value::Object(named)) = json(cell, '{') {
        return Value::Object(named);
    }
    let mut named = Map::new();
    for part in cell.split([';', '|', '\n']).map(str::trim).filter(|part| !part.is_empty()) {
        let Some((name, value)) = part.split_once([':', '=']) else { return Value::from(cell) };
        let (name, value) = (name.trim().to_owned(), Value::from(value.trim()));
        if named.insert(name, value.clone()).is_some_and(|before| before != value) {
            return Value::from(cell);
        }
    }
    Value::Object(named)
}

/// Categories as [`categories`] reads them.
#[must_use]
pub fn written_categories(all: &[String]) -> String {
    let plain = all.join(" > ");
    if categories(&plain) == Value::from(all) { plain } else { Value::from(all).to_string() }
}

/// Addresses as [`images`] reads them.
#[must_use]
pub fn written_images(all: &[String]) -> String {
    let plain = all.join(" ");
    if images(&plain) == Value::from(all) { plain } else { Value::from(all).to_string() }
}

/// Names and values as [`attributes`] reads them.
#[must_use]
pub fn written_attributes(all: &BTreeMap<String, String>) -> String {
    let plain = all.iter().map(|(name, value)| format!("{name}: {value}")).collect::<Vec<_>>().join("; ");
    let named: Map<String, Value> =
        all.iter().map(|(name, value)| (name.clone(), Value::from(value.as_str()))).collect();
    let named = Value::Object(named);
    if all.is_empty() || attributes(&plain) == named { plain } else { named.to_string() }
}

fn filled(parts: Vec<&str>) -> Value {
    parts.into_iter().map(str::trim).filter(|part| !part.is_empty()).collect()
}

fn json_list(cell: &str) -> Option<Value> {
    json(cell, '[').filter(Value::is_array)
}

fn json(cell: &str, opening: char) -> Option<Value> {
    cell.starts_with(opening).then(|| serde_json::from_str(cell).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn cells_are_read_as_people_write_them() {
        for cell in
            ["Home > Garden, small > Pots", "Home>Garden, small>Pots>", r#"["Home","Garden, small","Pots"]"#]
        {
            assert_eq!(categories(cell), json!(["Home", "Garden, small", "Pots"]), "{cell}");
        }
        for cell in ["Home, Pots", "Home; Pots", "Home|Pots", "Home\nPots"] {
            assert_eq!(categories(cell), json!(["Home", "Pots"]), "{cell}");
        }
        let (one, other) = ("https://a.test/1.jpg?w=1,2", "https://a.test/2.jpg");
        for cell in [format!("{one} {other}"), format!("{one}, {other}"), format!("{one}\n{other} |")] {
            assert_eq!(images(&cell), json!([one, other]), "{cell}");
        }
        for cell in
            ["color: black; ratio: 16:9", "color=black\nratio= 16:9", r#"{"color":"black","ratio":"16:9"}"#]
        {
            assert_eq!(attributes(cell), json!({"color": "black", "ratio": "16:9"}), "{cell}");
        }
        for odd in ["black", "color: black; red", "color: black; color : red"] {
            assert_eq!(attributes(odd), json!(odd), "the API refuses it");
        }
        assert_eq!(attributes("color: black; color=black"), json!({"color": "black"}));
        assert_eq!(categories("[1"), json!(["[1"]));
    }

    #[test]
    fn what_is_written_is_read_as_it_was() {
        assert_eq!(written_categories(&["A".into(), "B, c".into()]), "A > B, c");
        assert_eq!(written_categories(&["B, c".into()]), r#"["B, c"]"#);
        assert_eq!(written_images(&["https://a.test/1".into()]), "https://a.test/1");
        let named = |name: &str, value: &str| BTreeMap::from([(name.to_owned(), value.to_owned())]);
        assert_eq!(written_attributes(&named("color", "black")), "color: black");
        assert_eq!(written_attributes(&named("a;b", "c: d")), r#"{"a;b":"c: d"}"#);
        assert_eq!(written_attributes(&BTreeMap::new()), "");
    }

    #[test]
    fn fuzz_written_cells() {
        bolero::check!().with_type::<(Vec<String>, BTreeMap<String, String>)>().for_each(|(list, named)| {
            if !list.is_empty() {
                assert_eq!(categories(&written_categories(list)), Value::from(list.as_slice()));
                assert_eq!(images(&written_images(list)), Value::from(list.as_slice()));
            }
            if !named.is_empty() {
                assert_eq!(attributes(&written_attributes(named)), json!(named));
            }
        });
    }
}
