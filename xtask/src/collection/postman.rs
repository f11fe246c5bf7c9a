//! A Postman collection (format 2.1): the catalogue step by step, and every operation of the document.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::Operation;
use super::steps::Step;

const FORMAT: &str = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json";

/// The collection as text.
pub fn collection(operations: &[Operation<'_>], steps: &[Step]) -> anyhow::Result<String> {
    let walked: Vec<Value> = steps.iter().map(step).collect();
    let mut folders: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
    for operation in operations {
        folders.entry(folder(operation.path)).or_default().push(item(operation));
    }
    let folders = folders.into_iter().map(|(name, items)| json!({"name": name, "item": items}));
    let walk = json!({"name": "The catalogue, step by step", "item": walked});
    let collection = json!({
        "info": {
            "name": "HyderabadInfra",
            "description": "Written by `cargo xtask collection` from docs/openapi.json. Sign in first: the first call \
                of the first folder keeps the token.",
            "schema": FORMAT,
        },
        "auth": {"type": "bearer", "bearer": [{"key": "token", "value": "{{token}}", "type": "string"}]},
        "variable": [
            {"key": "baseUrl", "value": "http://127.0.0.1:8080"},
            {"key": "email", "value": "administrator@example.com"},
            {"key": "password", "value": "look-around-hyderabad"},
            {"key": "token", "value": ""},
            {"key": "productId", "value": "1"},
        ],
        "item": std::iter::once(walk).chain(folders).collect::<Vec<_>>(),
    });
    Ok(serde_json::to_string_pretty(&collection)? + "\n")
}

/// `/api/v1/products/{id}` is in `products`.
fn folder(path: &str) -> &str {
    let mut parts = path.split('/').filter(|part| !part.is_empty() && !["api", "v1"].contains(part));
    parts.next().unwrap_or("other")
}

fn request(method: &str, path: &str, body: Option<&Value>) -> Value {
    let mut request = json!({
        "method": method,
        "header": [{"key": "Accept", "value": "application/json"}],
        "url": format!("{{{{baseUrl}}}}{path}"),
    });
    if let Some(body) = body {
        let raw = serde_json::to_string_pretty(body).unwrap_or_default();
        request["body"] = json!({"mode": "raw", "raw": raw, "options": {"raw": {"language": "json"}}});
    }
    request
}

fn step(step: &Step) -> Value {
    let mut script = vec![format!(
        "pm.test('answers {0}', () => pm.expect(pm.response.code, pm.response.text()).to.equal({0}));",
        step.status
    )];
    if let Some((variable, place)) = step.keeps {
        script.push(format!("pm.collectionVariables.set('{variable}', pm.response.json().{place});"));
    }
    json!({
        "name": step.name,
        "request": request(&step.method, &step.path, step.body.as_ref()),
        "event": [{"listen": "test", "script": {"type": "text/javascript", "exec": script}}],
    })
}

/// A call with the example of the document. The document's statuses are in its description.
fn item(operation: &Operation<'_>) -> Value {
    let path = operation.path.replace('{', ":").replace('}', "");
    let mut call = request(&operation.method.to_uppercase(), &path, operation.body());
    let statuses: Vec<String> = operation.statuses().iter().map(u16::to_string).collect();
    let told = operation.described["description"].as_str().unwrap_or_default();
    call["description"] = format!("{told}\n\nAnswers: {}", statuses.join(", ")).into();
    json!({"name": operation.summary(), "request": call})
}
