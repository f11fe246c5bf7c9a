//! Waits for loops. A receiver whose sender is gone returns at once, every time: a loop that waits for it alone would
//! take a whole core. Here it means "ended" or "never", and the loop waits for something else.

use std::future::pending;

use tokio::sync::watch;

/// Returns when `stop` is true. Nobody left who could say so means the same.
pub async fn stopped(stop: &mut watch::Receiver<bool>) {
    // An error says that the sender is gone.
    let _ = stop.wait_for(|stopped| *stopped).await;
}

/// Whether `stop` is true, or nobody is left who could say so.
#[must_use]
pub fn is_stopped(stop: &watch::Receiver<bool>) -> bool {
    *stop.borrow() || stop.has_changed().is_err()
}

/// Returns when there is a value that was not seen; never when nobody is left who could send one.
pub async fn moved<T>(receiver: &mut watch::Receiver<T>) {
    if receiver.changed().await.is_err() {
        pending::<()>().await;
    }
}
