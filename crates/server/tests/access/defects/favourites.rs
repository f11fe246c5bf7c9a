//! H11: each person's saved homes are a set.

use serde_json::{Value, json};
use testkit::{Client, Person, TestApp};

async fn count(app: &TestApp, id: &str) -> Value {
    app.drain().await;
    app.client.get(&format!("/api/properties/{id}")).await.expect(200).data()["favoritesCount"].clone()
}

async fn saved(client: &Client) -> Vec<String> {
    let answer = client.get("/api/properties/favorites").await.expect(200);
    assert_eq!(answer.header("x-stale"), None);
    let content = answer.data()["content"].as_array().unwrap();
    assert_eq!(answer.data()["totalElements"], content.len());
    content.iter().map(|home| home["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn h11_saving_twice_is_saving_once_and_unsaving_works() {
    let app = TestApp::start().await;
    let (owner, asha, ravi) = (
        Person::register(&app.client, "owner").await,
        Person::register(&app.client, "asha").await,
        Person::register(&app.client, "ravi").await,
    );
    let mut homes = Vec::new();
    for title in ["The first home", "The second home"] {
        homes.push(owner.list_home(title, 4_000_000).await["id"].as_str().unwrap().to_owned());
        app.clock.advance(1);
    }
    let path = |home: usize| format!("/api/properties/{}/favorite", homes[home]);
    for home in [0, 1, 0, 0] {
        asha.client.post(&path(home), &json!({})).await.expect(204);
        app.clock.advance(1);
    }
    ravi.client.post(&path(0), &json!({})).await.expect(204);
    assert_eq!(saved(&asha.client).await, [homes[1].clone(), homes[0].clone()], "the last saved first");
    assert_eq!(saved(&ravi.client).await, [homes[0].clone()]);
    assert_eq!((count(&app, &homes[0]).await, count(&app, &homes[1]).await), (json!(2), json!(1)));
    let detail = asha.client.get(&format!("/api/properties/{}?include=favorite", homes[0])).await.expect(200);
    assert_eq!(detail.data()["isFavorited"], true);

    for _ in 0..3 {
        asha.client.delete(&path(0)).await.expect(204);
    }
    // A person who never saved it does not reduce the count.
    owner.client.delete(&path(0)).await.expect(204);
    assert_eq!(saved(&asha.client).await, [homes[1].clone()]);
    assert_eq!(count(&app, &homes[0]).await, 1);
    ravi.client.delete(&path(0)).await.expect(204);
    ravi.client.delete(&path(0)).await.expect(204);
    assert_eq!(count(&app, &homes[0]).await, 0, "never negative");
    asha.client.post(&path(0), &json!({})).await.expect(204);
    assert_eq!(count(&app, &homes[0]).await, 1);
    app.client.post(&path(0), &json!({})).await.expect(401);
}
