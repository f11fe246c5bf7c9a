//! Reads an index for requests.

use std::sync::Arc;

use ::projection::IndexProgress;
use bus::GroupStatus;
use domain::Log;
use http_kit::{AppContext, Caller, Failure, Freshness};
use tokio::sync::Semaphore;
use tokio::time::Instant;

use super::{IndexError, Indexed, TextIndex};

/// Waits, for a bounded time, until the rows and then the index contain the caller's own writes. While the index is filled
/// from nothing, the answer is stale for everybody.
pub async fn wait_for_own(
    context: &AppContext,
    status: &GroupStatus,
    progress: &IndexProgress,
    caller: &Caller,
) -> Freshness {
    let Some(user) = caller.user() else {
        return if progress.is_refilled() { Freshness::Stale } else { Freshness::Fresh };
    };
    let began = Instant::now();
    let written = context.seen.of(&caller.tenant, user)[Log::Facts.index()];
    let freshness = context.wait_for_own(status, caller, &[Log::Facts]).await;
    let left = context.wait.saturating_sub(began.elapsed());
    if freshness.is_stale() || !progress.wait(written.seq, left).await {
        return Freshness::Stale;
    }
    freshness
}

/// Reads the index on a thread that may block, in one of a limited number of `turns`.
pub async fn read<E: Indexed, T: Send + 'static>(
    index: &Arc<TextIndex<E>>,
    turns: &Semaphore,
    read: impl FnOnce(&TextIndex<E>) -> Result<T, IndexError> + Send + 'static,
) -> Result<T, Failure> {
    let broken = |error: &dyn std::fmt::Display| Failure::unavailable(error);
    let _turn = turns.acquire().await.map_err(|closed| broken(&closed))?;
    let index = Arc::clone(index);
    let found = tokio::task::spawn_blocking(move || read(&index)).await;
    found.map_err(|cut| broken(&cut))?.map_err(|error| broken(&error))
}
