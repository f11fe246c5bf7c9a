//! Documents that name tests: `docs/event-rules.md` those of each rule, none missing there nor in the code, and
//! `docs/asvs.md` those of each requirement.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::collections::BTreeSet;
use std::path::Path;

fn sources(directory: &Path, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && path.file_name().is_some_and(|name| name != "target") {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(std::fs::read_to_string(path).unwrap());
        }
    }
}

/// The names behind `before`.
fn names<'a>(text: &'a str, before: &'a str) -> impl Iterator<Item = String> + 'a {
    let name = |rest: &str| rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
    text.split(before).skip(1).map(name)
}

/// Those that begin with `rule_` and two digits.
fn named(text: &str, before: &str) -> BTreeSet<String> {
    names(text, before).filter(|name| name.starts_with("rule_")).collect()
}

#[test]
fn every_requirement_names_tests_that_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut code = Vec::new();
    sources(&root.join("crates"), &mut code);
    let code: BTreeSet<String> = code.iter().flat_map(|text| names(text, "fn ")).collect();
    let document = std::fs::read_to_string(root.join("docs/asvs.md")).unwrap();
    // Tests have long names; everything else in code letters is a setting, a file or a type.
    let tests: Vec<String> = names(&document, "`").filter(|name| name.matches('_').count() >= 3).collect();
    let missing: Vec<_> = tests.iter().filter(|name| !code.contains(*name)).collect();
    assert!(missing.is_empty(), "docs/asvs.md names tests that are not there: {missing:?}");
    for row in document.lines().filter(|line| line.starts_with("| ") && line.contains('.')) {
        let holds = row.split('|').nth(2).unwrap().trim();
        assert!(["yes", "partly", "no", "none"].contains(&holds), "{row}");
    }
}

#[test]
fn every_rule_names_its_tests() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut code = Vec::new();
    sources(&root.join("crates"), &mut code);
    let code: BTreeSet<String> = code.iter().flat_map(|text| named(text, "fn ")).collect();
    let document = std::fs::read_to_string(root.join("docs/event-rules.md")).unwrap();
    let document = named(&document, "`");
    let missing: Vec<_> = document.difference(&code).collect();
    assert!(missing.is_empty(), "docs/event-rules.md names tests that are not there: {missing:?}");
    let unnamed: Vec<_> = code.difference(&document).collect();
    assert!(unnamed.is_empty(), "docs/event-rules.md does not name {unnamed:?}");
    for rule in 1..=24 {
        let built = ![9, 10, 11].contains(&rule);
        let has = document.iter().any(|name| name.starts_with(&format!("rule_{rule:02}_")));
        assert_eq!(has, built, "rule {rule}");
    }
}
