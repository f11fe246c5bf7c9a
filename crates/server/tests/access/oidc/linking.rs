//! An existing account with the same address is opened for the owner of the address, and closed to a squatter who
//! registered it.

use serde_json::json;
use testkit::{ADMIN, PASSWORD, Person};

use super::{Door, asha, history, inside};
use crate::people;

#[tokio::test(flavor = "multi_thread")]
async fn whoever_registered_with_the_address_of_somebody_else_is_out_when_the_owner_comes() {
    let door = Door::open().await;
    let squatter = Person::register(&door.app.client, "asha").await;
    let reset = json!({"email": squatter.email});
    door.app.client.post("/api/auth/password-reset", &reset).await.expect(202);
    let owner = inside(&door.app, &door.through(asha()).await.expect(302));
    assert_eq!(owner.get("/api/users/profile").await.expect(200).data()["id"], squatter.id.as_str());
    let happened = history(&owner).await;
    assert!(happened.contains(&"USER_IDENTITY_LINKED".to_owned()), "{happened:?}");
    // The squatter's access token, refresh token, password and requested codes no longer work.
    squatter.client.get("/api/users/profile").await.expect(401);
    let refresh = json!({"refreshToken": squatter.refresh});
    door.app.client.post("/api/auth/refresh", &refresh).await.expect(401);
    let login = json!({"email": squatter.email, "password": PASSWORD});
    door.app.client.post("/api/auth/login", &login).await.expect(401);
    let code = people::code(&door.app, &squatter, "password-reset").await;
    let confirm = json!({"token": code, "newPassword": "another long and private phrase"});
    door.app.client.post("/api/auth/password-reset/confirm", &confirm).await.expect(400);
    door.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_whose_address_is_confirmed_keeps_its_password() {
    let door = Door::open().await;
    let asha = Person::register(&door.app.client, "asha").await;
    let code = people::code(&door.app, &asha, "verify-email").await;
    let verify = json!({"userId": asha.id, "verificationCode": code});
    door.app.client.post("/api/auth/verify-email", &verify).await.expect(200);
    let linked = inside(&door.app, &door.through(super::asha()).await.expect(302));
    assert_eq!(history(&linked).await[..2], ["USER_LOGIN", "USER_IDENTITY_LINKED"]);
    asha.client.get("/api/users/profile").await.expect(200);
    asha.sign_in().await;
    // Another account at the provider with the same address, as when an address gets a new owner.
    let other = door.through(json!({"sub": "sample-2", "email": "asha@example.com"})).await.expect(409);
    assert_eq!(other.code(), "OIDC_LINKED_OTHERWISE");
    door.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_the_provider_has_not_confirmed_opens_and_makes_nothing() {
    let door = Door::open().await;
    let asha = Person::register(&door.app.client, "asha").await;
    for claims in [
        json!({"email": asha.email, "email_verified": false}),
        json!({"email": asha.email, "email_verified": null}),
        json!({"email": "new@example.com", "email_verified": "false"}),
        json!({"email": "not an address"}),
        json!({}),
    ] {
        let refused = door.through(claims.clone()).await;
        assert_eq!((refused.status, refused.code()), (401, "OIDC_EMAIL_NOT_VERIFIED"), "{claims}");
    }
    asha.client.get("/api/users/profile").await.expect(200);
    door.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_suspended_gets_in_and_who_left_is_a_stranger_again() {
    let door = Door::open().await;
    let admin = Person::enter(&door.app.client, ADMIN).await;
    let first = inside(&door.app, &door.through(asha()).await.expect(302));
    let id = first.get("/api/users/profile").await.data()["id"].as_str().unwrap().to_owned();
    let status = format!("/api/users/{id}/status");
    admin.client.patch(&status, &json!({"status": "SUSPENDED"})).await.expect(200);
    let refused = door.through(asha()).await;
    assert_eq!((refused.status, refused.code()), (403, "ACCOUNT_NOT_ACTIVE"));
    // The same for an account that was never linked.
    let ravi = Person::register(&door.app.client, "ravi").await;
    let path = format!("/api/users/{}/status", ravi.id);
    admin.client.patch(&path, &json!({"status": "SUSPENDED"})).await.expect(200);
    let refused = door.through(json!({"sub": "sample-7", "email": ravi.email})).await;
    assert_eq!((refused.status, refused.code()), (403, "ACCOUNT_NOT_ACTIVE"));
    admin.client.patch(&status, &json!({"status": "ACTIVE"})).await.expect(200);
    let again = inside(&door.app, &door.through(asha()).await.expect(302));
    again.delete("/api/users/profile").await.expect(204);
    let stranger = inside(&door.app, &door.through(asha()).await.expect(302));
    assert_ne!(stranger.get("/api/users/profile").await.data()["id"], id.as_str());
    door.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_at_once_make_one_account() {
    let door = Door::open().await;
    let (one, two) = tokio::join!(door.through(asha()), door.through(asha()));
    let mut ids = Vec::new();
    for answer in [one, two] {
        let client = inside(&door.app, &answer.expect(302));
        ids.push(client.get("/api/users/profile").await.data()["id"].clone());
    }
    assert_eq!(ids[0], ids[1]);
    door.app.stop().await;
}
