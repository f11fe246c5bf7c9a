//! H1, H2, H4, H15: identities, permissions, and the owner of each history.

use reqwest::Method;
use serde_json::json;
use testkit::{PASSWORD, Person, TestApp};

use crate::people;

#[tokio::test(flavor = "multi_thread")]
async fn h01_identity_headers_are_ignored() {
    let app = people::app().await;
    let admin = people::admin(&app).await;
    let asha = Person::register(&app.client, "asha").await;
    let headers =
        [("x-user-id", admin.id.as_str()), ("x-user-role", "ADMIN"), ("x-user-email", people::ADMIN)];
    let nobody = app.client.send(Method::GET, "/api/users/profile", None, &headers).await;
    assert_eq!(nobody.status, 401);
    let profile = asha.client.send(Method::GET, "/api/users/profile", None, &headers).await.expect(200);
    assert_eq!((&profile.data()["id"], &profile.data()["role"]), (&json!(asha.id), &json!("USER")));
    assert_eq!(asha.client.send(Method::GET, "/api/users", None, &headers).await.status, 403);
    let home = json!({"title": "A home of Asha", "location": "Kondapur", "price": 1, "propertyType": "VILLA",
        "ownerId": admin.id, "userId": admin.id});
    let made = asha.client.send(Method::POST, "/api/properties", Some(&home), &headers).await.expect(201);
    assert_eq!(made.data()["ownerId"], *asha.id);
    assert_eq!(people::history(&asha).await, ["PROPERTY_CREATED", "USER_REGISTERED"]);
    assert!(!people::history(&admin).await.contains(&"PROPERTY_CREATED".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn h02_nobody_gives_themselves_a_role() {
    let app = people::app().await;
    for (path, role) in [("/api/auth/register", "ADMIN"), ("/api/users/register", "MODERATOR")] {
        let name = format!("would-be-{}", role.to_lowercase());
        let body = json!({"username": name, "email": format!("{name}@example.com"), "password": PASSWORD,
            "firstName": "Sample", "lastName": "Person", "role": role, "roles": [role], "userRole": role,
            "status": "ACTIVE", "emailVerified": true});
        let answer = app.client.post(path, &body).await.expect(201);
        assert_eq!(answer.data()["user"]["role"], "USER");
        assert_eq!(answer.data()["user"]["status"], "PENDING_VERIFICATION");
        assert_eq!(answer.data()["user"]["emailVerified"], false);
        let person = people::sign_in(&app.client, &format!("{name}@example.com")).await;
        let wish = json!({"role": role, "status": "ACTIVE", "emailVerified": true, "city": "Hyderabad"});
        let changed = person.client.put("/api/users/profile", &wish).await.expect(200);
        assert_eq!(changed.data()["role"], "USER");
        assert_eq!(changed.data()["emailVerified"], false);
        let own = format!("/api/users/{}/role", person.id);
        assert_eq!(person.client.patch(&own, &json!({"role": role})).await.status, 403);
        assert_eq!(person.client.get("/api/users").await.status, 403);
        let refresh = json!({"refreshToken": person.refresh, "role": role});
        let renewed = app.client.post("/api/auth/refresh", &refresh).await.expect(200);
        assert_eq!(renewed.data()["user"]["role"], "USER");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn h04_a_history_is_its_persons_own_and_an_admins_look_is_on_record() {
    let app = people::app().await;
    let admin = people::admin(&app).await;
    let (asha, other) =
        (Person::register(&app.client, "asha").await, Person::register(&app.client, "other").await);
    let moderator = people::with_role(&app.client, &admin, "moderator", "MODERATOR").await;
    let suffixes = [
        "",
        "/recent",
        "/properties",
        "/searches",
        "/activities/USER_REGISTERED",
        "/events",
        "/timeline",
        "/stats",
    ];
    for suffix in suffixes {
        let path = format!("/api/user-history/{}{suffix}", asha.id);
        assert_eq!(app.client.get(&path).await.status, 401, "{path}");
        for stranger in [&other, &moderator] {
            let answer = stranger.client.get(&path).await;
            assert_eq!((answer.status, answer.code()), (403, "FORBIDDEN"), "{path}");
            assert!(!answer.text.contains("joined"), "{path}");
        }
        asha.client.get(&path).await.expect(200);
        asha.client.get(&format!("/api/user-history/me{suffix}")).await.expect(200);
        let before = looks(&admin).await;
        admin.client.get(&path).await.expect(200);
        assert_eq!(looks(&admin).await, before + 1, "{path}");
    }
    let entry = asha.client.get("/api/user-history/me").await.expect(200);
    let hide = json!({"activityId": entry.data()["activities"][0]["activityId"]});
    let path = format!("/api/user-history/{}/hide", asha.id);
    assert_eq!(other.client.post(&path, &hide).await.status, 403);
    // A person's own history contains no entry of somebody else to hide.
    assert_eq!(other.client.post("/api/user-history/me/hide", &hide).await.status, 404);
    assert_eq!(people::history(&asha).await, ["USER_REGISTERED"]);
}

async fn looks(admin: &Person) -> usize {
    people::history(admin).await.iter().filter(|kind| *kind == "PERSONAL_DATA_VIEWED").count()
}

#[tokio::test(flavor = "multi_thread")]
async fn h15_a_signed_in_person_can_use_the_users_operations() {
    let app = TestApp::start().await;
    let asha = Person::register(&app.client, "asha").await;
    let own = format!("/api/users/{}", asha.id);
    for path in
        ["/api/users/profile", &own, "/api/users/me", &format!("{own}/properties"), &format!("{own}/export")]
    {
        asha.client.get(path).await.expect(200);
    }
    for path in ["/api/users/profile", &own] {
        let changed = asha.client.put(path, &json!({"phoneNumber": "+91 98765-43210"})).await.expect(200);
        assert_eq!(changed.data()["phoneNumber"], "+919876543210");
    }
    asha.client.delete(&own).await.expect(204);
    assert_eq!(asha.client.get(&own).await.status, 401);
}
