//! Files over HTTP: who may get them, range requests, and what remains after deletion.

mod attaching;
mod broken;
mod gone;
mod leaving;
mod listed;
mod optimize;
mod photos;

use reqwest::Method;
use serde_json::json;
use testkit::{Form, Person, TestApp};

use crate::{images, people};

#[tokio::test(flavor = "multi_thread")]
async fn h24_an_image_is_everybodys_at_three_widths_and_for_ever() {
    let app = TestApp::start().await;
    let owner = Person::register(&app.client, "owner").await;
    let form = Form::file("../../C:\\photos\\Front door.jpg", &images::jpeg(2000, 1000)).finish();
    let sent = owner.client.send_bytes(Method::POST, "/api/files/upload", form, &[]).await.expect(201);
    let file = sent.data();
    let path = format!("/api/files/{}", file["id"].as_str().unwrap());
    assert_eq!((sent.header("location"), sent.header("etag")), (Some(&*path), Some("\"1\"")));
    assert_eq!((&file["fileUrl"], &file["originalName"]), (&json!(path), &json!("Front door.jpg")));
    assert_eq!(
        (&file["contentType"], &file["kind"], &file["width"]),
        (&json!("image/webp"), &json!("IMAGE"), &json!(1600))
    );
    let mut tags = Vec::new();
    for (asked, width) in [("?w=320", 320), ("?w=500", 800), ("?w=1600", 1600), ("?w=best", 1600), ("", 1600)]
    {
        let (status, headers, bytes) = app.client.bytes(&format!("{path}{asked}"), &[]).await;
        assert_eq!((status, headers["content-type"].to_str().unwrap()), (200, "image/webp"), "{asked}");
        assert_eq!(headers["cache-control"], "public, max-age=31536000, immutable");
        assert_eq!(headers["x-content-type-options"], "nosniff");
        let image = image_of(&bytes);
        assert_eq!((image.width(), image.height()), (width, width / 2), "{asked}");
        tags.push(headers["etag"].clone());
    }
    assert_eq!((tags[2] == tags[3], tags[3] == tags[4], tags[0] == tags[1]), (true, true, false));
    app.client.get(&format!("{path}?w=wide")).await.expect(400);
    let download = format!("/api/files/download/{}/{}", owner.id, file["fileName"].as_str().unwrap());
    let saved = app.client.bytes(&download, &[]).await;
    assert_eq!(saved.0, 200);
    assert!(saved.1["content-disposition"].to_str().unwrap().starts_with("attachment; filename="));
    let stranger = Person::register(&app.client, "stranger").await;
    app.client.get(&download.replace(&owner.id, &stranger.id)).await.expect(404);
    app.client.get(&download.replace(".webp", ".html")).await.expect(404);
    app.client
        .get(&format!("/api/files/download/{}/..%2f..%2fkeys%2fmaster.key", owner.id))
        .await
        .expect(404);
}

fn image_of(bytes: &[u8]) -> image::DynamicImage {
    image::load_from_memory_with_format(bytes, image::ImageFormat::WebP).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_holds_an_image_is_not_sent_it_again_and_a_part_is_a_part() {
    let app = TestApp::start().await;
    let owner = Person::register(&app.client, "owner").await;
    let path = format!("/api/files/{}", images::upload(&owner.client, 400, 300).await);
    let get = async |headers: &[(&str, &str)]| app.client.bytes(&path, headers).await;
    let (_, headers, whole) = get(&[]).await;
    let tag = headers["etag"].to_str().unwrap().to_owned();
    let size = whole.len();
    assert_eq!(headers["accept-ranges"], "bytes");
    let held = get(&[("if-none-match", &tag)]).await;
    assert_eq!((held.0, held.1["etag"].to_str().unwrap(), held.2.len()), (304, &*tag, 0));
    assert_eq!(get(&[("if-none-match", "\"other\"")]).await.0, 200);
    let part = get(&[("range", "bytes=10-19")]).await;
    assert_eq!((part.0, &part.2[..]), (206, &whole[10..20]));
    assert_eq!(part.1["content-range"].to_str().unwrap(), format!("bytes 10-19/{size}"));
    let last = get(&[("range", "bytes=-5"), ("if-range", &tag)]).await;
    assert_eq!((last.0, &last.2[..]), (206, &whole[size - 5..]));
    let other = get(&[("range", "bytes=-5"), ("if-range", "\"other\"")]).await;
    assert_eq!((other.0, other.2.len()), (200, size));
    let outside = get(&[("range", &format!("bytes={size}-"))]).await;
    assert_eq!((outside.0, outside.1["content-range"].to_str().unwrap()), (416, &*format!("bytes */{size}")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_is_its_owners_and_nobody_elses() {
    let app = people::app().await;
    let admin = people::admin(&app).await;
    let owner = Person::register(&app.client, "owner").await;
    let other = Person::register(&app.client, "other").await;
    let support = people::with_role(&app.client, &admin, "support", "SUPPORT").await;
    let moderator = people::with_role(&app.client, &admin, "moderator", "MODERATOR").await;
    let deed = images::pdf("Sale deed of plot 7");
    let id = images::send(&owner.client, "Sale deed.pdf", &deed).await;
    let paths = [format!("/api/files/{id}"), format!("/api/files/download/{}/{id}.pdf", owner.id)];
    let disposition = format!("attachment; filename=\"{id}.pdf\"");
    for path in &paths {
        for client in [&app.client, &other.client, &support.client, &moderator.client, &people::service(&app)]
        {
            assert_eq!(client.get(path).await.expect(404).code(), "FILE_NOT_FOUND");
        }
        for client in [&owner.client, &admin.client] {
            let (status, headers, bytes) = client.bytes(path, &[]).await;
            assert_eq!((status, &bytes), (200, &deed));
            for (name, value) in [
                ("content-type", "application/pdf"),
                ("x-content-type-options", "nosniff"),
                ("cache-control", "private, no-store"),
                ("content-security-policy", "default-src 'none'; sandbox; frame-ancestors 'none'"),
                ("content-disposition", &*disposition),
            ] {
                assert_eq!(headers[name], value, "{name}");
            }
        }
    }
    let looks = people::history(&admin).await;
    assert_eq!(looks.iter().filter(|kind| *kind == "PERSONAL_DATA_VIEWED").count(), 2, "{looks:?}");
    assert_eq!(other.client.delete(&paths[0]).await.expect(404).code(), "FILE_NOT_FOUND");
    app.client.delete(&paths[0]).await.expect(401);
    owner.client.get(&paths[0]).await.expect(200);
    owner.client.delete(&paths[0]).await.expect(204);
    owner.client.get(&paths[0]).await.expect(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn several_files_are_all_taken_or_none_and_in_bulk_each_by_itself() {
    let app = TestApp::start().await;
    let owner = Person::register(&app.client, "owner").await;
    let good = images::jpeg(40, 30);
    let bad = b"<html>".to_vec();
    let form = |second: &[u8]| {
        let form = Form::default().part("remark", None, "text/plain", b"two photos");
        form.part("files[]", Some("a.jpg"), "image/jpeg", &good).part(
            "files",
            Some("b.jpg"),
            "image/jpeg",
            second,
        )
    };
    let post =
        async |path: &str, form: Form| owner.client.send_bytes(Method::POST, path, form.finish(), &[]).await;
    let none = post("/api/files/upload/multiple", form(&bad)).await.expect(415);
    assert!(none.body["error"]["fieldErrors"]["files[1]"].is_string(), "{}", none.text);
    assert_eq!(images::stored(app.data_dir()), Vec::<std::path::PathBuf>::new());
    let both = post("/api/files/upload/multiple", form(&good)).await.expect(201);
    assert_eq!(both.data().as_array().unwrap().len(), 2);
    let bulk = post("/api/files/bulk", form(&bad)).await.expect(201);
    assert_eq!(bulk.data()["uploaded"].as_array().unwrap().len(), 1);
    assert_eq!(bulk.data()["refused"][0]["field"], "files[1]");
    assert_eq!(images::stored(app.data_dir()).len(), 3);
    let one = Form::file("a.jpg", &good).part("file", Some("b.jpg"), "image/jpeg", &good);
    post("/api/files/upload", one).await.expect(400);
    let history = people::history(&owner).await;
    assert_eq!(history.iter().filter(|kind| *kind == "FILE_UPLOADED").count(), 3, "{history:?}");
}
