//! `cargo xtask clients`: checks the API document with a linter, generates a TypeScript and a Python client from it,
//! compiles both strictly, and runs one scenario with each against a server.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, ensure};
use clap::Args;

use crate::bench::process::Process;
use crate::collection;
use crate::python;
use crate::terminal::note;

/// The administrator of the server that the clients talk to.
const ADMIN: &str = "admin@example.com";
const PASSWORD: &str = "a password for clients";

#[derive(Debug, Args)]
pub struct Options {
    /// A server that is built already
    #[arg(long, default_value = "target/ci/hyderabadinfra")]
    program: PathBuf,
}

/// Fails when the document has an error, or a client does not compile or run.
pub fn check(options: &Options) -> anyhow::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("no workspace")?;
    let typescript = root.join("tests/clients/typescript");
    run(npm(&typescript, &["ci", "--no-audit", "--no-fund", "--loglevel=error"]))?;
    note("clients: the API document");
    run(npm(&typescript, &["run", "--silent", "lint"]))?;
    note("clients: TypeScript, generated and compiled");
    run(npm(&typescript, &["run", "--silent", "generate"]))?;
    run(npm(&typescript, &["run", "--silent", "compile"]))?;
    note("clients: Python, generated and compiled");
    let python = PythonClient::generated(root)?;
    python.compiled()?;

    let data = tempfile::tempdir()?;
    let mut serve = Command::new(std::path::absolute(&options.program)?);
    serve.arg("serve").env_clear();
    for (name, value) in [
        ("HYD_DATA_DIR", data.path().display().to_string()),
        ("HYD_LISTEN", "127.0.0.1:0".into()),
        ("HYD_MANAGEMENT_LISTEN", "127.0.0.1:0".into()),
        ("HYD_LOG_LEVEL", "warn".into()),
        ("HYD_ADMIN_EMAIL", ADMIN.into()),
        ("HYD_ADMIN_PASSWORD", PASSWORD.into()),
    ] {
        serve.env(name, value);
    }
    let server = Process::start(&mut serve, &root.join("target/clients-server.log"))?;
    let base = format!("http://{}", server.address("http://")?);
    run(npm(&typescript, &["run", "--silent", "scenario", "--", &base]))?;
    note("clients: the Postman collection");
    collection::collection(&collection::Options { check: true })?;
    let postman = root.join("tests/clients/postman");
    run(npm(&postman, &["ci", "--no-audit", "--no-fund", "--loglevel=error"]))?;
    let variables = [("baseUrl", base.as_str()), ("email", ADMIN), ("password", PASSWORD)];
    let variables: Vec<String> = variables
        .iter()
        .flat_map(|(name, value)| ["--env-var".to_owned(), format!("{name}={value}")])
        .collect();
    let walk = ["run", "--silent", "walk", "--"].into_iter().chain(variables.iter().map(String::as_str));
    run(npm(&postman, &walk.collect::<Vec<_>>()))?;
    python.scenario(&base)
}

fn npm(directory: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new("npm");
    command.args(arguments).current_dir(directory);
    command
}

fn run(mut command: Command) -> anyhow::Result<()> {
    let status = command.status().with_context(|| format!("cannot start {command:?}"))?;
    ensure!(status.success(), "failed: {command:?}");
    Ok(())
}

/// The generated Python client and the environment it runs in.
struct PythonClient {
    scenario: PathBuf,
    python: PathBuf,
    package: PathBuf,
}

impl PythonClient {
    fn generated(root: &Path) -> anyhow::Result<Self> {
        let directory = root.join("tests/clients/python");
        let python =
            python::environment(&root.join("target/python-client"), &directory.join("requirements.txt"))?;
        let package = root.join("target/python-client/package");
        let mut generate = Command::new(&python);
        generate.args(["-m", "openapi_python_client", "generate", "--overwrite", "--path"]);
        generate.arg(root.join("docs/openapi.json")).arg("--output-path").arg(&package);
        // It warns about answers that are files, and about formatters that are not installed.
        let made = generate.output().context("the generator cannot be started")?;
        ensure!(made.status.success(), "no Python client:\n{}", String::from_utf8_lossy(&made.stderr));
        Ok(Self { scenario: directory.join("scenario.py"), python, package })
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.python);
        command.current_dir(&self.package).env("PYTHONPATH", &self.package).env("MYPYPATH", &self.package);
        command
    }

    fn compiled(&self) -> anyhow::Result<()> {
        let mut mypy = self.command();
        mypy.args(["-m", "mypy", "--strict", "--no-error-summary"])
            .arg("hyderabad_infra_client")
            .arg(&self.scenario);
        run(mypy)
    }

    fn scenario(&self, base: &str) -> anyhow::Result<()> {
        let mut scenario = self.command();
        scenario.arg(&self.scenario).arg(base);
        run(scenario)
    }
}
