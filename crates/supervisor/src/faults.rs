//! Panics on purpose, by name: for tests, and for those who try out their monitoring.

use std::collections::HashMap;
use std::sync::Arc;

use tokio::sync::watch;

use crate::wake;

/// Which tasks are to panic. Clones share that.
#[derive(Clone, Debug, Default)]
pub struct Faults(Arc<watch::Sender<HashMap<String, u32>>>);

impl Faults {
    /// The task or thread of this name panics once: a task at once, a thread at its next piece of work.
    pub fn panic_once(&self, name: &str) {
        self.panic_after(name, 0);
    }

    /// The same, once it has passed `passes` places where it could have panicked.
    pub fn panic_after(&self, name: &str, passes: u32) {
        self.0.send_modify(|due| {
            due.insert(name.to_owned(), passes);
        });
    }

    /// Whether the task of this name is still to panic.
    #[must_use]
    pub fn is_due(&self, name: &str) -> bool {
        self.0.borrow().contains_key(name)
    }

    /// Panics when it is time to.
    pub(crate) fn strike(&self, name: &str) {
        if !self.is_due(name) {
            return;
        }
        let mut now = false;
        self.0.send_if_modified(|due| {
            match due.get_mut(name) {
                Some(0) => now = due.remove(name).is_some(),
                Some(passes) => *passes -= 1,
                None => {}
            }
            false
        });
        assert!(!now, "a panic was asked for by name: {name}");
    }

    /// Panics as soon as it is time to.
    pub(crate) async fn strike_when_due(&self, name: &str) {
        let mut due = self.0.subscribe();
        loop {
            self.strike(name);
            wake::moved(&mut due).await;
        }
    }
}
