//! Documents the lists of an export, because the service that answers exports does not know what the others add to
//! it.

use serde_json::{Value, json};
use utoipa::ToSchema;
use utoipa::openapi::{RefOr, Schema};

/// A list of an export.
pub struct Listed {
    name: &'static str,
    entry: String,
    schemas: Vec<(String, RefOr<Schema>)>,
}

impl Listed {
    /// The list with this name, see [`crate::export::ExportPart::name`], and the type of its entries.
    #[must_use]
    pub fn of<T: ToSchema>(name: &'static str) -> Self {
        let mut schemas = vec![(T::name().into_owned(), T::schema())];
        T::schemas(&mut schemas);
        Self { name, entry: T::name().into_owned(), schemas }
    }
}

fn reference(schema: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{schema}")})
}

/// Adds `lists` to the schema `name` of a complete document, which already describes the other members.
pub fn lists(document: &mut Value, name: &str, lists: Vec<Listed>) {
    let mut whole = document["components"]["schemas"][name].take();
    // The response envelope contains the schema inline. Replace it by a reference, so that it includes the lists too.
    refer(document, &whole, &reference(name));
    let schemas = &mut document["components"]["schemas"];
    for list in lists {
        whole["properties"][list.name] = json!({"type": "array", "items": reference(&list.entry)});
        for (name, schema) in list.schemas {
            if schemas[&name].is_null() {
                schemas[name] = json!(schema);
            }
        }
    }
    schemas[name] = whole;
}

fn refer(value: &mut Value, schema: &Value, by: &Value) {
    if value == schema {
        value.clone_from(by);
        return;
    }
    match value {
        Value::Object(members) => members.values_mut().for_each(|member| refer(member, schema, by)),
        Value::Array(items) => items.iter_mut().for_each(|item| refer(item, schema, by)),
        _ => {}
    }
}
