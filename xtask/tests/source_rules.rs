//! House rules that no lint checks.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The median length of source files, in lines, must be below this.
const MEDIAN_BELOW: usize = 200;
/// Names that say nothing about the content.
const EMPTY_NAMES: [&str; 5] = ["utils", "common", "core", "helpers", "manager"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn crates() -> Vec<PathBuf> {
    let mut all: Vec<_> =
        fs::read_dir(root().join("crates")).unwrap().map(|entry| entry.unwrap().path()).collect();
    all.push(root().join("xtask"));
    all.retain(|path| path.join("Cargo.toml").exists());
    assert!(all.len() > 10, "the crates are found: {all:?}");
    all
}

/// The Rust files below `directory`. Empty if it does not exist.
fn sources(directory: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(directory) else { return Vec::new() };
    let mut found = Vec::new();
    for path in entries.map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}

fn product_sources() -> Vec<PathBuf> {
    crates().iter().flat_map(|path| sources(&path.join("src"))).collect()
}

/// The lines of `files` that contain one of `words`, as `file:line`.
fn mentions(files: &[PathBuf], words: &[String]) -> Vec<String> {
    let mut found = Vec::new();
    for file in files {
        for (number, line) in fs::read_to_string(file).unwrap().lines().enumerate() {
            if words.iter().any(|word| line.contains(word)) {
                found.push(format!("{}:{}", file.strip_prefix(root()).unwrap().display(), number + 1));
            }
        }
    }
    found
}

/// `/actuator/prometheus` says what each metric means.
#[test]
fn every_metric_has_its_help_and_the_name_of_its_kind() {
    let help = root().join("crates/server/src/app/metrics_help.rs");
    let described: BTreeSet<String> = fs::read_to_string(&help)
        .unwrap()
        .lines()
        .filter_map(|line| quoted(line.trim().strip_prefix('(')?))
        .collect();
    let mut measured = BTreeSet::new();
    for file in product_sources() {
        let text: String = fs::read_to_string(&file).unwrap().split_whitespace().collect();
        for kind in ["counter", "gauge", "histogram"] {
            for rest in text.split(&format!("metrics::{kind}!(")).skip(1) {
                let name =
                    quoted(rest).unwrap_or_else(|| panic!("a metric without a name in {}", file.display()));
                assert_eq!(name.ends_with("_total"), kind == "counter", "{name} in {}", file.display());
                measured.insert(name);
            }
        }
    }
    assert!(measured.len() > 20, "the metrics are found: {measured:?}");
    assert_eq!(measured, described, "sources and {}", help.display());
}

/// The text in the quotes with which `text` begins.
fn quoted(text: &str) -> Option<String> {
    Some(text.strip_prefix('"')?.split('"').next()?.to_owned())
}

#[test]
fn the_median_source_file_is_short() {
    let lines = |file: &PathBuf| fs::read_to_string(file).unwrap().lines().count();
    let mut lengths: Vec<usize> = product_sources().iter().map(lines).collect();
    lengths.sort_unstable();
    let median = lengths[lengths.len() / 2];
    assert!(median < MEDIAN_BELOW, "the median of {} source files is {median} lines", lengths.len());
}

#[test]
fn modules_say_what_they_are() {
    let mut wrong = Vec::new();
    for file in crates().iter().flat_map(|path| sources(path)) {
        let path = file.strip_prefix(root()).unwrap();
        let names = path.iter().filter_map(|part| part.to_str());
        let empty = names.map(|part| part.trim_end_matches(".rs")).any(|name| EMPTY_NAMES.contains(&name));
        if empty || path.ends_with("mod.rs") {
            wrong.push(path.display().to_string());
        }
    }
    assert!(
        wrong.is_empty(),
        "name it after what it does, and write foo.rs instead of foo/mod.rs: {wrong:#?}"
    );
}

#[test]
fn lints_are_expected_with_a_reason_and_never_allowed() {
    let words = ["#[", "#!["].map(|start| format!("{start}allow("));
    let all: Vec<_> = crates().iter().flat_map(|path| sources(path)).collect();
    let found = mentions(&all, &words);
    assert!(found.is_empty(), "write #[expect(…, reason = …)]: {found:#?}");
}

#[test]
fn tests_wait_for_effects_and_never_for_a_time() {
    let words = ["thread", "time"].map(|module| format!("{module}::sleep"));
    let tests: Vec<_> = crates().iter().flat_map(|path| sources(&path.join("tests"))).collect();
    assert!(!tests.is_empty(), "the tests are found");
    let found = mentions(&tests, &words);
    assert!(found.is_empty(), "wait for what the test is about: {found:#?}");
}

/// Product sources that may read members directly: the reader itself, the domain, the sign-in limit, which reads
/// the account's name in front of every handler, the analytics, which reads filters of events, and the benchmarks, which
/// have no requests.
const READERS: [&str; 5] = [
    "crates/domain/src",
    "crates/http/src",
    "crates/gateway/src/login.rs",
    "crates/analytics/src/projection",
    "xtask/src",
];

#[test]
fn handlers_read_requests_as_types() {
    let words = ["Fields::new(", "Fields::read(", "Fields::asked_by("].map(str::to_owned);
    let is_reader = |path: &&PathBuf| READERS.iter().any(|reader| path.starts_with(root().join(reader)));
    let tests = |path: &&PathBuf| path.ends_with("tests.rs");
    let handlers: Vec<PathBuf> =
        product_sources().iter().filter(|path| !is_reader(path) && !tests(path)).cloned().collect();
    let found = mentions(&handlers, &words);
    assert!(found.is_empty(), "take http_kit::Body<T> or Query<T>: {found:#?}");
}

/// An operation: its name, its documentation, and its handler's signature.
struct Operation {
    name: String,
    document: String,
    handler: String,
}

fn operations() -> Vec<Operation> {
    let mut found = Vec::new();
    for file in product_sources() {
        let text = fs::read_to_string(&file).unwrap();
        for part in text.split("#[utoipa::path(").skip(1) {
            let (document, rest) = part.split_once("\n)]").unwrap();
            let (handler, _) = rest.split_once("{\n").unwrap();
            let function = handler.split_once("fn ").unwrap().1.split(['(', '<']).next().unwrap();
            let name = format!("{}: {function}", file.strip_prefix(root()).unwrap().display());
            found.push(Operation { name, document: document.to_owned(), handler: handler.to_owned() });
        }
    }
    assert!(found.len() > 80, "the operations are found: {}", found.len());
    found
}

/// The types in `text` that follow `before`. `ends` finds where each one ends.
fn types<'a>(text: &'a str, before: &str, ends: fn(&str) -> usize) -> Vec<&'a str> {
    text.split(before).skip(1).map(|rest| rest[..ends(rest)].trim()).collect()
}

/// The position of the bracket that closes an open one.
fn closed(rest: &str) -> usize {
    let mut open = 1;
    let closing = |c: char| {
        open += i32::from(c == '<') - i32::from(c == '>');
        open == 0
    };
    rest.find(closing).unwrap()
}

fn queries(text: &str) -> Vec<&str> {
    let all = ["Query<", "QueryOf<"].iter().flat_map(|before| types(text, before, closed));
    all.filter(|kind| *kind != "()").collect()
}

/// Operations whose query is not a type in their documentation.
const OTHERS_QUERIES: [&str; 3] = [
    // Read by the subscriber's extractor.
    "crates/gateway/src/realtime/socket.rs: open",
    "crates/gateway/src/realtime/sse.rs: open",
    // A provider adds parameters of its choice.
    "crates/users/src/http/oidc.rs: callback",
];

/// Probes, metrics, documents and pages. Monitoring tools and caches may add parameters of their own.
const TAKE_ANY: [&str; 8] = [
    "crates/gateway/src/operations.rs: prometheus",
    "crates/gateway/src/operations/asyncapi.rs: document",
    "crates/gateway/src/operations/health.rs: health",
    "crates/gateway/src/operations/health.rs: info",
    "crates/gateway/src/operations/health.rs: liveness",
    "crates/gateway/src/operations/health.rs: readiness",
    "crates/server/src/api_docs.rs: api_docs",
    "crates/server/src/api_docs/page.rs: page",
];

#[test]
fn the_document_of_an_operation_says_the_types_its_handler_takes() {
    for Operation { name, document, handler } in operations() {
        if !OTHERS_QUERIES.contains(&&*name) {
            assert_eq!(queries(&document), queries(&handler), "{name}");
        }
        let end = |rest: &str| rest.find([',', '\n']).unwrap_or(rest.len());
        let bodies = types(&document, "request_body = ", end);
        assert_eq!(bodies, types(&handler, "body: ", end), "{name}");
    }
}

#[test]
fn every_operation_says_which_query_it_takes() {
    let silent = operations().into_iter().filter(|one| !one.handler.contains("Query"));
    let mut names: Vec<String> = silent.map(|one| one.name).collect();
    names.retain(|name| !OTHERS_QUERIES.contains(&&**name));
    names.sort();
    assert_eq!(names, TAKE_ANY, "take Query<()> when there are no parameters, and `nothing?` after who may");
}
