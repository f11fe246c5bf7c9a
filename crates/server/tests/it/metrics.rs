//! The metrics are what Prometheus can read, by the rules of `promtool check metrics`. With `promtool` on the path, that
//! checks them, too.

#![expect(clippy::assigning_clones, clippy::print_stdout, reason = "a test tells what it skips")]

use std::collections::BTreeMap;
use std::io::Write as _;
use std::process::{Command, Stdio};

use serde_json::Value;
use testkit::{ADMIN, Child, Person};

const BINARY: &str = env!("CARGO_BIN_EXE_hyderabadinfra");

/// Units that are not base units, and short forms of units, which names must not contain.
const NOT_BASE: [&str; 22] = [
    "milliseconds",
    "microseconds",
    "nanoseconds",
    "minutes",
    "hours",
    "days",
    "kilobytes",
    "megabytes",
    "gigabytes",
    "kibibytes",
    "mebibytes",
    "gibibytes",
    "bits",
    "percent",
    "ms",
    "us",
    "ns",
    "sec",
    "kb",
    "mb",
    "gb",
    "mib",
];

/// All values of one metric.
#[derive(Debug, Default)]
struct Family {
    help: String,
    kind: String,
    samples: Vec<(String, f64)>,
}

/// A sample's name, labels and value.
fn sample(line: &str) -> (&str, Vec<(&str, &str)>, f64) {
    let Some((name, rest)) = line.split_once('{') else {
        let (name, value) = line.split_once(' ').unwrap();
        return (name, Vec::new(), value.parse().unwrap_or_else(|_| panic!("no value: {line}")));
    };
    let (labels, value) = rest.rsplit_once("} ").unwrap_or_else(|| panic!("labels without an end: {line}"));
    let labels = labels.split("\",").map(|pair| {
        let (key, value) = pair.split_once("=\"").unwrap_or_else(|| panic!("a label without value: {line}"));
        (key, value.trim_end_matches('"'))
    });
    (name, labels.collect(), value.parse().unwrap_or_else(|_| panic!("no value: {line}")))
}

fn is_snake_case(name: &str) -> bool {
    let first = name.starts_with(|c: char| c.is_ascii_lowercase());
    first && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

/// Reads the text and checks its form.
fn families(text: &str) -> BTreeMap<String, Family> {
    let mut families: BTreeMap<String, Family> = BTreeMap::new();
    let mut seen = std::collections::HashSet::new();
    let mut current = String::new();
    for line in text.lines().filter(|line| !line.is_empty()) {
        if let Some(rest) = line.strip_prefix("# HELP ") {
            let (name, help) = rest.split_once(' ').unwrap_or_else(|| panic!("no help: {line}"));
            assert!(!families.contains_key(name), "{name} comes twice");
            families.entry(name.to_owned()).or_default().help = help.to_owned();
            name.clone_into(&mut current);
        } else if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, kind) = rest.split_once(' ').unwrap();
            assert_eq!(name, current, "the help stands before the type");
            families.get_mut(name).unwrap().kind = kind.to_owned();
        } else {
            let (name, labels, value) = sample(line);
            let family = families.get_mut(&current).unwrap();
            let endings: &[&str] =
                if family.kind == "histogram" { &["_bucket", "_sum", "_count"] } else { &[""] };
            let belongs = endings.iter().any(|ending| name.strip_suffix(ending) == Some(&current));
            assert!(belongs, "{name} is not of {current}");
            for (label, _) in &labels {
                assert!(is_snake_case(label), "label {label} of {name}");
                let reserved = ["le", "quantile"].contains(label);
                assert!(!reserved || name.ends_with("_bucket"), "label {label} of {name}");
            }
            let mut key = labels.iter().map(|(label, value)| format!("{label}={value}")).collect::<Vec<_>>();
            key.sort();
            assert!(seen.insert((name.to_owned(), key)), "twice: {line}");
            family.samples.push((name.to_owned(), value));
        }
    }
    families
}

/// The rules of `promtool check metrics`.
fn lint(name: &str, family: &Family) {
    let Family { help, kind, samples } = family;
    assert!(!help.is_empty() && !samples.is_empty(), "{name}: {family:?}");
    assert!(["counter", "gauge", "histogram"].contains(&kind.as_str()), "{name} is a {kind}");
    assert!(is_snake_case(name), "{name}");
    assert_eq!(name.ends_with("_total"), kind == "counter", "{name} is a {kind}");
    for ending in ["_bucket", "_count", "_sum", "_info"] {
        assert!(!name.ends_with(ending), "{name}");
    }
    for part in name.split('_') {
        assert!(!NOT_BASE.contains(&part), "{name}: {part} is no base unit");
        assert!(!["counter", "gauge", "histogram", "summary"].contains(&part), "{name} names its kind");
    }
    assert!(kind != "counter" || samples.iter().all(|(_, value)| *value >= 0.0), "{name}: {samples:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn prometheus_reads_the_metrics_without_complaint() {
    let directory = tempfile::tempdir().unwrap();
    let child = Child::serve(BINARY, directory.path());
    let admin = Person::enter(&child.client, ADMIN).await;
    let asha = Person::register(&child.client, "asha").await;
    asha.list_home("Two rooms", 5_000_000).await;
    let _listening = asha.client.listen("/api/realtime/stream", None).await;
    let text = child.management.get("/actuator/prometheus").await.expect(200).text;
    let families = families(&text);
    for (name, family) in &families {
        lint(name, family);
    }
    for wanted in [
        "connections_open",
        "disk_free_bytes",
        "health_up",
        "http_request_seconds",
        "process_cpu_seconds_total",
        "process_max_fds",
        "process_open_fds",
        "process_resident_memory_bytes",
        "process_start_time_seconds",
        "process_threads",
        "process_virtual_memory_bytes",
        "realtime_connections",
    ] {
        let family = families.get(wanted).unwrap_or_else(|| panic!("no {wanted} in {text}"));
        assert!(family.samples.iter().any(|(_, value)| *value > 0.0), "{wanted}: {family:?}");
    }
    assert!(families.contains_key("bus_group_position"), "{text}");
    assert!((families["realtime_connections"].samples[0].1 - 1.0).abs() < f64::EPSILON);
    let public = admin.client.get("/actuator/prometheus").await.expect(200);
    assert_eq!(public.header("content-type"), Some("text/plain; version=0.0.4"));
    by_promtool(&text);
    for_spring(&child, &admin, &families).await;
    child.kill();
}

/// The same registry in Spring Boot's words, at both ports.
async fn for_spring(child: &Child, admin: &Person, families: &BTreeMap<String, Family>) {
    let listed = admin.client.get("/actuator/metrics").await.expect(200).body["names"].clone();
    let names: Vec<&str> = listed.as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
    for name in families.keys().map(String::as_str).chain(["http.server.requests", "disk.free"]) {
        assert!(names.contains(&name), "no {name} in {names:?}");
    }
    let path = "/actuator/metrics/http.server.requests";
    let all = child.management.get(path).await.expect(200).body;
    assert_eq!(all["baseUnit"], "seconds");
    let count = |metric: &Value| {
        let all = metric["measurements"].as_array().unwrap();
        all.iter().find(|one| one["statistic"] == "COUNT").unwrap()["value"].as_f64().unwrap()
    };
    let narrowed = admin.client.get(&format!("{path}?tag=method:POST")).await.expect(200).body;
    assert!(count(&narrowed) >= 3.0 && count(&narrowed) < count(&all), "{narrowed} of {all}");
    let tags = narrowed["availableTags"].as_array().unwrap();
    assert!(!tags.is_empty() && tags.iter().all(|tag| tag["tag"] != "method"), "{narrowed}");
    admin.client.get(&format!("{path}?tag=method:NONE")).await.expect(404);
    admin.client.get("/actuator/metrics/unheard.of").await.expect(404);
    let refused = admin.client.get(&format!("{path}?tag=method")).await.expect(400);
    assert!(refused.body["error"]["fieldErrors"]["tag"].is_string(), "{}", refused.text);
}

fn by_promtool(text: &str) {
    let mut command = Command::new("promtool");
    let command = command
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .stdout(Stdio::piped());
    let Ok(mut process) = command.spawn() else {
        println!("SKIPPED: promtool is not on the path; our own rules were checked");
        return;
    };
    process.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let done = process.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&done.stderr).into_owned() + &String::from_utf8_lossy(&done.stdout);
    assert!(done.status.success() && said.trim().is_empty(), "{said}");
}
