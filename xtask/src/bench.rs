//! Compares the server with the baseline of the same machine. Every round runs every row once, in order, so that
//! other load on the machine affects all rows alike. The results are medians over the rounds. A missed target is
//! reported, but is never a failure.

mod facts;
mod fanout;
mod hostile;
mod journeys;
mod lag;
mod listing;
mod lists;
mod load;
mod machine;
pub mod process;
mod report;
mod rows;
mod sample;
mod scene;
mod shop;
mod versions;
mod volume;
mod wire;

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use clap::Args;
use tokio::time::Instant;

use crate::check::cargo;
use crate::terminal::{note, say};
use facts::GeneratedFacts;
use fanout::Fanout;
use journeys::{Journeys, ReadBack};
use lag::Lag;
use process::Process;
use report::Report;
use scene::Scene;
use shop::Shop;

/// How to measure.
#[derive(Debug, Args)]
pub struct Options {
    /// Seconds of load in each row of each round
    #[arg(long)]
    seconds: Option<u64>,
    /// Rounds; the result is their median
    #[arg(long)]
    rounds: Option<usize>,
    /// Only these rows, such as c,d
    #[arg(long, value_delimiter = ',')]
    only: Vec<char>,
    /// A first impression in under a minute: three short rounds, fewer events
    #[arg(long)]
    quick: bool,
    /// Instead: so many activity events (ten million) appended, archived and read through; the journal alone
    #[arg(long, value_name = "EVENTS", num_args = 0..=1, default_missing_value = "10000000")]
    volume: Option<u64>,
    /// Instead: what a reader waits while hostile people are at work, so many rounds (five) of each attack and of all
    #[arg(long, value_name = "ROUNDS", num_args = 0..=1, default_missing_value = "5")]
    hostile: Option<usize>,
    /// Instead: what each list costs among so many rows (a million), and among ten thousand
    #[arg(long, value_name = "ROWS", num_args = 0..=1, default_missing_value = "1000000")]
    lists: Option<u64>,
    /// Instead: this version and another in turn, whose xtask and server are in this directory; at least 15 rounds tell
    #[arg(long, value_name = "DIRECTORY")]
    against: Option<PathBuf>,
    /// Also write the report to this file
    #[arg(long)]
    save: Option<PathBuf>,
}

/// The amount of each measurement.
#[derive(Clone, Copy, Debug)]
struct Plan {
    time: Duration,
    rounds: usize,
    facts: u64,
    /// Commands of the paced row, one each millisecond.
    paced: u64,
    /// For each round.
    creations: usize,
    sign_ins: usize,
}

impl Options {
    fn plan(&self) -> Plan {
        let (seconds, rounds, facts, paced, creations, sign_ins) =
            if self.quick { (1, 3, 50_000, 3_000, 30, 10) } else { (3, 5, 200_000, 10_000, 100, 20) };
        Plan {
            time: Duration::from_secs(self.seconds.unwrap_or(seconds).max(1)),
            rounds: self.rounds.unwrap_or(rounds).max(1),
            facts,
            paced,
            creations,
            sign_ins,
        }
    }

    fn wants(&self, letter: char) -> bool {
        self.only.is_empty() || self.only.contains(&letter)
    }

    fn wants_any(&self, letters: &str) -> bool {
        letters.chars().any(|letter| self.wants(letter))
    }
}

/// Measures, prints the report, and saves it if asked to.
#[expect(clippy::too_many_lines, reason = "one measurement after the other")]
pub fn bench(options: &Options) -> anyhow::Result<()> {
    if let Some(events) = options.volume {
        return at_volume(events);
    }
    let unknown = options.only.iter().find(|letter| !('a'..='m').contains(*letter));
    ensure!(unknown.is_none(), "there is no row {unknown:?}; the rows are a to m");
    if let Some(other) = &options.against {
        let rounds = options.rounds.unwrap_or(15);
        let seconds = options.seconds.unwrap_or(1);
        return versions::compare(other, &options.only, rounds, seconds);
    }
    let plan = options.plan();
    let built = cargo().args(["build", "--release", "--package", "hyderabadinfra"]).status();
    ensure!(built.context("cargo cannot be started")?.success(), "the server does not build");
    // The work directory is beside the binaries, on the disk to be measured. A temporary directory may be in
    // memory.
    let binaries = std::env::current_exe()?.parent().context("no directory of binaries")?.to_owned();
    let work = tempfile::Builder::new().prefix("bench-").tempdir_in(&binaries)?;
    if let Some(rounds) = options.hostile {
        return hostile::measure(&binaries.join("hyderabadinfra"), work.path(), rounds.max(1));
    }
    if let Some(rows) = options.lists {
        return lists::measure(&binaries, work.path(), rows, options.rounds.unwrap_or(7).max(1));
    }
    let mut report = Report::new(machine::describe(work.path())?, plan);

    let path = |name: &str| work.path().join(name);
    let mut baseline = Command::new(binaries.join("xtask"));
    baseline.arg("baseline").arg("--data-dir").arg(work.path());
    let baseline = Process::start(&mut baseline, &path("baseline.log"))?;
    let server =
        Process::start(&mut server(&binaries.join("hyderabadinfra"), &path("data")), &path("server.log"))?;
    let scene = Scene::set(server.address("is ready at http://")?, server.address("metrics at http://")?)?;
    let mut rows = rows::all(&baseline, &scene)?;
    if options.wants_any("jklm") {
        rows.extend(rows::of_shop(scene.address, &Shop::set(scene.address)?));
    }
    rows.retain(|row| options.wants(row.letter));
    let runtime = tokio::runtime::Runtime::new()?;
    let facts = if options.wants('g') {
        note("filling a journal");
        let facts = runtime.block_on(GeneratedFacts::fill(&path("facts"), plan.facts))?;
        report.filled(facts.filled_per_second);
        Some(facts)
    } else {
        None
    };
    let lag = if options.wants_any("gi") { Some(runtime.block_on(Lag::open(&path("lag")))?) } else { None };
    let mut fanout = match &lag {
        Some(lag) if options.wants('i') => Some(runtime.block_on(Fanout::open(lag))?),
        _ => None,
    };
    let journeys = if options.wants('h') { Some(Journeys::set(&scene)?) } else { None };
    report.idle(server.memory()?);

    for round in 1..=plan.rounds {
        note(&format!("round {round} of {}", plan.rounds));
        for row in &rows {
            report.figure(row.letter, row.what, row.run(plan.time)?);
            if row.ours {
                let began = Instant::now();
                scene.settle()?;
                report.settled(row.letter, began.elapsed());
            }
        }
        if let (Some(facts), Some(lag)) = (&facts, &lag) {
            report.caught_up(runtime.block_on(facts.catch_up(&path("views"), round))?);
            report.lag(runtime.block_on(lag.paced(round, plan.paced))?);
        }
        if let Some(fanout) = &mut fanout {
            report.fanout(runtime.block_on(fanout.tell(plan.paced / 5))?);
        }
        if let Some(journeys) = &journeys {
            report.creations(&journeys.create(round, plan.creations, ReadBack::History)?);
            report.finds(&journeys.create(round, plan.creations, ReadBack::Search)?);
            report.sign_ins(&journeys.sign_in(plan.sign_ins)?);
        }
    }
    if options.wants_any("defh") {
        report.memory(server.memory()?, baseline.memory()?);
    }
    if let Some(fanout) = fanout {
        runtime.block_on(fanout.close());
    }
    if let Some(lag) = lag {
        runtime.block_on(lag.close());
    }
    let text = report.render();
    say(&text);
    match &options.save {
        Some(file) => {
            std::fs::write(file, text).with_context(|| format!("{} cannot be written", file.display()))
        }
        None => Ok(()),
    }
}

/// Appends a month of activity with an example of the journal, so that nothing else needs to be built.
fn at_volume(events: u64) -> anyhow::Result<()> {
    let example = ["run", "--release", "--package", "journal", "--example", "volume", "--"];
    let ran = cargo().args(example).arg(events.to_string()).status().context("cargo cannot be started")?;
    ensure!(ran.success(), "the measurement did not come to its end");
    let binaries = std::env::current_exe()?.parent().context("no directory of binaries")?.to_owned();
    let work = tempfile::Builder::new().prefix("volume-").tempdir_in(&binaries)?;
    tokio::runtime::Runtime::new()?.block_on(volume::measure(work.path(), events))
}

/// The real binary with default settings, except ports, data directory and limits.
fn server(binary: &std::path::Path, data_dir: &std::path::Path) -> Command {
    let mut server = Command::new(binary);
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(|name| name.starts_with("HYD_")) {
            server.env_remove(name);
        }
    }
    server
        .arg("serve")
        .env("HYD_DATA_DIR", data_dir)
        .env("HYD_LISTEN", "127.0.0.1:0")
        .env("HYD_MANAGEMENT_LISTEN", "127.0.0.1:0")
        .env("HYD_LIMITS_ENABLED", "false")
        .env("HYD_ADMIN_EMAIL", shop::ADMIN)
        .env("HYD_ADMIN_PASSWORD", scene::PASSWORD)
        .env("HYD_CONNECTIONS_MOST_PER_ADDRESS", "100000")
        .env("HYD_SESSIONS_ACCESS_SECONDS", "86400");
    server
}
