//! Named tasks and threads that live as long as the process. One that panics is reported and restarted; none
//! dies unnoticed.
//!
//! ```text
//! work -> panic -> log line, task_panics_total{task}, not up -> pause (100 ms, doubled up to 30 s) -> work again
//! ```
//! [`wake`] has wait functions for loops: none of them spins when the other side of its channel is gone.
#![warn(missing_docs)]

mod background;
mod demand;
mod faults;
pub mod priority;
mod supervised;
#[cfg(test)]
mod tests;
pub mod wake;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

pub use background::Background;
pub use demand::{Demand, Waiter};
pub use faults::Faults;
use supervised::TaskState;
pub use supervised::{STEADY, Supervised};

type All = BTreeMap<Arc<str>, Arc<Mutex<TaskState>>>;

/// Knows all supervised tasks and threads of a process. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct Supervisor {
    all: Arc<Mutex<All>>,
    faults: Faults,
}

/// The status of a task or thread.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskStatus {
    /// The task's name.
    pub name: Arc<str>,
    /// It is running and has run for [`STEADY`] since its last panic, or it has ended normally.
    pub up: bool,
    /// Number of panics since the process started.
    pub panics: u64,
    /// The message of the last panic.
    pub error: Option<String>,
}

impl Supervisor {
    /// A supervisor whose tasks panic when `faults` says so: for tests, and for trying out one's monitoring.
    #[must_use]
    pub fn with(faults: Faults) -> Self {
        Self { faults, ..Self::default() }
    }

    /// The switch that makes tasks panic on purpose.
    #[must_use]
    pub fn faults(&self) -> &Faults {
        &self.faults
    }

    /// The task or thread with this name; it is registered if it is new.
    #[must_use]
    pub fn named(&self, name: impl Into<Arc<str>>) -> Supervised {
        let name = name.into();
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        let state = Arc::clone(all.entry(Arc::clone(&name)).or_default());
        Supervised::new(name, state, self.faults.clone())
    }

    /// The status of all tasks and threads, sorted by name.
    #[must_use]
    pub fn standings(&self) -> Vec<TaskStatus> {
        let all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        let told = |(name, state): (&Arc<str>, &Arc<Mutex<TaskState>>)| {
            state.lock().unwrap_or_else(PoisonError::into_inner).told(name)
        };
        all.iter().map(told).collect()
    }
}
