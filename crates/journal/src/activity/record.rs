//! What is sent to the journal, the same at every try.

use std::sync::OnceLock;

use domain::activity::ActivityEvent;
use domain::{Actor, StreamId, TenantId, Timestamp, UserId};
use uuid::Uuid;

use crate::Expected;

/// An event that the journal takes once, however often it is sent: it has its id and its time from when it was queued.
#[derive(Debug)]
pub struct Record {
    pub event_id: Uuid,
    pub at: Timestamp,
    pub actor: Actor,
    pub stream: StreamId,
    pub event: ActivityEvent,
    /// The head of the log before it was first sent.
    sent_at: OnceLock<u64>,
}

impl Record {
    /// Something a person did.
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

    /// Something of nobody in particular.
    pub fn of_nobody((event_id, at): (Uuid, Timestamp), actor: Actor, event: ActivityEvent) -> Self {
        let day = domain::time::day_name(at.india_day());
        let stream = StreamId::new(&actor.tenant, "counts", day);
        Self { event_id, at, actor, stream, event, sent_at: OnceLock::new() }
    }

    pub fn person(&self) -> Option<(&TenantId, UserId)> {
        self.actor.user.map(|user| (&self.actor.tenant, user))
    }

    /// What to send it with now, where `head` is that of its log: from its first try on it may be there.
    pub fn expected(&self, head: u64) -> Expected {
        if let Some(since) = self.sent_at.get() {
            return Expected::Again { since: *since };
        }
        let _ = self.sent_at.set(head);
        Expected::Any
    }
}
