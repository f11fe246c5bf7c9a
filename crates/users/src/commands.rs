//! What people, admins and the operator can have done.

mod account;
mod mail;
mod oidc;
pub mod operator;
mod sign_in;
mod standing;

use axum::http::StatusCode;
use domain::session::{Session, SessionCommand};
use domain::user::{Person, User, UserRejection};
use domain::{Actor, Position, SessionId, TenantId, UserId, Version};
use http_kit::{Caller, Failure, refused};
use journal::{Claim, ExecuteError, Options};

use crate::Users;
use crate::queries::document::{Known, UserDocument};
pub use mail::{asked_code, asked_email, asked_reset};
pub use sign_in::{TokenPair, asked_credentials, asked_refresh};

fn user_refused(error: ExecuteError<UserRejection>) -> Failure {
    match error {
        ExecuteError::Rejected(UserRejection::Unknown) => Failure::no_such_person(),
        ExecuteError::Rejected(reason @ UserRejection::BadToken) => {
            Failure::new(StatusCode::BAD_REQUEST, "INVALID_CODE", reason.to_string())
        }
        other => refused(other),
    }
}

/// The caller as `user`, who proved to be that person otherwise than by an access token.
fn as_person(caller: &Caller, user: UserId) -> Actor {
    Actor { user: Some(user), ..caller.actor() }
}

impl Users {
    /// An open account.
    pub(crate) async fn person(&self, tenant: &TenantId, user: UserId) -> Result<(Person, Version), Failure> {
        let (state, version) = self.kit.ledger.load::<User>(tenant, user).await?;
        Ok((state.person.ok_or_else(Failure::no_such_person)?, version))
    }

    /// The document of a person just loaded or changed. What the read model adds may be a moment old; without the
    /// read model the answer is made all the same, because the change is done.
    pub(crate) async fn document(
        &self,
        tenant: &TenantId,
        person: &Person,
        version: Version,
    ) -> UserDocument {
        let known = self.known(tenant, person.id).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "the users read model does not answer; a document goes without it");
            Known { last_login: None, property_count: person.counted.unwrap_or_default() }
        });
        UserDocument::of(person, version, known)
    }

    fn claim(&self, tenant: &TenantId, kind: &'static str, value: &str) -> Claim {
        self.kit.ledger.keys().claim(tenant, kind, &value.to_lowercase())
    }

    /// Ends every session of `user`, first in effect, then on record. Gives where the last record stands.
    pub(crate) async fn end_sessions(
        &self,
        actor: &Actor,
        user: UserId,
        reason: Ending,
    ) -> Result<Option<Position>, Failure> {
        let now = self.kit.ledger.clock().now();
        let forget_client = reason == Ending::Deleted;
        let ended = self.sessions.end_all(&actor.tenant, user, forget_client, now).await?;
        for session in &ended {
            self.kit.tokens.end(*session);
        }
        let mut last = None;
        for session in ended {
            last = self.revoke(actor, session, reason.text()).await?.or(last);
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
        let done = self.kit.ledger.execute::<Session>(actor, session, command, Options::default()).await;
        Ok(done.map_err(refused)?.position)
    }
}

/// Why all sessions of a person end.
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
}
