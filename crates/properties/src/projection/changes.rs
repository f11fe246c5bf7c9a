//! Projects what people who saved a listing are told: changes of its price, and whether it is on the market.

use ::projection::{ProjectionError, ViewTx};
use domain::fields::Choice;
use domain::property::{PropertyEvent, Status};
use domain::{Envelope, Paise};

use crate::availability::Availability;

/// A change worth telling.
struct Change {
    /// The price before and after.
    prices: Option<(Paise, Paise)>,
    availability: Option<Availability>,
}

impl Change {
    fn of(event: &PropertyEvent) -> Option<Self> {
        let to = |status| Some(Self { prices: None, availability: Some(Availability::of(status)) });
        match event {
            PropertyEvent::Edited { previous_price, content, .. } => previous_price
                .map(|before| Self { prices: Some((before, content.price)), availability: None }),
            PropertyEvent::StatusChanged { to: status, .. } => to(*status),
            PropertyEvent::Removed { .. } => to(Status::Removed),
            PropertyEvent::Approved { .. } => to(Status::Active),
            // One that was not on show was not taken off it.
            PropertyEvent::Rejected { taken_down, .. } => {
                if *taken_down {
                    to(Status::Rejected)
                } else {
                    None
                }
            }
            PropertyEvent::Listed { .. }
            | PropertyEvent::Featured { .. }
            | PropertyEvent::Verified { .. }
            | PropertyEvent::ImagesAdded { .. } => None,
        }
    }
}

pub async fn note(
    tx: &mut ViewTx<'_>,
    envelope: &Envelope,
    event: &PropertyEvent,
) -> Result<(), ProjectionError> {
    let Some(Change { prices, availability }) = Change::of(event) else { return Ok(()) };
    let (before, after) = prices.unzip();
    let row = [
        envelope.stream.tenant.as_str().into(),
        (&*envelope.stream.id).into(),
        envelope.timestamp.micros().into(),
        envelope.position.seq.into(),
        before.map(Paise::paise).into(),
        after.map(Paise::paise).into(),
        availability.map(Choice::word).into(),
    ];
    let sql =
        "insert into listing_changes (tenant, property_id, at, seq, previous_price, price, availability)
        values ($1, $2, $3, $4, $5, $6, $7)";
    tx.execute(sql, &row).await?;
    Ok(())
}
