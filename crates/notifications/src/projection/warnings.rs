//! E-mails and notifications about warnings: one per warning. The journal holds a warning at most once a day.

use domain::Envelope;
use domain::aggregate::Aggregate as _;
use domain::warning::WarningEvent;
use domain::warning::Warnings;
use projection::{ProjectionError, ViewTx};

use super::homes::{INBOX, add};
use crate::email::CHANNEL;
use crate::projection::NotificationsProjection;
use crate::template::Template;

/// The stream kind of warnings.
pub const WARNING: &str = Warnings::TYPE;

/// A person was warned.
pub async fn given(
    projection: &NotificationsProjection,
    tx: &mut ViewTx<'_>,
    event: &Envelope,
) -> Result<(), ProjectionError> {
    let (person, template) = match projection.aggregates.decode(event)? {
        WarningEvent::Guessing { subject_id, .. } => (subject_id, Template::Guessing),
        WarningEvent::Registration { subject_id } => (subject_id, Template::Registration),
    };
    add(projection, tx, event, person, template, &[CHANNEL, INBOX]).await?;
    Ok(())
}
