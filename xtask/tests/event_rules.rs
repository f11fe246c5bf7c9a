//! `docs/event-rules.md` names the tests of each rule: none is missing, neither there nor in the code.
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

/// The names behind `before` that begin with `rule_` and two digits.
fn named(text: &str, before: &str) -> BTreeSet<String> {
    let names = text
        .split(before)
        .skip(1)
        .map(|rest| rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect::<String>());
    names.filter(|name| name.starts_with("rule_")).collect()
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
