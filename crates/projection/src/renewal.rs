//! Makes a read model of another shape again from the journal, before anybody reads it.

use std::sync::Arc;

use bus::{GroupHandle, Progress, RebuildError};

use crate::deliveries;
use crate::error::ViewError;
use crate::rebuild::failed;
use crate::store::ViewStore;

/// Makes `outdated` again in a file beside it and switches to that file. `group` runs over `outdated`. It must
/// not run before this call, nor after it: a new group must be created, which reads its cursor from the new
/// file.
///
/// The new read model stops exactly at the old one's position. Effects that only the new one asks for are left
/// out, so going further would lose the e-mails that later events ask for. Returns the number of events read.
///
/// # Errors
/// When the journal or a file fails, when an event fails in a group that does not skip failing keys, or when
/// the delivery tables have other columns. The old read model is then unchanged.
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
