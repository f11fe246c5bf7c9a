//! What follows from a change of credentials: whatever began before it is over.
//!
//! ```text
//! change durable -> tokens of before do not hold -> sessions of before: on record, ended in their table
//!      `-- from here on no session of before is renewed: it began under other credentials than the account has
//! ```
//! So nobody stays in when a later step fails. The steps are made good by the same request once more, and at the next start.

use std::collections::BTreeMap;

use domain::aggregate::Aggregate as _;
use domain::session::{Session, SessionCommand};
use domain::user::{CREDENTIALS, User};
use domain::{Actor, Log, Metadata, Position, SessionId, TenantId, UserId, Version};
use http_kit::{Failure, refused};
use journal::{EventQuery, Options};

use crate::Users;
use crate::sessions::Listed;

/// Changes of credentials read at once.
const PAGE: usize = 1000;

/// Why the sessions of before end.
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

    /// Of one of [`CREDENTIALS`].
    fn of(event_type: &str) -> Self {
        match event_type {
            "USER_ROLE_CHANGED" => Self::Role,
            "USER_STATUS_CHANGED" => Self::Status,
            "USER_DELETED" => Self::Deleted,
            _ => Self::Password,
        }
    }
}

impl Users {
    /// Ends every session of `user` that began under earlier credentials: those that began since go on, however often
    /// this is done. Gives where the last record stands. A change that is durable already is no failure when this is one.
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

    /// The same, for whoever can try again.
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
        // First on record: what fails in between is found again by its row.
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

    /// Does what changes of credentials have left undone when the process before this one ended, and keeps tokens of
    /// before them from holding. By place in the journal, not by time.
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
            // The last of each person is the one that counts.
            for (user, credentials) in changed.collect::<BTreeMap<UserId, Version>>() {
                self.try_end_sessions(&actor, user, credentials, Ending::of(event_type)).await?;
            }
        }
    }

    /// A person's living sessions.
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
