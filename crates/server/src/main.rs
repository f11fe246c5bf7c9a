//! The binary `hyderabadinfra`.

use std::process::ExitCode;

use anyhow::Context as _;
use clap::Parser as _;
use hyderabadinfra::cli::{
    Cli, Doctor, Export, Import, ImportSheet, Keys, TemplateKind, User, Verb, backup, connect, doctor,
    output, run, serve,
};
use hyderabadinfra::import::{ImportKind, LISTINGS, PRODUCTS};
use hyderabadinfra::settings::{self, Settings, Sources};
use hyderabadinfra::{open_files, private};

/// There are many small, short-lived allocations from many threads, for which the system's allocator retains far
/// more memory. Version 2 of mimalloc returns free memory within a tenth of a second. Version 3 waits a second,
/// so successive decoded uploads accumulate.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Blocking work is short queries and read-model transactions. More threads would only wait for the same cores,
/// and each needs memory of its own.
fn blocking_threads() -> usize {
    8 + 2 * std::thread::available_parallelism().map_or(2, usize::from)
}

fn main() -> ExitCode {
    private::keep_files_private();
    let _ = open_files::raise_limit();
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
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = runtime.enable_all().max_blocking_threads(blocking_threads()).build();
    let runtime = runtime.context("the runtime cannot start")?;
    let code = runtime.block_on(perform(&cli.verb, &settings))?;
    // A server prints no results, and its standard output may be closed by now.
    Ok(if matches!(cli.verb, Verb::Serve(_)) { code } else { output::ended(code) })
}

async fn perform(verb: &Verb, settings: &Settings) -> anyhow::Result<ExitCode> {
    match verb {
        Verb::Serve(serve) => serve::serve(settings, serve.demo).await,
        Verb::Import(Import::Listings(import)) => import_sheet(&LISTINGS, import, settings).await,
        Verb::Import(Import::Products(import)) => import_sheet(&PRODUCTS, import, settings).await,
        Verb::Import(Import::Template { kind, fields }) => {
            let kind = match kind {
                TemplateKind::Listings => LISTINGS.sheet,
                TemplateKind::Products => PRODUCTS.sheet,
            };
            let text = if *fields { sheet::field_list(kind) } else { sheet::template(kind) };
            output::line(text.trim_end());
            Ok(ExitCode::SUCCESS)
        }
        Verb::Export(Export::Products(export)) => {
            let on_behalf = export.owner.as_deref().map_or(connect::As::Operator, connect::As::Person);
            let place = connect::open(&export.target, settings, on_behalf).await?;
            let done = run::export_products(export, &place.client).await;
            place.close().await;
            done
        }
        Verb::DeadLetters(verb) => {
            let place = connect::open(verb.target(), settings, connect::As::Operator).await?;
            let done = run::dead_letters(verb, &place.client).await;
            place.close().await;
            done
        }
        Verb::Replay(verb) => {
            let place = connect::open(&verb.target, settings, connect::As::Operator).await?;
            let done = run::replay(verb, &place.client).await;
            place.close().await;
            done
        }
        Verb::Backup(verb) => {
            let runs = verb.target.server().is_some() || connect::running(&settings.data_dir)?.is_some();
            backup::must_name_a_place(verb, settings, runs)?;
            let place = connect::open(&verb.target, settings, connect::As::Operator).await?;
            let done = backup::back_up(&place.client).await;
            place.close().await;
            done
        }
        Verb::Restore(verb) => backup::restore(verb, settings),
        Verb::User(User::CreateAdmin(admin)) => connect::create_admin(admin, settings).await,
        Verb::User(User::Confirm(verb)) => connect::confirm(verb, settings).await,
        Verb::Keys(Keys::AcceptLost(verb)) => connect::accept_lost(verb, settings).await,
        Verb::Doctor(Doctor { backup: Some(directory), keys_from, .. }) => {
            backup::examine(directory, keys_from.as_deref(), settings)
        }
        Verb::Doctor(_) => doctor::examine(settings).await,
    }
}

async fn import_sheet(
    kind: &'static ImportKind,
    import: &ImportSheet,
    settings: &Settings,
) -> anyhow::Result<ExitCode> {
    let place = connect::open(&import.target, settings, connect::As::Person(&import.owner)).await?;
    let done = run::import_sheet(kind, import, &place.client).await;
    place.close().await;
    done
}
