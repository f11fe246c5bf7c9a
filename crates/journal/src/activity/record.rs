//! A record sent to the journal, identical in every attempt.

use std::sync::OnceLock;

use domain::activity::ActivityEvent;
use domain::{Actor, StreamId, TenantId, Timestamp, UserId};
use uuid::Uuid;

use crate::Expected;

/// An event that the journal appends once, however often it is sent. Its id and time are fixed when it is queued.
#[derive(Debug)]
pub struct Record {
    pub event_id: Uuid,
    pub at: Timestamp,
    pub actor: Actor,
    pub stream: StreamId,
    pub event: ActivityEvent,
    /// The head of the log before the first attempt.
    sent_at: OnceLock<u64>,
}

impl Record {
    /// A record of something a person did.
    pub fn of_person(
        (event_id, at): (Uuid, Timestamp),
        actor: Actor,
        user: UserId,
        event: ActivityEvent,
    ) -> Self {
        let stream = StreamId::new(&actor.tenant, "activity", user);
        Self {
            event_id,
            at,
            actor: Actor { user: Some(user), ..actor },
            stream,
            event,
            sent_at: OnceLock::new(),
        }
    }

    /// A record that belongs to no particular person.
    pub fn of_nobody((event_id, at): (Uuid, Timestamp), actor: Actor, event: ActivityEvent) -> Self {
        let day = domain::time::day_name(at.india_day());
        let stream = StreamId::new(&actor.tenant, "counts", day);
        Self { event_id, at, actor, stream, event, sent_at: OnceLock::new() }
    }

    pub fn person(&self) -> Option<(&TenantId, UserId)> {
        self.actor.user.map(|user| (&self.actor.tenant, user))
    }

    /// What version to expect in this attempt; `head` is the current head of the log. From the second attempt on the
    /// event may already be in the log.
    pub fn expected(&self, head: u64) -> Expected {
        if let Some(since) = self.sent_at.get() {
            return Expected::Again { since: *since };
        }
        let _ = self.sent_at.set(head);
        Expected::Any
    }
}
