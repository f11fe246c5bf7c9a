//! `cargo xtask`: tasks that a developer runs by hand.

mod baseline;
mod bench;
mod check;
mod clients;
mod collection;
mod fuzz_api;
mod python;
mod terminal;

use std::path::PathBuf;

use clap::{Parser, Subcommand};

/// The server's allocator, so that a comparison measures programs and not allocators.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", about = "Tasks for developers")]
struct Cli {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Check formatting, lints and documentation
    Check,
    /// Measure the server beside its own limits, in one run
    Bench(bench::Options),
    /// Send requests made of the API's document, and check the answers
    FuzzApi(fuzz_api::Options),
    /// Generate clients from the API's document, compile them strictly, and run a scenario with each
    Clients(clients::Options),
    /// Write the API's document as calls for people who try it
    Collection(collection::Options),
    /// Serve the rows that the server is compared with
    #[command(hide = true)]
    Baseline {
        #[arg(long)]
        data_dir: PathBuf,
    },
}

fn main() -> anyhow::Result<()> {
    match Cli::parse().verb {
        Verb::Check => check::check(),
        Verb::Bench(options) => bench::bench(&options),
        Verb::FuzzApi(options) => fuzz_api::fuzz(&options),
        Verb::Clients(options) => clients::check(&options),
        Verb::Collection(options) => collection::collection(&options),
        Verb::Baseline { data_dir } => baseline::serve(&data_dir),
    }
}
