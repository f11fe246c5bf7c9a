//! Adds to the document everything that follows from an operation's method, caller and parameters, in this one place.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use utoipa::openapi::OpenApi;

use super::failures;

/// The row of an operation in `docs/endpoints.tsv`.
#[derive(Clone, Debug)]
pub struct EndpointSpec {
    /// `GET`
    pub method: String,
    /// The path, with its parameters in braces.
    pub path: String,
    /// The service, used as the tag.
    pub service: String,
    /// Whether it changes state through the journal.
    pub command: bool,
    /// Whether it records an event.
    pub recorded: bool,
    /// Who may call it.
    pub who: String,
}

impl EndpointSpec {
    /// Parses one line of the list.
    #[must_use]
    pub fn read(line: &str) -> Option<Self> {
        let cells: Vec<&str> = line.split('\t').collect();
        let [method, path, service, kind, who, _, emits, ..] = cells[..] else { return None };
        Some(Self {
            method: method.to_owned(),
            path: path.to_owned(),
            service: service.to_owned(),
            command: kind == "C",
            recorded: kind == "C" || emits != "-",
            who: who.to_owned(),
        })
    }

    fn is_public(&self) -> bool {
        self.who == "P" || self.who.starts_with("P ")
    }

    fn who_may(&self) -> String {
        let who = match self.who.as_str() {
            "P" => "Anyone.",
            "U" | "U " => "People who are signed in.",
            "O" => "The person concerned (`me` is accepted), or an admin.",
            "M" => "Moderators and admins.",
            "A" => "Admins.",
            "S,A" => "Other services, and admins.",
            "starter,A" => "The person who started it, and admins.",
            "P images, O documents" => "Images: anyone. Documents: their owner.",
            "A or management port" => "Admins; without a token on the management port.",
            "P redacted, A full" => "Anyone; admins see the parts, too.",
            other => return format!("Who: {other}."),
        };
        format!("Who: {who}")
    }
}

/// The complete document, as JSON with its members in a stable order.
#[must_use]
pub fn complete(document: &OpenApi, facts: &[EndpointSpec]) -> Value {
    let mut json = serde_json::to_value(document).unwrap_or_default();
    let schemas = json["components"]["schemas"].clone();
    let mut services: Vec<&str> = Vec::new();
    for fact in facts {
        let method = fact.method.to_lowercase();
        let Some(operation) = json["paths"].get_mut(&fact.path).and_then(|item| item.get_mut(&method)) else {
            continue;
        };
        if !services.contains(&&*fact.service) {
            services.push(&fact.service);
        }
        Operation { fact, json: operation, schemas: &schemas }.complete();
    }
    unite(&mut json["paths"]);
    json["servers"] = json!([{"url": "/", "description": "The server that this document comes from."}]);
    json["tags"] = services.iter().map(|service| json!({"name": service})).collect();
    let components = &mut json["components"];
    components["securitySchemes"]["bearer"] = json!({"type": "http", "scheme": "bearer", "bearerFormat": "JWT",
        "description": "The `accessToken` of a sign-in."});
    components["headers"] = failures::headers();
    components["responses"] = failures::answers();
    let failures = failures::schemas();
    for (name, schema) in failures.as_object().into_iter().flatten() {
        components["schemas"][name] = schema.clone();
    }
    json
}

/// A path without the names of its parameters. Paths that differ in these names only are one path.
#[must_use]
pub fn shape(path: &str) -> String {
    path.split('/').map(|part| if part.starts_with('{') { "{}" } else { part }).collect::<Vec<_>>().join("/")
}

/// Puts operations on paths of the same shape under one path: the document may hold it once only. The first name of
/// each parameter stays.
fn unite(paths: &mut Value) {
    let Some(items) = paths.as_object_mut() else { return };
    let mut first: BTreeMap<String, String> = BTreeMap::new();
    for path in items.keys().cloned().collect::<Vec<_>>() {
        let Some(known) = first.get(&shape(&path)) else {
            first.insert(shape(&path), path);
            continue;
        };
        let names: Vec<(&str, &str)> =
            path.split('/').zip(known.split('/')).filter(|(mine, theirs)| mine != theirs).collect();
        let Some(Value::Object(operations)) = items.remove(&path) else { continue };
        for (method, mut operation) in operations {
            for parameter in operation["parameters"].as_array_mut().into_iter().flatten() {
                let name = parameter["name"].as_str().map(|name| format!("{{{name}}}")).unwrap_or_default();
                let same = names.iter().find(|(mine, _)| parameter["in"] == "path" && **mine == name);
                if let Some((_, theirs)) = same {
                    parameter["name"] = theirs.trim_matches(['{', '}']).into();
                }
            }
            items[known][method] = operation;
        }
    }
}

/// Removes the schemas that nothing refers to, directly or through others.
pub fn without_unused_schemas(document: &mut Value) {
    loop {
        let mut used = BTreeSet::new();
        references(document, &mut used);
        let Some(schemas) = document["components"]["schemas"].as_object_mut() else { return };
        let before = schemas.len();
        schemas.retain(|name, _| used.contains(&format!("#/components/schemas/{name}")));
        if schemas.len() == before {
            return;
        }
    }
}

fn references(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            found.extend(members.get("$ref").and_then(Value::as_str).map(str::to_owned));
            members.values().for_each(|member| references(member, found));
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        _ => {}
    }
}

struct Operation<'a> {
    fact: &'a EndpointSpec,
    json: &'a mut Value,
    /// The schemas by name.
    schemas: &'a Value,
}

impl Operation<'_> {
    fn complete(mut self) {
        self.json["operationId"] = name(&self.fact.method, &self.fact.path).into();
        self.json["tags"] = json!([self.fact.service]);
        let told = self.json["description"].as_str().unwrap_or("").trim().to_owned();
        let who = self.fact.who_may();
        self.json["description"] = if told.is_empty() { who } else { format!("{told}\n\n{who}") }.into();
        self.json["security"] = match self.fact.is_public() {
            // Who signs in has no token yet.
            true if self.fact.path.starts_with("/api/auth/") => json!([]),
            true => json!([{}, {"bearer": []}]),
            false => json!([{"bearer": []}]),
        };
        self.parameters();
        self.body();
        self.failures();
        self.headers();
    }

    /// Adds path parameters by name, and marks that a query parameter without a value counts as absent.
    fn parameters(&mut self) {
        let mut all = self.json["parameters"].as_array().cloned().unwrap_or_default();
        let parts = self.fact.path.split(['{', '}']).skip(1).step_by(2);
        let given =
            |all: &[Value], name: &str| all.iter().any(|one| one["in"] == "path" && one["name"] == name);
        let missing: Vec<Value> =
            parts.filter(|name| !given(&all, name)).map(|name| self.path_parameter(name)).collect();
        all.splice(0..0, missing);
        for one in all.iter_mut().filter(|one| one["in"] == "query") {
            one["allowEmptyValue"] = (one["required"] != true).into();
        }
        self.json["parameters"] = all.into();
    }

    fn path_parameter(&self, name: &str) -> Value {
        let path = &self.fact.path;
        let person = name == "userId" || path.starts_with("/api/users/");
        let (text, schema) = match name {
            "group" => {
                ("A consumer group.", json!({"type": "string", "examples": ["properties-service-group"]}))
            }
            "type" => ("The kind of aggregate.", json!({"type": "string", "examples": ["property"]})),
            "activityType" => {
                ("A kind of activity.", json!({"type": "string", "examples": ["PROPERTY_VIEWED"]}))
            }
            "provider" => (
                "A provider of sign-ins, as the settings name it.",
                json!({"type": "string", "minLength": 1}),
            ),
            "fileName" => ("The name of a file.", json!({"type": "string"})),
            _ if path.contains("/dead-letters/") => {
                ("A dead letter.", json!({"type": "string", "minLength": 1}))
            }
            _ if path.contains("/streams/") => {
                ("The id of the aggregate.", json!({"type": "string", "minLength": 1}))
            }
            _ if person && self.fact.who == "O" => (
                "A person; `me` is whoever asks.",
                json!({"anyOf": [{"type": "string", "format": "uuid"}, {"const": "me"}]}),
            ),
            _ if person => ("A person.", json!({"type": "string", "format": "uuid"})),
            _ => ("Which one.", json!({"type": "string", "format": "uuid"})),
        };
        json!({"name": name, "in": "path", "required": true, "description": text, "schema": schema})
    }

    /// Puts the example of a body where tools look for it. The body is optional if it has no required members, or if
    /// those may be given in the query.
    fn body(&mut self) {
        let Some(body) = self.json.get("requestBody") else { return };
        let content = body["content"].as_object().cloned().unwrap_or_default();
        let mut needed = false;
        for (media, shape) in &content {
            let name = shape["schema"]["$ref"].as_str().and_then(|target| target.rsplit('/').next());
            let Some(schema) = name.and_then(|name| self.schemas.get(name)) else { continue };
            let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
            needed |= required.into_iter().any(|name| !self.takes(name));
            if let Some(example) = schema.pointer("/examples/0").filter(|_| media.ends_with("json")) {
                self.json["requestBody"]["content"][media]["example"] = example.clone();
            }
        }
        self.json["requestBody"]["required"] = needed.into();
    }

    fn takes(&self, name: &str) -> bool {
        self.json["parameters"].as_array().into_iter().flatten().any(|one| one["name"] == name)
    }

    /// Adds the possible failures. Failures declared by the operation, and their descriptions, are kept.
    fn failures(&mut self) {
        // Any request may have an unknown parameter or an invalid host.
        let mut statuses: Vec<u16> = vec![400, 401, 429, 500, 503];
        let declared = self.json["responses"].as_object().cloned().unwrap_or_default();
        statuses.extend(
            declared.keys().filter_map(|key| key.parse::<u16>().ok()).filter(|status| *status >= 400),
        );
        let has_body = self.json.get("requestBody").is_some();
        if !self.fact.is_public() {
            statuses.push(403);
        }
        if has_body {
            statuses.extend([413, 415]);
        }
        if self.fact.path.contains('{') {
            statuses.push(404);
        }
        if self.takes("Idempotency-Key") {
            statuses.extend([409, 422]);
        }
        if self.takes("If-Match") {
            statuses.extend([409, 412]);
        }
        for status in statuses {
            let key = status.to_string();
            let media =
                declared.get(&key).and_then(|one| one["content"].as_object()).is_some_and(|c| !c.is_empty());
            if media {
                continue;
            }
            // Most failures have the same description everywhere. A description of the operation's own is kept.
            self.json["responses"][&key] =
                match declared.get(&key).and_then(|one| one["description"].as_str()) {
                    Some(text) => failures::answer(status, text),
                    None => json!({"$ref": format!("#/components/responses/{}", failures::name(status))}),
                };
        }
    }

    /// Adds the headers of successful responses.
    fn headers(&mut self) {
        let tagged = ["If-Match", "If-None-Match"].iter().any(|name| self.takes(name));
        let paged = self.takes("cursor");
        let held = self.takes("If-None-Match");
        let Some(responses) = self.json["responses"].as_object_mut() else { return };
        if held {
            responses.insert("304".into(), json!({"description": "The client holds it already."}));
        }
        for (status, answer) in responses.iter_mut().filter(|(status, _)| status.as_str() < "400") {
            let mut names = vec!["X-Correlation-Id", "RateLimit", "RateLimit-Policy"];
            if self.fact.recorded {
                names.push("X-Event-Position");
            }
            if !self.fact.command {
                names.push("X-Stale");
            }
            if tagged || status == "201" {
                names.push("ETag");
            }
            if ["201", "202", "302"].contains(&&**status) {
                names.push("Location");
            }
            if paged {
                names.push("Link");
            }
            for name in names {
                if answer["headers"].get(name).is_none() {
                    answer["headers"][name] = failures::header(name);
                }
            }
        }
    }
}

/// `GET /api/properties/{id}` → `getPropertiesById`.
fn name(method: &str, path: &str) -> String {
    let mut name = method.to_lowercase();
    for part in path.split('/').filter(|part| !part.is_empty() && *part != "api") {
        let (joint, part) = match part.strip_prefix('{') {
            Some(parameter) => ("By", parameter.trim_end_matches('}')),
            None => ("", part),
        };
        name.push_str(joint);
        for word in part.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()) {
            let (first, rest) = word.split_at(1);
            name.push_str(&first.to_uppercase());
            name.push_str(rest);
        }
    }
    name
}
