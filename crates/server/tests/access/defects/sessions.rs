//! H5: keys, short-lived tokens, rotation, and sessions that really end.

use reqwest::Method;
use serde_json::{Value, json};
use testkit::{Answer, Person, TestApp};

use crate::people;

async fn refresh(app: &TestApp, token: &str, agent: &str) -> Answer {
    let body = json!({"refreshToken": token});
    app.client.send(Method::POST, "/api/auth/refresh", Some(&body), &[("user-agent", agent)]).await
}

fn text(answer: &Answer, member: &str) -> String {
    answer.data()[member].as_str().unwrap().to_owned()
}

async fn works(app: &TestApp, token: &str) -> bool {
    app.client.bearer(token).get("/api/users/profile").await.status == 200
}

#[tokio::test(flavor = "multi_thread")]
async fn h05_a_refresh_token_is_good_for_one_exchange() {
    let app = TestApp::start().await;
    let asha = Person::register(&app.client, "asha").await;
    let first = refresh(&app, &asha.refresh, "testkit").await.expect(200);
    let (access, second) = (text(&first, "accessToken"), text(&first, "refreshToken"));
    assert_ne!(second, asha.refresh);
    // A lost response: within ten seconds the same client may ask again, and gets another pair of the same
    // family.
    app.clock.advance(9);
    let again = refresh(&app, &asha.refresh, "testkit").await.expect(200);
    assert!(works(&app, &text(&again, "accessToken")).await && works(&app, &access).await);
    // Later it counts as theft: the whole family is revoked, access tokens included.
    app.clock.advance(2);
    let stolen = refresh(&app, &asha.refresh, "testkit").await.expect(401);
    assert_eq!(stolen.code(), "REFRESH_REUSED");
    assert_eq!(refresh(&app, &second, "testkit").await.expect(401).code(), "INVALID_REFRESH_TOKEN");
    assert_eq!(refresh(&app, &text(&again, "refreshToken"), "testkit").await.status, 401);
    assert!(!works(&app, &access).await && !works(&app, asha.client.token()).await);
    let (back, _) = asha.sign_in().await;
    assert!(people::history(&back).await.contains(&"REFRESH_REUSED".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn h05_another_client_has_no_second_chance() {
    let app = TestApp::start().await;
    let asha = Person::register(&app.client, "asha").await;
    let (elsewhere, _) = asha.sign_in().await;
    let first = refresh(&app, &asha.refresh, "testkit").await.expect(200);
    assert_eq!(refresh(&app, &asha.refresh, "a thief").await.expect(401).code(), "REFRESH_REUSED");
    assert!(!works(&app, &text(&first, "accessToken")).await);
    // One family is one session. The other sessions stay valid.
    assert!(works(&app, elsewhere.client.token()).await);
    assert_eq!(refresh(&app, "made up", "testkit").await.status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn h05_signing_out_ends_the_session_at_once_and_no_other() {
    let app = TestApp::start().await;
    let asha = Person::register(&app.client, "asha").await;
    let (second, _) = asha.sign_in().await;
    asha.client.post("/api/auth/logout", &json!({})).await.expect(204);
    assert!(!works(&app, asha.client.token()).await);
    assert_eq!(asha.client.post("/api/auth/logout", &json!({})).await.status, 401);
    assert_eq!(refresh(&app, &asha.refresh, "testkit").await.status, 401);
    assert!(works(&app, second.client.token()).await);
    let sessions = second.client.get("/api/auth/sessions").await.expect(200);
    assert_eq!(sessions.data().as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn h05_another_role_or_status_ends_every_session() {
    let app = people::app().await;
    let admin = people::admin(&app).await;
    let asha = Person::register(&app.client, "asha").await;
    for (change, body) in [("role", json!({"role": "SELLER"})), ("status", json!({"status": "SUSPENDED"}))] {
        let person = people::sign_in(&app.client, &asha.email).await;
        admin.client.patch(&format!("/api/users/{}/{change}", asha.id), &body).await.expect(200);
        assert!(!works(&app, person.client.token()).await, "{change}");
        assert_eq!(refresh(&app, &person.refresh, "testkit").await.status, 401, "{change}");
    }
    let login = json!({"email": asha.email, "password": testkit::PASSWORD});
    assert_eq!(app.client.post("/api/auth/login", &login).await.expect(403).code(), "ACCOUNT_NOT_ACTIVE");
}

#[tokio::test(flavor = "multi_thread")]
async fn h05_tokens_live_ten_minutes_and_are_signed_with_a_key_of_the_set() {
    let app = TestApp::start().await;
    let asha = Person::register(&app.client, "asha").await;
    let set = app.client.get("/.well-known/jwks.json").await.expect(200);
    let keys = set.body["keys"].as_array().unwrap();
    assert_eq!(keys.len(), 1);
    assert_eq!(
        (&keys[0]["kty"], &keys[0]["crv"], &keys[0]["alg"]),
        (&json!("OKP"), &json!("Ed25519"), &json!("EdDSA"))
    );
    assert_eq!(keys[0].get("d"), None, "the private part is nobody's business");
    let claims = people::tokens(&app).verify(asha.client.token()).unwrap();
    assert_eq!((claims.sub.to_string(), claims.exp - claims.iat), (asha.id.clone(), 600));
    let header = header(asha.client.token());
    assert_eq!((&header["alg"], &header["kid"]), (&json!("EdDSA"), &keys[0]["kid"]));
    app.clock.advance(599);
    assert!(works(&app, asha.client.token()).await);
    app.clock.advance(1);
    assert!(!works(&app, asha.client.token()).await);
    // An unused session expires, too.
    app.clock.advance(30 * 86_400);
    assert_eq!(refresh(&app, &asha.refresh, "testkit").await.status, 401);
}

/// The header of a token, decoded by hand from base64.
fn header(token: &str) -> Value {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut bits = 0_u32;
    let mut count = 0;
    let mut bytes = Vec::new();
    for digit in token.split('.').next().unwrap().bytes() {
        let value = DIGITS.iter().position(|known| *known == digit).unwrap();
        bits = (bits << 6 | u32::try_from(value).unwrap()) & 0xffff;
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from(bits >> count & 0xff).unwrap());
        }
    }
    serde_json::from_slice(&bytes).unwrap()
}
