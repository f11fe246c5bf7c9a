//! Counts who views listings. Reading a listing never waits for the count.

use domain::property::Listing;
use http_kit::{AppContext, Caller, Failure, VisitorCounter};

use crate::document::snapshot;

/// Records that `caller` viewed `listing`, if it is a person. The event is queued, not awaited, unless the settings ask
/// for that.
///
/// # Errors
/// When the server is shutting down.
pub async fn note(
    visitors: &VisitorCounter,
    context: &AppContext,
    caller: &Caller,
    listing: &Listing,
) -> Result<(), Failure> {
    if caller.is_program() {
        return Ok(());
    }
    let robot = caller.is_robot();
    match caller.user() {
        Some(user) => {
            let counted = !robot && user != listing.owner;
            context.activity.viewed(caller.actor(), user, listing.id, snapshot(listing), counted).await?;
        }
        None if robot || caller.signed_in.is_some() => return Ok(()),
        None => {
            let Some(visit) = visitors.visit(context, caller, listing.id) else { return Ok(()) };
            context.activity.counted(&caller.tenant, listing.id, visit.first_today).await?;
        }
    }
    context.activity_kept().await
}
