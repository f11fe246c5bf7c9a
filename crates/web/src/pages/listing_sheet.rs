//! The form of a listing, used for posting and editing.

use serde_json::Number;

use crate::api::{Contact, Property};
use crate::labels::{
    AREA_UNITS, FACING, FOR_WHOM, FURNISHING, LISTING_TYPES, PLOT_USES, POSSESSION, PROPERTY_TYPES,
    RERA_STATUSES, TRANSACTION_TYPES, YES_NO,
};
use crate::messages::key;
use crate::sheet::{Field, Group, Kind, Sheet};

pub(super) static LISTING: &[Group] = &[
    Group {
        legend: key("post-offer"),
        folded: false,
        fields: &[
            Field::line("title", key("post-title")).required().hint(key("post-title-hint")),
            Field::new("listingType", key("post-listing-type"), Kind::Choice(LISTING_TYPES)),
            Field::new("propertyType", key("post-property-type"), Kind::Choice(PROPERTY_TYPES)).required(),
            Field::new("plotUse", key("post-plot-use"), Kind::Choice(PLOT_USES))
                .hint(key("post-plot-use-hint")),
            Field::new("transactionType", key("post-transaction-type"), Kind::Choice(TRANSACTION_TYPES)),
            Field::line("price", key("post-price")).required().hint(key("post-price-hint")),
            Field::new("description", key("post-description"), Kind::Text),
        ],
    },
    Group {
        legend: key("post-place"),
        folded: false,
        fields: &[
            Field::line("location", key("post-location")).required().hint(key("post-location-hint")),
            Field::line("address", key("post-address")),
            Field::line("city", key("post-city")),
            Field::line("state", key("post-state")),
            Field::line("pincode", key("post-pincode")).inputmode("numeric").hint(key("post-pincode-hint")),
            Field::line("latitude", key("post-latitude")).hint(key("post-latitude-hint")),
            Field::line("longitude", key("post-longitude")).hint(key("post-longitude-hint")),
        ],
    },
    Group {
        legend: key("post-size"),
        folded: false,
        fields: &[
            Field::line("area", key("post-area")).inputmode("decimal"),
            Field::new("areaUnit", key("post-area-unit"), Kind::Choice(AREA_UNITS)),
            Field::line("bedrooms", key("post-bedrooms")).hint(key("post-bedrooms-hint")),
            Field::line("bathrooms", key("post-bathrooms")).inputmode("numeric"),
            Field::line("floorNumber", key("post-floor-number")).inputmode("numeric"),
            Field::line("totalFloors", key("post-total-floors")).inputmode("numeric"),
            Field::line("parkingSpaces", key("post-parking-spaces")).inputmode("numeric"),
            Field::line("ageOfProperty", key("post-age-of-property")).inputmode("numeric"),
            Field::new("facing", key("post-facing"), Kind::Choice(FACING)),
            Field::new("furnishedStatus", key("post-furnished-status"), Kind::Choice(FURNISHING)),
            Field::line("amenities", key("post-amenities")).hint(key("post-amenities-hint")),
            Field::line("nearbyFacilities", key("post-nearby-facilities"))
                .hint(key("post-nearby-facilities-hint")),
        ],
    },
    Group {
        legend: key("post-terms"),
        folded: true,
        fields: &[
            Field::new("negotiable", key("post-negotiable"), Kind::Choice(YES_NO)),
            Field::line("maintenance", key("post-maintenance")).hint(key("post-maintenance-hint")),
            Field::line("availableFrom", key("post-available-from")).hint(key("post-available-from-hint")),
            Field::line("deposit", key("post-deposit")).hint(key("post-deposit-hint")),
            Field::line("lockInMonths", key("post-lock-in-months")).inputmode("numeric"),
            Field::line("preferredTenants", key("post-preferred-tenants"))
                .hint(key("post-preferred-tenants-hint")),
            Field::new("petsAllowed", key("post-pets-allowed"), Kind::Choice(YES_NO)),
        ],
    },
    Group {
        legend: key("post-shared"),
        folded: true,
        fields: &[
            Field::new("forWhom", key("post-for-whom"), Kind::Choice(FOR_WHOM)),
            Field::line("sharing", key("post-sharing")).hint(key("post-sharing-hint")),
            Field::line("meals", key("post-meals")).hint(key("post-meals-hint")),
        ],
    },
    Group {
        legend: key("post-plot"),
        folded: true,
        fields: &[
            Field::line("plotLength", key("post-plot-length")).inputmode("decimal"),
            Field::line("plotWidth", key("post-plot-width")).inputmode("decimal"),
            Field::line("roadWidth", key("post-road-width")).inputmode("decimal"),
            Field::new("cornerPlot", key("post-corner-plot"), Kind::Choice(YES_NO)),
            Field::new("boundaryWall", key("post-boundary-wall"), Kind::Choice(YES_NO)),
        ],
    },
    Group {
        legend: key("post-project"),
        folded: true,
        fields: &[
            Field::line("projectName", key("post-project-name")),
            Field::line("builderName", key("post-builder-name")),
            Field::line("configurations", key("post-configurations")).hint(key("post-configurations-hint")),
            Field::new("possessionStatus", key("post-possession-status"), Kind::Choice(POSSESSION)),
            Field::line("possessionDate", key("post-possession-date")).hint(key("post-possession-date-hint")),
            Field::new("reraStatus", key("post-rera-status"), Kind::Choice(RERA_STATUSES)),
            Field::line("reraId", key("post-rera-id")).hint(key("post-rera-id-hint")),
            Field::line("totalUnits", key("post-total-units")).inputmode("numeric"),
            Field::line("totalTowers", key("post-total-towers")).inputmode("numeric"),
            Field::line("approvals", key("post-approvals")).hint(key("post-approvals-hint")),
            Field::new("gatedCommunity", key("post-gated-community"), Kind::Choice(YES_NO)),
        ],
    },
    Group {
        legend: key("post-contact"),
        folded: false,
        fields: &[
            Field::line("contactName", key("post-contact-name"))
                .autocomplete("name")
                .hint(key("post-contact-name-hint")),
            Field::new("contactPhone", key("post-contact-phone"), Kind::Line("tel")).autocomplete("tel"),
            Field::new("contactEmail", key("post-contact-email"), Kind::Line("email")).autocomplete("email"),
        ],
    },
];

/// The form filled with a listing's current values. `contact` is used where the listing itself has no contact.
pub(super) fn of_listing(home: &Property, contact: Contact) -> Sheet {
    let list = |items: &Option<Vec<String>>| items.as_ref().map(|items| items.join(", "));
    let (area, unit) = match (&home.area, &home.area_sqft) {
        (Some(area), _) => (Some(area), home.area_unit.as_deref()),
        (None, sqft) => (sqft.as_ref(), sqft.as_ref().map(|_| "SQFT")),
    };
    Sheet::blank(LISTING)
        .with("title", home.title.as_ref())
        .with("listingType", home.listing_type.as_ref())
        .with("propertyType", home.property_type.as_ref())
        .with("plotUse", home.plot_use.as_ref())
        .with("transactionType", home.transaction_type.as_ref())
        .with("price", home.price.as_ref())
        .with("description", home.description.as_ref())
        .with("location", home.location.as_ref())
        .with("address", home.address.as_ref())
        .with("city", home.city.as_ref())
        .with("state", home.state.as_ref())
        .with("pincode", home.pincode.as_ref())
        .with("latitude", home.latitude.as_ref())
        .with("longitude", home.longitude.as_ref())
        .with("area", area)
        .with("areaUnit", unit)
        .with("bedrooms", home.bedrooms.as_ref())
        .with("bathrooms", home.bathrooms.as_ref())
        .with("floorNumber", home.floor_number.as_ref())
        .with("totalFloors", home.total_floors.as_ref())
        .with("parkingSpaces", home.parking_spaces.as_ref())
        .with("ageOfProperty", home.age_of_property.as_ref())
        .with("facing", home.facing.as_ref())
        .with("furnishedStatus", home.furnished_status.as_ref())
        .with("amenities", list(&home.amenities))
        .with("nearbyFacilities", list(&home.nearby_facilities))
        .with("negotiable", home.negotiable)
        .with("maintenance", home.maintenance.as_ref())
        .with("availableFrom", home.available_from.as_ref())
        .with("deposit", home.deposit.as_ref())
        .with("lockInMonths", home.lock_in_months.as_ref())
        .with("preferredTenants", codes(&home.preferred_tenants))
        .with("petsAllowed", home.pets_allowed)
        .with("forWhom", home.for_whom.as_ref())
        .with("sharing", numbers(&home.sharing))
        .with("meals", codes(&home.meals))
        .with("plotLength", home.plot_length.as_ref())
        .with("plotWidth", home.plot_width.as_ref())
        .with("roadWidth", home.road_width.as_ref())
        .with("cornerPlot", home.corner_plot)
        .with("boundaryWall", home.boundary_wall)
        .with("projectName", home.project_name.as_ref())
        .with("builderName", home.builder_name.as_ref())
        .with("configurations", numbers(&home.configurations))
        .with("possessionStatus", home.possession_status.as_ref())
        .with("possessionDate", home.possession_date.as_ref())
        .with("reraStatus", home.rera_status.as_ref())
        .with("reraId", home.rera_id.as_ref())
        .with("totalUnits", home.total_units.as_ref())
        .with("totalTowers", home.total_towers.as_ref())
        .with("approvals", codes(&home.approvals))
        .with("gatedCommunity", home.gated_community)
        .with("contactName", home.contact_name.clone().or(contact.contact_name))
        .with("contactPhone", home.contact_phone.clone().or(contact.contact_phone))
        .with("contactEmail", home.contact_email.clone().or(contact.contact_email))
}

/// Codes as a person writes them: `family, gram panchayat`.
fn codes(codes: &[String]) -> Option<String> {
    let words: Vec<String> = codes.iter().map(|code| code.replace('_', " ").to_lowercase()).collect();
    Some(words.join(", ")).filter(|text| !text.is_empty())
}

fn numbers(numbers: &[Number]) -> Option<String> {
    let words: Vec<String> = numbers.iter().map(Number::to_string).collect();
    Some(words.join(", ")).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::{LISTING, of_listing};
    use crate::api::{Contact, Property};
    use serde_json::json;

    #[test]
    fn an_unchanged_form_sends_back_what_the_listing_is() {
        let listing = json!({"id": "h", "title": "Flat", "price": 8_500_000, "location": "Kondapur",
            "propertyType": "APARTMENT", "areaSqft": 1450, "amenities": ["lift", "garden"],
            "latitude": 17.4435, "version": 3, "deposit": 50_000, "petsAllowed": false, "sharing": [1, 2],
            "approvals": ["HMDA", "GRAM_PANCHAYAT"], "configurations": [2.5]});
        let home: Property = serde_json::from_value(listing).unwrap();
        let contact = Contact { contact_phone: Some("9000000000".to_owned()), ..Contact::default() };
        assert_eq!(
            of_listing(&home, contact).json(),
            json!({"title": "Flat", "price": "8500000", "location": "Kondapur", "propertyType": "APARTMENT",
                "area": "1450", "areaUnit": "SQFT", "amenities": "lift, garden", "latitude": "17.4435",
                "deposit": "50000", "petsAllowed": "false", "sharing": "1, 2",
                "approvals": "hmda, gram panchayat", "configurations": "2.5", "contactPhone": "9000000000"})
        );
    }

    #[test]
    fn every_field_has_its_own_name() {
        let mut names: Vec<_> =
            LISTING.iter().flat_map(|group| group.fields).map(|field| field.name).collect();
        names.sort_unstable();
        let all = names.len();
        names.dedup();
        assert_eq!(names.len(), all);
    }
}
