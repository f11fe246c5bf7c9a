use domain::EventKind;
use domain::activity::{ActivityEvent, activity_type};
use domain::api_key::ApiKeyEvent;
use domain::audit::AuditEvent;
use domain::favourites::FavouritesEvent;
use domain::file::FileEvent;
use domain::lead::LeadEvent;
use domain::notification::NotificationEvent;
use domain::product::ProductEvent;
use domain::property::PropertyEvent;
use domain::report::ReportEvent;
use domain::saved_search::SavedSearchEvent;
use domain::session::SessionEvent;
use domain::user::UserEvent;
use domain::warning::WarningEvent;
use domain::webhook::WebhookEvent;
use serde_json::{Value, json};

use super::{DescribedEntry, sentence};

fn tell(kind: &str, data: &Value, count: u64) -> String {
    sentence(DescribedEntry { kind, data: data.as_object().unwrap(), to_another: false, count })
}

/// The wire names of all events of a type, taken from its error message for an unknown name.
fn names<E: EventKind + std::fmt::Debug>() -> Vec<String> {
    let refusal = serde_json::from_value::<E>(json!({"eventType": "?", "eventData": {}})).unwrap_err();
    let refusal = refusal.to_string();
    let names: Vec<_> = refusal.split('`').skip(3).step_by(2).map(str::to_owned).collect();
    assert!(!names.is_empty(), "{refusal}");
    names
}

#[test]
fn every_event_of_the_domain_has_its_sentence() {
    let all = [
        names::<PropertyEvent>(),
        names::<ProductEvent>(),
        names::<UserEvent>(),
        names::<SessionEvent>(),
        names::<FavouritesEvent>(),
        names::<ActivityEvent>(),
        names::<AuditEvent>(),
        names::<FileEvent>(),
        names::<LeadEvent>(),
        names::<ReportEvent>(),
        names::<NotificationEvent>(),
        names::<SavedSearchEvent>(),
        names::<WarningEvent>(),
        names::<WebhookEvent>(),
        names::<ApiKeyEvent>(),
        vec!["NOTIFICATION_PREFERENCES_UPDATED".to_owned()],
    ];
    for name in all.concat() {
        let kind = activity_type(&name);
        let data = json!({});
        let told = DescribedEntry { kind, data: data.as_object().unwrap(), to_another: false, count: 1 };
        assert!(told.known().is_some(), "{name} has no sentence");
    }
}

#[test]
fn sentences_read_as_people_speak() {
    let home = json!({"title": "3BHK Apartment in Gachibowli", "area": "Gachibowli", "price": 9_500_000});
    assert_eq!(tell("PROPERTY_CREATED", &home, 1), "You listed 3BHK Apartment in Gachibowli for ₹95 Lakh");
    let bought = json!({"name": "Headphones", "quantity": 2, "totalPrice": 599.98});
    assert_eq!(tell("PRODUCT_PURCHASED", &bought, 1), "You bought 2 of Headphones for ₹599");
    let bought = json!({"name": "Headphones", "quantity": 1, "totalPrice": 299.99, "currency": "USD"});
    assert_eq!(tell("PRODUCT_PURCHASED", &bought, 1), "You bought Headphones for USD 299.99");
    assert_eq!(tell("PROPERTY_VIEWED", &home, 1), "You looked at 3BHK Apartment in Gachibowli");
    assert_eq!(tell("PROPERTY_VIEWED", &home, 3), "You looked at 3BHK Apartment in Gachibowli (3 times)");
    let photos = json!({"title": "Villa", "added": ["a", "b"], "content": {"kind": "DOCUMENT"}});
    assert_eq!(tell("PROPERTY_IMAGES_ADDED", &photos, 1), "You added 2 photos to Villa");
    assert_eq!(tell("FILE_UPLOADED", &photos, 1), "You uploaded a document");
    let villa = json!({"title": "Villa", "area": "Miyapur", "price": 9_000_000, "previousPrice": 9_500_000,
        "changed": ["price"], "to": "SOLD"});
    assert_eq!(tell("PROPERTY_CREATED", &villa, 1), "You listed Villa in Miyapur for ₹90 Lakh");
    assert_eq!(
        tell("PROPERTY_UPDATED", &villa, 1),
        "You changed the price of Villa from ₹95 Lakh to ₹90 Lakh"
    );
    assert_eq!(tell("PROPERTY_STATUS_CHANGED", &villa, 1), "You marked Villa as sold");
    let edit = json!({"title": "Villa", "price": 9_000_000, "changed": ["title", "totalFloors"]});
    assert_eq!(tell("PROPERTY_UPDATED", &edit, 1), "You edited Villa: title, total floors");
    let visit = json!({"title": "Villa", "purpose": "VISIT"});
    assert_eq!(tell("LEAD_CREATED", &visit, 1), "You asked to visit Villa");
    assert_eq!(tell("LEAD_UPDATED", &villa, 1), "You marked an enquiry about Villa as sold");
    let both =
        json!({"title": "Villa", "price": 1_000_000, "previousPrice": 35_000, "changed": ["price", "title"]});
    assert_eq!(
        tell("PROPERTY_UPDATED", &both, 1),
        "You changed the price of Villa from ₹35,000 to ₹10 Lakh and edited its title"
    );
}

#[test]
fn what_is_unknown_or_missing_still_reads() {
    assert_eq!(tell("GARDEN_GATE_PAINTED", &json!({}), 1), "Garden gate painted");
    assert_eq!(tell("PROPERTY_CREATED", &json!({"price": "?"}), 1), "You listed a home");
    assert_eq!(tell("", &json!({}), 1), "");
}

#[test]
fn a_letter_of_ones_own_is_not_a_notification_to_somebody() {
    assert_eq!(
        tell("NOTIFICATION_REQUESTED", &json!({"template": "verify-email"}), 1),
        "You asked for another confirmation e-mail"
    );
    assert_eq!(
        tell("NOTIFICATION_REQUESTED", &json!({"template": "PROPERTY_ALERT"}), 1),
        "You sent a notification (property alert)"
    );
}

#[test]
fn what_was_done_to_another_is_told_without_a_name() {
    let data = json!({"to": "MODERATOR"});
    let told = |to_another| {
        let data = data.as_object().unwrap();
        sentence(DescribedEntry { kind: "USER_ROLE_CHANGED", data, to_another, count: 1 })
    };
    assert_eq!(told(true), "You changed another person's role to moderator");
    assert_eq!(told(false), "You changed your role to moderator");
}
