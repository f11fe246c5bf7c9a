//! The photos of listings.

use reqwest::Method;
use serde_json::{Value, json};
use testkit::{Answer, Person, TestApp};

use crate::{images, people};

struct Home {
    app: TestApp,
    owner: Person,
    id: String,
}

impl Home {
    async fn listed() -> Self {
        let app = TestApp::with(
            |settings| settings.assets.base_url = "https://images.example.com/".into(),
            &people::WITH_ADMIN,
        )
        .await;
        let owner = Person::register(&app.client, "owner").await;
        let id = owner.list_home("A home with photos", 5_000_000).await["id"].as_str().unwrap().to_owned();
        Self { app, owner, id }
    }

    async fn add(&self, body: &Value) -> Answer {
        self.owner.client.post(&format!("/api/properties/{}/images", self.id), body).await
    }

    async fn photo(&self) -> String {
        images::upload(&self.owner.client, 64, 48).await
    }

    /// What everybody sees: the ids in order, and the primary photo.
    async fn shown(&self) -> (Vec<String>, Option<String>) {
        let path = format!("/api/files/property/{}", self.id);
        let photos = self.app.client.get(&path).await.expect(200).data().as_array().unwrap().clone();
        let id = |photo: &Value| photo["fileId"].as_str().unwrap().to_owned();
        let primary = photos.iter().find(|photo| photo["primary"] == true).map(id);
        (photos.iter().map(id).collect(), primary)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn photos_are_shown_in_their_owners_order_with_addresses_behind_the_cache() {
    let home = Home::listed().await;
    let (a, b, c) = (home.photo().await, home.photo().await, home.photo().await);
    let added = home.add(&json!({"fileIds": [a, b]})).await.expect(201);
    let url = format!("https://images.example.com/api/files/{a}");
    assert_eq!(
        added.data()["images"][0],
        json!({"id": a, "imageUrl": url, "imageName": format!("{a}.webp"), "isPrimary": true, "displayOrder": 0,
            "fileId": a, "primary": true})
    );
    assert_eq!(added.header("location"), Some(&*format!("/api/files/property/{}", home.id)));
    home.add(&json!({"fileIds": [c], "primary": c})).await.expect(201);
    assert_eq!(home.shown().await, (vec![a.clone(), b.clone(), c.clone()], Some(c.clone())));
    home.add(&json!({"fileIds": [c, b, a]})).await.expect(201);
    assert_eq!(home.shown().await, (vec![c.clone(), b.clone(), a.clone()], Some(c.clone())));
    let path = format!("/api/files/property/{}", home.id);
    let photo = home.app.client.get(&path).await.expect(200).data()[0].clone();
    let url = format!("https://images.example.com/api/files/{c}");
    assert_eq!((&photo["url"], &photo["renditions"][0]["url"]), (&json!(url), &json!(format!("{url}?w=64"))));
    home.app.drain().await;
    let listing = home.app.client.get(&format!("/api/properties/{}", home.id)).await.expect(200);
    assert_eq!(listing.data()["images"].as_array().unwrap().len(), 3);
    assert_eq!(listing.data()["version"], 4);
    assert_eq!(people::history(&home.owner).await[0], "PROPERTY_IMAGES_ADDED");
    // A photo whose file was deleted is not shown, and makes room for another.
    home.owner.client.delete(&format!("/api/files/{c}")).await.expect(204);
    home.app.drain().await;
    assert_eq!(home.shown().await.0, [b.clone(), a.clone()]);
    home.add(&json!({"fileIds": [a]})).await.expect(201);
    assert_eq!(home.shown().await, (vec![b.clone(), a], Some(b)));
    home.owner.client.delete(&format!("/api/properties/{}", home.id)).await.expect(204);
    home.app.client.get(&path).await.expect(404);
    home.owner.client.get(&path).await.expect(410);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_photo_is_an_image_of_ones_own_and_there_are_ten_at_most() {
    let home = Home::listed().await;
    let other = Person::register(&home.app.client, "other").await;
    let theirs = images::upload(&other.client, 64, 48).await;
    let deed = images::send(&home.owner.client, "deed.pdf", &images::pdf("deed")).await;
    let nobodys = home.app.context.aggregates.fresh().to_string();
    let mine = home.photo().await;
    let wrong = home.add(&json!({"fileIds": [mine, theirs, deed, nobodys, 7]})).await.expect(400);
    assert!(wrong.body["error"]["fieldErrors"]["fileIds[4]"].is_string(), "{}", wrong.text);
    let wrong =
        home.add(&json!({"fileIds": [mine, theirs, deed, nobodys], "primary": nobodys})).await.expect(400);
    let fields = &wrong.body["error"]["fieldErrors"];
    assert_eq!(
        (&fields["fileIds[0]"], &fields["fileIds[1]"], &fields["fileIds[2]"], &fields["fileIds[3]"]),
        (&Value::Null, &json!("is no file of yours"), &json!("is no image"), &json!("is no file of yours"))
    );
    for body in [
        json!({}),
        json!({"fileIds": []}),
        json!({"fileIds": "x"}),
        json!({"fileIds": [mine], "primary": deed}),
    ] {
        home.add(&body).await.expect(400);
    }
    let mut ten = Vec::new();
    for _ in 0..10 {
        ten.push(home.photo().await);
    }
    home.add(&json!({"fileIds": ten})).await.expect(201);
    assert_eq!(home.add(&json!({"fileIds": [mine]})).await.expect(409).code(), "TOO_MANY_IMAGES");
    assert_eq!(home.shown().await.0, ten);
    let path = format!("/api/properties/{}/images", home.id);
    other.client.post(&path, &json!({"fileIds": [theirs]})).await.expect(403);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeat_is_answered_though_the_photo_is_gone_by_now() {
    let home = Home::listed().await;
    let path = format!("/api/properties/{}/images", home.id);
    let photo = home.photo().await;
    let body = json!({"fileIds": [photo]});
    let add = async || {
        home.owner.client.send(Method::POST, &path, Some(&body), &[("idempotency-key", "once")]).await
    };
    assert_eq!(add().await.expect(201).data()["version"], 2);
    home.owner.client.delete(&format!("/api/files/{photo}")).await.expect(204);
    home.app.drain().await;
    let again = add().await.expect(201);
    assert_eq!((&again.data()["version"], &again.data()["images"]), (&json!(3), &json!([])), "as it is now");
}
