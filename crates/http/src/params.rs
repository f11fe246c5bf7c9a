//! Query parameters: empty means absent, an unknown one is refused with a suggestion.

use axum::http::Uri;
use domain::{FieldErrors, Fields};
use serde_json::{Map, Value};

use crate::failure::Failure;

/// The parameters of a request, all of them known.
#[derive(Clone, Debug, Default)]
pub struct Params(Map<String, Value>);

/// Names of the earlier systems' clients, and what they are called here.
const ALIASES: [(&str, &str); 3] =
    [("limit", "size"), ("sortOrder", "sortDir"), ("sortDirection", "sortDir")];

impl Params {
    /// Reads the query of `uri`, which may name only `known` parameters or their aliases.
    ///
    /// # Errors
    /// 400 for an unknown one, with the nearest known name.
    pub fn read(uri: &Uri, known: &[&str]) -> Result<Self, Failure> {
        let mut found = Map::new();
        for (name, value) in form_urlencoded::parse(uri.query().unwrap_or("").as_bytes()) {
            let name = ALIASES.iter().find(|(alias, _)| *alias == name).map_or(&*name, |(_, real)| real);
            if !known.contains(&name) {
                return Err(unknown(name, known));
            }
            if value.trim().is_empty() {
                continue;
            }
            let value = Value::String(value.into_owned());
            match found.get_mut(name) {
                Some(Value::Array(values)) => values.push(value),
                Some(first) => *first = Value::Array(vec![first.take(), value]),
                None => {
                    found.insert(name.to_owned(), value);
                }
            }
        }
        Ok(Self(found))
    }

    /// The parameters as fields to read.
    #[must_use]
    pub fn fields(&self) -> Fields<'_> {
        Fields::new(&self.0)
    }
}

fn unknown(name: &str, known: &[&str]) -> Failure {
    let nearest =
        known.iter().max_by(|a, b| strsim::jaro_winkler(a, name).total_cmp(&strsim::jaro_winkler(b, name)));
    let message = match nearest {
        Some(nearest) if strsim::jaro_winkler(nearest, name) > 0.6 => {
            format!("is not a parameter here; did you mean {nearest}?")
        }
        Some(_) => format!("is not a parameter here; known are {}", known.join(", ")),
        None => "is not a parameter here; there are none".to_owned(),
    };
    let shown: String = name.chars().take(60).collect();
    Failure::invalid(FieldErrors::one(&shown, message))
}
