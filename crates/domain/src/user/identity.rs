//! Accounts at sign-in providers that open an account here.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{OpenAccount, UserEvent, UserRejection};
use crate::id::UserId;
use crate::personal::Personal;

/// An account at a sign-in provider. It is identified by both members together, never by an e-mail address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Identity {
    /// The provider's URL.
    pub issuer: String,
    /// The account's id at the provider.
    pub subject: String,
}

impl Identity {
    pub(super) fn linked(self, subject_id: UserId, provider: String) -> UserEvent {
        UserEvent::IdentityLinked { subject_id, provider, identity: Personal::of(subject_id, self) }
    }
}

impl OpenAccount {
    /// Links `identity`, which may then sign in to this account. If the e-mail address was not verified, the
    /// account may have been created by somebody else to wait for the address's owner, so its old password
    /// stops working.
    pub(super) fn link(
        &self,
        provider: String,
        identity: Identity,
        password_hash: String,
    ) -> Result<Vec<UserEvent>, UserRejection> {
        if !self.status.may_sign_in() {
            return Err(UserRejection::NotActive);
        }
        let mut known = self.identities.iter().filter_map(Personal::as_ref);
        match known.find(|known| known.issuer == identity.issuer) {
            Some(known) if *known == identity => return Ok(Vec::new()),
            Some(_) => return Err(UserRejection::LinkedOtherwise),
            None => {}
        }
        let linked = identity.linked(self.id, provider);
        if self.email_verified {
            return Ok(vec![linked]);
        }
        let password_hash = Personal::of(self.id, password_hash);
        Ok(vec![UserEvent::EmailVerified {}, UserEvent::PasswordChanged { password_hash }, linked])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aggregate::Aggregate;
    use crate::time::Timestamp;
    use crate::user::{Account, IssuedToken, Profile, User, UserCommand, UserStatus};

    const NOW: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);

    fn identity(subject: &str) -> Identity {
        Identity { issuer: "https://issuer.example".into(), subject: subject.into() }
    }

    fn link(subject: &str) -> UserCommand {
        let provider = "sample".into();
        let password_hash = "nobody knows".into();
        UserCommand::Link { provider, identity: identity(subject), password_hash }
    }

    fn token() -> IssuedToken {
        IssuedToken { nonce: "n".into(), token_hash: "code".into(), expires_at: NOW.plus_seconds(60) }
    }

    fn account() -> (UserId, Account, Profile) {
        let account = Account { username: "asha".into(), email: "asha@example.com".into() };
        ("0197c000-0000-7000-8000-000000000001".parse().unwrap(), account, Profile::default())
    }

    fn after(mut state: User, command: UserCommand) -> User {
        for event in state.decide(command, NOW).unwrap() {
            state.evolve(&event, NOW);
        }
        state
    }

    fn joined() -> User {
        let (id, account, profile) = account();
        let password_hash = "hash".into();
        let verification = token();
        after(User::default(), UserCommand::Register { id, account, profile, password_hash, verification })
    }

    fn password(state: &User) -> &str {
        state.person.as_ref().unwrap().password_hash.as_ref().unwrap()
    }

    #[test]
    fn a_confirmed_account_keeps_its_password_when_it_is_linked() {
        let state = after(joined(), UserCommand::VerifyEmail("code".into()));
        let (id, ..) = account();
        let expected = UserEvent::IdentityLinked {
            subject_id: id,
            provider: "sample".into(),
            identity: Personal::of(id, identity("1")),
        };
        assert_eq!(state.decide(link("1"), NOW), Ok(vec![expected]));
        assert_eq!(password(&after(state, link("1"))), "hash");
    }

    #[test]
    fn whoever_made_an_account_with_an_address_that_is_not_theirs_is_locked_out() {
        let state = after(after(joined(), UserCommand::RequestReset(token())), link("1"));
        let person = state.person.as_ref().unwrap();
        assert!(person.email_verified && person.status == UserStatus::Active);
        assert_eq!(password(&state), "nobody knows");
        let verify = state.decide(UserCommand::VerifyEmail("code".into()), NOW);
        assert_eq!(verify, Err(UserRejection::BadToken));
        let token_hash = "code".into();
        let password_hash = "squatter".into();
        let reset = state.decide(UserCommand::ResetPassword { token_hash, password_hash }, NOW);
        assert_eq!(reset, Err(UserRejection::BadToken), "codes sent before open nothing");
    }

    #[test]
    fn one_account_of_a_provider_opens_an_account_and_no_suspended_one() {
        let state = after(joined(), link("1"));
        assert_eq!(state.decide(link("1"), NOW), Ok(vec![]));
        assert_eq!(state.decide(link("2"), NOW), Err(UserRejection::LinkedOtherwise));
        let state = after(joined(), UserCommand::ChangeStatus(UserStatus::Suspended));
        assert_eq!(state.decide(link("1"), NOW), Err(UserRejection::NotActive));
        let closed = after(joined(), UserCommand::Delete);
        assert_eq!(closed.decide(link("1"), NOW), Err(UserRejection::Unknown));
    }

    #[test]
    fn joining_through_a_provider_confirms_the_address_at_once() {
        let (id, account, profile) = account();
        let join = UserCommand::JoinThrough {
            id,
            account,
            profile,
            password_hash: "nobody knows".into(),
            verification: token(),
            provider: "sample".into(),
            identity: identity("1"),
        };
        let state = after(User::default(), join.clone());
        let person = state.person.as_ref().unwrap();
        assert!(person.email_verified && person.status == UserStatus::Active);
        assert_eq!(state.decide(link("1"), NOW), Ok(vec![]));
        assert_eq!(state.decide(join, NOW), Err(UserRejection::Exists));
    }
}
