//! The real server under concurrent load: the memory for decoding is bounded, whatever is uploaded.

use std::sync::Arc;
use std::time::Duration;

use image::{DynamicImage, ImageFormat};
use reqwest::Method;
use testkit::hostile_files::{self, Case, check_store, count_stored};
use testkit::{Answer, Child, Client, Form, Person, images};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::alone;

/// The memory limit of the whole process in bytes, for any hostile upload.
const MOST: u64 = 300_000_000;
/// The limit while images of the maximum size are decoded.
const MOST_OF_GIANTS: u64 = 450_000_000;
/// Concurrent requests.
const AT_ONCE: usize = 8;

/// A progressive grey JPEG with one scan: a small file that is large once decoded.
fn progressive(side: u16) -> Vec<u8> {
    let blocks = usize::from(side.div_ceil(8)).pow(2);
    let sides = [side.to_be_bytes(), side.to_be_bytes()].concat();
    [
        &b"\xFF\xD8\xFF\xDB\0\x43\0"[..],
        &[1; 64],
        b"\xFF\xC2\0\x11\x08",
        &sides,
        b"\x03\x01\x11\0\x02\x11\0\x03\x11\0",
        // A single one-bit code, which means no change.
        b"\xFF\xC4\0\x14\0\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
        b"\xFF\xDA\0\x0C\x03\x01\0\x02\0\x03\0\0\0\0",
        &vec![0; (blocks * 3).div_ceil(8)],
        b"\xFF\xD9",
    ]
    .concat()
}

async fn send(client: &Client, path: &str, form: (&str, Vec<u8>)) -> Answer {
    client.send_bytes(Method::POST, path, form, &[]).await
}

fn large(name: &str, media: &str, bytes: Vec<u8>, taken: bool) -> Case {
    let file_name = "large".into();
    let media = format!("image/{media}");
    Case { name: name.into(), file_name, media, bytes, taken: Some(taken) }
}

fn written(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    image.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// Valid images, as large as allowed or larger.
fn giants() -> Vec<Case> {
    let photo = written(&DynamicImage::new_rgb8(8160, 6120), ImageFormat::Jpeg);
    let tall = written(&DynamicImage::new_rgb8(1080, 16_000), ImageFormat::Jpeg);
    let drawing = written(&DynamicImage::new_rgba8(6000, 6000), ImageFormat::Png);
    let each = [
        ("a photo of 50 million pixels", "jpeg", photo.clone(), true),
        ("the same on its side", "jpeg", hostile_files::turned(&photo), true),
        ("a long screenshot", "jpeg", tall, true),
        ("a drawing of 36 million pixels", "png", drawing, true),
        ("a progressive photo", "jpeg", progressive(4400), true),
        ("one of 49 million pixels", "jpeg", progressive(7000), false),
    ];
    let case =
        |(name, media, bytes, taken): &(&str, &str, Vec<u8>, bool)| large(name, media, bytes.clone(), *taken);
    each.iter().cycle().take(2 * each.len()).map(case).collect()
}

/// Sends `cases` concurrently to a separate server, and checks that what is stored is valid. Returns the peak
/// memory in bytes, if the system reports it.
async fn peak_after(cases: Vec<Case>) -> Option<u64> {
    let directory = tempfile::tempdir().unwrap();
    let child = Child::serve(env!("CARGO_BIN_EXE_hyderabadinfra"), directory.path());
    let owner = Person::register(&child.client, "owner").await;
    let places = Arc::new(Semaphore::new(AT_ONCE));
    let mut sent = JoinSet::new();
    for case in cases {
        let client = owner.client.clone();
        let place = Arc::clone(&places).acquire_owned().await.unwrap();
        sent.spawn(async move {
            let Case { name, file_name, media, bytes, taken } = case;
            let form = Form::default().part("file", Some(&file_name), &media, &bytes).finish();
            let answer = send(&client, "/api/files/upload", form).await;
            drop(place);
            let stored = count_stored(&name, &answer);
            if let Some(taken) = taken {
                assert_eq!(answer.status == 201, taken, "{name}: {}", answer.text);
            }
            stored
        });
    }
    let stored: usize = sent.join_all().await.into_iter().sum();
    check_store(directory.path(), stored);
    child.peak_memory()
}

#[tokio::test(flavor = "multi_thread")]
async fn h06_two_hundred_hostile_files_at_once_take_less_than_300_mb() {
    let _alone = alone().await;
    let large = |number: usize| {
        let mut bytes = vec![0; 11 << 20];
        bytes[..4].copy_from_slice(b"\xFF\xD8\xFF\xE0");
        large(&format!("11 MB, number {number}"), "jpeg", bytes, false)
    };
    let mut cases = hostile_files::cases();
    cases.extend((1..=16).map(large));
    // Distributes the large ones among the others.
    let step = 89;
    let count = cases.len();
    let mut cases: Vec<_> = cases.into_iter().map(Some).collect();
    let mixed: Vec<_> = (0..count).filter_map(|place| cases[place * step % count].take()).collect();
    assert_eq!(mixed.len(), count);
    let peak = peak_after(mixed).await;
    assert!(peak.is_none_or(|peak| peak < MOST), "{peak:?} bytes at most");
}

#[tokio::test(flavor = "multi_thread")]
async fn h06_giants_at_once_take_less_than_450_mb() {
    let _alone = alone().await;
    let peak = peak_after(giants()).await;
    assert!(peak.is_none_or(|peak| peak < MOST_OF_GIANTS), "{peak:?} bytes at most");
}

/// A request to `/api/files/bulk` that has sent four files and half of a fifth, and nothing more.
async fn unfinished(base: &str, token: &str) -> TcpStream {
    let mut form = Form::default();
    let mut pdf = vec![b' '; 9_900_000];
    pdf[..5].copy_from_slice(b"%PDF-");
    pdf.extend_from_slice(b"%%EOF");
    for _ in 0..5 {
        form = form.part("files", Some("plan.pdf"), "application/pdf", &pdf);
    }
    let (media, bytes) = form.finish();
    let head = format!(
        "POST /api/files/bulk HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {token}\r\n\
         content-type: {media}\r\ncontent-length: {}\r\n\r\n",
        bytes.len()
    );
    let mut socket = TcpStream::connect(base.trim_start_matches("http://")).await.unwrap();
    // The server refuses some of them, and then stops reading.
    let _ = socket.write_all(head.as_bytes()).await;
    let _ = socket.write_all(&bytes[..bytes.len() - 5_000_000]).await;
    socket
}

/// They used to hold 764 MB.
#[tokio::test(flavor = "multi_thread")]
async fn h06_twelve_unfinished_uploads_hold_no_memory_and_no_others_up() {
    let _alone = alone().await;
    let directory = tempfile::tempdir().unwrap();
    let child = Child::serve(env!("CARGO_BIN_EXE_hyderabadinfra"), directory.path());
    let (hog, other) =
        (Person::register(&child.client, "hog").await, Person::register(&child.client, "other").await);
    let mut held = JoinSet::new();
    for _ in 0..12 {
        let base = child.base.clone();
        let token = hog.client.token().to_owned();
        held.spawn(async move { unfinished(&base, &token).await });
    }
    let held = held.join_all().await;
    let form = Form::default().part("file", Some("door.jpg"), "image/jpeg", &images::jpeg(64, 48));
    assert_eq!(send(&other.client, "/api/files/upload", form.clone().finish()).await.status, 201);
    // This person's upload slots are taken; those of others are not.
    let refused = send(&hog.client, "/api/files/upload", form.clone().finish()).await;
    assert_eq!((refused.status, refused.code()), (429, "BUSY"), "{}", refused.text);
    let peak = child.peak_memory();
    assert!(peak.is_none_or(|peak| peak < MOST), "{peak:?} bytes at most");
    drop(held);
    let free = async || {
        let taken = send(&hog.client, "/api/files/upload", form.clone().finish()).await.status == 201;
        taken.then_some(())
    };
    testkit::until("the places of those who hung up are free", Duration::from_secs(30), free).await;
    check_store(directory.path(), 2);
}
