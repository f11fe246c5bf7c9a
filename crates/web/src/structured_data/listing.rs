//! A home on offer.

mod about;
mod offer;

use serde::Serialize;

use crate::api::Property;
use crate::when::Moment;
use about::DescribedPlace;
use offer::Offer;

/// An offer of a home, with the home and its price. The owner's own words are left out, except the title: people write
/// telephone numbers into descriptions.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RealEstateListing<'a> {
    #[serde(rename = "@type")]
    kind: &'static str,
    url: &'a str,
    name: &'a str,
    description: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    date_posted: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    date_modified: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lease_length: Option<Duration<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    image: Vec<String>,
    about: DescribedPlace<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    offers: Option<Offer<'a>>,
}

/// How many months a lease lasts at least.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Duration<'a> {
    #[serde(rename = "@type")]
    kind: &'static str,
    value: &'a serde_json::Number,
    unit_code: &'static str,
}

impl<'a> RealEstateListing<'a> {
    /// The listing of `home`, which is at `url`. `images` are complete addresses.
    pub(crate) fn of(home: &'a Property, url: &'a str, images: Vec<String>) -> Self {
        let day = |time: &Option<String>| Moment::parse_some(time.as_ref()).map(|at| at.day().to_string());
        Self {
            kind: "RealEstateListing",
            url,
            name: home.heading(),
            description: format!("{}, {}, {}", home.in_short(), home.place(), home.price_words()),
            date_posted: day(&home.created_at),
            date_modified: day(&home.updated_at),
            lease_length: home.lock_in_months.as_ref().map(|value| Duration {
                kind: "QuantitativeValue",
                value,
                unit_code: "MON",
            }),
            image: images,
            about: DescribedPlace::of(home),
            offers: Offer::of(home, url),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::RealEstateListing;
    use crate::api::Property;
    use crate::structured_data::JsonLd;

    fn written(home: Value) -> Value {
        let home: Property = serde_json::from_value(home).unwrap();
        let images = vec!["https://homes.example/api/files/f1?w=1600".to_owned()];
        let listing = RealEstateListing::of(&home, "https://homes.example/homes/h1", images);
        serde_json::from_str(JsonLd::of(&listing).unwrap().text()).unwrap()
    }

    #[test]
    fn a_flat_for_sale() {
        let data = written(json!({"id": "h1", "title": "Flat", "price": 9_500_000, "location": "Kondapur",
            "city": "Hyderabad", "pincode": "500084", "propertyType": "APARTMENT", "listingType": "SALE",
            "bedrooms": 3, "bathrooms": 2, "floorNumber": 5, "area": 160, "areaUnit": "SQYD", "areaSqft": 1440,
            "amenities": ["Lift"], "petsAllowed": true, "latitude": 17.443_51, "longitude": 78.377_29,
            "createdAt": "2026-11-20T20:00:00Z", "status": "ACTIVE"}));
        assert_eq!(data["@type"], "RealEstateListing");
        assert_eq!(data["datePosted"], "2026-11-21", "the day in India");
        let home = &data["about"];
        assert_eq!(home["@type"], "Apartment");
        assert_eq!(home["numberOfBedrooms"], 3);
        assert_eq!(home["floorSize"], json!({"@type": "QuantitativeValue", "value": 160, "unitCode": "YDK"}));
        assert_eq!(
            home["amenityFeature"],
            json!([{"@type": "LocationFeatureSpecification", "name": "Lift", "value": true}])
        );
        assert_eq!(home["geo"]["latitude"], 17.444);
        assert_eq!(home["address"]["postalCode"], "500084");
        let offer = &data["offers"];
        assert_eq!((&offer["price"], &offer["priceCurrency"]), (&json!(9_500_000), &json!("INR")));
        assert_eq!(offer["businessFunction"], "http://purl.org/goodrelations/v1#Sell");
        assert_eq!(offer["availability"], "https://schema.org/InStock");
    }

    #[test]
    fn a_rent_is_a_month_s_and_is_let() {
        let data =
            written(json!({"id": "h1", "price": 35_000, "propertyType": "VILLA", "listingType": "RENT",
            "lockInMonths": 11, "status": "RENTED"}));
        assert_eq!(data["about"]["@type"], "SingleFamilyResidence");
        assert_eq!(data["leaseLength"]["value"], 11);
        let offer = &data["offers"];
        assert_eq!(offer["businessFunction"], "http://purl.org/goodrelations/v1#LeaseOut");
        assert_eq!(offer["priceSpecification"]["unitCode"], "MON");
        assert_eq!(offer["availability"], "https://schema.org/SoldOut");
    }

    #[test]
    fn land_has_no_rooms() {
        let data = written(json!({"id": "h1", "propertyType": "PLOT", "area": 2, "areaUnit": "ACRE",
            "areaSqft": 87_120, "bedrooms": 3}));
        assert_eq!(data["about"]["@type"], "Place");
        assert_eq!(data["about"]["additionalProperty"]["unitCode"], "ACR");
        assert!(data["about"].get("numberOfBedrooms").is_none() && data.get("offers").is_none());
    }

    #[test]
    fn a_project_is_a_complex_of_homes() {
        let data = written(json!({"id": "h1", "propertyType": "APARTMENT", "configurations": [2, 3],
            "totalUnits": 220}));
        assert_eq!(data["about"]["@type"], "ApartmentComplex");
        assert_eq!(data["about"]["numberOfAccommodationUnits"], 220);
    }

    #[test]
    fn no_contact_of_anybody_is_in_it() {
        let data = written(json!({"id": "h1", "title": "Flat", "description": "Call 9848012345",
            "address": "Flat 12, Rose Lane", "contactName": "Asha", "contactPhone": "9848012345",
            "contactEmail": "asha@example.com", "ownerId": "u1"}));
        for never in ["9848012345", "Rose Lane", "Asha", "asha@", "u1"] {
            assert!(!data.to_string().contains(never), "{never}");
        }
    }
}
