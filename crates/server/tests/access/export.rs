//! A person's export contains everything they are shown, and nothing else.

mod scene;

use std::collections::BTreeSet;

use hyderabadinfra::api_docs;
use reqwest::Method;
use serde_json::{Value, json};
use testkit::{Answer, Client, Person};
use uuid::Uuid;

use crate::openapi::validator;
use crate::people;
use scene::{Scene, home};

/// Every query that shows people their own data.
const OWN: [&str; 21] = [
    "/api/users/profile",
    "/api/users/me",
    "/api/auth/sessions",
    "/api/properties/my-properties?size=100",
    "/api/properties/user/me?size=100",
    "/api/properties/favorites?size=100",
    "/api/leads?size=100",
    "/api/leads?box=sent&size=100",
    "/api/contact-looks?size=100",
    "/api/notifications/me?size=100",
    "/api/notifications/preferences/me",
    "/api/search/history/me?size=100",
    "/api/search/saved/me?size=100",
    "/api/user-history/me?size=100",
    "/api/user-history/me/recent",
    "/api/user-history/me/properties",
    "/api/user-history/me/searches",
    "/api/user-history/me/activities/PROPERTY_CREATED",
    "/api/user-history/me/events?size=100",
    "/api/user-history/me/timeline",
    "/api/user-history/me/stats",
];
const PATH: &str = "/api/users/{id}/export";

async fn export(client: &Client, id: &str) -> Answer {
    let answer = client.get(&PATH.replace("{id}", id)).await.expect(200);
    assert_eq!(answer.header("x-stale"), None);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let wrong = validator::complaints(&Method::GET, PATH, &answer);
    assert!(wrong.is_empty(), "{wrong:#?}");
    answer
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

fn list<'a>(answer: &'a Answer, name: &str) -> &'a [Value] {
    answer.data()[name].as_array().unwrap_or_else(|| panic!("{name} is missing: {}", answer.text))
}

/// Every id in `value`.
fn ids(value: &Value, found: &mut BTreeSet<Uuid>) {
    match value {
        Value::String(text) => found.extend(text.parse::<Uuid>()),
        Value::Array(items) => items.iter().for_each(|item| ids(item, found)),
        Value::Object(members) => members.values().for_each(|member| ids(member, found)),
        _ => {}
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_did_everything_takes_along_everything_they_are_shown() {
    let scene = Scene::new().await;
    let asha = &scene.asha;
    let code = people::code(&scene.app, asha, "verify-email").await;
    asha.client.put("/api/users/profile", &json!({"phoneNumber": "9876500004"})).await.expect(200);
    let [shown, hidden] = scene.looks().await;
    let [good, bad, gone] = scene.homes().await;
    let [received, sent] = scene.enquiries(&good, &shown).await;
    scene.contacts(&good).await;
    scene.notifications().await;

    let answer = export(&asha.client, "me").await;
    let mut all = BTreeSet::new();
    for path in OWN.map(str::to_owned).into_iter().chain([format!("/api/files/property/{good}")]) {
        let told = asha.client.get(&path).await.expect(200);
        let mut found = BTreeSet::new();
        ids(&told.body, &mut found);
        all.extend(found.iter().copied());
        let missing: Vec<_> = found.iter().filter(|id| !answer.text.contains(&id.to_string())).collect();
        assert!(missing.is_empty(), "{path}: {missing:?}\n{}", told.text);
    }
    assert!(all.len() > 30, "{all:?}");
    let homes: Vec<_> =
        list(&answer, "homes").iter().map(|home| (text(&home["id"]), text(&home["status"]))).collect();
    assert_eq!(homes, [(&*gone, "REMOVED"), (&*bad, "REJECTED"), (&*good, "ACTIVE")]);
    let events = list(&answer, "homeEvents");
    let kind = |home: &str| -> Vec<&str> {
        let of_home = events.iter().filter(|event| event["aggregateId"] == home);
        of_home.map(|event| text(&event["eventType"])).collect()
    };
    assert_eq!(kind(&good), ["PROPERTY_APPROVED", "PROPERTY_VERIFIED"]);
    assert_eq!((kind(&bad), kind(&gone)), (vec!["PROPERTY_REJECTED"], vec!["PROPERTY_DELETED"]));
    assert!(events.iter().any(|event| event["eventData"]["reason"] == "The photos show another home"));
    let saved: Vec<_> = list(&answer, "favorites").iter().map(|one| &one["propertyId"]).collect();
    assert_eq!(saved, [&hidden, &shown]);
    assert_eq!(list(&answer, "favorites")[0]["property"], Value::Null);
    assert_eq!(list(&answer, "favorites")[1]["property"]["title"], "A home of Ravi's");
    let asked = &list(&answer, "enquiriesReceived")[0];
    assert_eq!((text(&asked["id"]), &asked["phone"]), (&*received, &json!("+919876500002")));
    assert_eq!(asked["note"], "Bring the keys");
    assert_eq!(list(&answer, "enquiriesSent")[0]["id"], sent);
    let looked: Vec<_> = list(&answer, "contactLooks").iter().map(|one| text(&one["propertyId"])).collect();
    assert_eq!(looked, [&*good, &*good]);
    assert_eq!(list(&answer, "savedSearches")[0]["name"], "A flat for us");
    let inbox = list(&answer, "notifications");
    assert!(inbox.iter().any(|one| text(&one["message"]).contains("Namaste, Asha")), "{inbox:?}");
    assert_eq!(inbox.iter().filter(|one| one["read"] == true).count(), 1, "{inbox:?}");
    let letters: Vec<_> = list(&answer, "letters").iter().map(|one| text(&one["template"])).collect();
    for template in ["verify-email", "welcome", "listing-reviewed", "lead", "lead-answer", "general"] {
        assert!(letters.contains(&template), "{template}: {letters:?}");
    }
    for file in list(&answer, "files") {
        let (status, _, bytes) = asha.client.bytes(text(&file["fileUrl"]), &[]).await;
        assert!(status == 200 && !bytes.is_empty(), "{file}");
    }
    assert_eq!(list(&answer, "files").len(), 2);
    nothing_else(&scene, &answer, &code);
}

/// Contains neither secrets nor other people's data that Asha is not shown.
fn nothing_else(scene: &Scene, answer: &Answer, code: &str) {
    let Scene { admin, asha, ravi, meera, .. } = scene;
    let theirs = [&*admin.id, &admin.email, &*meera.id, &meera.email, &ravi.email];
    let said = ["9876500003", "Wants it badly", "Said in confidence"];
    let secrets = [asha.client.token(), &*asha.refresh, code, "argon2", "passwordHash", "nonce", "tokenHash"];
    for hidden in theirs.into_iter().chain(said).chain(secrets).chain(["$sealed", "$personal"]) {
        assert!(!answer.text.contains(hidden), "{hidden}: {}", answer.text);
    }
    let document = api_docs::document();
    let documented = document["components"]["schemas"]["Export"]["properties"].as_object().unwrap();
    let answered = answer.data().as_object().unwrap();
    let names = |members: &serde_json::Map<String, Value>| members.keys().cloned().collect::<BTreeSet<_>>();
    let mut documented = names(documented);
    assert!(documented.remove("leftOut"), "nothing is left out of one's own");
    assert_eq!(names(answered), documented);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_is_its_persons_and_an_admins_look_is_on_record() {
    let app = people::app().await;
    let admin = people::admin(&app).await;
    let asha = Person::register(&app.client, "asha").await;
    let other = Person::register(&app.client, "other").await;
    let id = home(&asha, "A home of Asha's", "9876500001").await;
    let path = PATH.replace("{id}", &asha.id);
    other.client.get(&path).await.expect(403);
    app.client.get(&path).await.expect(401);
    admin.client.get(&PATH.replace("{id}", &Uuid::nil().to_string())).await.expect(404);
    let taken = export(&admin.client, &asha.id).await;
    assert_eq!(list(&taken, "homes")[0]["id"], id, "what Asha just did is there, whoever asks");
    assert_eq!(people::history(&admin).await[0], "PERSONAL_DATA_EXPORTED");
    let theirs = export(&other.client, "me").await;
    assert!(!theirs.text.contains(&id) && list(&theirs, "homes").is_empty(), "{}", theirs.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_longer_than_a_page_are_whole() {
    let app = people::app().await;
    let asha = Person::register(&app.client, "asha").await;
    let mut homes = Vec::new();
    for number in 0..105 {
        app.clock.advance(1);
        let body = json!({"title": format!("Home {number}"), "location": "Kondapur", "price": 7_500_000,
            "propertyType": "APARTMENT", "description": "A large home. ".repeat(300)});
        let made = asha.client.post("/api/properties", &body).await.expect(201);
        let id = text(&made.data()["id"]).to_owned();
        asha.client.post(&format!("/api/properties/{id}/favorite"), &json!({})).await.expect(204);
        for _ in 0..3 {
            asha.client.post(&format!("/api/properties/{id}/share"), &json!({})).await.expect(204);
        }
        homes.push(id);
    }
    homes.reverse();
    app.drain().await;
    let answer = export(&asha.client, "me").await;
    assert!(answer.header("content-length").is_none(), "it is too long to be held at once");
    let of = |name: &str, member: &str| -> Vec<String> {
        list(&answer, name).iter().map(|one| text(&one[member]).to_owned()).collect()
    };
    assert_eq!(of("homes", "id"), homes);
    assert_eq!(of("favorites", "propertyId"), homes);
    // Registration, five events for each home, and this export.
    let events = of("events", "eventId");
    assert_eq!(events.len(), 1 + 5 * homes.len() + 1);
    assert_eq!(events.iter().collect::<BTreeSet<_>>().len(), events.len());
    assert!(of("events", "timestamp").is_sorted());
}
