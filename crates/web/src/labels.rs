//! The labels for the codes of the API.

use crate::messages::{Language, key};

/// Codes with the keys of their labels, in the order in which lists offer them.
pub(crate) type Labels = &'static [(&'static str, &'static str)];

pub(crate) const PROPERTY_TYPES: Labels = &[
    ("APARTMENT", key("label-type-apartment")),
    ("HOUSE", key("label-type-house")),
    ("VILLA", key("label-type-villa")),
    ("BUILDER_FLOOR", key("label-type-builder-floor")),
    ("PENTHOUSE", key("label-type-penthouse")),
    ("STUDIO", key("label-type-studio")),
    ("SERVICED_APARTMENT", key("label-type-serviced-apartment")),
    ("FARMHOUSE", key("label-type-farmhouse")),
    ("PLOT", key("label-type-plot")),
    ("OFFICE", key("label-type-office")),
    ("SHOP", key("label-type-shop")),
    ("WAREHOUSE", key("label-type-warehouse")),
    ("COWORKING", key("label-type-coworking")),
    ("INDUSTRIAL", key("label-type-industrial")),
    ("COMMERCIAL", key("label-type-commercial")),
    ("PG_HOSTEL", key("label-type-pg-hostel")),
];

pub(crate) const PLOT_USES: Labels = &[
    ("RESIDENTIAL", key("label-plot-residential")),
    ("COMMERCIAL", key("label-plot-commercial")),
    ("AGRICULTURAL", key("label-plot-agricultural")),
    ("INDUSTRIAL", key("label-plot-industrial")),
];

pub(crate) const LISTING_TYPES: Labels = &[
    ("SALE", key("label-listing-sale")),
    ("RENT", key("label-listing-rent")),
    ("LEASE", key("label-listing-lease")),
    ("PG", key("label-listing-pg")),
    ("FLATMATE", key("label-listing-flatmate")),
];

pub(crate) const TRANSACTION_TYPES: Labels =
    &[("NEW", key("label-transaction-new")), ("RESALE", key("label-transaction-resale"))];

pub(crate) const FURNISHING: Labels = &[
    ("FURNISHED", key("label-furnishing-furnished")),
    ("SEMI_FURNISHED", key("label-furnishing-semi-furnished")),
    ("UNFURNISHED", key("label-furnishing-unfurnished")),
];

pub(crate) const AREA_UNITS: Labels = &[
    ("SQFT", key("label-unit-sqft")),
    ("SQM", key("label-unit-sqm")),
    ("SQYD", key("label-unit-sqyd")),
    ("ACRE", key("label-unit-acre")),
    ("GUNTA", key("label-unit-gunta")),
    ("CENT", key("label-unit-cent")),
];

pub(crate) const YES_NO: Labels = &[("true", key("label-yes")), ("false", key("label-no"))];

pub(crate) const FOR_WHOM: Labels =
    &[("MEN", key("label-for-men")), ("WOMEN", key("label-for-women")), ("ANYONE", key("label-for-anyone"))];

pub(crate) const POSSESSION: Labels = &[
    ("READY_TO_MOVE", key("label-possession-ready-to-move")),
    ("UNDER_CONSTRUCTION", key("label-possession-under-construction")),
    ("NEW_LAUNCH", key("label-possession-new-launch")),
];

pub(crate) const RERA_STATUSES: Labels = &[
    ("REGISTERED", key("label-rera-registered")),
    ("APPLIED", key("label-rera-applied")),
    ("EXEMPT", key("label-rera-exempt")),
];

pub(crate) const APPROVALS: Labels = &[
    ("HMDA", key("label-approval-hmda")),
    ("DTCP", key("label-approval-dtcp")),
    ("GHMC", key("label-approval-ghmc")),
    ("LRS", key("label-approval-lrs")),
    ("BRS", key("label-approval-brs")),
    ("TG_BPASS", key("label-approval-tg-bpass")),
    ("GRAM_PANCHAYAT", key("label-approval-gram-panchayat")),
];

pub(crate) const FACING: Labels = &[
    ("East", key("label-facing-east")),
    ("West", key("label-facing-west")),
    ("North", key("label-facing-north")),
    ("South", key("label-facing-south")),
    ("North-East", key("label-facing-north-east")),
    ("North-West", key("label-facing-north-west")),
    ("South-East", key("label-facing-south-east")),
    ("South-West", key("label-facing-south-west")),
];

/// The directions, as a search asks for them.
pub(crate) const DIRECTIONS: Labels = &[
    ("EAST", key("label-facing-east")),
    ("WEST", key("label-facing-west")),
    ("NORTH", key("label-facing-north")),
    ("SOUTH", key("label-facing-south")),
    ("NORTH_EAST", key("label-facing-north-east")),
    ("NORTH_WEST", key("label-facing-north-west")),
    ("SOUTH_EAST", key("label-facing-south-east")),
    ("SOUTH_WEST", key("label-facing-south-west")),
];

pub(crate) const STATUSES: Labels = &[
    ("DRAFT", key("label-status-draft")),
    ("PENDING_REVIEW", key("label-status-pending-review")),
    ("ACTIVE", key("label-status-active")),
    ("INACTIVE", key("label-status-inactive")),
    ("REJECTED", key("label-status-rejected")),
    ("SOLD", key("label-status-sold")),
    ("RENTED", key("label-status-rented")),
    ("EXPIRED", key("label-status-expired")),
    ("REMOVED", key("label-status-removed")),
];

/// What an enquiry asks for.
pub(crate) const PURPOSES: Labels = &[
    ("ENQUIRY", key("label-purpose-enquiry")),
    ("VISIT", key("label-purpose-visit")),
    ("CALLBACK", key("label-purpose-callback")),
];

pub(crate) const ENQUIRY_STATUSES: Labels = &[
    ("NEW", key("label-enquiry-new")),
    ("CONTACTED", key("label-enquiry-contacted")),
    ("VISIT_PLANNED", key("label-enquiry-visit-planned")),
    ("WON", key("label-enquiry-won")),
    ("LOST", key("label-enquiry-lost")),
    ("SPAM", key("label-enquiry-spam")),
];

/// How far an enquiry is, in the words of the owner who follows it up. It is new only until then.
pub(crate) const LEAD_STAGES: Labels = &[
    ("NEW", key("label-stage-new")),
    ("CONTACTED", key("label-stage-contacted")),
    ("VISIT_PLANNED", key("label-stage-visit-planned")),
    ("WON", key("label-stage-won")),
    ("LOST", key("label-stage-lost")),
    ("SPAM", key("label-stage-spam")),
];

/// What can be wrong with a listing.
pub(crate) const CAUSES: Labels = &[
    ("NOT_AVAILABLE", key("label-cause-not-available")),
    ("WRONG_INFORMATION", key("label-cause-wrong-information")),
    ("DUPLICATE", key("label-cause-duplicate")),
    ("FRAUD", key("label-cause-fraud")),
    ("OFFENSIVE", key("label-cause-offensive")),
    ("OTHER", key("label-cause-other")),
];

/// What people may do here.
pub(crate) const ROLES: Labels = &[
    ("USER", key("label-role-user")),
    ("AGENT", key("label-role-agent")),
    ("BUILDER", key("label-role-builder")),
    ("SELLER", key("label-role-seller")),
    ("MODERATOR", key("label-role-moderator")),
    ("SUPPORT", key("label-role-support")),
    ("ADMIN", key("label-role-admin")),
];

pub(crate) const ACCOUNT_STATUSES: Labels = &[
    ("ACTIVE", key("label-account-active")),
    ("INACTIVE", key("label-account-inactive")),
    ("SUSPENDED", key("label-account-suspended")),
    ("PENDING_VERIFICATION", key("label-account-pending")),
];

/// How often somebody is told what a saved search finds.
pub(crate) const FREQUENCIES: Labels = &[
    ("INSTANT", key("label-often-instant")),
    ("DAILY", key("label-often-daily")),
    ("WEEKLY", key("label-often-weekly")),
    ("OFF", key("label-often-off")),
];

pub(crate) const ACTIVITIES: Labels = &[
    ("PROPERTY_VIEWED", key("label-activity-property-viewed")),
    ("PROPERTY_FAVORITED", key("label-activity-property-favorited")),
    ("PROPERTY_UNFAVORITED", key("label-activity-property-unfavorited")),
    ("CONTACT_REVEALED", key("label-activity-contact-revealed")),
    ("PROPERTY_SEARCHED", key("label-activity-property-searched")),
    ("SEARCH_SAVED", key("label-activity-search-saved")),
    ("SAVED_SEARCH_UPDATED", key("label-activity-saved-search-updated")),
    ("SAVED_SEARCH_DELETED", key("label-activity-saved-search-deleted")),
    ("LEAD_CREATED", key("label-activity-lead-created")),
    ("LEAD_UPDATED", key("label-activity-lead-updated")),
    ("PROPERTY_SHARED", key("label-activity-property-shared")),
    ("PROPERTY_CREATED", key("label-activity-property-created")),
    ("PROPERTY_UPDATED", key("label-activity-property-updated")),
    ("PROPERTY_STATUS_CHANGED", key("label-activity-property-status-changed")),
    ("PROPERTY_IMAGES_ADDED", key("label-activity-property-images-added")),
    ("FILE_UPLOADED", key("label-activity-file-uploaded")),
    ("PROPERTY_DELETED", key("label-activity-property-deleted")),
    ("PRODUCT_VIEWED", key("label-activity-product-viewed")),
    ("PRODUCT_PURCHASED", key("label-activity-product-purchased")),
    ("USER_REGISTERED", key("label-activity-user-registered")),
    ("USER_EMAIL_VERIFIED", key("label-activity-user-email-verified")),
    ("USER_IDENTITY_LINKED", key("label-activity-user-identity-linked")),
    ("USER_LOGIN", key("label-activity-user-login")),
    ("USER_LOGOUT", key("label-activity-user-logout")),
    ("SESSION_REVOKED", key("label-activity-session-revoked")),
    ("REFRESH_REUSED", key("label-activity-refresh-reused")),
    ("PASSWORD_RESET_REQUESTED", key("label-activity-password-reset-requested")),
    ("PASSWORD_CHANGED", key("label-activity-password-changed")),
    ("PROFILE_UPDATED", key("label-activity-profile-updated")),
];

/// The label of a code. A code without a label is made readable: `WEBHOOK_CREATED` becomes `Webhook created`.
pub(crate) fn of(language: Language, labels: Labels, code: &str) -> String {
    known(language, labels, code).unwrap_or_else(|| capitalised(code.replace('_', " ").to_lowercase()))
}

/// The label of a code, if it has one.
pub(crate) fn known(language: Language, labels: Labels, code: &str) -> Option<String> {
    labels.iter().find(|(known, _)| *known == code).map(|(_, key)| language.text(key).to_string())
}

/// Codes with their labels in place of the keys.
pub(crate) fn told(
    language: Language,
    labels: impl IntoIterator<Item = (&'static str, &'static str)>,
) -> Vec<(&'static str, String)> {
    labels.into_iter().map(|(code, key)| (code, language.text(key).to_string())).collect()
}

/// Capitalises the first letter, as at the start of a sentence.
pub(crate) fn capitalised(mut text: String) -> String {
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{ACTIVITIES, of};
    use crate::messages::Language::English;

    #[test]
    fn an_unknown_code_is_still_readable() {
        assert_eq!(of(English, ACTIVITIES, "WEBHOOK_CREATED"), "Webhook created");
        assert_eq!(of(English, ACTIVITIES, "USER_LOGIN"), "Sign-ins");
        assert_eq!(of(English, ACTIVITIES, ""), "");
    }
}
