//! Synthetic load: messages that mean nothing, for trying out what the journal and its readers carry. They belong to
//! a tenant of their own, so they touch no person, listing, product or read model.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::aggregate::{Aggregate, EventKind};
use crate::id::UserId;
use crate::tenant::TenantId;
use crate::time::Timestamp;

/// What the topics of synthetic messages begin with.
pub const TOPIC_PREFIX: &str = "synthetic.";

/// The tenant of synthetic messages. No site can have this name.
#[must_use]
pub fn tenant() -> TenantId {
    TenantId::stored("~synthetic")
}

/// The events of a batch of synthetic messages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "eventType", content = "eventData")]
pub enum SyntheticLoadEvent {
    /// An operator had a message published that means nothing.
    #[serde(rename = "SYNTHETIC_LOAD")]
    Published(SyntheticMessage),
}

impl EventKind for SyntheticLoadEvent {}

/// A message that means nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SyntheticMessage {
    /// The batch.
    pub batch_id: Uuid,
    /// Its number in the batch, from 1.
    pub number: u32,
    /// The topic that the operator named, after `synthetic.`.
    pub topic: String,
    /// The event type that the operator named.
    pub message_type: String,
    /// The operator.
    pub requested_by: UserId,
}

/// Publishes a batch.
#[derive(Clone, Debug)]
pub struct PublishBatch {
    /// The batch.
    pub batch_id: Uuid,
    /// The number of its messages.
    pub messages: u32,
    /// The topic, with or without its prefix.
    pub topic: String,
    /// The event type that the messages name.
    pub message_type: String,
    /// The operator.
    pub requested_by: UserId,
}

/// The batch was published before.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the batch was published before")]
pub struct PublishedBefore;

/// A batch of synthetic messages. It never changes once published.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SyntheticLoad {
    /// Its last message; `None` until it is published.
    pub last: Option<SyntheticMessage>,
}

impl Aggregate for SyntheticLoad {
    const TYPE: &'static str = "synthetic";
    type Command = PublishBatch;
    type Event = SyntheticLoadEvent;
    type Rejection = PublishedBefore;

    fn decide(
        &self,
        command: PublishBatch,
        _: Timestamp,
    ) -> Result<Vec<SyntheticLoadEvent>, PublishedBefore> {
        if self.last.is_some() {
            return Err(PublishedBefore);
        }
        let PublishBatch { batch_id, messages, topic, message_type, requested_by } = command;
        let topic = format!("{TOPIC_PREFIX}{}", topic.strip_prefix(TOPIC_PREFIX).unwrap_or(&topic));
        let message = |number| {
            let (topic, message_type) = (topic.clone(), message_type.clone());
            let message = SyntheticMessage { batch_id, number, topic, message_type, requested_by };
            SyntheticLoadEvent::Published(message)
        };
        Ok((1..=messages).map(message).collect())
    }

    fn evolve(&mut self, event: &SyntheticLoadEvent, _: Timestamp) {
        let SyntheticLoadEvent::Published(message) = event;
        self.last = Some(message.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn command(topic: &str) -> PublishBatch {
        PublishBatch {
            batch_id: Uuid::from_u128(7),
            messages: 3,
            topic: topic.into(),
            message_type: "ProductCreated".into(),
            requested_by: Uuid::from_u128(1).into(),
        }
    }

    #[test]
    fn every_message_is_under_the_prefix_of_its_own() {
        for topic in ["product-events", "synthetic.product-events"] {
            let events = SyntheticLoad::default().decide(command(topic), Timestamp::default()).unwrap();
            let told: Vec<_> = events
                .iter()
                .map(|SyntheticLoadEvent::Published(message)| (message.number, &*message.topic))
                .collect();
            assert_eq!(told, [1, 2, 3].map(|number| (number, "synthetic.product-events")));
        }
    }

    #[test]
    fn a_batch_is_published_once() {
        let mut load = SyntheticLoad::default();
        for event in load.decide(command("load"), Timestamp::default()).unwrap() {
            load.evolve(&event, Timestamp::default());
        }
        assert_eq!(load.last.as_ref().map(|last| last.number), Some(3));
        assert_eq!(load.decide(command("load"), Timestamp::default()), Err(PublishedBefore));
    }

    #[test]
    fn no_site_has_its_tenant() {
        assert_eq!(TenantId::parse(tenant().as_str()), None);
    }
}
