//! Records who was shown the contact of a listing. A row depends on one event of the activity log only, so the
//! progress of the other log does not matter. The listing's title and the person's name are looked up when the row is
//! read.

use ::projection::{ProjectionError, ViewTx};
use domain::Envelope;
use domain::activity::ActivityEvent;

use crate::queries::lists::LOOKS;

pub async fn activity(
    tx: &mut ViewTx<'_>,
    envelope: &Envelope,
    event: &ActivityEvent,
) -> Result<(), ProjectionError> {
    let ActivityEvent::ContactRevealed { property_id, owner_id, .. } = event else { return Ok(()) };
    let owner = owner_id.to_string();
    // Of the owner, and of the owner's one listing.
    let of_listing = format!("{owner}/{property_id}");
    tx.change_lists(&envelope.stream.tenant, &[], &[(LOOKS, &*owner), (LOOKS, &*of_listing)]).await?;
    let row = [
        envelope.stream.tenant.as_str().into(),
        envelope.event_id.to_string().into(),
        property_id.to_string().into(),
        owner.into(),
        (&*envelope.stream.id).into(),
        envelope.timestamp.micros().into(),
    ];
    let sql = "insert into contact_looks (tenant, id, property_id, owner_id, person_id, looked_at)
        values ($1, $2, $3, $4, $5, $6)";
    tx.execute(sql, &row).await?;
    Ok(())
}
