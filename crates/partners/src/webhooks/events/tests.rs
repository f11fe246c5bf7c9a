use std::path::Path;

use domain::activity::ActivityEvent;
use domain::api_key::ApiKeyEvent;
use domain::audit::AuditEvent;
use domain::favourites::FavouritesEvent;
use domain::file::FileEvent;
use domain::lead::LeadEvent;
use domain::notification::NotificationEvent;
use domain::personal::{CLEAR, SEALED};
use domain::preferences::PreferencesEvent;
use domain::product::ProductEvent;
use domain::property::PropertyEvent;
use domain::report::ReportEvent;
use domain::saved_search::SavedSearchEvent;
use domain::session::SessionEvent;
use domain::system::SystemEvent;
use domain::user::UserEvent;
use domain::warning::WarningEvent;
use domain::webhook::WebhookEvent;
use domain::{EventKind, Log};
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::Value;

use super::*;

/// Events that stay, by the beginning of their names, with the reason.
const WITHHELD: &[(&str, &str)] = &[
    ("LOG_LEVEL_", "operators' work"),
    ("USER_", "accounts and sign-ins are between a person and us"),
    ("SESSION_", "accounts and sign-ins are between a person and us"),
    ("REFRESH_", "accounts and sign-ins are between a person and us"),
    ("PASSWORD_", "accounts and sign-ins are between a person and us"),
    ("REGISTRATION_", "accounts and sign-ins are between a person and us"),
    ("PERSONAL_DATA_", "the record of who looked at what is for auditors"),
    ("HISTORY_", "what people do with their own history is theirs"),
    ("NOTIFICATION_", "what people are told is theirs"),
    ("SEARCH_", "what people look for is theirs"),
    ("SAVED_SEARCH_", "what people look for is theirs"),
    ("PROPERTY_REPORTED", "complaints are for moderators"),
    ("FILE_", "says where bytes are kept; PROPERTY_IMAGES_ADDED names the photos of a home"),
    ("ProductReserved", "ends by itself without an event, so a receiver would count wrongly"),
    ("ProductReservationReleased", "ends by itself without an event, so a receiver would count wrongly"),
    ("CONSUMER_", "for operators"),
    ("DEAD_LETTER_", "for operators"),
    ("REPLAY_", "for operators"),
    ("BACKUP_", "for operators"),
    ("TASK_", "for operators"),
    ("DISK_", "for operators"),
    ("OPTIMIZE_", "for operators"),
    ("IMPORT_", "the homes of an import have events of their own"),
    ("UNUSUAL_", "for moderators"),
    ("WEBHOOK_", "an error of a webhook would be sent by webhook"),
    ("API_KEY_", "for auditors"),
];
/// Events of the log of activity: what single people look at.
const ACTIVITY: &[&str] = &[
    "PROPERTY_VIEWED",
    "PROPERTY_SHARED",
    "PROPERTY_SEARCHED",
    "CONTACT_REVEALED",
    "VIEWS_COUNTED",
    "ProductViewed",
    "PRODUCT_VIEWS_COUNTED",
    "PRODUCT_VIEWS_SYNCED",
];

/// The names of the events of one kind, from their schema.
fn names<E: EventKind + JsonSchema>() -> Vec<String> {
    let schema = E::json_schema(&mut SchemaGenerator::default()).to_value();
    let variants = schema["oneOf"].as_array().unwrap();
    let name = |one: &Value| one["properties"]["eventType"]["const"].as_str().unwrap().to_owned();
    variants.iter().map(name).collect()
}

/// Every event there ever was, as written, with its name.
fn golden() -> Vec<(String, Value)> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../domain/tests/golden");
    let files = std::fs::read_dir(directory).unwrap().map(|file| file.unwrap().path());
    let read = |path| -> Value { serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap() };
    files.map(read).map(|event| (event["eventType"].as_str().unwrap().to_owned(), event)).collect()
}

#[test]
fn of_every_event_somebody_decided_whether_it_is_sent() {
    let names = [
        names::<UserEvent>(),
        names::<SessionEvent>(),
        names::<PropertyEvent>(),
        names::<ProductEvent>(),
        names::<LeadEvent>(),
        names::<ReportEvent>(),
        names::<SavedSearchEvent>(),
        names::<FavouritesEvent>(),
        names::<ActivityEvent>(),
        names::<FileEvent>(),
        names::<PreferencesEvent>(),
        names::<WarningEvent>(),
        names::<AuditEvent>(),
        names::<SystemEvent>(),
        names::<NotificationEvent>(),
        names::<WebhookEvent>(),
        names::<ApiKeyEvent>(),
    ]
    .concat();
    for name in &names {
        let withheld = WITHHELD.iter().any(|(start, _)| name.starts_with(start));
        let decided = published(name).is_some() || withheld || ACTIVITY.contains(&name.as_str());
        assert!(decided, "{name} is neither published nor withheld");
    }
    for event in PUBLISHED {
        assert!(names.iter().any(|name| name == event.name), "there is no event {}", event.name);
    }
    assert_eq!(Log::of("activity"), Log::Activity, "webhooks read the other log");
}

#[test]
fn no_member_that_is_sent_is_personal_at_its_top() {
    for (name, event) in golden() {
        let Some(published) = published(&name) else { continue };
        for member in published.members {
            let value = &event["eventData"][member];
            let personal = value.get(CLEAR).is_some() || value.get(SEALED).is_some();
            assert!(!personal, "{name} would send {member}");
        }
    }
}

#[test]
fn only_what_is_published_can_be_subscribed_to() {
    assert_eq!(subscribable("PROPERTY_CREATED"), Ok("PROPERTY_CREATED".to_owned()));
    assert_eq!(subscribable("*"), Ok("*".to_owned()));
    for wrong in ["", "property_created", "USER_REGISTERED", "PASSWORD_CHANGED", "webhook.test"] {
        assert!(subscribable(wrong).is_err(), "{wrong}");
    }
}
