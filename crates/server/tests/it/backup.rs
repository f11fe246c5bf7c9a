//! Backups of a server under load: each is a consistent snapshot, whatever is written meanwhile and wherever a
//! backup is interrupted. Also, what clients of a restored server are told.

mod clients;
mod command_line;
mod cut_short;
mod hot;
mod promises;

use std::path::{Path, PathBuf};

use domain::Clock;
use hyderabadinfra::backup::{BackupError, BackupProgress, RestoreRequest, Restored, Source, restore};
use serde_json::{Value, json};
use tempfile::TempDir;
use testkit::{ADMIN, Client, PASSWORD};

use crate::rebuild::finished;

/// A temporary directory for backups, keys and restored data.
struct Room(TempDir);

impl Room {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn at(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        self.at(name).to_str().unwrap().to_owned()
    }

    fn asked(&self, into: &str) -> RestoreRequest {
        RestoreRequest {
            directory: self.at("backups"),
            number: None,
            keys: self.at("keys"),
            master: None,
            data_dir: self.at(into),
            keep_sessions: false,
            compare: None,
        }
    }

    /// Makes a backup of a server that runs in this process.
    async fn back_up(&self, source: &Source) -> u32 {
        let source = source.clone();
        let directory = self.at("backups");
        let keys = self.at("keys");
        let work = move || source.back_up(&directory, &keys, &mut |_| Ok(())).unwrap().number;
        tokio::task::spawn_blocking(work).await.unwrap()
    }
}

async fn restored(asked: RestoreRequest) -> Result<Restored, BackupError> {
    let work = move || restore(&asked, &Clock::System, &mut |_: BackupProgress| Ok(()));
    tokio::task::spawn_blocking(work).await.unwrap()
}

/// Makes a backup over the API and returns the result of the job.
async fn job(admin: &Client) -> Value {
    let begun = admin.post("/api/v1/admin/backups", &json!({})).await.expect(202);
    let told = finished(admin, begun.header("location").unwrap()).await;
    assert_eq!(told["status"], "SUCCEEDED", "{told}");
    told["result"].clone()
}

/// Settings with backup directories, an administrator and no limits.
fn overrides<'o>(backups: &'o str, keys: &'o str) -> [(&'static str, &'o str); 5] {
    [
        ("limits.enabled", "false"),
        ("admin_email", ADMIN),
        ("admin_password", PASSWORD),
        ("backup.directory", backups),
        ("backup.keys_directory", keys),
    ]
}

/// Every file below a directory, with its bytes.
fn contents(directory: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut all = Vec::new();
    let mut open = vec![directory.to_owned()];
    while let Some(next) = open.pop() {
        for entry in std::fs::read_dir(next).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                let bytes = std::fs::read(&path).unwrap();
                all.push((path.strip_prefix(directory).unwrap().to_owned(), bytes));
            }
        }
    }
    all.sort();
    all
}

/// Uploads a photo and returns its id.
async fn photo(client: &Client) -> String {
    let mut bytes = std::io::Cursor::new(Vec::new());
    let pixel = |x: u32, y: u32| image::Rgb([u8::try_from(x).unwrap(), u8::try_from(y).unwrap(), 9]);
    image::RgbImage::from_fn(64, 48, pixel).write_to(&mut bytes, image::ImageFormat::Jpeg).unwrap();
    let form = testkit::Form::file("home.jpg", bytes.get_ref()).finish();
    let answer = client.send_bytes(reqwest::Method::POST, "/api/files/upload", form, &[]).await.expect(201);
    answer.data()["id"].as_str().unwrap().to_owned()
}
