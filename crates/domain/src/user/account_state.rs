//! The role and status of an account.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::fields::Choice;

/// What a person may do beyond managing their own data.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(missing_docs, reason = "the words say it")]
pub enum Role {
    #[default]
    User,
    Agent,
    Builder,
    Seller,
    Moderator,
    Support,
    Admin,
}

impl Choice for Role {
    const ALL: &'static [(&'static str, Self)] = &[
        ("USER", Self::User),
        ("AGENT", Self::Agent),
        ("BUILDER", Self::Builder),
        ("SELLER", Self::Seller),
        ("MODERATOR", Self::Moderator),
        ("SUPPORT", Self::Support),
        ("ADMIN", Self::Admin),
    ];
}

/// The status of an account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(missing_docs, reason = "the words say it")]
pub enum UserStatus {
    Active,
    Inactive,
    Suspended,
    #[default]
    PendingVerification,
}

impl Choice for UserStatus {
    const ALL: &'static [(&'static str, Self)] = &[
        ("ACTIVE", Self::Active),
        ("INACTIVE", Self::Inactive),
        ("SUSPENDED", Self::Suspended),
        ("PENDING_VERIFICATION", Self::PendingVerification),
    ];
}

impl UserStatus {
    /// Whether a person with this status may sign in.
    #[must_use]
    pub const fn may_sign_in(self) -> bool {
        matches!(self, Self::Active | Self::PendingVerification)
    }
}
