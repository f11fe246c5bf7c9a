//! The binary `hyderabadinfra`.

use std::process::ExitCode;

use anyhow::{Context as _, bail};
use clap::Parser as _;
use hyderabadinfra::cli::{Cli, Import, Target, Verb, output, run};
use hyderabadinfra::settings::{self, Settings, Sources};

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(usage) => return output::usage(&usage),
    };
    match start(&cli) {
        Ok(code) => code,
        Err(error) => {
            output::error(&error);
            ExitCode::FAILURE
        }
    }
}

fn start(cli: &Cli) -> anyhow::Result<ExitCode> {
    if let Verb::Doctor(doctor) = &cli.verb
        && doctor.defaults
    {
        output::line(settings::DEFAULT_TOML.trim_end());
        return Ok(ExitCode::SUCCESS);
    }
    let (place, flags) = cli.verb.place_and_flags();
    let sources = Sources { config: place.config, environment: std::env::vars_os().collect(), flags };
    let settings = settings::load(&sources)?;
    let runtime = tokio::runtime::Runtime::new().context("the runtime cannot start")?;
    runtime.block_on(perform(&cli.verb, &settings))
}

async fn perform(verb: &Verb, _settings: &Settings) -> anyhow::Result<ExitCode> {
    match verb {
        Verb::Import(Import::Listings(import)) => {
            run::import_listings(import, &client(&import.target)?, &mut rand::rng()).await
        }
        Verb::DeadLetters(verb) => run::dead_letters(verb, &client(verb.target())?).await,
        Verb::Serve(_) | Verb::User(_) | Verb::Doctor(_) => bail!("the application is not wired yet"),
    }
}

fn client(target: &Target) -> anyhow::Result<hyderabadinfra::api_client::ApiClient> {
    let Some(server) = target.server() else { bail!("name a running server with --server URL") };
    run::remote_client(server, std::env::var("HYD_TOKEN").ok().as_deref())
}
