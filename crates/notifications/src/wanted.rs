//! Which events ask for a letter, and which one takes letters back.

use std::sync::Arc;

use async_trait::async_trait;
use domain::user::UserEvent;
use domain::{Envelope, Log};
use journal::Ledger;
use projection::deliveries::Delivery;
use projection::{Projection, ProjectionError, ViewTx};
use tokio::sync::Notify;

use crate::GROUP;
use crate::letter::{CHANNEL, Template};

/// Takes the letters to somebody out of the mailbox.
pub const WITHDRAW: &str = "withdraw-letters";
const DELETED: &str = "USER_DELETED";
const WANTED: [&str; 4] = ["USER_REGISTERED", "NOTIFICATION_REQUESTED", "PASSWORD_RESET_REQUESTED", DELETED];

/// The consumer group: a person's letters in order. That they leave waits for no letter that fails.
pub const READS: bus::Group = bus::Group { name: GROUP, logs: &[Log::Facts], key: lane };

fn lane(envelope: &Envelope) -> Option<String> {
    let stream = &envelope.stream;
    if &*stream.kind != "user" || !WANTED.contains(&&*envelope.event_type) {
        return None;
    }
    let gone = if &*envelope.event_type == DELETED { "/gone" } else { "" };
    Some(format!("{}/{}{gone}", stream.tenant, stream.id))
}

/// Adds a delivery for every letter. Whose address it goes to is asked when it is carried: rows name nobody.
#[derive(Debug)]
pub struct Wanted {
    pub ledger: Ledger,
    pub wake: Arc<Notify>,
}

#[async_trait(?Send)]
impl Projection for Wanted {
    fn name(&self) -> &'static str {
        GROUP
    }

    async fn apply(&self, tx: &mut ViewTx<'_>, batch: &[Envelope]) -> Result<(), ProjectionError> {
        for envelope in batch {
            let template = match self.ledger.decode(envelope) {
                Ok(UserEvent::Registered { .. }) => Some(Template::VerifyEmail.name()),
                Ok(UserEvent::VerificationRequested { template, .. }) => {
                    Template::named(&template).map(Template::name)
                }
                Ok(UserEvent::PasswordResetRequested { .. }) => Some(Template::PasswordReset.name()),
                Ok(UserEvent::Deleted { .. }) => Some(WITHDRAW),
                Ok(_) => None,
                Err(error) => return Err(ProjectionError::Event(error.to_string())),
            };
            let Some(template) = template else { continue };
            let recipient = &envelope.stream.id;
            Delivery { event: envelope, channel: CHANNEL, recipient, template }.add(tx).await?;
        }
        Ok(())
    }

    fn committed(&self, _: &[Envelope]) {
        self.wake.notify_one();
    }
}
