//! The bodies of failures, and the failures common to all operations.

use serde_json::{Map, Value, json};

/// The two formats of every failure. The client chooses with `Accept`.
pub fn schemas() -> Value {
    json!({
        "Failure": {
            "description": "A request that was not done, and why.",
            "type": "object",
            "required": ["success", "message", "error", "timestamp", "path", "correlationId"],
            "properties": {
                "success": {"const": false},
                "message": {"type": "string"},
                "error": {
                    "type": "object",
                    "required": ["code", "detail"],
                    "properties": {
                        "code": {"type": "string", "pattern": "^[A-Z_]+$", "description": "Stable, for programs."},
                        "detail": {"type": "string"},
                        "fieldErrors": {"type": "object", "additionalProperties": {"type": "string"},
                            "description": "What is wrong, by field."},
                    },
                },
                "timestamp": {"type": "string", "format": "date-time"},
                "path": {"type": "string"},
                "correlationId": {"type": "string", "description": "Tell it to us when you ask about this."},
            },
        },
        "Problem": {
            "description": "The same as RFC 9457 has it, for `Accept: application/problem+json`.",
            "type": "object",
            "required": ["type", "title", "status", "detail", "instance", "code", "correlationId"],
            "properties": {
                "type": {"type": "string"},
                "title": {"type": "string"},
                "status": {"type": "integer", "minimum": 400, "maximum": 599},
                "detail": {"type": "string"},
                "instance": {"type": "string"},
                "code": {"type": "string", "pattern": "^[A-Z_]+$"},
                "correlationId": {"type": "string"},
                "errors": {"type": "array", "items": {
                    "type": "object",
                    "required": ["pointer", "detail"],
                    "properties": {"pointer": {"type": "string"}, "detail": {"type": "string"}},
                }},
            },
        },
    })
}

/// The failures with the same meaning everywhere: status, name, description.
const COMMON: [(u16, &str, &str); 12] = [
    (400, "Invalid", "The request is not valid; `error.fieldErrors` says what is wrong, by field."),
    (401, "Unauthenticated", "Nobody is signed in, or the token does not hold."),
    (403, "Forbidden", "Signed in, but not allowed."),
    (404, "NotFound", "There is no such thing, or it is not to be seen by the caller."),
    (409, "Conflict", "It cannot be done as things stand; `error.code` says why."),
    (412, "Changed", "It was changed since the version of `If-Match`."),
    (413, "TooLarge", "The body is too large."),
    (415, "UnsupportedMedia", "The body is of a type this operation does not take."),
    (422, "KeyReused", "The `Idempotency-Key` was used for another request."),
    (429, "TooMany", "Too many requests; `Retry-After` says when to come again."),
    (500, "Unreadable", "Stored data cannot be read; trying again does not help."),
    (503, "Unavailable", "A part does not answer; send the same again after `Retry-After`."),
];

/// The name of such a failure.
pub fn name(status: u16) -> &'static str {
    COMMON.iter().find(|(one, ..)| *one == status).map_or("", |(_, name, _)| name)
}

/// All common failures.
pub fn answers() -> Value {
    COMMON.iter().map(|(status, name, text)| ((*name).to_owned(), answer(*status, text))).collect()
}

/// The response with `status`, in both formats.
pub fn answer(status: u16, description: &str) -> Value {
    let mut headers: Map<String, Value> = Map::new();
    headers.insert("X-Correlation-Id".into(), header("X-Correlation-Id"));
    match status {
        401 => drop(headers.insert("WWW-Authenticate".into(), header("WWW-Authenticate"))),
        429 | 503 => drop(headers.insert("Retry-After".into(), header("Retry-After"))),
        _ => {}
    }
    if status == 429 {
        headers.insert("RateLimit".into(), header("RateLimit"));
        headers.insert("RateLimit-Policy".into(), header("RateLimit-Policy"));
    }
    json!({
        "description": description,
        "headers": headers,
        "content": {
            "application/json": {"schema": {"$ref": "#/components/schemas/Failure"}},
            "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}},
        },
    })
}

pub fn header(name: &str) -> Value {
    json!({"$ref": format!("#/components/headers/{name}")})
}

/// The response headers, each described once.
pub fn headers() -> Value {
    let text = |description: &str| json!({"description": description, "schema": {"type": "string"}});
    let number =
        |description: &str| json!({"description": description, "schema": {"type": "integer", "minimum": 0}});
    json!({
        "X-Correlation-Id": text("Ties together everything the request caused; a short one of the client's is kept."),
        "X-Event-Position": {
            "description": "Where the caller's change stands in its log; later reads of the caller's own contain it.",
            "schema": {"type": "string", "pattern": "^[a-z]+:[0-9]+:[0-9]+$", "examples": ["facts:1:4711"]},
        },
        "X-Stale": {
            "description": "The answer may miss the caller's own last changes.",
            "schema": {"type": "string", "const": "true"},
        },
        "ETag": text("The version, for `If-Match` and `If-None-Match`."),
        "Location": text("Where the new thing, or the job, is."),
        "Link": text("The pages around this one (RFC 8288): `next`, `prev`, `first`, `last`."),
        "Retry-After": number("Seconds to wait."),
        "RateLimit": text("What is left of the limit, and when it is whole again."),
        "RateLimit-Policy": text("The limit: how many in how many seconds."),
        "WWW-Authenticate": text("`Bearer`."),
    })
}
