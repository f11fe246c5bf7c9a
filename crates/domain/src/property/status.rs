//! The statuses of a listing and the transitions between them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::fields::Choice;

/// A listing's status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(missing_docs, reason = "the words say it")]
pub enum Status {
    Draft,
    PendingReview,
    Active,
    Inactive,
    Rejected,
    Sold,
    Rented,
    Expired,
    Removed,
}

impl Choice for Status {
    const ALL: &'static [(&'static str, Self)] = &[
        ("DRAFT", Self::Draft),
        ("PENDING_REVIEW", Self::PendingReview),
        ("ACTIVE", Self::Active),
        ("INACTIVE", Self::Inactive),
        ("REJECTED", Self::Rejected),
        ("SOLD", Self::Sold),
        ("RENTED", Self::Rented),
        ("EXPIRED", Self::Expired),
        ("REMOVED", Self::Removed),
    ];
}

impl Status {
    /// The status of a new listing.
    #[must_use]
    pub const fn first(moderated: bool) -> Self {
        if moderated { Self::PendingReview } else { Self::Active }
    }

    /// Whether an owner may move a listing from this status to `to`, if the tenant has no moderation and no
    /// moderator holds it; see [`super::moderation`]. Only a moderator can end `PENDING_REVIEW`, by approving
    /// or rejecting the listing.
    #[must_use]
    pub fn may_become(self, to: Self) -> bool {
        use Status::{Active, Draft, Expired, Inactive, PendingReview, Rejected, Removed, Rented, Sold};
        matches!(
            (self, to),
            (Draft, PendingReview | Active)
                | (Rejected, Draft)
                | (Active, Inactive | Sold | Rented | Expired)
                | (Inactive | Expired | Sold | Rented, Active)
        ) || (to == Removed && self != Removed)
    }

    /// Whether anybody may see a listing in this status by its URL.
    #[must_use]
    pub const fn is_public(self) -> bool {
        matches!(self, Self::Active | Self::Sold | Self::Rented | Self::Inactive | Self::Expired)
    }

    /// The name for sentences: `pending review`.
    #[must_use]
    pub fn name(self) -> String {
        self.word().to_lowercase().replace('_', " ")
    }
}
