//! A person with an account.

mod account_state;
pub mod identity;
pub mod profile;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::aggregate::{Aggregate, EventKind};
use crate::envelope::Version;
use crate::id::UserId;
use crate::personal::Personal;
use crate::time::Timestamp;
pub use account_state::{Role, UserStatus};
pub use identity::Identity;
pub use profile::{Account, Profile};

/// A single-use token sent by e-mail. The token is derived from `nonce` with a key kept outside the journal, so
/// nobody can compute it from the events. Only its hash is compared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct IssuedToken {
    /// A random value.
    pub nonce: String,
    /// SHA-256 of the token, hexadecimal.
    pub token_hash: String,
    /// When it expires.
    pub expires_at: Timestamp,
}

/// The events of a user account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "eventType", content = "eventData", rename_all_fields = "camelCase")]
pub enum UserEvent {
    /// A person registered.
    #[serde(rename = "USER_REGISTERED")]
    Registered {
        /// The user's id.
        user_id: UserId,
        /// Names that are unique per tenant.
        account: Personal<Account>,
        /// The rest of their data.
        profile: Personal<Profile>,
        /// An argon2id hash in PHC format.
        password_hash: Personal<String>,
        /// The token sent to verify the e-mail address.
        verification: IssuedToken,
    },
    /// The profile changed; the event carries all of it.
    #[serde(rename = "USER_UPDATED")]
    Updated {
        /// The fields that changed.
        changed: Vec<String>,
        /// The new profile.
        profile: Personal<Profile>,
    },
    /// Another verification e-mail was requested.
    #[serde(rename = "NOTIFICATION_REQUESTED")]
    VerificationRequested {
        /// The e-mail's template.
        template: String,
        /// The new token, which replaces all earlier ones.
        verification: IssuedToken,
    },
    /// The e-mail address was verified.
    #[serde(rename = "USER_EMAIL_VERIFIED")]
    EmailVerified {},
    /// A password reset e-mail was requested.
    #[serde(rename = "PASSWORD_RESET_REQUESTED")]
    PasswordResetRequested {
        /// The new token. Several may be valid at once; using one invalidates all.
        reset: IssuedToken,
    },
    /// The password changed.
    #[serde(rename = "PASSWORD_CHANGED")]
    PasswordChanged {
        /// An argon2id hash in PHC format.
        password_hash: Personal<String>,
    },
    /// An admin changed the role.
    #[serde(rename = "USER_ROLE_CHANGED")]
    RoleChanged {
        /// The user.
        subject_id: UserId,
        /// The previous role.
        from: Role,
        /// The new role.
        to: Role,
    },
    /// An admin changed the status.
    #[serde(rename = "USER_STATUS_CHANGED")]
    StatusChanged {
        /// The user.
        subject_id: UserId,
        /// The previous status.
        from: UserStatus,
        /// The new status.
        to: UserStatus,
    },
    /// The number of the user's listings was recounted.
    #[serde(rename = "USER_PROPERTY_COUNT_CHANGED")]
    PropertyCountChanged {
        /// The user.
        subject_id: UserId,
        /// The count.
        property_count: u64,
    },
    /// An account at a sign-in provider was linked and can sign in to this one.
    #[serde(rename = "USER_IDENTITY_LINKED")]
    IdentityLinked {
        /// The user.
        subject_id: UserId,
        /// The provider's name in the settings.
        provider: String,
        /// The account at the provider.
        identity: Personal<Identity>,
    },
    /// The account was deleted.
    #[serde(rename = "USER_DELETED")]
    Deleted {
        /// The user.
        subject_id: UserId,
    },
}

impl EventKind for UserEvent {}

/// The type of the event that ends an account.
pub const DELETED: &str = "USER_DELETED";

/// Events that change who may act as this user, or with which rights. Sessions that began before one of them
/// have ended.
pub const CREDENTIALS: [&str; 4] = ["PASSWORD_CHANGED", "USER_ROLE_CHANGED", "USER_STATUS_CHANGED", DELETED];

/// The most password reset links valid at the same time. It also limits the reset e-mails per hour; a person
/// can ask again later.
const MOST_RESETS: usize = 5;

/// The commands of a user account.
#[derive(Clone, Debug)]
pub enum UserCommand {
    /// Register.
    Register {
        /// The user's id.
        id: UserId,
        /// The unique names.
        account: Account,
        /// The rest of the data.
        profile: Profile,
        /// An argon2id hash in PHC format.
        password_hash: String,
        /// The token to verify the e-mail address.
        verification: IssuedToken,
    },
    /// Register, where the operator vouches for the e-mail address.
    RegisterVouched {
        /// The user's id.
        id: UserId,
        /// The unique names.
        account: Account,
        /// The rest of the data.
        profile: Profile,
        /// An argon2id hash in PHC format.
        password_hash: String,
        /// Never sent, because the address is already verified.
        verification: IssuedToken,
    },
    /// Register through a sign-in provider, which vouches for the e-mail address.
    JoinThrough {
        /// The user's id.
        id: UserId,
        /// The unique names.
        account: Account,
        /// The rest of the data.
        profile: Profile,
        /// Hash of a password that nobody knows.
        password_hash: String,
        /// Never sent, because the address is already verified.
        verification: IssuedToken,
        /// The provider's name.
        provider: String,
        /// The account at the provider.
        identity: Identity,
    },
    /// Link an account at a sign-in provider that vouches for the same e-mail address.
    Link {
        /// The provider's name.
        provider: String,
        /// The account at the provider.
        identity: Identity,
        /// Hash of a password that nobody knows. It replaces the old password if the e-mail address was never
        /// verified.
        password_hash: String,
    },
    /// Replace the profile.
    Update(Profile),
    /// Send another verification e-mail.
    RequestVerification(IssuedToken),
    /// Verify the e-mail address with the hash of the token.
    VerifyEmail(String),
    /// Verify the e-mail address because the operator vouches for it.
    Vouch,
    /// Send a password reset e-mail.
    RequestReset(IssuedToken),
    /// Set a new password with the hash of the token.
    ResetPassword {
        /// SHA-256 of the token, hexadecimal.
        token_hash: String,
        /// An argon2id hash in PHC format.
        password_hash: String,
    },
    /// Change the role.
    ChangeRole(Role),
    /// Change the status.
    ChangeStatus(UserStatus),
    /// Record the recounted number of listings.
    NoteCount(u64),
    /// Delete the account.
    Delete,
}

/// Why a command is rejected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UserRejection {
    /// There is no such account.
    #[error("there is no such account")]
    Unknown,
    /// The account exists already.
    #[error("the account exists already")]
    Exists,
    /// The token is wrong, used or expired.
    #[error("the code is wrong, was used before or has expired; ask for another one")]
    BadToken,
    /// Nobody may sign in to an account with this status.
    #[error("the account is not active")]
    NotActive,
    /// Another account of the same provider is already linked. If an e-mail address has a new owner there, that
    /// owner cannot sign in.
    #[error("another account of that provider opens this one")]
    LinkedOtherwise,
}

/// The state of a user account.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct User {
    /// Set from registration until deletion.
    pub person: Option<OpenAccount>,
    /// The account was deleted.
    pub deleted: bool,
}

/// The details of an open account.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OpenAccount {
    /// The user's id.
    pub id: UserId,
    /// The unique names.
    pub account: Personal<Account>,
    /// The rest of the data.
    pub profile: Personal<Profile>,
    /// An argon2id hash in PHC format.
    pub password_hash: Personal<String>,
    /// The user's role.
    pub role: Role,
    /// The account's status.
    pub status: UserStatus,
    /// Whether the e-mail address was verified.
    pub email_verified: bool,
    /// The number of listings as last recounted.
    pub counted: Option<u64>,
    /// The account's version after the last event of [`CREDENTIALS`]; 0 if there was none. A session remembers
    /// the value it began with and has ended once the value differs, whatever the clock says.
    #[serde(skip)]
    pub credentials: Version,
    /// When the user registered.
    pub created_at: Timestamp,
    /// When the account was last changed.
    pub updated_at: Timestamp,
    /// The account's version, counted while folding.
    #[serde(skip)]
    version: Version,
    #[serde(skip)]
    verification: Option<IssuedToken>,
    /// All valid password reset tokens. A new request does not invalidate the others, because whoever sends it
    /// has not proved to be the user.
    #[serde(skip)]
    resets: Vec<IssuedToken>,
    #[serde(skip)]
    identities: Vec<Personal<Identity>>,
}

impl OpenAccount {
    /// What the person is called: their first name, or their user name if they told none; `None` if erased.
    #[must_use]
    pub fn called(&self) -> Option<&str> {
        let first = self.profile.as_ref().map(|profile| profile.first_name.as_str());
        let user = self.account.as_ref().map(|account| account.username.as_str());
        first.filter(|name| !name.is_empty()).or(user)
    }

    /// Checks that a new password is not one of the user's names.
    ///
    /// # Errors
    /// With a message for the person that says which name it is.
    pub fn allows(&self, password: &str) -> Result<(), String> {
        let (Some(account), Some(profile)) = (self.account.as_ref(), self.profile.as_ref()) else {
            return Ok(());
        };
        account.allows(password, [&profile.first_name, &profile.last_name])
    }

    fn decide(&self, command: UserCommand, now: Timestamp) -> Result<Vec<UserEvent>, UserRejection> {
        let subject_id = self.id;
        let fits = |issued: &IssuedToken, hash: &str| issued.token_hash == hash && now < issued.expires_at;
        Ok(match command {
            UserCommand::Register { .. }
            | UserCommand::RegisterVouched { .. }
            | UserCommand::JoinThrough { .. } => {
                return Err(UserRejection::Exists);
            }
            UserCommand::Link { provider, identity, password_hash } => {
                return self.link(provider, identity, password_hash);
            }
            UserCommand::Update(profile) => {
                let changed = self.profile.as_ref().map_or_else(Vec::new, |old| old.differences(&profile));
                let profile = Personal::of(subject_id, profile);
                if changed.is_empty() { Vec::new() } else { vec![UserEvent::Updated { changed, profile }] }
            }
            UserCommand::RequestVerification(_) | UserCommand::Vouch if self.email_verified => Vec::new(),
            UserCommand::RequestVerification(verification) => {
                vec![UserEvent::VerificationRequested { template: "verify-email".into(), verification }]
            }
            UserCommand::VerifyEmail(hash) if self.verification.iter().any(|known| fits(known, &hash)) => {
                vec![UserEvent::EmailVerified {}]
            }
            UserCommand::Vouch => vec![UserEvent::EmailVerified {}],
            UserCommand::RequestReset(reset) => {
                let open = self.resets.iter().filter(|known| now < known.expires_at).count();
                if open < MOST_RESETS {
                    vec![UserEvent::PasswordResetRequested { reset }]
                } else {
                    Vec::new()
                }
            }
            UserCommand::ResetPassword { token_hash, password_hash }
                if self.resets.iter().any(|known| fits(known, &token_hash)) =>
            {
                // The person who received the e-mail controls the address.
                let confirmed = (!self.email_verified).then_some(UserEvent::EmailVerified {});
                let password_hash = Personal::of(subject_id, password_hash);
                confirmed.into_iter().chain([UserEvent::PasswordChanged { password_hash }]).collect()
            }
            UserCommand::VerifyEmail(_) | UserCommand::ResetPassword { .. } => {
                return Err(UserRejection::BadToken);
            }
            UserCommand::ChangeRole(to) if to != self.role => {
                vec![UserEvent::RoleChanged { subject_id, from: self.role, to }]
            }
            UserCommand::ChangeStatus(to) if to != self.status => {
                vec![UserEvent::StatusChanged { subject_id, from: self.status, to }]
            }
            UserCommand::NoteCount(count) if self.counted != Some(count) => {
                vec![UserEvent::PropertyCountChanged { subject_id, property_count: count }]
            }
            UserCommand::Delete => vec![UserEvent::Deleted { subject_id }],
            UserCommand::ChangeRole(_) | UserCommand::ChangeStatus(_) | UserCommand::NoteCount(_) => {
                Vec::new()
            }
        })
    }

    fn evolve(&mut self, event: &UserEvent, at: Timestamp) {
        self.updated_at = at;
        self.version += 1;
        match event {
            UserEvent::Registered { .. } | UserEvent::Deleted { .. } => {}
            UserEvent::IdentityLinked { identity, .. } => self.identities.push(identity.clone()),
            UserEvent::Updated { profile, .. } => self.profile = profile.clone(),
            UserEvent::VerificationRequested { verification, .. } => {
                self.verification = Some(verification.clone());
            }
            UserEvent::EmailVerified {} => {
                self.email_verified = true;
                self.verification = None;
                if self.status == UserStatus::PendingVerification {
                    self.status = UserStatus::Active;
                }
            }
            UserEvent::PasswordResetRequested { reset } => {
                self.resets.retain(|known| at < known.expires_at);
                self.resets.push(reset.clone());
            }
            UserEvent::PasswordChanged { password_hash } => {
                self.password_hash = password_hash.clone();
                self.resets.clear();
                self.credentials = self.version;
            }
            UserEvent::RoleChanged { to, .. } => {
                self.role = *to;
                self.credentials = self.version;
            }
            UserEvent::StatusChanged { to, .. } => {
                self.status = *to;
                self.credentials = self.version;
            }
            UserEvent::PropertyCountChanged { property_count, .. } => self.counted = Some(*property_count),
        }
    }
}

impl User {
    /// Whether their listings are hidden, because the account is deleted or may not sign in.
    #[must_use]
    pub fn is_absent(&self) -> bool {
        self.deleted || self.person.as_ref().is_some_and(|person| !person.status.may_sign_in())
    }
}

impl Aggregate for User {
    const TYPE: &'static str = "user";
    type Command = UserCommand;
    type Event = UserEvent;
    type Rejection = UserRejection;

    fn decide(&self, command: UserCommand, now: Timestamp) -> Result<Vec<UserEvent>, UserRejection> {
        match (&self.person, command) {
            (Some(_), UserCommand::Delete) | (None, _) if self.deleted => Err(UserRejection::Unknown),
            (Some(person), command) => person.decide(command, now),
            (None, UserCommand::Register { id, account, profile, password_hash, verification }) => {
                Ok(vec![UserEvent::Registered {
                    user_id: id,
                    account: Personal::of(id, account),
                    profile: Personal::of(id, profile),
                    password_hash: Personal::of(id, password_hash),
                    verification,
                }])
            }
            (None, UserCommand::RegisterVouched { id, account, profile, password_hash, verification }) => {
                let register = UserCommand::Register { id, account, profile, password_hash, verification };
                let mut events = self.decide(register, now)?;
                events.push(UserEvent::EmailVerified {});
                Ok(events)
            }
            (
                None,
                UserCommand::JoinThrough {
                    id,
                    account,
                    profile,
                    password_hash,
                    verification,
                    provider,
                    identity,
                },
            ) => {
                let register = UserCommand::Register { id, account, profile, password_hash, verification };
                let mut events = self.decide(register, now)?;
                events.push(UserEvent::EmailVerified {});
                events.push(identity.linked(id, provider));
                Ok(events)
            }
            (None, _) => Err(UserRejection::Unknown),
        }
    }

    fn evolve(&mut self, event: &UserEvent, at: Timestamp) {
        match event {
            UserEvent::Registered { user_id, account, profile, password_hash, verification } => {
                self.person = Some(OpenAccount {
                    id: *user_id,
                    account: account.clone(),
                    profile: profile.clone(),
                    password_hash: password_hash.clone(),
                    role: Role::default(),
                    status: UserStatus::default(),
                    email_verified: false,
                    counted: None,
                    credentials: 0,
                    created_at: at,
                    updated_at: at,
                    version: 1,
                    verification: Some(verification.clone()),
                    resets: Vec::new(),
                    identities: Vec::new(),
                });
            }
            UserEvent::Deleted { .. } => {
                self.person = None;
                self.deleted = true;
            }
            other => {
                if let Some(person) = &mut self.person {
                    person.evolve(other, at);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
