//! Lets work that is cheaper in batches gather for a moment, unless somebody is waiting for it.

use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::Notify;

/// Counts who is waiting for some work.
#[derive(Debug, Default)]
pub struct Demand {
    waiting: AtomicUsize,
    arrived: Notify,
}

/// Counts as waiting until it is dropped.
#[derive(Debug)]
pub struct Waiter<'a>(&'a Demand);

impl Demand {
    /// Registers a waiter.
    pub fn wait(&self) -> Waiter<'_> {
        self.waiting.fetch_add(1, Ordering::SeqCst);
        self.arrived.notify_one();
        Waiter(self)
    }

    /// Whether anybody is waiting.
    #[must_use]
    pub fn is_urgent(&self) -> bool {
        self.waiting.load(Ordering::SeqCst) > 0
    }

    /// Returns after `time`, or as soon as somebody waits.
    pub async fn gather(&self, time: Duration) {
        let mut over = pin!(tokio::time::sleep(time));
        // Waiters that arrived and were served before this call do not count.
        while !self.is_urgent() {
            tokio::select! {
                () = &mut over => return,
                () = self.arrived.notified() => {}
            }
        }
    }
}

impl Drop for Waiter<'_> {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Ordering::SeqCst);
    }
}
