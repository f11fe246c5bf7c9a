//! Fault injection: makes tasks panic repeatedly, as `[faults]` in the settings says.

use std::sync::Arc;
use std::time::Duration;

use supervisor::{Supervisor, wake};
use tokio::sync::watch;

use crate::settings;

/// The setting's word for every task and thread.
const ALL: &str = "all";

/// Which tasks panic, and how often.
pub struct Provoke {
    supervisor: Supervisor,
    names: Vec<String>,
    every: Duration,
}

impl Provoke {
    /// `None` when nothing is to panic.
    pub fn of(settings: &settings::Faults, supervisor: &Supervisor) -> Option<Self> {
        let names = settings.panic.clone();
        let supervisor = supervisor.clone();
        let every = Duration::from_millis(settings.every_ms.get().into());
        (!names.is_empty()).then(|| Self { supervisor, names, every })
    }

    pub async fn run(self: Arc<Self>, mut stop: watch::Receiver<bool>) {
        tracing::warn!(tasks = ?self.names, "[faults] makes tasks panic; this is for testing only");
        let mut round = 0;
        while !wake::is_stopped(&stop) {
            tokio::select! {
                () = tokio::time::sleep(self.every) => {}
                () = wake::stopped(&mut stop) => return,
            }
            for told in self.supervisor.standings() {
                if self.names.iter().any(|name| *name == *told.name || name == ALL) {
                    // A writer has two fault points: before its commit, and between the commit and its answers.
                    self.supervisor.faults().panic_after(&told.name, round % 2);
                }
            }
            round += 1;
        }
    }
}
