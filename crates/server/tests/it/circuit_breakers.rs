//! A system that keeps failing is left alone, the health tells it, and it is tried again.

use serde_json::json;
use testkit::{ADMIN, Answer, Issuer, Misdeed, Person, TestApp, WITH_ADMIN};

const SIGN_IN: &str = "/api/auth/oidc/sample";
const HEALTH: [&str; 2] = ["/actuator/health", "/api/v1/health/detailed"];

async fn breaker(admin: &Person) -> Vec<(String, String)> {
    let mut told = Vec::new();
    for path in HEALTH {
        let answer = admin.client.get(path).await.expect(200);
        let health = if answer.body["data"].is_object() { answer.data() } else { &answer.body };
        assert_eq!(health["status"], "UP", "no request needs the provider: {}", answer.text);
        let part = &health["components"]["circuitBreakers"];
        let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        told.push((text(&part["status"]), text(&part["details"]["oidc-sample"]["state"])));
    }
    told
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_fails_is_left_alone_and_tried_again() {
    let issuer = Issuer::start().await;
    let settings: Vec<_> = WITH_ADMIN.into_iter().chain([("channels.failures", "2")]).collect();
    let app = TestApp::with(|settings| issuer.trusted_by(settings, "sample"), &settings).await;
    let admin = Person::enter(&app.client, ADMIN).await;
    let both = |status: &str, state: &str| vec![(status.to_owned(), state.to_owned()); 2];
    assert_eq!(breaker(&admin).await, both("UP", "CLOSED"));
    issuer.does(Misdeed::Broken);
    let refused = async || -> Answer { app.client.get(SIGN_IN).await.expect(503) };
    for _ in 0..2 {
        assert_eq!(refused().await.code(), "PROVIDER_UNAVAILABLE");
        // What failed is not asked for again for ten seconds, which is no failure of its own.
        app.clock.advance(11);
    }
    assert_eq!(breaker(&admin).await, both("WARN", "OPEN"));
    // It works again, but is not asked before its time.
    issuer.does(Misdeed::None);
    refused().await;
    app.clock.advance(61);
    app.client.get(SIGN_IN).await.expect(302);
    assert_eq!(breaker(&admin).await, both("UP", "CLOSED"));
    let own = admin.client.get("/actuator/health").await.expect(200);
    assert_eq!(own.body["components"]["circuitBreakers"]["details"]["email"]["failures"], json!(0));
    let receivers = &own.body["components"]["circuitBreakers"]["details"]["webhooks"];
    assert_eq!(*receivers, json!({"state": "CLOSED", "open": 0}));
    app.stop().await;
}
