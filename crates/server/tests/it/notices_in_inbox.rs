//! The people concerned also get one entry in their inbox: for enquiries, answers to them, and moderators'
//! decisions.

use std::path::Path;

use domain::Log;
use reqwest::Method;
use rusqlite::Connection;
use serde_json::{Value, json};
use testkit::{ADMIN, Person, TestApp, WITH_ADMIN, everything};

use crate::rebuild::{assert_succeeded, rebuild};

const GROUP: &str = "notification-service-group";
/// Details that appear only in the e-mail.
const THEIRS: [&str; 6] = ["Sample Seeker", "98765", "seeker@", "Sunday", "February", "The photos show"];

async fn told(app: &TestApp) {
    tokio::time::timeout(std::time::Duration::from_mins(1), async { while !app.all_told().await {} })
        .await
        .unwrap();
}

/// A person's current inbox.
async fn inbox(app: &TestApp, person: &Person) -> Value {
    told(app).await;
    let inbox = person.client.get("/api/notifications/me?size=100").await.expect(200);
    assert!(!THEIRS.iter().any(|theirs| inbox.text.contains(theirs)), "{}", inbox.text);
    inbox.data().clone()
}

/// The subjects in the inbox, sorted.
async fn subjects(app: &TestApp, person: &Person) -> Vec<String> {
    let inbox = inbox(app, person).await;
    let entries = inbox["content"].as_array().unwrap().iter();
    let mut subjects: Vec<_> = entries.map(|entry| entry["subject"].as_str().unwrap().to_owned()).collect();
    subjects.sort_unstable();
    subjects
}

async fn list(owner: &Person, title: &str) -> String {
    owner.list_home(title, 9_000_000).await["id"].as_str().unwrap().to_owned()
}

/// The next 1 February by the server's clock: a visit is within a year.
async fn next_february(person: &Person) -> String {
    let now = person.client.get("/api/users/profile").await.expect(200).body["timestamp"].clone();
    let (year, rest) = now.as_str().unwrap().split_once('-').unwrap();
    let year: i32 = year.parse().unwrap();
    let year = if rest.starts_with("01-") { year } else { year + 1 };
    format!("{year}-02-01T10:00:00Z")
}

async fn ask(seeker: &Person, home: &str) -> String {
    let body = json!({"purpose": "VISIT", "message": "Is Sunday fine?", "name": "Sample Seeker",
        "phone": "98765 43211", "visitAt": next_february(seeker).await});
    let made = seeker.client.post(&format!("/api/properties/{home}/leads"), &body).await.expect(201);
    made.data()["id"].as_str().unwrap().to_owned()
}

async fn follow_up(owner: &Person, lead: &str, body: Value) {
    owner.client.send(Method::PATCH, &format!("/api/leads/{lead}"), Some(&body), &[]).await.expect(200);
}

/// The same person after a restart.
fn back(app: &TestApp, person: &Person) -> Person {
    Person { client: app.client.bearer(person.client.token()), ..person.clone() }
}

/// The number of all requested notifications.
async fn asked(data_dir: &Path) -> usize {
    let facts = everything(data_dir, Log::Facts).await;
    facts.iter().filter(|event| &*event.event_type == "NOTIFICATION_REQUESTED").count()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_enquiry_is_in_the_owners_inbox_and_its_answer_in_that_of_whoever_asked() {
    let app = TestApp::start().await;
    let (owner, seeker) = (Person::confirmed(&app, "owner").await, Person::confirmed(&app, "seeker").await);
    let home = list(&owner, "A villa & garden").await;
    let lead = ask(&seeker, &home).await;
    let owners = inbox(&app, &owner).await;
    assert_eq!((&owners["unreadCount"], &owners["totalElements"]), (&json!(1), &json!(1)), "{owners}");
    let entry = &owners["content"][0];
    assert_eq!((&entry["template"], &entry["channel"]), (&json!("LEAD"), &json!("IN_APP")));
    assert_eq!(entry["subject"], "Somebody asks about A villa & garden");
    assert_eq!(entry["message"], "somebody would like to visit A villa & garden.");
    assert!(entry["link"].as_str().unwrap().ends_with(&format!("/homes/{home}")), "{entry}");
    assert!(entry.get("delivery").is_none(), "nothing is carried anywhere: {entry}");
    assert_eq!(inbox(&app, &seeker).await["totalElements"], 0, "one's own doing");

    for body in [
        json!({"note": "Said in confidence"}),
        json!({"status": "CONTACTED"}),
        json!({"status": "CONTACTED", "note": "Called"}),
        json!({"status": "SPAM"}),
    ] {
        follow_up(&owner, &lead, body).await;
    }
    let seekers = inbox(&app, &seeker).await;
    assert_eq!((&seekers["unreadCount"], &seekers["totalElements"]), (&json!(1), &json!(1)), "{seekers}");
    assert_eq!(seekers["content"][0]["subject"], "Your enquiry about A villa & garden");
    assert!(seekers["content"][0]["message"].as_str().unwrap().contains("is in touch with you"));

    let path = format!("/api/notifications/{}", entry["id"].as_str().unwrap());
    seeker.client.put(&format!("{path}/read"), &json!({})).await.expect(404);
    owner.client.put(&format!("{path}/read"), &json!({})).await.expect(200);
    let owners = inbox(&app, &owner).await;
    assert_eq!((&owners["unreadCount"], &owners["totalElements"]), (&json!(0), &json!(1)), "{owners}");
    owner.client.delete(&path).await.expect(204);
    assert_eq!(inbox(&app, &owner).await["totalElements"], 0);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_moderator_decides_is_in_the_owners_inbox() {
    let moderated = |settings: &mut hyderabadinfra::settings::Settings| {
        settings.tenants.get_mut("hyderabad").unwrap().moderation = true;
    };
    let app = TestApp::with(moderated, &WITH_ADMIN).await;
    let admin = Person::enter(&app.client, ADMIN).await;
    let owner = Person::confirmed(&app, "owner").await;
    let homes = [
        (list(&owner, "A good home").await, "approve", json!({}), 200),
        (list(&owner, "A bad home").await, "reject", json!({"reason": "The photos show another home"}), 200),
        // Nobody decides about their own listing.
        (list(&admin, "My own home").await, "approve", json!({}), 403),
    ];
    for (home, decision, body, status) in homes {
        admin.client.post(&format!("/api/properties/{home}/{decision}"), &body).await.expect(status);
    }
    let expected = ["Your listing is on the market: A good home", "Your listing was sent back: A bad home"];
    assert_eq!(subjects(&app, &owner).await, expected);
    let owners = inbox(&app, &owner).await;
    assert_eq!(owners["unreadCount"], 2);
    for words in ["people can find it now.", "The e-mail about it says why."] {
        assert!(owners.to_string().contains(words), "{words}: {owners}");
    }
    assert!(subjects(&app, &admin).await.is_empty());
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_wants_none_in_their_inbox_or_leaves_finds_none_and_exports_name_each_once() {
    let app = TestApp::start().await;
    let (owner, other) = (Person::confirmed(&app, "owner").await, Person::confirmed(&app, "other").await);
    let seeker = Person::confirmed(&app, "seeker").await;
    let homes = [list(&owner, "A villa").await, list(&other, "A flat").await];
    let off = json!({"channels": {"LEAD": {"IN_APP": false}}});
    other.client.put("/api/notifications/preferences", &off).await.expect(200);
    for home in &homes {
        ask(&seeker, home).await;
    }
    assert!(subjects(&app, &other).await.is_empty());
    let export = owner.client.get("/api/users/me/export").await.expect(200).data().clone();
    assert_eq!(export["notifications"][0]["subject"], "Somebody asks about A villa");
    let letters = export["letters"].as_array().unwrap().iter();
    let leads: Vec<_> = letters.filter(|one| one["template"] == "lead").map(|one| &one["channel"]).collect();
    assert_eq!(leads.len(), 2, "what is in the inbox is no letter: {leads:?}");

    seeker.client.send(Method::DELETE, &format!("/api/users/{}", seeker.id), None, &[]).await.expect(204);
    assert_eq!(subjects(&app, &owner).await, ["Somebody asks about A villa"], "it names nobody");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_19_a_rebuild_tells_nobody_again() {
    let app = TestApp::with(|_| {}, &WITH_ADMIN).await;
    let admin = Person::enter(&app.client, ADMIN).await;
    let (owner, seeker) = (Person::confirmed(&app, "owner").await, Person::confirmed(&app, "seeker").await);
    let lead = ask(&seeker, &list(&owner, "A villa").await).await;
    follow_up(&owner, &lead, json!({"status": "CONTACTED"})).await;
    assert_eq!(subjects(&app, &owner).await, ["Somebody asks about A villa"]);
    let done = rebuild(&admin.client, &format!("/api/v1/admin/consumers/{GROUP}/rebuild")).await;
    assert_succeeded(&done, GROUP);
    assert_eq!(subjects(&app, &owner).await, ["Somebody asks about A villa"]);
    ask(&seeker, &list(&owner, "Another villa").await).await;
    let expected = ["Somebody asks about A villa", "Somebody asks about Another villa"];
    assert_eq!(subjects(&app, &owner).await, expected, "and what comes after it goes on");
    assert_eq!(subjects(&app, &seeker).await, ["Your enquiry about A villa"]);
    let kept = app.stop().await;
    assert_eq!(asked(kept.path()).await, 3);
}

/// All of this happens within moments of the machine's clock, because outdated notifications would not be sent
/// anyway.
#[tokio::test(flavor = "multi_thread")]
async fn rule_19_neither_a_restart_nor_lost_read_models_tell_anybody_again() {
    let directory = tempfile::tempdir().unwrap();
    let data_dir = directory.path();
    let app = TestApp::on(data_dir).await;
    let (owner, seeker) = (Person::confirmed(&app, "owner").await, Person::confirmed(&app, "seeker").await);
    let lead = ask(&seeker, &list(&owner, "A villa").await).await;
    follow_up(&owner, &lead, json!({"status": "CONTACTED"})).await;
    assert_eq!(subjects(&app, &owner).await, ["Somebody asks about A villa"]);
    app.stop().await;
    assert_eq!(asked(data_dir).await, 2);
    for lost in [false, true] {
        if lost {
            std::fs::remove_dir_all(data_dir.join("views")).unwrap();
            for suffix in ["", "-wal", "-shm"] {
                let _ = std::fs::remove_file(data_dir.join(format!("notifications.db{suffix}")));
            }
        }
        let app = TestApp::on(data_dir).await;
        for (person, expected) in
            [(&owner, "Somebody asks about A villa"), (&seeker, "Your enquiry about A villa")]
        {
            assert_eq!(subjects(&app, &back(&app, person)).await, [expected], "lost: {lost}");
        }
        app.stop().await;
        assert_eq!(asked(data_dir).await, 2, "lost: {lost}");
    }
}

/// The previous version did not use inboxes. What it sent by e-mail is not added to inboxes later.
#[tokio::test(flavor = "multi_thread")]
async fn what_happened_before_an_upgrade_is_not_told_in_inboxes_after_it() {
    let directory = tempfile::tempdir().unwrap();
    let app = TestApp::on(directory.path()).await;
    let (owner, seeker) = (Person::confirmed(&app, "owner").await, Person::confirmed(&app, "seeker").await);
    let home = list(&owner, "A villa").await;
    // So that the journal does not know of an inbox entry either.
    let wants = |on: bool| json!({"channels": {"LEAD": {"IN_APP": on}}});
    owner.client.put("/api/notifications/preferences", &wants(false)).await.expect(200);
    let lead = ask(&seeker, &home).await;
    told(&app).await;
    owner.client.put("/api/notifications/preferences", &wants(true)).await.expect(200);
    told(&app).await;
    app.stop().await;
    let letters = std::fs::read_dir(directory.path().join("mailbox")).unwrap().count();
    let before = Connection::open(directory.path().join("notifications.db")).unwrap();
    before
        .execute_batch(
            "delete from delivery_states where id in (select id from delivery where channel = 'inbox');
             delete from delivery where channel = 'inbox'; update shape set version = 1;",
        )
        .unwrap();
    drop(before);

    let app = TestApp::on(directory.path()).await;
    assert!(directory.path().join("notifications.db.2").exists(), "it was made again");
    let (owner, seeker) = (back(&app, &owner), back(&app, &seeker));
    assert!(subjects(&app, &owner).await.is_empty());
    assert_eq!(std::fs::read_dir(directory.path().join("mailbox")).unwrap().count(), letters);
    follow_up(&owner, &lead, json!({"status": "CONTACTED"})).await;
    assert_eq!(subjects(&app, &seeker).await, ["Your enquiry about A villa"], "and what comes after it is");
    app.stop().await;
    assert_eq!(asked(directory.path()).await, 1);
}
