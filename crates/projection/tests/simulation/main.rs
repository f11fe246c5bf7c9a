//! The event core under a seeded scheduler: the real groups and read models over a model journal, with crashes at any
//! await, power cuts, reordered and lost wake-ups, calls that fail or are done without being told, clocks that jump,
//! runners and couriers that sleep past their leases and live on beside their successors, poison, redrives and
//! rebuilds. A broken rule names its seed.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]
#![expect(clippy::print_stdout, reason = "a replayed seed prints its trace")]

mod actors;
mod chaos;
mod checker;
mod letters;
mod model;
mod rows;
mod scheduler;
mod unreliable;
mod world;
mod writer;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use domain::{Clock, Timestamp};
use journal::{Journal, conformance};

use crate::model::ModelJournal;
use crate::world::{Outcome, World};

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap())
}

fn run(seed: u64, printed: bool) -> Outcome {
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
    for seed in 0..number("HYD_TEST_SEEDS").unwrap_or(1000) {
        match run(seed, false) {
            Ok((done, _)) => steps += done,
            Err(broken) => panic!(
                "seed {seed}: {broken}\nreplay it with: HYD_TEST_SEED={seed} cargo test --release -p projection \
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

#[tokio::test]
async fn the_model_journal_keeps_every_promise() {
    let clock = Clock::manual(Timestamp::from_micros(1_790_000_000_000_000));
    let journal: Arc<dyn Journal> = Arc::new(ModelJournal::open(&Arc::default(), &clock));
    conformance::all(&journal).await;
    conformance::all_at_once(&journal).await;
}
