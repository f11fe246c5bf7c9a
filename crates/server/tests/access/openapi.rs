//! The API document is committed, complete and correct.

mod examples;
pub mod validator;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use http_kit::docs::shape;
use hyderabadinfra::api_docs;
use serde_json::Value;
use testkit::TestApp;

use crate::rows::{self, Row};

const METHODS: [&str; 5] = ["get", "put", "post", "delete", "patch"];
const RENEW: &str =
    "HYD_WRITE_GOLDEN=1 cargo test --profile ci -p hyderabadinfra --test access openapi::the_committed";

#[test]
fn the_committed_document_is_the_generated_one() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/openapi.json");
    let generated = api_docs::text();
    if std::env::var_os("HYD_WRITE_GOLDEN").is_some() {
        std::fs::write(&path, &generated).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == generated, "docs/openapi.json is not what the code says; renew it with\n{RENEW}");
}

/// Every operation of the document.
fn documented(document: &Value) -> BTreeSet<String> {
    let paths = document["paths"].as_object().unwrap();
    let operations = paths.iter().flat_map(|(path, item)| {
        let methods = METHODS.iter().filter(|method| item.get(*method).is_some());
        methods.map(move |method| format!("{} {}", method.to_uppercase(), shape(path)))
    });
    operations.collect()
}

fn operation<'d>(document: &'d Value, row: &Row) -> &'d Value {
    described(document, row.method.as_str(), &row.path)
}

/// The operation on a path of this shape.
pub fn described<'d>(document: &'d Value, method: &str, path: &str) -> &'d Value {
    let paths = document["paths"].as_object().unwrap();
    let same = paths.iter().find(|(known, _)| shape(known) == shape(path));
    same.map_or(&Value::Null, |(_, item)| &item[method.to_lowercase()])
}

#[test]
fn the_document_holds_the_operations_that_are_built_and_no_other() {
    let built: BTreeSet<String> =
        rows::built().iter().map(|row| format!("{} {}", row.method, shape(&row.path))).collect();
    let documented = documented(&api_docs::document());
    let (missing, unknown): (Vec<_>, Vec<_>) =
        (built.difference(&documented).collect(), documented.difference(&built).collect());
    assert!(
        missing.is_empty() && unknown.is_empty(),
        "undocumented: {missing:#?}\nnot in the list: {unknown:#?}"
    );
}

#[test]
fn success_and_security_are_those_of_the_list() {
    let document = api_docs::document();
    let mut wrong = Vec::new();
    for row in rows::built() {
        let operation = operation(&document, &row);
        let success =
            operation["responses"].as_object().unwrap().keys().find(|status| status.as_str() < "400");
        if success.map(String::as_str) != Some(row.success.to_string().as_str()) {
            wrong.push(format!("{}: succeeds with {success:?}, not {}", row.name(), row.success));
        }
        let security = operation["security"].as_array().unwrap();
        let optional = security.is_empty() || security.contains(&serde_json::json!({}));
        if optional != row.who.starts_with('P') {
            wrong.push(format!("{}: needs a token is {}, who is {}", row.name(), !optional, row.who));
        }
        for member in ["summary", "description", "operationId", "tags"] {
            if operation[member].as_str().map_or(operation[member].is_null(), str::is_empty) {
                wrong.push(format!("{}: has no {member}", row.name()));
            }
        }
        if operation.get("requestBody").is_some() && !has_example(operation) {
            wrong.push(format!("{}: its body has no example", row.name()));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

fn has_example(operation: &Value) -> bool {
    let content = operation["requestBody"]["content"].as_object().unwrap();
    // A form consists of bytes. The authorisation table has its request.
    content.iter().all(|(media, shape)| media.starts_with("multipart/") || !shape["example"].is_null())
}

#[test]
fn every_operation_has_a_name_of_its_own_and_every_reference_leads_somewhere() {
    let document = api_docs::document();
    let mut names = BTreeSet::new();
    for row in rows::built() {
        let name = operation(&document, &row)["operationId"].to_string();
        assert!(names.insert(name.clone()), "{name} is the name of two operations");
    }
    let mut dangling = Vec::new();
    dangling_in(&document, &document, &mut dangling);
    assert!(dangling.is_empty(), "{dangling:#?}");
}

#[test]
fn two_services_never_mean_something_else_by_one_name() {
    let mut known: BTreeMap<String, Value> = BTreeMap::new();
    for service in api_docs::services() {
        let service = serde_json::to_value(service.operations).unwrap();
        for (name, schema) in service["components"]["schemas"].as_object().into_iter().flatten() {
            let first = known.entry(name.clone()).or_insert_with(|| schema.clone());
            assert_eq!(first, schema, "{name}: give one of them another name with #[schema(as = …)]");
        }
    }
}

fn dangling_in(value: &Value, document: &Value, found: &mut Vec<String>) {
    if let Some(target) = value.get("$ref").and_then(Value::as_str)
        && document.pointer(target.trim_start_matches('#')).is_none()
    {
        found.push(target.to_owned());
    }
    match value {
        Value::Object(members) => members.values().for_each(|member| dangling_in(member, document, found)),
        Value::Array(items) => items.iter().for_each(|item| dangling_in(item, document, found)),
        _ => {}
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_document_is_served_and_so_is_a_page_that_needs_nothing_from_elsewhere() {
    let app = TestApp::start().await;
    let served = app.client.get("/v3/api-docs").await.expect(200);
    assert_eq!(served.text, api_docs::text());
    let page = app.client.get("/swagger-ui.html").await.expect(200);
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.contains("script-src 'self';") && !policy.contains("'unsafe-eval'"), "{policy}");
    let addresses = ["href=\"", "src=\""].map(|name| page.text.split(name).skip(1));
    for address in addresses.into_iter().flatten().filter_map(|rest| rest.split('"').next()) {
        assert!(address.starts_with('/'), "{address} is elsewhere");
        app.client.get(address).await.expect(200);
    }
    app.client.get("/swagger-ui/index.html").await.expect(404);
    // No other page gets this page's permissions.
    let other = app.client.get("/").await;
    assert!(!other.header("content-security-policy").unwrap().contains("unsafe-inline"));
}
