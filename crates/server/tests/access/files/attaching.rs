//! The ways to put photos on a listing: by their addresses in its content, in a form, and as an upload that names it.

#![expect(clippy::items_after_statements, reason = "beside what it is for")]

use reqwest::Method;
use serde_json::{Value, json};
use testkit::{Answer, Client, Form, Person, TestApp};

use crate::{images, people};

fn home(urls: &Value) -> Value {
    json!({"title": "A home with photos", "location": "Kondapur", "price": 5_000_000, "propertyType": "VILLA",
        "imageUrls": urls})
}

fn ids(listing: &Answer) -> Vec<String> {
    let images = listing.data()["images"].as_array().unwrap();
    images.iter().map(|image| image["id"].as_str().unwrap().to_owned()).collect()
}

fn form(field: &str, count: u32) -> Form {
    (0..count).fold(Form::default(), |form, nth| {
        form.part(field, Some("door.jpg"), "image/jpeg", &images::jpeg(64 + nth, 48))
    })
}

async fn send(client: &Client, path: &str, form: Form, headers: &[(&str, &str)]) -> Answer {
    client.send_bytes(Method::POST, path, form.finish(), headers).await
}

struct Scene {
    app: TestApp,
    owner: Person,
    other: Person,
    id: String,
}

impl Scene {
    async fn open() -> Self {
        let app = people::app().await;
        let owner = Person::register(&app.client, "owner").await;
        let other = Person::register(&app.client, "other").await;
        let id = owner.list_home("A home for photos", 5_000_000).await["id"].as_str().unwrap().to_owned();
        Self { app, owner, other, id }
    }

    fn path(&self) -> String {
        format!("/api/properties/{}", self.id)
    }

    async fn photos(&self) -> Vec<String> {
        ids(&self.owner.client.get(&self.path()).await.expect(200))
    }

    fn stored(&self) -> usize {
        images::stored(self.app.data_dir()).len()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn image_urls_of_ones_own_files_become_photos_of_a_new_listing_and_of_an_edited_one() {
    let scene = Scene::open().await;
    let client = &scene.owner.client;
    let (a, b) = (images::upload(client, 64, 48).await, images::upload(client, 65, 48).await);
    let base = client.base().trim_end_matches('/').to_owned();
    let urls = json!([format!("/api/files/{a}"), format!("{base}/api/files/{b}?w=320")]);
    let key = [("idempotency-key", "once")];
    let made = client.send(Method::POST, "/api/properties", Some(&home(&urls)), &key).await.expect(201);
    assert_eq!(ids(&made), [a.clone(), b.clone()]);
    assert_eq!((&made.data()["images"][0]["isPrimary"], &made.data()["version"]), (&json!(true), &json!(2)));
    let again = client.send(Method::POST, "/api/properties", Some(&home(&urls)), &key).await.expect(201);
    assert_eq!(again.data()["id"], made.data()["id"]);
    let history = people::history(&scene.owner).await;
    assert_eq!(history[..2], ["PROPERTY_IMAGES_ADDED", "PROPERTY_CREATED"]);

    let c = images::upload(client, 66, 48).await;
    let path = format!("/api/properties/{}", made.data()["id"].as_str().unwrap());
    let edited = client.put(&path, &home(&json!(format!("/api/files/{c}")))).await.expect(200);
    assert_eq!(ids(&edited), [a.clone(), b.clone(), c.clone()], "a PUT takes none away");
    let edited = client.put(&path, &home(&json!([]))).await.expect(200);
    assert_eq!(ids(&edited).len(), 3);
    // What an answer showed can be sent back.
    let shown: Vec<Value> =
        edited.data()["images"].as_array().unwrap().iter().map(|i| i["imageUrl"].clone()).collect();
    let same = client.put(&path, &home(&shown.into())).await.expect(200);
    assert_eq!((ids(&same), &same.data()["version"]), (vec![a, b, c], &edited.data()["version"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn image_urls_of_others_are_refused_by_name_and_nothing_is_listed() {
    let scene = Scene::open().await;
    let client = &scene.owner.client;
    let mine = images::upload(client, 64, 48).await;
    let theirs = images::upload(&scene.other.client, 64, 48).await;
    let deed = images::send(client, "deed.pdf", &images::pdf("deed")).await;
    let gone = images::upload(client, 64, 48).await;
    client.delete(&format!("/api/files/{gone}")).await.expect(204);
    let used = images::upload(client, 64, 48).await;
    client.post(&format!("{}/images", scene.path()), &json!({"fileIds": [used]})).await.expect(201);
    let url = |id: &str| format!("/api/files/{id}");
    let urls = json!([
        url(&mine),
        "https://photos.example.com/front.jpg",
        format!("https://photos.example.com/api/files/{mine}"),
        url(&theirs),
        url(&deed),
        url(&gone),
        url(&used),
        "front.jpg"
    ]);
    const FOREIGN: &str = "is not a file uploaded here; upload it first with POST /api/files/upload";
    for answer in [
        client.post("/api/properties", &home(&urls)).await,
        client.put(&format!("/api/properties/{}", list(&scene.owner).await), &home(&urls)).await,
    ] {
        let answer = answer.expect(400);
        let fields = &answer.body["error"]["fieldErrors"];
        for foreign in [1, 2, 3, 5, 7] {
            assert_eq!(fields[format!("imageUrls[{foreign}]")], FOREIGN, "{}", answer.text);
        }
        assert_eq!(fields["imageUrls[4]"], "is no image");
        let elsewhere =
            format!("is a photo of the listing {} already; upload it once more to use it here", scene.id);
        assert_eq!(fields["imageUrls[6]"], elsewhere);
        assert_eq!(fields.as_object().unwrap().len(), 7, "{}", answer.text);
    }
    for urls in [json!([7]), json!(vec![url(&mine); 11]), json!([["x"]])] {
        let answer = client.post("/api/properties", &home(&urls)).await.expect(400);
        assert!(answer.text.contains("imageUrls"), "{}", answer.text);
    }
    let listed = client.get("/api/properties/my-properties").await.expect(200);
    assert_eq!(listed.data()["totalElements"], 2);
    // By their ids, too, a file is a photo of one listing.
    let other = format!("/api/properties/{}/images", list(&scene.owner).await);
    let answer = client.post(&other, &json!({"fileIds": [mine, used]})).await.expect(400);
    assert!(answer.body["error"]["fieldErrors"]["fileIds[1]"].as_str().unwrap().contains(&scene.id));
    client.delete(&scene.path()).await.expect(204);
    client.post(&other, &json!({"fileIds": [mine, used]})).await.expect(201);
}

async fn list(owner: &Person) -> String {
    owner.list_home("Another home of mine", 5_000_000).await["id"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_puts_photos_on_a_listing_in_one_request() {
    let scene = Scene::open().await;
    let path = format!("{}/images", scene.path());
    let client = &scene.owner.client;
    let added = send(client, &path, form("files", 3), &[]).await.expect(201);
    assert_eq!((ids(&added).len(), &added.data()["version"]), (3, &json!(2)));
    assert_eq!(added.header("location"), Some(&*format!("/api/files/property/{}", scene.id)));
    assert_eq!(scene.photos().await, ids(&added));
    for field in ["file", "images", "images[]", "files[]", "image"] {
        send(client, &path, form(field, 1), &[]).await.expect(201);
    }
    assert_eq!(scene.photos().await.len(), 8);
    // All or none.
    let before = scene.stored();
    let too_many = send(client, &path, form("files", 3), &[]).await.expect(409);
    assert_eq!(too_many.code(), "TOO_MANY_IMAGES");
    assert!(too_many.body["error"]["fieldErrors"]["files"].is_string(), "{}", too_many.text);
    let half = form("files", 1).part("files", Some("b.jpg"), "image/jpeg", &images::jpeg(64, 48)[..300]);
    let half = send(client, &path, half, &[]).await.expect(400);
    assert!(
        half.body["error"]["fieldErrors"]["files[1]"].as_str().unwrap().contains("cut off"),
        "{}",
        half.text
    );
    let deed = form("files", 1).part("files", Some("deed.pdf"), "application/pdf", &images::pdf("deed"));
    let deed = send(client, &path, deed, &[]).await.expect(400);
    assert!(deed.body["error"]["fieldErrors"]["files[1]"].is_string(), "{}", deed.text);
    send(client, &path, Form::default(), &[]).await.expect(400);
    send(client, &path, form("avatar", 1), &[]).await.expect(400);
    let stale = send(client, &path, form("files", 1), &[("if-match", "\"1\"")]).await;
    stale.expect(412);
    scene.app.drain().await;
    assert_eq!((scene.stored(), scene.photos().await.len()), (before, 8), "nothing of these was kept");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_is_sent_again_adds_nothing_again() {
    let scene = Scene::open().await;
    let client = &scene.owner.client;
    let path = format!("{}/images", scene.path());
    let key = [("idempotency-key", "once")];
    let first = send(client, &path, form("files", 10), &key).await.expect(201);
    let again = send(client, &path, form("files", 10), &key).await.expect(201);
    assert_eq!((ids(&again), scene.stored()), (ids(&first), 10), "though the listing is full by now");
    let other = send(client, &path, form("files", 2), &key).await;
    assert_eq!(other.expect(422).code(), "IDEMPOTENCY_KEY_REUSED");
    let target = format!("/api/files/upload?propertyId={}", list(&scene.owner).await);
    let one = send(client, &target, form("file", 1), &key).await.expect(201);
    let again = send(client, &target, form("file", 1), &key).await.expect(201);
    assert_eq!(one.data()["id"], again.data()["id"]);
    let elsewhere = format!("/api/files/upload?propertyId={}", list(&scene.owner).await);
    send(client, &elsewhere, form("file", 1), &key).await.expect(422);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_names_a_listing_becomes_its_photo() {
    let scene = Scene::open().await;
    let client = &scene.owner.client;
    let named = |form: Form| form.part("propertyId", None, "text/plain", scene.id.as_bytes());
    let first = Form::default().part("propertyId", None, "text/plain", scene.id.as_bytes());
    let first = first.part("file", Some("door.jpg"), "image/jpeg", &images::jpeg(64, 48));
    let one = send(client, "/api/files/upload", first, &[]).await.expect(201);
    let two = send(client, "/api/files/upload", named(form("file", 1)), &[]).await.expect(201);
    let by_query = format!("/api/files/upload?propertyId={}", scene.id);
    let three = send(client, &by_query, form("file", 1), &[]).await.expect(201);
    let id = |answer: &Answer| answer.data()["id"].as_str().unwrap().to_owned();
    assert_eq!(scene.photos().await, [id(&one), id(&two), id(&three)]);
    send(client, "/api/files/upload/multiple", named(form("files", 2)), &[]).await.expect(201);
    let bulk = named(form("files", 1)).part("files", Some("x"), "text/plain", b"no image");
    let bulk = send(client, "/api/files/bulk", bulk, &[]).await.expect(201);
    assert_eq!(bulk.data()["uploaded"].as_array().unwrap().len(), 1);
    assert_eq!(scene.photos().await.len(), 6);
    // An empty field names no listing, and If-Match is about the listing only where the path names it.
    let blank = form("file", 1).part("propertyId", None, "text/plain", b" ");
    send(client, "/api/files/upload", blank, &[]).await.expect(201);
    send(client, &by_query, form("file", 1), &[("if-match", "\"1\"")]).await.expect(201);
    assert_eq!(scene.photos().await.len(), 7);
    let before = scene.stored();
    for (wrong, status) in [("x", 400), ("018f4a6e-0000-7000-8000-000000000001", 404)] {
        let form = form("file", 1).part("propertyId", None, "text/plain", wrong.as_bytes());
        send(client, "/api/files/upload", form, &[]).await.expect(status);
        send(client, &format!("/api/files/upload?propertyId={wrong}"), self::form("file", 1), &[])
            .await
            .expect(status);
    }
    let deed = named(Form::file("deed.pdf", &images::pdf("deed")));
    send(client, "/api/files/upload", deed, &[]).await.expect(400);
    let four = send(client, "/api/files/upload/multiple", named(form("files", 4)), &[]).await.expect(409);
    assert_eq!(four.code(), "TOO_MANY_IMAGES");
    client.delete(&scene.path()).await.expect(204);
    send(client, &by_query, form("file", 1), &[]).await.expect(410);
    assert_eq!(scene.stored(), before, "nothing of these was kept");
}

/// Who may put photos on a listing, in each of the ways that store files on the way.
#[tokio::test(flavor = "multi_thread")]
async fn only_an_owner_or_an_admin_puts_photos_on_a_listing() {
    let scene = Scene::open().await;
    let admin = people::admin(&scene.app).await;
    let moderator = people::with_role(&scene.app.client, &admin, "moderator", "MODERATOR").await;
    let support = people::with_role(&scene.app.client, &admin, "support", "SUPPORT").await;
    let seller = people::with_role(&scene.app.client, &admin, "seller", "SELLER").await;
    let service = people::service(&scene.app);
    let images_path = format!("{}/images", scene.path());
    let by_query = format!("/api/files/upload?propertyId={}", scene.id);
    let several = format!("/api/files/upload/multiple?propertyId={}", scene.id);
    let bulk = format!("/api/files/bulk?propertyId={}", scene.id);
    let ways = [(&*images_path, "files"), (&*by_query, "file"), (&*several, "files"), (&*bulk, "files")];
    for (path, field) in ways {
        send(&scene.app.client, path, form(field, 1), &[]).await.expect(401);
        for client in [&scene.other.client, &moderator.client, &support.client, &seller.client, &service] {
            send(client, path, form(field, 1), &[]).await.expect(403);
        }
    }
    assert_eq!(scene.stored(), 0);
    for (path, field) in ways {
        send(&scene.owner.client, path, form(field, 1), &[]).await.expect(201);
        send(&admin.client, path, form(field, 1), &[]).await.expect(201);
    }
    assert_eq!(scene.photos().await.len(), 8);
    // Whether there is a listing that is not on show is told to nobody else.
    admin
        .client
        .post(&format!("{}/reject", scene.path()), &json!({"reason": "Not a home"}))
        .await
        .expect(200);
    for (path, field) in ways {
        send(&scene.other.client, path, form(field, 1), &[]).await.expect(404);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn photos_of_a_form_count_for_the_quotas_of_files() {
    let app = TestApp::with(|_| {}, &[("quotas.unconfirmed.files", "2")]).await;
    let owner = Person::register(&app.client, "owner").await;
    let path = format!("/api/properties/{}/images", list(&owner).await);
    let refused = send(&owner.client, &path, form("files", 3), &[]).await.expect(403);
    assert_eq!((refused.code(), images::stored(app.data_dir()).len()), ("QUOTA_EXCEEDED", 0));
    send(&owner.client, &path, form("files", 2), &[]).await.expect(201);
    send(&owner.client, &path, form("files", 1), &[]).await.expect(403);
}
