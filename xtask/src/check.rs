//! Formatting, lints and documentation, as continuous integration checks them.

use std::process::Command;

use anyhow::{Context as _, ensure};
use tokio::time::Instant;

use crate::terminal::note;

/// Everything uses the profile of the tests, so that crates are compiled once.
const STAGES: [&[&str]; 3] = [
    &["fmt", "--all", "--check"],
    &["clippy", "--profile", "ci", "--workspace", "--all-targets", "--", "-D", "warnings"],
    &["doc", "--profile", "ci", "--workspace", "--no-deps"],
];

/// Stops at the first stage that fails.
pub fn check() -> anyhow::Result<()> {
    for arguments in STAGES {
        let line = format!("cargo {}", arguments.join(" "));
        note(&format!("check: {line}"));
        let began = Instant::now();
        let status = cargo().args(arguments).env("RUSTDOCFLAGS", "-D warnings").status();
        ensure!(status.with_context(|| format!("{line} cannot be started"))?.success(), "{line} failed");
        note(&format!("check: done in {:.0} s", began.elapsed().as_secs_f64()));
    }
    Ok(())
}

/// The cargo that runs this program, without the variables it set for this package. Build scripts would take them
/// for a change.
pub fn cargo() -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    for (name, _) in std::env::vars_os() {
        let ours = name.to_str().is_some_and(|name| {
            name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_") || name == "CARGO_BIN_NAME"
        });
        if ours {
            cargo.env_remove(name);
        }
    }
    cargo
}
