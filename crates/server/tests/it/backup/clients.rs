//! Clients of a restored server get a correct result or are told of the restore, because their cursors, tags,
//! keys and tokens may refer to lost data.

use reqwest::Method;
use testkit::{PASSWORD, Person, TestApp};

use super::*;

const STREAM: &str = "/api/realtime/stream";
const SOCKET: &str = "/api/realtime";

fn home(price: u64) -> Value {
    json!({"title": "Home by the lake", "location": "Kondapur", "price": price, "propertyType": "APARTMENT"})
}

async fn list(client: &Client, key: &str) -> String {
    let key = [("idempotency-key", key)];
    let answer = client.send(Method::POST, "/api/properties", Some(&home(5_000_000)), &key).await.expect(201);
    answer.data()["id"].as_str().unwrap().to_owned()
}

async fn put(client: &Client, path: &str, price: u64, tag: Option<&str>) -> testkit::Answer {
    let headers: Vec<_> = tag.map(|tag| ("if-match", tag)).into_iter().collect();
    client.send(Method::PUT, path, Some(&home(price)), &headers).await
}

#[tokio::test(flavor = "multi_thread")]
async fn clients_of_a_restored_server_are_right_or_told() {
    let room = Room::new();
    let app = TestApp::on(&room.at("data")).await;
    let owner = Person::register(&app.client, "owner").await;
    let kept = list(&owner.client, "kept").await;
    let path = format!("/api/properties/{kept}");
    let place = owner.client.listen(STREAM, None).await.place().to_owned();
    let old_tag = owner.client.get(&path).await.expect(200).header("etag").unwrap().to_owned();
    assert!(!old_tag.contains('.'), "the first history's tags are what they were: {old_tag}");
    app.drain().await;
    room.back_up(&app.backup).await;
    // Everything from here on is lost.
    put(&owner.client, &path, 6_000_000, None).await.expect(200);
    let lost_tag = owner.client.get(&path).await.expect(200).header("etag").unwrap().to_owned();
    let lost = list(&owner.client, "lost").await;
    let lost_place = owner.client.listen(STREAM, None).await.place().to_owned();
    let newcomer = Person::register(&app.client, "newcomer").await;
    app.stop().await;

    let told = restored(room.asked("restored")).await.unwrap();
    assert!(told.epoch > 1);
    assert!(told.sessions_ended > Some(0));
    let app = TestApp::on(&room.at("restored")).await;
    // Tokens, restored or lost, are no longer valid.
    for client in [&owner.client, &newcomer.client] {
        app.client.bearer(client.token()).get("/api/users/profile").await.expect(401);
    }
    let body = json!({"refreshToken": owner.refresh});
    app.client.post("/api/auth/refresh", &body).await.expect(401);
    let body = json!({"email": newcomer.email, "password": PASSWORD});
    app.client.post("/api/auth/login", &body).await.expect(401);
    let owner = Person::enter(&app.client, &owner.email).await;

    // Tags: the same version number now refers to another state.
    let again = put(&owner.client, &path, 7_000_000, None).await.expect(200);
    assert!(again.header("x-event-position").unwrap().starts_with(&format!("facts:{}:", told.epoch)));
    for tag in [&old_tag, &lost_tag] {
        let got = owner.client.send(Method::GET, &path, None, &[("if-none-match", tag.as_str())]).await;
        assert_eq!(got.expect(200).data()["price"], 7_000_000, "{tag}");
        put(&owner.client, &path, 8_000_000, Some(tag)).await.expect(412);
    }
    let tag = owner.client.get(&path).await.expect(200).header("etag").unwrap().to_owned();
    assert!(tag.starts_with(&format!("\"{}.", told.epoch)), "{tag}");
    owner.client.send(Method::GET, &path, None, &[("if-none-match", &tag)]).await.expect(304);
    put(&owner.client, &path, 9_000_000, Some(&tag)).await.expect(200);
    put(&owner.client, &path, 9_000_001, Some(&tag)).await.expect(412);

    // Idempotency keys: a restored command is replayed, a lost one is executed again.
    assert_eq!(list(&owner.client, "kept").await, kept);
    let anew = list(&owner.client, "lost").await;
    assert_ne!(anew, lost, "the listing that was lost is another one now");
    owner.client.get(&format!("/api/properties/{anew}")).await.expect(200);

    // Realtime: no client keeps waiting on a stream that cannot resume.
    for (place, price) in [(&place, 9_100_000), (&lost_place, 9_200_000)] {
        let mut events = owner.client.listen(STREAM, Some(place)).await;
        let reset = events.reset().expect("it is told").clone();
        assert!(reset["reason"].as_str().unwrap().contains("restore"), "{reset}");
        let here = events.place().to_owned();
        put(&owner.client, &path, price, None).await.expect(200);
        // Views of the home arrive whenever they are written.
        while events.next().await.unwrap()["activityType"] != "PROPERTY_UPDATED" {}
        let socket = owner.client.socket(SOCKET, Some(place)).await;
        assert!(socket.reset().is_some());
        let mut socket = owner.client.socket(SOCKET, Some(&here)).await;
        assert_eq!(socket.reset(), None);
        while socket.next().await.unwrap()["activityType"] != "PROPERTY_UPDATED" {}
    }
    // Groups, index and recommendations continue.
    app.learn().await;
    let found = app.client.get("/api/search/properties?query=kondapur").await.expect(200);
    assert_eq!(found.data()["totalElements"], 2);
    owner.client.get("/api/user-history/me").await.expect(200);
    app.stop().await;
}
