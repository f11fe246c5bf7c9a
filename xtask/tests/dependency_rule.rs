//! Which crates may depend on which. The crate names follow the data flow: domain, journal, bus, projection,
//! http-kit, sheet (and supervisor, which depends on none of them), then the services side by side, the gateway in front
//! of them, and one composition root that depends on all.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::collections::BTreeMap;
use std::process::Command;

use serde_json::Value;

const PLATFORM: &[&str] = &["domain", "supervisor", "journal", "bus", "projection", "http-kit", "sheet"];

/// Which workspace crates each crate may depend on, including for tests and builds. `None` means all.
fn allowed(name: &str) -> Option<Vec<&'static str>> {
    let some = match name {
        "domain" | "supervisor" | "web" => vec![],
        "journal" => vec!["domain", "supervisor"],
        "bus" => vec!["domain", "supervisor", "journal"],
        "projection" => vec!["domain", "supervisor", "journal", "bus"],
        "http-kit" => vec!["domain", "supervisor", "journal", "bus", "projection"],
        "sheet" => vec!["domain", "supervisor", "journal", "bus", "projection", "http-kit"],
        "users" | "properties" | "catalogue" | "search" | "history" | "notifications" | "files"
        | "partners" | "analytics" | "market" | "gateway" => PLATFORM.to_vec(),
        "testkit" => [PLATFORM, &["hyderabadinfra"]].concat(),
        "hyderabadinfra" | "xtask" => return None,
        other => panic!("{other} is not in the dependency rule: say in this test what it may depend on"),
    };
    Some(some)
}

fn ours() -> BTreeMap<String, Vec<String>> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let packages = metadata["packages"].as_array().unwrap().iter();
    packages
        .map(|package| {
            let dependencies = package["dependencies"].as_array().unwrap().iter();
            // A workspace crate has a path and no source.
            let ours = dependencies.filter(|dependency| dependency["source"].is_null());
            (text(&package["name"]), ours.map(|dependency| text(&dependency["name"])).collect())
        })
        .collect()
}

#[test]
fn crates_depend_along_the_data_flow_only() {
    let crates = ours();
    assert!(crates.len() > 10, "the metadata lists the workspace: {crates:?}");
    let mut wrong = Vec::new();
    for (name, dependencies) in &crates {
        let Some(allowed) = allowed(name) else { continue };
        let bad = dependencies.iter().filter(|dependency| !allowed.contains(&dependency.as_str()));
        wrong.extend(bad.map(|dependency| format!("{name} must not depend on {dependency}")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
