//! Tasks and threads that live as long as the process, by name. One that panics is reported and runs again; nothing
//! dies without being noticed.
//!
//! ```text
//! work -> panic -> log line, task_panics_total{task}, not up -> pause (100 ms, doubled up to 30 s) -> work again
//! ```
//! [`wake`] has the waits for loops: none of them spins when the other side of its channel is gone.
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

/// Knows every supervised task and thread of a process. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct Supervisor {
    all: Arc<Mutex<All>>,
    faults: Faults,
}

/// How a task or thread is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskStatus {
    /// Its name.
    pub name: Arc<str>,
    /// It runs, and has run for [`STEADY`] since it last panicked; or it has ended in order.
    pub up: bool,
    /// Panics since the process started.
    pub panics: u64,
    /// What the last panic said.
    pub error: Option<String>,
}

impl Supervisor {
    /// A supervisor whose tasks panic when `faults` say so: for tests, and to try out one's own monitoring.
    #[must_use]
    pub fn with(faults: Faults) -> Self {
        Self { faults, ..Self::default() }
    }

    /// What makes tasks panic on purpose.
    #[must_use]
    pub fn faults(&self) -> &Faults {
        &self.faults
    }

    /// The task or thread of this name, known from now on.
    #[must_use]
    pub fn named(&self, name: impl Into<Arc<str>>) -> Supervised {
        let name = name.into();
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        let state = Arc::clone(all.entry(Arc::clone(&name)).or_default());
        Supervised::new(name, state, self.faults.clone())
    }

    /// All of them, by name.
    #[must_use]
    pub fn standings(&self) -> Vec<TaskStatus> {
        let all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        let told = |(name, state): (&Arc<str>, &Arc<Mutex<TaskState>>)| {
            state.lock().unwrap_or_else(PoisonError::into_inner).told(name)
        };
        all.iter().map(told).collect()
    }
}
