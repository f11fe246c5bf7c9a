use serde_json::json;

use super::Draft;
use crate::area::AreaUnit;
use crate::fields::Fields;
use crate::id::UserId;
use crate::property::kinds::{ForWhom, ListingType, PlotUse, PreferredTenant, PropertyType};
use crate::property::{Content, Rooms};

fn read(members: &serde_json::Value) -> Result<Content, crate::FieldErrors> {
    let mut all =
        json!({"title": "Flat by the lake", "price": 1, "location": "Miyapur", "propertyType": "APARTMENT"});
    for (name, value) in members.as_object().unwrap() {
        all[name] = value.clone();
    }
    let draft = Fields::read(all.as_object().unwrap(), Draft::read)?;
    Ok(draft.owned_by(UserId::default(), "Hyderabad"))
}

fn wrong(members: &serde_json::Value, field: &str) -> String {
    read(members)
        .expect_err("it was accepted")
        .0
        .remove(field)
        .unwrap_or_else(|| panic!("{field} was not named"))
}

#[test]
fn coordinates_outside_india_are_refused_with_the_likely_reason() {
    assert!(read(&json!({"latitude": 17.44, "longitude": 78.37})).is_ok());
    let at = |lat: f64, lng: f64| json!({"latitude": lat, "longitude": lng});
    assert!(wrong(&at(78.37, 17.44), "latitude").contains("swapped"));
    assert!(wrong(&at(0.0, 0.0), "latitude").contains("in the sea"));
    assert!(wrong(&at(51.5, -0.1), "latitude").contains("not in India"));
    assert!(wrong(&at(17.44, 7.8), "longitude").contains("not in India"));
}

#[test]
fn a_price_has_one_unit() {
    let price = |members: serde_json::Value| read(&members).unwrap().price.paise() / 100;
    assert_eq!(price(json!({"price": 85, "priceUnit": "lac"})), 8_500_000);
    assert_eq!(price(json!({"price": "1.2", "priceUnit": "CRORE"})), 12_000_000);
    assert_eq!(price(json!({"price": "25,000", "priceUnit": "rupees", "currency": "inr"})), 25_000);
    assert!(wrong(&json!({"price": "85 lakh", "priceUnit": "lakh"}), "price").contains("already"));
    assert!(wrong(&json!({"priceUnit": "dozen"}), "priceUnit").starts_with("must be one of"));
    assert!(wrong(&json!({"currency": "USD"}), "currency").contains("INR"));
}

#[test]
fn what_an_earlier_form_sends_is_understood() {
    let form = json!({"listingType": "sell", "category": "residential", "propertyType": "builder-floor", "bhk": "5+",
        "areaUnit": "sqyard", "area": "200", "ownerName": "Sample", "mobile": "98765 43210"});
    let content = read(&form).unwrap();
    let specifications = &content.specifications;
    assert_eq!(specifications.listing_type, ListingType::Sale);
    assert_eq!(specifications.property_type, PropertyType::BuilderFloor);
    assert_eq!(specifications.bedrooms, Some(Rooms::whole(5)));
    assert_eq!(specifications.area.unwrap().unit, AreaUnit::Sqyd);
    assert_eq!(content.contact.unwrap().into_value().unwrap().phone.as_deref(), Some("+919876543210"));
    let plot = read(&json!({"category": "land", "propertyType": "residential-plot"})).unwrap().specifications;
    assert_eq!((plot.property_type, plot.plot_use), (PropertyType::Plot, Some(PlotUse::Residential)));
    let land = read(&json!({"category": "land", "propertyType": null})).unwrap().specifications;
    assert_eq!((land.property_type, land.plot_use), (PropertyType::Plot, None));
    wrong(&json!({"category": "land"}), "category");
}

#[test]
fn every_kind_of_listing_has_its_fields() {
    let rent = json!({"listingType": "RENT", "deposit": "1.5 lakh", "availableFrom": "15/12/2026", "lockInMonths": 11,
        "preferredTenants": "family, bachelor", "petsAllowed": "true", "bedrooms": 2.5});
    let terms = read(&rent).unwrap().details.terms.unwrap();
    assert_eq!(terms.available_from.unwrap().to_string(), "2026-12-15");
    assert_eq!(terms.preferred_tenants, [PreferredTenant::Family, PreferredTenant::Bachelors]);
    let pg = json!({"propertyType": "pg", "listingType": "PG", "sharing": [1, "2", 3], "meals": "breakfast,dinner",
        "forWhom": "girls"});
    let shared = read(&pg).unwrap().details.shared_living.unwrap();
    assert_eq!((shared.sharing, shared.for_whom), (vec![1, 2, 3], Some(ForWhom::Women)));
    let launch = json!({"projectName": "Sample Meadows", "configurations": "2 BHK, 2.5, 3bhk", "reraId": "sample-000",
        "reraStatus": "registered", "possessionDate": "06/2028", "possessionStatus": "under construction"});
    let project = read(&launch).unwrap().details.project.unwrap();
    assert_eq!(project.configurations.iter().map(ToString::to_string).collect::<Vec<_>>(), ["2", "2.5", "3"]);
    assert_eq!(project.rera_id.unwrap().text(), "SAMPLE-000");
    let nothing = read(&json!({"deposit": "", "sharing": [], "meals": null})).unwrap();
    assert!(nothing.details.is_empty(), "blank members are no details");
}

#[test]
fn a_field_of_another_kind_of_listing_is_refused() {
    assert!(wrong(&json!({"deposit": 50_000}), "deposit").contains("RENT"));
    assert!(wrong(&json!({"listingType": "RENT", "sharing": 2}), "sharing").contains("PG"));
    assert!(wrong(&json!({"plotLength": 60}), "plotLength").contains("PLOT"));
    assert!(wrong(&json!({"reraStatus": "REGISTERED"}), "reraId").contains("required"));
    assert!(wrong(&json!({"approvals": "HMDA, mayor"}), "approvals").contains("HMDA"));
    assert!(wrong(&json!({"availableFrom": "31/31/2026"}), "availableFrom").contains("exists"));
}

#[test]
fn details_an_owner_wrote_are_erased_and_belong_to_them() {
    let launch =
        json!({"projectName": "Sample Meadows", "builderName": "Sample Builders", "reraId": "SAMPLE-1"});
    let owner: UserId = "0197c000-0000-7000-8000-000000000001".parse().unwrap();
    let mut content = read(&launch).unwrap().owned_by(owner);
    let project = |content: &Content| content.details.project.clone().unwrap();
    assert_eq!(project(&content).name.unwrap().subject(), Some(owner));
    content.erase();
    let erased = project(&content);
    for text in [erased.name, erased.builder, erased.rera_id] {
        assert!(text.unwrap().as_ref().is_none());
    }
}
