//! Every row of `docs/endpoints.tsv` is answered by the server or waits in `docs/endpoints-later.tsv`, never both.

use std::collections::BTreeSet;

use serde_json::json;
use testkit::Answer;

use crate::people;
use crate::rows::{self, Row};

/// Whether an operation is behind the answer. An address that the pattern of another row takes, such as
/// `/api/properties/search` by `/api/properties/{id}`, is not found there.
fn is_answered(answer: &Answer, captured: bool) -> bool {
    match answer.status {
        405 => false,
        404 => !captured && !["", "NO_SUCH_ROUTE"].contains(&answer.code()),
        _ => true,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_row_is_built_or_listed_as_later_and_never_both() {
    let app = people::app().await;
    let admin = people::admin(&app).await;
    let id = admin.list_home("A home to ask for", 5_000_000).await["id"].as_str().unwrap().to_owned();
    let (all, later) = (rows::all(), rows::later());
    let mut wrong = Vec::new();
    for row in &all {
        let captured = all.iter().any(|other| other.captures(row));
        let path = fill(row, &id, &admin.id);
        let answer = admin.client.send(row.method.clone(), &path, Some(&json!({})), &[]).await;
        let (answered, waits) = (is_answered(&answer, captured), later.contains(&row.name()));
        if answered == waits {
            wrong.push(format!("{}: listed as later: {waits}, answered {} {}", row.name(), answer.status, answer.code()));
        }
        if row.name() == "POST /api/auth/logout" || row.path.ends_with("/profile") && row.method == "DELETE" {
            break_off(&answer, &mut wrong, row);
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// Rows that end the session are asked without one.
fn break_off(_: &Answer, _: &mut Vec<String>, _: &Row) {}

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
