//! When somebody guesses a person's password, that person is notified once a day, and nobody else learns
//! anything.

use std::time::Duration;

use domain::warning::{Guesses, WarningCommand};
use domain::{Log, UserId};
use reqwest::Method;
use serde_json::{Value, json};
use testkit::{ADMIN, Answer, PASSWORD, Person, TestApp};

use crate::addresses::PROXIED;
use crate::people;

const SOMEWHERE: [&str; 3] = ["203.0.113.9", "203.0.113.77", "198.51.100.7"];
const LIMITS: [(&str, &str); 5] = [
    PROXIED,
    ("admin_email", ADMIN),
    ("admin_password", PASSWORD),
    ("limits.wrong_passwords_told", "3"),
    ("limits.sign_in_per_account", "100"),
];

async fn sign_in(app: &TestApp, name: &str, password: &str, from: &str, cookie: &str) -> Answer {
    let body = json!({"emailOrUsername": name, "password": password});
    let headers = [("x-forwarded-for", from), ("cookie", cookie)];
    app.client.send(Method::POST, "/api/auth/login", Some(&body), &headers).await
}

async fn guess(app: &TestApp, name: &str, from: &str) -> Answer {
    sign_in(app, name, "a wrong guess", from, "").await.expect(401)
}

/// Every warning in the journal: the person's id and the data.
async fn warnings(app: &TestApp) -> Vec<(String, Value)> {
    let head = app.context.aggregates.journal().head(Log::Facts).await.unwrap();
    let events = app.context.aggregates.journal().read_after(head.at(0), 100_000).await.unwrap();
    let warnings = events.into_iter().filter(|event| &*event.stream.kind == "warning");
    warnings
        .map(|event| {
            assert_eq!(event.user_id, None, "nobody acted");
            (event.stream.id.to_string(), serde_json::from_str(&event.data).unwrap())
        })
        .collect()
}

/// Waits for warnings, because no request waits for them and they come a moment later.
async fn warned(app: &TestApp, times: usize) -> Vec<(String, Value)> {
    let told = async || Some(warnings(app).await).filter(|told| told.len() >= times);
    let told = testkit::until("the warning is on record", Duration::from_secs(30), told).await;
    assert_eq!(told.len(), times, "{told:?}");
    app.drain().await;
    app.drain().await;
    told
}

async fn letters(admin: &Person, to: &str) -> Vec<Value> {
    let shown = admin.client.get("/api/v1/admin/mailbox").await.expect(200).data().clone();
    let subject = "Somebody tries passwords at your account";
    let about = |letter: &&Value| letter["to"] == to && letter["subject"] == subject;
    shown.as_array().unwrap().iter().filter(about).cloned().collect()
}

async fn inbox(person: &Person) -> Vec<Value> {
    let told = person.client.get("/api/notifications/me").await.expect(200);
    told.data()["content"].as_array().unwrap().clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_guessed_at_is_told_once_a_day_however_many_guess() {
    let app = TestApp::with(|_| {}, &LIMITS).await;
    let admin = people::admin(&app).await;
    let asha = Person::confirmed(&app, "asha").await;
    // Security notices cannot be switched off.
    let off = json!({"channels": {"GENERAL": {"EMAIL": false, "IN_APP": false}}});
    asha.client.put("/api/notifications/preferences", &off).await.expect(200);
    for (name, from) in [&*asha.email, "ASHA", "asha"].into_iter().zip(SOMEWHERE) {
        guess(&app, name, from).await;
    }
    let told = warned(&app, 1).await;
    assert_eq!(told[0].0, asha.id);
    assert_eq!((&told[0].1["tries"], &told[0].1["networks"]), (&json!(3), &json!(2)), "{told:?}");
    let [letter] = <[Value; 1]>::try_from(letters(&admin, &asha.email).await).unwrap();
    let body = letter["body"].as_str().unwrap().split_whitespace().collect::<Vec<_>>().join(" ");
    for said in ["3 wrong passwords so far today, from 2 networks", "/forgot-password", "/account"] {
        assert!(body.contains(said), "{said}: {body}");
    }
    for hidden in ["203.0.113", "198.51.100", "token=", "code=", &*asha.id] {
        assert!(!body.contains(hidden), "{hidden}: {body}");
    }
    assert_eq!(inbox(&asha).await[0]["subject"], "Somebody tries passwords at your account");
    assert!(!people::history(&asha).await.contains(&"PASSWORD_GUESSING_NOTICED".to_owned()));

    // Further guesses, from any network.
    for last in 1..30 {
        guess(&app, &asha.email, &format!("192.0.2.{last}")).await;
    }
    // A restart resets the counters, but does not cause a second warning, because the journal has the first.
    let owner: UserId = asha.id.parse().unwrap();
    let guesses = Guesses { tries: 3, networks: 1, since: app.clock.now() };
    let again = WarningCommand::OfGuessing(owner, guesses);
    assert!(app.context.warn(app.context.tenants.default_id(), owner, again).await);
    assert_eq!(warned(&app, 1).await.len(), 1);
    assert_eq!((letters(&admin, &asha.email).await.len(), inbox(&asha).await.len()), (1, 1));

    app.clock.advance(86_400);
    let admin = people::admin(&app).await;
    for from in SOMEWHERE {
        guess(&app, &asha.email, from).await;
    }
    warned(&app, 2).await;
    assert_eq!(letters(&admin, &asha.email).await.len(), 2, "a new day");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_learns_from_a_warning_whether_there_is_an_account() {
    let app = TestApp::with(|_| {}, &LIMITS).await;
    let admin = people::admin(&app).await;
    let asha = Person::register(&app.client, "asha").await;
    let ravi = Person::confirmed(&app, "ravi").await;
    // A person's id is not accepted as a name.
    for name in ["nobody@example.com", &*ravi.id, &*asha.email] {
        for from in SOMEWHERE.into_iter().cycle().take(5) {
            let answer = guess(&app, name, from).await;
            let mut body = answer.body.clone();
            for member in ["correlationId", "timestamp"] {
                body.as_object_mut().unwrap().remove(member);
            }
            let message = "the e-mail address, user name or password is wrong";
            assert_eq!((answer.code(), &body["message"]), ("INVALID_CREDENTIALS", &json!(message)), "{name}");
            assert_eq!(answer.headers.get_all("set-cookie").iter().count(), 0, "{name}");
        }
    }
    let told = warned(&app, 1).await;
    assert_eq!(told[0].0, asha.id, "a name that is nobody's warns nobody");
    // The address is unconfirmed and may be a stranger's, so nothing is sent to it. The inbox belongs to the
    // person.
    let shown = admin.client.get("/api/v1/admin/mailbox").await.expect(200).text;
    assert!(!shown.contains("Somebody tries passwords"), "{shown}");
    assert_eq!(inbox(&asha).await[0]["subject"], "Somebody tries passwords at your account");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_signed_in_before_mistypes_without_a_warning() {
    let app = TestApp::with(|_| {}, &LIMITS).await;
    let asha = Person::confirmed(&app, "asha").await;
    let entered = sign_in(&app, "asha", PASSWORD, SOMEWHERE[0], "").await.expect(200);
    let lines = entered.headers.get_all("set-cookie").iter().map(|line| line.to_str().unwrap());
    let device = lines.into_iter().find_map(|line| line.split(';').next()).unwrap().to_owned();
    for _ in 0..10 {
        sign_in(&app, "asha", "a wrong guess", SOMEWHERE[0], &device).await.expect(401);
    }
    for _ in 0..3 {
        guess(&app, "asha", SOMEWHERE[2]).await;
    }
    let told = warned(&app, 1).await;
    assert_eq!((&*told[0].0, &told[0].1["tries"]), (&*asha.id, &json!(3)), "strangers' alone: {told:?}");
    app.stop().await;
}
