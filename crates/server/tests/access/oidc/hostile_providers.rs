//! Misbehaving providers, browsers and intermediaries: nobody is let in, nothing hangs, nothing breaks.

use serde_json::json;
use testkit::{Issuer, Misdeed, TestApp};

use super::{Door, asha, cookie, inside};

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_wrong_in_any_way_lets_nobody_in() {
    let door = Door::open().await;
    let now = door.app.clock.now().seconds();
    let wrong = [
        json!({"nonce": "another"}),
        json!({"nonce": null}),
        json!({"aud": "another application"}),
        json!({"aud": ["portal", "another application"]}),
        json!({"aud": ["portal"], "azp": "another application"}),
        json!({"iss": "https://another.example"}),
        json!({"exp": now - 120}),
        json!({"exp": null}),
        json!({"iat": now + 600}),
        json!({"sub": ""}),
        json!({"sub": "s".repeat(256)}),
    ];
    for mut claims in wrong {
        claims["email"] = json!("asha@example.com");
        let refused = door.through(claims.clone()).await;
        assert_eq!((refused.status, refused.code()), (401, "OIDC_TOKEN_REFUSED"), "{claims}");
        assert!(cookie(&refused, "hyd_access").is_none());
    }
    for misdeed in [
        Misdeed::Unsigned,
        Misdeed::SharedSecret,
        Misdeed::PublicKeyAsSecret,
        Misdeed::ForeignKey,
        Misdeed::Tampered,
    ] {
        door.issuer.does(misdeed);
        let refused = door.through(asha()).await;
        assert_eq!((refused.status, refused.code()), (401, "OIDC_TOKEN_REFUSED"), "{misdeed:?}");
    }
    door.issuer.does(Misdeed::None);
    door.through(asha()).await.expect(302);
    door.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_does_not_answer_as_one_costs_a_try_and_no_more() {
    let door = Door::open().await;
    for misdeed in [Misdeed::Endless, Misdeed::Silent, Misdeed::Broken] {
        // Its configuration is already known by then.
        let away = door.leave("").await;
        let back = door.issuer.approve(&away.door, asha());
        door.issuer.does(misdeed);
        let refused = door.back(&back, &away.cookie).await;
        assert_eq!((refused.status, refused.code()), (503, "PROVIDER_UNAVAILABLE"), "{misdeed:?}");
        door.issuer.does(Misdeed::None);
    }
    door.through(asha()).await.expect(302);
    door.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_configuration_of_another_issuer_is_not_taken() {
    let door = Door::open().await;
    for misdeed in [Misdeed::AnotherIssuer, Misdeed::Broken] {
        door.issuer.does(misdeed);
        let refused = door.app.client.get("/api/auth/oidc/sample").await;
        assert_eq!((refused.status, refused.code()), (503, "PROVIDER_UNAVAILABLE"));
        door.app.clock.advance(11);
    }
    door.issuer.does(Misdeed::None);
    door.app.client.get("/api/auth/oidc/sample").await.expect(302);
    door.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_is_taken_once_and_from_the_browser_that_asked() {
    let door = Door::open().await;
    let away = door.leave("").await;
    let back = door.issuer.approve(&away.door, asha());
    let other = door.leave("").await;
    // Login CSRF: the callback address of another person's sign-in, opened in another browser.
    for cookie in ["", "hyd_oidc=", "hyd_oidc=e30.e30", &*other.cookie] {
        let refused = door.back(&back, cookie).await;
        assert_eq!((refused.status, refused.code()), (401, "OIDC_STATE_REFUSED"), "{cookie}");
    }
    let (payload, _) = away.cookie.split_once('.').unwrap();
    let (_, signature) = other.cookie.split_once('.').unwrap();
    let refused = door.back(&back, &format!("{payload}.{signature}")).await;
    assert_eq!(refused.code(), "OIDC_STATE_REFUSED", "a cookie that we did not sign");
    door.back(&back, &away.cookie).await.expect(302);
    let again = door.back(&back, &away.cookie).await;
    assert_eq!((again.status, again.code()), (401, "OIDC_STATE_REFUSED"), "a state is good once");
    // A used code with a fresh state.
    let third = door.leave("").await;
    let code = back.split('&').next().unwrap();
    let state = third.door.split("state=").nth(1).unwrap().split('&').next().unwrap();
    let refused = door.back(&format!("{code}&state={state}"), &third.cookie).await;
    assert_eq!((refused.status, refused.code()), (401, "OIDC_CODE_REFUSED"));
    // After the state has expired.
    let late = door.leave("").await;
    let back = door.issuer.approve(&late.door, asha());
    door.app.clock.advance(601);
    assert_eq!(door.back(&back, &late.cookie).await.code(), "OIDC_STATE_REFUSED");
    for bad in ["", "?code=1", "?state=1&state=2", "?state=1"] {
        let answer = door.back(&format!("/api/auth/oidc/sample/callback{bad}"), &late.cookie).await;
        assert!([400, 401].contains(&answer.status), "{bad}: {}", answer.text);
    }
    door.app.stop().await;
}

/// RFC 9207: a provider may name itself as the issuer in the callback. A false name is refused.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_of_another_provider_is_not_taken_for_this_ones() {
    let (one, two) = (Issuer::start().await, Issuer::start().await);
    let trust = |settings: &mut hyderabadinfra::settings::Settings| {
        one.trusted_by(settings, "one");
        two.trusted_by(settings, "two");
    };
    let app = TestApp::with(trust, &[("limits.enabled", "false")]).await;
    let begun = app.client.get("/api/auth/oidc/one").await.expect(302);
    let flight = format!("hyd_oidc={}", cookie(&begun, "hyd_oidc").unwrap());
    let back = one.approve(begun.header("location").unwrap(), asha());
    let get = reqwest::Method::GET;
    // The response of one provider, sent to the other's callback and with the other's issuer.
    let mixed = back.replace("/one/", "/two/");
    let refused = app.client.send(get.clone(), &mixed, None, &[("cookie", &flight)]).await;
    assert_eq!(refused.code(), "OIDC_STATE_REFUSED");
    let lied = format!("{back}&iss={}", two.url());
    let refused = app.client.send(get, &lied, None, &[("cookie", &flight)]).await;
    assert_eq!((refused.status, refused.code()), (401, "OIDC_TOKEN_REFUSED"));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_change_without_a_pause_and_unknown_ones_are_asked_for_seldom() {
    let door = Door::open().await;
    door.through(asha()).await.expect(302);
    door.app.clock.advance(11);
    door.issuer.rotate();
    let client = inside(&door.app, &door.through(asha()).await.expect(302));
    client.get("/api/users/profile").await.expect(200);
    assert_eq!(door.issuer.asked_for_keys(), 2);
    // Tokens with unknown keys: the provider's keys are not requested each time.
    door.issuer.does(Misdeed::SharedSecret);
    for _ in 0..5 {
        door.through(asha()).await.expect(401);
    }
    door.issuer.does(Misdeed::None);
    door.issuer.rotate();
    door.through(asha()).await.expect(401);
    assert_eq!(door.issuer.asked_for_keys(), 2, "a moment ago it had no other");
    door.app.clock.advance(11);
    door.through(asha()).await.expect(302);
    door.app.stop().await;
}

/// Signing in through a provider is limited like any other attempt.
#[tokio::test(flavor = "multi_thread")]
async fn tries_are_limited_by_address() {
    let issuer = Issuer::start().await;
    let limits = [("limits.sign_in_per_address", "3")];
    let app = TestApp::with(|settings| issuer.trusted_by(settings, "sample"), &limits).await;
    let mut statuses = Vec::new();
    for _ in 0..4 {
        statuses.push(app.client.get("/api/auth/oidc/sample").await.status);
    }
    assert_eq!(statuses, [302, 302, 302, 429]);
    app.stop().await;
}
