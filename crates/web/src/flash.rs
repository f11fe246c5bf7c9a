//! The flash message after an action. The cookie holds only a code, so nobody can put text of their own on a page.

use crate::cookies::{Cookie, FLASH};

const SHOWN_WITHIN: u64 = 60;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flash {
    Welcome,
    SignedIn,
    SignedOut,
    AccountDeleted,
    ProfileSaved,
    SessionEnded,
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
}

impl Flash {
    const ALL: [Self; 41] = [
        Self::Welcome,
        Self::SignedIn,
        Self::SignedOut,
        Self::AccountDeleted,
        Self::ProfileSaved,
        Self::SessionEnded,
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
        }
    }

    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::Welcome => "Welcome. Your account is ready, and everything you do is kept here for you.",
            Self::SignedIn => "You are signed in.",
            Self::SignedOut => "You are signed out.",
            Self::AccountDeleted => "Your account is deleted.",
            Self::ProfileSaved => "Your profile is saved.",
            Self::SessionEnded => "That device is signed out.",
            Self::EmailConfirmed => "Your e-mail address is confirmed.",
            Self::EmailsChosen => "Your choice of e-mails is saved.",
            Self::ConfirmationSent => "A message with a link to confirm your address is on its way.",
            Self::ResetSent => "If an account has this address, a message with a link is on its way.",
            Self::PasswordChanged => "Your password is changed. Sign in with the new one.",
            Self::Posted => "Your home is listed.",
            Self::PostedForReview => "Your home is listed. A moderator looks at it before it is on show.",
            Self::PostedUnconfirmed => {
                "Your home is kept. It goes on show when you have confirmed your e-mail address."
            }
            Self::Updated => "Your changes are saved.",
            Self::UpdatedForReview => {
                "Your changes are saved. A moderator looks at them before the home is on show."
            }
            Self::PhotosAdded => "Your photos are added.",
            Self::PhotoRemoved => "The photo is deleted.",
            Self::Saved => "The home is saved to your list.",
            Self::Unsaved => "The home is no longer in your list.",
            Self::SearchSaved => "The search is saved. You find it on your dashboard.",
            Self::Asked => {
                "The owner has your question. They answer you directly, by phone or e-mail; how it stands is on this page."
            }
            Self::VisitAsked => {
                "The owner has your wish for a visit. It is agreed when they confirm the time; how it stands is on this page."
            }
            Self::AskedBefore => {
                "You asked about this home before, and the owner is at it. Nothing was sent again."
            }
            Self::Reported => "Thank you. A moderator looks at this home, and hides it if you are right.",
            Self::ReportedBefore => {
                "You reported this home before, and a moderator looks at it. Nothing was sent again."
            }
            Self::Shared => "Noted among what you did: you shared this home.",
            Self::StatusChanged => "The status is changed.",
            Self::StatusRefused => "That status cannot follow the present one. Nothing was changed.",
            Self::Removed => "The listing is removed.",
            Self::GroupPaused => "The group is paused. It stays so until it is resumed, also over a restart.",
            Self::GroupResumed => "The group goes on.",
            Self::OperationRefused => {
                "That cannot be done as things are now. Nothing was changed; the state below says why."
            }
            Self::Redriven => "Everything that waited behind this key is applied.",
            Self::ToBeDelivered => "It is delivered again within a minute.",
            Self::StillFailing => "The event still fails. Everything behind it goes on waiting.",
            Self::Discarded => "It is given up for good. Whatever waited behind it goes on.",
            Self::LetterGone => {
                "It is not among the dead letters any more: it was settled meanwhile. Nothing was done."
            }
            Self::EntryHidden => "The entry is out of your sight. It is not counted any more, either.",
            Self::SearchChanged => "Your saved search is changed.",
            Self::SearchDeleted => "Your saved search is deleted.",
        }
    }

    pub(crate) fn is_bad_news(self) -> bool {
        matches!(self, Self::StatusRefused | Self::OperationRefused | Self::StillFailing | Self::LetterGone)
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
