//! Signing in, renewing sessions, and signing out. Accounts are looked up in the journal, never in a read model.

use axum::http::StatusCode;
use domain::session::{Session, SessionCommand};
use domain::user::{OpenAccount, User};
use domain::{Position, SessionId, TenantId, Version, people};
use http_kit::{Caller, Failure, refused};
use journal::Options;
use serde::Serialize;
use utoipa::ToSchema;

use crate::Users;
use crate::sessions::{Client, Holder, Rotation, fingerprint};

/// The access token and refresh token of a session.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TokenPair {
    pub access_token: String,
    pub refresh_token: String,
    token_type: &'static str,
    expires_in: i64,
}

/// A person who signed in, or registered and is thereby signed in.
pub struct SignedIn {
    /// The caller as that person.
    pub caller: Caller,
    pub person: OpenAccount,
    pub version: Version,
    pub tokens: TokenPair,
    pub position: Option<Position>,
}

/// The result of exchanging a refresh token.
pub struct Refreshed {
    pub person: OpenAccount,
    pub version: Version,
    pub tokens: TokenPair,
}

fn invalid_credentials() -> Failure {
    let message = "the e-mail address, user name or password is wrong";
    Failure::new(StatusCode::UNAUTHORIZED, "INVALID_CREDENTIALS", message)
}

pub(super) fn not_active() -> Failure {
    let message = "the account is not active; write to us to have it looked at";
    Failure::new(StatusCode::FORBIDDEN, "ACCOUNT_NOT_ACTIVE", message)
}

fn refresh_refused(code: &'static str, message: &str) -> Failure {
    Failure::new(StatusCode::UNAUTHORIZED, code, message)
}

impl Users {
    /// Signs in by e-mail address or user name. Unknown names and wrong passwords get the same answer after equal
    /// work. The status of an account is revealed only after the right password.
    pub(crate) async fn sign_in(
        &self,
        visitor: &Caller,
        name: &str,
        password: String,
    ) -> Result<SignedIn, Failure> {
        let mut found = self.all_by_name(&visitor.tenant, name).await?;
        let last = found.pop();
        // Before addresses had one form, two accounts could have spellings of one address.
        for person in found {
            if let Ok(person) = self.proven(Some(person), password.clone()).await {
                return self.admit(visitor, person).await;
            }
        }
        let person = self.proven(last, password).await?;
        self.admit(visitor, person).await
    }

    /// Returns the person found, if the password is right and they may sign in.
    pub(super) async fn proven(
        &self,
        found: Option<OpenAccount>,
        password: String,
    ) -> Result<OpenAccount, Failure> {
        let hash = found.as_ref().and_then(|person| person.password_hash.as_ref().cloned());
        let right = self.passwords.verify(password, hash).await?;
        let person = found.filter(|_| right).ok_or_else(invalid_credentials)?;
        if person.status.may_sign_in() { Ok(person) } else { Err(not_active()) }
    }

    /// The open account behind an e-mail address or a user name.
    pub(super) async fn by_name(
        &self,
        tenant: &TenantId,
        name: &str,
    ) -> Result<Option<OpenAccount>, Failure> {
        Ok(self.all_by_name(tenant, name).await?.into_iter().next())
    }

    /// The open accounts behind the spellings of a name, that of the spelling as typed first.
    async fn all_by_name(&self, tenant: &TenantId, name: &str) -> Result<Vec<OpenAccount>, Failure> {
        let aggregates = &self.context.aggregates;
        let mut ids: Vec<String> = Vec::new();
        for (kind, name) in people::sign_in_names(name) {
            let owner = aggregates.journal().owner(&self.unique_key(tenant, kind, &name)).await?;
            ids.extend(owner.map(|stream| stream.id.to_string()).filter(|id| !ids.contains(id)));
        }
        // An unknown name costs one read of a stream, too.
        if ids.is_empty() {
            ids.push(aggregates.fresh().to_string());
        }
        let mut found = Vec::new();
        for id in ids {
            found.extend(aggregates.load::<User>(tenant, id).await?.0.person);
        }
        Ok(found)
    }

    /// Signs in a person whose identity is proven. The sign-in is durable before any token is issued.
    pub(super) async fn admit(&self, visitor: &Caller, seen: OpenAccount) -> Result<SignedIn, Failure> {
        let session: SessionId = self.context.aggregates.fresh().into();
        let caller = visitor.becomes(seen.id, session, seen.role);
        let command = SessionCommand::SignIn(session, seen.id);
        let options = Options::default().on_new_stream();
        let done =
            self.context.aggregates.execute::<Session>(&caller.actor(), session, command, options).await;
        let position = done.map_err(refused)?.position;
        self.enter(caller, seen, session, position).await
    }

    /// Begins a session for a person loaded a moment ago, then checks the account again.
    pub(super) async fn enter(
        &self,
        caller: Caller,
        seen: OpenAccount,
        session: SessionId,
        position: Option<Position>,
    ) -> Result<SignedIn, Failure> {
        let tokens = self.begin(&caller, &seen, session).await?;
        // The password may have been changed or the account closed since it was loaded.
        let (now, version) = self.context.aggregates.load::<User>(&caller.tenant, seen.id).await?;
        match now.person {
            Some(person) if person.credentials == seen.credentials && person.status.may_sign_in() => {
                Ok(SignedIn { caller, person, version, tokens, position })
            }
            _ => {
                self.end_session(&caller, session, "the account changed meanwhile").await?;
                Err(invalid_credentials())
            }
        }
    }

    /// Begins the session of a caller who has just become `person`.
    pub(super) async fn begin(
        &self,
        caller: &Caller,
        person: &OpenAccount,
        session: SessionId,
    ) -> Result<TokenPair, Failure> {
        let tenant = caller.tenant.clone();
        let credentials = person.credentials;
        let holder = Holder { session, tenant, user: person.id, credentials };
        let refresh_token = self.sessions.begin(holder, Client::from(caller)).await?;
        self.pair(&caller.tenant, person, session, refresh_token)
    }

    fn pair(
        &self,
        tenant: &TenantId,
        person: &OpenAccount,
        session: SessionId,
        refresh_token: String,
    ) -> Result<TokenPair, Failure> {
        let tokens = &self.context.tokens;
        let access_token = tokens.issue(tenant, person.id, session, person.role, person.credentials);
        let access_token = access_token.map_err(|e| Failure::unavailable(&e))?;
        Ok(TokenPair { access_token, refresh_token, token_type: "Bearer", expires_in: tokens.lifetime() })
    }

    /// Exchanges a refresh token. The session must have begun under the account's present credentials. If the token
    /// was already spent, other than a moment ago by the same client, two parties hold it: the whole token family is
    /// revoked.
    pub(crate) async fn refresh(&self, visitor: &Caller, token: &str) -> Result<Refreshed, Failure> {
        let token = fingerprint(token);
        let over = || refresh_refused("INVALID_REFRESH_TOKEN", "the session is over; sign in again");
        let holder = self.sessions.holder(token).await?;
        let holder = holder.filter(|holder| holder.tenant == visitor.tenant).ok_or_else(over)?;
        let (state, version) = self.context.aggregates.load::<User>(&holder.tenant, holder.user).await?;
        let role = state.person.as_ref().map_or_else(Default::default, |person| person.role);
        let caller = visitor.becomes(holder.user, holder.session, role);
        let Some(person) = state.person.filter(|person| person.status.may_sign_in()) else {
            self.refuse(&caller, holder.session, "the account is not active").await;
            return Err(not_active());
        };
        // The change of credentials may not have ended the earlier sessions yet.
        if holder.credentials != person.credentials {
            self.refuse(&caller, holder.session, "password, role or status changed").await;
            return Err(over());
        }
        // The process may have crashed between recording the end of the session and ending it in the table.
        if self.context.aggregates.load::<Session>(&holder.tenant, holder.session).await?.0.is_ended() {
            self.refuse(&caller, holder.session, "it ended before").await;
            return Err(over());
        }
        match self.sessions.rotate(token, Client::from(visitor)).await? {
            Rotation::Next(refresh_token) => {
                let tokens = self.pair(&holder.tenant, &person, holder.session, refresh_token)?;
                Ok(Refreshed { person, version, tokens })
            }
            Rotation::Over => Err(over()),
            Rotation::Reused => {
                self.end_by(&caller, holder.session, SessionCommand::ReportReuse(holder.session)).await?;
                tracing::warn!(session.id = %holder.session, "a spent refresh token came again; its family is dead");
                let message = "the session was ended because its token was used twice; sign in again";
                Err(refresh_refused("REFRESH_REUSED", message))
            }
        }
    }

    /// Signs out. The session's tokens become invalid at once.
    pub(crate) async fn sign_out(&self, caller: &Caller) -> Result<Option<Position>, Failure> {
        let session = caller.person()?.session;
        self.end_by(caller, session, SessionCommand::SignOut(session)).await
    }

    /// Ends one of the caller's own sessions.
    pub(crate) async fn end_own(
        &self,
        caller: &Caller,
        session: SessionId,
    ) -> Result<Option<Position>, Failure> {
        let person = caller.person()?;
        if !self.sessions.lives(session, &caller.tenant, person.user).await? {
            return Err(Failure::not_found("SESSION_NOT_FOUND", "you have no such session"));
        }
        self.end_session(caller, session, "ended by the person").await
    }

    /// Ends a session whose renewal is refused. It is refused even if the session cannot be ended.
    async fn refuse(&self, caller: &Caller, session: SessionId, reason: &str) {
        if let Err(failure) = self.end_session(caller, session, reason).await {
            tracing::warn!(session.id = %session, cause = %failure, "a session that is over is not ended");
        }
    }

    async fn end_session(
        &self,
        caller: &Caller,
        session: SessionId,
        reason: &str,
    ) -> Result<Option<Position>, Failure> {
        self.end_by(caller, session, SessionCommand::Revoke(session, reason.to_owned())).await
    }

    /// Records the end of a session, then puts it into effect. If it fails in between, retrying completes it.
    async fn end_by(
        &self,
        caller: &Caller,
        session: SessionId,
        command: SessionCommand,
    ) -> Result<Option<Position>, Failure> {
        let options = Options::default();
        let done =
            self.context.aggregates.execute::<Session>(&caller.actor(), session, command, options).await;
        let position = done.map_err(refused)?.position;
        self.sessions.end(session).await?;
        self.context.tokens.end(session);
        Ok(position)
    }
}
