//! H6: the content of an upload decides its type, not what it claims. Of an image, only what it shows is kept.

use reqwest::Method;
use testkit::hostile_files::{self, Case, check_store, count_stored};
use testkit::{Answer, Client, Form, Person, TestApp, images};

async fn send(client: &Client, path: &str, form: (&str, Vec<u8>)) -> Answer {
    client.send_bytes(Method::POST, path, form, &[]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn h06_two_hundred_hostile_files_leave_nothing_of_theirs() {
    let app = TestApp::start().await;
    let owner = Person::register(&app.client, "owner").await;
    let cases = hostile_files::cases();
    assert!(cases.len() >= 200, "{} cases only", cases.len());
    let (mut expected, mut refused) = (0, 0);
    for Case { name, file_name, media, bytes, taken } in &cases {
        let form = Form::default().part("file", Some(file_name), media, bytes).finish();
        let answer = send(&owner.client, "/api/files/upload", form).await;
        let stored = count_stored(name, &answer);
        if let Some(taken) = taken {
            assert_eq!(answer.status == 201, *taken, "{name}: {}", answer.text);
        }
        if stored == 0 {
            refused += 1;
            assert!(answer.body["error"]["fieldErrors"]["file"].is_string(), "{name}: {}", answer.text);
        } else {
            assert!(
                ["image/webp", "application/pdf"].contains(&answer.data()["contentType"].as_str().unwrap())
            );
        }
        expected += stored;
    }
    assert!(refused > 60 && expected > 60, "{refused} refused, {expected} stored: the cases say little");
    check_store(app.data_dir(), expected);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn h06_a_request_that_is_not_right_is_refused_by_field() {
    let app = TestApp::start().await;
    let owner = Person::register(&app.client, "owner").await;
    let photo = images::jpeg(40, 30);
    let media = "multipart/form-data; boundary=----between-the-parts";
    let whole = Form::file("a.jpg", &photo).finish();
    let cases = [
        ("no boundary", ("multipart/form-data", whole.1.clone()), 400),
        ("an empty boundary", ("multipart/form-data; boundary=", whole.1.clone()), 400),
        ("another boundary", ("multipart/form-data; boundary=x", whole.1.clone()), 400),
        ("another media type", ("application/json", b"{}".to_vec()), 415),
        ("another multipart", ("multipart/mixed; boundary=x", whole.1.clone()), 415),
        ("an image as it is", ("image/jpeg", photo.clone()), 415),
        ("an empty body", (media, Vec::new()), 400),
        ("no parts", Form::default().finish(), 400),
        ("cut short", Form::file("a.jpg", &photo).cut(), 400),
        ("cut within a part", (media, whole.1[..whole.1.len() / 2].to_vec()), 400),
        ("cut within a header", (media, whole.1[..60].to_vec()), 400),
        ("no such field", Form::default().part("avatar", Some("a.jpg"), "image/jpeg", &photo).finish(), 400),
        ("a field with a path", Form::default().part("../file", Some("a"), "a/b", &photo).finish(), 400),
        ("no file", Form::default().part("userId", None, "text/plain", b"7").finish(), 400),
        ("an empty file", Form::file("a.jpg", b"").finish(), 400),
        ("two files", Form::file("a.jpg", &photo).part("file", Some("b"), "a/b", &photo).finish(), 400),
        ("noise", (media, vec![0xFF; 5000]), 400),
    ];
    for (name, form, status) in cases {
        let answer = send(&owner.client, "/api/files/upload", form).await;
        assert_eq!(answer.status, status, "{name}: {}", answer.text);
        count_stored(name, &answer);
    }
    let many =
        (0..25).fold(Form::default(), |form, _| form.part("files", Some("a.jpg"), "image/jpeg", &photo));
    count_stored("25 files", &send(&owner.client, "/api/files/bulk", many.finish()).await.expect(400));
    let whole = Form::file("a.jpg", &photo).finish();
    app.client.send_bytes(Method::POST, "/api/files/upload", whole, &[]).await.expect(401);
    check_store(app.data_dir(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn h06_too_much_is_refused_while_it_is_read() {
    let app = TestApp::start().await;
    let owner = Person::register(&app.client, "owner").await;
    let large = |mib: usize| {
        let mut bytes = vec![0; mib << 20];
        bytes[..4].copy_from_slice(b"\xFF\xD8\xFF\xE0");
        bytes
    };
    let file = Form::file("a.jpg", &large(11)).finish();
    let answer = send(&owner.client, "/api/files/upload", file).await.expect(413);
    assert_eq!(answer.body["error"]["fieldErrors"]["file"], "must be at most 10 MB");
    let six =
        (0..6).fold(Form::default(), |form, _| form.part("files", Some("a.jpg"), "image/jpeg", &large(9)));
    let answer = send(&owner.client, "/api/files/upload/multiple", six.finish()).await.expect(413);
    assert_eq!(answer.body["error"]["fieldErrors"]["body"], "must be at most 50 MB");
    check_store(app.data_dir(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn h06_a_photo_does_not_tell_where_it_was_taken() {
    let app = TestApp::start().await;
    let owner = Person::register(&app.client, "owner").await;
    let photo = hostile_files::with_place(&images::jpeg(400, 300));
    assert!(photo.windows(4).any(|window| window == b"Exif"));
    let id = images::send(&owner.client, "IMG_0001.jpg", &photo).await;
    for asked in ["", "?w=320"] {
        let (_, _, bytes) = app.client.bytes(&format!("/api/files/{id}{asked}"), &[]).await;
        for count_stored in [&b"Exif"[..], b"EXIF", b"XMP", b"GPSLatitude", b"17.4435"] {
            assert!(!bytes.windows(count_stored.len()).any(|window| window == count_stored), "{asked}");
        }
    }
    check_store(app.data_dir(), 2);
}

/// A PDF is stored unchanged, so a browser must not interpret it as anything else.
#[tokio::test(flavor = "multi_thread")]
async fn h06_a_document_with_a_page_in_it_is_never_shown_as_one() {
    let app = TestApp::start().await;
    let owner = Person::register(&app.client, "owner").await;
    let both = images::pdf("<html><script>alert(1)</script></html>");
    let id = images::send(&owner.client, "page.html", &both).await;
    for path in [format!("/api/files/{id}"), format!("/api/files/download/me/{id}.pdf")] {
        let (status, headers, _) = owner.client.bytes(&path, &[]).await;
        assert_eq!((status, headers["content-type"].to_str().unwrap()), (200, "application/pdf"));
        assert_eq!(headers["x-content-type-options"], "nosniff");
        assert!(headers["content-security-policy"].to_str().unwrap().contains("sandbox"));
        assert!(headers["content-disposition"].to_str().unwrap().starts_with("attachment"));
        app.client.get(&path).await.expect(if path.contains("/me/") { 401 } else { 404 });
    }
}
