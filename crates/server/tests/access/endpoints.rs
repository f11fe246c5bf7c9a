//! Every row of `docs/endpoints.tsv` is built.

use std::collections::BTreeSet;

use serde_json::json;
use testkit::{Answer, Person, TestApp};

use crate::rows::{self, Row};

/// Whether the response comes from an operation. A path that matches the pattern of another row, as
/// `/api/properties/search` matches `/api/properties/{id}`, gives a 404 there.
fn is_answered(answer: &Answer, captured: bool) -> bool {
    match answer.status {
        405 => false,
        404 => !captured && !["", "NO_SUCH_ROUTE"].contains(&answer.code()),
        _ => true,
    }
}

/// All requests are anonymous: operations that need a person respond with 401, and no session ends.
#[tokio::test(flavor = "multi_thread")]
async fn every_row_is_built() {
    let app = TestApp::start().await;
    let owner = Person::register(&app.client, "owner").await;
    let id = owner.list_home("A home to ask for", 5_000_000).await["id"].as_str().unwrap().to_owned();
    let all = rows::built();
    let mut wrong = Vec::new();
    for row in &all {
        let captured = all.iter().any(|other| other.captures(row));
        let path = fill(row, &id, &owner.id);
        let answer = app.client.send(row.method.clone(), &path, Some(&json!({})), &[]).await;
        if !is_answered(&answer, captured) {
            wrong.push(format!("{}: answered {} {}", row.name(), answer.status, answer.code()));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

fn fill(row: &Row, property: &str, user: &str) -> String {
    let id = if row.path.contains("/users/") { user } else { property };
    row.path.replace("{id}", id).replace("{userId}", user)
}

#[test]
fn the_list_holds_no_row_twice() {
    let names: Vec<String> = rows::built().iter().map(Row::name).collect();
    let unique: BTreeSet<&String> = names.iter().collect();
    assert_eq!(unique.len(), names.len(), "docs/endpoints.tsv holds a row twice");
}
