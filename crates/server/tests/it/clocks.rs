//! The whole server with a clock that jumps forwards and backwards.

use reqwest::Method;
use serde_json::json;
use testkit::{Client, PASSWORD, Person, TestApp};

const DAY: i64 = 86_400;

fn letters(app: &TestApp) -> usize {
    std::fs::read_dir(app.data_dir().join("mailbox")).map_or(0, Iterator::count)
}

/// Lists a home with an idempotency key and returns its id.
async fn list(client: &Client, title: &str, key: &str) -> String {
    let body =
        json!({"title": title, "location": "Kondapur", "price": 6_000_000, "propertyType": "APARTMENT"});
    let made = client.send(Method::POST, "/api/properties", Some(&body), &[("idempotency-key", key)]).await;
    made.expect(201).data()["id"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_goes_on_whatever_the_clock_is_set_to() {
    let app = TestApp::start().await;
    let asha = Person::register(&app.client, "asha").await;
    app.drain().await;
    let mut homes = Vec::new();
    let mut before = letters(&app);
    for (number, jump) in [3600, -3600, 400 * DAY, -400 * DAY, -3600].into_iter().enumerate() {
        let now = asha.sign_in().await.0;
        let (title, key) = (format!("Home {number}"), format!("key-{number}"));
        let made = list(&now.client, &title, &key).await;
        app.clock.jump(jump);
        let now = asha.sign_in().await.0;
        // The keys of all earlier ones are remembered, too.
        homes.push(made);
        for (number, made) in homes.iter().enumerate() {
            let title = format!("Home {number}");
            assert_eq!(
                list(&now.client, &title, &format!("key-{number}")).await,
                *made,
                "a jump by {jump} s"
            );
        }
        let after = list(&now.client, &format!("After {number}"), &format!("after-{number}")).await;
        Person::register(&app.client, &format!("newcomer{number}")).await;
        app.drain().await;
        let answer = now.client.get("/api/user-history/me/properties?size=1").await.expect(200);
        assert_eq!(answer.header("x-stale"), None);
        let newest = &answer.data()[0];
        assert_eq!(newest["relatedEntityId"], after, "what was done last stands first: {newest}");
        now.client.get(&format!("/api/properties/{after}")).await.expect(200);
        before += 1;
        assert_eq!(letters(&app), before, "the newcomer's letter, and no other");
    }
    let operators = Client::new(&app.management);
    let health = operators.get("/actuator/health").await.expect(200);
    assert_eq!(health.body["status"], "UP", "{}", health.text);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_was_set_back_locks_nobody_out() {
    let app = TestApp::with(|_| {}, &[("limits.sign_in_per_account", "3")]).await;
    let asha = Person::register(&app.client, "asha").await;
    let login = json!({"email": asha.email, "password": PASSWORD});
    for jump in [3600, -3600, 400 * DAY, -400 * DAY] {
        app.clock.jump(jump);
        for _ in 0..3 {
            app.client.post("/api/auth/login", &login).await.expect(200);
        }
        app.client.post("/api/auth/login", &login).await.expect(429);
        app.clock.advance(60);
    }
    app.stop().await;
}
