//! What lists and results tell of a home beside its content: what it cost before, and whether the reader saved it.

use serde_json::{Value, json};
use testkit::{Client, Person, TestApp};

use crate::people;

async fn patient() -> TestApp {
    let overrides = [people::WITH_ADMIN.as_slice(), &[("reads.wait_ms", "60000")]].concat();
    TestApp::with(|_| {}, &overrides).await
}

/// The first home of a list, which is a page or an array.
async fn first(client: &Client, path: &str) -> Value {
    let answer = client.get(path).await.expect(200);
    let data = answer.data();
    data["content"].as_array().or_else(|| data.as_array()).unwrap()[0].clone()
}

async fn edit(owner: &Person, id: &str, more: Value) {
    let mut body = json!({"title": "Peacock home", "location": "Kondapur", "price": 5_000_000,
        "propertyType": "APARTMENT", "listingType": "SALE"});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    owner.client.put(&format!("/api/properties/{id}"), &body).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_list_tells_what_a_home_cost_before() {
    let app = patient().await;
    let owner = Person::register(&app.client, "owner").await;
    let home = owner.list_home("Peacock home", 5_000_000).await;
    let id = home["id"].as_str().unwrap();
    assert_eq!((&home["previousPrice"], &home["priceChangedAt"]), (&Value::Null, &Value::Null));
    app.clock.advance(60);
    edit(&owner, id, json!({"price": 4_500_000})).await;
    let changed = first(&owner.client, "/api/properties").await["updatedAt"].clone();
    app.clock.advance(60);
    edit(&owner, id, json!({"price": 4_500_000, "description": "It has a garden."})).await;
    let mine = "/api/properties/my-properties";
    for path in ["/api/properties", "/api/properties/recent", mine, "/api/search/properties?query=peacock"] {
        let home = first(&owner.client, path).await;
        assert_eq!(home["description"], "It has a garden.", "{path}");
        let told = (&home["price"], &home["previousPrice"], &home["priceChangedAt"]);
        assert_eq!(told, (&json!(4_500_000), &json!(5_000_000), &changed), "{path}");
    }
    let detail = owner.client.get(&format!("/api/properties/{id}")).await.expect(200);
    assert_eq!(detail.data()["previousPrice"], 5_000_000);
    // What a sale cost says nothing about a rent.
    edit(&owner, id, json!({"price": 30_000, "listingType": "RENT"})).await;
    for path in ["/api/properties", "/api/search/properties"] {
        let home = first(&owner.client, path).await;
        assert_eq!((&home["price"], &home["previousPrice"]), (&json!(30_000), &Value::Null), "{path}");
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_says_which_homes_its_reader_saved_if_they_ask() {
    let app = patient().await;
    let (owner, seeker) =
        (Person::register(&app.client, "owner").await, Person::register(&app.client, "seeker").await);
    let liked = owner.list_home("Liked", 5_000_000).await["id"].as_str().unwrap().to_owned();
    let other = owner.list_home("Other", 6_000_000).await["id"].as_str().unwrap().to_owned();
    app.drain().await;
    seeker.client.post(&format!("/api/properties/{liked}/favorite"), &json!({})).await.expect(204);
    for path in [
        "/api/properties?sortBy=price&sortDir=asc".to_owned(),
        "/api/search/properties?sortBy=price&sortDir=asc".to_owned(),
        "/api/properties/search?sort=price".to_owned(),
        format!("/api/properties/{other}/similar?limit=5"),
    ] {
        let asked = format!("{path}&include=favorite");
        let told = async |client: &Client, path: &str| first(client, path).await["isFavorited"].clone();
        assert_eq!(told(&seeker.client, &asked).await, true, "{asked}");
        assert_eq!(told(&owner.client, &asked).await, false, "{asked}");
        assert_eq!(told(&app.client, &asked).await, Value::Null, "nobody is signed in: {asked}");
        assert_eq!(told(&seeker.client, &path).await, Value::Null, "not asked: {path}");
    }
    let recent = seeker.client.get("/api/properties/recent?include=favorite").await.expect(200);
    let marks: Vec<&Value> = recent.data().as_array().unwrap().iter().map(|it| &it["isFavorited"]).collect();
    assert_eq!(marks, [false, true], "the newest first");
    let liked_for = seeker.client.get("/api/search/recommendations?include=favorite").await.expect(200);
    let homes = liked_for.data().as_array().unwrap();
    assert!(homes.iter().all(|home| home["isFavorited"] == json!(home["id"] == json!(liked))), "{homes:?}");
    seeker.client.delete(&format!("/api/properties/{liked}/favorite")).await.expect(204);
    let home = first(&seeker.client, "/api/properties?sortBy=price&sortDir=asc&include=favorite").await;
    assert_eq!(home["isFavorited"], false);
    app.stop().await;
}
