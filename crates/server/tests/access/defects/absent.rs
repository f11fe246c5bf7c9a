//! Listings of people who may not sign in are hidden everywhere until they may. A listing off the market reveals
//! no phone number.

use serde_json::json;
use testkit::{Person, TestApp};

use crate::{images, people};

async fn total(person: &testkit::Client, path: &str) -> u64 {
    let answer = person.get(path).await.expect(200);
    let data = answer.data();
    let list = data.as_array().or_else(|| data["results"].as_array()).map(|list| list.len() as u64);
    data["totalElements"].as_u64().or(list).unwrap_or_else(|| panic!("{path}: {}", answer.text))
}

const LISTS: [&str; 5] = [
    "/api/properties",
    "/api/properties/recent",
    "/api/properties/featured",
    "/api/search/properties?query=lake",
    "/api/search/featured",
];

#[tokio::test(flavor = "multi_thread")]
async fn a_suspended_owners_homes_are_hidden_until_the_suspension_ends() {
    let app = people::app().await;
    let admin = people::admin(&app).await;
    let (owner, visitor) =
        (Person::register(&app.client, "owner").await, Person::confirmed(&app, "visitor").await);
    let home = owner.list_home("A home at the lake", 5_000_000).await;
    let id = home["id"].as_str().unwrap();
    let path = format!("/api/properties/{id}");
    let photo = images::upload(&owner.client, 64, 48).await;
    owner.client.post(&format!("{path}/images"), &json!({"fileIds": [photo]})).await.expect(201);
    admin.client.post(&format!("{path}/feature"), &json!({})).await.expect(200);
    visitor.client.post(&format!("{path}/favorite"), &json!({})).await.expect(204);
    let wish = json!({"name": "Mine", "filters": {"city": "Hyderabad"}, "frequency": "INSTANT", "channels": ["IN_APP"]});
    visitor.client.post("/api/search/save", &wish).await.expect(201);
    app.drain().await;
    let account = format!("/api/users/{}/status", owner.id);
    let of_owner = format!("/api/properties/user/{}", owner.id);
    let photos = format!("/api/files/property/{id}");
    let similar = format!("/api/properties/similar/{id}");
    let lists = || LISTS.iter().copied().chain([&*of_owner, "/api/properties/favorites"]);
    for status in ["SUSPENDED", "INACTIVE"] {
        admin.client.patch(&account, &json!({"status": status})).await.expect(200);
        // Recording and revealing do not wait for a read model.
        visitor.client.get(&format!("{path}/contact")).await.expect(404);
        visitor.client.post(&format!("{path}/leads"), &json!({"message": "Is it free?"})).await.expect(404);
        app.drain().await;
        for list in lists() {
            assert_eq!(total(&visitor.client, list).await, 0, "{list} while {status}");
        }
        for hidden in [&path, &photos, &similar] {
            visitor.client.get(hidden).await.expect(404);
        }
        visitor.client.post(&format!("{path}/view"), &json!({})).await.expect(404);
        visitor.client.post(&format!("{path}/share"), &json!({})).await.expect(404);
        assert_eq!(visitor.client.get(&format!("/homes/{id}")).await.status, 404);
        admin.client.get(&path).await.expect(200);

        admin.client.patch(&account, &json!({"status": "ACTIVE"})).await.expect(200);
        app.drain().await;
        for list in lists() {
            assert_eq!(total(&visitor.client, list).await, 1, "{list} after {status}");
        }
        for shown in [&path, &photos, &similar] {
            visitor.client.get(shown).await.expect(200);
        }
        visitor.client.get(&format!("{path}/contact")).await.expect(200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_told_of_a_suspended_owners_homes() {
    let app = people::app().await;
    let admin = people::admin(&app).await;
    let (owner, seeker) =
        (Person::register(&app.client, "owner").await, Person::register(&app.client, "seeker").await);
    let wish = json!({"name": "Mine", "filters": {"city": "Hyderabad"}, "frequency": "INSTANT", "channels": ["IN_APP"]});
    seeker.client.post("/api/search/save", &wish).await.expect(201);
    app.drain().await;
    let home = owner.list_home("A home at the lake", 5_000_000).await;
    let path = format!("/api/properties/{}", home["id"].as_str().unwrap());
    app.drain().await;
    let told = async || {
        // Deliveries cause further events, so draining takes two rounds.
        app.drain().await;
        app.drain().await;
        let inbox = seeker.client.get("/api/notifications/me").await.expect(200);
        inbox.data()["totalElements"].as_u64().unwrap()
    };
    assert_eq!(told().await, 1);
    let account = format!("/api/users/{}/status", owner.id);
    admin.client.patch(&account, &json!({"status": "SUSPENDED"})).await.expect(200);
    let cheaper = json!({"title": "A home at the lake", "location": "Kondapur", "price": 4_900_000,
        "propertyType": "APARTMENT", "bedrooms": 2, "areaSqft": 1200});
    admin.client.put(&path, &cheaper).await.expect(200);
    assert_eq!(told().await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_home_off_the_market_tells_no_telephone_and_takes_no_leads() {
    let app: TestApp = people::app().await;
    let admin = people::admin(&app).await;
    let (owner, visitor) =
        (Person::register(&app.client, "owner").await, Person::confirmed(&app, "visitor").await);
    for status in ["INACTIVE", "SOLD", "RENTED", "EXPIRED"] {
        let home = owner.list_home("A home to withdraw", 5_000_000).await;
        let path = format!("/api/properties/{}", home["id"].as_str().unwrap());
        owner.client.patch(&format!("{path}/status"), &json!({"status": status})).await.expect(200);
        let refused = visitor.client.get(&format!("{path}/contact")).await.expect(409);
        assert_eq!(refused.code(), "NOT_ON_THE_MARKET", "{status}");
        assert!(!refused.text.contains("98765"), "{status}");
        visitor.client.post(&format!("{path}/leads"), &json!({"message": "Is it free?"})).await.expect(409);
        owner.client.get(&format!("{path}/contact")).await.expect(200);
        admin.client.get(&format!("{path}/contact")).await.expect(200);
        owner.client.patch(&format!("{path}/status"), &json!({"status": "ACTIVE"})).await.expect(200);
        visitor.client.get(&format!("{path}/contact")).await.expect(200);
    }
}
