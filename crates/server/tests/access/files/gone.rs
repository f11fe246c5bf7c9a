//! Nothing remains of deleted files.

use std::fs;

use domain::file::{File, FileContent};
use domain::{Ids, TenantId};
use testkit::{Person, TestApp};

use crate::{images, people};

#[tokio::test(flavor = "multi_thread")]
async fn the_bytes_of_a_deleted_file_are_gone() {
    let app = TestApp::start().await;
    let owner = Person::register(&app.client, "owner").await;
    let (kept, gone) =
        (images::upload(&owner.client, 50, 40).await, images::upload(&owner.client, 400, 300).await);
    assert_eq!(images::stored(app.data_dir()).len(), 3);
    owner.client.delete(&format!("/api/files/{gone}")).await.expect(204);
    owner.client.delete(&format!("/api/files/{gone}")).await.expect(204);
    owner.client.get(&format!("/api/files/{gone}")).await.expect(404);
    app.drain().await;
    app.client.get(&format!("/api/files/{gone}")).await.expect(404);
    assert_eq!(app.client.bytes(&format!("/api/files/{kept}"), &[]).await.0, 200);
    let left = images::stored(app.data_dir());
    assert!(left.len() == 1 && left[0].to_str().unwrap().contains(&kept), "{left:?}");
}

/// An image that differs from all others here.
fn mirrored(jpeg: &[u8]) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    let image = image::load_from_memory(jpeg).unwrap().fliph();
    image.write_to(&mut bytes, image::ImageFormat::Jpeg).unwrap();
    bytes.into_inner()
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_20_the_files_of_whoever_leaves_are_gone_and_what_they_were_called() {
    let app = people::app().await;
    let owner = Person::register(&app.client, "owner").await;
    let other = Person::register(&app.client, "other").await;
    let photo = images::send(&owner.client, "Gulmohar Niwas.jpg", &mirrored(&images::jpeg(90, 60))).await;
    let deed = images::send(&owner.client, "Gulmohar Niwas.pdf", &images::pdf("Torvald's deed")).await;
    let kept = images::upload(&other.client, 50, 40).await;
    app.drain().await;
    let holds = |directory: &std::path::Path, secret: &[u8]| {
        let mut open = vec![directory.to_owned()];
        let mut found = Vec::new();
        while let Some(directory) = open.pop() {
            for entry in fs::read_dir(directory).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    open.push(path);
                } else if path.is_file()
                    && fs::read(&path).unwrap().windows(secret.len()).any(|window| window == secret)
                {
                    found.push(path);
                }
            }
        }
        found
    };
    let hyderabad = TenantId::stored("hyderabad");
    let (File(known), _) = app.context.aggregates.load::<File>(&hyderabad, &photo).await.unwrap();
    let FileContent::Image { look, .. } = known.unwrap().content else { panic!("an image") };
    let looks = || holds(&app.data_dir().join("views"), format!("\"look\":\"{look}\"").as_bytes()).len();
    assert!(looks() > 0);
    let named = holds(app.data_dir(), b"Gulmohar Niwas");
    assert!(named.iter().any(|path| path.to_str().unwrap().contains("files.db")), "{named:?}");
    assert!(!named.iter().any(|path| path.to_str().unwrap().contains("journal")), "sealed: {named:?}");
    owner.client.delete(&format!("/api/users/{}", owner.id)).await.expect(204);
    app.drain().await;
    app.drain().await;
    let admin = people::admin(&app).await;
    for id in [&photo, &deed] {
        for client in [&app.client, &admin.client, &other.client] {
            client.get(&format!("/api/files/{id}")).await.expect(404);
        }
    }
    assert_eq!(app.client.bytes(&format!("/api/files/{kept}"), &[]).await.0, 200);
    assert_eq!(images::stored(app.data_dir()).len(), 1);
    assert_eq!(looks(), 0, "what it looked like");
    for secret in [&b"Gulmohar Niwas"[..], b"Torvald's deed"] {
        assert_eq!(holds(app.data_dir(), secret), Vec::<std::path::PathBuf>::new());
    }
    app.stop().await;
}

/// A crash between writing bytes and event leaves bytes without an event. The next start removes them, and known
/// files stay.
#[tokio::test(flavor = "multi_thread")]
async fn the_next_start_removes_what_a_crash_left_of_uploads() {
    let directory = tempfile::tempdir().unwrap();
    let app = TestApp::on(directory.path()).await;
    let owner = Person::register(&app.client, "owner").await;
    let kept = images::upload(&owner.client, 50, 40).await;
    let tenant: TenantId = app.context.tenants.default_id().clone();
    app.stop().await;
    let before = images::stored(directory.path());
    let store = directory.path().join("files").join(tenant.as_str());
    let orphan = Ids.uuid(testkit::START).to_string();
    fs::create_dir(store.join(&orphan)).unwrap();
    fs::write(store.join(&orphan).join("whole.webp"), "bytes without an event").unwrap();
    fs::write(store.join(&kept).join("half.webp#1"), "half").unwrap();
    // The read model does not decide whether a file stays, because it may be behind or missing.
    fs::remove_dir_all(directory.path().join("views")).unwrap();
    let app = TestApp::on(directory.path()).await;
    assert_eq!(images::stored(directory.path()), before);
    assert!(!store.join(&orphan).exists());
    assert_eq!(app.client.bytes(&format!("/api/files/{kept}"), &[]).await.0, 200);
    app.stop().await;
}
