//! The flash message after an action. The cookie holds only a code, so nobody can put text of their own on a page.

use crate::cookies::{Cookie, FLASH};
use crate::messages::key;

const SHOWN_WITHIN: u64 = 60;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flash {
    Welcome,
    SignedIn,
    SignedOut,
    AccountDeleted,
    ProfileSaved,
    SessionEnded,
    OtherSessionsEnded,
    EmailConfirmed,
    EmailsChosen,
    ConfirmationSent,
    ResetSent,
    PasswordChanged,
    Posted,
    PostedForReview,
    PostedUnconfirmed,
    Updated,
    UpdatedForReview,
    PhotosAdded,
    PhotoRemoved,
    Saved,
    Unsaved,
    SearchSaved,
    Asked,
    VisitAsked,
    AskedBefore,
    Reported,
    ReportedBefore,
    Shared,
    StatusChanged,
    StatusRefused,
    Removed,
    GroupPaused,
    GroupResumed,
    OperationRefused,
    Redriven,
    ToBeDelivered,
    StillFailing,
    Discarded,
    LetterGone,
    EntryHidden,
    SearchChanged,
    SearchDeleted,
    NotificationRead,
    NotificationDeleted,
    NotificationGone,
    LeadChanged,
    MarkedSold,
    MarkedRented,
    TakenOff,
    OnTheMarket,
    ListingApproved,
    ListingRejected,
    ListingTakenDown,
    ListingVerified,
    ListingUnverified,
    ListingFeatured,
    ListingUnfeatured,
    ListingChanged,
    DecisionRefused,
    PersonSuspended,
    PersonReinstated,
    RoleChanged,
    PersonChanged,
    PersonRefused,
}

impl Flash {
    const ALL: [Self; 64] = [
        Self::Welcome,
        Self::SignedIn,
        Self::SignedOut,
        Self::AccountDeleted,
        Self::ProfileSaved,
        Self::SessionEnded,
        Self::OtherSessionsEnded,
        Self::EmailConfirmed,
        Self::EmailsChosen,
        Self::ConfirmationSent,
        Self::ResetSent,
        Self::PasswordChanged,
        Self::Posted,
        Self::PostedForReview,
        Self::PostedUnconfirmed,
        Self::Updated,
        Self::UpdatedForReview,
        Self::PhotosAdded,
        Self::PhotoRemoved,
        Self::Saved,
        Self::Unsaved,
        Self::SearchSaved,
        Self::Asked,
        Self::VisitAsked,
        Self::AskedBefore,
        Self::Reported,
        Self::ReportedBefore,
        Self::Shared,
        Self::StatusChanged,
        Self::StatusRefused,
        Self::Removed,
        Self::GroupPaused,
        Self::GroupResumed,
        Self::OperationRefused,
        Self::Redriven,
        Self::ToBeDelivered,
        Self::StillFailing,
        Self::Discarded,
        Self::LetterGone,
        Self::EntryHidden,
        Self::SearchChanged,
        Self::SearchDeleted,
        Self::NotificationRead,
        Self::NotificationDeleted,
        Self::NotificationGone,
        Self::LeadChanged,
        Self::MarkedSold,
        Self::MarkedRented,
        Self::TakenOff,
        Self::OnTheMarket,
        Self::ListingApproved,
        Self::ListingRejected,
        Self::ListingTakenDown,
        Self::ListingVerified,
        Self::ListingUnverified,
        Self::ListingFeatured,
        Self::ListingUnfeatured,
        Self::ListingChanged,
        Self::DecisionRefused,
        Self::PersonSuspended,
        Self::PersonReinstated,
        Self::RoleChanged,
        Self::PersonChanged,
        Self::PersonRefused,
    ];

    pub(crate) fn of_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|flash| flash.code() == code)
    }

    fn code(self) -> &'static str {
        match self {
            Self::Welcome => "welcome",
            Self::SignedIn => "signed-in",
            Self::SignedOut => "signed-out",
            Self::AccountDeleted => "account-deleted",
            Self::ProfileSaved => "profile-saved",
            Self::SessionEnded => "session-ended",
            Self::OtherSessionsEnded => "other-sessions-ended",
            Self::EmailConfirmed => "email-confirmed",
            Self::EmailsChosen => "emails-chosen",
            Self::ConfirmationSent => "confirmation-sent",
            Self::ResetSent => "reset-sent",
            Self::PasswordChanged => "password-changed",
            Self::Posted => "posted",
            Self::PostedForReview => "posted-for-review",
            Self::PostedUnconfirmed => "posted-unconfirmed",
            Self::Updated => "updated",
            Self::UpdatedForReview => "updated-for-review",
            Self::PhotosAdded => "photos-added",
            Self::PhotoRemoved => "photo-removed",
            Self::Saved => "saved",
            Self::Unsaved => "unsaved",
            Self::SearchSaved => "search-saved",
            Self::Asked => "asked",
            Self::VisitAsked => "visit-asked",
            Self::AskedBefore => "asked-before",
            Self::Reported => "reported",
            Self::ReportedBefore => "reported-before",
            Self::Shared => "shared",
            Self::StatusChanged => "status-changed",
            Self::StatusRefused => "status-refused",
            Self::Removed => "removed",
            Self::GroupPaused => "group-paused",
            Self::GroupResumed => "group-resumed",
            Self::OperationRefused => "operation-refused",
            Self::Redriven => "redriven",
            Self::ToBeDelivered => "to-be-delivered",
            Self::StillFailing => "still-failing",
            Self::Discarded => "discarded",
            Self::LetterGone => "letter-gone",
            Self::EntryHidden => "entry-hidden",
            Self::SearchChanged => "search-changed",
            Self::SearchDeleted => "search-deleted",
            Self::NotificationRead => "notification-read",
            Self::NotificationDeleted => "notification-deleted",
            Self::NotificationGone => "notification-gone",
            Self::LeadChanged => "lead-changed",
            Self::MarkedSold => "marked-sold",
            Self::MarkedRented => "marked-rented",
            Self::TakenOff => "taken-off",
            Self::OnTheMarket => "on-the-market",
            Self::ListingApproved => "listing-approved",
            Self::ListingRejected => "listing-rejected",
            Self::ListingTakenDown => "listing-taken-down",
            Self::ListingVerified => "listing-verified",
            Self::ListingUnverified => "listing-unverified",
            Self::ListingFeatured => "listing-featured",
            Self::ListingUnfeatured => "listing-unfeatured",
            Self::ListingChanged => "listing-changed",
            Self::DecisionRefused => "decision-refused",
            Self::PersonSuspended => "person-suspended",
            Self::PersonReinstated => "person-reinstated",
            Self::RoleChanged => "role-changed",
            Self::PersonChanged => "person-changed",
            Self::PersonRefused => "person-refused",
        }
    }

    /// The key of its text.
    pub(crate) fn key(self) -> &'static str {
        match self {
            Self::Welcome => key("flash-welcome"),
            Self::SignedIn => key("flash-signed-in"),
            Self::SignedOut => key("flash-signed-out"),
            Self::AccountDeleted => key("flash-account-deleted"),
            Self::ProfileSaved => key("flash-profile-saved"),
            Self::SessionEnded => key("flash-session-ended"),
            Self::OtherSessionsEnded => key("flash-other-sessions-ended"),
            Self::EmailConfirmed => key("flash-email-confirmed"),
            Self::EmailsChosen => key("flash-emails-chosen"),
            Self::ConfirmationSent => key("flash-confirmation-sent"),
            Self::ResetSent => key("flash-reset-sent"),
            Self::PasswordChanged => key("flash-password-changed"),
            Self::Posted => key("flash-posted"),
            Self::PostedForReview => key("flash-posted-for-review"),
            Self::PostedUnconfirmed => key("flash-posted-unconfirmed"),
            Self::Updated => key("flash-updated"),
            Self::UpdatedForReview => key("flash-updated-for-review"),
            Self::PhotosAdded => key("flash-photos-added"),
            Self::PhotoRemoved => key("flash-photo-removed"),
            Self::Saved => key("flash-saved"),
            Self::Unsaved => key("flash-unsaved"),
            Self::SearchSaved => key("flash-search-saved"),
            Self::Asked => key("flash-asked"),
            Self::VisitAsked => key("flash-visit-asked"),
            Self::AskedBefore => key("flash-asked-before"),
            Self::Reported => key("flash-reported"),
            Self::ReportedBefore => key("flash-reported-before"),
            Self::Shared => key("flash-shared"),
            Self::StatusChanged => key("flash-status-changed"),
            Self::StatusRefused => key("flash-status-refused"),
            Self::Removed => key("flash-removed"),
            Self::GroupPaused => key("flash-group-paused"),
            Self::GroupResumed => key("flash-group-resumed"),
            Self::OperationRefused => key("flash-operation-refused"),
            Self::Redriven => key("flash-redriven"),
            Self::ToBeDelivered => key("flash-to-be-delivered"),
            Self::StillFailing => key("flash-still-failing"),
            Self::Discarded => key("flash-discarded"),
            Self::LetterGone => key("flash-letter-gone"),
            Self::EntryHidden => key("flash-entry-hidden"),
            Self::SearchChanged => key("flash-search-changed"),
            Self::SearchDeleted => key("flash-search-deleted"),
            Self::NotificationRead => key("flash-notification-read"),
            Self::NotificationDeleted => key("flash-notification-deleted"),
            Self::NotificationGone => key("flash-notification-gone"),
            Self::LeadChanged => key("flash-lead-changed"),
            Self::MarkedSold => key("flash-marked-sold"),
            Self::MarkedRented => key("flash-marked-rented"),
            Self::TakenOff => key("flash-taken-off"),
            Self::OnTheMarket => key("flash-on-the-market"),
            Self::ListingApproved => key("flash-listing-approved"),
            Self::ListingRejected => key("flash-listing-rejected"),
            Self::ListingTakenDown => key("flash-listing-taken-down"),
            Self::ListingVerified => key("flash-listing-verified"),
            Self::ListingUnverified => key("flash-listing-unverified"),
            Self::ListingFeatured => key("flash-listing-featured"),
            Self::ListingUnfeatured => key("flash-listing-unfeatured"),
            Self::ListingChanged => key("flash-listing-changed"),
            Self::DecisionRefused => key("flash-decision-refused"),
            Self::PersonSuspended => key("flash-person-suspended"),
            Self::PersonReinstated => key("flash-person-reinstated"),
            Self::RoleChanged => key("flash-role-changed"),
            Self::PersonChanged => key("flash-person-changed"),
            Self::PersonRefused => key("flash-person-refused"),
        }
    }

    pub(crate) fn is_bad_news(self) -> bool {
        matches!(
            self,
            Self::StatusRefused
                | Self::OperationRefused
                | Self::StillFailing
                | Self::LetterGone
                | Self::ListingChanged
                | Self::DecisionRefused
                | Self::PersonChanged
                | Self::PersonRefused
        )
    }

    /// Whether it tells what a moderator did with a listing.
    pub(crate) fn is_about_a_decision(self) -> bool {
        matches!(
            self,
            Self::ListingApproved
                | Self::ListingRejected
                | Self::ListingTakenDown
                | Self::ListingVerified
                | Self::ListingUnverified
                | Self::ListingFeatured
                | Self::ListingUnfeatured
        )
    }

    pub(crate) fn cookie(self) -> Cookie<'static> {
        Cookie { name: FLASH, value: self.code(), max_age: SHOWN_WITHIN, strict: false }
    }
}

#[cfg(test)]
mod tests {
    use super::Flash;

    #[test]
    fn every_code_comes_back_and_no_other_does() {
        for flash in Flash::ALL {
            assert_eq!(Flash::of_code(flash.code()), Some(flash));
        }
        assert_eq!(Flash::of_code("<b>hello</b>"), None);
    }
}
