//! Every row of `docs/endpoints.tsv` is either built or listed in `docs/endpoints-later.tsv`, never both.

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
async fn every_row_is_built_or_listed_as_later_and_never_both() {
    let app = TestApp::start().await;
    let owner = Person::register(&app.client, "owner").await;
    let id = owner.list_home("A home to ask for", 5_000_000).await["id"].as_str().unwrap().to_owned();
    let all = rows::all();
    let later = rows::later();
    let mut wrong = Vec::new();
    for row in &all {
        let captured = all.iter().any(|other| other.captures(row));
        let path = fill(row, &id, &owner.id);
        let answer = app.client.send(row.method.clone(), &path, Some(&json!({})), &[]).await;
        let answered = is_answered(&answer, captured);
        let waits = later.contains(&row.name());
        if answered == waits {
            let (status, code) = (answer.status, answer.code());
            wrong.push(format!("{}: listed as later: {waits}, but answered {status} {code}", row.name()));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

fn fill(row: &Row, property: &str, user: &str) -> String {
    let id = if row.path.contains("/users/") { user } else { property };
    row.path.replace("{id}", id).replace("{userId}", user)
}

#[test]
fn the_lists_hold_no_row_twice_and_no_unknown_one() {
    let names: Vec<String> = rows::all().iter().map(Row::name).collect();
    let unique: BTreeSet<&String> = names.iter().collect();
    assert_eq!(unique.len(), names.len(), "docs/endpoints.tsv holds a row twice");
    for later in rows::later() {
        assert!(names.contains(&later), "{later} is not in docs/endpoints.tsv");
    }
}
