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

/// A single-use token sent by mail. The token itself is derived from `nonce` with a key kept outside the journal,
/// so neither events nor their readers can make it; only its hash is compared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct IssuedToken {
    /// Drawn at random.
    pub nonce: String,
    /// SHA-256 of the token, hex.
    pub token_hash: String,
    /// Worthless after.
    pub expires_at: Timestamp,
}

/// What has happened to an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "eventType", content = "eventData", rename_all_fields = "camelCase")]
pub enum UserEvent {
    /// A person joined.
    #[serde(rename = "USER_REGISTERED")]
    Registered {
        /// Who.
        user_id: UserId,
        /// Names that are unique per tenant.
        account: Personal<Account>,
        /// The rest they told.
        profile: Personal<Profile>,
        /// argon2id, PHC form.
        password_hash: Personal<String>,
        /// Sent to confirm the e-mail address.
        verification: IssuedToken,
    },
    /// The profile changed; carries all of it.
    #[serde(rename = "USER_UPDATED")]
    Updated {
        /// The fields that changed.
        changed: Vec<String>,
        /// What it says now.
        profile: Personal<Profile>,
    },
    /// Another confirmation mail was asked for.
    #[serde(rename = "NOTIFICATION_REQUESTED")]
    VerificationRequested {
        /// The mail's template.
        template: String,
        /// Replaces every earlier one.
        verification: IssuedToken,
    },
    /// The e-mail address is theirs.
    #[serde(rename = "USER_EMAIL_VERIFIED")]
    EmailVerified {},
    /// A reset mail was asked for.
    #[serde(rename = "PASSWORD_RESET_REQUESTED")]
    PasswordResetRequested {
        /// One of those that may be used; using one ends all.
        reset: IssuedToken,
    },
    /// The password is another one.
    #[serde(rename = "PASSWORD_CHANGED")]
    PasswordChanged {
        /// argon2id, PHC form.
        password_hash: Personal<String>,
    },
    /// An admin gave another role.
    #[serde(rename = "USER_ROLE_CHANGED")]
    RoleChanged {
        /// Whose.
        subject_id: UserId,
        /// Before.
        from: Role,
        /// Now.
        to: Role,
    },
    /// An admin moved the account to another status.
    #[serde(rename = "USER_STATUS_CHANGED")]
    StatusChanged {
        /// Whose.
        subject_id: UserId,
        /// Before.
        from: UserStatus,
        /// Now.
        to: UserStatus,
    },
    /// The number of their listings was counted again.
    #[serde(rename = "USER_PROPERTY_COUNT_CHANGED")]
    PropertyCountChanged {
        /// Whose.
        subject_id: UserId,
        /// The count.
        property_count: u64,
    },
    /// An account at a provider of sign-ins opens this one, too.
    #[serde(rename = "USER_IDENTITY_LINKED")]
    IdentityLinked {
        /// Whose.
        subject_id: UserId,
        /// The provider, by its name in the settings.
        provider: String,
        /// The account there.
        identity: Personal<Identity>,
    },
    /// The account is closed.
    #[serde(rename = "USER_DELETED")]
    Deleted {
        /// Whose.
        subject_id: UserId,
    },
}

impl EventKind for UserEvent {}

/// The events that change who may act as the person, or what as: sessions that began before one of them are over.
pub const CREDENTIALS: [&str; 4] =
    ["PASSWORD_CHANGED", "USER_ROLE_CHANGED", "USER_STATUS_CHANGED", "USER_DELETED"];

/// The links to reset a password that are good at the same time. A person can ask again, and no more e-mails go out an
/// hour than this.
const MOST_RESETS: usize = 5;

/// What an account can be asked.
#[derive(Clone, Debug)]
pub enum UserCommand {
    /// Join.
    Register {
        /// Who.
        id: UserId,
        /// Unique names.
        account: Account,
        /// The rest.
        profile: Profile,
        /// argon2id, PHC form.
        password_hash: String,
        /// To confirm the e-mail address.
        verification: IssuedToken,
    },
    /// Join through a provider of sign-ins, which vouches for the e-mail address.
    JoinThrough {
        /// Who.
        id: UserId,
        /// Unique names.
        account: Account,
        /// The rest.
        profile: Profile,
        /// Of a password that nobody knows.
        password_hash: String,
        /// Never sent: the address is confirmed.
        verification: IssuedToken,
        /// The provider, by its name.
        provider: String,
        /// The account there.
        identity: Identity,
    },
    /// Open this account by one elsewhere, whose provider vouches for the e-mail address of both.
    Link {
        /// The provider, by its name.
        provider: String,
        /// The account there.
        identity: Identity,
        /// Of a password that nobody knows: whoever set one without showing that the address is theirs loses it.
        password_hash: String,
    },
    /// Replace the profile.
    Update(Profile),
    /// Send another confirmation mail.
    RequestVerification(IssuedToken),
    /// Confirm the e-mail address with the hash of the token shown.
    VerifyEmail(String),
    /// Send a reset mail.
    RequestReset(IssuedToken),
    /// Set a password with the hash of the token shown.
    ResetPassword {
        /// SHA-256 of the token, hex.
        token_hash: String,
        /// argon2id, PHC form.
        password_hash: String,
    },
    /// Give a role.
    ChangeRole(Role),
    /// Move to a status.
    ChangeStatus(UserStatus),
    /// Note a recount.
    NoteCount(u64),
    /// Close the account.
    Delete,
}

/// Why not.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UserRejection {
    /// There is no such person.
    #[error("there is no such account")]
    Unknown,
    /// There is one already.
    #[error("the account exists already")]
    Exists,
    /// The token is wrong, spent or too old.
    #[error("the code is wrong, was used before or has expired; ask for another one")]
    BadToken,
    /// Such an account is not opened to anybody.
    #[error("the account is not active")]
    NotActive,
    /// Another account of the same provider opens it: an address that has a new owner there opens nothing.
    #[error("another account of that provider opens this one")]
    LinkedOtherwise,
}

/// An account's state.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct User {
    /// Set from registration until deletion.
    pub person: Option<OpenAccount>,
    /// Closed for good.
    pub deleted: bool,
}

/// What an open account is.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OpenAccount {
    /// Who.
    pub id: UserId,
    /// Unique names.
    pub account: Personal<Account>,
    /// The rest.
    pub profile: Personal<Profile>,
    /// argon2id, PHC form.
    pub password_hash: Personal<String>,
    /// What they may do.
    pub role: Role,
    /// Where they stand.
    pub status: UserStatus,
    /// The address is theirs.
    pub email_verified: bool,
    /// As last counted on request.
    pub counted: Option<u64>,
    /// The version of the account after the last of [`CREDENTIALS`]; 0 while there was none. A session remembers the
    /// one it began under: with another one it is over, whatever the clock says.
    #[serde(skip)]
    pub credentials: Version,
    /// Joined at.
    pub created_at: Timestamp,
    /// Changed at.
    pub updated_at: Timestamp,
    /// Of the account, counted along.
    #[serde(skip)]
    version: Version,
    #[serde(skip)]
    verification: Option<IssuedToken>,
    /// Every link to reset the password that may still be used. Whoever asks for another one has not shown to be the
    /// person, so it takes none of the others away.
    #[serde(skip)]
    resets: Vec<IssuedToken>,
    #[serde(skip)]
    identities: Vec<Personal<Identity>>,
}

impl OpenAccount {
    /// Checks that a new password is none of the person's names.
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
            UserCommand::Register { .. } | UserCommand::JoinThrough { .. } => {
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
            UserCommand::RequestVerification(_) if self.email_verified => Vec::new(),
            UserCommand::RequestVerification(verification) => {
                vec![UserEvent::VerificationRequested { template: "verify-email".into(), verification }]
            }
            UserCommand::VerifyEmail(hash) if self.verification.iter().any(|known| fits(known, &hash)) => {
                vec![UserEvent::EmailVerified {}]
            }
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
                // The e-mail came to whoever has the address.
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
    /// Whether what they offer is not on show: they left, or their account does not let them in.
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
