//! Every text that people give is kept in one form, whichever operation reads it.

use serde_json::json;
use testkit::{Person, TestApp};

use crate::people;

fn home(title: &str) -> serde_json::Value {
    json!({"title": title, "location": "Uppal", "price": 5_000_000, "propertyType": "APARTMENT"})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_title_is_one_line_of_something_visible() {
    let app = TestApp::start().await;
    let owner = Person::register(&app.client, "owner").await;
    for title in [
        "\u{200B}\u{200B}\u{200B}\u{200B}\u{200B}",
        "\u{3164}\u{3164}\u{3164}\u{3164}\u{3164}",
        "\u{2800}\u{2800}\u{2800}\u{2800}\u{2800}",
        "ab\u{200D}\u{200D}\u{200D}",
        "A home\nand more",
        "A home\u{2028}and more",
        "A home \u{202E}eerf rof",
    ] {
        let refused = owner.client.post("/api/properties", &home(title)).await.expect(400);
        assert!(refused.body["error"]["fieldErrors"].get("title").is_some(), "{title:?} {}", refused.text);
    }
    let mut body = home("\u{FEFF}Cafe\u{301} view\u{A0}\u{200B}\n");
    body["description"] = "First line\r\nsecond line of the home".into();
    body["pincode"] = "500\u{A0}039".into();
    body["contactName"] = "As\u{2066}ha".into();
    let refused = owner.client.post("/api/properties", &body).await.expect(400);
    let fields = refused.body["error"]["fieldErrors"].as_object().unwrap();
    assert_eq!(fields.keys().collect::<Vec<_>>(), ["contactName"], "{}", refused.text);
    body["contactName"] = "Asha".into();
    let kept = owner.client.post("/api/properties", &body).await.expect(201).data().clone();
    assert_eq!(kept["title"], "Caf\u{E9} view");
    assert_eq!(kept["description"], "First line\nsecond line of the home");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_words_of_an_enquiry_have_lines_and_its_name_has_one() {
    let app = people::app().await;
    let (owner, seeker) = (Person::confirmed(&app, "owner").await, Person::confirmed(&app, "seeker").await);
    let id = owner.list_home("A home to ask for", 5_000_000).await["id"].as_str().unwrap().to_owned();
    let path = format!("/api/properties/{id}/leads");
    let far = app.clock.now().plus_seconds(800 * 86_400).to_string();
    for (member, value) in [
        ("name", "Asha\nRao"),
        ("name", "see http://evil.example"),
        ("visitAt", far.as_str()),
        ("phone", "12"),
    ] {
        let refused =
            seeker.client.post(&path, &json!({"message": "Hello", member: value})).await.expect(400);
        assert!(refused.body["error"]["fieldErrors"].get(member).is_some(), "{member} {}", refused.text);
    }
    let body = json!({"message": "Hello,\nis it still there?", "name": "Asha", "phone": "+91\u{A0}98480\u{2011}22338"});
    let lead = seeker.client.post(&path, &body).await.expect(201);
    assert!(lead.text.contains("Hello,\\nis it still there?"), "{}", lead.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_without_names_is_called_by_their_user_name() {
    let app = people::app().await;
    let owner = Person::confirmed(&app, "owner").await;
    let body = json!({"username": "nameless", "email": "nameless@example.com", "password": testkit::PASSWORD,
        "phone": "98480 22338"});
    let joined = app.client.post("/api/auth/register", &body).await.expect(201);
    let seeker = Person::enter(&app.client, "nameless@example.com").await;
    assert_eq!(joined.data()["user"]["id"], seeker.id);
    seeker.confirm(&app).await;
    let id = owner.list_home("A home to ask for", 5_000_000).await["id"].as_str().unwrap().to_owned();
    seeker
        .client
        .post(&format!("/api/properties/{id}/leads"), &json!({"message": "Hello"}))
        .await
        .expect(201);
    app.drain().await;
    let leads = owner.client.get("/api/leads").await.expect(200);
    assert!(leads.text.contains("\"nameless\""), "{}", leads.text);
    let page = seeker.client.get("/account").await;
    assert!(page.status < 500, "{}", page.text);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_period_that_ends_before_it_begins_is_refused() {
    let app = people::app().await;
    let admin = people::admin(&app).await;
    let path = "/api/v1/admin/events?from=2026-02-01T00:00:00Z&to=2026-01-01T00:00:00Z";
    let refused = admin.client.get(path).await.expect(400);
    assert_eq!(refused.body["error"]["fieldErrors"]["to"], "must not be before from", "{}", refused.text);
}

/// Nobody asks the administrator of the settings to confirm an address that the operator gave.
#[tokio::test(flavor = "multi_thread")]
async fn the_administrator_of_the_settings_is_not_asked_to_confirm() {
    let app = people::app().await;
    let admin = people::admin(&app).await;
    app.drain().await;
    let shown = admin.client.get("/api/v1/admin/mailbox").await.expect(200);
    assert!(!shown.text.contains("Confirm your e-mail address"), "{}", shown.text);
    let profile = admin.client.get("/api/users/profile").await.expect(200);
    assert_eq!(profile.data()["emailVerified"], true);
    app.stop().await;
}
