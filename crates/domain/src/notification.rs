//! Notifications: sent to a person by e-mail or text message, and then kept in their inbox.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::{Builder, Uuid};

use crate::aggregate::{Aggregate, EventKind};
use crate::id::{NotificationId, UserId};
use crate::personal::Personal;
use crate::preferences::{Channel, Kind};
use crate::time::Timestamp;

/// The variables of a notification's template, by name.
pub type Variables = BTreeMap<String, String>;

/// The id of the notification that a delivery asks for. It is derived from the delivery's id, so it is the same
/// at every try.
#[must_use]
pub fn notification_of(delivery: &str) -> Option<NotificationId> {
    let id = Uuid::try_parse(delivery.get(..32)?).ok()?;
    Some(Builder::from_custom_bytes(id.into_bytes()).into_uuid().into())
}

/// The events of a notification.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "eventType", content = "eventData", rename_all_fields = "camelCase")]
pub enum NotificationEvent {
    /// A notification was requested. In the stream of a user, the same event name requests another confirmation
    /// e-mail.
    #[serde(rename = "NOTIFICATION_REQUESTED")]
    Requested {
        /// The notification's id.
        notification_id: NotificationId,
        /// The recipient, if they have an account. The notification goes into their inbox.
        subject_id: Option<UserId>,
        /// How it is sent.
        channel: Channel,
        /// Its topic.
        template: Kind,
        /// The recipient's address, if they have no account.
        address: Option<Personal<String>>,
        /// The template's variables.
        variables: Personal<Variables>,
    },
    /// The recipient has read it.
    #[serde(rename = "NOTIFICATION_READ")]
    Read {},
    /// It was removed from the inbox.
    #[serde(rename = "NOTIFICATION_DELETED")]
    Deleted {},
}

impl EventKind for NotificationEvent {}

/// The commands of a notification.
#[derive(Clone, Debug)]
pub enum NotificationCommand {
    /// Send a notification.
    Request(Box<NotificationRequest>),
    /// Mark it as read.
    MarkRead,
    /// Remove it from the inbox.
    Delete,
}

/// Why a command is rejected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotificationRejection {
    /// There is no such notification.
    #[error("there is no such notification")]
    Unknown,
    /// The notification exists already.
    #[error("the notification exists already")]
    Exists,
}

/// A notification to be sent.
#[derive(Clone, Debug, Serialize)]
pub struct NotificationRequest {
    /// The notification's id.
    pub id: NotificationId,
    /// The recipient, if they have an account.
    pub subject: Option<UserId>,
    /// How it is sent.
    pub channel: Channel,
    /// Its topic.
    pub kind: Kind,
    /// The recipient's address, if they have no account.
    pub address: Option<Personal<String>>,
    /// The template's variables.
    pub variables: Personal<Variables>,
}

/// The state of a notification.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Notification {
    /// The request. Set from the beginning and kept after deletion, because the recipient decides who may ask
    /// for it again.
    pub asked: Option<NotificationRequest>,
    /// When it was requested.
    pub made_at: Option<Timestamp>,
    /// When it was read.
    pub read_at: Option<Timestamp>,
    /// It was removed from the inbox.
    pub deleted: bool,
}

impl Aggregate for Notification {
    const TYPE: &'static str = "notification";
    type Command = NotificationCommand;
    type Event = NotificationEvent;
    type Rejection = NotificationRejection;

    fn decide(
        &self,
        command: NotificationCommand,
        _: Timestamp,
    ) -> Result<Vec<NotificationEvent>, NotificationRejection> {
        match (&self.asked, command) {
            (Some(_), NotificationCommand::Request(_)) => Err(NotificationRejection::Exists),
            (None, NotificationCommand::Request(asked)) => Ok(vec![NotificationEvent::Requested {
                notification_id: asked.id,
                subject_id: asked.subject,
                channel: asked.channel,
                template: asked.kind,
                address: asked.address,
                variables: asked.variables,
            }]),
            (None, _) => Err(NotificationRejection::Unknown),
            (Some(_), _) if self.deleted => Err(NotificationRejection::Unknown),
            (Some(_), NotificationCommand::MarkRead) if self.read_at.is_some() => Ok(Vec::new()),
            (Some(_), NotificationCommand::MarkRead) => Ok(vec![NotificationEvent::Read {}]),
            (Some(_), NotificationCommand::Delete) => Ok(vec![NotificationEvent::Deleted {}]),
        }
    }

    fn evolve(&mut self, event: &NotificationEvent, at: Timestamp) {
        match event {
            NotificationEvent::Requested {
                notification_id,
                subject_id,
                channel,
                template,
                address,
                variables,
            } => {
                self.asked = Some(NotificationRequest {
                    id: *notification_id,
                    subject: *subject_id,
                    channel: *channel,
                    kind: *template,
                    address: address.clone(),
                    variables: variables.clone(),
                });
                self.made_at = Some(at);
            }
            NotificationEvent::Read {} => self.read_at = Some(at),
            NotificationEvent::Deleted {} => self.deleted = true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::Ids;

    fn asked() -> NotificationRequest {
        let now = Timestamp::from_micros(0);
        let user: UserId = Ids.id(now);
        let variables = Personal::of(user, Variables::from([("message".into(), "Hello".into())]));
        let channel = Channel::Email;
        let kind = Kind::General;
        NotificationRequest { id: Ids.id(now), subject: Some(user), channel, kind, address: None, variables }
    }

    #[test]
    fn a_notification_is_read_once_and_gone_for_good() {
        let now = Timestamp::from_micros(7);
        let mut state = Notification::default();
        for command in [NotificationCommand::MarkRead, NotificationCommand::Delete] {
            assert_eq!(state.decide(command, now), Err(NotificationRejection::Unknown));
        }
        let request = NotificationCommand::Request(Box::new(asked()));
        for event in state.decide(request.clone(), now).unwrap() {
            state.evolve(&event, now);
        }
        assert_eq!(state.decide(request, now), Err(NotificationRejection::Exists));
        assert_eq!(state.decide(NotificationCommand::MarkRead, now), Ok(vec![NotificationEvent::Read {}]));
        state.evolve(&NotificationEvent::Read {}, now);
        assert_eq!(state.decide(NotificationCommand::MarkRead, now), Ok(vec![]));
        assert_eq!(state.decide(NotificationCommand::Delete, now), Ok(vec![NotificationEvent::Deleted {}]));
        state.evolve(&NotificationEvent::Deleted {}, now);
        assert_eq!(state.decide(NotificationCommand::Delete, now), Err(NotificationRejection::Unknown));
        assert!(state.asked.is_some());
    }
}
