//! The examples in the document are valid requests.

use serde_json::Value;

use super::{operation, validator};
use crate::authorisation::requests::{self, Request};
use crate::authorisation::rules::Who;
use crate::authorisation::world::World;
use crate::rows::{self, Row};
use hyderabadinfra::api_docs;

/// Members of an example whose values depend on the run: ids, codes, addresses.
const OF_THIS_RUN: [&str; 16] = [
    "username",
    "email",
    "emailOrUsername",
    "refreshToken",
    "userId",
    "verificationCode",
    "token",
    "fileIds",
    "activityId",
    "to",
    "primary",
    "propertyId",
    "reporterId",
    "newPassword",
    "password",
    "id",
];

/// A caller with permission.
fn sender(row: &Row) -> Who {
    match row.who.as_str() {
        "O" => Who::Owner,
        "U" => Who::User,
        "M" => Who::Moderator,
        who if who.starts_with('P') => Who::Anonymous,
        _ => Who::Admin,
    }
}

/// The request of the authorisation table, with the values of the document's example.
fn with_example(request: &mut Request, operation: &Value) {
    let example = &operation["requestBody"]["content"]["application/json"]["example"];
    if let (Some(example), Some(body)) = (example.as_object(), request.body.as_ref()) {
        let mut said = Value::Object(example.clone());
        for name in OF_THIS_RUN.iter().filter(|name| example.contains_key(**name)) {
            if let Some(real) = body.get(*name) {
                said[name] = real.clone();
            }
        }
        request.body = Some(said);
    }
    let parameters = operation["parameters"].as_array().into_iter().flatten();
    let query: Vec<(&str, String)> = parameters
        .filter(|one| one["in"] == "query")
        .filter_map(|one| Some((one["name"].as_str()?, one.get("example")?)))
        .flat_map(|(name, example)| match example {
            // A list is sent as the same parameter again.
            Value::Array(values) => values.iter().map(|value| (name, text(value))).collect(),
            value => vec![(name, text(value))],
        })
        .collect();
    if !query.is_empty() {
        let encoded = form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish();
        request.path = format!("{}?{encoded}", request.path);
    }
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_example_is_answered_as_the_document_says() {
    let world = World::new().await;
    let document = api_docs::document();
    let mut wrong = Vec::new();
    for row in rows::built().iter().filter(|row| row.service != "gateway") {
        let operation = operation(&document, row);
        let mut request = requests::prepare(&world, row, sender(row)).await;
        with_example(&mut request, operation);
        if let Some(body) = &request.body {
            let media = &operation["requestBody"]["content"]["application/json"];
            let key = format!("the body of {}", row.name());
            wrong.extend(
                validator::violations(&key, &media["schema"], body).map(|one| format!("{key}: {one}")),
            );
        }
        let answer = request.send(&[]).await;
        wrong.extend(validator::complaints(&row.method, &row.path, &answer));
        // There is no dead letter here, and no delivery.
        let is_absent = row.path.contains("/dead-letters/{id}") || row.path.contains("{delivery}");
        if answer.status != row.success && !is_absent {
            wrong.push(format!("{}: {} {} to {:?}", row.name(), answer.status, answer.text, request.body));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}
