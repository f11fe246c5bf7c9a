//! The catalogue step by step: the calls of the earlier system's collection, in an order in which each works.

use std::fmt::Write as _;

use anyhow::Context as _;
use serde_json::{Value, json};

use super::Operation;

/// One call.
#[derive(Clone, Debug)]
pub struct Step {
    pub name: String,
    pub method: String,
    /// With variables such as `{{productId}}`.
    pub path: String,
    pub body: Option<Value>,
    pub status: u16,
    /// A variable, and where in the answer its value is.
    pub keeps: Option<(&'static str, &'static str)>,
}

/// Method and path of the document, query, status, and what is kept.
type Call = (&'static str, &'static str, &'static str, u16, Option<(&'static str, &'static str)>);

/// The calls. Their bodies are the examples of the document.
const CALLS: [Call; 19] = [
    ("post", "/api/v1/products", "", 201, Some(("productId", "data.id"))),
    ("get", "/api/v1/products/{id}", "", 200, None),
    ("put", "/api/v1/products/{id}", "", 200, None),
    ("patch", "/api/v1/products/{id}", "", 200, None),
    ("get", "/api/v1/products", "page=0&size=20&sortBy=createdAt&sortDirection=desc", 200, None),
    (
        "get",
        "/api/v1/products/search",
        "q=wireless&categories=Electronics&minPrice=100&maxPrice=500&page=0&size=20&sortBy=popularityScore&sortDirection=desc",
        200,
        None,
    ),
    ("get", "/api/v1/products/search", "q=hedphones", 200, None),
    ("get", "/api/v1/products/{id}/related", "limit=5", 200, None),
    ("get", "/api/v1/products/popular", "limit=10", 200, None),
    ("get", "/api/v1/products/autocomplete", "q=wireles&limit=5", 200, None),
    (
        "get",
        "/api/v1/products/categories",
        "categories=Electronics&categories=Audio&page=0&size=20&sortBy=name&sortDirection=asc",
        200,
        None,
    ),
    ("post", "/api/v1/products/{id}/purchase", "", 201, None),
    ("post", "/api/v1/products/{id}/reservations", "", 201, None),
    ("get", "/api/v1/admin/views/product/{id}", "", 200, None),
    ("post", "/api/v1/admin/sync/product/{id}", "", 200, None),
    ("get", "/api/v1/admin/sync/status", "", 200, None),
    ("get", "/api/v1/admin/stats/publisher", "", 200, None),
    ("get", "/api/v1/health/detailed", "", 200, None),
    ("delete", "/api/v1/products/{id}", "", 200, None),
];

/// Signing in, and then the catalogue.
pub fn steps(operations: &[Operation<'_>]) -> anyhow::Result<Vec<Step>> {
    let sign_in = Step {
        name: "Sign in".to_owned(),
        method: "POST".to_owned(),
        path: "/api/auth/login".to_owned(),
        body: Some(json!({"email": "{{email}}", "password": "{{password}}"})),
        status: 200,
        keeps: Some(("token", "data.accessToken")),
    };
    let mut steps = vec![sign_in];
    for (method, path, query, status, keeps) in CALLS {
        let operation = operations.iter().find(|it| it.method == method && it.path == path);
        let operation = operation.with_context(|| format!("the document has no {method} {path}"))?;
        let mark = if query.is_empty() { "" } else { "?" };
        steps.push(Step {
            name: operation.summary().to_owned(),
            method: method.to_uppercase(),
            path: format!("{}{mark}{query}", path.replace("{id}", "{{productId}}")),
            body: operation.body().cloned(),
            status,
            keeps,
        });
    }
    Ok(steps)
}

/// The calls as editors with a REST client read them.
pub fn http_file(steps: &[Step]) -> anyhow::Result<String> {
    let mut text = String::from(
        "# The catalogue, step by step. Written by `cargo xtask collection` from docs/openapi.json.\n\
         # The account must be an administrator's or, but for the calls under /api/v1/admin, a seller's.\n\
         @baseUrl = http://127.0.0.1:8080\n@email = administrator@example.com\n@password = look-around-hyderabad\n",
    );
    for step in steps {
        let name = step.keeps.map(|(variable, _)| format!("# @name {variable}Answer\n")).unwrap_or_default();
        write!(text, "\n### {}\n{name}{} {{{{baseUrl}}}}{}\n", step.name, step.method, step.path)?;
        if step.path != "/api/auth/login" {
            text.push_str("Authorization: Bearer {{token}}\n");
        }
        if let Some(body) = &step.body {
            write!(text, "Content-Type: application/json\n\n{}\n", serde_json::to_string_pretty(body)?)?;
        }
        if let Some((variable, place)) = step.keeps {
            write!(text, "\n@{variable} = {{{{{variable}Answer.response.body.{place}}}}}\n")?;
        }
    }
    Ok(text)
}
