//! Quotas: by role, lower before the e-mail address is confirmed, and not exceeded by concurrent requests.

use reqwest::Method;
use serde_json::{Value, json};
use testkit::{ADMIN, Answer, Form, PASSWORD, Person, TestApp};

use crate::{images, people};

async fn app(settings: &[(&'static str, &'static str)]) -> TestApp {
    let admin = [("admin_email", ADMIN), ("admin_password", PASSWORD)];
    TestApp::with(|_| {}, &[&admin, settings].concat()).await
}

fn home(title: &str) -> Value {
    json!({"title": title, "location": "Kondapur", "price": 5_000_000, "propertyType": "APARTMENT"})
}

async fn list(person: &Person) -> Answer {
    person.client.post("/api/properties", &home("One of many")).await
}

async fn confirm(app: &TestApp, person: &Person) {
    let code = people::code(app, person, "verify-email").await;
    let body = json!({"userId": person.id, "verificationCode": code});
    app.client.post("/api/auth/verify-email", &body).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unconfirmed_account_lists_three_homes_however_it_asks() {
    let app = app(&[]).await;
    let owner = Person::register(&app.client, "owner").await;
    let all = futures_util::future::join_all((0..12).map(|_| list(&owner))).await;
    let (made, refused): (Vec<_>, Vec<_>) = all.iter().partition(|answer| answer.status == 201);
    assert_eq!(made.len(), 3);
    for answer in refused {
        assert_eq!((answer.status, answer.code()), (403, "QUOTA_EXCEEDED"), "{}", answer.text);
        assert!(answer.text.contains("you have 3 homes listed, of at most 3"), "{}", answer.text);
    }
    // Removing a listing makes room for another, and the response shows what is left.
    let path = format!("/api/properties/{}", made[0].data()["id"].as_str().unwrap());
    owner.client.delete(&path).await.expect(204);
    owner.client.delete(&path).await.expect(204);
    let key = [("idempotency-key", "the-last-one")];
    let last = owner.client.send(Method::POST, "/api/properties", Some(&home("The last one")), &key).await;
    let last = last.expect(201);
    assert_eq!(last.header("x-quota-left"), Some("homes;left=0;limit=3"));
    list(&owner).await.expect(403);
    let again = owner.client.send(Method::POST, "/api/properties", Some(&home("The last one")), &key).await;
    assert_eq!(again.expect(201).data()["id"], last.data()["id"], "a repeat needs no room");
    confirm(&app, &owner).await;
    assert_eq!(list(&owner).await.expect(201).header("x-quota-left"), Some("homes;left=16;limit=20"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_has_its_own_quota_and_admins_have_none() {
    let app = app(&[("quotas.agent.homes", "2"), ("quotas.unconfirmed.homes", "9")]).await;
    let admin = people::admin(&app).await;
    let agent = people::with_role(&app.client, &admin, "agent", "AGENT").await;
    for expected in [201, 201, 403] {
        list(&agent).await.expect(expected);
    }
    for _ in 0..4 {
        let made = list(&admin).await.expect(201);
        assert_eq!(made.header("x-quota-left"), None);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn files_and_their_bytes_are_limited_and_several_are_kept_all_or_none() {
    let app = app(&[("quotas.unconfirmed.files", "3"), ("quotas.unconfirmed.files_mib", "1")]).await;
    let owner = Person::register(&app.client, "owner").await;
    let send = async |path: &str, files: &[Vec<u8>]| {
        let field = if path.ends_with("upload") { "file" } else { "files" };
        let mut form = Form::default();
        for file in files {
            form = form.part(field, Some("plan.pdf"), "application/pdf", file);
        }
        owner.client.send_bytes(Method::POST, path, form.finish(), &[]).await
    };
    let small = |text: &str| images::pdf(text);
    send("/api/files/upload", &[small("one")]).await.expect(201);
    let several = send("/api/files/upload/multiple", &[small("two"), small("three"), small("four")]).await;
    assert_eq!(several.expect(403).code(), "QUOTA_EXCEEDED");
    let two = send("/api/files/upload/multiple", &[small("two"), small("three")]).await.expect(201);
    assert_eq!(two.header("x-quota-left").unwrap().split(',').next(), Some("files;left=0;limit=3"));
    let full = send("/api/files/upload", &[small("four")]).await.expect(403);
    assert!(full.text.contains("you keep 3 files, of at most 3"), "{}", full.text);
    let id = two.data()[0]["id"].as_str().unwrap();
    owner.client.delete(&format!("/api/files/{id}")).await.expect(204);
    let big = images::pdf(&"x".repeat(1 << 20));
    let full = send("/api/files/upload", &[big]).await.expect(403);
    assert!(full.text.contains("MiB, of at most 1"), "{}", full.text);
    send("/api/files/bulk", &[small("four")]).await.expect(201);
    app.drain().await;
    assert_eq!(images::stored(app.data_dir()).len(), 3, "what was refused left no bytes");
}

#[tokio::test(flavor = "multi_thread")]
async fn saved_searches_are_limited_and_without_limits_nothing_is() {
    let app = app(&[("quotas.unconfirmed.saved_searches", "2")]).await;
    let seeker = Person::register(&app.client, "seeker").await;
    let wish = json!({"name": "For us", "filters": {"city": "Hyderabad"}});
    for expected in [201, 201, 403] {
        seeker.client.post("/api/search/save", &wish).await.expect(expected);
    }
    let unlimited = TestApp::start().await;
    let owner = Person::register(&unlimited.client, "owner").await;
    for _ in 0..5 {
        list(&owner).await.expect(201);
    }
}
