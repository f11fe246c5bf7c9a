//! Projects which events request e-mails and text messages, which events withdraw them, and what is in each inbox.

pub mod budget;
pub mod homes;
pub mod warnings;

use std::sync::Arc;

use async_trait::async_trait;
use domain::aggregate::Aggregate as _;
use domain::fields::Choice;
use domain::notification::Notification;
use domain::notification::NotificationEvent;
use domain::preferences::Channel;
use domain::user::{DELETED, User, UserEvent};
use domain::{Envelope, Log, Personal, UserId};
use journal::{AggregateStore, DecodeError};
use projection::deliveries::Delivery;
use projection::{Projection, ProjectionError, ViewTx};
use tokio::sync::Notify;

use crate::GROUP;
use crate::channel::TEXTS;
use crate::email::CHANNEL;
use crate::template::Template;
use budget::Budgets;

/// Removes the e-mails to a person from the mailbox.
pub const WITHDRAW: &str = "withdraw-letters";
/// Removes one e-mail from the mailbox.
pub const WITHDRAW_ONE: &str = "withdraw-letter";
/// The stream kind of notifications.
pub const NOTIFICATION: &str = Notification::TYPE;
const WANTED: [&str; 5] =
    ["USER_REGISTERED", "USER_EMAIL_VERIFIED", "NOTIFICATION_REQUESTED", "PASSWORD_RESET_REQUESTED", DELETED];

/// The inboxes. Rows refer to people by id only; the text of a notification is read from the journal.
pub const TABLES: &str = "
create table if not exists notification (
    tenant text not null, id text not null, user_id text not null, event_id text not null,
    made_at integer not null, read_at integer, primary key (id, tenant)
) strict, without rowid;
create index if not exists idx_notification_inbox on notification (tenant, user_id, made_at, id);
";
const ADD: &str = "insert into notification (tenant, id, user_id, event_id, made_at)
    select $1, $2, $3, $4, $5 where not exists (select 1 from erased_people where tenant = $1 and user_id = $3)
    on conflict (id, tenant) do nothing";
/// The kept lengths of an inbox, and of what is unread in it.
pub const ALL_IN_INBOX: &str = "inbox";
pub const UNREAD: &str = "unread";
const CURRENT: &str = "select user_id, read_at from notification where tenant = $1 and id = $2";
const READ: &str = "update notification set read_at = $3 where tenant = $1 and id = $2";
const REMOVE: &str = "delete from notification where tenant = $1 and id = $2";
const EMPTY: &str = "delete from notification where tenant = $1 and user_id = $2";

/// The consumer group. Events stay in order per person, per notification, per enquiry and per listing. A person's
/// departure does not wait for an e-mail that fails.
pub const READS: bus::Group = bus::Group { name: GROUP, logs: &[Log::Facts], key: partition_key };

fn partition_key(envelope: &Envelope) -> Option<String> {
    let stream = &envelope.stream;
    match &*stream.kind {
        NOTIFICATION | homes::LEAD | warnings::WARNING => Some(stream.to_string()),
        homes::PROPERTY if homes::DECIDED.contains(&&*envelope.event_type) => Some(stream.to_string()),
        User::TYPE if WANTED.contains(&&*envelope.event_type) => {
            let gone = if &*envelope.event_type == DELETED { "/gone" } else { "" };
            Some(format!("{}/{}{gone}", stream.tenant, stream.id))
        }
        _ => None,
    }
}

/// The name of a channel among deliveries. A notification in an inbox needs no delivery; its row is enough.
fn carried_by(channel: Channel) -> Option<&'static str> {
    match channel {
        Channel::Email => Some(CHANNEL),
        Channel::Sms => Some(TEXTS),
        Channel::InApp => None,
    }
}

/// The channel of that name.
pub fn channel_of(name: &str) -> Option<Channel> {
    Channel::ALL.iter().map(|(_, channel)| *channel).find(|channel| carried_by(*channel) == Some(name))
}

/// The delivery that a notification requested, and the person it was for, if any.
pub fn letter_of(
    aggregates: &AggregateStore,
    event: &Envelope,
) -> Result<Option<(String, Option<UserId>)>, DecodeError> {
    let NotificationEvent::Requested { subject_id, channel, template, .. } = aggregates.decode(event)? else {
        return Ok(None);
    };
    let recipient = subject_id.map_or_else(|| event.stream.id.to_string(), |user| user.to_string());
    let template = Template::of(template).name();
    // If the notification was not sent anywhere, no e-mail has this id.
    let channel = carried_by(channel).unwrap_or_default();
    let delivery = Delivery { event, channel, recipient: &recipient, template };
    Ok(Some((delivery.id(), subject_id)))
}

/// Adds a delivery for every e-mail, and a row for every notification of a person. Addresses are looked up when an
/// e-mail is sent, so that rows name nobody.
#[derive(Debug)]
pub struct NotificationsProjection {
    pub aggregates: AggregateStore,
    pub budgets: Budgets,
    pub wake: Arc<Notify>,
}

impl NotificationsProjection {
    async fn account(&self, tx: &mut ViewTx<'_>, event: &Envelope) -> Result<(), ProjectionError> {
        let template = match self.aggregates.decode(event)? {
            UserEvent::Registered { .. } => Some(Template::VerifyEmail.name()),
            UserEvent::EmailVerified {} => Some(Template::Welcome.name()),
            UserEvent::VerificationRequested { template, .. } => {
                Template::named(&template).map(Template::name)
            }
            UserEvent::PasswordResetRequested { .. } => Some(Template::PasswordReset.name()),
            UserEvent::Deleted { .. } => {
                let who = [event.stream.tenant.as_str().into(), (&*event.stream.id).into()];
                tx.execute(EMPTY, &who).await?;
                tx.empty_lists(&event.stream.tenant, &event.stream.id).await?;
                budget::forget(tx, event.stream.tenant.as_str(), &event.stream.id).await?;
                let recipient = &*event.stream.id;
                Delivery { event, channel: CHANNEL, recipient, template: WITHDRAW }.add(tx).await?;
                None
            }
            UserEvent::Updated { .. }
            | UserEvent::PasswordChanged { .. }
            | UserEvent::RoleChanged { .. }
            | UserEvent::StatusChanged { .. }
            | UserEvent::PropertyCountChanged { .. }
            | UserEvent::IdentityLinked { .. } => None,
        };
        let Some(template) = template else { return Ok(()) };
        let recipient = &*event.stream.id;
        let delivery = Delivery { event, channel: CHANNEL, recipient, template };
        self.budgets.ask(tx, &delivery, recipient).await
    }

    /// A digest that is always the same for an address that belongs to no account, without revealing the address.
    fn digest_of(&self, event: &Envelope, channel: &'static str, address: &str) -> String {
        let unique_key = self.aggregates.keys().unique_key(&event.stream.tenant, channel, address);
        unique_key.digest.iter().fold(String::with_capacity(64), |hex, byte| format!("{hex}{byte:02x}"))
    }

    async fn notification(&self, tx: &mut ViewTx<'_>, event: &Envelope) -> Result<(), ProjectionError> {
        let which = [event.stream.tenant.as_str().into(), (&*event.stream.id).into()];
        match self.aggregates.decode(event)? {
            NotificationEvent::Requested { subject_id, channel, template, address, .. } => {
                let person = subject_id.map(|user| user.to_string());
                if let Some(person) = person.as_deref() {
                    let [tenant, id] = which;
                    let event_id = event.event_id.to_string();
                    let at = event.timestamp.micros();
                    let row = [tenant, id, person.into(), event_id.into(), at.into()];
                    if tx.execute(ADD, &row).await? == 1 {
                        let lists = [(ALL_IN_INBOX, person), (UNREAD, person)];
                        tx.change_lists(&event.stream.tenant, &[], &lists).await?;
                    }
                }
                let recipient = person.as_deref().unwrap_or(&event.stream.id);
                let template = Template::of(template).name();
                if let Some(channel) = carried_by(channel) {
                    let address = address.as_ref().and_then(Personal::as_ref).filter(|_| person.is_none());
                    let digest = address.map(|address| self.digest_of(event, channel, address));
                    let delivery = Delivery { event, channel, recipient, template };
                    self.budgets.ask(tx, &delivery, digest.as_deref().unwrap_or(recipient)).await?;
                }
            }
            NotificationEvent::Read {} => {
                left_inbox(tx, event, &[UNREAD]).await?;
                let [tenant, id] = which;
                tx.execute(READ, &[tenant, id, event.timestamp.micros().into()]).await?;
            }
            NotificationEvent::Deleted {} => {
                let recipient = &event.stream.id;
                Delivery { event, channel: CHANNEL, recipient, template: WITHDRAW_ONE }.add(tx).await?;
                left_inbox(tx, event, &[ALL_IN_INBOX, UNREAD]).await?;
                tx.execute(REMOVE, &which).await?;
            }
        }
        Ok(())
    }
}

/// The event's notification, as its row is still, leaves these lists if it is in them.
async fn left_inbox(
    tx: &mut ViewTx<'_>,
    event: &Envelope,
    lists: &[&'static str],
) -> Result<(), ProjectionError> {
    let which = [event.stream.tenant.as_str().into(), (&*event.stream.id).into()];
    let rows = tx.query(CURRENT, &which).await?;
    let Some((person, read)) = rows.first().and_then(|row| Some((row.text(0)?, row.int(1)))) else {
        return Ok(());
    };
    for list in lists.iter().filter(|list| **list != UNREAD || read.is_none()) {
        tx.lengthen(&event.stream.tenant, (list, person), -1).await?;
    }
    Ok(())
}

#[async_trait(?Send)]
impl Projection for NotificationsProjection {
    fn name(&self) -> &'static str {
        GROUP
    }

    fn version(&self) -> u32 {
        3
    }

    async fn apply(&self, tx: &mut ViewTx<'_>, event: &Envelope) -> Result<(), ProjectionError> {
        match &*event.stream.kind {
            NOTIFICATION => self.notification(tx, event).await?,
            homes::LEAD => homes::lead(self, tx, event).await?,
            homes::PROPERTY => homes::decided(self, tx, event).await?,
            warnings::WARNING => warnings::given(self, tx, event).await?,
            _ => self.account(tx, event).await?,
        }
        Ok(())
    }

    fn committed(&self, _: &[Envelope]) {
        self.wake.notify_one();
    }
}
