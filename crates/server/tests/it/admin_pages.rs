//! The operators' pages over the whole application: they show what the API returns.

use reqwest::Method;
use testkit::{ADMIN, Answer, Person, TestApp, WITH_ADMIN};

use crate::operators::{overrides, poison};

/// Requests a page as a signed-in person's browser does.
async fn page(app: &TestApp, person: &Person, path: &str) -> Answer {
    let cookie = format!("hyd_access={}", person.client.token());
    app.client.send(Method::GET, path, None, &[("cookie", &cookie)]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pages_show_a_parked_key_a_paused_group_and_a_job() {
    let app = TestApp::with(|_| {}, &overrides()).await;
    let admin = Person::enter(&app.client, ADMIN).await;
    let owner = Person::register(&app.client, "owner").await;
    let home = owner.list_home("The poisoned", 5_000_000).await;
    poison(&app, home["id"].as_str().unwrap()).await;
    app.drain_to("properties-service-group").await;
    let order = async |group: &str, word: &str| {
        let path = format!("/api/v1/admin/consumers/{group}/{word}");
        admin.client.send(Method::POST, &path, None, &[]).await
    };
    order("users-service-group", "pause").await.expect(200);
    let job = order("history-service-group", "rebuild").await.expect(202);
    app.drain_to("erasure-service-group").await;
    let shown = page(&app, &admin, "/admin/events").await.expect(200);
    for words in ["Caught up", "Paused", "hyderabad/property/", "Parked", "Rebuild of history-service-group"]
    {
        assert!(shown.text.contains(words), "no {words:?} in {}", shown.text);
    }
    let letters = admin.client.get("/api/v1/admin/dead-letters").await.expect(200);
    let id = letters.data()["content"][0]["id"].as_str().unwrap();
    let letter = page(&app, &admin, &format!("/admin/letters/{id}")).await.expect(200);
    assert!(letter.text.contains("PROPERTY_UPDATED"), "{}", letter.text);
    page(&app, &admin, &format!("/admin/letters/{id}/discard")).await.expect(200);
    let job = format!("/admin/jobs/{}", job.data()["jobId"].as_str().unwrap());
    page(&app, &admin, &job).await.expect(200);
    for path in ["/admin/events", &format!("/admin/letters/{id}")] {
        page(&app, &owner, path).await.expect(403);
    }
    page(&app, &owner, &job).await.expect(404);
    app.client.get("/admin/events").await.expect(303);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_numbers_are_for_admins_and_say_which_days_are_wrong() {
    let app = TestApp::with(|_| {}, &WITH_ADMIN).await;
    let admin = Person::enter(&app.client, ADMIN).await;
    let member = Person::register(&app.client, "member").await;
    app.drain().await;
    let shown = page(&app, &admin, "/admin/analytics").await.expect(200);
    for words in ["Asia/Kolkata", "Active people", "too few to tell", "Answer times"] {
        assert!(shown.text.contains(words), "no {words:?} in {}", shown.text);
    }
    let path = "/admin/analytics?from=2026-01-01&to=2026-12-31";
    let wrong = page(&app, &admin, path).await.expect(200);
    assert!(wrong.text.contains("must be within 31 days"), "{}", wrong.text);
    page(&app, &member, "/admin/analytics").await.expect(403);
    page(&app, &member, path).await.expect(403);
    app.client.get("/admin/analytics").await.expect(303);
    app.stop().await;
}
