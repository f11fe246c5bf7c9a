//! The form of a listing, used for posting and editing.

use serde_json::Number;

use crate::api::{Contact, Property};
use crate::labels::{
    AREA_UNITS, FACING, FOR_WHOM, FURNISHING, LISTING_TYPES, PLOT_USES, POSSESSION, PROPERTY_TYPES,
    RERA_STATUSES, TRANSACTION_TYPES, YES_NO,
};
use crate::sheet::{Field, Group, Kind, Sheet};

pub(super) static LISTING: &[Group] = &[
    Group {
        legend: "The offer",
        folded: false,
        fields: &[
            Field::line("title", "Title").required().hint("For example: 3 BHK apartment near the lake."),
            Field::new("listingType", "Offered for", Kind::Choice(LISTING_TYPES)),
            Field::new("propertyType", "Type of property", Kind::Choice(PROPERTY_TYPES)).required(),
            Field::new("plotUse", "Use of the plot", Kind::Choice(PLOT_USES)).hint("For plots only."),
            Field::new("transactionType", "New or resale", Kind::Choice(TRANSACTION_TYPES)),
            Field::line("price", "Price in rupees")
                .required()
                .hint("As you would say it: 85 lakh, 1.2 cr or 35000. For a rent, the price of one month."),
            Field::new("description", "Description", Kind::Text),
        ],
    },
    Group {
        legend: "Where it is",
        folded: false,
        fields: &[
            Field::line("location", "Locality").required().hint("Locality, project or landmark."),
            Field::line("address", "Address"),
            Field::line("city", "City"),
            Field::line("state", "State"),
            Field::line("pincode", "PIN code").inputmode("numeric").hint("Six digits."),
            Field::line("latitude", "Latitude").hint("In degrees, for example 17.4435."),
            Field::line("longitude", "Longitude").hint("In degrees, for example 78.3772."),
        ],
    },
    Group {
        legend: "Size and condition",
        folded: false,
        fields: &[
            Field::line("area", "Area").inputmode("decimal"),
            Field::new("areaUnit", "Unit of the area", Kind::Choice(AREA_UNITS)),
            Field::line("bedrooms", "Bedrooms").hint("For example 3, 2.5 or 1 RK."),
            Field::line("bathrooms", "Bathrooms").inputmode("numeric"),
            Field::line("floorNumber", "Floor").inputmode("numeric"),
            Field::line("totalFloors", "Floors of the building").inputmode("numeric"),
            Field::line("parkingSpaces", "Parking spaces").inputmode("numeric"),
            Field::line("ageOfProperty", "Age in years").inputmode("numeric"),
            Field::new("facing", "Facing", Kind::Choice(FACING)),
            Field::new("furnishedStatus", "Furnishing", Kind::Choice(FURNISHING)),
            Field::line("amenities", "Amenities")
                .hint("With commas between them: lift, power backup, garden."),
            Field::line("nearbyFacilities", "Nearby")
                .hint("With commas between them: school, metro station."),
        ],
    },
    Group {
        legend: "Terms, and renting",
        folded: true,
        fields: &[
            Field::new("negotiable", "Price negotiable", Kind::Choice(YES_NO)),
            Field::line("maintenance", "Maintenance a month").hint("In rupees: 3500 or 3.5k."),
            Field::line("availableFrom", "Available from").hint("A date such as 15/12/2026."),
            Field::line("deposit", "Deposit")
                .hint("In rupees: 50000 or 1.5 lakh. For rents and shared homes."),
            Field::line("lockInMonths", "Lock-in period in months").inputmode("numeric"),
            Field::line("preferredTenants", "Preferred tenants")
                .hint("With commas between them: family, bachelors, company."),
            Field::new("petsAllowed", "Pets allowed", Kind::Choice(YES_NO)),
        ],
    },
    Group {
        legend: "For a PG, a hostel or a shared flat",
        folded: true,
        fields: &[
            Field::new("forWhom", "Who may live there", Kind::Choice(FOR_WHOM)),
            Field::line("sharing", "People in a room")
                .hint("For each kind of room, with commas between them: 1, 2, 3."),
            Field::line("meals", "Meals included")
                .hint("With commas between them: breakfast, lunch, dinner."),
        ],
    },
    Group {
        legend: "For a plot",
        folded: true,
        fields: &[
            Field::line("plotLength", "Length in feet").inputmode("decimal"),
            Field::line("plotWidth", "Width in feet").inputmode("decimal"),
            Field::line("roadWidth", "Width of the road in feet").inputmode("decimal"),
            Field::new("cornerPlot", "Corner plot", Kind::Choice(YES_NO)),
            Field::new("boundaryWall", "Boundary wall", Kind::Choice(YES_NO)),
        ],
    },
    Group {
        legend: "Project and approvals",
        folded: true,
        fields: &[
            Field::line("projectName", "Name of the project"),
            Field::line("builderName", "Builder"),
            Field::line("configurations", "Sizes offered")
                .hint("With commas between them: 2 BHK, 2.5 BHK, 3 BHK."),
            Field::new("possessionStatus", "Possession", Kind::Choice(POSSESSION)),
            Field::line("possessionDate", "Possession from").hint("A month or a date, such as 06/2028."),
            Field::new("reraStatus", "RERA registration", Kind::Choice(RERA_STATUSES)),
            Field::line("reraId", "RERA number").hint("As on the certificate of registration."),
            Field::line("totalUnits", "Homes in the project").inputmode("numeric"),
            Field::line("totalTowers", "Towers").inputmode("numeric"),
            Field::line("approvals", "Approved by")
                .hint("With commas between them: HMDA, DTCP, GHMC, LRS, BRS, TG-bPASS, gram panchayat."),
            Field::new("gatedCommunity", "Gated community", Kind::Choice(YES_NO)),
        ],
    },
    Group {
        legend: "How to reach you",
        folded: false,
        fields: &[
            Field::line("contactName", "Name")
                .autocomplete("name")
                .hint("Shown, with phone and e-mail, only to people who are signed in and ask for it."),
            Field::new("contactPhone", "Mobile number", Kind::Line("tel")).autocomplete("tel"),
            Field::new("contactEmail", "E-mail", Kind::Line("email")).autocomplete("email"),
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
