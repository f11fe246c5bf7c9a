//! A data directory that an earlier version left, with its journal, keys, read models and files: this version starts on
//! it and answers what that one answered. `fixtures/old-data.tar.zst` holds the directory and the earlier answers.

use std::path::Path;

use serde_json::{Value, json};
use testkit::TestApp;

/// Members that differ after a sign-in, or by the day.
const CHANGING: [&str; 2] = ["lastLogin", "relevanceScore"];
/// Those of a history, which counts sign-ins.
const OF_HISTORIES: [&str; 4] = ["totalElements", "totalPages", "totalActivities", "summary"];
/// Pages that count what was done lately.
const COUNTING: [&str; 2] = ["/api/user-history/me/stats", "/api/user-history/me/timeline"];
/// The address that the earlier version was reached at.
const EARLIER: &str = "http://127.0.0.1:8080";
/// The people of the fixture, by the name of their answers.
const PEOPLE: [(&str, &str, &str); 2] = [
    ("demo", "demo@example.com", "look-around-hyderabad"),
    ("kavya", "kavya@example.com", "a-quiet-lake-at-dawn"),
];

fn unpack(into: &Path) {
    let packed: &[u8] = include_bytes!("../fixtures/old-data.tar.zst");
    let unpacked = zstd::decode_all(packed).unwrap();
    tar::Archive::new(&*unpacked).unpack(into).unwrap();
}

fn differs(path: &str, name: &str) -> bool {
    CHANGING.contains(&name) || path.contains("/user-history/") && OF_HISTORIES.contains(&name)
}

fn id(value: &Value) -> Option<&Value> {
    ["id", "eventId", "propertyId"].iter().find_map(|name| value.get(name))
}

/// What `now` says otherwise than `before`, by path. It may say more: other members, and other entries of lists.
fn differences(path: &str, before: &Value, now: &Value, found: &mut Vec<String>) {
    match (before, now) {
        (Value::Object(before), Value::Object(now)) => {
            for (name, before) in before.iter().filter(|(name, _)| !differs(path, name)) {
                differences(&format!("{path}.{name}"), before, now.get(name).unwrap_or(&Value::Null), found);
            }
        }
        (Value::Array(before), Value::Array(now)) if before.iter().all(|entry| id(entry).is_some()) => {
            for entry in before {
                match now.iter().find(|one| id(one) == id(entry)) {
                    Some(one) => differences(&format!("{path}[{}]", id(entry).unwrap()), entry, one, found),
                    None => found.push(format!("{path}[{}] is missing", id(entry).unwrap())),
                }
            }
        }
        _ if before == now => {}
        _ => found.push(format!("{path}: {before} is {now}")),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_data_directory_of_an_earlier_version_starts_and_answers_the_same() {
    let directory = tempfile::tempdir().unwrap();
    unpack(directory.path());
    let answers = std::fs::read(directory.path().join("answers.json")).unwrap();
    let app = TestApp::on(&directory.path().join("data")).await;
    let answers = String::from_utf8(answers).unwrap().replace(EARLIER, &app.base);
    let answers: Value = serde_json::from_str(&answers).unwrap();
    app.drain().await;
    let mut clients = vec![("all", app.client.clone())];
    for (name, email, password) in PEOPLE {
        let login = json!({"email": email, "password": password});
        let signed_in = app.client.post("/api/auth/login", &login).await.expect(200);
        clients.push((name, app.client.bearer(signed_in.data()["accessToken"].as_str().unwrap())));
    }
    let mut found = Vec::new();
    for (name, client) in clients {
        let pages = answers[name].as_object().unwrap();
        for (path, before) in pages.iter().filter(|(path, _)| !COUNTING.contains(&&***path)) {
            let now = client.get(path).await.expect(200);
            differences(&format!("{name} {path}"), before, now.data(), &mut found);
        }
    }
    assert!(found.is_empty(), "{found:#?}");
}
