//! Every list has `Link` headers to its other pages, and following them finds every entry once.

use std::collections::HashSet;

use serde_json::Value;
use testkit::{Answer, Client, Person, TestApp};

use crate::people;

/// The address of a link relation.
fn link(answer: &Answer, relation: &str) -> Option<String> {
    let mark = format!("; rel=\"{relation}\"");
    let mut links = answer.header("link").unwrap_or_default().split(", <");
    let found = links.find_map(|link| link.strip_suffix(&*mark))?;
    Some(found.trim_start_matches('<').trim_end_matches('>').to_owned())
}

fn ids(answer: &Answer) -> Vec<String> {
    let data = answer.data();
    let entries = ["content", "activities", "events"].iter().find_map(|name| data[name].as_array()).unwrap();
    let id = |entry: &Value| {
        ["id", "activityId", "eventId"].iter().find_map(|name| entry[name].as_str()).unwrap().to_owned()
    };
    entries.iter().map(id).collect()
}

/// Follows `next` to the end.
async fn walk(client: &Client, path: &str) -> Vec<String> {
    let mut next = Some(path.to_owned());
    let mut found = Vec::new();
    while let Some(path) = next {
        assert!(found.len() < 100, "{path} never ends");
        let answer = client.get(&path).await.expect(200);
        assert!(link(&answer, "first").is_some(), "{path}: {:?}", answer.header("link"));
        found.extend(ids(&answer));
        next = link(&answer, "next");
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_follows_the_links_of_a_list_finds_every_entry_once() {
    let app = people::app().await;
    let admin = people::admin(&app).await;
    let asha = Person::register(&app.client, "asha").await;
    for home in 0..7 {
        asha.list_home(&format!("Home {home} by the lake"), 4_000_000 + home).await;
    }
    app.drain().await;
    let me = &asha.id;
    for (client, path, entries) in [
        (&app.client, "/api/properties?size=3&sortBy=price".to_owned(), 7),
        (&app.client, "/api/search/properties?query=lake&size=2".into(), 7),
        (&app.client, "/api/properties/search?query=lake&limit=3&city=".into(), 7),
        (&asha.client, "/api/properties/my-properties?size=4".into(), 7),
        (&asha.client, format!("/api/user-history/{me}/activities/PROPERTY_CREATED?size=2"), 7),
        (&asha.client, "/api/user-history/me/events?size=5".into(), 8),
        (&admin.client, "/api/users?size=1".into(), 2),
        (&admin.client, "/api/v1/admin/events?eventType=PROPERTY_CREATED&size=3".into(), 7),
    ] {
        let found = walk(client, &path).await;
        let once: HashSet<&String> = found.iter().collect();
        assert_eq!((found.len(), once.len()), (entries, entries), "{path}: {found:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_by_number_has_its_neighbours_and_the_last_one() {
    let app = TestApp::start().await;
    let asha = Person::register(&app.client, "asha").await;
    for home in 0..5 {
        asha.list_home(&format!("Home {home}"), 4_000_000 + home).await;
    }
    let answer = asha.client.get("/api/properties/my-properties?page=1&size=2&sort=-price").await.expect(200);
    let base = "/api/properties/my-properties?size=2&sort=-price";
    assert_eq!(link(&answer, "first").as_deref(), Some(base));
    assert_eq!(link(&answer, "prev"), Some(format!("{base}&page=0")));
    assert_eq!(link(&answer, "last"), Some(format!("{base}&page=2")));
    let next = link(&answer, "next").unwrap();
    let cursor = answer.data()["next"].as_str().unwrap();
    assert_eq!(next, format!("{base}&cursor={cursor}"));
    let last = asha.client.get(&next).await.expect(200);
    assert_eq!((ids(&last).len(), link(&last, "next")), (1, None));
    let by_number = asha.client.get(&link(&answer, "last").unwrap()).await.expect(200);
    assert_eq!(ids(&by_number), ids(&last));
}
