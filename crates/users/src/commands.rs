//! The commands of people, admins and the operator.

mod account;
mod admin;
mod credentials;
mod mail;
mod oidc;
pub mod operator;
mod sign_in;

use axum::http::StatusCode;
use domain::user::{Account, OpenAccount, User, UserRejection};
use domain::{Actor, TenantId, UserId, Version, people};
use http_kit::{Caller, Failure, refused};
use journal::{ExecuteError, UniqueKey};

use crate::Users;
use crate::queries::document::{AccountActivity, UserDocument};
pub use credentials::Ending;
pub use sign_in::TokenPair;

fn user_refused(error: ExecuteError<UserRejection>) -> Failure {
    match error {
        ExecuteError::Rejected(UserRejection::Unknown) => Failure::no_such_person(),
        ExecuteError::Rejected(reason @ UserRejection::BadToken) => {
            Failure::new(StatusCode::BAD_REQUEST, "INVALID_CODE", reason.to_string())
        }
        other => refused(other),
    }
}

/// An actor for `user`, who proved their identity in another way than by an access token.
fn as_person(caller: &Caller, user: UserId) -> Actor {
    Actor { user: Some(user), ..caller.actor() }
}

impl Users {
    /// Loads an open account.
    pub(crate) async fn person(
        &self,
        tenant: &TenantId,
        user: UserId,
    ) -> Result<(OpenAccount, Version), Failure> {
        let (state, version) = self.context.aggregates.load::<User>(tenant, user).await?;
        Ok((state.person.ok_or_else(Failure::no_such_person)?, version))
    }

    /// The document of a person just loaded or changed. Values from the read model may be a moment old. If the read
    /// model cannot be read, the response goes without them, because the change is already made.
    pub(crate) async fn document(
        &self,
        tenant: &TenantId,
        person: &OpenAccount,
        version: Version,
    ) -> UserDocument {
        let known = self.known(tenant, person.id).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "the users read model does not answer; a document goes without it");
            AccountActivity { last_login: None, property_count: person.counted.unwrap_or_default() }
        });
        UserDocument::of(person, version, known)
    }

    fn unique_key(&self, tenant: &TenantId, kind: &'static str, value: &str) -> UniqueKey {
        self.context.aggregates.keys().unique_key(tenant, kind, &value.to_lowercase())
    }

    /// The unique keys of an account's names. Every spelling of the e-mail address is one, because accounts from before
    /// there was one form hold another.
    fn names_of(&self, tenant: &TenantId, account: &Account) -> Vec<UniqueKey> {
        let spellings = people::spellings(&account.email);
        let emails = spellings.iter().map(|email| self.unique_key(tenant, "email", email));
        emails.chain([self.unique_key(tenant, "username", &account.username)]).collect()
    }
}
