//! Every answer that shows homes shows their photos with the members that clients of the earlier system read.

use serde_json::{Value, json};
use testkit::Person;

use crate::{images, people};

/// Every list of photos below `value`.
fn photos<'a>(value: &'a Value, found: &mut Vec<&'a Value>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                if name == "images" {
                    found.extend(member.as_array().into_iter().flatten());
                } else {
                    photos(member, found);
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| photos(item, found)),
        _ => {}
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn photos_look_alike_in_every_answer() {
    let app = people::app().await;
    let admin = people::admin(&app).await;
    let owner = Person::register(&app.client, "owner").await;
    let seeker = Person::register(&app.client, "seeker").await;
    let id = owner.list_home("A home with photos", 5_000_000).await["id"].as_str().unwrap().to_owned();
    let (a, b) = (images::upload(&owner.client, 64, 48).await, images::upload(&owner.client, 96, 48).await);
    let path = format!("/api/properties/{id}");
    owner.client.post(&format!("{path}/images"), &json!({"fileIds": [a, b], "primary": b})).await.expect(201);
    admin.client.post(&format!("{path}/feature"), &json!({})).await.expect(200);
    seeker.client.post(&format!("{path}/favorite"), &json!({})).await.expect(204);
    seeker.client.post(&format!("{path}/report"), &json!({"cause": "DUPLICATE"})).await.expect(201);
    app.drain().await;
    let photo = |id: &str, primary: bool, order: u8| {
        json!({"id": id, "imageUrl": format!("/api/files/{id}"), "imageName": format!("{id}.webp"),
            "isPrimary": primary, "displayOrder": order, "fileId": id, "primary": primary})
    };
    let wanted = [photo(&a, false, 0), photo(&b, true, 1)];
    let cases = [
        (&app.client, path.clone()),
        (&seeker.client, format!("{path}?include=favorite")),
        (&app.client, format!("/api/public/properties/{id}")),
        (&app.client, "/api/properties".to_owned()),
        (&app.client, "/api/public/properties".to_owned()),
        (&app.client, "/api/properties/recent".to_owned()),
        (&app.client, "/api/properties/featured".to_owned()),
        (&owner.client, "/api/properties/my-properties".to_owned()),
        (&owner.client, format!("/api/properties/user/{}", owner.id)),
        (&owner.client, "/api/users/me/properties".to_owned()),
        (&seeker.client, "/api/properties/favorites".to_owned()),
        (&app.client, "/api/search/properties?query=photos".to_owned()),
        (&seeker.client, "/api/search/recommendations".to_owned()),
        (&app.client, "/api/search/featured".to_owned()),
        (&admin.client, "/api/moderation/queue".to_owned()),
        (&owner.client, "/api/users/me/export".to_owned()),
    ];
    for (client, path) in cases {
        let answer = client.get(&path).await.expect(200);
        let mut found = Vec::new();
        photos(&answer.body, &mut found);
        let mut found: Vec<&Value> =
            found.into_iter().filter(|photo| photo.get("imageUrl").is_some()).collect();
        found.dedup();
        assert!(found.len() >= 2, "{path}");
        assert_eq!(found[..2], [&wanted[0], &wanted[1]], "{path}");
    }
    let album = app.client.get(&format!("/api/files/property/{id}")).await.expect(200);
    for (shown, wanted) in album.data().as_array().unwrap().iter().zip(&wanted) {
        for (name, value) in wanted.as_object().unwrap() {
            assert_eq!(&shown[name], value, "{name}");
        }
        assert!(shown["renditions"].is_array() && shown["width"].is_number());
    }
}
