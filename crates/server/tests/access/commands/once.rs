//! A repeat with the same idempotency key has no further effect and gets the same response.

use reqwest::Method;
use serde_json::{Value, json};
use testkit::{Answer, Client, Form};

use super::{Except, NO_KEY, except, exempt, sender, writes};
use crate::authorisation::requests::{self, Request};
use crate::authorisation::rules::Who;
use crate::authorisation::world::World;
use crate::images;
use crate::rows::Row;

/// Operations for which a different body does not make a different request.
pub const ANY_BODY: &[Except] = &[
    except("POST /api/auth/password-reset", "a refusal would tell whether the first address had an account"),
    except("POST /api/users/{id}/property-count", "reads no body"),
    except("POST /api/properties/{id}/approve", "reads no body"),
];

/// Waits for the job, because a job records its end.
async fn job_done(client: &Client, answer: &Answer) {
    let Some(location) = answer.header("location").filter(|to| to.starts_with("/api/jobs/")) else { return };
    while client.get(location).await.expect(200).data()["status"] == "RUNNING" {}
}

/// The content of a response, without values that are random or measured.
fn essence(answer: &Answer) -> (u16, Option<String>, Value) {
    let mut data = answer.data().clone();
    for fresh in ["accessToken", "refreshToken"] {
        if let Some(member) = data.get_mut(fresh) {
            assert!(member.as_str().is_some_and(|token| !token.is_empty()));
            *member = Value::Null;
        }
    }
    if data.get("lagMs").is_some() {
        data = data["state"].take();
    }
    (answer.status, answer.header("location").map(str::to_owned), data)
}

/// The request of a row, with a target that it changes.
async fn request(world: &World, row: &Row) -> Request {
    let request = requests::prepare(world, row, sender(row)).await;
    if row.name() == "DELETE /api/properties/{id}/favorite" {
        request.client.post(&request.path, &json!({})).await.expect(204);
    }
    if row.name() == "POST /api/v1/admin/consumers/{group}/resume" {
        let pause = request.path.replace("resume", "pause");
        request.client.post(&pause, &json!({})).await.expect(200);
    }
    request
}

async fn check(world: &World, row: &Row) {
    let name = row.name();
    let request = request(world, row).await;
    let before = world.app.deeds().await;
    let key = [("idempotency-key", name.as_str())];
    let first = request.send(&key).await.expect(row.success);
    job_done(&request.client, &first).await;
    let after = world.app.deeds().await;
    assert_ne!(after, before, "{name} changed nothing: the test asks for the wrong thing");
    let again = request.send(&key).await;
    assert_eq!(essence(&again), essence(&first), "{name} again: {}", again.text);
    assert_eq!(world.app.deeds().await, after, "{name} was done twice");
    if name.ends_with("/pause") {
        // No other part of this test may have to wait for the group.
        request.client.post(&request.path.replace("pause", "resume"), &json!({})).await.expect(200);
    }
    if request.form.is_some() {
        let field = if name.ends_with("/upload") { "file" } else { "files" };
        let form = Form::default().part(field, Some("door.jpg"), "image/jpeg", &images::jpeg(32, 32));
        let other = Request { form: Some(form), ..request };
        assert_eq!(other.send(&key).await.expect(422).code(), "IDEMPOTENCY_KEY_REUSED", "{name}");
        assert_eq!(world.app.deeds().await, after, "{name} was done for another file");
        return;
    }
    let Some(Value::Object(mut body)) = request.body.clone() else { return };
    body.insert("remark".into(), "another request".into());
    let other = Request { body: Some(body.into()), ..request };
    if exempt(row, &[ANY_BODY]) {
        other.send(&key).await.expect(row.success);
    } else {
        assert_eq!(other.send(&key).await.expect(422).code(), "IDEMPOTENCY_KEY_REUSED", "{name}");
    }
    assert_eq!(world.app.deeds().await, after, "{name} was done for another body");
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_15_every_command_is_done_once_per_key() {
    let world = World::new().await;
    let covered: Vec<Row> = writes().into_iter().filter(|row| !exempt(row, &[NO_KEY])).collect();
    assert!(covered.len() > 20, "{} operations only", covered.len());
    for row in &covered {
        check(&world, row).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeat_after_the_opposite_was_done_undoes_nothing() {
    let world = World::new().await;
    let admin = world.scene(Who::Admin).client;
    let post =
        async |path: &str, key: &str| admin.send(Method::POST, path, None, &[("idempotency-key", key)]).await;
    let group = |word: &str| format!("/api/v1/admin/consumers/users-service-group/{word}");
    post(&group("pause"), "one").await.expect(200);
    post(&group("resume"), "one").await.expect(200);
    assert_eq!(post(&group("pause"), "one").await.expect(200).data()["state"], "RUNNING");

    let scene = world.scene(Who::User);
    let path = format!("/api/properties/{}/favorite", world.listing(&scene.owner).await);
    let save = [("idempotency-key", "saved")];
    scene.client.send(Method::POST, &path, None, &save).await.expect(204);
    scene.client.delete(&path).await.expect(204);
    scene.client.send(Method::POST, &path, None, &save).await.expect(204);
    let listed = scene.client.get("/api/properties/favorites").await.expect(200);
    assert_eq!(listed.data()["totalElements"], 0, "{}", listed.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_registration_lets_in_whom_a_sign_in_would() {
    let world = World::new().await;
    let client = &world.app.client;
    let body = json!({"username": "twice", "email": "twice@example.com", "password": testkit::PASSWORD,
        "firstName": "Asha", "lastName": "Rao"});
    let join = async || {
        let key = [("idempotency-key", "join")];
        client.send(Method::POST, "/api/auth/register", Some(&body), &key).await
    };
    let first = join().await.expect(201);
    let again = join().await.expect(201);
    assert_ne!(first.data()["accessToken"], again.data()["accessToken"]);
    for answer in [&first, &again] {
        let own = client.bearer(answer.data()["accessToken"].as_str().unwrap());
        assert_eq!(own.get("/api/users/profile").await.expect(200).data()["id"], first.data()["user"]["id"]);
    }
    let path = format!("/api/users/{}/status", first.data()["user"]["id"].as_str().unwrap());
    let suspended = json!({"status": "SUSPENDED"});
    world.scene(Who::Admin).client.patch(&path, &suspended).await.expect(200);
    assert_eq!(join().await.expect(403).code(), "ACCOUNT_NOT_ACTIVE");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_whose_request_was_refused_can_be_used_again() {
    let world = World::new().await;
    let (moderator, owner) = (world.scene(Who::Moderator).client, world.scene(Who::Owner).owner);
    let reject = format!("/api/properties/{}/reject", world.pending(&owner).await);
    let send = async |reason: &str| {
        let body = json!({"reason": reason});
        let key = [("idempotency-key", "one")];
        moderator.send(Method::POST, &reject, Some(&body), &key).await
    };
    send("").await.expect(400);
    send("The photos show another home").await.expect(200);
    send("The price is missing").await.expect(422);
}
