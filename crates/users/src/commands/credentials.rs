//! Ends sessions after a change of credentials (password, role, status or deletion): every session that began before
//! is over.
//!
//! ```text
//! change durable -> earlier tokens invalid -> earlier sessions: end recorded, then ended in their table
//!      `-- from here on no earlier session is renewed: it began under other credentials than the account has now
//! ```
//! So nobody stays signed in when a later step fails. The same request, when repeated, or the next start makes up for
//! the steps that failed.

use std::collections::BTreeMap;

use domain::aggregate::Aggregate as _;
use domain::session::{Session, SessionCommand};
use domain::user::{CREDENTIALS, DELETED, User};
use domain::{Actor, Log, Metadata, Position, SessionId, TenantId, UserId, Version};
use http_kit::{Failure, refused};
use journal::{EventQuery, Options};

use crate::Users;
use crate::sessions::Listed;

/// Changes of credentials read at once.
const PAGE: usize = 1000;

/// Why earlier sessions end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    Linked,
    Password,
    Role,
    Status,
    Deleted,
}

impl Ending {
    const fn text(self) -> &'static str {
        match self {
            Self::Linked => "the e-mail address was shown to be somebody's",
            Self::Password => "password changed",
            Self::Role => "role changed",
            Self::Status => "status changed",
            Self::Deleted => "account deleted",
        }
    }

    /// The reason for an event type that is one of [`CREDENTIALS`].
    fn of(event_type: &str) -> Self {
        match event_type {
            "USER_ROLE_CHANGED" => Self::Role,
            "USER_STATUS_CHANGED" => Self::Status,
            DELETED => Self::Deleted,
            _ => Self::Password,
        }
    }
}

impl Users {
    /// Ends every session of `user` that began under earlier credentials. Later sessions continue, however often this
    /// is called. Returns the position of the last event recorded. An error here is logged, not returned, since the
    /// change itself is already durable.
    pub(crate) async fn end_sessions(
        &self,
        actor: &Actor,
        user: UserId,
        credentials: Version,
        ending: Ending,
    ) -> Option<Position> {
        self.try_end_sessions(actor, user, credentials, ending).await.unwrap_or_else(|failure| {
            let cause = failure.to_string();
            tracing::warn!(user.id = %user, cause, "sessions that are over stand in their table as if they were not");
            None
        })
    }

    /// Like [`Self::end_sessions`], for callers that can retry on an error.
    pub(crate) async fn try_end_sessions(
        &self,
        actor: &Actor,
        user: UserId,
        credentials: Version,
        ending: Ending,
    ) -> Result<Option<Position>, Failure> {
        self.context.tokens.require(user, credentials);
        let older = self.sessions.older(&actor.tenant, user, credentials).await?;
        let mut last = None;
        // The event first: if the process fails in between, the row still marks the session as open and it is found
        // again.
        for session in &older {
            last = self.revoke(actor, *session, ending.text()).await?.or(last);
        }
        if !older.is_empty() {
            self.sessions.end_all(older).await?;
        }
        Ok(last)
    }

    async fn revoke(
        &self,
        actor: &Actor,
        session: SessionId,
        reason: &str,
    ) -> Result<Option<Position>, Failure> {
        let command = SessionCommand::Revoke(session, reason.to_owned());
        let done =
            self.context.aggregates.execute::<Session>(actor, session, command, Options::default()).await;
        Ok(done.map_err(refused)?.position)
    }

    /// Finishes what the previous process left undone after changes of credentials, and revokes tokens from before
    /// them. It goes by position in the journal, not by time.
    pub(crate) async fn catch_up(&self) -> Result<(), Failure> {
        let head = self.context.aggregates.journal().head(Log::Facts).await?;
        let read = self.sessions.read_to(head.epoch)?;
        for tenant in self.context.tenants.ids() {
            for event_type in CREDENTIALS {
                self.catch_up_with(tenant, event_type, read.seq, head.seq).await?;
            }
        }
        Ok(self.sessions.have_read(head).await?)
    }

    async fn catch_up_with(
        &self,
        tenant: &TenantId,
        event_type: &str,
        mut after: u64,
        head: u64,
    ) -> Result<(), Failure> {
        let actor = Actor { tenant: tenant.clone(), user: None, metadata: Metadata::default() };
        loop {
            let query = EventQuery {
                kind: Some(User::TYPE.to_owned()),
                event_type: Some(event_type.to_owned()),
                after: Some(after),
                before: Some(head + 1),
                oldest_first: true,
                ..EventQuery::newest(tenant, Log::Facts, PAGE)
            };
            let found = self.context.aggregates.journal().find(&query).await?;
            let Some(last) = found.last() else { return Ok(()) };
            after = last.position.seq;
            let changed =
                found.iter().filter_map(|event| Some((event.stream.id.parse().ok()?, event.version)));
            // Only the last change of each person counts.
            for (user, credentials) in changed.collect::<BTreeMap<UserId, Version>>() {
                self.try_end_sessions(&actor, user, credentials, Ending::of(event_type)).await?;
            }
        }
    }

    /// The sessions of a person that are neither ended nor expired.
    pub(crate) async fn living_sessions(
        &self,
        tenant: &TenantId,
        user: UserId,
        current: Option<SessionId>,
    ) -> Result<Vec<Listed>, Failure> {
        let (person, _) = self.person(tenant, user).await?;
        Ok(self.sessions.living(tenant, user, person.credentials, current).await?)
    }
}
