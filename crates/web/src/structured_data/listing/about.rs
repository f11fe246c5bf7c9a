//! What is on offer: a flat, a house, a room, a project, or a place without rooms.

use serde::Serialize;
use serde_json::Number;

use crate::api::Property;
use crate::structured_data::address::{GeoCoordinates, PostalAddress};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DescribedPlace<'a> {
    #[serde(rename = "@type")]
    kind: &'static str,
    name: &'a str,
    address: PostalAddress<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    geo: Option<GeoCoordinates>,
    #[serde(flatten)]
    rooms: Option<Rooms<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    number_of_accommodation_units: Option<&'a Number>,
    /// The size of a place without rooms.
    #[serde(skip_serializing_if = "Option::is_none")]
    additional_property: Option<Size<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    amenity_feature: Vec<Amenity<'a>>,
}

/// What only people live in has.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_field_names, reason = "the names of schema.org")]
struct Rooms<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    number_of_rooms: Option<&'a Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    number_of_bedrooms: Option<&'a Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    number_of_bathrooms_total: Option<&'a Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    floor_level: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    floor_size: Option<Size<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pets_allowed: Option<bool>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Size<'a> {
    #[serde(rename = "@type")]
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'static str>,
    value: &'a Number,
    unit_code: &'static str,
}

#[derive(Serialize)]
struct Amenity<'a> {
    #[serde(rename = "@type")]
    kind: &'static str,
    name: &'a str,
    value: bool,
}

impl<'a> DescribedPlace<'a> {
    pub(super) fn of(home: &'a Property) -> Self {
        let kind = kind(home);
        let lived_in = !matches!(kind, "Place" | "ApartmentComplex");
        let amenities = home.amenities.iter().flatten().map(|name| Amenity {
            kind: "LocationFeatureSpecification",
            name,
            value: true,
        });
        Self {
            kind,
            name: home.heading(),
            address: PostalAddress::of(home),
            geo: GeoCoordinates::of(home),
            rooms: lived_in.then(|| Rooms::of(home)),
            number_of_accommodation_units: home.total_units.as_ref().filter(|_| kind == "ApartmentComplex"),
            additional_property: Size::of(home).filter(|_| kind == "Place").map(|size| Size {
                kind: "PropertyValue",
                name: Some("Area"),
                ..size
            }),
            amenity_feature: amenities.collect(),
        }
    }
}

impl<'a> Rooms<'a> {
    fn of(home: &'a Property) -> Self {
        Self {
            number_of_rooms: home.bedrooms.as_ref(),
            number_of_bedrooms: home.bedrooms.as_ref(),
            number_of_bathrooms_total: home.bathrooms.as_ref(),
            floor_level: home.floor_number.as_ref().map(ToString::to_string),
            floor_size: Size::of(home),
            pets_allowed: home.pets_allowed,
        }
    }
}

impl<'a> Size<'a> {
    /// The area in the unit in which it was given, if that unit has a code; otherwise in square feet.
    fn of(home: &'a Property) -> Option<Self> {
        let code = match home.area_unit.as_deref() {
            Some("SQFT") => Some("FTK"),
            Some("SQM") => Some("MTK"),
            Some("SQYD") => Some("YDK"),
            Some("ACRE") => Some("ACR"),
            _ => None,
        };
        let (value, unit_code) = match (home.area.as_ref(), code) {
            (Some(area), Some(code)) => (area, code),
            _ => (home.area_sqft.as_ref()?, "FTK"),
        };
        Some(Self { kind: "QuantitativeValue", name: None, value, unit_code })
    }
}

/// The type of what is on offer. A listing with several sizes is a project.
fn kind(home: &Property) -> &'static str {
    if !home.configurations.is_empty() {
        return "ApartmentComplex";
    }
    if matches!(home.listing_type.as_deref(), Some("PG" | "FLATMATE")) {
        return "Room";
    }
    match home.property_type.as_deref() {
        Some("APARTMENT" | "BUILDER_FLOOR" | "PENTHOUSE" | "STUDIO" | "SERVICED_APARTMENT") => "Apartment",
        Some("HOUSE" | "VILLA" | "FARMHOUSE") => "SingleFamilyResidence",
        Some("PG_HOSTEL") => "Room",
        _ => "Place",
    }
}
