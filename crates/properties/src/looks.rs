//! Who was shown the contact of a home, as its owner sees it.

use domain::user::{OpenAccount, Role};
use domain::{PropertyId, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// A look at the contact of one of the caller's homes. Of whoever looked it tells no more than a person would in the first
/// sentence of a call: neither an id nor a way to reach them.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ContactLook)]
pub struct ContactLook {
    pub id: Uuid,
    pub property_id: PropertyId,
    /// What the home is called now.
    pub title: Option<String>,
    pub looked_at: Timestamp,
    pub looked_by: Looker,
}

/// Who looked, as far as the owner is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ContactLooker)]
pub struct Looker {
    pub kind: LookerKind,
    /// Of a person who is still here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_name: Option<String>,
    /// Their e-mail address is known to be theirs.
    pub email_confirmed: bool,
}

/// See [`Looker`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[schema(as = ContactLookerKind)]
pub enum LookerKind {
    /// Somebody with an account.
    Person,
    /// One of those who look after the site.
    Staff,
    /// Somebody who closed their account since.
    Left,
}

impl Looker {
    /// As the account is now; who left, or was erased, has none. Staff have no names here, as where they decide.
    pub fn of(person: Option<&OpenAccount>) -> Self {
        let account = person.and_then(|person| Some((person, person.profile.as_ref()?)));
        let Some((person, profile)) = account else {
            return Self { kind: LookerKind::Left, first_name: None, email_confirmed: false };
        };
        let is_staff = matches!(person.role, Role::Admin | Role::Moderator | Role::Support);
        Self {
            kind: if is_staff { LookerKind::Staff } else { LookerKind::Person },
            first_name: Some(profile.first_name.clone()).filter(|_| !is_staff),
            email_confirmed: person.email_verified,
        }
    }
}
