//! Registering, changing a profile, and closing an account.

use axum::http::StatusCode;
use domain::user::profile::{ProfileChange, Registration};
use domain::user::{IssuedToken, OpenAccount, Role, User, UserCommand, UserRejection};
use domain::warning::WarningCommand;
use domain::{Actor, FieldErrors, Position, SessionId, StreamId, UserId, Version};
use http_kit::{Caller, CountedAction, Failure};
use journal::{ExecuteError, Executed, Options, UniqueKeys};

use super::sign_in::SignedIn;
use super::{Ending, mail, user_refused};
use crate::Users;

/// Attempts for a change without a version condition.
const ATTEMPTS: usize = 4;
/// A sign-in at most this old, in seconds, counts as fresh: the person need not enter the password again.
const FRESH_SECONDS: i64 = 300;

impl Users {
    /// Creates an account and its first session.
    pub(crate) async fn register(
        &self,
        visitor: &Caller,
        registration: Registration,
        options: impl FnOnce(UserId) -> Options,
    ) -> Result<SignedIn, Failure> {
        // Checked first: over the daily limit, a visitor who tries out addresses learns nothing more, not even which
        // ones are free.
        if let Some(network) = visitor.network() {
            self.context.daily.check(CountedAction::Taken(network))?;
        }
        let id: UserId = self.context.aggregates.fresh().into();
        let session: SessionId = self.context.aggregates.fresh().into();
        let caller = visitor.becomes(id, session, Role::default());
        let verification = self.mail_token(mail::VERIFY, &caller.tenant, id);
        let password = registration.password.clone();
        let done = self.join(&caller.actor(), id, registration, verification, options(id)).await?;
        let done = match done {
            Ok(done) => done,
            Err(ExecuteError::Taken { kind, owner, .. }) => {
                return Err(self.taken(visitor, kind, &owner).await);
            }
            Err(error) => return Err(user_refused(error)),
        };
        // Tokens are not stored, so a repeated request begins a session of its own. It must be able to sign in.
        if done.repeated {
            let person = self.proven(done.state.person, password).await?;
            let caller = visitor.becomes(person.id, session, person.role);
            return self.enter(caller, person, session, done.position).await;
        }
        let person = done.state.person.ok_or_else(Failure::no_such_person)?;
        let tokens = self.begin(&caller, &person, session).await?;
        Ok(SignedIn { caller, person, version: done.version, tokens, position: done.position })
    }

    /// Appends the registration. The outer error is a failure to hash the password.
    async fn join(
        &self,
        actor: &Actor,
        id: UserId,
        registration: Registration,
        verification: IssuedToken,
        options: Options,
    ) -> Result<Result<Executed<User>, ExecuteError<UserRejection>>, Failure> {
        let Registration { account, profile, password } = registration;
        let password_hash = self.passwords.hash(password).await?;
        let take = self.names_of(&actor.tenant, &account);
        let command = UserCommand::Register { id, account, profile, password_hash, verification };
        let unique_keys = UniqueKeys::taking(take);
        let options = options.on_new_stream().unique(unique_keys);
        Ok(self.context.execute::<User>(actor, id, command, options).await)
    }

    /// Applies `change` to a profile. Without `if_version`, concurrent changes by others are merged, not overwritten.
    pub(crate) async fn update(
        &self,
        caller: &Caller,
        user: UserId,
        change: &ProfileChange,
        options: Options,
    ) -> Result<(OpenAccount, Version, Option<Position>), Failure> {
        for _ in 0..ATTEMPTS {
            let (person, version) = self.person(&caller.tenant, user).await?;
            let profile = person.profile.as_ref().ok_or_else(Failure::no_such_person)?.with(change);
            if !options.apply_at(version) {
                return Err(user_refused(ExecuteError::Precondition { actual: version }));
            }
            let merged = Options { if_version: Some(vec![version]), ..options.clone() };
            let command = UserCommand::Update(profile);
            match self.context.execute::<User>(&caller.actor(), user, command, merged).await {
                Ok(done) => {
                    let person = done.state.person.ok_or_else(Failure::no_such_person)?;
                    return Ok((person, done.version, done.position));
                }
                Err(ExecuteError::Precondition { .. }) if options.if_version.is_none() => {}
                Err(error) => return Err(user_refused(error)),
            }
        }
        Err(user_refused(ExecuteError::Busy))
    }

    /// Closes the caller's own account. The caller must prove their identity once more, by the password or by a
    /// recent sign-in, so that a device left unattended cannot be used to close it.
    pub(crate) async fn delete_own(
        &self,
        caller: &Caller,
        password: Option<String>,
        options: Options,
    ) -> Result<Option<Position>, Failure> {
        let signed_in = caller.person()?;
        match password {
            Some(password) => self.prove_again(caller, password).await?,
            None if self.sessions.began_within(signed_in.session, FRESH_SECONDS).await? => {}
            None => {
                return Err(password_refused("PASSWORD_REQUIRED", "is required: you signed in a while ago"));
            }
        }
        self.delete(caller, signed_in.user, options).await
    }

    async fn prove_again(&self, caller: &Caller, password: String) -> Result<(), Failure> {
        let user = caller.person()?.user;
        let tries = || CountedAction::WrongPassword(user.to_string());
        self.context.daily.check(tries())?;
        let (person, _) = self.person(&caller.tenant, user).await?;
        if self.passwords.verify(password, person.password_hash.into_value()).await? {
            return Ok(());
        }
        self.context.daily.take(tries())?;
        Err(password_refused("WRONG_PASSWORD", "is not the password of your account"))
    }

    /// Closes an account. Its e-mail address and user name become free again.
    pub(crate) async fn delete(
        &self,
        caller: &Caller,
        user: UserId,
        options: Options,
    ) -> Result<Option<Position>, Failure> {
        let unique_keys = UniqueKeys::released();
        let options = options.unique(unique_keys);
        let actor = caller.actor();
        let done = self.context.execute::<User>(&actor, user, UserCommand::Delete, options).await;
        let position = done.map_err(user_refused)?.position;
        Ok(self.end_sessions(&actor, user, Version::MAX, Ending::Deleted).await.or(position))
    }
}

fn password_refused(code: &'static str, message: &str) -> Failure {
    let fields = FieldErrors::one("password", message);
    Failure { fields, ..Failure::new(StatusCode::FORBIDDEN, code, format!("the password {message}")) }
}

impl Users {
    /// Answers that a name is taken, up to a daily limit per network. If it is the e-mail address, its owner is
    /// warned that somebody tried to register with it.
    async fn taken(&self, visitor: &Caller, kind: &'static str, owner: &StreamId) -> Failure {
        let counted = visitor.network().map(|network| self.context.daily.take(CountedAction::Taken(network)));
        if let Some(Err(refused)) = counted {
            return refused;
        }
        if kind == "email"
            && let Ok(owner) = owner.id.parse()
        {
            let warning = WarningCommand::OfRegistration(owner);
            self.context.warn(&visitor.tenant, owner, warning).await;
        }
        taken(kind)
    }
}

fn taken(kind: &'static str) -> Failure {
    let (code, message) = match kind {
        "email" => ("EMAIL_TAKEN", "is used by another account; sign in, or reset the password"),
        _ => ("USERNAME_TAKEN", "is used by another account; choose another"),
    };
    let fields = FieldErrors::one(kind, message);
    Failure { fields, ..Failure::conflict(code, format!("the {kind} {message}")) }
}
