//! H12: a view counts once, only for interested people, and does not change the listing.

use reqwest::Method;
use serde_json::Value;
use testkit::{Client, Person, TestApp};

const HALF_AN_HOUR: i64 = 30 * 60;

async fn look(client: &Client, id: &str, agent: &str) {
    let path = format!("/api/properties/{id}");
    client.send(Method::GET, &path, None, &[("user-agent", agent)]).await.expect(200);
    client.send(Method::POST, &format!("{path}/view"), None, &[("user-agent", agent)]).await.expect(204);
}

/// A view from a network other than the test's own.
async fn elsewhere(app: &TestApp, id: &str, network: u8) {
    let http = reqwest::Client::builder().timeout(std::time::Duration::from_secs(20));
    let http = http.local_address(std::net::IpAddr::from([127, 83, network, 7])).user_agent("Firefox");
    let path = format!("{}/api/properties/{id}/view", app.base);
    assert_eq!(http.build().unwrap().post(path).send().await.unwrap().status().as_u16(), 204);
}

/// Views and unique viewers, as the owner sees them, who does not count.
async fn counts(app: &TestApp, owner: &Person, id: &str) -> (u64, u64) {
    app.drain().await;
    let answer = owner.client.get(&format!("/api/properties/{id}")).await.expect(200);
    let number = |member: &str| answer.data()[member].as_u64().unwrap();
    (number("viewsCount"), number("uniqueViewers"))
}

#[tokio::test(flavor = "multi_thread")]
async fn h12_views_are_counted_once_a_viewer_and_never_of_owner_or_robot() {
    let app = TestApp::start().await;
    let (owner, asha) =
        (Person::register(&app.client, "owner").await, Person::register(&app.client, "asha").await);
    let id = owner.list_home("A home to look at", 4_000_000).await["id"].as_str().unwrap().to_owned();
    look(&owner.client, &id, "Firefox").await;
    for robot in
        ["Mozilla/5.0 (compatible; Googlebot/2.1)", "Some crawler", "facebookexternalhit/1.1", "AhrefsBot"]
    {
        look(&app.client, &id, robot).await;
        look(&asha.client, &id, robot).await;
    }
    assert_eq!(counts(&app, &owner, &id).await, (0, 0));

    for _ in 0..5 {
        look(&asha.client, &id, "Firefox").await;
        look(&app.client, &id, "Firefox").await;
    }
    assert_eq!(
        counts(&app, &owner, &id).await,
        (2, 2),
        "one person and one visitor, however often they reload"
    );
    for agent in 0..45 {
        look(&app.client, &id, &format!("Browser {agent}")).await;
    }
    assert_eq!(counts(&app, &owner, &id).await, (2, 2), "a user agent is no viewer");
    elsewhere(&app, &id, 1).await;
    elsewhere(&app, &id, 1).await;
    assert_eq!(counts(&app, &owner, &id).await, (3, 3), "another network is one");

    app.clock.advance(HALF_AN_HOUR - 1);
    let asha = asha.sign_in().await.0;
    let owner = owner.sign_in().await.0;
    look(&asha.client, &id, "Firefox").await;
    assert_eq!(counts(&app, &owner, &id).await, (3, 3));
    app.clock.advance(2);
    look(&asha.client, &id, "Firefox").await;
    assert_eq!(counts(&app, &owner, &id).await, (4, 3), "a later view of the same viewer on the same day");
    app.clock.advance(24 * 3600);
    let asha = asha.sign_in().await.0;
    let owner = owner.sign_in().await.0;
    look(&asha.client, &id, "Firefox").await;
    look(&app.client, &id, "Firefox").await;
    assert_eq!(counts(&app, &owner, &id).await, (6, 5), "another day");
}

#[tokio::test(flavor = "multi_thread")]
async fn h12_reading_does_not_change_what_is_read() {
    let app = TestApp::start().await;
    let owner = Person::register(&app.client, "owner").await;
    let home = owner.list_home("A home to look at", 4_000_000).await;
    let id = home["id"].as_str().unwrap();
    let before = owner.client.get(&format!("/api/properties/{id}")).await.expect(200);
    let tag = before.header("etag").unwrap().to_owned();
    for visitor in 0..5 {
        elsewhere(&app, id, visitor).await;
    }
    app.drain().await;
    let after = owner.client.get(&format!("/api/properties/{id}")).await.expect(200);
    assert_eq!(after.data()["viewsCount"], 5);
    assert_ne!(after.header("etag"), Some(&*tag), "the counts are part of the tag");
    let mut same = after.data().clone();
    same["viewsCount"] = before.data()["viewsCount"].clone();
    same["uniqueViewers"] = before.data()["uniqueViewers"].clone();
    assert_eq!(same, *before.data(), "version and times stay");
    // Visits in between cause no conflict for an editor.
    let mut body: Value = home.clone();
    body["title"] = "A home that was looked at".into();
    let path = format!("/api/properties/{id}");
    owner.client.send(Method::PUT, &path, Some(&body), &[("if-match", &tag)]).await.expect(200);
    owner.client.send(Method::PUT, &path, Some(&home), &[("if-match", &tag)]).await.expect(412);
}
