//! One-way effects, such as e-mails: what happens outside cannot be part of a transaction.
//!
//! A projection adds a row for each of them in the transaction that moves its cursor. A [`OutboxWorker`] leases rows,
//! carries them out and writes down what came of it:
//!
//! ```text
//! event -> Delivery::add -> due -> leased -> delivered | not wanted | refused | failed | unknown
//!                   '-> not sent: more than its recipient is sent a day (Delivery::refuse)
//!                            ^-------'  certainly not carried out: tried again, later and later;
//!                                        not begun: waits for its time, without using up a try
//! ```
//!
//! A delivery whose outbox worker was lost in between is looked up at its target. Where the target cannot tell, it is
//! *unknown* and waits for an operator: nothing is ever sent twice by guessing.
//!
//! Rows follow from the journal, like those of any read model. What became of them does not: it moves to a rebuilt
//! read model when that takes over, and deliveries that only the rebuilt one knows are left out. So a rebuild carries
//! nothing out, and what was waiting still is.

mod hand_over;
mod outbox;
mod rows;
mod state;
mod worker;

use domain::{Envelope, TenantId, UserId};
use uuid::Uuid;

pub(crate) use hand_over::{hand_over, lose, own};
pub use outbox::Outbox;
pub(crate) use rows::STATE_TABLES;
pub use rows::{FARTHEST_SECONDS, TABLES};
pub use state::{DeliveryState, Tracked};
pub use worker::{DeliveryHandler, DeliveryLookup, DeliveryOutcome, OutboxWorker, Settings};

use crate::digest;
use crate::error::ViewError;
use crate::tx::ViewTx;

/// An effect that an event asks for.
#[derive(Clone, Copy, Debug)]
pub struct Delivery<'a> {
    /// The event.
    pub event: &'a Envelope,
    /// How it is carried, such as `email`.
    pub channel: &'a str,
    /// Who gets it.
    pub recipient: &'a str,
    /// What is carried.
    pub template: &'a str,
}

impl Delivery<'_> {
    /// The same for the same effect of the same event, however often it is asked for.
    #[must_use]
    pub fn id(&self) -> String {
        let event = self.event.event_id.to_string();
        let parts = [&*event, self.channel, self.recipient, self.template].join("\0");
        digest::hex(&parts)
    }

    /// Asks for it, once and for all; false when it was asked for before.
    ///
    /// # Errors
    /// When the database refuses.
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

    /// It is not to be carried, for a reason that operators can read. To be said in the transaction that asked for it.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn refuse(&self, tx: &mut ViewTx<'_>, why: &str) -> Result<(), ViewError> {
        let at = self.event.timestamp.micros();
        tx.execute(rows::REFUSE, &[self.id().into(), at.into(), why.into()]).await?;
        Ok(())
    }
}

/// A delivery to be carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeasedDelivery {
    /// The delivery: the same at every try.
    pub id: String,
    /// The tenant.
    pub tenant: TenantId,
    /// Who gets it.
    pub recipient: UserId,
    /// How it is carried.
    pub channel: String,
    /// What is carried.
    pub template: String,
    /// The event that asked for it.
    pub event_id: Uuid,
    /// Where that stands in the log of facts.
    pub seq: u64,
    /// Earlier tries that failed.
    pub tries: u32,
    /// Which lease this is: an outcome counts under the delivery's newest one only.
    pub lease: u64,
    /// An earlier outbox worker was lost while it carried this.
    pub in_doubt: bool,
}
