//! A deleted file leaves its listing, whatever happens first.

use domain::file::{File, FileCommand};
use domain::property::images::PhotoSelection;
use domain::property::{By, Property, PropertyCommand};
use domain::user::Role;
use domain::{Actor, FileId, Metadata, PropertyId, TenantId, UserId};
use journal::Options;
use serde_json::json;
use testkit::{Person, TestApp};

use crate::{images, people};

async fn photos(app: &TestApp, id: &str) -> Vec<(String, bool)> {
    let listing = app.client.get(&format!("/api/properties/{id}")).await.expect(200);
    let images = listing.data()["images"].as_array().unwrap();
    images.iter().map(|i| (i["id"].as_str().unwrap().to_owned(), i["isPrimary"] == true)).collect()
}

async fn pictured(owner: &Person, count: u32) -> (String, Vec<String>) {
    let id = owner.list_home("A home with photos", 5_000_000).await["id"].as_str().unwrap().to_owned();
    let mut files = Vec::new();
    for nth in 0..count {
        files.push(images::upload(&owner.client, 64 + nth, 48).await);
    }
    owner.client.post(&format!("/api/properties/{id}/images"), &json!({"fileIds": files})).await.expect(201);
    (id, files)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_next_photo_stands_for_a_listing_whose_primary_photo_was_deleted() {
    let app = people::app().await;
    let admin = people::admin(&app).await;
    let owner = Person::register(&app.client, "owner").await;
    let (id, files) = pictured(&owner, 3).await;
    owner.client.delete(&format!("/api/files/{}", files[0])).await.expect(204);
    app.drain().await;
    app.drain().await;
    let wanted = vec![(files[1].clone(), true), (files[2].clone(), false)];
    assert_eq!(photos(&app, &id).await, wanted);
    let found = app.client.get("/api/search/properties?query=photos").await.expect(200);
    let found = &found.data()["content"][0]["images"];
    assert_eq!((found.as_array().unwrap().len(), &found[0]["id"]), (2, &json!(files[1])));
    // A rebuilt read model shows the same, and carries nothing out again.
    let path = "/api/v1/admin/consumers/properties-service-group/rebuild";
    let job = admin.client.post(path, &json!({})).await.expect(202);
    let job = job.header("location").unwrap().to_owned();
    testkit::until("the rebuild is done", std::time::Duration::from_mins(1), async || {
        let told = admin.client.get(&job).await.expect(200).data().clone();
        (told["status"] != "RUNNING").then(|| assert_eq!(told["status"], "SUCCEEDED", "{told}"))
    })
    .await;
    app.drain().await;
    assert_eq!(photos(&app, &id).await, wanted);
    let listing = owner.client.get(&format!("/api/properties/{id}")).await.expect(200);
    assert_eq!(listing.data()["version"], 3);
    for file in &files[1..] {
        owner.client.delete(&format!("/api/files/{file}")).await.expect(204);
    }
    app.drain().await;
    app.drain().await;
    assert_eq!(photos(&app, &id).await, []);
}

/// A file that its owner deletes at the moment in which they put it on a listing.
#[tokio::test(flavor = "multi_thread")]
async fn a_photo_whose_file_is_gone_already_is_taken_off_again() {
    let app = TestApp::start().await;
    let owner = Person::register(&app.client, "owner").await;
    let (id, files) = pictured(&owner, 1).await;
    let late: FileId = images::upload(&owner.client, 90, 48).await.parse().unwrap();
    let aggregates = &app.context.aggregates;
    let person: UserId = owner.id.parse().unwrap();
    let tenant: TenantId = app.context.tenants.default_id().clone();
    let actor = Actor { tenant, user: Some(person), metadata: Metadata::default() };
    aggregates.execute::<File>(&actor, late, FileCommand::Delete, Options::default()).await.unwrap();
    let wanted = PhotoSelection { files: vec![late], primary: Some(late), gone: Vec::new() };
    let add = PropertyCommand::AddImages(wanted, By { person, role: Role::User, moderated: false });
    let property: PropertyId = id.parse().unwrap();
    aggregates.execute::<Property>(&actor, property, add, Options::default()).await.unwrap();
    app.drain().await;
    app.drain().await;
    assert_eq!(photos(&app, &id).await, [(files[0].clone(), true)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removed_listing_is_left_alone() {
    let app = TestApp::start().await;
    let owner = Person::register(&app.client, "owner").await;
    let (id, files) = pictured(&owner, 1).await;
    owner.client.delete(&format!("/api/properties/{id}")).await.expect(204);
    owner.client.delete(&format!("/api/files/{}", files[0])).await.expect(204);
    app.drain().await;
    assert!(app.all_told().await);
    owner.client.get(&format!("/api/properties/{id}")).await.expect(410);
}
