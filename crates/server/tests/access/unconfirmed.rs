//! Owners who have not confirmed their e-mail address: their listings wait where the tenant says so, and they find the
//! message that confirms it where the server keeps it for trying things out.

use std::time::Duration;

use serde_json::{Value, json};
use testkit::{Person, TestApp, WITH_ADMIN, until};

use crate::people;

fn holding(moderation: bool) -> Vec<(&'static str, &'static str)> {
    let mut settings = WITH_ADMIN.to_vec();
    settings.push(("tenants.hyderabad.hold_unconfirmed", "true"));
    settings.push(("tenants.hyderabad.moderation", if moderation { "true" } else { "false" }));
    settings
}

async fn status(person: &Person, path: &str) -> (u16, Value) {
    let answer = person.client.get(path).await;
    (answer.status, answer.body["data"]["status"].clone())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_home_waits_until_its_owner_has_confirmed_their_address() {
    for (moderation, first) in [(false, "ACTIVE"), (true, "PENDING_REVIEW")] {
        let app = TestApp::with(|_| {}, &holding(moderation)).await;
        let admin = people::admin(&app).await;
        let (owner, other) =
            (Person::register(&app.client, "owner").await, Person::confirmed(&app, "other").await);
        let home = owner.list_home("A home that waits", 5_000_000).await;
        assert_eq!((&home["status"], &home["awaitsConfirmation"]), (&json!("DRAFT"), &json!(true)));
        let path = format!("/api/properties/{}", home["id"].as_str().unwrap());
        app.drain().await;
        assert_eq!(status(&other, &path).await.0, 404);
        let own = owner.client.get("/api/properties/my-properties").await.expect(200);
        assert_eq!(own.data()["content"][0]["awaitsConfirmation"], true);
        // Neither the owner nor an administrator publishes it. It can be edited, and taken away.
        for person in [&owner, &admin] {
            let moved = person.client.patch(&format!("{path}/status"), &json!({"status": "ACTIVE"})).await;
            assert_eq!(moved.expect(409).code(), "AWAITS_CONFIRMATION");
        }
        let second = owner.list_home("A home that is taken away", 6_000_000).await;
        let second = format!("/api/properties/{}", second["id"].as_str().unwrap());
        owner.client.delete(&second).await.expect(204);
        owner.confirm(&app).await;
        until("the home goes on", Duration::from_mins(1), async || {
            (status(&owner, &path).await.1 == first).then_some(())
        })
        .await;
        app.drain().await;
        let shown = owner.client.get(&path).await.expect(200);
        assert!(shown.data()["awaitsConfirmation"].is_null(), "{}", shown.text);
        assert_eq!(status(&other, &path).await.0, if moderation { 404 } else { 200 });
        assert_eq!(status(&owner, &second).await.0, 410);
        let late = owner.list_home("A home of a confirmed owner", 5_000_000).await;
        assert_eq!(late["status"], first);
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn people_read_their_own_messages_where_the_server_keeps_them() {
    let app = TestApp::with(|_| {}, &[("mail.show_codes", "true")]).await;
    let (asha, ravi) =
        (Person::register(&app.client, "asha").await, Person::register(&app.client, "ravi").await);
    let letters = async |person: &Person| person.client.get("/api/mailbox").await.expect(200).data().clone();
    let all = until("the message", Duration::from_mins(1), async || {
        Some(letters(&asha).await).filter(|all| all[0]["body"].is_string())
    })
    .await;
    let to: Vec<&str> = all.as_array().unwrap().iter().filter_map(|letter| letter["to"].as_str()).collect();
    assert!(!to.is_empty() && to.iter().all(|to| *to == asha.email), "{all}");
    let body = all[0]["body"].as_str().unwrap();
    let code = body.split("&code=").nth(1).unwrap().split_whitespace().next().unwrap();
    let request = json!({"userId": asha.id, "verificationCode": code});
    asha.client.post("/api/auth/verify-email", &request).await.expect(200);
    assert!(!letters(&ravi).await.to_string().contains(&asha.id));
    app.client.get("/api/mailbox").await.expect(401);
    app.stop().await;
    // Everywhere else the codes are for those who own the address.
    let app = TestApp::start().await;
    let asha = Person::register(&app.client, "asha").await;
    assert_eq!(asha.client.get("/api/mailbox").await.expect(404).code(), "NO_LOCAL_MAILBOX");
    app.stop().await;
}
