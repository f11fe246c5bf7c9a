//! How long one person waits during attacks: a reader's requests alone, under each attack, and under all attacks,
//! in turn. Each measurement follows a quiet one directly, so that other load on the machine affects both alike.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::Context as _;
use testkit::hostile::{AS_FROM_MANY_NETWORKS, Attack, Crowd, Times};
use testkit::{Child, Person};

use super::sample::median;
use crate::terminal::{note, say};

const SOCKETS: usize = 1000;
const SPAN: Duration = Duration::from_secs(5);
/// The pause between two requests of the reader.
const PAUSE: Duration = Duration::from_millis(2);
/// The upload quota of one person on this machine.
const FILES_MIB: &str = "500";

/// The reader's waiting times, in milliseconds.
#[derive(Clone, Copy, Debug)]
struct Wait {
    quiet: [f64; 2],
    attacked: [f64; 2],
}

/// Measures `rounds` times, and prints the result.
pub fn measure(binary: &Path, work: &Path, rounds: usize) -> anyhow::Result<()> {
    // This runtime serves only the reader. The attackers have a separate one.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(rounds_of(binary, work, rounds))
}

async fn rounds_of(binary: &Path, work: &Path, rounds: usize) -> anyhow::Result<()> {
    let child = Child::start(Command::new(binary), work, |command| {
        let quotas =
            [("HYD_QUOTAS_UNCONFIRMED_FILES_MIB", FILES_MIB), ("HYD_QUOTAS_UNCONFIRMED_FILES", "10000")];
        command.envs(AS_FROM_MANY_NETWORKS).envs(quotas);
    });
    note("registering people");
    let reader = Person::register(&child.client, "reader").await;
    let home = reader.list_home("A villa with a view", 9_000_000).await;
    let home = home["id"].as_str().context("a home without an id")?.to_owned();
    let crowd = Crowd::gather(&child.client, &home, SOCKETS).await;
    let paths = [format!("/api/properties/{home}"), "/api/search/properties?query=villa".to_owned()];
    let reader = reader.apart();
    let read = || Times::of(&reader.client, &paths, PAUSE, SPAN);
    let seen = |times: &Times| [times.percentile(50), times.percentile(95)];

    let alone = Attack::ALL.map(|attack| (attack.name(), vec![attack]));
    let kinds: Vec<_> =
        [("nobody", vec![])].into_iter().chain(alone).chain([("all", Attack::ALL.to_vec())]).collect();
    let mut waits = vec![Vec::new(); kinds.len()];
    // Warm-up: do once what happens only at the first request.
    read().await;
    for round in 1..=rounds {
        for ((name, attacks), waits) in kinds.iter().zip(&mut waits) {
            note(&format!("round {round} of {rounds}: {name}"));
            let quiet = seen(&read().await);
            let attacked = seen(&crowd.beside(attacks, read()).await);
            waits.push(Wait { quiet, attacked });
        }
    }
    for ((name, _), waits) in kinds.iter().zip(&waits) {
        say(&row(name, waits).context("no rounds")?);
    }
    let done = crowd.done().map(|(attack, times)| format!("{times} {}", attack.name()));
    let memory = child.peak_memory().unwrap_or_default() / 1_000_000;
    say(&format!("{}; {memory} MB of memory at most", done.join(", ")));
    Ok(())
}

fn row(name: &str, waits: &[Wait]) -> Option<String> {
    let of = |read: fn(&Wait) -> f64| median(waits.iter().map(read).collect());
    let ratios: Vec<f64> = waits.iter().map(|wait| wait.attacked[1] / wait.quiet[1]).collect();
    let (least, most) = (ratios.iter().copied().reduce(f64::min)?, ratios.iter().copied().reduce(f64::max)?);
    Some(format!(
        "- {name}: quiet p50 {:.2} ms, p95 {:.2} ms; attacked p50 {:.2} ms, p95 {:.2} ms; p95 {:.1} times ({least:.1} to \
         {most:.1})",
        of(|wait| wait.quiet[0])?,
        of(|wait| wait.quiet[1])?,
        of(|wait| wait.attacked[0])?,
        of(|wait| wait.attacked[1])?,
        median(ratios)?,
    ))
}
