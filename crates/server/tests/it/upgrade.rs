//! A new version with other read model shapes finds the read models of the previous version. They are rebuilt
//! before any request is answered, every page is unchanged, and no e-mail is sent again.

use std::path::{Path, PathBuf};

use domain::Clock;
use hyderabadinfra::app::{App, LogLevels, Opening, prometheus};
use reqwest::Method;
use rusqlite::Connection;
use serde_json::{Value, json};
use testkit::{Person, TestApp, settings};

/// Tables that every read model has, or that are not rebuilt. They stay in this test.
const NOT_ROWS: &str =
    "'checkpoints', 'blocked_keys', 'parked_events', 'leases', 'made', 'shape', 'sqlite_sequence',
    'delivery_states', 'delivery_owner'";
const OF_ALL: [&str; 2] = ["/api/properties?size=20", "/api/search/properties?query=lake"];
const OF_OWNERS: [&str; 8] = [
    "/api/users/profile",
    "/api/properties/my-properties",
    "/api/leads",
    "/api/contact-looks",
    "/api/notifications/me",
    "/api/user-history/me",
    "/api/user-history/me/stats",
    "/api/user-history/me/timeline",
];
const OF_SEEKERS: [&str; 9] = [
    "/api/properties/favorites",
    "/api/properties/favorites/changes",
    "/api/properties/news?since=2020-01-01T00:00:00Z",
    "/api/search/matches/me?since=2020-01-01T00:00:00Z",
    "/api/leads?box=sent",
    "/api/search/saved/me",
    "/api/search/history/me",
    "/api/notifications/me",
    "/api/user-history/me",
];

/// The first file of every read model.
fn read_models(data_dir: &Path) -> Vec<PathBuf> {
    let views = ["users", "properties", "history", "erasures", "files", "search", "searches"];
    let views = views.map(|name| data_dir.join("views").join(format!("{name}.db")));
    views.into_iter().chain([data_dir.join("notifications.db")]).collect()
}

/// Changes a file as if another version had left it: with other tables, and without those that current queries
/// read.
fn spoil(file: &Path) {
    let file = Connection::open(file).unwrap();
    let sql = format!("select name from sqlite_master where type = 'table' and name not in ({NOT_ROWS})");
    let names: rusqlite::Result<Vec<String>> =
        file.prepare(&sql).unwrap().query_map([], |row| row.get(0)).unwrap().collect();
    let names = names.unwrap();
    assert!(!names.is_empty());
    for name in names {
        file.execute_batch(&format!("drop table {name}")).unwrap();
    }
    assert_eq!(file.execute("update shape set tables = 'of another version'", []).unwrap(), 1);
}

/// All e-mails with their exact bytes.
fn mailbox(data_dir: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let letters = std::fs::read_dir(data_dir.join("mailbox")).unwrap();
    let paths = letters.map(|letter| letter.unwrap().path());
    let mut letters: Vec<_> = paths.map(|path| (path.clone(), std::fs::read(path).unwrap())).collect();
    letters.sort();
    letters
}

/// A page without the address, which differs at every start, and the relevance, which changes with time.
fn comparable(app: &TestApp, page: &Value) -> Value {
    let mut page: Value = serde_json::from_str(&page.to_string().replace(&app.base, "")).unwrap();
    for found in page["content"].as_array_mut().into_iter().flatten().filter_map(Value::as_object_mut) {
        found.remove("relevanceScore");
    }
    page
}

async fn pages(app: &TestApp, owner: &Person, seeker: &Person) -> Vec<(&'static str, Value)> {
    let clients = [
        (app.client.clone(), OF_ALL.as_slice()),
        (app.client.bearer(owner.client.token()), &OF_OWNERS),
        (app.client.bearer(seeker.client.token()), &OF_SEEKERS),
    ];
    let mut pages = Vec::new();
    for (client, paths) in clients {
        for path in paths {
            let answer = client.get(path).await.expect(200);
            assert_eq!(answer.header("x-stale"), None, "{path}");
            pages.push((*path, comparable(app, answer.data())));
        }
    }
    pages
}

/// Creates homes, a favourite, an enquiry, a saved search with alerts, a past search, and a person who left.
async fn lived_in(app: &TestApp) -> (Person, Person) {
    let (owner, seeker) = (Person::confirmed(app, "owner").await, Person::confirmed(app, "seeker").await);
    let saved = json!({"name": "Lakes", "filters": {"location": "Kondapur"}, "channels": ["EMAIL", "IN_APP"],
        "frequency": "INSTANT"});
    seeker.client.post("/api/search/save", &saved).await.expect(201);
    for title in ["Flat by the lake", "House by the lake", "Villa"] {
        let home = owner.list_home(title, 6_000_000).await;
        let path = format!("/api/properties/{}", home["id"].as_str().unwrap());
        seeker.client.post(&format!("{path}/favorite"), &json!({})).await;
        seeker.client.post(&format!("{path}/leads"), &json!({"message": "May I come?"})).await.expect(201);
    }
    seeker.client.get("/api/search/properties?query=lake+view").await.expect(200);
    let leaver = Person::confirmed(app, "leaver").await;
    let path = format!("/api/users/{}", leaver.id);
    leaver.client.send(Method::DELETE, &path, None, &[]).await.expect(204);
    while !app.all_told().await {}
    app.drain().await;
    (owner, seeker)
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_19_read_models_of_another_shape_are_made_again_before_anybody_is_answered() {
    let directory = tempfile::tempdir().unwrap();
    let data_dir = directory.path();
    let app = TestApp::on(data_dir).await;
    let (owner, seeker) = lived_in(&app).await;
    let before = pages(&app, &owner, &seeker).await;
    app.stop().await;
    let rows = testkit::read_models(data_dir).await;
    let letters = mailbox(data_dir);
    for file in read_models(data_dir) {
        spoil(&file);
    }

    let app = TestApp::on(data_dir).await;
    for file in read_models(data_dir) {
        assert!(!file.exists() && file.with_extension("db.2").exists(), "{}", file.display());
    }
    // The search index is a cache built from the rows while requests are answered.
    app.drain().await;
    for ((path, before), (_, now)) in before.iter().zip(pages(&app, &owner, &seeker).await) {
        assert_eq!(*before, now, "{path}");
    }
    assert_eq!(mailbox(data_dir), letters, "no letter again");
    Person::register(&app.client, "newcomer").await;
    app.drain().await;
    assert_eq!(mailbox(data_dir).len(), letters.len() + 1, "letters go on");
    app.stop().await;

    // One rebuild is enough, and only the newcomer is new.
    let again = testkit::read_models(data_dir).await;
    for ((name, before), (_, now)) in rows.iter().zip(&again) {
        for ((table, before), (_, now)) in before.iter().zip(now) {
            // The newcomer makes one list longer, that of the accounts, and is counted.
            let is_longer = |row| table == "list_lengths" && format!("{row:?}").contains("accounts");
            let grows = |row| is_longer(row) || name.contains("analytics");
            assert!(before.iter().all(|row| now.contains(row) || grows(row)), "{table} of {name}");
        }
    }
    for file in read_models(data_dir) {
        assert!(file.with_extension("db.2").exists(), "{}", file.display());
    }
}

/// Delivery states cannot be rebuilt from the journal. So the start fails and names the cause.
#[tokio::test(flavor = "multi_thread")]
async fn a_start_that_cannot_hand_deliveries_over_says_why_and_leaves_everything_as_it_is() {
    let directory = tempfile::tempdir().unwrap();
    let app = TestApp::on(directory.path()).await;
    lived_in(&app).await;
    app.stop().await;
    let letters = directory.path().join("notifications.db");
    spoil(&letters);
    let file = Connection::open(&letters).unwrap();
    file.execute_batch("alter table delivery_states add column weight integer").unwrap();
    drop(file);
    let prometheus = prometheus().unwrap();
    let supervisor = supervisor::Supervisor::default();
    let opening = Opening {
        clock: Clock::System,
        prometheus,
        public_url: "http://a".into(),
        supervisor,
        log_levels: LogLevels::without_log(),
    };
    let refused = App::open(&settings(directory.path(), &[]), opening).await.err().unwrap();
    let told = format!("{refused:#}");
    for part in
        ["notification-service-group", "its tables have changed", "weight integer", "notifications.db"]
    {
        assert!(told.contains(part), "{told}");
    }
    assert!(letters.exists() && !letters.with_extension("db.2").exists());
}
