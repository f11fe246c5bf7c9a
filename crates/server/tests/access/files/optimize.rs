//! A job re-encodes images that are not as they should be, for the caller who started it.

use std::fs;
use std::path::PathBuf;

use image::ImageFormat;
use serde_json::{Value, json};
use testkit::{Answer, Client, Person, TestApp};

use crate::{images, people};

const PATH: &str = "/api/files/optimize";

/// Starts a job and returns its final state.
async fn optimized(client: &Client, body: &Value) -> Value {
    let begun = client.post(PATH, body).await.expect(202);
    let job = begun.header("location").unwrap().to_owned();
    assert_eq!(job, format!("/api/jobs/{}", begun.data()["jobId"].as_str().unwrap()));
    loop {
        let told = client.get(&job).await.expect(200).data().clone();
        if told["status"] != "RUNNING" {
            assert_eq!(told["status"], "SUCCEEDED", "{told}");
            return told["result"].clone();
        }
    }
}

/// The stored renditions of a file, smallest first.
fn renditions(app: &TestApp, id: &str) -> Vec<PathBuf> {
    let mut found = images::stored(app.data_dir());
    found.retain(|path| path.to_str().unwrap().contains(id));
    found.sort_by_key(|path| fs::metadata(path).unwrap().len());
    found
}

async fn upload(client: &Client) -> String {
    images::upload(client, 2000, 1000).await
}

async fn show(app: &TestApp, path: &str) -> (String, String, Vec<u8>) {
    let (status, headers, bytes) = app.client.bytes(path, &[]).await;
    assert_eq!(status, 200, "{path}");
    let text = |name: &str| headers[name].to_str().unwrap().to_owned();
    (text("cache-control"), text("etag"), bytes)
}

fn width(bytes: &[u8]) -> u32 {
    image::load_from_memory_with_format(bytes, ImageFormat::WebP).unwrap().width()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_missing_or_damaged_is_made_anew_and_no_address_that_lasts_gives_other_bytes() {
    let app = TestApp::start().await;
    let owner = Person::register(&app.client, "owner").await;
    let id = upload(&owner.client).await;
    let path = format!("/api/files/{id}");
    let before = show(&app, &format!("{path}?w=320")).await;
    assert_eq!(before.0, "public, max-age=31536000, immutable");
    let first = optimized(&owner.client, &json!({})).await;
    assert_eq!((&first["images"], &first["renewed"]), (&json!(1), &json!(0)), "what is right stays as it is");
    assert_eq!(first["bytesBefore"], first["bytesAfter"]);

    let kept = renditions(&app, &id);
    fs::remove_file(&kept[0]).unwrap();
    fs::write(&kept[1], b"RIFF").unwrap();
    fs::write(kept[2].with_file_name("of-a-job-that-was-cut-short.webp"), b"RIFF").unwrap();
    app.client.get(&format!("{path}?w=320")).await.expect(404);
    let told = optimized(&owner.client, &json!({})).await;
    assert_eq!((&told["images"], &told["renewed"], &told["lost"]), (&json!(1), &json!(1), &json!(0)));
    assert!(told["bytesBefore"].as_u64() < told["bytesAfter"].as_u64(), "{told}");
    let after = renditions(&app, &id);
    assert!(after.len() == 3 && after[2] == kept[2] && !after.contains(&kept[1]), "{after:?}");

    for (asked, wide) in [("w=320", 320), ("w=800", 800), ("w=1600", 1600)] {
        let (bare, tag, bytes) = show(&app, &format!("{path}?{asked}")).await;
        assert_eq!((&*bare, width(&bytes)), ("public, no-cache", wide), "{asked}");
        let (other, ..) = show(&app, &format!("{path}?{asked}&v=2")).await;
        assert_eq!(other, "public, no-cache", "an edition that may be one day");
        let own = show(&app, &format!("{path}?{asked}&v=1")).await;
        assert_eq!(own, ("public, max-age=31536000, immutable".to_owned(), tag, bytes), "{asked}");
    }
    let again = optimized(&owner.client, &json!({})).await;
    assert_eq!(again["renewed"], 0, "it is right now");
    app.client.get(&format!("{path}?v=first")).await.expect(400);
    app.drain().await;
    let history = people::history(&owner).await;
    for (kind, count) in [("FILE_OPTIMIZED", 1), ("OPTIMIZE_STARTED", 3), ("OPTIMIZE_FINISHED", 3)] {
        assert_eq!(history.iter().filter(|told| *told == kind).count(), count, "{kind}: {history:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_listing_tells_the_addresses_of_the_edition_that_is() {
    let app = TestApp::start().await;
    let owner = Person::register(&app.client, "owner").await;
    let home = owner.list_home("A home", 5_000_000).await["id"].as_str().unwrap().to_owned();
    let id = upload(&owner.client).await;
    let photos = json!({"fileIds": [id]});
    owner.client.post(&format!("/api/properties/{home}/images"), &photos).await.expect(201);
    // The widest is missing, so the largest that is left is the source.
    let [narrow, middle, wide] = &renditions(&app, &id)[..] else { panic!("three renditions") };
    fs::remove_file(wide).unwrap();
    fs::remove_file(narrow).unwrap();
    let told = optimized(&owner.client, &json!({})).await;
    assert_eq!((&told["renewed"], &told["lost"]), (&json!(1), &json!(0)));
    assert!(middle.exists());
    app.drain().await;
    let shown = app.client.get(&format!("/api/files/property/{home}")).await.expect(200);
    let photo = &shown.data()[0];
    assert_eq!((&photo["width"], &photo["url"]), (&json!(800), &json!(format!("/api/files/{id}?v=1"))));
    assert_eq!(photo["renditions"][0]["url"], format!("/api/files/{id}?w=320&v=1"));
    let lasting = show(&app, photo["url"].as_str().unwrap()).await;
    assert_eq!((&*lasting.0, width(&lasting.2)), ("public, max-age=31536000, immutable", 800));
    let bare = show(&app, &format!("/api/files/{id}")).await;
    assert_eq!(bare.0, "public, no-cache", "this address gave the widest one, to be kept for ever");
    for path in renditions(&app, &id) {
        fs::remove_file(path).unwrap();
    }
    let told = optimized(&owner.client, &json!({})).await;
    assert_eq!((&told["lost"], &told["renewed"]), (&json!(1), &json!(0)), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn images_that_look_alike_are_told_to_their_owner_alone() {
    let app = people::app().await;
    let admin = people::admin(&app).await;
    let owner = Person::register(&app.client, "owner").await;
    let other = Person::register(&app.client, "other").await;
    let mine = [images::upload(&owner.client, 400, 300).await, images::upload(&owner.client, 200, 150).await];
    images::send(&owner.client, "deed.pdf", &images::pdf("A deed")).await;
    images::upload(&other.client, 400, 300).await;
    let told = optimized(&owner.client, &json!({})).await;
    assert_eq!((&told["images"], &told["nearDuplicates"]), (&json!(2), &json!(1)), "{told}");
    let pair = &told["pairs"][0];
    for id in mine {
        assert!(pair["first"] == *id || pair["second"] == *id, "{told}");
    }
    assert_eq!(optimized(&admin.client, &json!({})).await["images"], 0, "an admin's own are none");
    app.drain().await;
    let all = optimized(&admin.client, &json!({"all": true})).await;
    assert_eq!((&all["images"], &all["nearDuplicates"]), (&json!(3), &json!(1)), "one owner's only: {all}");
    let acts = people::history(&admin).await;
    assert!(acts.contains(&"OPTIMIZE_STARTED".to_owned()), "{acts:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_is_its_starters_and_everybodys_images_are_for_admins() {
    let app = people::app().await;
    let owner = Person::register(&app.client, "owner").await;
    let other = Person::register(&app.client, "other").await;
    let refused = |answer: Answer| answer.body["error"]["fieldErrors"]["all"].is_string();
    assert!(refused(owner.client.post(PATH, &json!({"all": "perhaps"})).await.expect(400)));
    owner.client.post(PATH, &json!({"all": true})).await.expect(403);
    app.client.post(PATH, &json!({})).await.expect(401);
    people::service(&app).post(PATH, &json!({})).await.expect(403);
    let job = owner.client.post(PATH, &json!({})).await.expect(202).header("location").unwrap().to_owned();
    assert_eq!(owner.client.get(&job).await.expect(200).data()["subject"], "images");
    other.client.get(&job).await.expect(404);
    people::admin(&app).await.client.get(&job).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_job_of_a_person_is_at_work_at_a_time() {
    let app = TestApp::start().await;
    let owner = Person::register(&app.client, "owner").await;
    let other = Person::register(&app.client, "other").await;
    let id = upload(&owner.client).await;
    fs::remove_file(&renditions(&app, &id)[0]).unwrap();
    let body = json!({});
    let starts = (0..8).map(|_| owner.client.post(PATH, &body));
    let answers: Vec<Answer> = futures_util::future::join_all(starts).await;
    let begun = answers.iter().filter(|answer| answer.status == 202).count();
    assert!(begun >= 1, "{answers:?}");
    for answer in answers.iter().filter(|answer| answer.status != 202) {
        assert_eq!((answer.status, answer.code()), (409, "ALREADY_RUNNING"), "{}", answer.text);
    }
    optimized(&other.client, &json!({})).await;
    app.drain().await;
    let renewed = people::history(&owner).await.iter().filter(|kind| *kind == "FILE_OPTIMIZED").count();
    assert!(renewed <= 1, "made anew {renewed} times");
}
