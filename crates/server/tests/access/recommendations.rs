//! Recommended homes come with reasons, and are never the person's own or unavailable ones.

use serde_json::{Value, json};
use testkit::{Person, TestApp};

async fn list(owner: &Person, title: &str, place: &str) -> String {
    let body = json!({"title": title, "location": place, "price": 7_000_000, "propertyType": "APARTMENT",
        "bedrooms": 3});
    owner.client.post("/api/properties", &body).await.expect(201).data()["id"].as_str().unwrap().to_owned()
}

async fn recommended(person: &Person, limit: usize) -> Vec<Value> {
    let answer = person.client.get(&format!("/api/search/recommendations?limit={limit}")).await.expect(200);
    answer.data().as_array().unwrap().clone()
}

fn titles(homes: &[Value]) -> Vec<&str> {
    homes.iter().map(|home| home["title"].as_str().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_looked_at_decides_and_says_why() {
    let app = TestApp::start().await;
    let (owner, seeker) =
        (Person::register(&app.client, "owner").await, Person::register(&app.client, "seeker").await);
    let looked = list(&owner, "Looked at", "Kondapur").await;
    let sold = list(&owner, "Sold by now", "Kondapur").await;
    list(&owner, "Alike home", "Kondapur").await;
    list(&owner, "Elsewhere", "Miyapur").await;
    list(&seeker, "Their own", "Kondapur").await;
    app.drain().await;
    let new = recommended(&seeker, 10).await;
    assert_eq!(new.len(), 4, "before anything is learned, what is new: {new:?}");
    assert!(new.iter().all(|home| home["reason"] == "because it is new on the market"), "{new:?}");
    assert!(!titles(&new).contains(&"Their own"));

    app.learn().await;
    // After the learning step, because a person's own actions count at once.
    seeker.client.get(&format!("/api/properties/{looked}")).await.expect(200);
    let status = json!({"status": "SOLD"});
    owner.client.patch(&format!("/api/properties/{sold}/status"), &status).await.expect(200);
    app.drain().await;
    let liked = recommended(&seeker, 10).await;
    assert_eq!(titles(&liked), ["Alike home", "Elsewhere", "Looked at"], "{liked:?}");
    assert_eq!(liked[0]["reason"], "because you looked at 3-BHK flats in Kondapur");
    assert_eq!(recommended(&seeker, 1).await.len(), 1);

    let history = seeker.client.get("/api/user-history/me").await.expect(200);
    let entry = history.data()["activities"].as_array().unwrap().iter();
    let entry = entry.clone().find(|entry| entry["activityType"] == "PROPERTY_VIEWED").unwrap();
    let hide = json!({"activityId": entry["activityId"]});
    seeker.client.post("/api/user-history/me/hide", &hide).await.expect(204);
    let forgotten = recommended(&seeker, 10).await;
    assert!(
        !forgotten.iter().any(|home| home["reason"].as_str().unwrap().contains("looked at 3")),
        "{forgotten:?}"
    );
    app.client.get("/api/search/recommendations").await.expect(401);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_tells_a_taste_and_whoever_left_tells_nothing() {
    let app = TestApp::start().await;
    let (owner, seeker) =
        (Person::register(&app.client, "owner").await, Person::register(&app.client, "seeker").await);
    let other = Person::register(&app.client, "other").await;
    list(&owner, "Quiet home", "Kondapur").await;
    let famous = list(&owner, "Famous", "Miyapur").await;
    other.client.get(&format!("/api/properties/{famous}")).await.expect(200);
    other.client.post(&format!("/api/properties/{famous}/favorite"), &json!({})).await.expect(204);
    app.learn().await;
    let popular = recommended(&seeker, 10).await;
    assert_eq!(titles(&popular), ["Famous", "Quiet home"]);
    assert_eq!(popular[0]["reason"], "because many people look at it");
    seeker.client.get("/api/search/properties?location=Kondapur&bedrooms=3").await.expect(200);
    let liked = recommended(&seeker, 10).await;
    assert_eq!(titles(&liked), ["Quiet home", "Famous"]);
    assert_eq!(liked[0]["reason"], "because you searched for 3-BHK homes in Kondapur");
    other.client.delete("/api/users/profile").await.expect(204);
    app.learn().await;
    let nobody = Person::register(&app.client, "nobody").await;
    let left = recommended(&nobody, 10).await;
    assert!(left.iter().all(|home| home["reason"] == "because it is new on the market"), "{left:?}");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_nobody_can_read_is_passed_over() {
    let app = TestApp::start().await;
    let (owner, seeker) =
        (Person::register(&app.client, "owner").await, Person::register(&app.client, "seeker").await);
    let looked = list(&owner, "Looked at", "Kondapur").await;
    list(&owner, "Alike home", "Kondapur").await;
    seeker.client.get(&format!("/api/properties/{looked}")).await.expect(200);
    let user = Some(seeker.id.parse().unwrap());
    app.poison(("favourite", &seeker.id), "PROPERTY_FAVORITED", user).await;
    app.learn().await;
    let liked = recommended(&seeker, 10).await;
    assert_eq!(titles(&liked), ["Alike home", "Looked at"]);
    assert_eq!(liked[0]["reason"], "because you looked at 3-BHK flats in Kondapur");
    app.stop().await;
}
