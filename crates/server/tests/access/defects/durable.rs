//! H10, H13: everything acknowledged is in the journal, and nothing is ever removed from it.

use domain::Log;
use serde_json::json;
use testkit::{Person, TestApp, everything};

use crate::people;

#[tokio::test(flavor = "multi_thread")]
async fn h10_what_was_acknowledged_is_there_after_a_restart() {
    let app = TestApp::start().await;
    let (asha, ravi) =
        (Person::register(&app.client, "asha").await, Person::register(&app.client, "ravi").await);
    let body =
        json!({"title": "A home that stays", "location": "Kondapur", "price": 1, "propertyType": "VILLA"});
    let made = asha.client.post("/api/properties", &body).await.expect(201);
    let id = made.data()["id"].as_str().unwrap().to_owned();
    let mut places = Vec::new();
    places.push(made.header("x-event-position").unwrap().to_owned());
    let path = format!("/api/properties/{id}");
    // Once answered, it exists for everybody, even if the read model is behind.
    app.client.get(&path).await.expect(200);
    let saved = ravi.client.post(&format!("{path}/favorite"), &json!({})).await.expect(204);
    places.push(saved.header("x-event-position").unwrap().to_owned());
    let shared = ravi.client.post(&format!("{path}/share"), &json!({})).await.expect(204);
    places.push(shared.header("x-event-position").unwrap().to_owned());
    let sold = asha.client.patch(&format!("{path}/status"), &json!({"status": "SOLD"})).await.expect(200);
    places.push(sold.header("x-event-position").unwrap().to_owned());
    let kept = app.stop().await;

    let mut events = everything(kept.path(), Log::Facts).await;
    events.extend(everything(kept.path(), Log::Activity).await);
    let kinds = ["PROPERTY_CREATED", "PROPERTY_FAVORITED", "PROPERTY_SHARED", "PROPERTY_STATUS_CHANGED"];
    for (place, kind) in places.iter().zip(kinds) {
        let found: Vec<_> = events.iter().filter(|event| event.position.to_string() == *place).collect();
        assert_eq!(found.len(), 1, "{place}");
        assert_eq!(&*found[0].event_type, kind, "{place}");
    }

    let app = TestApp::on(kept.path()).await;
    app.drain().await;
    let detail = app.client.get(&path).await.expect(200);
    assert_eq!((&detail.data()["status"], &detail.data()["favoritesCount"]), (&json!("SOLD"), &json!(1)));
    assert_eq!(detail.data()["version"], sold.data()["version"]);
    let ravi = people::sign_in(&app.client, &ravi.email).await;
    let favourites = ravi.client.get("/api/properties/favorites").await.expect(200);
    assert_eq!(favourites.data()["content"][0]["id"], *id);
    assert_eq!(
        people::history(&ravi).await,
        ["USER_LOGIN", "PROPERTY_SHARED", "PROPERTY_FAVORITED", "USER_REGISTERED"]
    );
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn h13_a_removed_listing_is_gone_for_readers_and_kept_in_the_journal() {
    let app = TestApp::start().await;
    let (asha, ravi) =
        (Person::register(&app.client, "asha").await, Person::register(&app.client, "ravi").await);
    let id = asha.list_home("A home that goes", 4_000_000).await["id"].as_str().unwrap().to_owned();
    let path = format!("/api/properties/{id}");
    ravi.client.post(&format!("{path}/favorite"), &json!({})).await.expect(204);
    asha.client.delete(&path).await.expect(204);
    app.drain().await;
    for client in [&app.client, &asha.client, &ravi.client] {
        for path in [&path, &format!("/api/public/properties/{id}")] {
            assert_eq!(client.get(path).await.expect(410).code(), "PROPERTY_REMOVED");
        }
        let mine = format!("/api/properties/user/{}", asha.id);
        for list in ["/api/properties", "/api/properties/recent", "/api/public/properties", &mine] {
            assert!(!client.get(list).await.expect(200).text.contains(&id), "{list}");
        }
    }
    assert!(!asha.client.get("/api/properties/my-properties").await.expect(200).text.contains(&id));
    assert!(!ravi.client.get("/api/properties/favorites").await.expect(200).text.contains(&id));
    let edit =
        json!({"title": "A home that returns", "location": "Kondapur", "price": 1, "propertyType": "VILLA"});
    asha.client.put(&path, &edit).await.expect(410);
    asha.client.patch(&format!("{path}/status"), &json!({"status": "ACTIVE"})).await.expect(410);
    for suffix in ["favorite", "share", "view"] {
        ravi.client.post(&format!("{path}/{suffix}"), &json!({})).await.expect(410);
    }
    // Both can be repeated.
    asha.client.delete(&path).await.expect(204);
    ravi.client.delete(&format!("{path}/favorite")).await.expect(204);
    ravi.client.delete(&format!("{path}/favorite")).await.expect(204);
    assert_eq!(people::history(&asha).await, ["PROPERTY_DELETED", "PROPERTY_CREATED", "USER_REGISTERED"]);
    let events = everything(app.stop().await.path(), Log::Facts).await;
    let kinds: Vec<_> = events.iter().filter(|e| *e.stream.id == *id).map(|e| &*e.event_type).collect();
    assert_eq!(kinds, ["PROPERTY_CREATED", "PROPERTY_DELETED"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn h13_a_closed_account_is_gone_for_readers_and_kept_in_the_journal() {
    let app = people::app().await;
    let admin = people::admin(&app).await;
    let asha = Person::register(&app.client, "asha").await;
    let id = asha.list_home("A home without owner", 4_000_000).await["id"].as_str().unwrap().to_owned();
    asha.client.delete("/api/users/profile").await.expect(204);
    app.drain().await;
    assert_eq!(asha.client.get("/api/users/profile").await.status, 401);
    let login = json!({"email": asha.email, "password": testkit::PASSWORD});
    assert_eq!(app.client.post("/api/auth/login", &login).await.expect(401).code(), "INVALID_CREDENTIALS");
    admin.client.get(&format!("/api/users/{}", asha.id)).await.expect(404);
    assert!(!admin.client.get("/api/users").await.expect(200).text.contains(&asha.id));
    app.client.get(&format!("/api/properties/{id}")).await.expect(410);
    assert!(!app.client.get("/api/properties").await.expect(200).text.contains(&id));
    // The names are free again for another person.
    let again = Person::register(&app.client, "asha").await;
    assert_ne!(again.id, asha.id);
    assert_eq!(people::history(&again).await, ["USER_REGISTERED"]);
    let events = everything(app.stop().await.path(), Log::Facts).await;
    let kinds: Vec<_> = events.iter().filter(|e| *e.stream.id == *asha.id).map(|e| &*e.event_type).collect();
    assert_eq!(kinds, ["USER_REGISTERED", "USER_DELETED", "PERSONAL_DATA_ERASED"]);
}
