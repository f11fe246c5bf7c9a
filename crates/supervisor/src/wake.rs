//! Wait functions for loops. A plain receiver whose sender is gone returns at once every time, so a loop that
//! waits on it alone would keep a core busy. Here that case means "ended" or "never", and the loop waits for
//! something else.

use std::future::pending;

use tokio::sync::watch;

/// Returns when `stop` is true or its sender is gone.
pub async fn stopped(stop: &mut watch::Receiver<bool>) {
    // An error means that the sender is gone.
    let _ = stop.wait_for(|stopped| *stopped).await;
}

/// Whether `stop` is true or its sender is gone.
#[must_use]
pub fn is_stopped(stop: &watch::Receiver<bool>) -> bool {
    *stop.borrow() || stop.has_changed().is_err()
}

/// Returns when there is an unseen value; never returns when the sender is gone.
pub async fn moved<T>(receiver: &mut watch::Receiver<T>) {
    if receiver.changed().await.is_err() {
        pending::<()>().await;
    }
}
