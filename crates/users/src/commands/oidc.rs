//! Signing in through an OpenID Connect provider: finds the linked account, links an existing one, or creates one.

use axum::http::StatusCode;
use domain::user::{Account, OpenAccount, User, UserCommand, UserRejection};
use domain::{SessionId, UserId};
use http_kit::{Caller, Failure};
use journal::{ExecuteError, Options, UniqueKey, UniqueKeys};

use super::sign_in::{SignedIn, not_active};
use super::{Ending, as_person, mail, user_refused};
use crate::Users;
use crate::oidc::{Flight, OidcError, Proven, Provider, is_local};
use crate::sessions::random;

/// Attempts, since somebody else may link or register at the same moment. Each attempt looks at the new state.
const ATTEMPTS: usize = 3;

/// The result of a sign-in through a provider.
pub struct Arrival {
    pub signed: SignedIn,
    /// The account was created by this sign-in.
    pub joined: bool,
}

fn refused(code: &'static str, message: &str) -> Failure {
    Failure::new(StatusCode::UNAUTHORIZED, code, message)
}

fn failed(error: OidcError) -> Failure {
    match error {
        OidcError::Unavailable(cause) => {
            tracing::warn!(%cause, "a provider of sign-ins does not answer");
            let message = "the provider does not answer now; sign in otherwise, or try again in a moment";
            Failure::new(StatusCode::SERVICE_UNAVAILABLE, "PROVIDER_UNAVAILABLE", message)
        }
        OidcError::CodeRefused => {
            refused("OIDC_CODE_REFUSED", "the provider did not take the code; begin again")
        }
        error @ OidcError::Token(_) => {
            tracing::warn!(%error, "a sign-in through a provider is refused");
            refused("OIDC_TOKEN_REFUSED", "what the provider answered does not hold; begin again")
        }
    }
}

fn not_ours() -> Failure {
    let message = "this sign-in was begun elsewhere, has ended, or is too old; begin again";
    refused("OIDC_STATE_REFUSED", message)
}

impl Users {
    fn provider(&self, name: &str) -> Result<&Provider, Failure> {
        let message = "nobody signs in through such a provider here";
        self.oidc.get(name).ok_or_else(|| Failure::not_found("PROVIDER_NOT_FOUND", message))
    }

    fn redirect(&self, visitor: &Caller, provider: &str) -> Result<String, Failure> {
        self.oidc
            .redirect(&visitor.tenant, provider)
            .ok_or_else(|| Failure::unavailable(&"the tenant has no address"))
    }

    /// Returns the address of the provider to go to, and the cookie value that the browser keeps meanwhile.
    pub(crate) async fn leave(
        &self,
        visitor: &Caller,
        provider: &str,
        next: String,
    ) -> Result<(String, String), Failure> {
        let known = self.provider(provider)?;
        let now = self.context.tokens.monotonic_clock().now();
        let auth_request = Flight::begin(provider, &visitor.tenant, next, now);
        let redirect = self.redirect(visitor, provider)?;
        let door = known.door(&auth_request, &redirect, now).await.map_err(failed)?;
        Ok((door, auth_request.encrypted(self.context.aggregates.keys())))
    }

    /// Finds the sign-in attempt that an answer belongs to. Each attempt can end only once.
    pub(crate) fn land(
        &self,
        visitor: &Caller,
        provider: &str,
        cookie: Option<&str>,
        state: &str,
    ) -> Result<Flight, Failure> {
        self.provider(provider)?;
        let now = self.context.tokens.monotonic_clock().now();
        let auth_request =
            cookie.and_then(|c| Flight::open(self.context.aggregates.keys(), c, &visitor.tenant, now));
        auth_request
            .filter(|auth_request| auth_request.is_of(provider, state) && is_local(&auth_request.next))
            .filter(|auth_request| self.oidc.lands(auth_request, now))
            .ok_or_else(not_ours)
    }

    /// Signs in the person that the provider proves with `code`.
    pub(crate) async fn arrive(
        &self,
        visitor: &Caller,
        auth_request: &Flight,
        code: &str,
        issuer: Option<&str>,
    ) -> Result<Arrival, Failure> {
        let redirect = self.redirect(visitor, &auth_request.provider)?;
        let provider = self.provider(&auth_request.provider)?;
        let monotonic_clock = self.context.tokens.monotonic_clock();
        let proven =
            provider.prove(auth_request, code, issuer, &redirect, monotonic_clock).await.map_err(failed)?;
        for _ in 0..ATTEMPTS {
            if let Some(arrival) = self.let_in(visitor, &auth_request.provider, &proven).await? {
                return Ok(arrival);
            }
        }
        Err(user_refused(ExecuteError::Busy))
    }

    fn identity_claim(&self, visitor: &Caller, proven: &Proven) -> UniqueKey {
        let (issuer, subject) = (&proven.identity.issuer, &proven.identity.subject);
        self.context.aggregates.keys().unique_key(
            &visitor.tenant,
            "identity",
            &format!("{issuer}\n{subject}"),
        )
    }

    /// Returns `None` when somebody else took the identity, the address or the name at the same moment.
    async fn let_in(
        &self,
        visitor: &Caller,
        provider: &str,
        proven: &Proven,
    ) -> Result<Option<Arrival>, Failure> {
        let unique_key = self.identity_claim(visitor, proven);
        if let Some(stream) = self.context.aggregates.journal().owner(&unique_key).await? {
            let (state, _) = self.context.aggregates.load::<User>(&visitor.tenant, &stream.id).await?;
            let person = state.person.ok_or_else(Failure::no_such_person)?;
            return self.admitted(visitor, person).await.map(Some);
        }
        let message =
            "the provider has not confirmed your e-mail address; confirm it there, or sign in otherwise";
        let email = proven.email.as_deref();
        let email = email.ok_or_else(|| refused("OIDC_EMAIL_NOT_VERIFIED", message))?;
        match self.by_name(&visitor.tenant, email).await? {
            Some(person) => self.link(visitor, provider, proven, unique_key, person).await,
            None => self.join_through(visitor, provider, proven, unique_key, email).await,
        }
    }

    async fn admitted(&self, visitor: &Caller, person: OpenAccount) -> Result<Arrival, Failure> {
        if !person.status.may_sign_in() {
            return Err(not_active());
        }
        Ok(Arrival { signed: self.admit(visitor, person).await?, joined: false })
    }

    /// Links the account that has this e-mail address. If the address was not confirmed here before, whoever made the
    /// account loses access, because the password is replaced.
    async fn link(
        &self,
        visitor: &Caller,
        provider: &str,
        proven: &Proven,
        unique_key: UniqueKey,
        person: OpenAccount,
    ) -> Result<Option<Arrival>, Failure> {
        if !person.status.may_sign_in() {
            return Err(not_active());
        }
        let actor = as_person(visitor, person.id);
        let command = UserCommand::Link {
            provider: provider.to_owned(),
            identity: proven.identity.clone(),
            password_hash: self.passwords.hash(random()).await?,
        };
        let unique_keys = UniqueKeys::taking(vec![unique_key]);
        let options = Options::default().unique(unique_keys);
        let done = match self.context.execute::<User>(&actor, person.id, command, options).await {
            Ok(done) => done,
            Err(ExecuteError::Taken { .. }) => return Ok(None),
            Err(ExecuteError::Rejected(UserRejection::NotActive)) => return Err(not_active()),
            Err(ExecuteError::Rejected(UserRejection::LinkedOtherwise)) => {
                let message = "another account of that provider opens the account with this address";
                return Err(Failure::conflict("OIDC_LINKED_OTHERWISE", message));
            }
            Err(error) => return Err(user_refused(error)),
        };
        let linked = done.state.person.ok_or_else(Failure::no_such_person)?;
        self.end_sessions(&actor, person.id, linked.credentials, Ending::Linked).await;
        self.admitted(visitor, linked).await.map(Some)
    }

    async fn join_through(
        &self,
        visitor: &Caller,
        provider: &str,
        proven: &Proven,
        unique_key: UniqueKey,
        email: &str,
    ) -> Result<Option<Arrival>, Failure> {
        let id: UserId = self.context.aggregates.fresh().into();
        let session: SessionId = self.context.aggregates.fresh().into();
        let caller = visitor.becomes(id, session, domain::user::Role::default());
        // No user name was asked for; this one contains nothing personal.
        let digits = id.uuid().simple().to_string();
        let username = format!("user-{}", digits.get(20..).unwrap_or(&digits));
        let account = Account { username, email: email.to_owned() };
        let mut take = self.names_of(&visitor.tenant, &account);
        take.push(unique_key);
        let command = UserCommand::JoinThrough {
            id,
            account,
            profile: proven.profile.clone(),
            password_hash: self.passwords.hash(random()).await?,
            verification: self.mail_token(mail::VERIFY, &visitor.tenant, id),
            provider: provider.to_owned(),
            identity: proven.identity.clone(),
        };
        let unique_keys = UniqueKeys::taking(take);
        let options = Options::default().on_new_stream().unique(unique_keys);
        let done = match self.context.execute::<User>(&caller.actor(), id, command, options).await {
            Ok(done) => done,
            Err(ExecuteError::Taken { .. }) => return Ok(None),
            Err(error) => return Err(user_refused(error)),
        };
        let person = done.state.person.ok_or_else(Failure::no_such_person)?;
        let tokens = self.begin(&caller, &person, session).await?;
        let signed = SignedIn { caller, person, version: done.version, tokens, position: done.position };
        Ok(Some(Arrival { signed, joined: true }))
    }
}
