//! A command may name the version its sender saw, and a query the version its sender holds.

use reqwest::Method;
use testkit::{Client, Person};

use super::{NO_KEY, NO_VERSION, exempt, sender, writes};
use crate::authorisation::requests;
use crate::authorisation::world::World;
use crate::people;

#[tokio::test(flavor = "multi_thread")]
async fn every_command_on_something_with_a_version_honours_if_match() {
    let world = World::new().await;
    for row in writes().iter().filter(|row| !exempt(row, &[NO_KEY, NO_VERSION])) {
        let request = requests::prepare(&world, row, sender(row)).await;
        let before = world.app.deeds().await;
        let malformed = request.send(&[("if-match", "nonsense")]).await;
        assert_eq!(malformed.status, 400, "{}: {}", row.name(), malformed.text);
        let another = request.send(&[("if-match", "\"4711\"")]).await;
        assert_eq!(another.status, 412, "{}: {}", row.name(), another.text);
        assert_eq!(another.code(), "VERSION_CHANGED");
        assert_eq!(world.app.deeds().await, before, "{} was done all the same", row.name());
    }
}

/// A query returns a tag, and nothing new to a caller who already holds that tag.
async fn tag(client: &Client, path: &str) -> String {
    let tag = client.get(path).await.expect(200).header("etag").expect("a tag").to_owned();
    let again = client.send(Method::GET, path, None, &[("if-none-match", &tag)]).await.expect(304);
    assert_eq!((again.text.as_str(), again.header("etag")), ("", Some(&*tag)), "{path}");
    client.send(Method::GET, path, None, &[("if-none-match", "\"0\"")]).await.expect(200);
    tag
}

#[tokio::test(flavor = "multi_thread")]
async fn who_holds_a_document_is_not_sent_it_again() {
    let app = people::app().await;
    let admin = people::admin(&app).await;
    let owner = Person::register(&app.client, "owner").await;
    let home = owner.list_home("A home", 5_000_000).await["id"].as_str().unwrap().to_owned();
    app.drain().await;
    let listing = format!("/api/properties/{home}");
    let saved = format!("{listing}?include=favorite");
    for path in [&listing, &format!("/api/public/properties/{home}")] {
        tag(&app.client, path).await;
    }
    let not_saved = tag(&owner.client, &saved).await;
    owner.client.post(&format!("{listing}/favorite"), &serde_json::json!({})).await.expect(204);
    // The tag covers the count.
    app.drain().await;
    assert_ne!(tag(&owner.client, &saved).await, not_saved);
    for path in [format!("/api/users/{}", owner.id), format!("/api/v1/admin/streams/user/{}", owner.id)] {
        tag(&admin.client, &path).await;
    }
    // The tag covers what other streams say about a person, but `If-Match` does not compare it.
    let before = tag(&owner.client, "/api/users/profile").await;
    owner.list_home("Another home", 6_000_000).await;
    assert_ne!(tag(&owner.client, "/api/users/profile").await, before);
    let body = serde_json::json!({"city": "Hyderabad"});
    let put = async || {
        owner.client.send(Method::PUT, "/api/users/profile", Some(&body), &[("if-match", &before)]).await
    };
    put().await.expect(200);
    put().await.expect(412);
}
