//! JSON Schema, with which tests compare the documents and what is really sent.

pub use jsonschema::Validator;
use serde_json::Value;

/// A validator that also checks formats, such as dates.
///
/// # Errors
/// What is wrong with `schema`.
pub fn validator(schema: &Value) -> Result<Validator, String> {
    jsonschema::options().should_validate_formats(true).build(schema).map_err(|error| error.to_string())
}
