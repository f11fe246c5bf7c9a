//! JSON Schema, with which tests compare the documents and what is really sent.

pub use jsonschema::Validator;
use serde_json::Value;

/// A validator that also checks formats, such as dates.
///
/// # Panics
///
/// When `schema` is not one.
#[must_use]
pub fn validator(schema: &Value) -> Validator {
    let made = jsonschema::options().should_validate_formats(true).build(schema);
    made.unwrap_or_else(|error| panic!("{error}: {schema}"))
}
