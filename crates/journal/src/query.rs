//! Looking for events: for people who want to know what happened, not for consumers.

use domain::{Envelope, Log, TenantId, Timestamp, UserId};

/// Which events of a log. What is not said does not matter.
#[derive(Clone, Debug)]
pub struct EventQuery {
    /// Whose.
    pub tenant: TenantId,
    /// Of which log.
    pub log: Log,
    /// Before this position.
    pub before: Option<u64>,
    /// After this position.
    pub after: Option<u64>,
    /// The aggregate type.
    pub kind: Option<String>,
    /// The aggregate's id.
    pub id: Option<String>,
    /// Who acted.
    pub user: Option<UserId>,
    /// The event's name on the wire.
    pub event_type: Option<String>,
    /// Not before.
    pub from: Option<Timestamp>,
    /// Not after.
    pub to: Option<Timestamp>,
    /// So many at most.
    pub limit: usize,
    /// In the order in which they happened, else newest first.
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

    /// Whether an event is among those asked for.
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
