//! Checks that a response is described in the document.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};

use hyderabadinfra::api_docs;
use reqwest::Method;
use serde_json::{Value, json};
use testkit::Answer;
use testkit::schema::{self, Validator};

/// Headers with a meaning, which must be documented if sent.
const HEADERS: [&str; 7] = [
    "ETag",
    "Location",
    "X-Event-Position",
    "X-Stale",
    "X-Correlation-Id",
    "Retry-After",
    "WWW-Authenticate",
];

static DOCUMENT: LazyLock<Value> = LazyLock::new(api_docs::document);
static SCHEMAS: LazyLock<Mutex<HashMap<String, &'static Validator>>> = LazyLock::new(Mutex::default);

/// What is wrong with a response of the operation whose path pattern is `path`.
pub fn complaints(method: &Method, path: &str, answer: &Answer) -> Vec<String> {
    let method = method.as_str().to_lowercase();
    let operation = super::described(&DOCUMENT, &method, path);
    let name = format!("{method} {path} -> {}", answer.status);
    let Some(said) = operation["responses"].get(answer.status.to_string()) else {
        return vec![format!("{name}: the status is not documented; {}", answer.text)];
    };
    let said = match said["$ref"].as_str() {
        Some(target) => DOCUMENT.pointer(target.trim_start_matches('#')).unwrap(),
        None => said,
    };
    let mut wrong: Vec<String> = HEADERS
        .iter()
        .filter(|header| answer.header(header).is_some() && said["headers"].get(*header).is_none())
        .map(|header| format!("{name}: the header {header} is not documented"))
        .collect();
    let media = answer.header("content-type").unwrap_or("").split(';').next().unwrap_or("").to_owned();
    let Some(contents) = said["content"].as_object() else {
        if !answer.text.is_empty() {
            wrong.push(format!("{name}: a body that is not documented: {}", answer.text));
        }
        return wrong;
    };
    let Some(content) = contents.get(&media) else {
        wrong.push(format!("{name}: {media:?} is not documented"));
        return wrong;
    };
    if media.ends_with("json") {
        let key = format!("{name} {media}");
        wrong.extend(violations(&key, &content["schema"], &answer.body).map(|one| format!("{key}: {one}")));
    }
    wrong
}

/// Violations of a schema by `value`.
pub fn violations(key: &str, schema: &Value, value: &Value) -> impl Iterator<Item = String> {
    let found: Vec<String> = validator(key, schema)
        .iter_errors(value)
        .map(|error| format!("{} {error}", error.instance_path()))
        .collect();
    found.into_iter()
}

fn validator(key: &str, schema: &Value) -> &'static Validator {
    let mut known = SCHEMAS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(validator) = known.get(key) {
        return validator;
    }
    let mut whole = schema.clone();
    whole["components"] = json!({"schemas": DOCUMENT["components"]["schemas"]});
    let made = schema::validator(&whole).unwrap_or_else(|error| panic!("{key}: {error}"));
    let validator: &'static Validator = Box::leak(Box::new(made));
    known.insert(key.to_owned(), validator);
    validator
}
