//! A person in the form clients see. It is the same whether folded from the stream or read from the read model.

use domain::fields::Choice;
use domain::user::{Account, OpenAccount, Profile, Role, UserStatus};
use domain::{Timestamp, UserId, Version, people};
use projection::Row;
use serde::Serialize;
use utoipa::ToSchema;

/// What other streams say about a person.
#[derive(Clone, Copy, Debug, Default)]
pub struct AccountActivity {
    /// The time of the last sign-in.
    pub last_login: Option<Timestamp>,
    /// The number of listings they own.
    pub property_count: u64,
}

/// A user account. Absent values are left out.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = User)]
pub struct UserDocument {
    pub id: UserId,
    #[serde(flatten)]
    account: Option<Account>,
    /// The e-mail address as people read it, if its domain is written in another script.
    #[serde(skip_serializing_if = "Option::is_none")]
    display_email: Option<String>,
    #[serde(flatten)]
    profile: Option<Profile>,
    role: Role,
    status: UserStatus,
    email_verified: bool,
    phone_verified: bool,
    property_count: u64,
    created_at: Timestamp,
    updated_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_login: Option<Timestamp>,
    pub version: Version,
}

impl UserDocument {
    /// From the folded stream.
    pub fn of(person: &OpenAccount, version: Version, known: AccountActivity) -> Self {
        Self {
            id: person.id,
            display_email: person.account.as_ref().and_then(shown),
            account: person.account.as_ref().cloned(),
            profile: person.profile.as_ref().cloned(),
            role: person.role,
            status: person.status,
            email_verified: person.email_verified,
            phone_verified: false,
            property_count: known.property_count,
            created_at: person.created_at,
            updated_at: person.updated_at,
            last_login: known.last_login,
            version,
        }
    }

    /// The entity tag: the version, followed by what other streams say. `If-Match` compares the version alone.
    pub fn tag(&self) -> String {
        let last_login = self.last_login.map_or(0, Timestamp::micros);
        format!("{}-{}-{last_login}", self.version, self.property_count)
    }

    /// From a row of the read model.
    pub fn read(row: &Row) -> Option<Self> {
        let account = row.text(2).zip(row.text(3));
        let account =
            account.map(|(name, email)| Account { username: name.to_owned(), email: email.to_owned() });
        Some(Self {
            id: row.text(0)?.parse().ok()?,
            version: row.count(1),
            display_email: account.as_ref().and_then(shown),
            account,
            profile: row.text(4).and_then(|json| serde_json::from_str(json).ok()),
            role: Role::from_word(row.text(5)?)?,
            status: UserStatus::from_word(row.text(6)?)?,
            email_verified: row.int(7)? != 0,
            phone_verified: false,
            created_at: Timestamp::from_micros(row.int(8)?),
            updated_at: Timestamp::from_micros(row.int(9)?),
            last_login: row.int(10).map(Timestamp::from_micros),
            property_count: row.count(11),
        })
    }
}

/// The address as people read it, if that differs.
fn shown(account: &Account) -> Option<String> {
    let shown = people::shown_email(&account.email);
    (shown != account.email).then(|| shown.into_owned())
}
