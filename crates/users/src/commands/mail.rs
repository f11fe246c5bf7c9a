//! The e-mail flows: confirming an address and resetting a password. The e-mails themselves are written by the
//! service that consumes the events.

use std::fmt::Write;
use std::time::Duration;

use domain::aggregate::Aggregate;
use domain::user::{IssuedToken, OpenAccount, User, UserCommand, UserRejection};
use domain::{Actor, FieldErrors, Position, StreamId, TenantId, UserId, Version};
use http_kit::{Caller, Conditions, CountedAction, Failure};
use journal::{ExecuteError, Options};

use super::{Ending, as_person, user_refused};
use crate::Users;
use crate::sessions::{fingerprint, random};

/// The purpose of a mail token, and its lifetime in seconds.
#[derive(Clone, Copy, Debug)]
pub struct Purpose {
    name: &'static str,
    seconds: i64,
}

pub const VERIFY: Purpose = Purpose { name: "verify-email", seconds: 48 * 3600 };
pub const RESET: Purpose = Purpose { name: "password-reset", seconds: 3600 };

/// A reset request takes at least this long, so that the response time does not reveal who has an account.
const RESET_TAKES: Duration = Duration::from_millis(50);
/// Attempts to append a reset request while others write to the same account.
const RESET_ROUNDS: usize = 4;

fn hash(token: &str) -> String {
    let mut hex = String::with_capacity(64);
    for byte in fingerprint(token) {
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}

/// A wrong person and a wrong code get the same answer.
fn bad_code(error: ExecuteError<UserRejection>) -> Failure {
    match error {
        ExecuteError::Rejected(_) => user_refused(ExecuteError::Rejected(UserRejection::BadToken)),
        other => user_refused(other),
    }
}

impl Users {
    /// Makes a mail token for `user`, in the form stored in events.
    pub(super) fn mail_token(&self, purpose: Purpose, tenant: &TenantId, user: UserId) -> IssuedToken {
        let nonce = random();
        let token = self.context.aggregates.keys().mail_token(purpose.name, tenant, user, &nonce);
        let expires_at = self.context.aggregates.clock().now().plus_seconds(purpose.seconds);
        IssuedToken { token_hash: hash(&token), nonce, expires_at }
    }

    /// Confirms an e-mail address with the code that was sent to it.
    pub(crate) async fn verify_email(
        &self,
        visitor: &Caller,
        (id, code): (UserId, &str),
        options: impl FnOnce(UserId) -> Options,
    ) -> Result<(OpenAccount, Version, Option<Position>), Failure> {
        let actor = as_person(visitor, id);
        let command = UserCommand::VerifyEmail(hash(code));
        let done = self.context.execute::<User>(&actor, id, command, options(id)).await;
        let done = done.map_err(bad_code)?;
        if let Some(position) = done.position {
            self.context.seen.remember(&actor.tenant, id, position);
        }
        Ok((done.state.person.ok_or_else(Failure::no_such_person)?, done.version, done.position))
    }

    /// Requests another confirmation mail; does nothing when the address is already confirmed. Limited per day; a
    /// refusal says when to try again.
    pub(crate) async fn resend_verification(
        &self,
        caller: &Caller,
        options: Options,
    ) -> Result<Option<Position>, Failure> {
        let user = caller.person()?.user;
        self.context.daily.take(CountedAction::Confirmation(user.to_string()))?;
        let token = self.mail_token(VERIFY, &caller.tenant, user);
        let command = UserCommand::RequestVerification(token);
        let done = self.context.execute::<User>(&caller.actor(), user, command, options).await;
        Ok(done.map_err(user_refused)?.position)
    }

    /// Requests a reset mail. The response and its time are the same whether or not there is an account.
    pub(crate) async fn request_reset(
        &self,
        visitor: &Caller,
        email: &str,
        conditions: &Conditions,
    ) -> Result<(), Failure> {
        // Counted by what was typed, so that a refusal does not reveal either whether there is an account.
        self.context
            .daily
            .take(CountedAction::Reset(format!("{}|{email}", visitor.tenant), visitor.network()))?;
        let ask = async {
            let Some(person) = self.by_name(&visitor.tenant, email).await? else { return Ok(()) };
            let token = self.mail_token(RESET, &visitor.tenant, person.id);
            // The visitor has not proved to be that person.
            let actor = Actor { user: None, ..visitor.actor() };
            let command = UserCommand::RequestReset(token);
            // The idempotency key is bound to the account, not to the body. Otherwise, a conflict over a reused key
            // would reveal whether the first request named an account.
            let options = conditions.of(person.id).options(&self.context, visitor, &[], &person.id);
            for _ in 0..RESET_ROUNDS {
                let done =
                    self.context.execute::<User>(&actor, person.id, command.clone(), options.clone()).await;
                if !matches!(done, Err(ExecuteError::Busy)) {
                    return done.map(|_| ()).map_err(user_refused);
                }
            }
            // Answering that the account is busy would reveal that there is one.
            tracing::warn!("a reset gave way to others of the same account");
            Ok(())
        };
        tokio::join!(ask, tokio::time::sleep(RESET_TAKES)).0
    }

    /// Sets a new password with the token of a reset mail, and ends every session.
    pub(crate) async fn reset_password(
        &self,
        visitor: &Caller,
        token: &str,
        password: String,
        options: impl FnOnce(UserId) -> Options,
    ) -> Result<(), Failure> {
        let wrong = || bad_code(ExecuteError::Rejected(UserRejection::BadToken));
        let (id, secret) = token.split_once('.').ok_or_else(wrong)?;
        let id: UserId = id.parse().map_err(|_| wrong())?;
        let command = |password_hash| UserCommand::ResetPassword { token_hash: hash(secret), password_hash };
        // A wrong token is refused before the slow hashing, unless this same request has already used it up.
        let actor = as_person(visitor, id);
        let options = options(id);
        let (state, _) = self.context.aggregates.load::<User>(&visitor.tenant, id).await?;
        if state.decide(command(String::new()), self.context.aggregates.clock().now()).is_err() {
            let stream = StreamId::new(&visitor.tenant, User::TYPE, id);
            self.context.answered(&stream, options.idempotency.as_ref()).await?.ok_or_else(wrong)?;
            self.password_is_set(&actor, id, &state, None).await;
            return Ok(());
        }
        // Only checked with a valid token: otherwise, the refusal would reveal a name of the account.
        let allowed = state.person.as_ref().map_or(Ok(()), |person| person.allows(&password));
        allowed.map_err(|message| FieldErrors::one("newPassword", message))?;
        let password_hash = self.passwords.hash(password).await?;
        let done = self.context.execute::<User>(&actor, id, command(password_hash), options).await;
        let done = done.map_err(bad_code)?;
        self.password_is_set(&actor, id, &done.state, done.position).await;
        Ok(())
    }

    /// Ends all earlier sessions. A repeated request ends what the first one left.
    async fn password_is_set(&self, actor: &Actor, id: UserId, state: &User, position: Option<Position>) {
        let credentials = state.person.as_ref().map_or(Version::MAX, |person| person.credentials);
        let last = self.end_sessions(actor, id, credentials, Ending::Password).await.or(position);
        if let Some(position) = last {
            self.context.seen.remember(&actor.tenant, id, position);
        }
    }
}
