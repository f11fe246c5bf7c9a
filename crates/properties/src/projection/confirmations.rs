//! Listings that wait until their owner has confirmed their e-mail address. A delivery asks for them to be published,
//! whichever comes first: the listing or the confirmation.

use ::projection::deliveries::Delivery;
use ::projection::{ProjectionError, ViewTx};
use domain::Envelope;

/// The template of deliveries that publish what waited.
pub const PUBLISH: &str = "publish-waiting";

/// A listing that waits was listed. The owner may have confirmed their address at that moment.
pub async fn listed(tx: &mut ViewTx<'_>, event: &Envelope, owner: &str) -> Result<(), ProjectionError> {
    publish(tx, event, owner).await
}

/// Somebody confirmed their e-mail address.
pub async fn confirmed(tx: &mut ViewTx<'_>, event: &Envelope) -> Result<(), ProjectionError> {
    let key = [event.stream.tenant.as_str().into(), (&*event.stream.id).into()];
    let sql =
        "select 1 from properties where owner_id = $2 and tenant = $1 and awaits_confirmation = 1 limit 1";
    if tx.query(sql, &key).await?.is_empty() { Ok(()) } else { publish(tx, event, &event.stream.id).await }
}

async fn publish(tx: &mut ViewTx<'_>, event: &Envelope, owner: &str) -> Result<(), ProjectionError> {
    Delivery { event, channel: super::CHANNEL, recipient: owner, template: PUBLISH }.add(tx).await?;
    Ok(())
}
