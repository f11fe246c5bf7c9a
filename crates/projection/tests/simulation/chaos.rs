//! All random decisions of a run, drawn from its seed, and the trace of those decisions.

use std::fmt::Display;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Mutex;
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use tokio::time::{Instant, sleep_until};

pub struct Chaos(Mutex<State>);

struct State {
    random: StdRng,
    /// No more failures: everything recovers.
    calm: bool,
    printed: bool,
    steps: u64,
    trace: DefaultHasher,
    failure: Option<String>,
}

impl Chaos {
    pub fn new(seed: u64, printed: bool) -> Self {
        let random = StdRng::seed_from_u64(seed);
        let trace = DefaultHasher::new();
        Self(Mutex::new(State { random, calm: false, printed, steps: 0, trace, failure: None }))
    }

    /// A number from `from` to `to`, both inclusive.
    pub fn draw(&self, from: u64, to: u64) -> u64 {
        self.0.lock().unwrap().random.random_range(from..=to)
    }

    pub fn one_in(&self, many: u64) -> bool {
        self.draw(1, many) == 1
    }

    /// Whether a call fails now that fails once in `many` times.
    pub fn fails(&self, many: u64) -> bool {
        !self.0.lock().unwrap().calm && self.one_in(many)
    }

    pub fn calm_down(&self) {
        self.0.lock().unwrap().calm = true;
    }

    /// Lets other tasks run first, or time pass.
    pub async fn pause(&self) {
        for _ in 0..self.draw(0, 3) {
            tokio::task::yield_now().await;
        }
        if self.one_in(12) {
            self.sleep(1, 40).await;
        }
    }

    pub async fn sleep(&self, from_ms: u64, to_ms: u64) {
        // On the paused clock, so that no real time passes.
        sleep_until(Instant::now() + Duration::from_millis(self.draw(from_ms, to_ms))).await;
    }

    /// Adds a line to the trace.
    pub fn note(&self, line: impl Display) {
        let mut state = self.0.lock().unwrap();
        let line = line.to_string();
        line.hash(&mut state.trace);
        state.steps += 1;
        if state.printed {
            println!("{:6} {line}", state.steps);
        }
    }

    pub fn trace(&self) -> (u64, u64) {
        let state = self.0.lock().unwrap();
        (state.steps, state.trace.finish())
    }

    /// Reports a broken rule; the first one is kept.
    pub fn broken(&self, what: impl Display) {
        self.note(format_args!("BROKEN: {what}"));
        self.0.lock().unwrap().failure.get_or_insert(what.to_string());
    }

    pub fn failure(&self) -> Option<String> {
        self.0.lock().unwrap().failure.clone()
    }
}
