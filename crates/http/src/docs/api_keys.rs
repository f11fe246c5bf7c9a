//! Documents which operations take an API key, because only the gateway knows what each scope allows.

use serde_json::{Value, json};

use super::shape;

/// Adds the API key to the security of `operations`, each a method and a path, in a complete document.
pub fn api_keys<'a>(document: &mut Value, operations: impl IntoIterator<Item = (&'a str, &'a str)>) {
    document["components"]["securitySchemes"]["apiKey"] = json!({"type": "apiKey", "in": "header",
        "name": "X-Api-Key", "description": "A partner's API key, if one of its scopes allows the operation. \
        `Authorization: Bearer` takes it, too."});
    let Some(paths) = document["paths"].as_object_mut() else { return };
    for (method, path) in operations {
        let same = paths.iter_mut().find(|(known, _)| shape(known) == shape(path));
        let operation = same.and_then(|(_, item)| item.get_mut(method.to_lowercase()));
        if let Some(security) = operation.and_then(|operation| operation["security"].as_array_mut()) {
            security.push(json!({"apiKey": []}));
        }
    }
}
