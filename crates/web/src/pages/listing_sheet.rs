//! The form of a listing, used for posting and editing.

use crate::api::{Contact, Property};
use crate::labels::{
    AREA_UNITS, FACING, FURNISHING, LISTING_TYPES, PLOT_USES, PROPERTY_TYPES, TRANSACTION_TYPES,
};
use crate::sheet::{Field, Group, Kind, Sheet};

pub(super) static LISTING: &[Group] = &[
    Group {
        legend: "The offer",
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
        fields: &[
            Field::line("area", "Area").inputmode("decimal"),
            Field::new("areaUnit", "Unit of the area", Kind::Choice(AREA_UNITS)),
            Field::line("bedrooms", "Bedrooms").inputmode("numeric"),
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
        legend: "How to reach you",
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
        .with("contactName", home.contact_name.clone().or(contact.contact_name))
        .with("contactPhone", home.contact_phone.clone().or(contact.contact_phone))
        .with("contactEmail", home.contact_email.clone().or(contact.contact_email))
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
            "latitude": 17.4435, "version": 3});
        let home: Property = serde_json::from_value(listing).unwrap();
        let contact = Contact { contact_phone: Some("9000000000".to_owned()), ..Contact::default() };
        assert_eq!(
            of_listing(&home, contact).json(),
            json!({"title": "Flat", "price": "8500000", "location": "Kondapur", "propertyType": "APARTMENT",
                "area": "1450", "areaUnit": "SQFT", "amenities": "lift, garden", "latitude": "17.4435",
                "contactPhone": "9000000000"})
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
