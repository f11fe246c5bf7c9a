//! E-mails while their read model is repeatedly rebuilt under load: each is sent once, and no request is
//! affected.

use std::time::Duration;

use domain::{Clock, Log};
use serde_json::json;
use testkit::{ADMIN, Child, Person, TestApp, WITH_ADMIN, everything};
use tokio::task::JoinSet;

use crate::rebuild::{assert_succeeded, rebuild};

const GROUP: &str = "notification-service-group";
const ASK: [&str; 4] =
    ["USER_REGISTERED", "USER_EMAIL_VERIFIED", "NOTIFICATION_REQUESTED", "PASSWORD_RESET_REQUESTED"];
/// One command every two milliseconds.
const PACE: Duration = Duration::from_millis(2);
const PEOPLE: usize = 4;

/// The number of commands: enough for two seconds, or `HYD_TEST_REBUILD_COMMANDS`.
fn commands() -> usize {
    std::env::var("HYD_TEST_REBUILD_COMMANDS").map_or(1000, |n| n.parse().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_19_each_letter_goes_out_once_while_their_read_model_is_rebuilt_under_load() {
    let directory = tempfile::tempdir().unwrap();
    let child = Child::serve(env!("CARGO_BIN_EXE_hyderabadinfra"), directory.path());
    let admin = Person::enter(&child.client, ADMIN).await;
    let mut people = Vec::new();
    for number in 0..PEOPLE {
        people.push(Person::register(&child.client, &format!("reader-{number}")).await);
    }
    let clock = Clock::System;
    let mut pace = tokio::time::interval(PACE);
    let mut in_progress = JoinSet::new();
    let began = clock.now();
    let mut load = JoinSet::new();
    let sender = admin.clone();
    load.spawn(async move {
        for number in 0..commands() {
            pace.tick().await;
            let person = people[number % PEOPLE].clone();
            let sender = sender.clone();
            in_progress.spawn(async move {
                if number % 10 == 0 {
                    // A new recipient each time, because of the daily limit for each recipient.
                    let body = json!({"to": format!("stranger-{number}@example.com"), "template": "GENERAL",
                        "variables": {"message": "Hello"}});
                    sender.client.post("/api/notifications/email", &body).await.expect(202);
                } else {
                    person.list_home(&format!("Home {number}"), 5_000_000).await;
                }
            });
        }
        while let Some(done) = in_progress.join_next().await {
            done.unwrap();
        }
    });
    let mut rebuilds = 0;
    while load.try_join_next().transpose().unwrap().is_none() {
        let told = rebuild(&admin.client, &format!("/api/v1/admin/consumers/{GROUP}/rebuild")).await;
        assert_succeeded(&told, GROUP);
        rebuilds += 1;
    }
    let millis = (clock.now().micros() - began.micros()) / 1000;
    // Read your writes: the response waits until all earlier deliveries were carried out.
    while admin.client.get("/api/v1/admin/mailbox").await.expect(200).header("x-stale").is_some() {}
    let metrics = admin.client.get("/actuator/prometheus").await.expect(200).text;
    let written =
        metrics.lines().find_map(|line| line.strip_prefix("mailbox_letters_total ")).unwrap().to_owned();
    child.kill();
    let facts = everything(directory.path(), Log::Facts).await;
    // The administrator of the settings is not asked to confirm an address.
    let asked = facts.iter().filter(|event| ASK.contains(&&*event.event_type)).count() - 1;
    let letters = std::fs::read_dir(directory.path().join("mailbox")).unwrap().count();
    println!("{rebuilds} rebuilds beside {} commands in {millis} ms, {asked} letters", commands());
    assert!(rebuilds > 0);
    assert_eq!((letters, written), (asked, asked.to_string()), "each letter once");
}

/// The mailbox accepts nothing for a while. Operators see what was not delivered, and decide.
#[tokio::test(flavor = "multi_thread")]
async fn what_could_not_be_delivered_is_among_the_dead_letters() {
    let once = [WITH_ADMIN.as_slice(), &[("retry.tries", "1")]].concat();
    let app = TestApp::with(|_| {}, &once).await;
    app.drain().await;
    let mailbox = app.data_dir().join("mailbox");
    let aside = app.data_dir().join("aside");
    std::fs::rename(&mailbox, &aside).unwrap();
    std::fs::write(&mailbox, "no directory").unwrap();
    Person::register(&app.client, "asha").await;
    Person::register(&app.client, "ravi").await;
    app.drain().await;
    let admin = Person::enter(&app.client, ADMIN).await;
    let letters = admin.client.get("/api/v1/admin/dead-letters").await.expect(200).data()["content"].clone();
    assert_eq!(letters.as_array().unwrap().len(), 2, "{letters}");
    let path = |n: usize| format!("/api/v1/admin/dead-letters/{}", letters[n]["id"].as_str().unwrap());
    let shown = admin.client.get(&path(0)).await.expect(200);
    assert_eq!(
        (&shown.data()["state"], &shown.data()["template"]),
        (&json!("FAILED"), &json!("verify-email"))
    );
    assert_eq!(shown.data()["event"]["eventType"], "USER_REGISTERED", "{}", shown.text);
    assert_eq!(shown.data()["tries"], 1, "{}", shown.text);
    let looks = admin.client.get("/api/user-history/me/activities/PERSONAL_DATA_VIEWED").await.expect(200);
    let operation = &looks.data()["activities"][0]["activityData"]["operation"];
    assert_eq!(
        operation, "GET /api/v1/admin/dead-letters/{id}",
        "a look at somebody's letter is written down"
    );
    std::fs::remove_file(&mailbox).unwrap();
    std::fs::rename(&aside, &mailbox).unwrap();
    let before = std::fs::read_dir(&mailbox).unwrap().count();
    admin.client.post(&format!("{}/redrive", path(0)), &json!({})).await.expect(202);
    let reason = json!({"reason": "they were told in person"});
    admin.client.post(&format!("{}/discard", path(1)), &reason).await.expect(204);
    admin.client.post(&format!("{}/discard", path(1)), &reason).await.expect(404);
    app.drain().await;
    while admin.client.get("/api/v1/admin/mailbox").await.expect(200).header("x-stale").is_some() {}
    assert_eq!(std::fs::read_dir(&mailbox).unwrap().count(), before + 1);
    let left =
        admin.client.get("/api/v1/admin/dead-letters").await.expect(200).data()["totalElements"].clone();
    assert_eq!(left, 0);
    app.stop().await;
}
