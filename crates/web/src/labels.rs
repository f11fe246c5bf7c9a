//! The labels for the codes of the API.

/// Codes with their labels, in the order in which lists offer them.
pub(crate) type Labels = &'static [(&'static str, &'static str)];

pub(crate) const PROPERTY_TYPES: Labels = &[
    ("APARTMENT", "Apartment"),
    ("HOUSE", "House"),
    ("VILLA", "Villa"),
    ("BUILDER_FLOOR", "Builder floor"),
    ("PENTHOUSE", "Penthouse"),
    ("STUDIO", "Studio"),
    ("SERVICED_APARTMENT", "Serviced apartment"),
    ("FARMHOUSE", "Farmhouse"),
    ("PLOT", "Plot"),
    ("OFFICE", "Office"),
    ("SHOP", "Shop"),
    ("WAREHOUSE", "Warehouse"),
    ("COWORKING", "Co-working space"),
    ("INDUSTRIAL", "Industrial building"),
    ("COMMERCIAL", "Commercial space"),
    ("PG_HOSTEL", "PG or hostel"),
];

pub(crate) const PLOT_USES: Labels = &[
    ("RESIDENTIAL", "Residential"),
    ("COMMERCIAL", "Commercial"),
    ("AGRICULTURAL", "Agricultural"),
    ("INDUSTRIAL", "Industrial"),
];

pub(crate) const LISTING_TYPES: Labels = &[
    ("SALE", "Sale"),
    ("RENT", "Rent"),
    ("LEASE", "Lease"),
    ("PG", "Paying guest"),
    ("FLATMATE", "Flatmate wanted"),
];

pub(crate) const TRANSACTION_TYPES: Labels = &[("NEW", "New"), ("RESALE", "Resale")];

pub(crate) const FURNISHING: Labels =
    &[("FURNISHED", "Furnished"), ("SEMI_FURNISHED", "Semi-furnished"), ("UNFURNISHED", "Unfurnished")];

pub(crate) const AREA_UNITS: Labels = &[
    ("SQFT", "sq ft"),
    ("SQM", "sq m"),
    ("SQYD", "sq yd"),
    ("ACRE", "acre"),
    ("GUNTA", "gunta"),
    ("CENT", "cent"),
];

pub(crate) const YES_NO: Labels = &[("true", "Yes"), ("false", "No")];

pub(crate) const FOR_WHOM: Labels = &[("MEN", "Men"), ("WOMEN", "Women"), ("ANYONE", "Anyone")];

pub(crate) const POSSESSION: Labels = &[
    ("READY_TO_MOVE", "Ready to move in"),
    ("UNDER_CONSTRUCTION", "Under construction"),
    ("NEW_LAUNCH", "New launch"),
];

pub(crate) const RERA_STATUSES: Labels =
    &[("REGISTERED", "Registered"), ("APPLIED", "Applied for"), ("EXEMPT", "Exempt")];

pub(crate) const APPROVALS: Labels = &[
    ("HMDA", "HMDA"),
    ("DTCP", "DTCP"),
    ("GHMC", "GHMC"),
    ("LRS", "LRS"),
    ("BRS", "BRS"),
    ("TG_BPASS", "TG-bPASS"),
    ("GRAM_PANCHAYAT", "Gram panchayat"),
];

pub(crate) const FACING: Labels = &[
    ("East", "East"),
    ("West", "West"),
    ("North", "North"),
    ("South", "South"),
    ("North-East", "North-East"),
    ("North-West", "North-West"),
    ("South-East", "South-East"),
    ("South-West", "South-West"),
];

pub(crate) const STATUSES: Labels = &[
    ("DRAFT", "Draft"),
    ("PENDING_REVIEW", "Waiting for review"),
    ("ACTIVE", "Active"),
    ("INACTIVE", "Inactive"),
    ("REJECTED", "Rejected"),
    ("SOLD", "Sold"),
    ("RENTED", "Rented"),
    ("EXPIRED", "Expired"),
    ("REMOVED", "Removed"),
];

/// What an enquiry asks for.
pub(crate) const PURPOSES: Labels = &[("ENQUIRY", "Question"), ("VISIT", "Visit"), ("CALLBACK", "Call back")];

pub(crate) const ENQUIRY_STATUSES: Labels = &[
    ("NEW", "Sent"),
    ("CONTACTED", "The owner has been in touch"),
    ("VISIT_PLANNED", "A visit is planned"),
    ("WON", "Settled"),
    ("LOST", "Closed"),
    ("SPAM", "Closed"),
];

/// What can be wrong with a listing.
pub(crate) const CAUSES: Labels = &[
    ("NOT_AVAILABLE", "It is no longer available"),
    ("WRONG_INFORMATION", "Something in it is wrong"),
    ("DUPLICATE", "It is listed twice"),
    ("FRAUD", "It looks like fraud"),
    ("OFFENSIVE", "It is offensive"),
    ("OTHER", "Something else"),
];

/// How often somebody is told what a saved search finds.
pub(crate) const FREQUENCIES: Labels = &[
    ("INSTANT", "At once"),
    ("DAILY", "Every morning"),
    ("WEEKLY", "Every Monday"),
    ("OFF", "Never: switched off"),
];

pub(crate) const ACTIVITIES: Labels = &[
    ("PROPERTY_VIEWED", "Homes viewed"),
    ("PROPERTY_FAVORITED", "Homes saved"),
    ("PROPERTY_UNFAVORITED", "Homes no longer saved"),
    ("CONTACT_REVEALED", "Contacts seen"),
    ("PROPERTY_SEARCHED", "Searches"),
    ("SEARCH_SAVED", "Searches saved"),
    ("SAVED_SEARCH_UPDATED", "Saved searches changed"),
    ("SAVED_SEARCH_DELETED", "Saved searches deleted"),
    ("LEAD_CREATED", "Enquiries sent"),
    ("LEAD_UPDATED", "Enquiries handled"),
    ("PROPERTY_SHARED", "Homes shared"),
    ("PROPERTY_CREATED", "Homes listed"),
    ("PROPERTY_UPDATED", "Listings changed"),
    ("PROPERTY_STATUS_CHANGED", "Listing status changed"),
    ("PROPERTY_IMAGES_ADDED", "Photos added or moved"),
    ("FILE_UPLOADED", "Photos and papers sent"),
    ("PROPERTY_DELETED", "Listings removed"),
    ("PRODUCT_VIEWED", "Products viewed"),
    ("PRODUCT_PURCHASED", "Purchases"),
    ("USER_REGISTERED", "Registration"),
    ("USER_EMAIL_VERIFIED", "E-mail confirmed"),
    ("USER_IDENTITY_LINKED", "Sign-in linked"),
    ("USER_LOGIN", "Sign-ins"),
    ("USER_LOGOUT", "Sign-outs"),
    ("SESSION_REVOKED", "Devices signed out"),
    ("REFRESH_REUSED", "Devices signed out for safety"),
    ("PASSWORD_RESET_REQUESTED", "Password resets asked for"),
    ("PASSWORD_CHANGED", "Password changes"),
    ("PROFILE_UPDATED", "Profile changes"),
];

/// The label of a code. A code without a label is made readable: `WEBHOOK_CREATED` becomes `Webhook created`.
pub(crate) fn of(labels: Labels, code: &str) -> String {
    if let Some((_, words)) = labels.iter().find(|(known, _)| *known == code) {
        return (*words).to_owned();
    }
    capitalised(code.replace('_', " ").to_lowercase())
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

    #[test]
    fn an_unknown_code_is_still_readable() {
        assert_eq!(of(ACTIVITIES, "WEBHOOK_CREATED"), "Webhook created");
        assert_eq!(of(ACTIVITIES, "USER_LOGIN"), "Sign-ins");
        assert_eq!(of(ACTIVITIES, ""), "");
    }
}
