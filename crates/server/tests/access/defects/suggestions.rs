//! Search texts are private. They are suggested to others only once so many people have typed them that they
//! identify nobody.

use std::path::Path;

use reqwest::Method;
use serde_json::json;
use testkit::{Person, TestApp};

const WORDS: &str = "jasmine courtyard wing";

async fn suggested(app: &TestApp) -> bool {
    let mut told = String::new();
    for path in ["query=jasmine", "query=jasmine&details=true", "details=true&limit=50", ""] {
        told.push_str(&app.client.get(&format!("/api/search/suggestions?{path}")).await.expect(200).text);
    }
    told.contains("jasmine")
}

async fn search(person: &Person) {
    person.client.get("/api/search/properties?query=Jasmine+courtyard,+wing").await.expect(200);
}

/// The files below `directory` that contain the words in clear text, in any letter case.
fn files_with_words(directory: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files_with_words(&path));
        } else if let Ok(bytes) = std::fs::read(&path)
            && bytes.windows(WORDS.len()).any(|window| window.eq_ignore_ascii_case(WORDS.as_bytes()))
        {
            found.push(path.display().to_string());
        }
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn h08_what_fewer_than_five_people_searched_for_is_suggested_to_nobody() {
    let app = TestApp::start().await;
    let mut people = Vec::new();
    for number in 0..4 {
        people.push(Person::register(&app.client, &format!("searcher-{number}")).await);
        for _ in 0..3 {
            search(&people[number]).await;
        }
        // Anonymous visitors do not count.
        app.client.get("/api/search/properties?query=jasmine+courtyard+wing").await.expect(200);
        app.drain().await;
        assert!(!suggested(&app).await, "{} people", number + 1);
    }
    assert_eq!(files_with_words(app.data_dir()), [""; 0]);
    // A person's own search is not suggested to them either, so that nobody thinks that others can see it.
    let own = people[0].client.get("/api/search/suggestions?query=jasmine").await.expect(200);
    assert_eq!(*own.data(), json!([]));
    let fifth = Person::register(&app.client, "searcher-4").await;
    search(&fifth).await;
    app.drain().await;
    assert!(suggested(&app).await);
    // One person leaves: the remaining four are too few again.
    let path = format!("/api/users/{}", fifth.id);
    fifth.client.send(Method::DELETE, &path, None, &[]).await.expect(204);
    app.drain().await;
    assert!(!suggested(&app).await);
    app.drain().await;
    assert_eq!(files_with_words(app.stop().await.path()), [""; 0]);
}
