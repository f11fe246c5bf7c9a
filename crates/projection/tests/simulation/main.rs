//! The event core under a seeded scheduler: the real journal, groups and read models. Failures: crashes at any
//! await, power cuts, commits that fail or whose reply is lost, panics, reordered and lost wake-ups, clock
//! jumps, archived months, a journal restored from a backup, cancelled callers, runners and outbox workers that
//! outlive their leases, and failing events of every kind. Operators redrive, discard, pause and rebuild. Users
//! read their own writes from lists, cached documents and an index. A broken rule is reported with its seed.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]
#![expect(clippy::print_stdout, reason = "a replayed seed prints its trace")]

mod actors;
mod chaos;
mod checker;
mod disk;
mod index;
mod letters;
mod reader;
mod rows;
mod scheduler;
mod truth;
mod unreliable;
mod world;
mod writer;

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Once};

use domain::{Clock, Timestamp};
use journal::{Journal, conformance};
use tokio::task::JoinSet;

use crate::chaos::Chaos;
use crate::world::{Outcome, World};

fn said(panic: &(dyn Any + Send)) -> Option<&str> {
    panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str))
}

/// The journal's writer panics with its own message when the fate of a commit is a panic.
fn is_simulated(panic: &(dyn Any + Send)) -> bool {
    said(panic).is_some_and(|said| said.starts_with("simulated:") || said.starts_with("the commit is done"))
}

/// Panics are part of the simulation. Only unexpected ones are printed.
fn quiet_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let print = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if !is_simulated(info.payload()) {
                print(info);
            }
        }));
    });
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap())
}

fn run(seed: u64, printed: bool) -> Outcome {
    quiet_panics();
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    let run = || runtime.block_on(World::new(seed, printed).run());
    catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|_| Err("a panic, printed above".into()))
}

#[test]
fn every_seed_keeps_the_rules() {
    if let Some(seed) = number("HYD_TEST_SEED") {
        let outcome = run(seed, true);
        println!("seed {seed}: {outcome:?}");
        assert!(outcome.is_ok());
        return;
    }
    let mut steps = 0;
    let first = number("HYD_TEST_FIRST_SEED").unwrap_or(0);
    for seed in first..first + number("HYD_TEST_SEEDS").unwrap_or(1000) {
        match run(seed, false) {
            Ok((done, _)) => steps += done,
            Err(broken) => panic!(
                "seed {seed}: {broken}\nreplay it with: HYD_TEST_SEED={seed} cargo test --profile ci -p projection \
                 --test simulation -- --nocapture"
            ),
        }
    }
    println!("{steps} steps");
}

#[test]
fn a_seed_always_gives_the_same_trace() {
    for seed in 0..10 {
        let first = run(seed, false);
        assert_eq!(run(seed, false), first, "seed {seed}");
        assert_ne!(run(seed + 1_000_000, false), first, "another seed than {seed}");
    }
}

/// Without failures, the simulated journal keeps every promise that a journal makes.
#[tokio::test]
async fn the_driven_journal_keeps_every_promise() {
    let clock = Clock::manual(Timestamp::from_micros(1_790_000_000_000_000));
    let directory = tempfile::tempdir().unwrap();
    let chaos = Arc::new(Chaos::new(0, false));
    chaos.calm_down();
    let (journal, drivers) = truth::open(directory.path(), &clock, &chaos).unwrap();
    let mut writers = JoinSet::new();
    for driver in drivers {
        writers.spawn(driver.run());
    }
    let journal: Arc<dyn Journal> = journal;
    conformance::all(&journal).await;
    conformance::all_at_once(&journal).await;
}
