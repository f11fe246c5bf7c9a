//! H21: the marks of a listing come only from a person with permission.

use serde_json::json;
use testkit::{Person, TestApp, WITH_ADMIN};

use crate::people;

#[tokio::test(flavor = "multi_thread")]
async fn h21_featured_and_verified_are_what_a_moderator_says() {
    let app = people::app().await;
    let admin = people::admin(&app).await;
    let moderator = people::with_role(&app.client, &admin, "moderator", "MODERATOR").await;
    let owner = Person::register(&app.client, "owner").await;
    let body = json!({"title": "A home of mine", "location": "Kokapet", "price": 5_000_000,
        "propertyType": "APARTMENT", "isFeatured": true, "featured": true, "isVerified": true, "status": "SOLD"});
    let made = owner.client.post("/api/properties", &body).await.expect(201);
    let marks = |home: &serde_json::Value| json!([home["isFeatured"], home["isVerified"], home["status"]]);
    assert_eq!(marks(made.data()), json!([false, false, "ACTIVE"]), "an owner cannot say so");
    let path = format!("/api/properties/{}", made.data()["id"].as_str().unwrap());
    for (operation, member) in [("feature", "featured"), ("verify", "verified")] {
        let path = format!("{path}/{operation}");
        owner.client.post(&path, &json!({})).await.expect(403);
        moderator.client.post(&path, &json!({})).await.expect(200);
        moderator.client.post(&path, &json!({member: false})).await.expect(200);
        moderator.client.post(&path, &json!({member: true})).await.expect(200);
    }
    app.drain().await;
    assert_eq!(marks(app.client.get(&path).await.expect(200).data()), json!([true, true, "ACTIVE"]));
    for list in ["/api/properties/featured", "/api/search/featured"] {
        assert!(app.client.get(list).await.expect(200).text.contains("A home of mine"), "{list}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn h21_a_listing_waits_for_a_moderator_where_the_tenant_says_so() {
    let mut settings = WITH_ADMIN.to_vec();
    settings.push(("tenants.hyderabad.moderation", "true"));
    let app = TestApp::with(|_| {}, &settings).await;
    let admin = people::admin(&app).await;
    let owner = Person::register(&app.client, "owner").await;
    let mut paths = Vec::new();
    for title in ["To be approved", "To be rejected"] {
        let home = owner.list_home(title, 5_000_000).await;
        assert_eq!(home["status"], "PENDING_REVIEW");
        paths.push(format!("/api/properties/{}", home["id"].as_str().unwrap()));
    }
    app.client.get(&paths[0]).await.expect(404);
    app.drain().await;
    let queue = admin.client.get("/api/moderation/queue").await.expect(200);
    assert_eq!(queue.data()["totalElements"], 2);
    admin.client.post(&format!("{}/approve", paths[0]), &json!({})).await.expect(200);
    admin.client.post(&format!("{}/reject", paths[1]), &json!({})).await.expect(400);
    let reason = json!({"reason": "The photos show another home"});
    admin.client.post(&format!("{}/reject", paths[1]), &reason).await.expect(200);
    app.drain().await;
    app.client.get(&paths[0]).await.expect(200);
    app.client.get(&paths[1]).await.expect(404);
    assert_eq!(owner.client.get(&paths[1]).await.expect(200).data()["status"], "REJECTED");
}
