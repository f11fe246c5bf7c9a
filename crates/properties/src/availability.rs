//! Whether a listing is on the market, as people who saved it are told. They do not learn why it is not.

use domain::fields::Choice;
use domain::property::Status;
use serde::Serialize;
use utoipa::ToSchema;

/// Where a saved listing stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[schema(as = SavedHomeAvailability)]
pub enum Availability {
    OnTheMarket,
    Sold,
    Rented,
    /// It is not on the market now: taken off for a while, under review, expired or removed.
    Withdrawn,
}

impl Choice for Availability {
    const ALL: &'static [(&'static str, Self)] = &[
        ("ON_THE_MARKET", Self::OnTheMarket),
        ("SOLD", Self::Sold),
        ("RENTED", Self::Rented),
        ("WITHDRAWN", Self::Withdrawn),
    ];
}

impl Availability {
    pub fn of(status: Status) -> Self {
        match status {
            Status::Active => Self::OnTheMarket,
            Status::Sold => Self::Sold,
            Status::Rented => Self::Rented,
            Status::Draft
            | Status::PendingReview
            | Status::Inactive
            | Status::Rejected
            | Status::Expired
            | Status::Removed => Self::Withdrawn,
        }
    }
}
