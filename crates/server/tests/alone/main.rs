//! Tests that measure a server: one at a time, in a program of their own, so that no other test's server is on the
//! same cores. What waits longer is held longer, and images are decoded only when nothing else is to be done.

#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

mod crowd;
mod uploads;

use tokio::sync::{Mutex, MutexGuard};

/// Waits until no other test of this program runs.
async fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::const_new(());
    ALONE.lock().await
}
