//! A read model of another shape made again from the journal, before anybody reads it.

use std::sync::Arc;

use bus::{GroupHandle, Progress, RebuildError};

use crate::deliveries;
use crate::error::ViewError;
use crate::rebuild::failed;
use crate::store::ViewStore;

/// Makes `outdated` again in a file beside it and goes on with that one. `group`, over `outdated`, must not run before,
/// nor after: its place is read again from what took over.
///
/// It comes exactly as far as the old one was, no farther: an effect that only the new one knows of is left out, and so
/// would be an e-mail that the events behind that place ask for. Gives the number of events read.
///
/// # Errors
/// When journal or files fail, an event fails in a group that does not go on without it, or the tables of its
/// deliveries have other columns; then the old one is what it was.
pub async fn renew(
    outdated: &ViewStore,
    group: &GroupHandle,
    progress: impl FnMut(Progress) + Send,
) -> Result<u64, RebuildError> {
    let fresh = outdated.beside().map_err(failed)?;
    let mut runner = group.beside(Arc::new(fresh.clone())).await?;
    let events = runner.follow(group.status.watermark(), progress).await?;
    let live = outdated.clone();
    let take_over = move || -> Result<(), ViewError> {
        live.take_over(&fresh)?;
        live.settle_switch()?;
        // The old one may have had no deliveries, or no owner of them yet.
        deliveries::own(&fresh.database().writer(), 1)
    };
    outdated.blocking(take_over).await.map_err(failed)?;
    Ok(events)
}
