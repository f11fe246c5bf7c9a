//! The people concerned get an e-mail: about enquiries, answers to them, and moderators' decisions.

use reqwest::Method;
use serde_json::{Value, json};
use testkit::{ADMIN, Person, TestApp, WITH_ADMIN};

/// E-mails and messages about homes to `to`, oldest first.
async fn letters(app: &TestApp, to: &str) -> Vec<Value> {
    app.drain().await;
    let admin = Person::enter(&app.client, ADMIN).await;
    let shown = admin.client.get("/api/v1/admin/mailbox").await.expect(200).data().clone();
    let of_account = ["Confirm your e-mail address", "Welcome to HyderabadInfra"];
    let is_to = |letter: &&Value| {
        letter["to"] == to && of_account.iter().all(|subject| letter["subject"] != *subject)
    };
    shown.as_array().unwrap().iter().rev().filter(is_to).cloned().collect()
}

fn subjects(letters: &[Value]) -> Vec<&str> {
    letters.iter().map(|letter| letter["subject"].as_str().unwrap()).collect()
}

async fn ask(seeker: &Person, home: &str) -> String {
    let body = json!({"purpose": "VISIT", "message": "Is <b>Sunday</b> fine?", "name": "Sample Seeker",
        "phone": "98765 43211", "visitAt": "2026-02-01T10:00:00Z"});
    let made = seeker.client.post(&format!("/api/properties/{home}/leads"), &body).await.expect(201);
    made.data()["id"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_enquiry_is_a_letter_to_the_owner_and_its_answer_one_to_whoever_asked() {
    let app = TestApp::with(|_| {}, &WITH_ADMIN).await;
    let (owner, seeker) = (Person::confirmed(&app, "owner").await, Person::confirmed(&app, "seeker").await);
    owner.client.put("/api/users/profile", &json!({"phoneNumber": "9876543210"})).await.expect(200);
    let home = owner.list_home("A villa & garden", 9_000_000).await["id"].as_str().unwrap().to_owned();
    let lead = ask(&seeker, &home).await;
    let [letter] = &letters(&app, &owner.email).await[..] else { panic!("one letter") };
    assert_eq!(letter["subject"], "Somebody asks about A villa & garden");
    let body = letter["body"].as_str().unwrap();
    for part in
        ["would like to visit", "Sample Seeker", "+919876543211", "<b>Sunday</b>", "1 February 2026, 15:30"]
    {
        assert!(body.contains(part), "{part}: {body}");
    }
    let file = app.data_dir().join("mailbox").join(letter["name"].as_str().unwrap());
    let whole = std::fs::read_to_string(file).unwrap().replace("=\r\n", "");
    assert!(
        whole.contains("&#60;b&#62;Sunday") && !whole.contains("<p style=3D\"white-space:pre-line\"><b>")
    );
    let [text] = &letters(&app, "+919876543210").await[..] else { panic!("one message") };
    assert_eq!(text["subject"], "SMS lead");
    assert!(!text["body"].as_str().unwrap().contains("Sunday"), "a message has no room for theirs: {text}");

    let path = format!("/api/leads/{lead}");
    for body in [
        json!({"note": "Call first"}),
        json!({"status": "CONTACTED"}),
        json!({"status": "CONTACTED", "note": "Called"}),
        json!({"status": "SPAM"}),
    ] {
        owner.client.send(Method::PATCH, &path, Some(&body), &[]).await.expect(200);
    }
    let told = letters(&app, &seeker.email).await;
    assert_eq!(subjects(&told), ["Your enquiry about A villa & garden"], "{told:?}");
    assert!(told[0]["body"].as_str().unwrap().contains("is in touch with you"), "{told:?}");
    assert_eq!(letters(&app, &owner.email).await.len(), 1, "no letter for one's own doing");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_who_wants_no_letters_about_enquiries_gets_none_and_whoever_leaves_is_quoted_in_none() {
    let app = TestApp::with(|_| {}, &WITH_ADMIN).await;
    let (owner, other) = (Person::confirmed(&app, "owner").await, Person::confirmed(&app, "other").await);
    let seeker = Person::confirmed(&app, "seeker").await;
    let mut homes = Vec::new();
    for person in [&owner, &other] {
        homes.push(person.list_home("A villa", 9_000_000).await["id"].as_str().unwrap().to_owned());
    }
    let off = json!({"channels": {"LEAD": {"EMAIL": false}}});
    other.client.put("/api/notifications/preferences", &off).await.expect(200);
    for home in &homes {
        ask(&seeker, home).await;
    }
    assert_eq!(letters(&app, &owner.email).await.len(), 1);
    assert!(letters(&app, &other.email).await.is_empty());
    seeker.client.send(Method::DELETE, &format!("/api/users/{}", seeker.id), None, &[]).await.expect(204);
    app.drain().await;
    assert!(letters(&app, &owner.email).await.is_empty(), "a letter that quotes them goes with them");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_moderator_decides_is_a_letter_to_the_owner() {
    let moderated = |settings: &mut hyderabadinfra::settings::Settings| {
        settings.tenants.get_mut("hyderabad").unwrap().moderation = true;
    };
    let app = TestApp::with(moderated, &WITH_ADMIN).await;
    let admin = Person::enter(&app.client, ADMIN).await;
    let owner = Person::confirmed(&app, "owner").await;
    let mut homes = Vec::new();
    for (person, title) in [(&owner, "A good home"), (&owner, "A bad home"), (&admin, "My own home")] {
        homes.push(person.list_home(title, 9_000_000).await["id"].as_str().unwrap().to_owned());
    }
    let decide = async |home: &str, what: &str, body: Value| {
        admin.client.post(&format!("/api/properties/{home}/{what}"), &body).await.expect(200)
    };
    decide(&homes[0], "approve", json!({})).await;
    decide(&homes[1], "reject", json!({"reason": "The photos show <another> home"})).await;
    // Nobody decides about their own listing.
    let own = format!("/api/properties/{}/approve", homes[2]);
    admin.client.post(&own, &json!({})).await.expect(403);
    let told = letters(&app, &owner.email).await;
    let mut found = subjects(&told);
    found.sort_unstable();
    assert_eq!(
        found,
        ["Your listing is on the market: A good home", "Your listing was sent back: A bad home"]
    );
    assert!(
        told.iter().any(|letter| letter["body"].as_str().unwrap().contains("The photos show <another> home"))
    );
    let theirs = letters(&app, ADMIN).await;
    assert!(!subjects(&theirs).iter().any(|subject| subject.contains("My own home")), "{theirs:?}");
    app.stop().await;
}
