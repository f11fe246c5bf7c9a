//! Commands for the operator with access to the data directory. They need no token.

use domain::fields::Choice;
use domain::user::profile::Profile;
use domain::user::{Account, Role, User, UserCommand, UserStatus};
use domain::{Actor, FieldErrors, Metadata, SessionId, TenantId, UserId, people};
use http_kit::{Caller, Failure};
use journal::{ErrorCause, ExecuteError, Options, UniqueKeys};

use super::{Ending, mail};
use crate::Users;

/// Why a command of the operator failed.
#[derive(Debug, thiserror::Error)]
pub enum AdminError {
    /// A name, address or password is invalid.
    #[error("{0}")]
    Invalid(FieldErrors),
    /// Another account has the user name.
    #[error("the user name is used by another account")]
    UsernameTaken,
    /// No account has that e-mail address.
    #[error("nobody has that e-mail address")]
    Unknown,
    /// The account may not sign in.
    #[error("the account is {}", .0.word())]
    NotActive(UserStatus),
    /// A component is unavailable.
    #[error("{0}")]
    Unavailable(#[source] ErrorCause),
}

impl From<Failure> for AdminError {
    fn from(failure: Failure) -> Self {
        Self::Unavailable(ErrorCause::new(failure))
    }
}

/// A session created for the operator.
#[derive(Clone, Debug)]
pub struct Minted {
    /// The person.
    pub user: UserId,
    /// The session.
    pub session: SessionId,
    /// The person's role.
    pub role: Role,
    /// The access token, valid for minutes.
    pub access_token: String,
    /// The refresh token, to be exchanged for another pair.
    pub refresh_token: String,
}

impl Users {
    /// Creates an admin with a confirmed e-mail address. An account that already has the address becomes admin and
    /// keeps its user name and password.
    ///
    /// # Errors
    /// See [`AdminError`]. Retrying after a failure is safe.
    pub async fn create_admin(
        &self,
        tenant: &TenantId,
        email: &str,
        username: &str,
        password: &str,
    ) -> Result<UserId, AdminError> {
        self.create_staff(tenant, (email, username, password), Role::Admin).await
    }

    /// Creates an account with a role and a confirmed e-mail address. An account that already has the address gets
    /// the role and keeps its user name and password.
    ///
    /// # Errors
    /// See [`AdminError`]. Retrying after a failure is safe.
    pub async fn create_staff(
        &self,
        tenant: &TenantId,
        (email, username, password): (&str, &str, &str),
        role: Role,
    ) -> Result<UserId, AdminError> {
        let nobody = Actor { tenant: tenant.clone(), user: None, metadata: Metadata::default() };
        let email = people::email(email).map_err(|m| AdminError::Invalid(FieldErrors::one("email", m)))?;
        let id = match self.by_name(tenant, &email).await? {
            Some(person) => person.id,
            None => self.join_confirmed(&nobody, email, username, password).await?,
        };
        let command = UserCommand::ChangeRole(role);
        let done = self.context.aggregates.execute::<User>(&nobody, id, command, Options::default()).await;
        let credentials = done.map_err(unavailable)?.state.person.map_or(0, |person| person.credentials);
        self.end_sessions(&nobody, id, credentials, Ending::Role).await;
        Ok(id)
    }

    async fn join_confirmed(
        &self,
        nobody: &Actor,
        email: String,
        username: &str,
        password: &str,
    ) -> Result<UserId, AdminError> {
        let wrong = |field, message| AdminError::Invalid(FieldErrors::one(field, message));
        let username = people::username(username).map_err(|m| wrong("username", m))?;
        let password = people::password(password).map_err(|m| wrong("password", m))?;
        let first_name = username.clone();
        let last_name = "Admin".to_owned();
        let profile = Profile { first_name, last_name, ..Profile::default() };
        let account = Account { username, email };
        let allowed = account.allows(&password, ["", ""]);
        allowed.map_err(|message| AdminError::Invalid(FieldErrors::one("password", message)))?;
        let password_hash = self.passwords.hash(password).await?;
        let id: UserId = self.context.aggregates.fresh().into();
        let person = Actor { user: Some(id), ..nobody.clone() };
        let unique_keys = UniqueKeys::taking(self.names_of(&nobody.tenant, &account));
        let verification = self.mail_token(mail::VERIFY, &nobody.tenant, id);
        // Registered and confirmed at once, so that nobody is asked to confirm the address.
        let command = UserCommand::RegisterVouched { id, account, profile, password_hash, verification };
        let options = Options::default().on_new_stream().unique(unique_keys);
        match self.context.execute::<User>(&person, id, command, options).await {
            Ok(_) => Ok(id),
            Err(ExecuteError::Taken { kind: "username", .. }) => Err(AdminError::UsernameTaken),
            Err(error) => Err(unavailable(error)),
        }
    }

    /// Confirms the e-mail address of an account. The operator vouches for it, for example where no e-mails are sent.
    ///
    /// # Errors
    /// See [`AdminError`]. Retrying is safe.
    pub async fn confirm(&self, tenant: &TenantId, email: &str) -> Result<(), AdminError> {
        let person = self.by_name(tenant, email.trim()).await?.ok_or(AdminError::Unknown)?;
        let nobody = Actor { tenant: tenant.clone(), user: None, metadata: Metadata::default() };
        let options = Options::default();
        let done =
            self.context.aggregates.execute::<User>(&nobody, person.id, UserCommand::Vouch, options).await;
        done.map(|_| ()).map_err(unavailable)
    }

    /// Creates a session of the person with that e-mail address. It is recorded like any sign-in.
    ///
    /// # Errors
    /// See [`AdminError`].
    pub async fn token_for(&self, tenant: &TenantId, email: &str) -> Result<Minted, AdminError> {
        let person = self.by_name(tenant, email.trim()).await?.ok_or(AdminError::Unknown)?;
        if !person.status.may_sign_in() {
            return Err(AdminError::NotActive(person.status));
        }
        let operator = Caller {
            tenant: tenant.clone(),
            signed_in: None,
            address: None,
            user_agent: Some("command line of the operator".into()),
            correlation: self.context.aggregates.fresh().to_string().into(),
        };
        let (user, role) = (person.id, person.role);
        let admitted = self.admit(&operator, person).await?;
        let session = admitted.caller.person()?.session;
        let tokens = admitted.tokens;
        Ok(Minted {
            user,
            session,
            role,
            access_token: tokens.access_token,
            refresh_token: tokens.refresh_token,
        })
    }
}

fn unavailable(error: impl std::error::Error + Send + Sync + 'static) -> AdminError {
    AdminError::Unavailable(ErrorCause::new(error))
}
