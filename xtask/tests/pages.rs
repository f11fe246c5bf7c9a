//! Checks `docs/pages.md`: every operation of the portal has a page or a reason, and every page named there is a route.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// The services that people use by pages.
const SERVICES: [&str; 8] =
    ["users", "properties", "search", "market", "history", "notifications", "files", "gateway"];
/// Who alone may use an operation that belongs to no page of the portal.
const STAFF: [&str; 3] = ["A", "M", "S,A"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn text(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap()
}

/// The operations of the list that are for people, as `GET /api/…`.
fn operations() -> BTreeSet<String> {
    let list = text("docs/endpoints.tsv");
    let rows = list.lines().skip(1).map(|line| line.split('\t').collect::<Vec<_>>());
    let of_people = rows.filter(|row| SERVICES.contains(&row[2]) && !STAFF.contains(&row[4]));
    of_people.map(|row| format!("{} {}", row[0], row[1])).collect()
}

/// Each operation of the document with what is said about it.
fn rows() -> BTreeMap<String, String> {
    let document = text("docs/pages.md");
    let mut rows = BTreeMap::new();
    for line in document.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        let [operation, pages] = cells[..] else { panic!("no row of two cells: {line}") };
        let before = rows.insert(operation.trim_matches('`').to_owned(), pages.to_owned());
        assert!(before.is_none(), "{operation} has two rows");
    }
    rows
}

/// The pages that a cell names.
fn pages(cell: &str) -> Vec<&str> {
    cell.split('`').skip(1).step_by(2).filter(|code| code.starts_with('/')).collect()
}

fn sources(directory: &Path, found: &mut String) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push_str(&std::fs::read_to_string(path).unwrap());
        }
    }
}

#[test]
fn every_operation_of_the_portal_has_a_row() {
    let (operations, rows) = (operations(), rows());
    let missing: Vec<_> = operations.iter().filter(|name| !rows.contains_key(*name)).collect();
    assert!(missing.is_empty(), "docs/pages.md has no row about {missing:?}");
    let unknown: Vec<_> = rows.keys().filter(|name| !operations.contains(*name)).collect();
    assert!(unknown.is_empty(), "docs/endpoints.tsv has no such operation of people: {unknown:?}");
}

#[test]
fn every_row_names_routes_or_a_reason() {
    let mut pages_of_the_portal = String::new();
    sources(&root().join("crates/web/src"), &mut pages_of_the_portal);
    for (operation, cell) in rows() {
        if let Some(reason) = cell.strip_prefix("none: ") {
            assert!(!reason.trim().is_empty(), "{operation} has neither page nor reason");
            continue;
        }
        let named = pages(&cell);
        assert!(!named.is_empty(), "{operation} has neither page nor reason");
        for page in named {
            assert!(pages_of_the_portal.contains(&format!("\"{page}\"")), "{operation}: {page} is no route");
        }
    }
}
