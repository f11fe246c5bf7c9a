//! Photos for tests, and the contents of the file store.

use std::io::Cursor;
use std::path::{Path, PathBuf};

use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use reqwest::Method;

use crate::{Client, Form};

/// An image that is different for every size.
#[must_use]
pub fn encoded(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
    let shade = |of: u32, in_all: u32| u8::try_from(of * 255 / in_all).unwrap();
    let picture = RgbImage::from_fn(width, height, |x, y| {
        Rgb([shade(x, width), shade(y, height), shade(x, width) / 2])
    });
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(picture).write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

#[must_use]
pub fn jpeg(width: u32, height: u32) -> Vec<u8> {
    encoded(width, height, ImageFormat::Jpeg)
}

/// A document with a proper end.
#[must_use]
pub fn pdf(text: &str) -> Vec<u8> {
    format!("%PDF-1.7\n{text}\n%%EOF\n").into_bytes()
}

/// Uploads a valid file and returns its id.
pub async fn send(client: &Client, name: &str, bytes: &[u8]) -> String {
    let form = Form::file(name, bytes).finish();
    let sent = client.send_bytes(Method::POST, "/api/files/upload", form, &[]).await.expect(201);
    sent.data()["id"].as_str().unwrap().to_owned()
}

/// Uploads a photo and returns its id.
pub async fn upload(client: &Client, width: u32, height: u32) -> String {
    send(client, "door.jpg", &jpeg(width, height)).await
}

/// Every file in the file store of a data directory.
#[must_use]
pub fn stored(data_dir: &Path) -> Vec<PathBuf> {
    fn below(directory: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(directory).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() { below(&path, found) } else { found.push(path) }
        }
    }
    let mut found = Vec::new();
    below(&data_dir.join("files"), &mut found);
    found.sort();
    found
}
