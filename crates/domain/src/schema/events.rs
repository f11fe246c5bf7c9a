//! JSON Schemas of the types with hand-written serialisation, for `docs/asyncapi.yaml`.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::date::CalendarDate;
use crate::id::{Id, UserId};
use crate::money::Paise;
use crate::personal::{ERASED, Owned, SEALED};
use crate::property::Rooms;
use crate::time::Timestamp;

impl<K> JsonSchema for Id<K> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Id".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "format": "uuid"})
    }
}

impl JsonSchema for Timestamp {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Timestamp".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "format": "date-time"})
    }
}

impl JsonSchema for Paise {
    fn schema_name() -> Cow<'static, str> {
        "Rupees".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "number", "exclusiveMinimum": 0, "maximum": 9_999_999_999_999.99_f64,
            "description": "An amount in rupees, with at most two decimals.",
        })
    }
}

impl JsonSchema for Rooms {
    fn schema_name() -> Cow<'static, str> {
        "Rooms".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "number", "minimum": 0, "maximum": 50, "multipleOf": 0.5,
            "description": "A number of rooms; half rooms exist.",
        })
    }
}

impl JsonSchema for CalendarDate {
    fn schema_name() -> Cow<'static, str> {
        "CalendarDate".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "format": "date"})
    }
}

impl<T: JsonSchema, const READABLE: bool> JsonSchema for Owned<T, READABLE> {
    fn schema_name() -> Cow<'static, str> {
        format!("{}_{}", if READABLE { "Erasable" } else { "Personal" }, T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let (subject, value) = (generator.subschema_for::<UserId>(), generator.subschema_for::<T>());
        let only = |name: &str, inside: Schema| {
            json_schema!({
                "type": "object", "required": [name], "additionalProperties": false,
                "properties": {name: inside},
            })
        };
        let clear = json_schema!({
            "type": "object", "required": ["subject", "value"],
            "properties": {"subject": subject, "value": value},
        });
        let (about, encrypted) = if READABLE {
            let encrypted = json_schema!({
                "type": "object", "required": ["subject", "erasable", "box"],
                "properties": {
                    "subject": subject, "erasable": {"type": "boolean", "const": true}, "box": {"type": "string"},
                },
            });
            (
                "Written by somebody for others to read: readable, encrypted with that person's key, or erased with it.",
                encrypted,
            )
        } else {
            let encrypted = json_schema!({
                "type": "object", "required": ["subject", "box"],
                "properties": {"subject": subject, "box": {"type": "string"}},
            });
            ("Somebody's own: readable, encrypted with that person's key, or erased with it.", encrypted)
        };
        json_schema!({
            "description": about,
            "oneOf": [
                only(Self::MARKER, clear),
                only(SEALED, encrypted),
                only(ERASED, json_schema!({"type": "boolean", "const": true})),
            ],
        })
    }
}
