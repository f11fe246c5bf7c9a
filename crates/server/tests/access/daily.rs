//! Daily limits: e-mails to one recipient, contact reveals, enquiries, registrations with names that are taken.

use reqwest::Method;
use serde_json::{Value, json};
use testkit::{Answer, PASSWORD, Person, TestApp};

use crate::people;

#[track_caller]
fn until_tomorrow(answer: &Answer) {
    assert_eq!((answer.status, answer.code()), (429, "RATE_LIMITED"), "{}", answer.text);
    // The clock starts at 16:00 in India.
    let seconds: u64 = answer.header("retry-after").unwrap().parse().unwrap();
    assert!((7 * 3600..=8 * 3600).contains(&seconds), "{seconds}");
}

/// An application with limits and an administrator.
async fn limited(limits: &[(&'static str, &str)]) -> TestApp {
    TestApp::with(|_| {}, &[&people::WITH_ADMIN[1..], limits].concat()).await
}

/// Every e-mail to a recipient, newest first.
async fn letters(app: &TestApp, admin: &Person, to: &str) -> Vec<Value> {
    app.drain().await;
    let shown = admin.client.get("/api/v1/admin/mailbox").await.expect(200).data().clone();
    shown.as_array().unwrap().iter().filter(|letter| letter["to"] == to).cloned().collect()
}

fn home(price: u64) -> Value {
    json!({"title": "A flat", "location": "Kondapur", "price": price, "propertyType": "APARTMENT",
        "contactPhone": "9876543210"})
}

async fn list(owner: &Person) -> String {
    owner.client.post("/api/properties", &home(5_000_000)).await.expect(201).data()["id"]
        .as_str()
        .unwrap()
        .into()
}

#[tokio::test(flavor = "multi_thread")]
async fn letters_of_an_account_are_sent_again_a_few_times_and_then_tomorrow() {
    let app = limited(&[("limits.letters_again_a_day", "3"), ("limits.sign_in_per_address", "1000")]).await;
    let admin = people::admin(&app).await;
    let asha = Person::register(&app.client, "asha").await;
    for _ in 0..3 {
        asha.client.post("/api/auth/verify-email/resend", &json!({})).await.expect(202);
    }
    for _ in 0..50 {
        until_tomorrow(&asha.client.post("/api/auth/verify-email/resend", &json!({})).await);
    }
    // The responses are the same, whether or not the account exists.
    let mut told = Vec::new();
    for email in [&*asha.email, "nobody@example.com"] {
        let mut answers = Vec::new();
        for _ in 0..5 {
            let answer = app.client.post("/api/auth/password-reset", &json!({"email": email})).await;
            answers.push((answer.status, answer.code().to_owned(), answer.body["message"].clone()));
        }
        for (_, _, message) in &mut answers {
            if message.as_str().unwrap().starts_with("too many") {
                *message = json!("too many");
            }
        }
        told.push(answers);
    }
    assert_eq!(told[0], told[1]);
    assert_eq!(told[0].iter().map(|(status, ..)| *status).collect::<Vec<_>>(), [202, 202, 202, 429, 429]);
    assert_eq!(letters(&app, &admin, &asha.email).await.len(), 1 + 3 + 3);
    app.clock.advance(8 * 3600);
    let asha = asha.sign_in().await.0;
    asha.client.post("/api/auth/verify-email/resend", &json!({})).await.expect(202);
    app.stop().await;
}

/// The limits are off, because this one is part of the recorded data.
#[tokio::test(flavor = "multi_thread")]
async fn a_recipient_is_sent_so_many_letters_a_day_and_operators_see_what_was_not_sent() {
    let app =
        TestApp::with(|_| {}, &[people::WITH_ADMIN.as_slice(), &[("letters.per_day.general", "4")]].concat())
            .await;
    let admin = people::admin(&app).await;
    let asha = Person::confirmed(&app, "asha").await;
    for to in [&*asha.id, "stranger@example.com", "another@example.com"] {
        for number in 0..7 {
            let body = json!({"to": to, "template": "GENERAL", "variables": {"message": format!("Letter {number}")}});
            admin.client.post("/api/notifications/email", &body).await.expect(202);
        }
    }
    app.drain().await;
    let states = async |admin: &Person| {
        let shown = admin.client.get("/api/v1/admin/mailbox").await.expect(200).data().clone();
        let all = shown.as_array().unwrap().clone();
        let not_sent = all
            .iter()
            .filter(|letter| letter["delivery"]["state"] == "NOT_SENT")
            .cloned()
            .collect::<Vec<_>>();
        let sent =
            all.iter().filter(|l| l["body"].as_str().is_some_and(|body| body.contains("Letter "))).count();
        (sent, not_sent)
    };
    let (sent, not_sent) = states(&admin).await;
    assert_eq!((sent, not_sent.len()), (12, 9));
    assert_eq!(not_sent[0]["delivery"]["lastError"], "more than 4 a day to one recipient", "{not_sent:?}");
    // A rebuilt read model decides the same and sends nothing.
    let job =
        admin.client.post("/api/v1/admin/consumers/notification-service-group/rebuild", &json!({})).await;
    let path = format!("/api/jobs/{}", job.expect(202).data()["jobId"].as_str().unwrap());
    let done = testkit::until("a rebuild", std::time::Duration::from_mins(1), async || {
        let job = admin.client.get(&path).await.expect(200).data().clone();
        (job["status"] != "RUNNING").then_some(job)
    });
    let done = done.await;
    assert_eq!(
        (&done["status"], &done["result"]["equalToTheOneBefore"]),
        (&json!("SUCCEEDED"), &json!(true))
    );
    assert_eq!(states(&admin).await, (12, not_sent));
    app.clock.advance(86_400);
    let admin = people::admin(&app).await;
    let body = json!({"to": asha.id, "template": "GENERAL", "variables": {"message": "Letter of tomorrow"}});
    admin.client.post("/api/notifications/email", &body).await.expect(202);
    app.drain().await;
    assert_eq!(states(&admin).await.0, 13);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unconfirmed_address_is_sent_nothing_but_what_confirms_it() {
    let app = people::app().await;
    let admin = people::admin(&app).await;
    let (owner, seeker) =
        (Person::register(&app.client, "owner").await, Person::confirmed(&app, "seeker").await);
    let wish = json!({"name": "Mine", "filters": {"location": "Kondapur"}, "channels": ["EMAIL"], "frequency": "INSTANT"});
    owner.client.post("/api/search/save", &wish).await.expect(201);
    let asked = list(&owner).await;
    list(&seeker).await;
    seeker.client.post(&format!("/api/properties/{asked}/leads"), &json!({})).await.expect(201);
    let general = json!({"to": owner.id, "template": "GENERAL", "variables": {"message": "Hello"}});
    admin.client.post("/api/notifications/email", &general).await.expect(202);
    app.client.post("/api/auth/password-reset", &json!({"email": owner.email})).await.expect(202);
    app.drain().await;
    let subjects = async || {
        let letters = letters(&app, &admin, &owner.email).await;
        letters.iter().map(|letter| letter["subject"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(subjects().await, ["Set a new password", "Confirm your e-mail address"]);
    // The link in the other e-mail confirms the address just as well.
    let token = people::code(&app, &owner, "password-reset").await;
    let body = json!({"token": token, "newPassword": PASSWORD});
    app.client.post("/api/auth/password-reset/confirm", &body).await.expect(200);
    let owner = owner.sign_in().await.0;
    assert_eq!(owner.client.get("/api/users/profile").await.data()["emailVerified"], true);
    list(&seeker).await;
    app.drain().await;
    assert!(subjects().await.contains(&"New on the market: A flat".to_owned()), "{:?}", subjects().await);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_asks_owners_has_a_confirmed_address_and_asks_so_many_a_day() {
    let app = limited(&[("limits.enquiries_per_person_and_day", "2")]).await;
    let (owner, seeker) =
        (Person::register(&app.client, "owner").await, Person::register(&app.client, "seeker").await);
    let mut paths = Vec::new();
    for _ in 0..3 {
        paths.push(format!("/api/properties/{}/leads", list(&owner).await));
    }
    let refused = seeker.client.post(&paths[0], &json!({})).await.expect(403);
    assert_eq!(refused.code(), "EMAIL_NOT_CONFIRMED");
    assert!(refused.text.contains("/api/auth/verify-email/resend"), "{}", refused.text);
    seeker.confirm(&app).await;
    for path in &paths[..2] {
        seeker.client.post(path, &json!({})).await.expect(201);
    }
    until_tomorrow(&seeker.client.post(&paths[2], &json!({})).await);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn contacts_are_told_to_confirmed_people_so_many_a_day_and_moderators_hear_of_it() {
    let app = limited(&[
        ("limits.contacts_per_person_and_day", "4"),
        ("limits.contacts_per_network_and_day", "7"),
        ("limits.unusual_contacts_a_day", "3"),
    ])
    .await;
    let admin = people::admin(&app).await;
    let owner = Person::register(&app.client, "owner").await;
    let path = format!("/api/properties/{}/contact", list(&owner).await);
    let looker = Person::register(&app.client, "looker").await;
    assert_eq!(looker.client.get(&path).await.expect(403).code(), "EMAIL_NOT_CONFIRMED");
    owner.client.get(&path).await.expect(200);
    looker.confirm(&app).await;
    for _ in 0..4 {
        looker.client.get(&path).await.expect(200);
    }
    until_tomorrow(&looker.client.get(&path).await);
    // All callers in a network share the rest of its limit.
    let other = Person::confirmed(&app, "other").await;
    for _ in 0..3 {
        other.client.get(&path).await.expect(200);
    }
    until_tomorrow(&other.client.get(&path).await);
    app.drain().await;
    let told = admin.client.get("/api/v1/admin/events?eventType=UNUSUAL_CONTACT_LOOKS").await.expect(200);
    let told = told.data()["content"].as_array().unwrap().clone();
    let whose =
        told.iter().map(|event| event["eventData"]["subjectId"].as_str().unwrap()).collect::<Vec<_>>();
    assert_eq!(whose, [&*other.id, &*looker.id], "{told:?}");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_taken_address_is_told_a_few_times_in_a_network_and_its_owner_once() {
    let app = limited(&[("limits.taken_names_per_network_and_day", "3")]).await;
    let admin = people::admin(&app).await;
    let asha = Person::confirmed(&app, "asha").await;
    let join = async |name: &str, email: &str| {
        let body = json!({"username": name, "email": email, "password": PASSWORD, "firstName": "Sample",
            "lastName": "Person"});
        app.client.send(Method::POST, "/api/auth/register", Some(&body), &[]).await
    };
    for number in 0..3 {
        let taken = join(&format!("mallory-{number}"), "Asha@Example.com").await.expect(409);
        assert_eq!(
            (taken.code(), taken.body["error"]["fieldErrors"]["email"].is_string()),
            ("EMAIL_TAKEN", true)
        );
    }
    // After that nothing is revealed, not even by accepting a registration with a free address.
    until_tomorrow(&join("mallory-4", &asha.email).await);
    until_tomorrow(&join("mallory-4", "free@example.com").await);
    let told = letters(&app, &admin, &asha.email).await;
    let attempts =
        told.iter().filter(|letter| letter["subject"].as_str().unwrap().contains("tried to register"));
    assert_eq!(attempts.count(), 1, "{told:?}");
    app.clock.advance(86_400);
    join("mallory-4", "free@example.com").await.expect(201);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_tells_how_to_confirm_and_sends_the_letter_again() {
    let app = people::app().await;
    let (owner, looker) =
        (Person::register(&app.client, "owner").await, Person::register(&app.client, "looker").await);
    let id = list(&owner).await;
    let cookie = format!("hyd_access={}", looker.client.token());
    let page =
        app.client.send(Method::GET, &format!("/homes/{id}"), None, &[("cookie", &cookie)]).await.expect(301);
    let set = page.header("set-cookie").unwrap();
    let token = set.strip_prefix("hyd_csrf=").unwrap().split(';').next().unwrap().to_owned();
    let cookies = format!("{cookie}; hyd_csrf={token}");
    let post = async |path: &str| {
        let form = ("application/x-www-form-urlencoded", format!("_csrf={token}").into_bytes());
        app.client.send_bytes(Method::POST, path, form, &[("cookie", &cookies)]).await
    };
    let refused = post(&format!("/homes/{id}/contact")).await.expect(403);
    assert!(refused.text.contains("Confirm your e-mail address first"), "{}", refused.text);
    assert!(refused.text.contains("action=\"/verify-email/resend\""), "{}", refused.text);
    post("/verify-email/resend").await.expect(303);
    looker.confirm(&app).await;
    assert!(post(&format!("/homes/{id}/contact")).await.expect(200).text.contains("+919876543210"));
    app.stop().await;
}
