//! The photos of a home: on its pages, and on the page where its owner adds and deletes them.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::browser::{Answer, Browser};
use crate::stub::{listing, page_of};

const FORM: &str = "multipart/form-data; boundary=xyz";

fn image(id: &str, primary: bool) -> Value {
    json!({"id": id, "imageUrl": format!("https://images.example.com/api/files/{id}"), "isPrimary": primary})
}

fn pictured() -> Value {
    let mut home = listing("h1", "Flat");
    home["images"] = json!([image("p1", false), image("p2", true)]);
    home
}

/// Signed in as the owner of `h1`, which has two photos.
async fn owner() -> Browser {
    let mut browser = Browser::signed_in();
    browser.api.says("GET /api/properties/h1", pictured());
    browser.api.says("GET /api/files/property/h1", json!([image("p1", false), image("p2", true)]));
    browser.get("/homes/h1/photos").await;
    browser
}

async fn send_files(browser: &mut Browser, token: &str) -> Answer {
    let body = format!(
        "--xyz\r\nContent-Disposition: form-data; name=\"_csrf\"\r\n\r\n{token}\r\n\
         --xyz\r\nContent-Disposition: form-data; name=\"files\"; filename=\"a.jpg\"\r\n\
         Content-Type: image/jpeg\r\n\r\nbytes\r\n--xyz--\r\n"
    );
    browser.send(Method::POST, "/homes/h1/photos", &[("content-type", FORM)], body).await
}

#[tokio::test]
async fn a_home_shows_its_photos_from_this_site_alone() {
    let mut browser = Browser::new();
    browser.api.says("GET /api/properties/h1", pictured());
    browser.api.says("GET /api/properties", page_of(&[pictured()]));
    let page = browser.open("/homes/h1").await;
    page.has("<img src=\"/api/files/p1?w=800\"").has("alt=\"Photo 1 of 2 of Flat\"");
    page.lacks("images.example.com");
    let card = browser.get("/homes").await;
    card.has("<img src=\"/api/files/p2?w=320\" alt=\"\"")
        .has("width=\"320\" height=\"240\"")
        .has("/api/files/p2?w=800 800w");
    let (first, second) = (card.html.find("/api/files/p2"), card.html.find("/api/files/p1"));
    assert!(first < second && second.is_some(), "the photo that stands for the home comes first");
    assert_eq!(card.html.matches("fetchpriority=\"high\"").count(), 1, "one photo is wanted at once");
    // An id that is none of ours makes no address.
    let mut home = pictured();
    home["images"][0]["id"] = "\" onerror=alert(1)".into();
    browser.api.says("GET /api/properties/h1", home);
    browser.open("/homes/h1").await.lacks("onerror");
}

#[tokio::test]
async fn an_owner_adds_photos_in_one_form() {
    let mut browser = owner().await;
    let page = browser.get("/homes/h1/photos").await;
    page.has("enctype=\"multipart/form-data\"")
        .has("There is room for 8.")
        .has("<label for=\"files\">Add photos");
    browser.api.says("POST /api/properties/h1/images", pictured());
    let token = browser.cookies["hyd_csrf"].clone();
    let answer = send_files(&mut browser, &token).await;
    assert_eq!((answer.status, answer.to()), (StatusCode::SEE_OTHER, "/homes/h1/photos"));
    let sent = browser.api.last("POST /api/properties/h1/images");
    assert_eq!(sent.header("content-type"), FORM);
    assert!(sent.bytes.ends_with(b"bytes\r\n--xyz--\r\n") && sent.bytes.starts_with(b"--xyz"));
    browser.get("/homes/h1/photos").await.has("Your photos are added.");
}

#[tokio::test]
async fn a_form_with_files_needs_its_token() {
    let mut browser = owner().await;
    for token in ["", "A", &"A".repeat(64)] {
        assert_eq!(send_files(&mut browser, token).await.status, StatusCode::FORBIDDEN);
    }
    assert!(!browser.api.lines().iter().any(|line| line.starts_with("POST /api/properties")));
}

#[tokio::test]
async fn what_is_wrong_with_a_photo_stands_beside_the_field() {
    let mut browser = owner().await;
    let fields = json!({"files[10]": "is empty", "files[1]": "is damaged or cut off"});
    browser.api.refuses("POST /api/properties/h1/images", 415, fields);
    let token = browser.cookies["hyd_csrf"].clone();
    let answer = send_files(&mut browser, &token).await;
    assert_eq!(answer.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    answer.has("<title>Error: ").has("Photo 2 is damaged or cut off.").has("aria-invalid=\"true\"");
    answer.has("aria-describedby=\"files-hint files-error\"").has("Photo 11 is empty.");
    browser.api.refuses(
        "POST /api/properties/h1/images",
        409,
        json!({"files": "a listing has at most 10 photos"}),
    );
    send_files(&mut browser, &token).await.has("The photos: a listing has at most 10 photos.");
}

#[tokio::test]
async fn an_owner_chooses_the_first_photo_and_deletes_one() {
    let mut browser = owner().await;
    browser.api.says("POST /api/properties/h1/images", pictured());
    browser.api.done("DELETE /api/files/p2");
    browser.post("/homes/h1/photos/first", &[("photo", "p1")]).await;
    let sent = browser.api.last("POST /api/properties/h1/images");
    assert_eq!(sent.body, json!({"fileIds": ["p1", "p2"], "primary": "p1"}));
    let answer = browser.post("/homes/h1/photos/remove", &[("photo", "p2")]).await;
    assert_eq!(answer.to(), "/homes/h1/photos");
    browser.get("/homes/h1/photos").await.has("The photo is deleted.");
    // Only photos of this home are deleted here.
    let other = browser.post("/homes/h1/photos/remove", &[("photo", "p9")]).await;
    assert_eq!(other.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn only_the_owner_sees_the_page_of_photos() {
    let mut browser = owner().await;
    browser.api.says("GET /api/users/profile", json!({"id": "u2"}));
    assert_eq!(browser.get("/homes/h1/photos").await.status, StatusCode::FORBIDDEN);
    let mut stranger = Browser::new();
    assert!(stranger.get("/homes/h1/photos").await.to().starts_with("/sign-in"));
}
