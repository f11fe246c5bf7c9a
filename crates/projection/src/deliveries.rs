//! One-way effects, such as e-mails. They happen outside the database and cannot be part of a transaction.
//!
//! A projection adds a row for each effect in the transaction that moves its cursor. An [`OutboxWorker`] leases
//! rows, carries them out and records the outcome:
//!
//! ```text
//! event -> Delivery::add -> due -> leased -> delivered | not wanted | refused | failed | unknown
//!                   '-> not sent: more than its recipient is sent a day (Delivery::refuse)
//!                            ^-------'  certainly not carried out: tried again, later and later;
//!                                        not begun: waits for its time, without using up a try
//! ```
//!
//! When an outbox worker is lost in between, its delivery is looked up at the target. If the target cannot
//! tell, the delivery is *unknown* and waits for an operator: nothing is ever sent twice on a guess.
//!
//! The rows follow from the journal, like those of any read model. Their outcomes do not: they move to a
//! rebuilt read model when it takes over. Deliveries that only the rebuilt read model asks for are left out. So
//! a rebuild carries nothing out, and open deliveries stay open.

mod hand_over;
mod in_turn;
mod outbox;
mod rows;
mod state;
mod worker;

use domain::{Envelope, Log, TenantId, UserId};
use journal::Journal;
use uuid::Uuid;

pub(crate) use hand_over::{hand_over, lose, own};
pub use outbox::Outbox;
pub(crate) use rows::STATE_TABLES;
pub use rows::{FARTHEST_SECONDS, TABLES};
pub use state::{DeliveryBacklog, DeliveryState, Tracked};
pub use worker::{DeliveryHandler, DeliveryLookup, DeliveryOutcome, OutboxWorker, Settings};

use crate::digest;
use crate::error::ViewError;
use crate::tx::ViewTx;

/// An effect that an event asks for.
#[derive(Clone, Copy, Debug)]
pub struct Delivery<'a> {
    /// The event that asks for it.
    pub event: &'a Envelope,
    /// The channel, such as `email`.
    pub channel: &'a str,
    /// The recipient.
    pub recipient: &'a str,
    /// The template.
    pub template: &'a str,
}

impl Delivery<'_> {
    /// The delivery's id. The same effect of the same event always has the same id.
    #[must_use]
    pub fn id(&self) -> String {
        let event = self.event.event_id.to_string();
        let parts = [&*event, self.channel, self.recipient, self.template].join("\0");
        digest::hex(&parts)
    }

    /// Asks for the delivery. Returns false when it was already asked for.
    ///
    /// # Errors
    /// When the database rejects the write.
    pub async fn add(&self, tx: &mut ViewTx<'_>) -> Result<bool, ViewError> {
        let (event, id) = (self.event, self.id());
        let row = [
            id.as_str().into(),
            event.stream.tenant.as_str().into(),
            self.recipient.into(),
            self.channel.into(),
            self.template.into(),
            event.event_id.to_string().into(),
            event.position.seq.into(),
            event.timestamp.micros().into(),
        ];
        let is_new = tx.execute(rows::ADD, &row).await? == 1;
        if is_new {
            tx.execute(rows::ADD_STATE, &[id.into(), event.position.seq.into()]).await?;
        }
        Ok(is_new)
    }

    /// Marks the delivery as not to be sent, with a reason for operators. Must be called in the transaction
    /// that added it.
    ///
    /// # Errors
    /// When the database rejects the write.
    pub async fn refuse(&self, tx: &mut ViewTx<'_>, why: &str) -> Result<(), ViewError> {
        let at = self.event.timestamp.micros();
        tx.execute(rows::REFUSE, &[self.id().into(), at.into(), why.into()]).await?;
        Ok(())
    }
}

/// Makes what waits for a later try due now, after somebody mended what made the earlier ones fail. Their number counts on.
///
/// # Errors
/// When the database rejects the write.
pub async fn hurry(
    tx: &mut ViewTx<'_>,
    tenant: &TenantId,
    channel: &str,
    recipient: &str,
) -> Result<(), ViewError> {
    tx.execute(rows::HURRY, &[recipient.into(), tenant.as_str().into(), channel.into()]).await?;
    Ok(())
}

/// Why the event of a delivery cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum DeliveryEventError {
    /// The journal cannot be read.
    #[error(transparent)]
    Journal(#[from] journal::JournalError),
    /// The journal has no such event, as after the restore of an older copy.
    #[error("the journal does not hold event {0}")]
    Missing(Uuid),
}

impl LeasedDelivery {
    /// The event that asked for it.
    ///
    /// # Errors
    /// When the journal does not have it.
    pub async fn event(&self, journal: &dyn Journal) -> Result<Envelope, DeliveryEventError> {
        let before = journal.head(Log::Facts).await?.at(self.seq.saturating_sub(1));
        let found = journal.read_after(before, 1).await?.into_iter().find(|e| e.event_id == self.event_id);
        found.ok_or(DeliveryEventError::Missing(self.event_id))
    }
}

/// A delivery leased to an outbox worker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeasedDelivery {
    /// The delivery's id, the same at every try.
    pub id: String,
    /// The tenant.
    pub tenant: TenantId,
    /// The recipient.
    pub recipient: UserId,
    /// The channel.
    pub channel: String,
    /// The template.
    pub template: String,
    /// The event that asked for it.
    pub event_id: Uuid,
    /// Position of that event in the log of facts.
    pub seq: u64,
    /// Number of earlier tries that failed.
    pub tries: u32,
    /// Number of this lease. An outcome is accepted only under the delivery's newest lease.
    pub lease: u64,
    /// An earlier outbox worker was lost while carrying this out.
    pub in_doubt: bool,
}
