//! Event queries for people who investigate what happened. Consumers read the log instead.

use domain::{Envelope, Log, TenantId, Timestamp, UserId};

/// Selects events of one log. A filter that is `None` matches everything.
#[derive(Clone, Debug)]
pub struct EventQuery {
    /// The tenant.
    pub tenant: TenantId,
    /// The log.
    pub log: Log,
    /// Only positions before this one.
    pub before: Option<u64>,
    /// Only positions after this one.
    pub after: Option<u64>,
    /// The aggregate type.
    pub kind: Option<String>,
    /// The aggregate's id.
    pub id: Option<String>,
    /// The person who acted.
    pub user: Option<UserId>,
    /// The event type as serialised.
    pub event_type: Option<String>,
    /// The earliest time, inclusive.
    pub from: Option<Timestamp>,
    /// The latest time, inclusive.
    pub to: Option<Timestamp>,
    /// The maximum number of events.
    pub limit: usize,
    /// Oldest first if true, else newest first.
    pub oldest_first: bool,
}

impl EventQuery {
    /// The newest `limit` events of a tenant's log.
    #[must_use]
    pub fn newest(tenant: &TenantId, log: Log, limit: usize) -> Self {
        let (before, after, kind, id, user) = (None, None, None, None, None);
        let (event_type, from, to, oldest_first) = (None, None, None, false);
        let tenant = tenant.clone();
        Self { tenant, log, before, after, kind, id, user, event_type, from, to, limit, oldest_first }
    }

    /// Whether an event matches the query.
    #[must_use]
    pub fn fits(&self, event: &Envelope) -> bool {
        let Envelope { position, stream, .. } = event;
        stream.tenant == self.tenant
            && position.log == self.log
            && self.before.is_none_or(|before| position.seq < before)
            && self.after.is_none_or(|after| position.seq > after)
            && self.kind.as_deref().is_none_or(|kind| *kind == *stream.kind)
            && self.id.as_deref().is_none_or(|id| *id == *stream.id)
            && self.user.is_none_or(|user| event.user_id == Some(user))
            && self.event_type.as_deref().is_none_or(|name| *name == *event.event_type)
            && self.from.is_none_or(|from| event.timestamp >= from)
            && self.to.is_none_or(|to| event.timestamp <= to)
    }
}
