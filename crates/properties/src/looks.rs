//! Who was shown the contact of a listing, as its owner sees it.

use domain::user::{OpenAccount, Role};
use domain::{PropertyId, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// An occasion on which somebody was shown the contact of one of the caller's listings. About that person it contains
/// no more than they would say at the start of a call: neither an id nor a way to reach them.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ContactLook)]
pub struct ContactLook {
    pub id: Uuid,
    pub property_id: PropertyId,
    /// The listing's current title.
    pub title: Option<String>,
    pub looked_at: Timestamp,
    pub looked_by: Looker,
}

/// What the owner is told about the person who looked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ContactLooker)]
pub struct Looker {
    pub kind: LookerKind,
    /// Only for a person whose account still exists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_name: Option<String>,
    /// Whether the person confirmed their e-mail address.
    pub email_confirmed: bool,
}

/// What kind of person looked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[schema(as = ContactLookerKind)]
pub enum LookerKind {
    /// A person with an account.
    Person,
    /// A member of the site's staff.
    Staff,
    /// A person who has since closed their account.
    Left,
}

impl Looker {
    /// Describes the account as it is now. A closed or erased account has no profile. Staff are not named, just as in
    /// their decisions.
    pub fn of(person: Option<&OpenAccount>) -> Self {
        let account = person.and_then(|person| Some((person, person.profile.as_ref()?)));
        let Some((person, profile)) = account else {
            return Self { kind: LookerKind::Left, first_name: None, email_confirmed: false };
        };
        let is_staff = matches!(person.role, Role::Admin | Role::Moderator | Role::Support);
        Self {
            kind: if is_staff { LookerKind::Staff } else { LookerKind::Person },
            first_name: Some(profile.first_name.clone()).filter(|name| !is_staff && !name.is_empty()),
            email_confirmed: person.email_verified,
        }
    }
}
