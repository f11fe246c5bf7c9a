//! H3: codes sent by e-mail.

use serde_json::{Value, json};
use testkit::{PASSWORD, Person, TestApp};

use crate::people::{self, code};

async fn verify(app: &TestApp, user: &str, code: &str) -> (u16, String) {
    let body = json!({"userId": user, "verificationCode": code});
    let answer = app.client.post("/api/auth/verify-email", &body).await;
    (answer.status, answer.code().to_owned())
}

async fn confirmed(person: &Person) -> bool {
    let profile = person.client.get("/api/users/profile").await.expect(200);
    profile.data()["emailVerified"] == Value::Bool(true)
}

#[tokio::test(flavor = "multi_thread")]
async fn h03_an_address_is_confirmed_by_its_own_code_once() {
    let app = TestApp::start().await;
    let (asha, ravi) =
        (Person::register(&app.client, "asha").await, Person::register(&app.client, "ravi").await);
    let wrong = (400, "INVALID_CODE".to_owned());
    let (ashas, ravis) = (code(&app, &asha, "verify-email").await, code(&app, &ravi, "verify-email").await);
    let unknown = "01900000-0000-7000-8000-000000000000";
    for (user, code) in
        [(&*asha.id, "123456"), (&asha.id, "any"), (&asha.id, &ravis), (&ravi.id, &ashas), (unknown, &ashas)]
    {
        assert_eq!(verify(&app, user, code).await, wrong, "{user} {code}");
    }
    assert_eq!(verify(&app, "nobody", &ashas).await, (400, "VALIDATION_FAILED".to_owned()));
    assert!(!confirmed(&asha).await && !confirmed(&ravi).await);

    // A later e-mail invalidates the earlier code.
    asha.client.post("/api/auth/verify-email/resend", &json!({})).await.expect(202);
    let fresh = code(&app, &asha, "verify-email").await;
    assert_ne!(fresh, ashas);
    assert_eq!(verify(&app, &asha.id, &ashas).await, wrong);
    assert_eq!(verify(&app, &asha.id, &fresh).await, (200, String::new()));
    assert!(confirmed(&asha).await && !confirmed(&ravi).await);
    assert_eq!(verify(&app, &asha.id, &fresh).await, wrong);

    app.clock.advance(48 * 3600);
    assert_eq!(verify(&app, &ravi.id, &ravis).await, wrong);
}

async fn reset(app: &TestApp, token: &str, password: &str) -> (u16, String) {
    let body = json!({"token": token, "newPassword": password});
    let answer = app.client.post("/api/auth/password-reset/confirm", &body).await;
    (answer.status, answer.code().to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn h03_a_password_is_reset_by_its_own_token_once() {
    let app = TestApp::start().await;
    let asha = Person::register(&app.client, "asha").await;
    let ravi = Person::register(&app.client, "ravi").await;
    let wrong = (400, "INVALID_CODE".to_owned());
    for person in [&asha, &ravi] {
        app.client.post("/api/auth/password-reset", &json!({"email": person.email})).await.expect(202);
    }
    let (ashas, ravis) =
        (code(&app, &asha, "password-reset").await, code(&app, &ravi, "password-reset").await);
    let (_, secret) = ashas.split_once('.').unwrap();
    let confirmation = code(&app, &asha, "verify-email").await;
    let others = [
        format!("{}.{secret}", ravi.id),
        format!("{}.{confirmation}", asha.id),
        secret.to_owned(),
        "x".into(),
    ];
    for token in &others {
        assert_eq!(reset(&app, token, "a stolen password").await, wrong, "{token}");
    }
    assert_eq!(reset(&app, &ashas, "short").await.0, 400);
    assert_eq!(reset(&app, &ashas, "quite another phrase").await.0, 200);
    assert_eq!(reset(&app, &ashas, "and yet another one").await, wrong);
    // Every session has ended, and only the new password works.
    assert_eq!(asha.client.get("/api/users/profile").await.status, 401);
    let refresh = json!({"refreshToken": asha.refresh});
    assert_eq!(app.client.post("/api/auth/refresh", &refresh).await.status, 401);
    let sign_in = async |password: &str| {
        app.client.post("/api/auth/login", &json!({"email": asha.email, "password": password})).await.status
    };
    assert_eq!(sign_in(PASSWORD).await, 401);
    assert_eq!(sign_in("quite another phrase").await, 200);
    app.clock.advance(3600);
    assert_eq!(reset(&app, &ravis, "quite another phrase").await, wrong);
    people::sign_in(&app.client, &ravi.email).await;
}
