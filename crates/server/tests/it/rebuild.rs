//! Read models are rebuilt beside the ones in use, while people write and read. No request fails, a response
//! without the caller's own write is marked as stale, and the new read model has the same rows.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use domain::Clock;
use serde_json::{Value, json};
use testkit::{ADMIN, Client, Person, TestApp, WITH_ADMIN};
use tokio::task::JoinSet;

use crate::races::write_and_look;

const PEOPLE: usize = 8;
/// Listings made before and while read models are rebuilt: 1,000, or `HYD_TEST_REBUILD_HOMES`.
fn homes() -> usize {
    std::env::var("HYD_TEST_REBUILD_HOMES").map_or(1000, |n| n.parse().unwrap())
}

pub async fn rebuild(admin: &Client, path: &str) -> Value {
    let answer = admin.post(path, &json!({})).await.expect(202);
    finished(admin, answer.header("location").unwrap()).await
}

/// Waits for a job and returns its final state.
pub async fn finished(admin: &Client, job: &str) -> Value {
    loop {
        let told = admin.get(job).await.expect(200).data().clone();
        match told["status"].as_str().unwrap() {
            "RUNNING" => assert!(told["progress"]["percent"].is_number(), "{told}"),
            _ => return told,
        }
    }
}

pub fn assert_succeeded(told: &Value, group: &str) {
    assert_eq!(told["status"], "SUCCEEDED", "{told}");
    assert_eq!(told["subject"], group);
    assert_eq!(told["result"]["equalToTheOneBefore"], true, "{told}");
    // This holds even for a journal so small that all of it is read while the group in use waits.
    assert!(told["result"]["events"].as_u64() > Some(0), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn read_models_are_rebuilt_while_people_write_and_read() {
    let app = TestApp::with(|_| {}, &WITH_ADMIN).await;
    let admin = Person::enter(&app.client, ADMIN).await;
    let (over, rounds) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let mut writing = JoinSet::new();
    for n in 0..PEOPLE {
        let person = Person::register(&app.client, &format!("writer-{n}")).await;
        let (over, rounds) = (Arc::clone(&over), Arc::clone(&rounds));
        writing.spawn(async move {
            let mut stale = 0;
            while !over.load(Ordering::SeqCst) {
                stale += write_and_look(&person, rounds.fetch_add(1, Ordering::SeqCst)).await;
            }
            stale
        });
    }
    let began = Clock::System.now().micros();
    let mut rebuilds = 0;
    while rebuilds == 0 || rounds.load(Ordering::SeqCst) < homes() {
        let told = rebuild(&admin.client, "/api/user-history/replay").await;
        assert_succeeded(&told, "history-service-group");
        for group in ["users-service-group", "properties-service-group"] {
            let path = format!("/api/v1/admin/consumers/{group}/rebuild");
            assert_succeeded(&rebuild(&admin.client, &path).await, group);
        }
        rebuilds += 3;
    }
    over.store(true, Ordering::SeqCst);
    let stale: usize = writing.join_all().await.into_iter().sum();
    let rounds = rounds.load(Ordering::SeqCst);
    let millis = (Clock::System.now().micros() - began) / 1000;
    println!(
        "{rebuilds} rebuilds beside {} commands in {millis} ms, {stale} answers marked stale",
        2 * rounds
    );
    app.drain().await;
    let total = app.client.get("/api/properties?size=1").await.expect(200).data()["totalElements"].clone();
    assert_eq!(total, rounds, "every home is listed");
    // A restart finds the state that the switches left.
    let kept = app.stop().await;
    let files: Vec<String> = std::fs::read_dir(kept.path().join("views"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.contains(".db") && !name.contains(".current"))
        .collect();
    assert_eq!(files.len(), 11, "one file a read model: {files:?}");
    let again = TestApp::on(kept.path()).await;
    let total = again.client.get("/api/properties?size=1").await.expect(200).data()["totalElements"].clone();
    assert_eq!(total, rounds, "every home is listed after a restart");
    again.stop().await;
}

/// Including those of people who have left, whose words cannot be read any more.
#[tokio::test(flavor = "multi_thread")]
async fn past_searches_are_rebuilt_as_they_were() {
    let app = TestApp::with(|_| {}, &WITH_ADMIN).await;
    let admin = Person::enter(&app.client, ADMIN).await;
    for number in 0..7 {
        let person = Person::register(&app.client, &format!("searcher-{number}")).await;
        for path in
            ["query=lake+view+villa", "q=lake%20VIEW%20villa&sort=price", &format!("query=own+{number}")]
        {
            person.client.get(&format!("/api/search/properties?{path}")).await.expect(200);
        }
        if number < 2 {
            app.drain().await;
            let path = format!("/api/users/{}", person.id);
            person.client.send(reqwest::Method::DELETE, &path, None, &[]).await.expect(204);
        }
    }
    app.drain().await;
    let popular = app.client.get("/api/search/suggestions?query=lake").await.expect(200);
    assert_eq!(*popular.data(), json!(["lake view villa"]));
    let told = rebuild(&admin.client, "/api/v1/admin/consumers/search-history-group/rebuild").await;
    assert_succeeded(&told, "search-history-group");
    let popular = app.client.get("/api/search/suggestions?query=lake").await.expect(200);
    assert_eq!(*popular.data(), json!(["lake view villa"]));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rebuild_is_refused_with_its_reason() {
    let app = TestApp::with(|_| {}, &WITH_ADMIN).await;
    let admin = Person::enter(&app.client, ADMIN).await;
    let path = |group: &str| format!("/api/v1/admin/consumers/{group}/rebuild");
    let answer = admin.client.post(&path("nobodys-group"), &json!({})).await.expect(404);
    assert_eq!(answer.code(), "GROUP_NOT_FOUND");
    let history = "/api/v1/admin/consumers/history-service-group";
    admin.client.post(&format!("{history}/pause"), &json!({})).await.expect(200);
    let answer = admin.client.post(&format!("{history}/rebuild"), &json!({})).await.expect(409);
    assert_eq!(answer.code(), "GROUP_PAUSED");
    let answer = admin.client.get("/api/jobs/0197c000-0000-7000-8000-000000000001").await.expect(404);
    assert_eq!(answer.code(), "JOB_NOT_FOUND");
    app.stop().await;
}

/// A job is visible to the person who started it, even after they lose the role, and to admins, but to nobody
/// else.
#[tokio::test(flavor = "multi_thread")]
async fn a_job_is_seen_by_its_starter_and_by_admins() {
    let app = TestApp::with(|_| {}, &WITH_ADMIN).await;
    let root = Person::enter(&app.client, ADMIN).await;
    let starter = Person::register(&app.client, "starter").await;
    let role = format!("/api/users/{}/role", starter.id);
    root.client.patch(&role, &json!({"role": "ADMIN"})).await.expect(200);
    let starter = Person::enter(&app.client, &starter.email).await;
    let answer = starter.client.post("/api/user-history/replay", &json!({})).await.expect(202);
    let job = answer.header("location").unwrap().to_owned();
    root.client.patch(&role, &json!({"role": "USER"})).await.expect(200);
    let starter = Person::enter(&app.client, &starter.email).await;
    assert_eq!(starter.client.get(&job).await.expect(200).data()["startedBy"], starter.id.as_str());
    root.client.get(&job).await.expect(200);
    let other = Person::register(&app.client, "other").await;
    assert_eq!(other.client.get(&job).await.status, 404);
    assert_eq!(app.client.get(&job).await.status, 401);
    app.stop().await;
}
