//! H8: contact details are revealed only to signed-in people, one listing at a time, and on record. No data about
//! visitors is kept.

use std::path::Path;
use std::time::Duration;

use reqwest::Method;
use serde_json::json;
use testkit::{Client, Person, TestApp};

use crate::people;

const NAME: &str = "Zubeida Contactwala";
const PHONE: &str = "9123456789";
const EMAIL: &str = "zubeida.contactwala@example.org";

/// Lists a home with every kind of contact. Returns its id and the response text.
async fn list(owner: &Person) -> (String, String) {
    let body = json!({"title": "A home with a contact", "location": "Kondapur", "price": 6_500_000,
        "propertyType": "APARTMENT", "contactName": NAME, "contactPhone": PHONE, "contactEmail": EMAIL});
    let answer = owner.client.post("/api/properties", &body).await.expect(201);
    (answer.data()["id"].as_str().unwrap().to_owned(), answer.text)
}

#[track_caller]
fn tells_nothing(what: &str, text: &str) {
    for secret in [NAME, PHONE, EMAIL, "contactName", "contactPhone", "contactEmail"] {
        assert!(!text.contains(secret), "{what} tells {secret}: {text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn h08_no_answer_but_the_contacts_own_tells_whom_to_call() {
    let app = people::app().await;
    let admin = people::admin(&app).await;
    let (owner, viewer) = (Person::confirmed(&app, "owner").await, Person::confirmed(&app, "viewer").await);
    let (id, created) = list(&owner).await;
    tells_nothing("the answer to a new listing", &created);
    admin.client.post(&format!("/api/properties/{id}/feature"), &json!({})).await.expect(200);
    for path in [format!("/api/properties/{id}/favorite"), format!("/api/properties/{id}/share")] {
        viewer.client.send(Method::POST, &path, None, &[]).await.expect(204);
    }
    app.drain().await;
    let public = [
        "/api/properties".to_owned(),
        "/api/properties/featured".into(),
        "/api/properties/recent".into(),
        "/api/public/properties".into(),
        "/api/public/properties/featured".into(),
        format!("/api/public/properties/{id}"),
        format!("/api/properties/{id}"),
        format!("/api/properties/user/{}", owner.id),
        format!("/api/users/{}/properties", owner.id),
    ];
    for path in &public {
        for client in [&app.client, &viewer.client, &owner.client, &admin.client] {
            let answer = client.get(path).await.expect(200);
            assert!(answer.text.contains("A home with a contact"), "{path}");
            tells_nothing(path, &answer.text);
            assert!(!answer.text.contains(&owner.email), "{path}");
        }
    }
    for path in ["/api/properties/favorites", "/api/user-history/me", "/api/user-history/me/events"] {
        let answer = viewer.client.get(path).await.expect(200);
        assert!(answer.text.contains("A home with a contact"), "{path}");
        tells_nothing(path, &answer.text);
    }
    tells_nothing("my-properties", &owner.client.get("/api/properties/my-properties").await.expect(200).text);
    let (_, welcome) = viewer.sign_in().await;
    tells_nothing("the answer to a sign-in", &welcome.text);
    for page in ["/".to_owned(), "/homes".into(), format!("/homes/{id}")] {
        tells_nothing(&page, &app.client.open(&page).await.text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn h08_a_contact_is_told_to_people_and_on_record() {
    let app = TestApp::start().await;
    let (owner, viewer) = (Person::confirmed(&app, "owner").await, Person::confirmed(&app, "viewer").await);
    let (id, _) = list(&owner).await;
    let path = format!("/api/properties/{id}/contact");
    tells_nothing("nobody", &app.client.get(&path).await.expect(401).text);
    let told = viewer.client.get(&path).await.expect(200);
    assert_eq!(
        *told.data(),
        json!({"contactName": NAME, "contactPhone": format!("+91{PHONE}"), "contactEmail": EMAIL})
    );
    assert!(told.header("x-event-position").unwrap().starts_with("activity:"), "{:?}", told.headers);
    assert_eq!(people::history(&viewer).await[0], "CONTACT_REVEALED");
    let events = viewer.client.get("/api/user-history/me/events").await.expect(200);
    let told = events.data()["events"].as_array().unwrap().last().unwrap();
    assert_eq!(
        (&told["eventType"], &told["eventData"]["ownerId"]),
        (&json!("CONTACT_REVEALED"), &json!(owner.id))
    );
    // Viewing one's own contact is not recorded.
    owner.client.get(&path).await.expect(200);
    assert!(!people::history(&owner).await.contains(&"CONTACT_REVEALED".to_owned()));
    owner.client.delete(&format!("/api/properties/{id}")).await.expect(204);
    tells_nothing("a removed listing", &viewer.client.get(&path).await.expect(410).text);
}

#[tokio::test(flavor = "multi_thread")]
async fn h08_nothing_of_a_visitor_is_kept() {
    const AGENT: &str = "Rarelyseenbrowser/47.11";
    const ADDRESS: [u8; 4] = [127, 83, 7, 19];
    let app = TestApp::start().await;
    let owner = Person::confirmed(&app, "owner").await;
    let (id, _) = list(&owner).await;
    app.drain().await;
    let visitor = reqwest::Client::builder()
        .timeout(Duration::from_secs(20))
        .local_address(std::net::IpAddr::from(ADDRESS))
        .user_agent(AGENT)
        .build()
        .unwrap();
    let at = |path: &str| format!("{}{path}", app.base);
    for path in ["/api/properties", "/", &format!("/api/properties/{id}"), &format!("/homes/{id}")] {
        assert!(visitor.get(at(path)).send().await.unwrap().status().is_success(), "{path}");
    }
    let noted = visitor.post(at(&format!("/api/properties/{id}/view"))).send().await.unwrap();
    assert_eq!(noted.status().as_u16(), 204);
    app.drain().await;
    let seen = owner.client.get(&format!("/api/properties/{id}")).await.expect(200);
    assert_eq!(seen.data()["viewsCount"], 1, "the visitor was there");
    let kept = app.stop().await;
    let address = ADDRESS.map(|byte| byte.to_string()).join(".");
    assert_eq!(files_with(kept.path(), &[AGENT.as_bytes(), address.as_bytes()]), [""; 0]);
    // Check of the search itself: it finds a plain fact of the journal.
    assert!(!files_with(kept.path(), &[b"PROPERTY_CREATED"]).is_empty());
}

/// The files below `directory` that contain any of `needles`.
fn files_with(directory: &Path, needles: &[&[u8]]) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files_with(&path, needles));
        } else if path.is_file() {
            let bytes = std::fs::read(&path).unwrap();
            let holds = |needle: &&[u8]| bytes.windows(needle.len()).any(|window| window == *needle);
            if needles.iter().any(holds) {
                found.push(path.display().to_string());
            }
        }
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn h08_an_edit_that_names_no_contact_keeps_it() {
    let app = TestApp::start().await;
    let owner = Person::confirmed(&app, "owner").await;
    let viewer: Client = Person::confirmed(&app, "viewer").await.client;
    let (id, _) = list(&owner).await;
    let body = json!({"title": "A home with another title", "location": "Kondapur", "price": 6_400_000,
        "propertyType": "APARTMENT"});
    let edited = owner.client.put(&format!("/api/properties/{id}"), &body).await.expect(200);
    tells_nothing("the answer to an edit", &edited.text);
    let told = viewer.get(&format!("/api/properties/{id}/contact")).await.expect(200);
    assert_eq!(told.data()["contactName"], NAME);
}
