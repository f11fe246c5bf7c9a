//! `cargo xtask fuzz-api`: sends valid and invalid requests, generated from the API's document, to a separate
//! server as a person, a moderator and an administrator. No response may be a 5xx, or one that the document does
//! not describe.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, ensure};
use clap::Args;

use crate::bench::process::Process;
use crate::check::cargo;
use crate::python;
use crate::terminal::note;

const ADMIN: &str = "admin@example.com";
const PASSWORD: &str = "a long and private phrase";
const ROLES: [&str; 3] = ["USER", "MODERATOR", "ADMIN"];
const CHECKS: &str =
    "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance";

/// Operations that are not tested, and why.
const LEFT_OUT: [(&str, &str); 1] =
    [("/api/realtime/stream", "its answer has no end: tests/it/realtime.rs listens to it")];

#[derive(Debug, Args)]
pub struct Options {
    /// Generated cases per operation and role, besides those that walk the limits of each parameter
    #[arg(long, default_value_t = 60)]
    cases: u32,
    /// Seconds for each role
    #[arg(long, default_value_t = 900)]
    seconds: u32,
    /// Leave out the cases that walk the limits of each parameter
    #[arg(long)]
    short: bool,
    /// A server that is built already
    #[arg(long)]
    program: Option<PathBuf>,
    /// Where the random cases begin
    #[arg(long, default_value_t = 1)]
    seed: u32,
}

/// Fails when a response was wrong.
pub fn fuzz(options: &Options) -> anyhow::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("no workspace")?;
    let target = root.join("target");
    let python = python::environment(&target.join("schemathesis"), &root.join("tests/api/requirements.txt"))?;
    let program = match &options.program {
        Some(program) => program.clone(),
        None => built(&target)?,
    };
    let data = tempfile::tempdir()?;
    let mut serve = Command::new(program);
    serve.arg("serve").env_clear();
    for (name, value) in settings(data.path()) {
        serve.env(name, value);
    }
    let log = target.join("fuzz-api-server.log");
    let server = Process::start(&mut serve, &log)?;
    let base = format!("http://{}", server.address("http://")?);
    let mut failed = Vec::new();
    for role in ROLES {
        note(&format!("fuzz-api: as {role}"));
        if !run(root, &python, &base, role, options)? {
            failed.push(role);
        }
    }
    ensure!(
        failed.is_empty(),
        "answers were wrong as {}; what the server said is in {}",
        failed.join(", "),
        log.display()
    );
    Ok(())
}

fn built(target: &Path) -> anyhow::Result<PathBuf> {
    let built = cargo().args(["build", "--release", "-p", "hyderabadinfra"]).status()?;
    ensure!(built.success(), "the server could not be built");
    Ok(target.join("release/hyderabadinfra"))
}

fn settings(data: &Path) -> Vec<(&'static str, String)> {
    [
        ("HYD_DATA_DIR", data.display().to_string()),
        ("HYD_LISTEN", "127.0.0.1:0".into()),
        ("HYD_MANAGEMENT_LISTEN", "127.0.0.1:0".into()),
        ("HYD_LIMITS_ENABLED", "false".into()),
        ("HYD_SESSIONS_ACCESS_SECONDS", "86400".into()),
        ("HYD_LOG_LEVEL", "warn".into()),
        ("HYD_ADMIN_EMAIL", ADMIN.into()),
        ("HYD_ADMIN_PASSWORD", PASSWORD.into()),
    ]
    .into()
}

fn run(root: &Path, python: &Path, base: &str, role: &str, options: &Options) -> anyhow::Result<bool> {
    let phases = if options.short { "examples,fuzzing" } else { "examples,coverage,fuzzing" };
    let mut command = Command::new(python);
    command
        .args(["-m", "schemathesis.cli", "run"])
        .arg(format!("{base}/v3/api-docs"))
        .args(["--checks", CHECKS, "--phases", phases, "--continue-on-failure", "--no-shrink"])
        .args(["--suppress-health-check", "all", "--warnings", "off", "--request-timeout", "30"])
        .args(["--max-examples", &options.cases.to_string(), "--max-time", &options.seconds.to_string()])
        .args(["--seed", &options.seed.to_string()]);
    for (path, _) in LEFT_OUT {
        command.args(["--exclude-path", path]);
    }
    let status = command
        .env("SCHEMATHESIS_HOOKS", "identities")
        .env("PYTHONPATH", root.join("tests/api"))
        .env("HYD_FUZZ_BASE", base)
        .env("HYD_FUZZ_ROLE", role)
        .env("HYD_FUZZ_ADMIN", ADMIN)
        .env("HYD_FUZZ_SEED", options.seed.to_string())
        .current_dir(root.join("target"))
        .status();
    Ok(status.context("schemathesis cannot be started")?.success())
}
