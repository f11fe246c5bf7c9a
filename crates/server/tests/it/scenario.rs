//! The main scenario: a person lists a home, another views and saves it, and the first returns and sees
//! everything.

use serde_json::{Value, json};
use testkit::{Person, TestApp};

fn types(history: &Value) -> Vec<&str> {
    history["activities"].as_array().unwrap().iter().map(|a| a["activityType"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_person_lists_a_home_looks_around_signs_in_again_and_sees_everything() {
    let app = TestApp::start().await;
    let asha = Person::register(&app.client, "asha").await;
    let home = asha.list_home("3 BHK in Gachibowli", 9_500_000).await;
    let path = format!("/api/properties/{}", home["id"].as_str().unwrap());
    assert_eq!(home["priceText"], "₹95 Lakh");

    let ravi = Person::register(&app.client, "ravi").await;
    let seen = ravi.client.get(&path).await.expect(200);
    assert_eq!(seen.data()["title"], "3 BHK in Gachibowli");
    let _ = ravi.client.post(&format!("{path}/favorite"), &Value::Null).await.expect(204);
    let saved = ravi.client.get("/api/properties/favorites").await.expect(200);
    assert_eq!(saved.data()["content"][0]["id"], home["id"]);

    let change = json!({"title": "3 BHK in Gachibowli", "location": "Kondapur", "price": "90 lakh",
        "propertyType": "APARTMENT", "bedrooms": 2, "areaSqft": 1200});
    let changed = asha.client.put(&path, &change).await.expect(200);
    assert_eq!(changed.data()["priceText"], "₹90 Lakh");
    assert_eq!(changed.data()["favoritesCount"], 1);
    let _ = asha.client.post("/api/auth/logout", &Value::Null).await.expect(204);
    assert_eq!(asha.client.get("/api/users/profile").await.status, 401);

    let (asha, answer) = asha.sign_in().await;
    let history = &answer.data()["history"];
    assert_eq!(
        types(history),
        ["USER_LOGIN", "USER_LOGOUT", "PROPERTY_UPDATED", "PROPERTY_CREATED", "USER_REGISTERED"]
    );
    let sentences: Vec<_> = history["activities"]
        .as_array()
        .unwrap()
        .iter()
        .map(|a| a["description"].as_str().unwrap())
        .collect();
    assert!(sentences[2].contains("₹95 Lakh") && sentences[2].contains("₹90 Lakh"), "{sentences:?}");
    assert_eq!(history["totalActivities"], 5);

    let again = ravi.client.get(&path).await.expect(200);
    assert_eq!(again.data()["price"], 9_000_000);
    let ravis = ravi.client.get("/api/user-history/me").await.expect(200);
    assert_eq!(types(ravis.data()), ["PROPERTY_FAVORITED", "PROPERTY_VIEWED", "USER_REGISTERED"]);
    assert_eq!(ravis.data()["activities"][1]["count"], 2);
    assert_eq!(asha.client.get(&format!("/api/user-history/{}", ravi.id)).await.status, 403);
    app.stop().await;
}

#[tokio::test]
async fn everything_is_there_after_a_restart() {
    let app = TestApp::start().await;
    let asha = Person::register(&app.client, "asha").await;
    let home = asha.list_home("Villa in Miyapur", 22_000_000).await;
    let before = asha.client.get("/api/user-history/me").await.expect(200);
    let kept = app.stop().await;
    let app = TestApp::on(kept.path()).await;
    let (asha, _) = Person { client: app.client.clone(), ..asha }.sign_in().await;
    let found =
        asha.client.get(&format!("/api/properties/{}", home["id"].as_str().unwrap())).await.expect(200);
    assert_eq!(found.data()["title"], "Villa in Miyapur");
    let after = asha.client.get("/api/user-history/me").await.expect(200);
    assert_eq!(
        after.data()["totalActivities"].as_u64(),
        before.data()["totalActivities"].as_u64().map(|n| n + 2),
        "a sign-in and a look"
    );
    app.stop().await;
}
