//! People are notified of listings that match their saved searches: once, over the chosen channels, and of
//! nothing else.

use reqwest::Method;
use serde_json::{Value, json};
use testkit::{ADMIN, Person, TestApp, WITH_ADMIN};

use crate::rebuild::{assert_succeeded, rebuild};

const GROUP: &str = "search-index-group";

async fn save(person: &Person, frequency: &str, channels: Value, filters: Value) -> String {
    let body = json!({"name": "For <us>", "filters": filters, "channels": channels, "frequency": frequency});
    let saved = person.client.post("/api/search/save", &body).await.expect(201);
    saved.data()["id"].as_str().unwrap().to_owned()
}

async fn list(owner: &Person, title: &str, price: u64) -> String {
    owner.list_home(title, price).await["id"].as_str().unwrap().to_owned()
}

/// A person's inbox, newest first.
async fn inbox(app: &TestApp, person: &Person) -> Vec<Value> {
    // Deliveries request e-mails in turn, so draining takes two rounds.
    app.drain().await;
    app.drain().await;
    let inbox = person.client.get("/api/notifications/me?size=100").await.expect(200);
    inbox.data()["content"].as_array().unwrap().clone()
}

fn subjects(inbox: &[Value]) -> Vec<&str> {
    inbox.iter().map(|entry| entry["subject"].as_str().unwrap()).collect()
}

/// E-mails and messages to `to` in the mailbox.
async fn letters(app: &TestApp, to: &str) -> Vec<Value> {
    let admin = Person::enter(&app.client, ADMIN).await;
    let shown = admin.client.get("/api/v1/admin/mailbox").await.expect(200).data().clone();
    let of_account = ["Confirm your e-mail address", "Welcome to HyderabadInfra"];
    let is_to = |letter: &&Value| {
        letter["to"] == to && of_account.iter().all(|subject| letter["subject"] != *subject)
    };
    shown.as_array().unwrap().iter().filter(is_to).cloned().collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_looks_is_told_at_once_of_new_cheaper_and_returned_homes() {
    let app = TestApp::with(|_| {}, &WITH_ADMIN).await;
    let (owner, seeker) = (Person::confirmed(&app, "owner").await, Person::confirmed(&app, "seeker").await);
    let filters = json!({"query": "quiet flat", "location": "kondapur", "maxPrice": 6_000_000});
    let instant = save(&seeker, "INSTANT", json!(["EMAIL", "IN_APP"]), filters.clone()).await;
    save(&seeker, "INSTANT", json!(["IN_APP"]), json!({"location": "Miyapur"})).await;
    save(&owner, "INSTANT", json!(["EMAIL"]), filters).await;
    let home = list(&owner, "Quiet flat <b>by</b> the lake", 7_000_000).await;
    assert!(inbox(&app, &seeker).await.is_empty(), "too dear");
    let body = |price: u64| {
        json!({"title": "Quiet flat <b>by</b> the lake", "location": "Kondapur", "price": price,
            "propertyType": "APARTMENT"})
    };
    let path = format!("/api/properties/{home}");
    owner.client.put(&path, &body(6_000_000)).await.expect(200);
    owner.client.put(&path, &body(6_000_001)).await.expect(200);
    owner.client.put(&path, &body(6_000_000)).await.expect(200);
    for status in ["SOLD", "ACTIVE", "INACTIVE", "ACTIVE"] {
        // Nobody is notified of a home that left the market before the notification was sent.
        app.drain().await;
        owner.client.patch(&format!("{path}/status"), &json!({"status": status})).await.expect(200);
    }
    list(&owner, "A quiet apartment", 5_000_000).await;
    list(&owner, "A loud apartment", 5_000_000).await;
    let told = inbox(&app, &seeker).await;
    let expected = [
        "New on the market: A quiet apartment",
        // A repetition within a day, or a price lower by one rupee, waits for the morning.
        "Back on the market: Quiet flat <b>by</b> the lake",
        "The price fell: Quiet flat <b>by</b> the lake",
    ];
    let mut found = subjects(&told);
    found.sort_unstable();
    let mut sorted = expected;
    sorted.sort_unstable();
    assert_eq!(found, sorted);
    assert!(told.iter().all(|entry| entry["delivery"]["state"] == "DELIVERED"), "{told:?}");
    let lake = told.iter().find(|entry| entry["subject"].as_str().unwrap().contains("lake")).unwrap();
    assert!(lake["link"].as_str().unwrap().ends_with(&format!("/homes/{home}")));
    assert_eq!(letters(&app, &seeker.email).await.len(), 3);
    assert!(inbox(&app, &owner).await.is_empty(), "nobody is told of a home of their own");

    seeker.client.put(&format!("/api/search/saved/{instant}"), &json!({"enabled": false})).await.expect(200);
    list(&owner, "Another quiet flat", 5_000_000).await;
    assert_eq!(inbox(&app, &seeker).await.len(), 3);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn equal_and_overlapping_searches_of_one_person_are_one_letter_for_one_home() {
    let app = TestApp::with(|_| {}, &WITH_ADMIN).await;
    let (owner, seeker) = (Person::confirmed(&app, "owner").await, Person::confirmed(&app, "seeker").await);
    for _ in 0..10 {
        save(&seeker, "INSTANT", json!(["EMAIL"]), json!({"location": "Kondapur"})).await;
    }
    save(&seeker, "DAILY", json!(["EMAIL"]), json!({"city": "Hyderabad"})).await;
    save(&seeker, "INSTANT", json!(["IN_APP"]), json!({"city": "Hyderabad", "maxPrice": 9_000_000})).await;
    let other = Person::confirmed(&app, "other").await;
    save(&other, "INSTANT", json!(["EMAIL"]), json!({"location": "Kondapur"})).await;
    list(&owner, "A flat", 5_000_000).await;
    assert_eq!(subjects(&inbox(&app, &seeker).await), ["New on the market: A flat"]);
    assert_eq!(letters(&app, &seeker.email).await.len(), 1);
    assert_eq!(letters(&app, &other.email).await.len(), 1, "everybody is told");
    app.clock.advance(86_400);
    let seeker = seeker.sign_in().await.0;
    assert_eq!(inbox(&app, &seeker).await.len(), 1, "and not again in the morning");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_price_that_changes_180_times_is_one_letter_and_one_of_the_morning() {
    let app = TestApp::with(|_| {}, &WITH_ADMIN).await;
    let (owner, seeker) = (Person::confirmed(&app, "owner").await, Person::confirmed(&app, "seeker").await);
    let home = list(&owner, "A flat", 5_000_000).await;
    app.drain().await;
    save(&seeker, "INSTANT", json!(["EMAIL"]), json!({"location": "Kondapur"})).await;
    let priced = async |price: u64| {
        let body =
            json!({"title": "A flat", "location": "Kondapur", "price": price, "propertyType": "APARTMENT"});
        owner.client.put(&format!("/api/properties/{home}"), &body).await.expect(200);
    };
    // A change of less than one per cent sends no e-mail.
    priced(4_960_000).await;
    assert!(inbox(&app, &seeker).await.is_empty());
    for number in 0..90 {
        priced(4_000_000 - number).await;
        priced(4_500_000).await;
    }
    assert_eq!(subjects(&inbox(&app, &seeker).await), ["The price fell: A flat"]);
    app.clock.advance(86_400);
    let seeker = seeker.sign_in().await.0;
    let told = inbox(&app, &seeker).await;
    assert_eq!(
        (told.len(), told[0]["subject"].as_str().unwrap()),
        (2, "1 home for you: For <us>"),
        "{told:?}"
    );
    assert_eq!(letters(&app, &seeker.email).await.len(), 2);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_listing_that_waits_for_a_moderator_is_told_of_when_it_was_approved() {
    let moderated = |settings: &mut hyderabadinfra::settings::Settings| {
        settings.tenants.get_mut("hyderabad").unwrap().moderation = true;
    };
    let app = TestApp::with(moderated, &WITH_ADMIN).await;
    let admin = Person::enter(&app.client, ADMIN).await;
    let (owner, seeker) = (Person::confirmed(&app, "owner").await, Person::confirmed(&app, "seeker").await);
    save(&seeker, "INSTANT", json!(["IN_APP"]), json!({"city": "Hyderabad"})).await;
    let home = list(&owner, "A home that waits", 5_000_000).await;
    assert!(inbox(&app, &seeker).await.is_empty());
    admin.client.post(&format!("/api/properties/{home}/approve"), &json!({})).await.expect(200);
    let told = inbox(&app, &seeker).await;
    assert_eq!(subjects(&told), ["New on the market: A home that waits"]);
    assert!(told[0].get("delivery").is_none(), "nothing is carried into an inbox: {told:?}");
    assert!(letters(&app, &seeker.email).await.is_empty());
    app.stop().await;
}

/// The clock starts on a Thursday at 16:00 in India.
#[tokio::test(flavor = "multi_thread")]
async fn a_digest_comes_in_the_morning_and_counts_what_is_still_there() {
    let app =
        TestApp::with(|_| {}, &[WITH_ADMIN.as_slice(), &[("sessions.access_seconds", "86400")]].concat())
            .await;
    let (owner, seeker) = (Person::confirmed(&app, "owner").await, Person::confirmed(&app, "seeker").await);
    save(&seeker, "DAILY", json!(["EMAIL"]), json!({"location": "Kondapur"})).await;
    save(&seeker, "DAILY", json!(["SMS"]), json!({"location": "Kondapur"})).await;
    let mut homes = Vec::new();
    for number in 0..13 {
        homes.push(list(&owner, &format!("Home <{number}>"), 5_000_000).await);
    }
    let sold = format!("/api/properties/{}/status", homes[12]);
    owner.client.patch(&sold, &json!({"status": "SOLD"})).await.expect(200);
    assert!(inbox(&app, &seeker).await.is_empty(), "not before the morning");
    // Until 07:59, then until 08:00.
    app.clock.advance(15 * 3600 + 59 * 60);
    assert!(inbox(&app, &seeker).await.is_empty(), "not before eight");
    app.clock.advance(120);
    tokio::time::timeout(std::time::Duration::from_secs(30), async {
        while inbox(&app, &seeker).await.len() < 2 {}
    })
    .await
    .unwrap();
    let told = inbox(&app, &seeker).await;
    assert!(told.iter().all(|entry| entry["subject"] == "12 homes for you: For <us>"), "{told:?}");
    let letters = letters(&app, &seeker.email).await;
    let [letter] = &letters[..] else { panic!("one letter: {letters:?}") };
    let body = letter["body"].as_str().unwrap();
    assert!(body.contains("12 homes fit your search"), "{body}");
    assert!(body.contains("Home <11>, Kondapur, ₹50 Lakh") && body.contains("And 2 more."), "{body}");
    for (number, home) in homes.iter().enumerate() {
        assert_eq!(body.contains(&format!("/homes/{home}")), (2..12).contains(&number), "{number}: {body}");
    }
    app.clock.advance(25 * 3600);
    assert_eq!(inbox(&app, &seeker.sign_in().await.0).await.len(), 2, "nothing new, no letter");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_19_a_rebuild_and_a_lost_read_model_tell_nobody_again() {
    let app = TestApp::with(|_| {}, &WITH_ADMIN).await;
    let admin = Person::enter(&app.client, ADMIN).await;
    let (owner, seeker) = (Person::confirmed(&app, "owner").await, Person::confirmed(&app, "seeker").await);
    save(&seeker, "INSTANT", json!(["EMAIL"]), json!({"location": "Kondapur"})).await;
    save(&seeker, "DAILY", json!(["IN_APP"]), json!({"location": "Kondapur"})).await;
    for number in 0..5 {
        list(&owner, &format!("Home {number}"), 5_000_000).await;
    }
    let gone = save(&seeker, "INSTANT", json!(["EMAIL"]), json!({"bedrooms": "2"})).await;
    list(&owner, "Home 5", 5_000_000).await;
    assert_eq!(inbox(&app, &seeker).await.len(), 6);
    seeker.client.delete(&format!("/api/search/saved/{gone}")).await.expect(204);
    let told = rebuild(&admin.client, &format!("/api/v1/admin/consumers/{GROUP}/rebuild")).await;
    assert_succeeded(&told, GROUP);
    assert_eq!(inbox(&app, &seeker).await.len(), 6);
    list(&owner, "Home 6", 5_000_000).await;
    assert_eq!(inbox(&app, &seeker).await.len(), 7, "and what comes after it goes on");

    let before = app.context.aggregates.heads().await.unwrap()[0].seq;
    let kept = app.stop().await;
    let live = testkit::read_models(kept.path()).await;
    std::fs::remove_dir_all(kept.path().join("views")).unwrap();
    let app = TestApp::on(kept.path()).await;
    app.drain().await;
    app.drain().await;
    assert_eq!(app.context.aggregates.heads().await.unwrap()[0].seq, before, "nothing was asked again");
    app.stop().await;
    let made = testkit::read_models(kept.path()).await;
    for ((name, live), (_, made)) in live.iter().zip(&made) {
        assert_eq!(live, made, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_wants_no_alerts_or_leaves_gets_none() {
    let app = TestApp::with(|_| {}, &WITH_ADMIN).await;
    let (owner, seeker) = (Person::confirmed(&app, "owner").await, Person::confirmed(&app, "seeker").await);
    save(&seeker, "INSTANT", json!(["EMAIL"]), json!({"location": "Kondapur"})).await;
    save(&seeker, "INSTANT", json!(["IN_APP"]), json!({"location": "Kondapur"})).await;
    let off = json!({"channels": {"PROPERTY_ALERT": {"EMAIL": false, "IN_APP": false}}});
    seeker.client.put("/api/notifications/preferences", &off).await.expect(200);
    list(&owner, "A home", 5_000_000).await;
    let told = inbox(&app, &seeker).await;
    assert_eq!(told.len(), 1, "an inbox holds what was asked for, also what was not sent: {told:?}");
    assert_eq!(told[0]["delivery"]["state"], "NOT_WANTED");
    seeker.client.send(Method::DELETE, &format!("/api/users/{}", seeker.id), None, &[]).await.expect(204);
    app.drain().await;
    let before = app.context.aggregates.heads().await.unwrap()[0].seq;
    list(&owner, "Another home", 5_000_000).await;
    app.drain().await;
    app.drain().await;
    let after = app.context.aggregates.heads().await.unwrap()[0].seq;
    let since = app.context.aggregates.journal().head(domain::Log::Facts).await.unwrap().at(before);
    let events = app.context.aggregates.journal().read_after(since, 100).await.unwrap();
    let types: Vec<&str> = events.iter().map(|event| &*event.event_type).collect();
    assert!(!types.contains(&"NOTIFICATION_REQUESTED"), "{before} to {after}: {types:?}");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_words_of_a_saved_search_mean_what_they_mean_in_a_search() {
    let app = TestApp::with(|_| {}, &WITH_ADMIN).await;
    let (owner, seeker) = (Person::confirmed(&app, "owner").await, Person::confirmed(&app, "seeker").await);
    let query = "2 bhk flat in kondapur under 60 lakh, e\u{301}tage";
    save(&seeker, "INSTANT", json!(["IN_APP"]), json!({"query": query})).await;
    for (title, kind, bedrooms, price) in [
        ("Étage one", "APARTMENT", 2, 5_000_000),
        ("Etage two", "APARTMENT", 3, 5_000_000),
        ("Etage three", "VILLA", 2, 5_000_000),
        ("Etage four", "APARTMENT", 2, 7_000_000),
        ("Another one", "APARTMENT", 2, 5_000_000),
    ] {
        let body = json!({"title": title, "location": "Kondapur", "price": price, "propertyType": kind,
            "bedrooms": bedrooms});
        owner.client.post("/api/properties", &body).await.expect(201);
    }
    assert_eq!(subjects(&inbox(&app, &seeker).await), ["New on the market: Étage one"]);
    let asked = form_urlencoded::Serializer::new(String::new()).append_pair("q", query).finish();
    let found = app.client.get(&format!("/api/search/properties?{asked}")).await.expect(200);
    assert_eq!(found.data()["totalElements"], 1);
    app.stop().await;
}
