//! Panics on purpose, by task name: for tests, and for operators who try out their monitoring.

use std::collections::HashMap;
use std::sync::Arc;

use tokio::sync::watch;

use crate::wake;

/// The tasks that are to panic. Clones share the list.
#[derive(Clone, Debug, Default)]
pub struct Faults(Arc<watch::Sender<HashMap<String, u32>>>);

impl Faults {
    /// Makes the named task or thread panic once: a task at once, a thread at its next piece of work.
    pub fn panic_once(&self, name: &str) {
        self.panic_after(name, 0);
    }

    /// Like [`Self::panic_once`], but only after `passes` places where it could have panicked.
    pub fn panic_after(&self, name: &str, passes: u32) {
        self.0.send_modify(|due| {
            due.insert(name.to_owned(), passes);
        });
    }

    /// Whether the named task is still to panic.
    #[must_use]
    pub fn is_due(&self, name: &str) -> bool {
        self.0.borrow().contains_key(name)
    }

    /// Panics if the named task is due to.
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

    /// Panics as soon as the named task is due to.
    pub(crate) async fn strike_when_due(&self, name: &str) {
        let mut due = self.0.subscribe();
        loop {
            self.strike(name);
            wake::moved(&mut due).await;
        }
    }
}
